"""Dragging tools: scroll, pan, zoom, turn, window, probe, 3D cursor."""

import math
from abc import ABC, abstractmethod
from typing import Final, Self

from attrs import evolve, frozen

from workstation.domain.measurement import MeasurementKind, PixelPoint
from workstation.viewing.tool import (
    Cancel,
    Effect,
    Event,
    Locate,
    Move,
    PanBy,
    Press,
    Preview,
    Probe,
    Release,
    ScrollBy,
    Stroke,
    TurnBy,
    WindowBy,
    ZoomBy,
    ZoomTo,
)

#: Screen pixels for one frame while dragging: no less, so that a hand can stop at an image,
#: and no more, so that a stack of ten does not need the whole arm.
FINEST: Final = 1.5
COARSEST: Final = 24.0
#: How much of the height of a view goes through the whole stack.
_THROUGH: Final = 0.8
#: Sides of a box to zoom to, at least, in screen pixels: less is a hand that trembled.
LEAST_BOX: Final = 8.0
#: From so many screen pixels of the middle on a hand turns the picture.
TURN_FROM: Final = 12.0
#: Screen pixels for a doubling while dragging.
ZOOM_PIXELS: Final = 150.0


def pixels_per_frame(height: float, frames: int) -> float:
    """How far a drag goes for one image: the sensitivity follows the range of the stack."""
    return max(FINEST, min(height * _THROUGH / max(1, frames), COARSEST))


@frozen
class _Drag(ABC):
    """Remembers where the pointer was; a drag that is not held is not a drag."""

    press: Press | None = None
    last: PixelPoint = (0.0, 0.0)

    def on(self, event: Event) -> tuple[Self, tuple[Effect, ...]]:
        match event:
            case Press():
                return evolve(self, press=event, last=event.screen), ()
            case Move(held=True) if self.press is not None:
                return self.dragged(self.press, event)
            case Release() | Cancel():
                return evolve(self, press=None), ()
        return self, ()

    def dragged(self, press: Press, event: Move) -> tuple[Self, tuple[Effect, ...]]:
        dx, dy = (
            (now - before) * event.pace for now, before in zip(event.screen, self.last, strict=True)
        )
        return evolve(self, last=event.screen), self.effect(press, event, dx, dy)

    @abstractmethod
    def effect(self, press: Press, event: Move, dx: float, dy: float) -> tuple[Effect, ...]:
        """What a move by so many screen pixels does."""


@frozen
class WindowTool(_Drag):
    def effect(self, press: Press, event: Move, dx: float, dy: float) -> tuple[Effect, ...]:
        return (WindowBy(dx, dy),)


@frozen
class ZoomTool(_Drag):
    """Up magnifies, about the point where the drag began."""

    def effect(self, press: Press, event: Move, dx: float, dy: float) -> tuple[Effect, ...]:
        return (ZoomBy(2.0 ** (-dy / ZOOM_PIXELS), press.at),)


@frozen
class PanTool(_Drag):
    """The point taken hold of stays under the pointer."""

    def effect(self, press: Press, event: Move, dx: float, dy: float) -> tuple[Effect, ...]:
        return (PanBy(event.at[0] - press.at[0], event.at[1] - press.at[1]),)


@frozen
class TurnTool:
    """Around the middle of the view, as a film under a finger; at the middle nothing turns."""

    middle: PixelPoint | None = None  # while the button is down
    last: PixelPoint = (0.0, 0.0)

    def on(self, event: Event) -> tuple[Self, tuple[Effect, ...]]:
        match event:
            case Press():
                return evolve(self, middle=event.middle, last=event.screen), ()
            case Move(held=True) if self.middle is not None:
                degrees = _swept(self.middle, self.last, event.screen) * event.pace
                turned = (TurnBy(degrees),) if degrees else ()
                return evolve(self, last=event.screen), turned
            case Release() | Cancel():
                return evolve(self, middle=None), ()
        return self, ()


def _swept(middle: PixelPoint, before: PixelPoint, now: PixelPoint) -> float:
    """Degrees clockwise around the middle; nothing near it, where a hand cannot aim."""
    if min(math.dist(middle, before), math.dist(middle, now)) < TURN_FROM:
        return 0.0
    first, second = (math.atan2(at[1] - middle[1], at[0] - middle[0]) for at in (before, now))
    return math.degrees(math.remainder(second - first, math.tau))


@frozen
class AreaTool:
    """A box is drawn with the button held; let go, it fills the view. A click is no box."""

    press: Press | None = None

    def on(self, event: Event) -> tuple[Self, tuple[Effect, ...]]:
        match self.press, event:
            case _, Press():
                return evolve(self, press=event), ()
            case Press() as start, Move(held=True):
                box = (start.at, event.at)
                return self, (Preview(MeasurementKind.RECTANGLE, box),)
            case Press() as start, Release():
                gone = (Preview(None),)
                dx, dy = (abs(a - b) for a, b in zip(start.screen, event.screen, strict=True))
                zoom = (ZoomTo(start.at, event.at),) if min(dx, dy) >= LEAST_BOX else ()
                return evolve(self, press=None), (*gone, *zoom)
            case _, Cancel():
                return evolve(self, press=None), (Preview(None),)
        return self, ()


@frozen
class ScrollTool(_Drag):
    """Down goes forward; what is left of a step is kept for the next move."""

    def dragged(self, press: Press, event: Move) -> tuple[Self, tuple[Effect, ...]]:
        effects = self.effect(press, event, 0.0, event.screen[1] - self.last[1])
        frames = sum(each.frames for each in effects if isinstance(each, ScrollBy))
        taken = frames * press.per_frame / event.pace
        return evolve(self, last=(event.screen[0], self.last[1] + taken)), effects

    def effect(self, press: Press, event: Move, dx: float, dy: float) -> tuple[Effect, ...]:
        frames = int(dy * event.pace / press.per_frame)
        return (ScrollBy(frames),) if frames else ()


@frozen
class ProbeTool:
    """Says the value under the pointer while it moves."""

    def on(self, event: Event) -> tuple[Self, tuple[Effect, ...]]:
        match event:
            case Press() | Move():
                return self, (Probe(event.at),)
        return self, ()


@frozen
class BrushTool:
    """Goes over an image while the button is held; one stroke is one step."""

    path: tuple[PixelPoint, ...] = ()

    def on(self, event: Event) -> tuple[Self, tuple[Effect, ...]]:
        match event:
            case Press():
                return evolve(self, path=(event.at,)), ()
            case Move(held=True) if self.path:
                if event.at == self.path[-1]:
                    return self, ()
                path = (*self.path, event.at)
                return evolve(self, path=path), (Preview(MeasurementKind.FREEHAND, path),)
            case Release() if self.path:
                return evolve(self, path=()), (Preview(None), Stroke(self.path))
            case Cancel():
                return evolve(self, path=()), (Preview(None),)
        return self, ()


@frozen
class CursorTool:
    """Marks the place in the patient where the button goes down and while it is held."""

    held: bool = False

    def on(self, event: Event) -> tuple[Self, tuple[Effect, ...]]:
        match event:
            case Press():
                return evolve(self, held=True), (Locate(event.at),)
            case Move(held=True) if self.held:
                return self, (Locate(event.at),)
            case Release() | Cancel():
                return evolve(self, held=False), ()
        return self, ()
