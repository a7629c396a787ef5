"""What a volume measures where something was drawn on the image of another: SUV in a CT region.

Voxels are taken as they are, none is interpolated: those whose centre lies in the region, in the
one layer of voxels that the plane of the image cuts. The hottest pixel of a PET is then the
hottest there is, as it is on the PET itself.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from workstation.domain.geometry import ImagePlane, Vector
from workstation.domain.measurement import MeasurementKind, PixelPoint
from workstation.imaging.regions import contains
from workstation.imaging.voi import rescaled
from workstation.imaging.volume_voxels import Volume

#: A plane midway between two layers of voxels cuts one of them, in spite of rounding.
_EDGE: Final = 1e-6

Floats = NDArray[np.float64]


def value_near(volume: Volume, point: Vector) -> float | None:
    """Of the voxel in which a point lies, LPS mm; None outside, on padding and for colour."""
    i, j, k = np.floor(_index(volume, np.array([point]))[0] + 0.5).astype(int)
    if volume.voxels.ndim == 4 or not _has(volume, (k, j, i)):
        return None
    found = _values(volume, np.array([[k, j, i]]))
    return float(found[0]) if found.size else None


def region_values(
    volume: Volume, plane: ImagePlane, kind: MeasurementKind, points: Sequence[PixelPoint]
) -> Mapping[str, float]:
    """mean, max, min, sd (divided by n) and `voxels`; empty where there is no voxel in it.

    `plane` is the image on which the points lie, in the patient space of the volume.
    """
    if volume.voxels.ndim == 4:
        return MappingProxyType({})
    index = _around(volume, plane, points)
    placed = index[:, ::-1] @ volume.affine.matrix[:3, :3].T + volume.affine.matrix[:3, 3]
    x, y, away = _on_plane(plane, placed)
    half = _thickness(volume, plane) / 2
    layer = (away > -half - _EDGE) & (away <= half - _EDGE)
    found = _values(volume, index[layer & contains(kind, points, x, y)])
    if not found.size:
        return MappingProxyType({})
    return MappingProxyType(
        {
            "mean": float(found.mean()), "max": float(found.max()), "min": float(found.min()),
            "sd": float(found.std()), "voxels": float(found.size),
        }
    )  # fmt: skip


def _index(volume: Volume, points: Floats) -> Floats:
    """Column, row, slice of points in the patient."""
    inverse = np.linalg.inv(volume.affine.matrix)
    return np.asarray(points @ inverse[:3, :3].T + inverse[:3, 3])


def _has(volume: Volume, at: tuple[int, int, int]) -> bool:
    return all(0 <= part < size for part, size in zip(at, volume.voxels.shape, strict=False))


def _values(volume: Volume, index: NDArray[np.int64]) -> Floats:
    """Of (slice, row, column); those that only fill their slice are none."""
    k, j, i = index.T
    if volume.padded is not None:
        kept = volume.padded[k, j, i] == 0
        k, j, i = k[kept], j[kept], i[kept]
    stored = volume.voxels[k, j, i].astype(np.float64)
    found = rescaled(stored, volume.frame.rescale)
    return found[~np.isnan(found)]


def _around(volume: Volume, plane: ImagePlane, points: Sequence[PixelPoint]) -> NDArray[np.int64]:
    """(slice, row, column) of every voxel that may lie in the region."""
    xs, ys = zip(*points, strict=True)
    reach = _thickness(volume, plane)
    nx, ny, nz = plane.normal
    ends = [
        np.array(plane.to_patient(x, y)) + np.array((nx, ny, nz)) * side
        for x in (min(xs), max(xs)) for y in (min(ys), max(ys)) for side in (-reach, reach)
    ]  # fmt: skip
    index = _index(volume, np.array(ends))
    low = np.maximum(np.floor(index.min(axis=0)).astype(int), 0)
    top = np.array(volume.voxels.shape[2::-1]) - 1
    high = np.minimum(np.ceil(index.max(axis=0)).astype(int), top)
    ranges = [np.arange(a, b + 1) for a, b in zip(low[::-1], high[::-1], strict=True)]
    return np.stack([part.ravel() for part in np.meshgrid(*ranges, indexing="ij")], axis=1)


def _on_plane(plane: ImagePlane, placed: Floats) -> tuple[Floats, Floats, Floats]:
    """Pixels of the image, and mm in front of it."""
    away = placed - np.array(plane.origin)
    return (
        away @ np.array(plane.row) / plane.column_spacing,
        away @ np.array(plane.column) / plane.row_spacing,
        away @ np.array(plane.normal),
    )


def _thickness(volume: Volume, plane: ImagePlane) -> float:
    """From one layer of voxels to the next along the normal of a plane, mm: of an oblique plane
    along the axis that it is crossed by most."""
    axes = volume.affine.matrix[:3, :3]
    return float(np.abs(np.array(plane.normal) @ axes).max())
