"""What a hand meets on a view: a handle of a measurement, its label, its line, or nothing."""

from collections.abc import Mapping

from attrs import field, frozen

from workstation.domain.measurement import Measurement, PixelPoint
from workstation.rendering import annotations
from workstation.rendering.ink import Box, Point
from workstation.rendering.ink import Canvas as InkCanvas
from workstation.ui.viewer.pointing import GRAB, NEAR
from workstation.viewing.snapping import nearest_within, snapped


@frozen
class Grasp:
    """A measurement under the hand, and which of its points; None: all of it."""

    measurement: Measurement
    handle: int | None


@frozen
class Reach:
    """What is drawn on a view at this instant, as far as a hand can meet it.

    `ink` is how it was laid, `labels` where the labels stand; `measuring`: the tool places
    points, and lines are ground like any other.
    """

    ink: InkCanvas | None = None
    marks: tuple[Measurement, ...] = ()
    labels: Mapping[str, Box] = field(factory=dict)
    selected: str = ""
    measuring: bool = False

    def grasp(self, place: Point) -> Grasp | None:
        """What of the selected measurement can be taken hold of."""
        mark = next((mark for mark in self.marks if mark.id == self.selected), None)
        if mark is None or self.ink is None:
            return None
        number = nearest_within(place, annotations.handles(self.ink, mark), GRAB)
        if number is not None:
            return Grasp(mark, number)
        on_line = not self.measuring and annotations.distance(self.ink, mark, place) <= NEAR
        return Grasp(mark, None) if on_line else None

    def label(self, place: Point) -> Measurement | None:
        """Whose label lies under a place; of two the upper one, drawn last."""
        for mark in reversed(self.marks):
            left, top, wide, high = self.labels.get(mark.id, (0.0, 0.0, -1.0, -1.0))
            if left <= place[0] <= left + wide and top <= place[1] <= top + high:
                return mark
        return None

    def under(self, place: Point) -> tuple[Measurement, ...]:
        """The measurements whose line passes under the pointer."""
        ink = self.ink
        if ink is None:
            return ()
        return tuple(m for m in self.marks if annotations.distance(ink, m, place) <= NEAR)

    def holds(self, place: Point) -> bool:
        """Whether a press there would take hold of something."""
        met = self.grasp(place) is not None or self.label(place) is not None
        return met or (not self.measuring and bool(self.under(place)))

    def meets(self, at: PixelPoint, name: str) -> PixelPoint | None:
        """The handle of another measurement than `name` on which an image point falls."""
        ink = self.ink
        if ink is None:
            return None
        others = (mark for mark in self.marks if mark.id != name)
        return snapped(ink.at(at), ((ink.at(p), p) for mark in others for p in mark.points))
