"""What a hand meets on a view: a handle of a measurement, its line, or nothing."""

from collections.abc import Sequence

from attrs import frozen

from workstation.domain.measurement import Measurement, PixelPoint
from workstation.rendering import annotations
from workstation.rendering.ink import Canvas as InkCanvas
from workstation.ui.viewer.pointing import GRAB, NEAR
from workstation.viewing.snapping import nearest_within


@frozen
class Grasp:
    """A measurement under the hand, and which of its points; None: all of it."""

    measurement: Measurement
    handle: int | None


def grasped(
    ink: InkCanvas, marks: Sequence[Measurement], selected: str, place: PixelPoint, *, lines: bool
) -> Grasp | None:
    """What of the selected measurement can be taken hold of; its line only with `lines`."""
    for mark in marks:
        if mark.id != selected:
            continue
        number = nearest_within(place, annotations.handles(ink, mark), GRAB)
        if number is not None:
            return Grasp(mark, number)
        if lines and annotations.distance(ink, mark, place) <= NEAR:
            return Grasp(mark, None)
    return None


def under(
    ink: InkCanvas, marks: Sequence[Measurement], place: PixelPoint
) -> tuple[Measurement, ...]:
    """The measurements whose line passes under the pointer."""
    return tuple(mark for mark in marks if annotations.distance(ink, mark, place) <= NEAR)
