"""What a part of a volume that was drawn measures."""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from workstation.imaging.drawn import Bools, Slices
from workstation.imaging.outline import outlines
from workstation.imaging.spheres import peak_of
from workstation.imaging.voi import rescaled
from workstation.imaging.volume_voxels import Volume


def measured(volume: Volume, slices: Slices) -> Mapping[str, float]:
    """`volume` (ml), `long` and `short` (mm: the longest diameter on one slice, from edge to edge,
    and the widest across it there), `voxels`, and mean, sd (divided by n), min, max of values;
    of PET `tlg` (their mean times the volume) and, where 1 cm3 of it fits, its `peak`.

    Empty where nothing belongs. Without values where voxels are colours.
    """
    voxels = sum(int(mask.sum()) for mask in slices.values())
    if not voxels:
        return MappingProxyType({})
    matrix = volume.affine.matrix[:3, :3]
    long, short = max((_diameters(matrix, mask) for mask in slices.values()), default=(0.0, 0.0))
    said = {
        "volume": voxels * abs(float(np.linalg.det(matrix))) / 1000.0,
        "long": long, "short": short, "voxels": float(voxels),
    }  # fmt: skip
    if volume.voxels.ndim == 3:
        said |= _values(volume, slices, said["volume"])
    return MappingProxyType(said)


def _values(volume: Volume, slices: Slices, ml: float) -> Mapping[str, float]:
    """Of the voxels that belong; in PET with what a lesion is followed by."""
    rows, columns = _span(slices, across=1), _span(slices, across=0)
    first, shape = min(slices), (max(slices) - min(slices) + 1, rows.stop - rows.start)
    values = np.full((*shape, columns.stop - columns.start), np.nan, np.float64)
    for number, mask in slices.items():
        part = mask[rows, columns]
        own = volume.voxels[number][rows, columns][part]
        values[number - first][part] = rescaled(own, volume.frame.rescale)
    known = values[~np.isnan(values)]
    if not known.size:
        return {}
    said = {
        "mean": float(known.mean()), "sd": float(known.std()),
        "min": float(known.min()), "max": float(known.max()),
    }  # fmt: skip
    if volume.frame.suv_basis is None:
        return said
    said["tlg"] = said["mean"] * ml
    peak = peak_of(volume, values, ~np.isnan(values))
    return said if peak is None else {**said, "peak": peak}


def _span(slices: Slices, across: int) -> slice:
    """From the first to the last row, or column, of any slice."""
    there = np.array([mask.any(axis=across) for mask in slices.values()])
    found = np.flatnonzero(there.any(axis=0))
    return slice(int(found[0]), int(found[-1]) + 1)


def _diameters(matrix: NDArray[np.float64], mask: Bools) -> tuple[float, float]:
    """On one slice, between the outer edges of its pixels."""
    corners = np.array([point for line in outlines(mask) for point in line])
    if not len(corners):
        return 0.0, 0.0
    points = corners @ matrix[:, :2].T  # mm, in the plane of the slice
    points = _hull(points, corners)
    apart = np.linalg.norm(points[:, None] - points[None], axis=2)
    a, b = np.unravel_index(int(apart.argmax()), apart.shape)
    long = float(apart[a, b])
    way = (points[b] - points[a]) / long
    normal = np.cross(matrix[:, 0], matrix[:, 1])
    across = np.cross(normal / np.linalg.norm(normal), way)
    aside = points @ across
    return long, float(aside.max() - aside.min())


def _hull(points: NDArray[np.float64], corners: NDArray[np.float64]) -> NDArray[np.float64]:
    """The outermost corner of each row of pixels, left and right: the farthest two are of them."""
    kept: dict[float, tuple[int, int]] = {}
    for at, (x, y) in enumerate(corners.tolist()):
        left, right = kept.get(y, (at, at))
        kept[y] = (
            at if x < corners[left][0] else left,
            at if x > corners[right][0] else right,
        )
    wanted = sorted({at for pair in kept.values() for at in pair})
    return np.asarray(points[wanted])
