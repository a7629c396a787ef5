"""Three planes at right angles through one point: where they lie, cross, turn and scroll.

Frozen values and arithmetic in the patient, LPS mm. The directions come from one unit
quaternion, so that no number of turns can make the planes lean against each other.
"""

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final, Self

import numpy as np
from attrs import evolve, frozen
from numpy.typing import NDArray

from workstation.domain.geometry import Affine, ImagePlane, Vector, cross, dot
from workstation.domain.registration import Rigid
from workstation.imaging.volume_voxels import corners_of
from workstation.viewing.planes import STANDARD, Axes, Plane, Rectangle

Quaternion = tuple[float, float, float, float]

UPRIGHT: Final[Quaternion] = (1.0, 0.0, 0.0, 0.0)
_ORDER: Final = tuple(Plane)


@frozen
class Box:
    """What a volume fills, for planes through it.

    `corners` are its eight, `to_index` its inverse affine's 3x3; `finest_mm` is the pixel of
    every view: the smallest distance of voxels.
    """

    corners: tuple[Vector, ...]
    centre: Vector
    to_index: tuple[Vector, Vector, Vector]
    finest_mm: float

    @classmethod
    def of(cls, affine: Affine, shape: tuple[int, int, int]) -> Self:
        """Of slices, rows, columns that lie as the affine says."""
        rows, corners = np.linalg.inv(affine.matrix)[:3, :3], corners_of(affine, shape)
        return cls(
            tuple(_vector(corner) for corner in corners),
            _vector(corners.mean(axis=0)),
            (_vector(rows[0]), _vector(rows[1]), _vector(rows[2])),
            float(np.linalg.norm(affine.matrix[:3, :3], axis=0).min()),
        )

    def reach(self, direction: Vector) -> tuple[float, float]:
        """From where to where it lies along a unit direction, mm."""
        places = [dot(corner, direction) for corner in self.corners]
        return min(places), max(places)

    def step_mm(self, normal: Vector) -> float:
        """From one plane to the next: one voxel further along the axis that is crossed most."""
        return 1.0 / max(abs(dot(axis, normal)) for axis in self.to_index)


@frozen
class Mpr:
    """`centre` is the crosshair; `anchors` lie in the middle of views nobody moved.

    Of the plane on which the hand turns the others the picture stays, and its lines turn:
    `rolls` are the degrees by which each picture is turned back in its plane. The anchors of
    the others turn with them around the crosshair, so that it stays where it is on every view.
    Both in the order of `Plane`.
    """

    centre: Vector
    anchors: tuple[Vector, Vector, Vector]
    turn: Quaternion = UPRIGHT
    rolls: tuple[float, float, float] = (0.0, 0.0, 0.0)

    def axes(self, plane: Plane) -> Axes:
        """Unit directions of a plane as it lies now."""
        return _axes(plane, self.turn, self.rolls[_ORDER.index(plane)])


@lru_cache(maxsize=64)
def _axes(plane: Plane, turn: Quaternion, roll: float) -> Axes:
    """A hand that moves the crosshair turns nothing: asked for forty times with each move."""
    standard, back = STANDARD[plane], math.radians(roll)
    row, column = turned(turn, standard.row), turned(turn, standard.column)
    cos, sin = math.cos(back), math.sin(back)
    return Axes(
        _minus(_scaled(row, cos), _scaled(column, sin)),
        _plus(_scaled(row, sin), _scaled(column, cos)),
    )


def begun(box: Box, at: Vector | None = None) -> Mpr:
    """The planes of the body, through a point of the volume or its middle."""
    return Mpr(inside(box, at or box.centre), (box.centre,) * 3)


def moved_to(mpr: Mpr, box: Box, point: Vector) -> Mpr:
    """The crosshair there, or as near as there is anything of the volume."""
    return evolve(mpr, centre=inside(box, point))


