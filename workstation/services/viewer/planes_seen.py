"""Images that count as shown because planes or slabs of their volume were; see the rule in
`viewing.gone_through`."""

from typing import Any, Final

import numpy as np
from attrs import define
from numpy.typing import NDArray

from workstation.domain.geometry import ImagePlane
from workstation.domain.identifiers import FrameKey
from workstation.domain.study import DisplaySet
from workstation.viewing.gone_through import ENOUGH, POINTS, passed, spread
from workstation.viewing.resolve import ResolvedView


@define(eq=False)
class _Left:
    """What of a display set was not shown yet."""

    images: int
    points: NDArray[np.float64]  # (n, 3)
    of: NDArray[np.intp]  # (n,): on which image each lies
    shown: NDArray[np.intp]  # how many of each image were
    unseen: NDArray[np.bool_]  # (n,): what is seen is taken out when it is worth it
    last: Any = None  # the plane that was looked at last: it is painted many times


#: Below this part of points that were not seen the others are taken out.
_WORTH_LESS: Final = 0.8
_NOTHING: Final[tuple[FrameKey, ...]] = ()


class PlanesSeen:
    """Home thread; owned by the screen. Costs about as much as the points not shown yet."""

    def __init__(self) -> None:
        self._left: dict[str, _Left] = {}

    def forget(self) -> None:
        self._left.clear()

    def see(
        self, display_set: DisplaySet, plane: ImagePlane, half_mm: float, view: ResolvedView
    ) -> tuple[FrameKey, ...]:
        """A plane, so thick to both sides, was painted; gives the images shown by it now."""
        left = self._of(display_set)
        now = (plane, half_mm, view)
        if left.last == now or not left.of.size:
            return _NOTHING
        left.last = now
        hit = passed(left.points, plane, half_mm, view)
        hit = hit[left.unseen[hit]]
        if not hit.size:
            return _NOTHING
        before = left.shown >= ENOUGH
        left.shown += np.bincount(left.of[hit], minlength=left.images)
        done = left.shown >= ENOUGH
        left.unseen[hit] = False
        if left.unseen.mean() < _WORTH_LESS or (done & ~before).any():
            keep = left.unseen & ~done[left.of]
            left.points, left.of = left.points[keep], left.of[keep]
            left.unseen = np.ones(left.of.size, np.bool_)
        return tuple(display_set.frames[at].key for at in np.flatnonzero(done & ~before))

    def _of(self, display_set: DisplaySet) -> _Left:
        """More images came: it is counted anew, and what counted before still does."""
        left, images = self._left.get(display_set.id), len(display_set.frames)
        if left is None or left.images != images:
            points = spread(display_set.frames).reshape(-1, 3)
            of = np.repeat(np.arange(images), POINTS)
            shown, unseen = np.zeros(images, np.intp), np.ones(of.size, np.bool_)
            left = _Left(images, points, of, shown, unseen)
            self._left[display_set.id] = left
        return left
