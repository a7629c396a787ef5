"""Measurements made on planes of the patient, as they lie on other images and planes.

A mark is drawn where all of its points lie in what is shown, and nowhere else: a length that
goes through a slice would look shorter than it is.
"""

from typing import Final

from attrs import evolve

from workstation.domain.geometry import dot
from workstation.domain.measurement import Measurement, MeasurementKind, OnPlane
from workstation.domain.study import Frame
from workstation.viewing.linking import space

#: mm to both sides of a plane that has no thickness of its own.
HALF_MM: Final = 0.5
#: Shapes along the rows and columns of their plane: cosine to those of the other one.
_ALIGNED: Final = 0.9999
_BY_ROWS: Final = frozenset(
    {MeasurementKind.ELLIPSE, MeasurementKind.RECTANGLE, MeasurementKind.CARDIOTHORACIC}
)


def from_image(mark: Measurement, image: Frame, plane: Frame) -> Measurement | None:
    """A mark made on an image, in the pixels of a plane in which all of it lies."""
    if mark.on is not None or image.plane is None:
        return None
    there = on_frame(evolve(mark, on=OnPlane(image.plane, space(image), "")), plane)
    return None if there is None else evolve(there, frame=mark.frame, on=None)


def on_frame(mark: Measurement, frame: Frame) -> Measurement | None:
    """The mark in the pixels of a frame; None where it is not drawn there."""
    if mark.on is None:
        return mark if mark.frame == frame.key else None
    plane = frame.plane
    if plane is None or space(frame) != mark.on.space:
        return None
    if mark.kind in _BY_ROWS and dot(plane.row, mark.on.plane.row) < _ALIGNED:
        return None
    half = frame.thickness_mm / 2 if frame.thickness_mm else HALF_MM
    placed = [plane.to_pixel(point) for point in mark.in_patient]
    if any(abs(away) > half for _, _, away in placed):
        return None
    return evolve(mark, frame=frame.key, points=tuple((x, y) for x, y, _ in placed))
