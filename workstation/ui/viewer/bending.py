"""A hand on a curve: it sets points and drags them, and draws the section along."""

from typing import Final, Literal

from attrs import frozen

from workstation.domain.measurement import PixelPoint
from workstation.rendering import bends
from workstation.rendering.ink import Canvas as InkCanvas
from workstation.services.screen.viewed import Shown
from workstation.services.viewer.reformatted import CURVE
from workstation.ui.viewer.holding import Holding
from workstation.viewing.curved import Along

#: Tools of the crosshair, which also draw the section along.
_ALONG: Final = frozenset({CURVE, "cursor3d"})


@frozen
class _Grip:
    part: Literal["point", "section"]
    number: int = 0


class Bending(Holding[_Grip]):
    """Of one canvas; acts by command lines alone. Points are image pixels of its view."""

    def over(self, ink: InkCanvas | None, place: PixelPoint) -> bool:
        """Whether a hand there could take hold of a point; `place` is on the view."""
        bend = self._viewer.bend(self._index) if self._viewer.tool == CURVE else None
        if bend is None or ink is None or not self._viewer.ink_shown or self._along is not None:
            return False
        return bends.point_under(ink, bend, place) is not None

    @property
    def _along(self) -> Along | None:
        return self._viewer.viewports[self._index].along

    def pressed(self, ink: InkCanvas | None, place: PixelPoint, at: PixelPoint) -> bool:
        """Whether the press was for the curve; `place` is on the view."""
        tool, shown = self._viewer.tool, self._viewer.shown(self._index)
        if shown is None or tool not in _ALONG or shown.rendering is not None:
            return False
        if shown.state.along is Along.STRAIGHT:
            self._grip = _Grip("section")
            self._follow(shown, at)
            return True
        return tool == CURVE and self._set(shown, ink, place, at)

    def moved(self, at: PixelPoint) -> bool:
        """Whether the move was for what is held."""
        shown = self._viewer.shown(self._index)
        if self._grip is None or shown is None:
            return False
        if self._grip.part == "section":
            self._follow(shown, at)
        else:
            self._run(f"curved.move {self._grip.number} {at[0]:.2f} {at[1]:.2f}")
        return True

    # --- inside ---

    def _set(self, shown: Shown, ink: InkCanvas | None, place: PixelPoint, at: PixelPoint) -> bool:
        """Hold of the point under the hand; on the line one between, elsewhere the next."""
        bend = self._viewer.bend(self._index)
        if bend is not None and ink is not None and shown.state.along is None:
            number = bends.point_under(ink, bend, place)
            if number is not None:
                self._grip = _Grip("point", number + 1)
                self._run(f"curved.choose {number + 1}")
                return True
        on_line = bend is not None and ink is not None and bends.line_under(ink, bend, place)
        between = on_line or shown.state.along is Along.SECTION  # it mends the curve there
        self._run(f"curved.{'insert' if between else 'point'} {at[0]:.2f} {at[1]:.2f}")
        return True

    def _follow(self, shown: Shown, at: PixelPoint) -> None:
        """The section goes where the hand is; with the crosshair to the very place there."""
        columns, rows = shown.frame.pixels.columns, shown.frame.pixels.rows
        x, y = min(max(at[0], 0.0), columns - 1.0), min(max(at[1], 0.0), rows - 1.0)
        y = rows // 2 if self._viewer.tool == CURVE else y
        self._run(f"tool.cursor3d {x:.2f} {y:.2f}")
