"""The picture of a volume along a curve, straightened: trilinear samples in the patient.

A column of it is a line square to the curve; from one column to the next it goes on by one
step along the curve. Millimetres hold on the curve itself and along each column, nowhere else.
"""

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
    rows = rows_of(wide_mm, found.step_mm)
    down = (np.arange(rows) - rows // 2) * found.step_mm
    plane = found.places[None] + down[:, None, None] * found.across[None]
    if slab_mm <= 0:
        return _finished(sampled(volume, plane), volume)
    apart = min(_SLAB_STEP_MM, _HALF * min(volume.spacing_mm))
    depths = np.linspace(
        -slab_mm / 2, slab_mm / 2, max(1, int(np.ceil(slab_mm / apart - 1e-6))) + 1
    )
    total: NDArray[Any] | None = None
    count: NDArray[Any] | None = None
    for depth in depths:  # one at a time: a slab of a long vessel is a hundred pictures
        here = sampled(volume, plane + depth * found.depth[None])
        there = np.isfinite(here)
        if total is None or count is None:
            total, count = here, there.astype(np.float32)
        elif through == "mean":
            total = np.where(there, np.where(count > 0, total, 0.0) + here, total)
            count += there
        else:
            total = (np.fmax if through == "mip" else np.fmin)(total, here)
    assert total is not None
    assert count is not None
    if through == "mean":
        total = np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0)
    return _finished(total, volume)


def sampled(volume: Volume, points: Floats) -> NDArray[np.float32]:
    """Trilinear between voxels, at points (..., 3) LPS mm; NaN outside and at padding.

    Up to the outer edge of the outermost voxels, as planes are.
    """
    inverse = np.linalg.inv(volume.affine.matrix)
    index = points @ inverse[:3, :3].T + inverse[:3, 3]
    voxels = volume.voxels
    most = np.array(voxels.shape[2::-1]) - 1
    inside = ((index >= -_HALF) & (index <= most + _HALF)).all(-1)
    index = np.clip(index, 0, most)
    low = np.minimum(index.astype(np.intp), np.maximum(most - 1, 0))
    part = (index - low).astype(np.float32)
    high = np.minimum(low + 1, most)
    colour = voxels.ndim == 4
    total = np.zeros((*points.shape[:-1], 3) if colour else points.shape[:-1], np.float32)
    for corner in np.ndindex(2, 2, 2):
        at = np.where(np.array(corner), high, low)
        weight = np.where(np.array(corner), part, 1 - part).prod(-1)
        where = at[..., 2], at[..., 1], at[..., 0]
        total += (weight[..., None] if colour else weight) * voxels[where]
        if volume.padded is not None:
            inside &= (volume.padded[where] == 0) | (weight == 0)
    total[~inside] = np.nan
    return np.asarray(total, np.float32)


def _finished(samples: NDArray[Any], volume: Volume) -> NDArray[Any]:
    if volume.voxels.ndim != 4:
        return samples
    return np.asarray(np.rint(np.nan_to_num(samples)), np.uint8)
