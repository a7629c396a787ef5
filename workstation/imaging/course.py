"""A smooth curve through points of a patient, and a frame that goes along it without twisting.

The curve is an interpolating cubic spline on centripetal nodes (Lee, "Choosing nodes in parametric
curve interpolation", Computer-Aided Design 21, 1989): through all its points, with slope and bend
that go on there, and without the loops that other nodes make where points lie unevenly. Of a
helix with points every 60 degrees its length is 0.3 % short, that of a Catmull-Rom spline on the
same nodes 1.3 %. The frame is a rotation-minimising one by double reflection (Wang, Juettler,
Zheng and Liu, "Computation of rotation minimizing frames", ACM Transactions on Graphics 27, 2008):
a straight picture made with it turns no more about the curve than the curve makes it.
"""

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from workstation.domain.geometry import Vector, cross, dot

Floats = NDArray[np.float64]

#: Points nearer to each other than this are one, mm.
APART_MM: Final = 0.1
#: Chords of each part of the spline: on an arc of 90 degrees they are 1e-5 shorter than it.
_CHORDS: Final = 96
_NOTHING: Final = 1e-9


@frozen(eq=False)
class Course:
    """Places every `step_mm` along the curve, with directions of length 1, (n, 3) each.

    `along` is where it leads, `across` and `depth` are square to it and to each other.
    """

    places: Floats = field(repr=False)
    along: Floats = field(repr=False)
    across: Floats = field(repr=False)
    depth: Floats = field(repr=False)
    step_mm: float
    length_mm: float
    knots_mm: tuple[float, ...]  # how far along each of the points lies that it was made of

    def __len__(self) -> int:
        return len(self.places)

    def index_at(self, mm: float) -> int:
        """The place nearest to so many mm from the beginning."""
        return max(0, min(round(mm / self.step_mm), len(self) - 1))

    def nearest(self, point: Vector) -> tuple[float, float]:
        """How far along it a point lies, and how far beside it, mm."""
        away = np.linalg.norm(self.places - np.asarray(point), axis=1)
        at = int(away.argmin())
        past = float((np.asarray(point) - self.places[at]) @ self.along[at])
        mm = min(max(at * self.step_mm + past, 0.0), self.length_mm)
        beside = math.sqrt(max(0.0, float(away[at]) ** 2 - past**2))
        return mm, beside


def course(points: Sequence[Vector], step_mm: float, turn: float = 0.0) -> Course | None:
    """Through these points, in their order; None: fewer than two of them are apart.

    `turn` is by how many degrees the picture is turned about the curve.
    """
    apart = distinct(points)
    if len(apart) < 2:
        return None
    fine, knots = _spline(np.asarray(apart, np.float64))
    run = np.concatenate(([0.0], np.cumsum(np.linalg.norm(np.diff(fine, axis=0), axis=1))))
    length = float(run[-1])
    count = max(2, math.floor(length / step_mm + 1e-6) + 1)
    at = np.asarray(np.arange(count) * min(step_mm, length / (count - 1)), np.float64)
    places = np.stack([np.interp(at, run, fine[:, axis]) for axis in range(3)], axis=1)
    along = _directions(fine, run, at)
    across, depth = _turned(along, _carried(places, along, _upwards(apart, along[0])), turn)
    knots_mm = tuple(float(run[knot]) for knot in knots)
    return Course(places, along, across, depth, float(at[1]), length, knots_mm)


def distinct(points: Sequence[Vector]) -> tuple[Vector, ...]:
    """Without those that lie on the one before."""
    found: list[Vector] = []
    for point in points:
        if not found or math.dist(point, found[-1]) >= APART_MM:
            found.append(point)
    return tuple(found)


def _spline(points: Floats) -> tuple[Floats, list[int]]:
    """Points of the curve, and which of them are those it was made of."""
    gaps = np.sqrt(np.linalg.norm(np.diff(points, axis=0), axis=1))  # centripetal
    bends = _second_derivatives(points, gaps)
    share = np.linspace(0.0, 1.0, _CHORDS, endpoint=False)[:, None]
    parts = []
    for i, gap in enumerate(gaps):
        ends = points[i] * (1 - share) + points[i + 1] * share
        first, second = (1 - share) ** 3 - (1 - share), share**3 - share
        parts.append(ends + gap**2 / 6 * (first * bends[i] + second * bends[i + 1]))
    return np.concatenate([*parts, points[-1:]]), [at * _CHORDS for at in range(len(points))]


