"""What a round brush goes over: on an image, or on a plane through a volume."""

import itertools
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from workstation.domain.geometry import Affine, ImagePlane, Vector
from workstation.domain.measurement import PixelPoint
from workstation.imaging.drawn import Slices, slices_of, with_slice

#: Millimetres that are rounding: a plane through voxels lies on them.
_ROUNDING_MM: Final = 1e-6


def stroked(
    slices: Slices,
    number: int,
    size: tuple[int, int],
    path: Sequence[PixelPoint],
    spacing_mm: tuple[float, float],
    radius_mm: float,
    *,
    erase: bool = False,
) -> Slices:
    """With what a round brush goes over on one slice, or without it.

    `path` in image pixels (x, y; the middle of the first pixel is 0, 0), `size` rows and
    columns, `spacing_mm` between rows and between columns.
    """
    down, across = spacing_mm
    y, x = np.ogrid[: size[0], : size[1]]
    way = [(px * across, py * down) for px, py in path]
    under = _along(x * across, y * down, way) <= radius_mm
    before = slices.get(number)
    if before is None:
        before = np.zeros(size, np.bool_)
    after = before & ~under if erase else before | under
    return with_slice(slices, number, after)


def stroked_on_plane(
    slices: Slices,
    affine: Affine,
    shape: tuple[int, int, int],
    plane: ImagePlane,
    path: Sequence[PixelPoint],
    half_mm: float,
    radius_mm: float,
    *,
    erase: bool = False,
) -> Slices:
    """With the voxels that a round brush goes over on a plane through them, or without these:
    those whose centres lie within `half_mm` of it. `path` in pixels of the plane."""
    box = _box_under(affine, shape, plane, path, half_mm, radius_mm)
    k, j, i = np.ogrid[box]
    matrix = affine.matrix
    away = [
        matrix[axis, 0] * i + matrix[axis, 1] * j + matrix[axis, 2] * k
        + (matrix[axis, 3] - plane.origin[axis])
        for axis in range(3)
    ]  # fmt: skip

    def part(direction: Vector) -> NDArray[np.float64]:
        return np.asarray(sum(a * d for a, d in zip(away, direction, strict=True)))

    way = [(x * plane.column_spacing, y * plane.row_spacing) for x, y in path]
    under = np.abs(part(plane.normal)) <= half_mm + _ROUNDING_MM
    under &= _along(part(plane.row), part(plane.column), way) <= radius_mm
    first = [each.start for each in box]
    for number, mask in slices_of(np.asarray(under), first, shape[1:]).items():
        before = slices.get(number, np.zeros(shape[1:], np.bool_))
        slices = with_slice(slices, number, before & ~mask if erase else before | mask)
    return slices


def _box_under(
    affine: Affine, shape: tuple[int, int, int], plane: ImagePlane, path: Sequence[PixelPoint],
    half_mm: float, radius_mm: float,
) -> tuple[slice, slice, slice]:  # fmt: skip
    """Slices, rows and columns that a brush may go over."""
    inverse = np.linalg.inv(affine.matrix)
    points = np.array([plane.to_patient(x, y) for x, y in path])
    centres = points @ inverse[:3, :3].T + inverse[:3, 3]
    reach = (radius_mm + half_mm) * np.linalg.norm(inverse[:3, :3], axis=1)
    low = np.ceil(centres.min(axis=0) - reach).astype(int)[::-1]
    high = np.floor(centres.max(axis=0) + reach).astype(int)[::-1] + 1
    k, j, i = (
        slice(int(min(max(a, 0), n)), int(min(max(b, 0), n)))
        for a, b, n in zip(low, high, shape, strict=True)
    )
    return k, j, i


def _along(x: NDArray[Any], y: NDArray[Any], way: Sequence[PixelPoint]) -> NDArray[np.float64]:
    """How far points are from a line through several."""
    nearest: Any = np.inf
    for (x0, y0), (x1, y1) in itertools.pairwise([*way, way[-1]]):
        ax, ay = x1 - x0, y1 - y0
        length = ax * ax + ay * ay
        px, py = x - x0, y - y0
        along = np.clip((px * ax + py * ay) / length, 0.0, 1.0) if length else 0.0
        nearest = np.minimum(nearest, np.hypot(px - along * ax, py - along * ay))
    return np.asarray(nearest)
