"""A volume as a ray caster reads it: 16-bit voxels with one value to spare, and what is where.

The voxels of a CT are taken as they are. Others (8 bits, float32, the whole range in use) are
brought to 16 bits once. Blocks of voxels know their lowest and highest value, so that rays do
not look where nothing can be seen.
"""

from functools import cached_property
from typing import Any, Final

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from workstation.domain.geometry import Affine
from workstation.imaging.body import body_mask
from workstation.imaging.volume_voxels import Volume

#: Voxels along the side of a block.
BLOCK: Final = 16
_LEVELS: Final = 65534
#: Voxels of a mask from its border to what is certainly in the patient.
_SKIN: Final = 5


@frozen(eq=False, slots=False)
class Brick:
    """Voxels (slices, rows, columns), int16 or uint16; `outside` is a value none of them has.

    A modality value is ``voxel * slope + intercept``. Read on workers; nothing changes it.
    """

    voxels: NDArray[Any] = field(repr=False)
    affine: Affine
    low: int
    high: int
    outside: int
    slope: float
    intercept: float

    @classmethod
    def of(cls, volume: Volume) -> "Brick":
        """Grey volumes only. Of voxels that only fill their frame nothing is to be seen."""
        rescale, voxels = volume.frame.rescale, volume.voxels
        kind = voxels.dtype
        if kind in (np.int16, np.uint16) and np.iinfo(kind).min < _least(volume):
            outside = int(np.iinfo(kind).min)
            if volume.padded is not None and volume.padding[1] >= volume.low:
                voxels = np.where(volume.padded > 0, kind.type(outside), voxels)
            return cls(
                np.ascontiguousarray(voxels), volume.affine, int(volume.low), int(volume.high),
                outside, rescale.slope, rescale.intercept,
            )  # fmt: skip
        span = max(volume.high - volume.low, 1e-9)
        scale = _LEVELS / span if kind.kind == "f" else min(1.0, _LEVELS / span)
        made = np.empty(voxels.shape, np.uint16)
        for index, each in enumerate(voxels):  # slice by slice: no second volume in float64
            clipped = np.clip(np.nan_to_num(each.astype(np.float64)), volume.low, volume.high)
            made[index] = 1 + np.rint((clipped - volume.low) * scale)
            if volume.padded is not None:
                made[index][volume.padded[index] > 0] = 0
        slope = rescale.slope / scale
        intercept = rescale.intercept + (volume.low - 1 / scale) * rescale.slope
        high = 1 + round(span * scale) if volume.high > volume.low else 1
        return cls(made, volume.affine, 1, high, 0, slope, intercept)

    @cached_property
    def to_index(self) -> NDArray[np.float64]:
        """LPS mm to column, row, slice."""
        return np.asarray(np.linalg.inv(self.affine.matrix), np.float64)

    @cached_property
    def levels(self) -> NDArray[np.float64]:
        """The modality value of every 16-bit pattern, as `patterns` gives them."""
        every = np.arange(1 << 16, dtype=np.uint16).view(self.voxels.dtype)
        return every.astype(np.float64) * self.slope + self.intercept

    @property
    def finest_mm(self) -> float:
        """The smallest distance of voxels."""
        return float(np.linalg.norm(self.affine.matrix[:3, :3], axis=0).min())

    @cached_property
    def blocks(self) -> tuple[NDArray[Any], NDArray[Any]]:
        """Lowest and highest value that a sample in each block can have, (slices, rows, columns)
        of blocks: between a voxel of it and the next one of its neighbour too."""
        lowest, highest = self.voxels, self.voxels
        for axis in range(3):
            lowest = _reduced(np.minimum, lowest, axis)
            highest = _reduced(np.maximum, highest, axis)
        return lowest, highest

    def halved(self) -> "Brick":
        """Every two voxels of each axis as one, their mean; what is outside stays outside."""
        slices, rows, columns = self.voxels.shape
        shape = tuple((size + 1) // 2 for size in (slices, rows, columns))
        made = np.empty(shape, self.voxels.dtype)
        for index in range(shape[0]):
            pair = self.voxels[2 * index : 2 * index + 2]
            mean = _pairs(_pairs(pair.mean(axis=0, dtype=np.float32), 0), 1)
            made[index] = np.rint(mean)
        coarse = np.diag([2.0, 2.0, 2.0, 1.0])
        coarse[:3, 3] = 0.5
        affine = Affine(self.affine.matrix @ coarse)
        return Brick(made, affine, self.low, self.high, self.outside, self.slope, self.intercept)


@frozen(eq=False, slots=False)
class Kept:
    """Which part of a volume counts: a mask (255 or 0) of fewer voxels, and where they lie."""

    mask: NDArray[np.uint8] = field(repr=False)
    affine: Affine

    @cached_property
    def to_index(self) -> NDArray[np.float64]:
        """LPS mm to column, row, slice of the mask."""
        return np.asarray(np.linalg.inv(self.affine.matrix), np.float64)

    @cached_property
    def inner(self) -> "Kept":
        """Without what lies around the patient and his skin: else the least value of every ray
        is the air in front of him."""
        inside = self.mask > 0
        for _ in range(_SKIN):
            grown = np.pad(inside, ((0, 0), (1, 1), (1, 1)))
            inside = (
                inside & grown[:, 2:, 1:-1] & grown[:, :-2, 1:-1]
                & grown[:, 1:-1, 2:] & grown[:, 1:-1, :-2]
            )  # fmt: skip
        return Kept(np.where(inside, self.mask, 0).astype(np.uint8), self.affine)

    def blocks(self, brick: Brick) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """In which blocks of a brick of the same volume any of it lies, and of which some not."""
        fewer = round(brick.voxels.shape[2] / self.mask.shape[2])
        some: NDArray[Any] = self.mask
        every: NDArray[Any] = self.mask
        for axis in range(3):
            starts = np.arange(0, self.mask.shape[axis], BLOCK // fewer)
            some = np.maximum.reduceat(some, starts, axis=axis)
            every = np.minimum.reduceat(every, starts, axis=axis)
        return np.asarray(some > 0, np.bool_), _eroded(every > 0)


def _eroded(full: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which blocks are not full, or lie beside one: between their voxels the mask ends."""
    inner = np.ones_like(full)
    for axis in range(3):
        for way in (1, -1):
            beside = np.roll(full, way, axis)
            edge = [slice(None)] * 3
            edge[axis] = slice(0, 1) if way == 1 else slice(-1, None)
            beside[tuple(edge)] = full[tuple(edge)]
            inner &= beside
    return np.asarray(~(inner & full), np.bool_)


def patient_of(quarter: Brick) -> Kept | None:
    """The patient without the table, in a CT; None where there is none to be found."""
    mask = body_mask(quarter.voxels * quarter.slope + quarter.intercept)
    return None if mask is None else Kept(mask, quarter.affine)


def _least(volume: Volume) -> float:
    return min(volume.low, volume.padding[0]) if volume.padded is not None else volume.low


def _reduced(ufunc: np.ufunc, values: NDArray[Any], axis: int) -> NDArray[Any]:
    """Over blocks along one axis, with the first of the next block."""
    starts = np.arange(0, values.shape[axis], BLOCK)
    made: NDArray[Any] = ufunc.reduceat(values, starts, axis=axis)
    following = np.take(values, starts[1:], axis=axis)
    inner = tuple(slice(None, -1) if each == axis else slice(None) for each in range(3))
    made[inner] = ufunc(made[inner], following)
    return made


def _pairs(plane: NDArray[np.float32], axis: int) -> NDArray[np.float32]:
    starts = np.arange(0, plane.shape[axis], 2)
    counts = np.minimum(2, plane.shape[axis] - starts).astype(np.float32)
    summed = np.add.reduceat(plane, starts, axis=axis)
    return np.asarray(summed / (counts[:, None] if axis == 0 else counts), np.float32)
