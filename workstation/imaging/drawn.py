"""Parts of a volume that a reader draws or grows: which voxels belong.

A part is slices of booleans, (rows, columns), by the index of the slice: a lesion in a volume
of hundreds of slices takes the memory of its own slices alone.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
Slices = Mapping[int, Bools]

NOTHING: Final[Slices] = MappingProxyType({})


def slices_of(kept: Bools, first: Sequence[int], size: tuple[int, int]) -> Slices:
    found = {}
    for number in np.flatnonzero(kept.any(axis=(1, 2))).tolist():
        whole = np.zeros(size, np.bool_)
        rows, columns = kept.shape[1:]
        whole[first[1] : first[1] + rows, first[2] : first[2] + columns] = kept[number]
        found[first[0] + number] = still(whole)
    return MappingProxyType(found)


def joined(one: Slices, other: Slices) -> Slices:
    """What belongs to either."""
    found = dict(one)
    for number, mask in other.items():
        found[number] = still(found[number] | mask) if number in found else mask
    return MappingProxyType(found)


def with_slice(slices: Slices, number: int, mask: Bools) -> Slices:
    """A slice on which nothing is left is none."""
    found = {key: value for key, value in slices.items() if key != number}
    if mask.any():
        found[number] = still(mask)
    return MappingProxyType(dict(sorted(found.items())))


def still(mask: Bools) -> Bools:
    mask.flags.writeable = False
    return mask
