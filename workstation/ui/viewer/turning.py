"""A hand on the crosshair of planes: its middle, a line, a turning grip, the edge of a slab."""

import math
from typing import Final

from attrs import define

from workstation.domain.measurement import PixelPoint
from workstation.rendering.crosshair import Held, held
from workstation.rendering.ink import Canvas as InkCanvas
from workstation.services.screen.view_lines import Crosshair
from workstation.ui.viewer.holding import Holding

#: A turn by hand goes in steps of this, degrees: what trembles less is no turn.
_LEAST_TURN: Final = 0.05


@define
class _Grip:
    held: Held
    at: PixelPoint  # where the hand was last, in image pixels
    off: PixelPoint  # from what is held to where it was taken hold of


class Turning(Holding[_Grip]):
    """Of one canvas; acts by command lines alone. Points are image pixels of its view."""

    def over(self, ink: InkCanvas | None, place: PixelPoint) -> bool:
        """Whether a hand there could take hold of something; `place` is on the view."""
        cross = self._viewer.crosshair(self._index)
        if cross is None or ink is None or not self._viewer.ink_shown:
            return False
        return held(ink, cross, place) is not None

    def pressed(self, ink: InkCanvas | None, place: PixelPoint, at: PixelPoint) -> bool:
        """Whether something of the crosshair was taken hold of; `place` is on the view."""
        cross = self._viewer.crosshair(self._index)
        if cross is None or ink is None or not self._viewer.ink_shown:
            return False
        found = held(ink, cross, place)
        self._grip = None if found is None else _Grip(found, at, _off(cross, found, at))
        return found is not None

    def moved(self, at: PixelPoint) -> bool:
        """Whether the move was for what is held."""
        grip, cross = self._grip, self._viewer.crosshair(self._index)
        if grip is None or cross is None:
            return False
        match grip.held.part:
            case "middle":
                self._go((at[0] - grip.off[0], at[1] - grip.off[1]))
            case "line":
                there = at[0] - grip.off[0], at[1] - grip.off[1]
                self._go(_aside(cross, grip.held, there))
            case "turn":
                self._turn(grip, cross.at, at)
            case "slab":
                self._thicken(cross, grip.held, at)
        return True

    # --- inside ---

    def _go(self, to: PixelPoint) -> None:
        self._run(f"tool.cursor3d {to[0]:.2f} {to[1]:.2f}")

    def _turn(self, grip: _Grip, about: PixelPoint, at: PixelPoint) -> None:
        before, now = (math.atan2(y - about[1], x - about[0]) for x, y in (grip.at, at))
        degrees = math.degrees(math.remainder(now - before, math.tau))
        if abs(degrees) >= _LEAST_TURN:
            grip.at = at
            self._run(f"mpr.turn {degrees:.3f}")  # in the image: a flipped view is no matter

    def _thicken(self, cross: Crosshair, held: Held, at: PixelPoint) -> None:
        """To the edge that the hand draws, on both sides alike."""
        assert held.plane is not None
        x, y = _away(cross, held, at)
        shown = self._viewer.shown(self._index)
        assert shown is not None
        assert shown.frame.plane is not None
        spacing = shown.frame.plane
        mm = 2 * math.hypot(x * spacing.column_spacing, y * spacing.row_spacing)
        self._run(f"viewport.slab-of {held.plane.value} {mm:.1f}")


def _off(cross: Crosshair, held: Held, at: PixelPoint) -> PixelPoint:
    """So that nothing jumps to the hand: it moves as far as the hand does."""
    match held.part:
        case "middle":
            return at[0] - cross.at[0], at[1] - cross.at[1]
        case "line":
            return _away(cross, held, at)
    return 0.0, 0.0


def _away(cross: Crosshair, held: Held, at: PixelPoint) -> PixelPoint:
    """From the line of a plane to a point, square to it; pixels of a plane are square."""
    line = next(each for each in cross.lines if each.plane is held.plane)
    dx, dy = line.direction
    along = (at[0] - cross.at[0]) * dx + (at[1] - cross.at[1]) * dy
    along /= dx * dx + dy * dy
    return at[0] - cross.at[0] - along * dx, at[1] - cross.at[1] - along * dy


def _aside(cross: Crosshair, held: Held, at: PixelPoint) -> PixelPoint:
    """The crosshair when only one plane goes to where the hand is."""
    x, y = _away(cross, held, at)
    return cross.at[0] + x, cross.at[1] + y
