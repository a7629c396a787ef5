"""Looking along a vessel or a dental arch: its points, where its section lies, how it is turned.

A frozen value and its reducers; `imaging.course` is the curve through the points.
"""

import math
from collections.abc import Sequence
from enum import StrEnum
from itertools import pairwise
from typing import Final

import numpy as np
from attrs import evolve, frozen

from workstation.domain.geometry import ImagePlane, Vector, dot
from workstation.domain.measurement import PixelPoint
from workstation.domain.study import Frame, PixelSpacing, SpacingOrigin
from workstation.imaging.course import APART_MM, Course, section_axes, vector
from workstation.viewing.plane_stack import PlaneStack

#: How far to both sides of the curve is shown, in all, mm.
WIDE_MM: Final = (10.0, 300.0)
USUAL_WIDE_MM: Final = 60.0
#: Points of one curve; more than a hand sets.
MOST_POINTS: Final = 200
#: Frames of views that are no image of the display set, nor one of its planes.
STRAIGHT_FRAME: Final = 2000
_SECTION_FRAME: Final = 2001
#: Points that are traced anew lie about so far apart, mm.
_THINNED_MM: Final = 8.0
#: Half of the line that stands for a section on a plane, mm; and how flat a curve must lie there.
_SECTION_MM: Final = 8.0
_FLAT: Final = 0.2

#: Parts of a line, and whether each lies in what is shown.
Runs = tuple[tuple[tuple[PixelPoint, ...], bool], ...]


class Along(StrEnum):
    """What a view shows of a curve."""

    STRAIGHT = "straight"  # the picture along it
    SECTION = "section"  # the plane square to it


@frozen
class Traced:
    """Points in the patient, LPS mm, in the order of the curve.

    `at_mm` is where the section lies, from the beginning; `turn` by how many degrees the
    straight picture is turned about the curve. `chosen` is the point that a hand had last.
    """

    points: tuple[Vector, ...] = ()
    at_mm: float = 0.0
    turn: float = 0.0
    wide_mm: float = USUAL_WIDE_MM
    chosen: int = -1


#: An end that is nearer to the beginning than this part of the way lies on no side of it.
_LEAST_CHORD: Final = 0.2
#: Cosine within which the lower edge looks to one side all along a curve.
_STEADY: Final = 0.9


def with_point(traced: Traced, point: Vector, at: int | None = None) -> Traced:
    """One more, at the end or before the one with that index; not on one of its neighbours.

    Raises ValueError where it lies on a neighbour, or there are too many.
    """
    index = len(traced.points) if at is None else at
    beside = traced.points[max(0, index - 1) : index + 1]
    if len(traced.points) >= MOST_POINTS or any(math.dist(p, point) < APART_MM for p in beside):
        raise ValueError("no room for a point")
    points = (*traced.points[:index], point, *traced.points[index:])
    return evolve(traced, points=points, chosen=index)


def moved(traced: Traced, index: int, point: Vector) -> Traced:
    """One of them elsewhere."""
    points = (*traced.points[:index], point, *traced.points[index + 1 :])
    return evolve(traced, points=points, chosen=index)


def without(traced: Traced, index: int) -> Traced:
    """One less; the one before it is in hand then."""
    points = (*traced.points[:index], *traced.points[index + 1 :])
    return evolve(traced, points=points, chosen=min(max(0, index - 1), len(points) - 1))


def gone(traced: Traced, mm: float, length_mm: float) -> Traced:
    """The section so far along, as near as there is any of the curve."""
    return evolve(traced, at_mm=max(0.0, min(mm, length_mm)))


def turned(traced: Traced, degrees: float) -> Traced:
    return evolve(traced, turn=math.fmod(traced.turn + degrees, 360.0))


def widened(traced: Traced, mm: float) -> Traced:
    low, high = WIDE_MM
    return evolve(traced, wide_mm=max(low, min(traced.wide_mm + mm, high)))


def thinned(line: Sequence[Vector]) -> tuple[Vector, ...]:
    """Points of a fine line from which a curve like it is traced, with both its ends."""
    kept, length = [line[0]], 0.0
    for before, point in pairwise(line):
        length += math.dist(before, point)
        if length >= _THINNED_MM:
            kept.append(point)
            length = 0.0
    if math.dist(kept[-1], line[-1]) > APART_MM:
        kept.append(line[-1])
    return tuple(kept)


def place_between(found: Course, mm: float) -> int:
    """Before which of its points something lies that is so far along a curve."""
    return int(np.searchsorted(found.knots_mm, mm))


