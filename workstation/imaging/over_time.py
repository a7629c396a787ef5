"""What several phases of one place give together: the most, the least, the mean of each voxel over
time, or one phase less another. Exact: values are reckoned in double precision.
"""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any, Final

import numpy as np
from attrs import evolve, frozen
from numpy.typing import NDArray

from workstation.domain.presentation import Rescale
from workstation.domain.study import DisplaySet, Frame
from workstation.imaging.pixels import FramePixels
from workstation.imaging.voi import is_padding, rescaled
from workstation.imaging.volume_voxels import PADDED, Volume, affine_of

_Floats = NDArray[np.float64]


class How(StrEnum):
    """What of all moments is shown; `MINUS`: the first less the second."""

    MIP = "mip"
    MINIP = "minip"
    MEAN = "mean"
    MINUS = "minus"


@frozen(eq=False)
class Phase:
    """A stack, and its pixels frame by frame, on any thread."""

    display_set: DisplaySet
    pixels: Callable[[int], FramePixels]


#: Bits of stored values that fit into 16 whatever their sign, differences too.
_FITS: Final = 15


def bytes_of(sets: Sequence[DisplaySet], how: How) -> int:
    """What the volume takes."""
    first = sets[0].frames[0].pixels
    voxels = len(sets[0].frames) * first.rows * first.columns
    return voxels * (4 if _as_stored(sets, how) is None else 2)


def combined(phases: Sequence[Phase], how: How) -> Volume:
    """Of stacks at the same places, in the grid of the first; where a voxel only fills a frame
    it does not count, and the difference of nothing is nothing."""
    first = phases[0].display_set
    frame = first.frames[0]
    stored = _as_stored([each.display_set for each in phases], how)
    rescale = stored or Rescale(unit=frame.rescale.unit)
    shape = (len(first.frames), frame.pixels.rows, frame.pixels.columns)
    voxels: NDArray[Any] = np.empty(shape, np.float32 if stored is None else np.int16)
    padded, span = None, (np.inf, -np.inf)
    for index in range(shape[0]):
        values = _over([_values(each, index) for each in phases], how)
        empty = np.isnan(values)
        if empty.any():
            padded = np.zeros(shape, np.uint8) if padded is None else padded
            padded[index][empty] = PADDED
        made = (values - rescale.intercept) / rescale.slope
        made[empty] = 0.0
        voxels[index] = made if stored is None else np.rint(made)
        if not empty.all():
            kept = voxels[index][~empty]
            span = min(span[0], float(kept.min())), max(span[1], float(kept.max()))
    voxels.flags.writeable = False
    low, high = span if span[0] <= span[1] else (0.0, 0.0)
    alike = evolve(frame, rescale=rescale, real_world=())
    padding = (np.nan, np.nan) if padded is None else (0.0, 0.0)
    return Volume(voxels, affine_of(first.frames), alike, low, high, padded, padding)


def _values(phase: Phase, index: int) -> _Floats:
    frame, pixels = phase.display_set.frames[index], phase.pixels(index)
    found = rescaled(pixels.stored, frame.rescale)
    return np.where(is_padding(pixels.stored, frame), np.nan, found)


def _over(moments: Sequence[_Floats], how: How) -> _Floats:
    if how is How.MINUS:
        first, second = moments
        return first - second
    if how is How.MEAN:
        there = np.sum([~np.isnan(each) for each in moments], axis=0)
        total = np.sum([np.nan_to_num(each) for each in moments], axis=0)
        mean: _Floats = np.full(total.shape, np.nan)
        np.divide(total, there, out=mean, where=there > 0)
        return mean
    take = np.fmax if how is How.MIP else np.fmin
    return np.asarray(take.reduce(list(moments)), np.float64)


def _as_stored(sets: Sequence[DisplaySet], how: How) -> Rescale | None:
    """How 16 bits mean the values, where one rescale holds for all and nothing is lost."""
    frames = [frame for each in sets for frame in each.frames]
    rescale = frames[0].rescale
    alike = all(frame.rescale == rescale and _fits(frame, how) for frame in frames)
    if not alike or rescale.lut is not None or how is How.MEAN:
        return None  # a mean lies between the steps
    return evolve(rescale, intercept=0.0) if how is How.MINUS else rescale


def _fits(frame: Frame, how: How) -> bool:
    pixels = frame.pixels
    most = _FITS + 1 if pixels.signed and how is not How.MINUS else _FITS
    return not pixels.floating and pixels.bits_stored <= most
