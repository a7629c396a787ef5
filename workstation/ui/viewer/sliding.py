"""A hand on the bars of a view: that of its images, and the slider of its phases."""

from collections.abc import Callable
from typing import Literal, Protocol

from PySide6.QtCore import QPointF, QSize

from workstation.services.viewer.viewer import Viewer
from workstation.ui.viewer import inking, phase_bar


class Sized(Protocol):
    def width(self) -> int: ...

    def height(self) -> int: ...


class Sliding:
    """Of one canvas; acts by command lines alone."""

    def __init__(
        self, glass: Sized, viewer: Viewer, index: int, run: Callable[[str], None]
    ) -> None:
        self._glass, self._viewer, self._index, self._run = glass, viewer, index, run
        self._on: Literal["images", "phases"] | None = None

    def pressed(self, at: QPointF) -> bool:
        """Whether the hand is on a bar; it goes where it is."""
        if at.x() >= self._glass.width() - inking.BAR:
            self._on = "images"
        elif self._phase(at) is not None:
            self._on = "phases"
        return self.moved(at)

    def moved(self, at: QPointF) -> bool:
        """Whether a bar is held."""
        if self._on == "images":
            self._to_image(at.y())
        elif self._on == "phases":
            index = self._phase(at, held=True)
            found = self._viewer.phases(self._index)
            if index is not None and found is not None and index != found.at:
                self._run(f"phase.go {index + 1}")
        return self._on is not None

    def released(self) -> None:
        self._on = None

    def _phase(self, at: QPointF, *, held: bool = False) -> int | None:
        found = self._viewer.phases(self._index)
        if found is None:
            return None
        view = QSize(self._glass.width(), self._glass.height())
        return phase_bar.phase_at(at, len(found.ids), view, held=held)

    def _to_image(self, y: float) -> None:
        count = self._viewer.frames_on_active
        if count:
            index = min(max(int(y / self._glass.height() * count), 0), count - 1)
            self._run(f"viewport.go {index + 1}")
