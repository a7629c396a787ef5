"""The graphics card taken up: asked of a child first, proved against the CPU, then used.

All OpenGL runs on one worker, whose context it is; whoever needs a slice waits for it, no longer
than a driver may take. A card that answers too late, or not at all, is left: reading goes on.
"""

import queue
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, Protocol

from numpy.typing import NDArray
from PySide6.QtGui import QGuiApplication

from workstation.errors import CommandError
from workstation.rendering.card_room import CardRoom
from workstation.rendering.engine import (
    Asked,
    Card,
    CardLost,
    EngineChoice,
    NoRoom,
    Slices,
    Wish,
    proof,
    why_cpu,
)
from workstation.services.jobs import Job, Jobs
from workstation.text import tr
from workstation.ui.viewer.gl_slices import GlSlices, surface
from workstation.ui.viewer.vtk_engine import VtkCard, VtkCardOnAWorker, taken_up

LANE: Final = "graphics"
#: Longer than this no driver takes for a slice; a first one brings the volume along.
PATIENCE_S: Final = 10.0
#: After the windows stand: nobody waits for it, and a first case may be opening meanwhile.
SOON_S: Final = 3.0

#: A command draws one picture of one volume.
_OF_A_COMMAND: Final = 1 << 40

#: Platforms of Qt on which it opens no context: nothing is worth a child.
_WITHOUT_OPENGL: Final = frozenset({"offscreen", "minimal"})

_Answer = NDArray[Any] | CardLost | NoRoom


class Probed(Protocol):
    """What the child found: see `adapters.opengl`."""

    @property
    def renderer(self) -> str: ...
    @property
    def why(self) -> str: ...
    @property
    def is_hardware(self) -> bool: ...


class CardOnAWorker:
    """Any thread asks; the one that owns the context answers."""

    def __init__(self, card: GlSlices, jobs: Jobs) -> None:
        self._card = card
        self._jobs = jobs

    def sample(self, asked: Asked) -> NDArray[Any]:
        answers: queue.SimpleQueue[_Answer] = queue.SimpleQueue()

        def work() -> None:
            try:
                answers.put(self._card.sample(asked))
            except (CardLost, NoRoom) as refusal:
                answers.put(refusal)

        self._jobs.run(work, lane=LANE)
        try:
            answer = answers.get(timeout=PATIENCE_S)
        except queue.Empty:
            raise CardLost(tr("the graphics card does not answer")) from None
        if isinstance(answer, CardLost | NoRoom):
            raise answer
        return answer

    def purge(self) -> None:
        """A case was left: nothing of it stays on the card."""
        self._jobs.run(self._card.purge, lane=LANE)


@contextmanager
def for_a_command(found: Probed) -> Iterator[Slices]:
    """On this thread, for a command without windows. Raises CommandError where there is no card,
    and where it could not do what was asked of it: a file says which engine it is from."""
    if not found.renderer:
        raise CommandError(tr("no GPU engine: {why}", why=found.why))
    application = QGuiApplication.instance() or QGuiApplication(["workstation"])
    slices = Slices()
    try:
        card = GlSlices(surface(), _OF_A_COMMAND)
        slices.use(card, EngineChoice("gpu"))
        yield slices
        card.close()
    except CardLost as loss:
        raise CommandError(tr("no GPU engine: {why}", why=str(loss))) from None
    if slices.choice.notice:
        raise CommandError(slices.choice.notice)
    del application


class GraphicsStart:
    """Takes the card up some time after the windows stand. Home thread."""

    def __init__(
        self,
        slices: Slices,
        jobs: Jobs,
        wish: Wish,
        budget_bytes: int,
        probe: Callable[[], Probed],
    ) -> None:
        self._slices = slices
        self._jobs = jobs
        self._wish: Wish = wish
        self._budget = budget_bytes
        self._probe = probe
        self.surface = surface  # of a test: one that fails
        self._renders = False

    def begin(self) -> None:
        if self._wish == "cpu":
            self._stay(why_cpu(self._wish, "", is_hardware=False, why=""))
            return
        self._jobs.later(SOON_S, self._ask)

    def _ask(self) -> None:
        if QGuiApplication.platformName() in _WITHOUT_OPENGL:
            self._stay(tr("software rendering: this platform has no OpenGL"))
            return
        self._jobs.run(self._probe, lane=LANE, on_done=self._probed)

    def _probed(self, found: Probed) -> None:
        """A surface is the GUI thread's to make, the context the worker's."""
        why = why_cpu(self._wish, found.renderer, is_hardware=found.is_hardware, why=found.why)
        if why:
            self._stay(why)
            return
        self._renders = found.is_hardware  # by software it takes seconds: ours is faster
        here = self.surface()

        def take_up() -> GlSlices | str:
            try:
                card = GlSlices(here, self._budget)
                return proof(card) or card
            except (CardLost, NoRoom) as refusal:
                return str(refusal)

        made: Job[GlSlices | str] = self._jobs.run(take_up, lane=LANE)
        made.then(self._taken_up)

    def _taken_up(self, job: Job[GlSlices | str]) -> None:
        card = job.value
        if isinstance(card, GlSlices):
            used: Card = CardOnAWorker(card, self._jobs)
            self._slices.use(used, EngineChoice("gpu"))
            if self._renders:
                self._take_up_rays(used, CardRoom(card.limit, self._budget))
        elif card is not None:
            self._stay(tr("software rendering: {why}", why=card))

    def _take_up_rays(self, card: Card, room: CardRoom) -> None:
        """Volumes are rendered by it too, if it does that right."""
        here = self.surface()
        made: Job[VtkCard | str] = self._jobs.run(lambda: taken_up(here, room), lane=LANE)

        def came(job: Job[VtkCard | str]) -> None:
            if isinstance(job.value, VtkCard) and self._slices.card is card:
                self._slices.rays = VtkCardOnAWorker(job.value, self._jobs, LANE)

        made.then(came)

    def _stay(self, notice: str) -> None:
        self._slices.use(None, EngineChoice("cpu", notice))