def straight_frame(common: Frame, rows: int, columns: int, step_mm: float) -> Frame:
    """The straight picture as an image: it has millimetres, and no place in the patient."""
    pixels = evolve(
        common.pixels, rows=rows, columns=columns, padding=None, padding_limit=None,
        floating=common.pixels.samples == 1 and common.palette is None,
    )  # fmt: skip
    return evolve(
        common,
        key=evolve(common.key, frame_index=STRAIGHT_FRAME),
        pixels=pixels,
        plane=None,
        spacing=PixelSpacing(step_mm, step_mm, SpacingOrigin.PATIENT),
    )


def no_frame(common: Frame) -> Frame:
    """While there is no picture: nothing has a place or a size."""
    return evolve(straight_frame(common, 2, 2, 1.0), spacing=PixelSpacing())


def section_frame(common: Frame, found: Course, index: int, wide_mm: float) -> Frame:
    """The plane square to a curve at one of its places, with the curve in its middle."""
    row, column = section_axes(found, index)
    count = 2 * max(1, round(wide_mm / found.step_mm / 2)) + 1
    half = found.step_mm * (count // 2)
    centre = vector(found.places[index])
    x, y, z = (c - half * (r + d) for c, r, d in zip(centre, row, column, strict=True))
    return evolve(
        common,
        key=evolve(common.key, frame_index=_SECTION_FRAME),
        pixels=evolve(common.pixels, rows=count, columns=count),
        plane=ImagePlane((x, y, z), row, column, found.step_mm, found.step_mm),
        spacing=PixelSpacing(found.step_mm, found.step_mm, SpacingOrigin.PATIENT),
    )


def sections(common: Frame, found: Course, wide_mm: float, apart_mm: float) -> PlaneStack:
    """All the way along, so far apart, as far from either end; in the order of the curve."""
    count = max(1, int(found.length_mm / apart_mm + 1e-6) + 1)
    first = (found.length_mm - (count - 1) * apart_mm) / 2
    planes = []
    for number in range(count):
        at = found.index_at(first + number * apart_mm)
        frame = section_frame(common, found, at, wide_mm)
        assert frame.plane is not None
        planes.append(frame.plane)
    return PlaneStack(tuple(planes), (frame.pixels.columns, frame.pixels.rows), apart_mm)


def sides(found: Course) -> tuple[Vector, Vector]:
    """Of the straight picture: where its end lies as seen from its beginning, and where its lower
    edge looks all along it. Nothing where no side holds: the curve comes back, or turns over."""
    chord = found.places[-1] - found.places[0]
    length = float(np.linalg.norm(chord))
    leads = chord / length if length >= _LEAST_CHORD * found.length_mm else np.zeros(3)
    mean = found.across.mean(axis=0)
    mean = mean / max(float(np.linalg.norm(mean)), 1e-9)
    steady = float((found.across @ mean).min()) >= _STEADY
    return vector(leads), vector(mean if steady else np.zeros(3))


def point_of(found: Course, rows: int, at: PixelPoint) -> Vector:
    """What of the patient lies under a pixel of the straight picture."""
    index = found.index_at(at[0] * found.step_mm)
    beside = (at[1] - rows // 2) * found.step_mm
    return vector(found.places[index] + beside * found.across[index])


def runs(placed: Sequence[tuple[float, float, float]], near: float) -> Runs:
    """A line in pixels of a plane and mm beside it, cut where it comes into the plane or leaves
    it; with each part whether it lies in it."""
    found: list[tuple[list[PixelPoint], bool]] = []
    for x, y, away in placed:
        lies = abs(away) <= near
        if not found or found[-1][1] != lies:
            joint = [found[-1][0][-1]] if found else []
            found.append((joint, lies))
        found[-1][0].append((x, y))
    return tuple((tuple(line), lies) for line, lies in found if len(line) > 1)


def section_on(
    plane: ImagePlane, found: Course, at_mm: float, near: float
) -> tuple[PixelPoint, PixelPoint] | None:
    """The section as a short line across the curve where a plane meets it; None beside it."""
    index = found.index_at(at_mm)
    x, y, away = plane.to_pixel(vector(found.places[index]))
    leads = vector(found.along[index])
    right, down = dot(leads, plane.row), dot(leads, plane.column)
    length = math.hypot(right, down)
    if abs(away) > near or length < _FLAT:
        return None
    across = -down / length * _SECTION_MM, right / length * _SECTION_MM
    dx, dy = across[0] / plane.column_spacing, across[1] / plane.row_spacing
    return (x - dx, y - dy), (x + dx, y + dy)