def rotated(mpr: Mpr, plane: Plane, degrees: float) -> Mpr:
    """The two other planes turned around the crosshair, clockwise as seen on this one."""
    angle = math.radians(math.fmod(degrees, 360.0))
    normal = mpr.axes(plane).normal
    x, y, z = _scaled(normal, math.sin(angle / 2))
    step = (math.cos(angle / 2), x, y, z)
    own = _ORDER.index(plane)
    first, second, third = (
        anchor if at == own else _plus(mpr.centre, turned(step, _minus(anchor, mpr.centre)))
        for at, anchor in enumerate(mpr.anchors)
    )
    a, b, c = (
        math.fmod(roll + degrees, 360.0) if at == own else roll for at, roll in enumerate(mpr.rolls)
    )
    around = _unit(_times(step, mpr.turn))
    return evolve(mpr, turn=around, anchors=(first, second, third), rolls=(a, b, c))


def straightened(mpr: Mpr, box: Box) -> Mpr:
    """The planes of the body again, through the same point."""
    return begun(box, mpr.centre)


def carried(mpr: Mpr, box: Box, point: Vector, rigid: Rigid | None = None) -> Mpr:
    """The same planes through a point of another volume, turned as its patient space is."""
    turn = mpr.turn if rigid is None else _times(_quaternion(rigid.matrix[:3, :3]), mpr.turn)
    return evolve(begun(box, point), turn=_unit(turn), rolls=mpr.rolls)


def laid(mpr: Mpr, box: Box, plane: Plane, along: ImagePlane) -> Mpr:
    """Turned so that a plane has the directions of `along`, the pictures of the others as
    upright as may be; as it is where it has that normal."""
    if dot(mpr.axes(plane).normal, along.normal) > 1.0 - 1e-12:
        return mpr
    here, there = STANDARD[plane], Axes(along.row, along.column)
    before = np.stack((here.row, here.column, here.normal), axis=1)
    after = np.stack((there.row, there.column, there.normal), axis=1)
    turn = _quaternion(after @ before.T)
    first, second, third = (0.0 if each is plane else _roll(turn, each) for each in Plane)
    return evolve(begun(box, mpr.centre), turn=turn, rolls=(first, second, third))


def _roll(turn: Quaternion, plane: Plane) -> float:
    """By how many degrees a picture is turned back to be as upright as may be."""
    here = STANDARD[plane]
    row, column = turned(turn, here.row), turned(turn, here.column)
    across = dot(row, here.column) - dot(column, here.row)
    return math.degrees(math.atan2(across, dot(row, here.row) + dot(column, here.column)))


def scrolled(mpr: Mpr, box: Box, plane: Plane, by: int) -> Mpr:
    """A plane so many of its steps on, down the body, to the back or to the left as one reads."""
    index, count = place(mpr, box, plane)
    return gone(mpr, box, plane, max(0, min(index + by, count - 1)))


def gone(mpr: Mpr, box: Box, plane: Plane, index: int) -> Mpr:
    """To plane `index` of `place`: the crosshair moves along the normal alone."""
    first, _, sign = reading_order(mpr, box, plane)
    normal = mpr.axes(plane).normal
    step = box.step_mm(normal)
    wanted = first + sign * (index + 0.5) * step
    along = wanted - dot(mpr.centre, normal)
    return evolve(mpr, centre=_plus(mpr.centre, _scaled(normal, along)))


def place(mpr: Mpr, box: Box, plane: Plane) -> tuple[int, int]:
    """Which of the planes through the volume this is, from 0, and how many there are."""
    first, length, sign = reading_order(mpr, box, plane)
    normal = mpr.axes(plane).normal
    step = box.step_mm(normal)
    count = max(1, round(length / step))
    index = math.floor(sign * (dot(mpr.centre, normal) - first) / step + 1e-6)
    return max(0, min(index, count - 1)), count


def reading_order(mpr: Mpr, box: Box, plane: Plane) -> tuple[float, float, float]:
    """Where reading begins along the normal, how far it goes, and which way.

    Axial from the head, coronal from the front, sagittal from the right, as stacks are read.
    """
    low, high = box.reach(mpr.axes(plane).normal)
    against = plane is not Plane.CORONAL
    return (high if against else low), high - low, (-1.0 if against else 1.0)


