"""Rectangles in the patient: how the standard planes are looked at, and what of a volume fits.

Looked at as readers do: axial from the feet, coronal from the front, sagittal from the left
side, each upright.
"""

import math
from enum import StrEnum
from typing import Final

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from workstation.domain.geometry import ImagePlane, Vector, cross, dot

#: Below this length what is left of a direction is rounding.
_NOTHING: Final = 1e-6
_HEAD: Final[Vector] = (0.0, 0.0, 1.0)
_FRONT: Final[Vector] = (0.0, -1.0, 0.0)


class Plane(StrEnum):
    AXIAL = "axial"
    CORONAL = "coronal"
    SAGITTAL = "sagittal"


@frozen
class Axes:
    """Unit directions along a row and down a column; `normal` points away from the reader."""

    row: Vector
    column: Vector

    @property
    def normal(self) -> Vector:
        return cross(self.row, self.column)


STANDARD: Final = {
    Plane.AXIAL: Axes((1.0, 0.0, 0.0), (0.0, 1.0, 0.0)),
    Plane.CORONAL: Axes((1.0, 0.0, 0.0), (0.0, 0.0, -1.0)),
    Plane.SAGITTAL: Axes((0.0, 1.0, 0.0), (0.0, 0.0, -1.0)),
}


def nearest_plane(plane: ImagePlane) -> Plane:
    """That of the body which a plane leans from least."""
    return max(Plane, key=lambda each: abs(dot(plane.normal, STANDARD[each].normal)))


def axes_of(normal: Vector, up: Vector | None = None) -> Axes:
    """A plane by its normal, of any length, and a direction that points to the top.

    Without one the head is up, or where the plane lies across the body, the front. Of `up`
    only what lies in the plane counts. Raises ValueError where nothing does.
    """
    n = _unit(normal)
    if up is None:
        up = _HEAD if abs(n[2]) < abs(n[1]) + abs(n[0]) else _FRONT
    along = dot(up, n)
    x, y, z = (part - along * each for part, each in zip(up, n, strict=True))
    top = _unit((x, y, z))
    column = (-top[0], -top[1], -top[2])
    return Axes(cross(column, n), column)


def _unit(direction: Vector) -> Vector:
    length = math.hypot(*direction)
    if not _NOTHING < length < math.inf:
        raise ValueError(f"no direction: {direction}")
    x, y, z = (part / length for part in direction)
    return x, y, z


@frozen
class Rectangle:
    """A plane with its pixels; `size` is columns, rows."""

    plane: ImagePlane
    size: tuple[int, int]


def rectangle(
    axes: Axes,
    centre: Vector,
    corners: NDArray[np.float64],
    spacing_mm: float | None,
    size: tuple[int, int] | None,
    finest_mm: float,
) -> Rectangle:
    """Square pixels around `centre`; what is not asked for follows from the volume.

    Without a size all of the volume fits (`corners`, (n, 3), are what it fills), without a
    spacing too where a size was asked for; with neither pixels are as fine as voxels.
    """
    wide, high = (_reach(corners, centre, direction) for direction in (axes.row, axes.column))
    if spacing_mm is None:
        spacing_mm = finest_mm if size is None else max(wide / size[0], high / size[1])
    if size is None:
        size = (_pixels(wide, spacing_mm), _pixels(high, spacing_mm))
    right, down = (spacing_mm * (count - 1) / 2 for count in size)
    x, y, z = (
        c - right * r - down * d for c, r, d in zip(centre, axes.row, axes.column, strict=True)
    )
    plane = ImagePlane((x, y, z), axes.row, axes.column, spacing_mm, spacing_mm)
    return Rectangle(plane, size)


def _reach(corners: NDArray[np.float64], centre: Vector, direction: Vector) -> float:
    """Twice the way from the centre to the farthest corner, mm."""
    away = (corners - np.asarray(centre)) @ np.asarray(direction)
    return 2.0 * float(np.abs(away).max())


def _pixels(length_mm: float, spacing_mm: float) -> int:
    return max(1, math.ceil(length_mm / spacing_mm - 1e-6))
