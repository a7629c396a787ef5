"""Planes that were sampled in a volume, as images store them: whole numbers, and what they mean."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from workstation.domain.presentation import Rescale
from workstation.imaging.voi import rescaled
from workstation.imaging.volume_voxels import Volume

#: Steps of values that were fractions, in 16 bits; one more is what is outside.
_STEPS: Final = 65534


@frozen(eq=False)
class StoredPlane:
    """(rows, columns) of 16 bits, or (rows, columns, 3) of 8; and what its numbers mean."""

    values: NDArray[Any]
    rescale: Rescale


@frozen(eq=False)
class StoredPlanes:
    """`padding` is the number of what lies outside the volume; of colour there is none."""

    planes: Sequence[StoredPlane]
    padding: int | None


def stored_planes(found: Iterable[NDArray[Any]], volume: Volume, modality: str) -> StoredPlanes:
    """`found` are samples as voxels are stored, NaN where there is none; of colour 8-bit RGB."""
    if volume.voxels.ndim == 4:
        return StoredPlanes([StoredPlane(each, Rescale()) for each in found], None)
    if modality == "PT":
        return _from_zero(found, volume)
    if volume.voxels.dtype.kind == "f" or volume.voxels.dtype.itemsize > 2:
        return _fractions(found, volume)
    kind = np.int16 if volume.voxels.dtype.kind == "i" else np.uint16
    nothing, rescale = _outside(volume, kind), volume.frame.rescale
    fill = volume.low if nothing is None else nothing
    planes = [
        StoredPlane(np.rint(np.where(np.isnan(each), fill, each)).astype(kind), rescale)
        for each in found
    ]
    return StoredPlanes(planes, nothing)


def _outside(volume: Volume, kind: Any) -> int | None:
    """A value that no voxel has, for what lies outside; that of the images where they have one."""
    span, own = np.iinfo(kind), volume.padding[0]
    if np.isfinite(own) and own == int(own) and not volume.low <= own <= volume.high:
        return int(own)
    if volume.low > span.min:
        return int(span.min) if kind is np.int16 else int(volume.low) - 1
    return int(span.max) if volume.high < span.max else None


def _fractions(found: Iterable[NDArray[Any]], volume: Volume) -> StoredPlanes:
    """Values that are no whole numbers, in equal steps between the least and the largest."""
    slope = float((volume.high - volume.low) / _STEPS) or 1.0
    own = volume.frame.rescale
    low = float(volume.low) * own.slope + own.intercept
    rescale, nothing = Rescale(slope * own.slope, low, own.unit), _STEPS + 1
    planes = [
        StoredPlane(
            np.where(np.isnan(each), nothing, np.rint((each - volume.low) / slope)).astype(
                np.uint16
            ),
            rescale,
        )
        for each in found
    ]
    return StoredPlanes(planes, nothing)


def _from_zero(found: Iterable[NDArray[Any]], volume: Volume) -> StoredPlanes:
    """Of PET: no intercept (PS3.3 C.8.9.4.1.2), each plane in steps of its own largest value.

    One that holds nothing has those of the volume: ITK reads whole numbers alone from a series
    whose first image has a slope of 1.
    """
    rescale = volume.frame.rescale
    ends = rescaled(np.array([volume.low, volume.high]), rescale)
    kind = np.int16 if ends.min() < 0 else np.uint16
    nothing = int(np.iinfo(kind).min if kind is np.int16 else _STEPS + 1)
    most = np.iinfo(np.int16).max if kind is np.int16 else _STEPS
    usual = float(np.abs(ends).max()) / most or 1.0
    planes = []
    for each in found:
        values = np.asarray(rescaled(each, rescale), np.float64)
        slope = float(np.nanmax(np.abs(values), initial=0.0)) / most or usual
        stored = np.where(np.isnan(values), nothing, np.rint(values / slope))
        planes.append(StoredPlane(stored.astype(kind), Rescale(slope, 0.0, rescale.unit)))
    return StoredPlanes(planes, nothing)