def rectangle(mpr: Mpr, box: Box, plane: Plane) -> Rectangle:
    """A plane with the pixels of its view; its size stays the same however it is turned."""
    axes, standard = mpr.axes(plane), STANDARD[plane]
    size = _pixels(box, standard.row), _pixels(box, standard.column)
    anchor = mpr.anchors[_ORDER.index(plane)]
    depth = dot(_minus(mpr.centre, anchor), axes.normal)
    origin = _plus(anchor, _scaled(axes.normal, depth))
    for direction, count in zip((axes.row, axes.column), size, strict=True):
        origin = _plus(origin, _scaled(direction, -box.finest_mm * (count - 1) / 2))
    return Rectangle(ImagePlane(origin, axes.row, axes.column, box.finest_mm, box.finest_mm), size)


def lines(mpr: Mpr, plane: Plane) -> Mapping[Plane, Vector]:
    """The other planes as they cut this one: the unit direction of each line in the patient.

    Each passes through the crosshair.
    """
    normal = mpr.axes(plane).normal
    found = {}
    for other in Plane:
        if other is not plane:
            direction = cross(normal, mpr.axes(other).normal)
            found[other] = _scaled(direction, 1.0 / math.hypot(*direction))
    return found


def inside(box: Box, point: Vector) -> Vector:
    """The nearest point whose voxel there is, within the box around the volume."""
    spans = [box.reach(axis) for axis in ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))]
    x, y, z = (min(max(part, low), high) for part, (low, high) in zip(point, spans, strict=True))
    return x, y, z


def _vector(values: NDArray[Any]) -> Vector:
    x, y, z = (float(value) for value in values)
    return x, y, z


def _pixels(box: Box, direction: Vector) -> int:
    low, high = box.reach(direction)
    return max(1, math.ceil((high - low) / box.finest_mm - 1e-6))


# --- quaternions -------------------------------------------------------------------------


def turned(q: Quaternion, v: Vector) -> Vector:
    """A direction after a turn; as long as before to rounding."""
    w, x, y, z = q
    across = cross((x, y, z), v)
    return _plus(v, _scaled(_plus(_scaled(across, w), cross((x, y, z), across)), 2.0))


def _quaternion(m: NDArray[Any]) -> Quaternion:
    """Of a rotation matrix, by its largest part (Shepperd 1978), so that none is lost."""
    trace = float(np.trace(m))
    squares = [trace, *(2 * float(m[i, i]) - trace for i in range(3))]  # 4 q_i^2 - 1
    largest = int(np.argmax(squares))
    if largest == 0:
        raw = (1 + trace, m[2, 1] - m[1, 2], m[0, 2] - m[2, 0], m[1, 0] - m[0, 1])
        return _unit((float(raw[0]), float(raw[1]), float(raw[2]), float(raw[3])))
    i = largest - 1
    j, k = (i + 1) % 3, (i + 2) % 3
    parts = [float(m[k, j] - m[j, k]), 0.0, 0.0, 0.0]
    parts[1 + i] = 1.0 + squares[largest]
    parts[1 + j], parts[1 + k] = float(m[j, i] + m[i, j]), float(m[k, i] + m[i, k])
    return _unit((parts[0], parts[1], parts[2], parts[3]))


def _times(p: Quaternion, q: Quaternion) -> Quaternion:
    a, b, c, d = p
    w, x, y, z = q
    return (
        a * w - b * x - c * y - d * z,
        a * x + b * w + c * z - d * y,
        a * y - b * z + c * w + d * x,
        a * z + b * y - c * x + d * w,
    )


def _unit(q: Quaternion) -> Quaternion:
    length = math.hypot(*q)
    w, x, y, z = (part / length for part in q)
    return w, x, y, z


def _plus(a: Vector, b: Vector) -> Vector:
    return a[0] + b[0], a[1] + b[1], a[2] + b[2]


def _minus(a: Vector, b: Vector) -> Vector:
    return a[0] - b[0], a[1] - b[1], a[2] - b[2]


def _scaled(v: Vector, by: float) -> Vector:
    return v[0] * by, v[1] * by, v[2] * by
