"""A hand on the label of a measurement: it is dragged out of the way, and stays there."""

from collections.abc import Callable

from attrs import evolve, frozen

from workstation.domain.measurement import Measurement, PixelPoint
from workstation.rendering.ink import Box, Point
from workstation.viewing.annotate import CLICK_PIXELS
from workstation.viewing.tool import within


@frozen
class _Label:
    """`off` is from the pointer to the middle of the label, on the view."""

    mark: Measurement
    start: Point
    off: Point
    at: PixelPoint | None = None  # from the first point; None: not dragged yet


class Labelling:
    """Of one canvas; acts by command lines alone."""

    def __init__(self, run: Callable[[str], None]) -> None:
        self._run = run
        self._held: _Label | None = None

    @property
    def busy(self) -> bool:
        return self._held is not None

    def shown(self, mark: Measurement) -> Measurement:
        """With its label where the hand holds it."""
        held = self._held
        if held is None or held.at is None or held.mark.id != mark.id:
            return mark
        return evolve(mark, label_at=held.at)

    def take(self, mark: Measurement, box: Box, place: Point) -> None:
        """The hand is on the label of a measurement, at a place of it."""
        left, top, wide, high = box
        self._held = _Label(mark, place, (left + wide / 2 - place[0], top + high / 2 - place[1]))

    def moved(self, place: Point, to_image: Callable[[Point], PixelPoint | None]) -> None:
        held = self._held
        if held is None or (held.at is None and within(place, held.start, CLICK_PIXELS)):
            return
        middle = to_image((place[0] + held.off[0], place[1] + held.off[1]))
        if middle is not None:
            x, y = held.mark.points[0]
            self._held = evolve(held, at=(middle[0] - x, middle[1] - y))

    def released(self, marks: tuple[Measurement, ...]) -> bool:
        """Whether a label was held; what is not on the view any more is left alone."""
        held, self._held = self._held, None
        if held is not None and any(mark.id == held.mark.id for mark in marks):
            if held.at is None:
                self._run(f"measurement.select {held.mark.id}")
            else:
                dx, dy = held.at
                self._run(f"measurement.place-label {held.mark.id} {dx:.2f} {dy:.2f}")
        return held is not None

    def cancel(self) -> None:
        self._held = None
