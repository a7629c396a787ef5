"""Volumes rendered by the graphics card, on the one worker that OpenGL runs on here."""

import queue
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QOffscreenSurface

from workstation.rendering.bricks import Brick, Kept
from workstation.rendering.card_room import CardRoom
from workstation.rendering.engine import CardLost
from workstation.rendering.ray_grid import CastRequest
from workstation.rendering.rays_card import proof
from workstation.services.jobs import Jobs
from workstation.text import tr

#: A first picture brings the volume along, and its programs are compiled.
PATIENCE_S: Final = 30.0

_Answer = NDArray[np.uint8] | CardLost


class VtkCard:
    """Everything on the thread that made it. VTK is loaded with the first one: where there is
    none, nothing of OpenGL ever is."""

    def __init__(self, surface: QOffscreenSurface, room: CardRoom) -> None:
        from workstation.rendering.vtk_rays import VtkRays
        from workstation.ui.viewer.vtk_widget import VtkWindow

        self.room = room
        self._vtk = VtkWindow(surface)
        self._rays: Any = VtkRays(self._vtk.window)
        self._vtk.done()

    def picture(self, brick: Brick, kept: Kept | None, request: CastRequest) -> NDArray[np.uint8]:
        self._vtk.make_current()
        try:
            made: NDArray[np.uint8] = self._rays.picture(brick, kept, request)
        finally:
            self._vtk.done()
        return made

    def purge(self) -> None:
        self._vtk.make_current()
        self._rays.forget()
        self._vtk.done()

    def close(self) -> None:
        """All of it; the context is of no more use."""
        self._vtk.make_current()
        self._rays.close()
        self._vtk.done()


class VtkCardOnAWorker:
    """Any thread asks; the one that owns the context answers."""

    def __init__(self, card: VtkCard, jobs: Jobs, lane: str) -> None:
        self._card, self._jobs, self._lane = card, jobs, lane
        self.room = card.room

    def picture(self, brick: Brick, kept: Kept | None, request: CastRequest) -> NDArray[np.uint8]:
        answers: queue.SimpleQueue[_Answer] = queue.SimpleQueue()

        def work() -> None:
            try:
                answers.put(self._card.picture(brick, kept, request))
            except CardLost as loss:
                answers.put(loss)

        self._jobs.run(work, lane=self._lane)
        try:
            answer = answers.get(timeout=PATIENCE_S)
        except queue.Empty:
            raise CardLost(tr("the graphics card does not answer")) from None
        if isinstance(answer, CardLost):
            raise answer
        return answer

    def purge(self) -> None:
        """A case was left: nothing of it stays on the card."""
        self._jobs.run(self._card.purge, lane=self._lane)


def taken_up(surface: QOffscreenSurface, room: CardRoom) -> VtkCard | str:
    """On the worker: one that has proved itself, or why there is none."""
    try:
        card = VtkCard(surface, room)
        return proof(card) or card
    except CardLost as loss:
        return str(loss)
