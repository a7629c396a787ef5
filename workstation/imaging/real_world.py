"""The quantity that stored values stand for: real world values, else modality values.

An object may say by Real World Value Mapping (PS3.3 C.7.6.16.2.11) what its values measure,
apart from the modality transform that is for showing them. Probe and regions follow it.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from workstation.domain import units
from workstation.domain.presentation import RealWorldMap, Rescale
from workstation.domain.study import Frame
from workstation.imaging.voi import rescaled


def measured_by(stored: NDArray[Any], frame: Frame) -> Rescale | RealWorldMap:
    """What turns these stored values into a quantity.

    The first map that covers all of them; the modality transform where none does: a mean
    over values half of which are mapped would be of two quantities. No values: no map.
    """
    if stored.size and frame.real_world:
        low, high = float(stored.min()), float(stored.max())
        for each in frame.real_world:
            if each.first <= low and high <= each.last:
                return each
    return frame.rescale


def quantity(stored: NDArray[Any], by: Rescale | RealWorldMap) -> NDArray[np.float64]:
    """Stored values, all of them covered by `by`, in `unit_of(by)`; double precision."""
    if isinstance(by, Rescale):
        return rescaled(stored, by)
    if by.values:
        entry = np.asarray(stored).astype(np.int64) - int(by.first)
        return np.asarray(by.values, np.float64)[entry]
    return np.asarray(stored, np.float64) * by.slope + by.intercept


def is_linear(by: Rescale | RealWorldMap) -> bool:
    """Whether slope and intercept say all of it."""
    return by.lut is None if isinstance(by, Rescale) else not by.values


def unit_of(by: Rescale | RealWorldMap) -> str:
    """As the reader writes it, a map's out of UCUM; empty where there is none."""
    return by.unit if isinstance(by, Rescale) else units.shown(by.unit)