def _second_derivatives(points: Floats, gaps: Floats) -> Floats:
    """At each point, so that slope and bend go on there; towards the ends it bends evenly."""
    count = len(points)
    if count == 2:
        return np.zeros((2, 3))
    matrix, right = np.zeros((count, count)), np.zeros((count, 3))
    slopes = np.diff(points, axis=0) / gaps[:, None]
    for i in range(1, count - 1):
        matrix[i, i - 1 : i + 2] = gaps[i - 1], 2 * (gaps[i - 1] + gaps[i]), gaps[i]
        right[i] = 6 * (slopes[i] - slopes[i - 1])
    matrix[0, :2] = matrix[-1, -2:] = (1.0, -1.0)
    return np.asarray(np.linalg.solve(matrix, right), np.float64)


def _directions(fine: Floats, run: Floats, at: Floats) -> Floats:
    """Unit tangents at so many mm along, from the slope of the fine curve."""
    slopes = np.gradient(fine, run, axis=0)
    found = np.stack([np.interp(at, run, slopes[:, axis]) for axis in range(3)], axis=1)
    return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True), np.float64)


def _upwards(points: Sequence[Vector], along: Floats) -> Vector:
    """What is up in the picture where the curve begins.

    Square to the plane in which the points lie, towards the head, the front or the left: a
    dental arch has the roots where a panoramic has them. On a line: the head, or the front.
    """
    centred = np.asarray(points) - np.mean(points, axis=0)
    _, spans, axes = np.linalg.svd(centred, full_matrices=False)
    flat = len(points) > 2 and spans[1] > 0.01 * spans[0]
    steep = abs(float(along[2])) > 0.9
    guess = axes[2] if flat else np.array((0.0, -1.0, 0.0) if steep else (0.0, 0.0, 1.0))
    main = int(np.argmax(np.abs(guess)))
    towards = (1.0, -1.0, 1.0)[main]  # left, front, head
    if guess[main] * towards < 0:
        guess = -guess
    guess = guess - along * float(guess @ along)
    return vector(guess / np.linalg.norm(guess))


def _carried(places: Floats, along: Floats, first: Vector) -> Floats:
    """The direction `first` as it is carried along by double reflection; (n, 3)."""
    found, side = [first], first
    at, leads = places.tolist(), along.tolist()
    for i in range(len(at) - 1):
        step = tuple(b - a for a, b in zip(at[i], at[i + 1], strict=True))
        turned = _reflected(side, step)
        lead = _reflected(tuple(leads[i]), step)
        side = _reflected(turned, tuple(b - a for a, b in zip(lead, leads[i + 1], strict=True)))
        found.append(side)
    carried = np.asarray(found, np.float64)
    carried -= along * np.sum(carried * along, axis=1, keepdims=True)  # rounding
    return np.asarray(carried / np.linalg.norm(carried, axis=1, keepdims=True), np.float64)


def _reflected(v: Any, normal: Any) -> Vector:
    """In the plane square to `normal`, of any length; as it is where that has none."""
    square = dot(normal, normal)
    if square < _NOTHING**2:
        x, y, z = v
        return x, y, z
    part = 2.0 * dot(v, normal) / square
    return v[0] - part * normal[0], v[1] - part * normal[1], v[2] - part * normal[2]


def _turned(along: Floats, up: Floats, degrees: float) -> tuple[Floats, Floats]:
    """Across, which is down in the picture, and the depth that points from the reader."""
    down = -up
    deep = np.cross(along, down)
    angle = math.radians(degrees)
    cos, sin = math.cos(angle), math.sin(angle)
    return cos * down + sin * deep, cos * deep - sin * down


def section_axes(found: Course, index: int) -> tuple[Vector, Vector]:
    """Row and column of the section across the curve at a place, as it is looked along."""
    column, lead = vector(found.across[index]), vector(found.along[index])
    return cross(column, lead), column


def vector(values: Floats) -> Vector:
    """Three numbers as they are said of a patient."""
    x, y, z = (float(part) for part in values)
    return x, y, z
