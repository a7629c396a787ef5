"""The pictures of planes and slabs on one viewport: coarse while they move, exact at rest.

What takes a few milliseconds is made at once; what takes some tens by a worker, and the
picture before it stays on the view meanwhile with its own words. Beyond that a preview with
a quarter of the samples is made first, and says so; the exact one comes when nothing has
moved for a moment. Of many requests the last one is made. Of a series of which memory has no
room for every voxel all are previews but what rests: that goes through its slices, by a worker
of its own, and is left as soon as the view shows something else. How long something takes is learnt
from what was made before: a laptop on its battery has previews where a desk has none.
"""

import threading
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Final

from attrs import evolve, frozen

from workstation.imaging.fewer_voxels import FewerVoxels
from workstation.rendering.engine import CPU, Slices
from workstation.rendering.picture import Picture
from workstation.rendering.reformat import PREVIEW, ReformatPainter, ReformatRequest, alike
from workstation.services.jobs import Job, Jobs
from workstation.services.screen.scene import Scene

#: What takes no longer is done at once; what takes longer than a frame of the screen has a preview.
AT_ONCE_S: Final = 0.003
PATIENCE_S: Final = 0.016
#: Seconds for a unit of work (`ReformatPainter.work`): on two cores with nothing else to do, and
#: the ends of what is believed of this machine as it is now.
USUAL_PACE: Final = 3e-9
_PACES: Final = (3e-10, 3e-8)
#: Where slices of a series larger than memory are decoded for what rests: seconds, for which no
#: other picture waits.
LANE_AT_REST: Final = "every-voxel"
#: Slices that are decoded as quickly as a picture is made: what needs no more waits for nobody.
FEW: Final = 16
#: Seconds without a new request after which a preview is made exact.
REST_S: Final = 0.12


#: A picture, and how many seconds it took.
_Timed = tuple[Picture | None, float]


@frozen(eq=False)
class Made:
    """The last picture: of which request, with which scene, and whether it is exact."""

    request: ReformatRequest
    scene: Scene
    picture: Picture | None
    exact: bool


