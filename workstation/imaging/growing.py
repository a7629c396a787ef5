"""Parts of a volume that a reader draws or grows: which voxels belong, and what they measure.

A part is slices of booleans, (rows, columns), by the index of the slice: a lesion in a volume
of hundreds of slices takes the memory of its own slices alone.
"""

import itertools
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from workstation.domain.geometry import Vector
from workstation.domain.measurement import PixelPoint
from workstation.imaging.outline import outlines
from workstation.imaging.voi import rescaled
from workstation.imaging.volume_voxels import Volume

Bools = NDArray[np.bool_]
Slices = Mapping[int, Bools]

#: A region of more voxels than this is no lesion but the patient.
MOST_VOXELS: Final = 30_000_000
_NOTHING: Final[Slices] = MappingProxyType({})


def grown(volume: Volume, seed: Vector, low: float, high: float, reach_mm: float) -> Slices:
    """Voxels from `low` to `high` (modality values) that hang together with the one at `seed`
    (LPS mm) by their faces, their centres no farther from it than `reach_mm`.

    Empty where the voxel at the seed does not belong itself, or lies outside. Raises ValueError
    where the box about it would hold too many voxels, or voxels are colours.
    """
    import SimpleITK  # no reader waits for it who does not grow

    if volume.voxels.ndim == 4:
        raise ValueError("colours have no threshold")
    matrix = volume.affine.matrix
    inverse = np.linalg.inv(matrix)
    middle = inverse[:3, :3] @ np.array(seed) + inverse[:3, 3]
    at = np.rint(middle).astype(int)[::-1]  # slice, row, column
    shape = np.array(volume.voxels.shape)
    if (at < 0).any() or (at >= shape).any():
        return _NOTHING
    reach = np.ceil(reach_mm * np.linalg.norm(inverse[:3, :3], axis=1)).astype(int)[::-1]
    first, last = np.maximum(at - reach, 0), np.minimum(at + reach + 1, shape)
    if int(np.prod(last - first)) > MOST_VOXELS:
        raise ValueError("too many voxels")
    box = tuple(slice(a, b) for a, b in zip(first.tolist(), last.tolist(), strict=True))
    values = rescaled(volume.voxels[box], volume.frame.rescale)
    inside = (values >= low) & (values <= high) & (_away(matrix, box, seed) <= reach_mm)
    here = tuple((at - first).tolist())
    if not inside[here]:
        return _NOTHING
    image = SimpleITK.GetImageFromArray(inside.astype(np.uint8))
    labels = SimpleITK.GetArrayFromImage(
        SimpleITK.ConnectedComponent(image)  # type: ignore[no-untyped-call]
    )
    kept = labels == labels[here]
    return _slices(kept, first.tolist(), (int(shape[1]), int(shape[2])))


def _away(matrix: NDArray[np.float64], box: tuple[slice, ...], seed: Vector) -> NDArray[np.float64]:
    """mm from the seed to each voxel's centre."""
    k, j, i = np.ogrid[box]
    squared = 0.0
    for axis in range(3):
        along = matrix[axis, 0] * i + matrix[axis, 1] * j + matrix[axis, 2] * k + matrix[axis, 3]
        squared = squared + (along - seed[axis]) ** 2
    return np.asarray(np.sqrt(squared))


def _slices(kept: Bools, first: Sequence[int], size: tuple[int, int]) -> Slices:
    found = {}
    for number in np.flatnonzero(kept.any(axis=(1, 2))).tolist():
        whole = np.zeros(size, np.bool_)
        rows, columns = kept.shape[1:]
        whole[first[1] : first[1] + rows, first[2] : first[2] + columns] = kept[number]
        found[first[0] + number] = _still(whole)
    return MappingProxyType(found)


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
    under = np.zeros(size, np.bool_)
    points = [*path, path[-1]]
    for (x0, y0), (x1, y1) in itertools.pairwise(points):
        ax, ay = (x1 - x0) * across, (y1 - y0) * down
        length = ax * ax + ay * ay
        px, py = (x - x0) * across, (y - y0) * down
        along = np.clip((px * ax + py * ay) / length, 0.0, 1.0) if length else 0.0
        under |= (px - along * ax) ** 2 + (py - along * ay) ** 2 <= radius_mm**2
    before = slices.get(number)
    if before is None:
        before = np.zeros(size, np.bool_)
    after = before & ~under if erase else before | under
    return with_slice(slices, number, after)


def joined(one: Slices, other: Slices) -> Slices:
    """What belongs to either."""
    found = dict(one)
    for number, mask in other.items():
        found[number] = _still(found[number] | mask) if number in found else mask
    return MappingProxyType(found)


def with_slice(slices: Slices, number: int, mask: Bools) -> Slices:
    """A slice on which nothing is left is none."""
    found = {key: value for key, value in slices.items() if key != number}
    if mask.any():
        found[number] = _still(mask)
    return MappingProxyType(dict(sorted(found.items())))


def _still(mask: Bools) -> Bools:
    mask.flags.writeable = False
    return mask


def measured(volume: Volume, slices: Slices) -> Mapping[str, float]:
    """`volume` (ml), `long` and `short` (mm: the longest diameter on one slice, from edge to edge,
    and the widest across it there), `voxels`, and mean, sd (divided by n), min, max of values.

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
        parts = [
            rescaled(volume.voxels[number][mask], volume.frame.rescale)
            for number, mask in slices.items()
        ]
        values = np.concatenate(parts)
        values = values[~np.isnan(values)]
        if values.size:
            said |= {
                "mean": float(values.mean()), "sd": float(values.std()),
                "min": float(values.min()), "max": float(values.max()),
            }  # fmt: skip
    return MappingProxyType(said)


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
