"""Measuring tools: press, drag and release, or a click for each point."""

from typing import Final, Self

from attrs import evolve, frozen

from workstation.domain.measurement import (
    MOST_POINTS,
    POINTS,
    REGIONS,
    MeasurementKind,
    PixelPoint,
)
from workstation.viewing.tool import (
    Cancel,
    Commit,
    Effect,
    Event,
    Known,
    Move,
    Pointer,
    Press,
    Preview,
    Release,
    Tool,
)

#: A release within this many screen pixels of the press is a click, not a drag.
CLICK_PIXELS: Final = 4.0

#: A hand that draws leaves a corner every so many screen pixels.
STEP_PIXELS: Final = 2.0

_NOTHING: Final = Preview(None)


@frozen
class TwoPointTool:
    """Two points on one frame make a length, or the box of an ellipse or rectangle.

    Escape forgets the first point. A point on another frame is not the other end:
    the frame was scrolled meanwhile, and the tool starts anew there.
    """

    kind: MeasurementKind
    first: Press | None = None

    def on(self, event: Event) -> tuple[Self, tuple[Effect, ...]]:
        if isinstance(event, Cancel):
            return evolve(self, first=None), (_NOTHING,)
        first = self.first
        if first is None or event.frame != first.frame:
            if isinstance(event, Press):
                return evolve(self, first=event), ()
            return evolve(self, first=None), (_NOTHING,) if first is not None else ()
        points = (first.at, event.at)
        if isinstance(event, Move):
            return self, (Preview(self.kind, points),)
        if isinstance(event, Release) and not _apart(first, event):
            return self, ()  # a click: the second press will end it
        if not _apart(first, event):
            return evolve(self, first=None), (_NOTHING,)
        return evolve(self, first=None), (Commit(self.kind, points, first.frame), _NOTHING)


@frozen
class KnownLineTool:
    """A line over a known distance; it is no measurement."""

    line: TwoPointTool = TwoPointTool(MeasurementKind.LENGTH)

    def on(self, event: Event) -> tuple[Self, tuple[Effect, ...]]:
        line, effects = self.line.on(event)
        drawn = (Known(each.points) if isinstance(each, Commit) else each for each in effects)
        return evolve(self, line=line), tuple(drawn)


@frozen
class PlacingTool:
    """As many points as the kind has, each by a click or at either end of a drag.

    A kind of as many as it needs ends where the last one is clicked once more, and an
    outline also where it was begun. Escape forgets all of them; another frame starts anew.
    """

    kind: MeasurementKind
    placed: tuple[Pointer, ...] = ()
    pressed: bool = False

    def on(self, event: Event) -> tuple[Self, tuple[Effect, ...]]:
        if isinstance(event, Cancel):
            return self._fresh(), (_NOTHING,)
        if self.placed and event.frame != self.placed[0].frame:
            if isinstance(event, Press):
                return self._fresh().on(event)
            return self._fresh(), (_NOTHING,)
        if isinstance(event, Press):
            return self._press(event)
        if isinstance(event, Release):
            drawn = self.pressed and _apart(self.placed[-1], event)
            return evolve(self, pressed=False)._take(event) if drawn else self._lifted()
        if not self.placed:
            return self, ()
        return self, (Preview(self.kind, (*self._points, event.at)),)

    def _press(self, event: Press) -> tuple[Self, tuple[Effect, ...]]:
        least, most = POINTS[self.kind]
        again = bool(self.placed) and not _apart(self.placed[-1], event)
        closed = self.kind in REGIONS and bool(self.placed) and not _apart(self.placed[0], event)
        if least != most and len(self.placed) >= least and (again or closed):
            return self._done()
        return (self, ()) if again else evolve(self, pressed=True)._take(event)

    def _take(self, event: Press | Release) -> tuple[Self, tuple[Effect, ...]]:
        taken = evolve(self, placed=(*self.placed, event))
        if len(taken.placed) == POINTS[self.kind][1]:
            return taken._done()
        return taken, (Preview(self.kind, taken._points),)

    def _done(self) -> tuple[Self, tuple[Effect, ...]]:
        made = Commit(self.kind, self._points, self.placed[0].frame)
        return self._fresh(), (made, _NOTHING)

    def _lifted(self) -> tuple[Self, tuple[Effect, ...]]:
        return evolve(self, pressed=False), ()

    def _fresh(self) -> Self:
        return evolve(self, placed=(), pressed=False)

    @property
    def _points(self) -> tuple[PixelPoint, ...]:
        return tuple(each.at for each in self.placed)


@frozen
class FreehandTool:
    """An outline drawn with the button held; letting go closes it."""

    drawn: tuple[Pointer, ...] = ()

    def on(self, event: Event) -> tuple[Self, tuple[Effect, ...]]:
        if isinstance(event, Press):
            return evolve(self, drawn=(event,)), ()
        if isinstance(event, Cancel) or not self.drawn:
            return evolve(self, drawn=()), (_NOTHING,) if self.drawn else ()
        if event.frame != self.drawn[0].frame:
            return evolve(self, drawn=()), (_NOTHING,)
        if isinstance(event, Release):
            return self._closed()
        full = len(self.drawn) >= MOST_POINTS
        if full or not _apart(self.drawn[-1], event, STEP_PIXELS):
            return self, ()
        longer = evolve(self, drawn=(*self.drawn, event))
        return longer, (Preview(MeasurementKind.FREEHAND, longer._points),)

    def _closed(self) -> tuple[Self, tuple[Effect, ...]]:
        fresh = evolve(self, drawn=())
        if len(self.drawn) < POINTS[MeasurementKind.FREEHAND][0]:
            return fresh, (_NOTHING,)
        made = Commit(MeasurementKind.FREEHAND, self._points, self.drawn[0].frame)
        return fresh, (made, _NOTHING)

    @property
    def _points(self) -> tuple[PixelPoint, ...]:
        return tuple(each.at for each in self.drawn)


def _apart(first: Pointer, event: Pointer, reach: float = CLICK_PIXELS) -> bool:
    dx, dy = event.screen[0] - first.screen[0], event.screen[1] - first.screen[1]
    return bool(dx * dx + dy * dy > reach**2)


def tool_for(kind: MeasurementKind) -> Tool:
    """A fresh tool that places a measurement of this kind."""
    if kind is MeasurementKind.FREEHAND:
        return FreehandTool()
    return TwoPointTool(kind) if POINTS[kind] == (2, 2) else PlacingTool(kind)
