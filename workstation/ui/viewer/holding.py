"""What of one canvas is in the hand: of those that act by command lines on what a view shows."""

from collections.abc import Callable
from typing import Generic, TypeVar

from workstation.services.viewer.viewer import Viewer

Grip = TypeVar("Grip")


class Holding(Generic[Grip]):
    """Points are image pixels of its view."""

    def __init__(self, viewer: Viewer, index: int, run: Callable[[str], None]) -> None:
        self._viewer, self._index, self._run = viewer, index, run
        self._grip: Grip | None = None

    @property
    def busy(self) -> bool:
        """Something is in the hand."""
        return self._grip is not None

    def released(self) -> bool:
        """Whether anything was held."""
        was, self._grip = self._grip is not None, None
        return was
