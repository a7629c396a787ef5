"""A curve along a vessel or an arch is there again when its case is: after it was put aside, and
after the program ended.
"""

import json
import math
from collections.abc import Callable, Iterable

from workstation.domain.identifiers import SiteId
from workstation.domain.study import DisplaySet
from workstation.services.jobs import Jobs
from workstation.services.ports.keeping import SealedStore
from workstation.services.viewer.kept_by_series import KeptBySeries
from workstation.services.viewer.viewer import Viewer
from workstation.viewing.curved import MOST_POINTS, WIDE_MM, Traced


class CurvesKept(KeptBySeries):
    """Owned by the application, home thread."""

    prefix = "curve:"

    def __init__(
        self,
        viewer: Viewer,
        store: SealedStore,
        jobs: Jobs,
        who: Callable[[SiteId], str],
    ) -> None:
        super().__init__(viewer, store, jobs, who)
        viewer.viewport_changed.connect(lambda _: self._keep_soon())
        viewer.leaving.connect(lambda _: self._leave())

    def _now(self) -> Iterable[tuple[DisplaySet, str]]:
        for own, traced in self._viewer.curves:
            yield own, _written(traced)

    def _found(self, own: DisplaySet, body: str) -> None:
        try:
            self._viewer.restore_curve(own, _read(body))
        except (KeyError, TypeError, ValueError):
            return  # of a later version: nothing is guessed


def _written(traced: Traced) -> str:
    if not traced.points:
        return ""
    body = {
        "points": [list(point) for point in traced.points],
        "at_mm": traced.at_mm,
        "turn": traced.turn,
        "wide_mm": traced.wide_mm,
    }
    return json.dumps(body, sort_keys=True)


def _read(body: str) -> Traced:
    """Raises KeyError, TypeError or ValueError; never half a curve."""
    read = json.loads(body)
    points = tuple((float(x), float(y), float(z)) for x, y, z in read["points"])
    at_mm, turn, wide_mm = (float(read[name]) for name in ("at_mm", "turn", "wide_mm"))
    numbers = [at_mm, turn, wide_mm, *(part for point in points for part in point)]
    if not all(map(math.isfinite, numbers)) or not 0 < len(points) <= MOST_POINTS:
        raise ValueError("no such curve")
    if not WIDE_MM[0] <= wide_mm <= WIDE_MM[1]:
        raise ValueError("no such width")
    return Traced(points, at_mm, turn, wide_mm)
