"""A hand on a rendered volume: a drag turns it, or cuts it along a line; a click goes to what
lies there."""

from collections.abc import Callable
from typing import Final, Protocol

from PySide6.QtCore import QPointF

from workstation.domain.geometry import Vector
from workstation.domain.measurement import PixelPoint
from workstation.services.screen.viewed import Shown
from workstation.ui.viewer.lassoing import Lassoing
from workstation.viewing.tool import Preview

#: Degrees for each logical pixel of a drag.
_DEGREES: Final = 0.4
#: Below this way of the pointer it was a click.
_CLICK: Final = 4.0
#: With these tools in hand the left button does what they do.
_OTHERS: Final = frozenset({"pan", "zoom"})


class Picked(Protocol):
    """Knows what lies under a point of a rendered volume, LPS mm."""

    def __call__(self, at: QPointF) -> Vector | None: ...


class Spinning:
    """Of one canvas; acts by command lines alone."""

    def __init__(
        self, run: Callable[[str], None], picked: Picked,
        image_point: Callable[[QPointF], PixelPoint | None],
    ) -> None:  # fmt: skip
        self._run, self._picked, self._image_point = run, picked, image_point
        self._lassoing = Lassoing(run)
        self._at: QPointF | None = None
        self._turns = False  # the pointer went far enough to be no click

    @property
    def preview(self) -> Preview | None:
        """The line of a cut as far as it is drawn."""
        return self._lassoing.preview

    def cancel(self) -> None:
        """Nothing that was begun here is ended."""
        self._at = None
        self._lassoing.cancel()

    def pressed(self, shown: Shown, tool: str, at: QPointF) -> bool:
        """Whether the volume is in the hand now."""
        if shown.rendering is None or tool in _OTHERS:
            return False
        if self._lassoing.pressed(tool, self._image_point(at)):
            return True
        self._at, self._turns = at, False
        return True

    def moved(self, at: QPointF, pace: float) -> bool:
        """Whether the move was for the volume."""
        if self._lassoing.moved(self._image_point(at)):
            return True
        if self._at is None:
            return False
        moved = at - self._at
        self._turns = self._turns or moved.manhattanLength() >= _CLICK
        if self._turns:
            self._at = at
            right, down = moved.x() * _DEGREES * pace, moved.y() * _DEGREES * pace
            self._run(f"volume.turn {right:.2f} {down:.2f}")
        return True

    def released(self, at: QPointF) -> bool:
        """Whether anything was held."""
        if self._lassoing.released():
            return True
        was, self._at = self._at is not None, None
        if was and not self._turns:
            place = self._picked(at)
            if place is not None:
                self._run("volume.point " + " ".join(f"{part:.2f}" for part in place))
        return was
