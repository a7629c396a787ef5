"""A line drawn around a part of a rendered volume, which then goes."""

from collections.abc import Callable
from typing import Final

from workstation.domain.measurement import MeasurementKind, PixelPoint
from workstation.services.viewer.cutting import LASSOS
from workstation.viewing.tool import Preview

#: A hand that trembles draws no more corners than this far apart, pixels of the plane.
_APART: Final = 1.0


class Lassoing:
    """Of one canvas; acts by command lines alone. Points are image pixels of its view."""

    def __init__(self, run: Callable[[str], None]) -> None:
        self._run = run
        self._goes = ""
        self._points: list[PixelPoint] = []

    @property
    def preview(self) -> Preview | None:
        """The line as far as it is drawn; None: none is."""
        if not self._points:
            return None
        return Preview(MeasurementKind.FREEHAND, tuple(self._points))

    def pressed(self, tool: str, at: PixelPoint | None) -> bool:
        """Whether a line is begun."""
        if tool not in LASSOS or at is None:
            return False
        self._goes = "inside" if tool == LASSOS[0] else "outside"
        self._points = [at]
        return True

    def moved(self, at: PixelPoint | None) -> bool:
        """Whether the move was for the line."""
        if not self._goes or at is None:
            return False
        last = self._points[-1]
        if abs(at[0] - last[0]) + abs(at[1] - last[1]) >= _APART:
            self._points.append(at)
        return True

    def released(self) -> bool:
        """Whether a line was drawn; it cuts."""
        goes, points = self._goes, self._points
        self.cancel()
        if goes:
            numbers = " ".join(f"{part:.1f}" for point in points for part in point)
            self._run(f"volume.cut-line {goes} {numbers}")
        return bool(goes)

    def cancel(self) -> None:
        self._goes, self._points = "", []
