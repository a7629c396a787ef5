"""The picture of a volume along a curve, straightened: trilinear samples in the patient.

A column of it is a line square to the curve; from one column to the next it goes on by one
step along the curve. Millimetres hold on the curve itself and along each column, nowhere else.
"""

from collections.abc import Iterator
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from workstation.imaging.course import Course, Floats
from workstation.imaging.volume_voxels import Volume

Through = Literal["mip", "minip", "mean"]

#: Samples through a slab are no further apart than this part of a pixel, nor than mm.
_HALF: Final = 0.5
_SLAB_STEP_MM: Final = 0.5


def rows_of(wide_mm: float, step_mm: float) -> int:
    """How many pixels a picture is high; odd, so that the curve lies on the middle one."""
    return 2 * max(1, round(wide_mm / step_mm / 2)) + 1


def straightened(
    volume: Volume, found: Course, wide_mm: float, slab_mm: float = 0.0, through: Through = "mip"
) -> NDArray[Any]:
    """Values as voxels are stored, (rows, columns) float32 with NaN outside; colour is RGB.

    The curve is the middle row. A slab is as thick, the picture in its middle; samples of it
    that lie outside, or where voxels only fill their frame, do not count.
    """
    to_index = np.linalg.inv(volume.affine.matrix)
    rows = rows_of(wide_mm, found.step_mm)
    down = (np.arange(rows) - rows // 2) * found.step_mm
    across, depth = (each @ to_index[:3, :3].T for each in (found.across, found.depth))
    middle = found.places @ to_index[:3, :3].T + to_index[:3, 3]
    index = middle[None] + down[:, None, None] * across[None]
    if slab_mm <= 0:
        return _finished(_at(volume, index), volume)
    apart = min(_SLAB_STEP_MM, _HALF * min(volume.spacing_mm))
    steps = max(1, int(np.ceil(slab_mm / apart - 1e-6)))
    pictures = (
        _at(volume, index + mm * depth[None])
        for mm in np.linspace(-slab_mm / 2, slab_mm / 2, steps + 1)
    )
    return _finished(_through(pictures, through), volume)


def _through(pictures: Iterator[NDArray[np.float32]], through: Through) -> NDArray[Any]:
    """One behind the other; only one is held: a slab of a long vessel is a hundred of them."""
    total = next(pictures)
    if through != "mean":
        for here in pictures:
            total = (np.fmax if through == "mip" else np.fmin)(total, here)
        return total
    count = np.isfinite(total).astype(np.float32)
    total = np.nan_to_num(total)
    for here in pictures:
        there = np.isfinite(here)
        total += np.where(there, here, 0.0)
        count += there
    return np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0)


def sampled(volume: Volume, points: Floats) -> NDArray[np.float32]:
    """Trilinear between voxels, at points (..., 3) LPS mm; NaN outside and at padding.

    Up to the outer edge of the outermost voxels, as planes are.
    """
    inverse = np.linalg.inv(volume.affine.matrix)
    return _at(volume, points @ inverse[:3, :3].T + inverse[:3, 3])


def _at(volume: Volume, index: Floats) -> NDArray[np.float32]:
    """The same at indices (..., column row slice)."""
    most = np.array(volume.voxels.shape[2::-1]) - 1
    inside = ((index >= -_HALF) & (index <= most + _HALF)).all(-1)
    index = np.clip(index, 0, most)
    low = np.minimum(index.astype(np.int64), np.maximum(most - 1, 0))
    part = (index - low).astype(np.float32)
    columns, rows = int(most[0]) + 1, int(most[1]) + 1
    first = (low[..., 2] * rows + low[..., 1]) * columns + low[..., 0]
    ways = [(rows * columns) * min(int(most[2]), 1), columns * min(int(most[1]), 1),
            min(int(most[0]), 1)]  # fmt: skip
    colour = volume.voxels.ndim == 4
    flat = volume.voxels.reshape(-1, 3) if colour else volume.voxels.reshape(-1)
    total = _mixed(flat, first, ways, part)
    if volume.padded is not None:
        filled = _mixed(volume.padded.reshape(-1), first, ways, part)
        inside &= filled == 0
    total[~inside] = np.nan
    return total


def _mixed(flat: NDArray[Any], first: NDArray[Any], ways: list[int], part: Any) -> NDArray[Any]:
    """Of eight neighbours, one axis after the other: slices, rows, columns."""

    def along(axis: int, at: NDArray[Any]) -> NDArray[Any]:
        if axis == 3:
            return np.asarray(flat.take(at, axis=0), np.float32)
        here, there = along(axis + 1, at), along(axis + 1, at + ways[axis])
        share = part[..., 2 - axis]
        there -= here
        there *= share if there.ndim == share.ndim else share[..., None]
        here += there
        return here

    return along(0, first)


def _finished(samples: NDArray[Any], volume: Volume) -> NDArray[Any]:
    if volume.voxels.ndim != 4:
        return samples
    return np.asarray(np.rint(np.nan_to_num(samples)), np.uint8)
