"""The pictures of a rendered volume on one viewport: coarse while a hand turns it, whole at rest.

All of them are made by a worker. The first has a fraction of the rays and voxels, and comes in
some tens of milliseconds; when nothing has moved for a moment a finer one is made, then that of
all voxels. What is under way is left as soon as something else is asked for. Of many requests
the last one is made.
"""

import math
from collections.abc import Callable
from typing import Final

from attrs import evolve, frozen

from workstation.domain.geometry import Vector
from workstation.domain.measurement import PixelPoint
from workstation.errors import WorkstationError
from workstation.rendering.engine import CPU, Slices
from workstation.rendering.volume_painter import Detail, RaysRequest, Rendered, VolumePainter
from workstation.services.jobs import Job, Jobs
from workstation.services.screen.scene import Scene
from workstation.viewing.volume_cuts import behind_screen

#: Its pictures take seconds at rest: images of other views never wait for them, nor does the
#: turn of a volume on another view for this one's rest.
LANE: Final = "rays"
LANE_AT_REST: Final = "rays-at-rest"
#: Seconds without a new request after which a finer picture is made.
REST_S: Final = 0.15


@frozen(eq=False)
class Seen:
    """The last picture: of which request, with which scene, and in how much detail."""

    request: RaysRequest
    scene: Scene
    rendered: Rendered
    detail: Detail


class Renderings:
    """GUI thread; `ready` is told when a picture was made."""

    def __init__(self, jobs: Jobs, ready: Callable[[], None], slices: Slices = CPU) -> None:
        self._jobs, self._slices = jobs, slices
        self._ready = ready
        self._painter = VolumePainter(slices)
        self._last: Seen | None = None
        self._wanted: tuple[RaysRequest, Scene] | None = None
        self._making: tuple[RaysRequest, Job[Rendered | None]] | None = None
        self._turn = 0  # counts requests: what was begun for an earlier one is old
        self._forget_rest: Callable[[], None] | None = None
        self._failed: tuple[RaysRequest, str] | None = None

    @property
    def failure(self) -> str:
        """Why there is no picture of what was asked for last; empty where there is, or will be."""
        failed, wanted = self._failed, self._wanted
        return failed[1] if failed is not None and wanted and failed[0] == wanted[0] else ""

    @property
    def seen(self) -> Seen | None:
        return self._last

    @property
    def behind(self) -> bool:
        """What is on the view is not what was asked for last, not even coarsely."""
        return self._wanted is not None and (
            self._last is None or self._last.request != self._wanted[0]
        )

    def draw(self, request: RaysRequest, scene: Scene) -> Seen | None:
        """Its picture; the one before it while that is being made; None: there is none."""
        if self._wanted is None or self._wanted[0] != request:
            self._turn += 1
        self._wanted = (request, scene)
        if self._last is not None and self._last.request == request:
            self._last = evolve(self._last, scene=scene)
        elif self._making is None and not self.failure:
            self._make(Detail.MOVING)
        return None if self.failure else self._last

    def draw_now(self, request: RaysRequest, scene: Scene) -> Seen:
        """Whole, however long it takes."""
        whole = self._last is not None and self._last.detail is Detail.WHOLE
        if whole and self._last is not None and self._last.request == request:
            self._last = evolve(self._last, scene=scene)
            return self._last
        self._let_go()
        self._wanted = (request, scene)
        rendered = self._painter.picture(request, Detail.WHOLE, lambda: False)
        assert rendered is not None  # it was waited for
        self._last = Seen(request, scene, rendered, Detail.WHOLE)
        return self._last

    def forget(self) -> None:
        """Let go of voxels and pictures."""
        if self._wanted is None and self._last is None:
            return
        self._let_go()
        self._last = self._wanted = self._failed = None
        self._painter.forget()

    # --- inside ---

    def _let_go(self) -> None:
        """Of what is under way; a worker may still use the painter."""
        self._turn += 1
        self._rest_no_more()
        if self._making is not None:
            self._making[1].cancel()
            self._making, self._painter = None, VolumePainter(self._slices)

    def _make(self, detail: Detail) -> None:
        assert self._wanted is not None
        self._rest_no_more()
        (request, scene), painter, turn = self._wanted, self._painter, self._turn

        def is_old() -> bool:
            """A first picture is finished all the same: a hand that goes on must see something."""
            return detail is not Detail.MOVING and self._turn != turn

        lane = LANE_AT_REST if detail is Detail.WHOLE else LANE
        job = self._jobs.run(lambda: painter.picture(request, detail, is_old), lane=lane)
        self._making = (request, job)
        job.then(lambda done: self._came(request, scene, detail, done))

    def _came(
        self, request: RaysRequest, scene: Scene, detail: Detail, job: Job[Rendered | None]
    ) -> None:
        self._making = None
        if isinstance(job.error, WorkstationError):
            self._failed = (request, str(job.error))
        elif job.error is not None:  # a bug is told already
            return
        if job.value is not None:
            self._last = Seen(request, scene, job.value, detail)
        if self._wanted is None:
            return
        if self._wanted[0] != request:
            self._make(Detail.MOVING)
        elif self.failure:
            pass  # it would fail again
        elif detail is Detail.MOVING:
            self._forget_rest = self._jobs.later(REST_S, lambda: self._refine(Detail.SOON))
        elif detail is Detail.SOON:
            self._make(Detail.WHOLE)
        self._ready()

    def _refine(self, detail: Detail) -> None:
        """Nothing has moved."""
        self._forget_rest = None
        if self._making is None and self._wanted is not None:
            self._make(detail)

    def _rest_no_more(self) -> None:
        if self._forget_rest is not None:
            self._forget_rest()
        self._forget_rest = None


def point_under(seen: Seen, at: PixelPoint) -> Vector | None:
    """What is seen at a device pixel of the view, LPS mm; None where nothing is."""
    part, depths = seen.rendered.depth_part, seen.rendered.depth_mm
    column, row = int(at[0] // part), int(at[1] // part)
    if not (0 <= row < depths.shape[0] and 0 <= column < depths.shape[1]):
        return None
    depth, plane = float(depths[row, column]), seen.request.plane
    if math.isnan(depth):
        return None
    on_screen = plane.to_patient(*seen.request.view.to_image(at))
    return behind_screen(on_screen, depth, plane, seen.request.eye)
