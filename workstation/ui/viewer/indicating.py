"""Shift and the pointer: the 3D cursor with any tool, for as long as Shift is held."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent

from workstation.domain.measurement import PixelPoint

#: Shift is also part of keys: a hand that trembles while it types one moves no view.
BEGIN: Final = 8.0


class Indicating:
    """Of one canvas; acts by command lines alone. `on_image` asks whether a point is on it."""

    def __init__(
        self,
        run: Callable[[str], None],
        activate: Callable[[], None],
        on_image: Callable[[PixelPoint], bool],
    ) -> None:
        self._run, self._activate, self._on_image = run, activate, on_image
        self._from: QPointF | None = None  # where the pointer was when Shift went down
        self._on = False

    def moved(self, event: QMouseEvent, point: PixelPoint) -> bool:
        """Without a button; gives whether the move was for this alone."""
        if not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.end()
            return False
        at = event.position()
        self._from = self._from or at
        if not self._on and (at - self._from).manhattanLength() < BEGIN:
            return False
        if self._on_image(point):
            if not self._on:
                self._activate()
            self._on = True
            self._run(f"tool.cursor3d {point[0]:.2f} {point[1]:.2f}")
        return True

    def end(self) -> None:
        self._from = None
        if self._on:
            self._on = False
            self._run("cursor3d.clear")
