"""Positions in the patient: DICOM's LPS axes, millimetres (PS3.3 C.7.6.2.1.1)."""

import math
from functools import cached_property
from typing import Self

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

Vector = tuple[float, float, float]


def dot(a: Vector, b: Vector) -> float:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def cross(a: Vector, b: Vector) -> Vector:
    return (
        a[1] * b[2] - a[2] * b[1],
        a[2] * b[0] - a[0] * b[2],
        a[0] * b[1] - a[1] * b[0],
    )


def _unit(_plane: object, _field: object, value: Vector) -> None:
    if not abs(math.hypot(*value) - 1) < 1e-3:
        raise ValueError(f"a direction has length 1, this one has {math.hypot(*value):.4f}")


@frozen
class ImagePlane:
    """Where the pixels of one frame lie in the patient.

    `origin` is the centre of the first pixel, `row` the direction in which the column
    index grows (along a row), `column` the direction in which the row index grows.
    `row_spacing` is the distance between rows, `column_spacing` between columns; mm.
    """

    origin: Vector
    row: Vector = field(validator=_unit)
    column: Vector = field(validator=_unit)
    row_spacing: float
    column_spacing: float

    @cached_property
    def normal(self) -> Vector:
        return cross(self.row, self.column)

    @property
    def position_mm(self) -> float:
        """Distance of the plane from the origin of the frame of reference, along its normal."""
        return dot(self.origin, self.normal)

    def to_patient(self, x: float, y: float) -> Vector:
        """Image pixel (x = column, y = row; 0, 0 is the centre of the first) to LPS mm."""
        u, v = x * self.column_spacing, y * self.row_spacing
        o, r, c = self.origin, self.row, self.column
        return (
            o[0] + u * r[0] + v * c[0],
            o[1] + u * r[1] + v * c[1],
            o[2] + u * r[2] + v * c[2],
        )

    def to_pixel(self, point: Vector) -> tuple[float, float, float]:
        """LPS mm to (x, y) in pixels and the signed distance from the plane in mm."""
        d = (point[0] - self.origin[0], point[1] - self.origin[1], point[2] - self.origin[2])
        return (
            dot(d, self.row) / self.column_spacing,
            dot(d, self.column) / self.row_spacing,
            self.off_mm(point),
        )

    def off_mm(self, point: Vector) -> float:
        """Signed distance of a point in LPS mm: the last of `to_pixel`."""
        ox, oy, oz = self.origin
        return dot((point[0] - ox, point[1] - oy, point[2] - oz), self.normal)


@frozen(eq=False)
class Affine:
    """Index (i = column, j = row, k = slice) to LPS mm; may be tilted, sheared, left-handed."""

    matrix: NDArray[np.float64]

    @classmethod
    def of_plane(cls, plane: ImagePlane, step: Vector) -> Self:
        """`step` leads from one slice to the next, mm."""
        m = np.eye(4)
        m[:3, 0] = np.multiply(plane.row, plane.column_spacing)
        m[:3, 1] = np.multiply(plane.column, plane.row_spacing)
        m[:3, 2] = step
        m[:3, 3] = plane.origin
        return cls(m)

    def grid(self, every: tuple[int, int, int], first: Vector) -> "Affine":
        """Of points among these: the first at this index, the next so many indices on (columns,
        rows, slices)."""
        among = np.diag([*map(float, every), 1.0])
        among[:3, 3] = first
        return Affine(self.matrix @ among)
