"""Measuring tools: press, drag and release, or press, move and press."""

from typing import Final, Self

from attrs import evolve, frozen

from workstation.domain.measurement import MeasurementKind
from workstation.viewing.tool import (
    Cancel,
    Commit,
    Effect,
    Event,
    Move,
    Press,
    Preview,
    Release,
)

#: A release within this many screen pixels of the press is a click, not a drag.
CLICK_PIXELS: Final = 4.0

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


def _apart(first: Press, event: Press | Release) -> bool:
    dx, dy = event.screen[0] - first.screen[0], event.screen[1] - first.screen[1]
    return bool(dx * dx + dy * dy > CLICK_PIXELS**2)
