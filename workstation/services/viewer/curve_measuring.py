"""Measuring on the straight picture of a curve: along the curve, and square to it.

Elsewhere in the picture it is bent: neighbouring columns lie nearer to each other inside a bend
than outside, and a length across them would be no length of the patient.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from attrs import evolve

from workstation.domain.geometry import ImagePlane
from workstation.domain.measurement import Measurement, MeasurementKind, OnPlane, PixelPoint
from workstation.domain.study import Frame
from workstation.errors import CommandError
from workstation.imaging.course import Course, section_axes, vector
from workstation.services.viewer.straightening import Straight
from workstation.text import tr
from workstation.viewing.curved import point_of
from workstation.viewing.linking import space
from workstation.viewing.planes import nearest_plane

#: How far from the line points may be set that are meant on it, mm.
ON_LINE_MM: Final = 2.0
#: How far from each other along the curve the ends of a length across it may be, mm.
SQUARE_MM: Final = 1.0
#: A mark lies on a curve where none of its points is further from it, mm.
_SAME_MM: Final = 0.5
#: Points of a length along the curve are so far apart, mm.
_APART_MM: Final = 1.0


def measured(
    made: Straight, images: Sequence[Frame], kind: MeasurementKind, points: Sequence[PixelPoint]
) -> Measurement:
    """A length, without its number. Raises CommandError where no millimetres are known."""
    found, middle = made.of.course, made.frame.pixels.rows // 2
    if len(points) != 2 or kind not in (MeasurementKind.LENGTH, MeasurementKind.POLYLINE):
        raise CommandError(
            tr("a straightened picture has lengths along its line and square to it alone: "
               "measure in the section or on a plane")
        )  # fmt: skip
    (x1, y1), (x2, y2) = points
    first, last = (min(max(x * found.step_mm, 0.0), found.length_mm) for x in (x1, x2))
    if all(abs(y - middle) * found.step_mm <= ON_LINE_MM for y in (y1, y2)):
        return _along(made, images, sorted((first, last)))
    if abs(first - last) <= SQUARE_MM:
        return _across(made, images, ((x1 + x2) / 2, y1), ((x1 + x2) / 2, y2))
    raise CommandError(
        tr("between these points millimetres are not known: the picture is straightened. "
           "Measure along the line, square to it, or in the section")
    )  # fmt: skip


def _along(made: Straight, images: Sequence[Frame], ends: Sequence[float]) -> Measurement:
    found, middle = made.of.course, float(made.frame.pixels.rows // 2)
    count = max(2, round((ends[1] - ends[0]) / _APART_MM) + 1)
    at = np.linspace(ends[0], ends[1], count)
    own = np.arange(len(found)) * found.step_mm
    places = [np.interp(at, own, found.places[:, axis]) for axis in range(3)]
    line = tuple(vector(place) for place in np.stack(places, axis=1))
    section = _section(found, found.index_at(ends[0]))
    points = tuple((mm / found.step_mm, middle) for mm in ends)
    on = OnPlane(section, space(made.frame), "", course=line)
    return _mark(
        images, MeasurementKind.POLYLINE, points, ends[1] - ends[0], on,
        tr("along the curve"),
    )  # fmt: skip


def _across(
    made: Straight, images: Sequence[Frame], start: PixelPoint, end: PixelPoint
) -> Measurement:
    """In the section there, as a plane of the patient."""
    found, rows = made.of.course, made.frame.pixels.rows
    plane = _section(found, found.index_at(start[0] * found.step_mm))
    ends = [plane.to_pixel(point_of(found, rows, at))[:2] for at in (start, end)]
    on = OnPlane(plane, space(made.frame), nearest_plane(plane).value)
    length = abs(end[1] - start[1]) * found.step_mm
    return _mark(images, MeasurementKind.LENGTH, tuple(ends), length, on, "")


def _mark(
    images: Sequence[Frame],
    kind: MeasurementKind,
    points: tuple[PixelPoint, ...],
    length: float,
    on: OnPlane,
    note: str,
) -> Measurement:
    mark = Measurement("", kind, images[0].key, points, length, "mm", note, on=on)
    middle = vector(np.mean(mark.in_patient, axis=0))
    placed = [each for each in images if each.plane is not None]
    nearest = min(placed, key=lambda each: abs(each.plane.to_pixel(middle)[2]))  # type: ignore[union-attr]
    return evolve(mark, frame=nearest.key)


def _section(found: Course, index: int) -> ImagePlane:
    row, column = section_axes(found, index)
    return ImagePlane(vector(found.places[index]), row, column, found.step_mm, found.step_mm)


def on_straight(mark: Measurement, made: Straight) -> Measurement | None:
    """A length along a curve, or square to it, on its straight picture; None: of another one."""
    found, middle = made.of.course, float(made.frame.pixels.rows // 2)
    if mark.on is None or mark.on.space != space(made.frame) or not mark.in_patient:
        return None
    if mark.on.course:
        placed = [found.nearest(point) for point in mark.in_patient]
        if any(beside > _SAME_MM for _, beside in placed):
            return None
        ends = tuple((placed[end][0] / found.step_mm, middle) for end in (0, -1))
        return evolve(mark, frame=made.frame.key, points=ends)
    if mark.kind is not MeasurementKind.LENGTH:
        return None
    points = tuple(_beside(found, middle, point) for point in mark.in_patient)
    if any(point is None for point in points):
        return None
    return evolve(mark, frame=made.frame.key, points=tuple(p for p in points if p is not None))


def _beside(found: Course, middle: float, point: tuple[float, float, float]) -> PixelPoint | None:
    """Where a point lies that is in the plane of the straight picture; None: it is not."""
    mm, _ = found.nearest(point)
    index = found.index_at(mm)
    away = np.asarray(point) - found.places[index]
    if abs(float(away @ found.depth[index])) > _SAME_MM:
        return None
    return mm / found.step_mm, middle + float(away @ found.across[index]) / found.step_mm