class Reformats:
    """GUI thread; `ready` is told when a picture was made elsewhere."""

    def __init__(
        self, jobs: Jobs, lane: str, ready: Callable[[], None], slices: Slices = CPU
    ) -> None:
        self._jobs = jobs
        self._lane = lane
        self._ready = ready
        self._slices = slices
        self._painters = {part: ReformatPainter(slices) for part in (1, PREVIEW)}
        self._refiner = ReformatPainter(slices)  # a hand may ask for more while it works
        self._last: Made | None = None
        self._wanted: tuple[ReformatRequest, Scene] | None = None
        self._making: Job[_Timed] | None = None
        self._refining: Job[_Timed] | None = None
        self._going_through: tuple[ReformatRequest, threading.Event] | None = None  # to end it
        self._forget_rest: Callable[[], None] | None = None
        self._paces = {1: USUAL_PACE, PREVIEW: USUAL_PACE}

    @property
    def behind(self) -> bool:
        """What is on the view is not what was asked for last, not even coarsely."""
        return self._making is not None

    def draw(self, request: ReformatRequest, scene: Scene) -> Made | None:
        """Its picture; the one before it while that is being made; None: there is none."""
        if self._last is not None and self._last.request == request:
            self._wanted, self._last = None, evolve(self._last, scene=scene)
            return self._last
        part = self._part(request)
        seconds = self._painters[part].work(request, part) * self._paces[part]
        self._leave(request)
        by_card = self._slices.card is not None  # a driver may stall: only a worker waits for it
        if self._making is None and seconds <= AT_ONCE_S and not by_card:
            painter = self._painters[part]
            return self._made(request, scene, painter.picture(request, part), painter, part)
        self._wanted = (request, scene)
        if self._making is None:
            self._make_next()
        return self._last

    def draw_now(self, request: ReformatRequest, scene: Scene) -> Made:
        """Exact, however long it takes; of a series larger than memory as it is now."""
        if self._last is not None and self._last.request == request:
            larger = isinstance(request.volume, FewerVoxels)
            if self._last.exact or (larger and self._making is None):
                self._last = evolve(self._last, scene=scene)
                return self._last
        self.forget()  # a worker may still use the painters
        painter = self._painters[1]
        return self._made(request, scene, painter.picture(request), painter, 1)

    def forget(self) -> None:
        """Let go of voxels and pictures."""
        for job in (self._making, self._refining):
            if job is not None:
                job.cancel()
        if self._going_through is not None:
            self._going_through[1].set()
        self._rest_no_more()
        if self._making is not None or self._refining is not None:
            self._painters = {part: ReformatPainter(self._slices) for part in self._painters}
            self._refiner = ReformatPainter(self._slices)
        for painter in (*self._painters.values(), self._refiner):
            painter.forget()
        self._making = self._refining = self._last = self._wanted = self._going_through = None

    # --- inside ---

    def _part(self, request: ReformatRequest) -> int:
        return 1 if self._painters[1].work(request) * self._paces[1] <= PATIENCE_S else PREVIEW

    def _make_next(self) -> None:
        assert self._wanted is not None
        (request, scene), self._wanted = self._wanted, None
        part = self._part(request)
        painter = self._painters[part]
        self._making = self._run(painter, request, part)
        self._making.then(lambda job: self._came(request, scene, painter, part, job))

    def _run(self, painter: ReformatPainter, request: ReformatRequest, part: int) -> Job[_Timed]:
        work = painter.work(request, part)

        def make() -> _Timed:
            begun = perf_counter()
            made = painter.picture(request, part)
            return made, perf_counter() - begun

        timed = self._jobs.run(make, lane=self._lane)
        split = self._slices.is_split(request.volume.voxels)
        return timed.then(lambda job: self._learn((part,) if split else (1, PREVIEW), work, job))

    def _learn(self, parts: Sequence[int], work: int, job: Job[_Timed]) -> None:
        """How fast this machine is now, other programs and windows included. Where the card has
        room for previews alone, these say nothing of how long the processor takes."""
        if job.error is None and work and job.result()[1]:
            low, high = _PACES
            found = max(low, min(job.result()[1] / work, high))
            for part in parts:
                self._paces[part] = (3 * self._paces[part] + found) / 4

    def _came(
        self, request: ReformatRequest, scene: Scene, painter: ReformatPainter, part: int,
        job: Job[_Timed],
    ) -> None:  # fmt: skip
        self._making = None
        if job.error is None:  # a bug is told already
            self._made(request, scene, job.result()[0], painter, part)
        if self._wanted is not None and self._wanted[0] != request:
            self._make_next()
        self._ready()

    def _made(
        self, request: ReformatRequest, scene: Scene, picture: Picture | None,
        painter: ReformatPainter, part: int,
    ) -> Made:  # fmt: skip
        exact = part == 1 and painter.is_exact(request)
        self._last = Made(request, scene, picture, exact)
        self._rest_no_more()
        if not self._last.exact:
            self._forget_rest = self._jobs.later(REST_S, self._refine)
        return self._last

    def _rest_no_more(self) -> None:
        if self._forget_rest is not None:
            self._forget_rest()
        self._forget_rest = None

    def _refine(self) -> None:
        """Nothing has moved: the exact picture of what is shown."""
        self._forget_rest = None
        if self._last is None or self._last.exact or self._refining is not None:
            return
        request = self._last.request
        if self._refiner.is_exact(request):
            self._refining = self._run(self._refiner, request, 1)
        else:
            self._refining = self._go_through(self._refiner, request)
        self._refining.then(lambda job: self._refined(request, job))

    def _go_through(self, painter: ReformatPainter, request: ReformatRequest) -> Job[_Timed]:
        """All voxels of a series that memory has no room for."""
        ended = threading.Event()
        self._going_through = request, ended
        few = painter.slices(request) <= FEW
        exact = painter.exact(request, lambda: not ended.is_set(), alone=few)

        def make() -> _Timed:
            return exact(), 0.0

        return self._jobs.run(make, lane=self._lane if few else LANE_AT_REST)

    def _leave(self, request: ReformatRequest) -> None:
        """Nobody waits for what was gone through, if the view shows other samples now."""
        if self._going_through is None or alike(self._going_through[0], request):
            return
        self._going_through[1].set()
        self._going_through = None
        if self._refining is not None:
            self._refining.cancel()
            self._refining, self._refiner = None, ReformatPainter(self._slices)

    def _refined(self, request: ReformatRequest, job: Job[_Timed]) -> None:
        self._refining = self._going_through = None
        if self._last is None or self._last.exact:
            return
        if self._last.request != request:  # it has moved meanwhile
            self._refine()
        elif job.error is None:
            self._last = evolve(self._last, picture=job.result()[0], exact=True)
            if self._making is None:  # a window drag goes on from these samples
                self._painters[1], self._refiner = self._refiner, self._painters[1]
            self._ready()
