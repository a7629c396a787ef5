"""Counts of a volume's values, held against numpy on all of them."""

import numpy as np
import pytest
from volume_phantoms import SCANS, noise, volume

from workstation.domain.presentation import Rescale
from workstation.imaging.histogram import BINS, histogram
from workstation.imaging.volume_voxels import PADDED

SHAPE = (34, 42, 46)


@pytest.mark.parametrize("slope", [1.0, -2.0])
def test_counts_are_of_modality_values(slope: float) -> None:
    """The curve is drawn in HU: its histogram too, also where values fall as stored ones rise."""
    stored = noise(SHAPE)
    values = stored.astype(np.float64) * slope - 1024.0
    expected, edges = np.histogram(values, bins=BINS)

    found = histogram(volume(stored, SCANS["straight"], rescale=Rescale(slope, -1024.0, "HU")))

    assert (found.low, found.high) == (edges[0], edges[-1])
    assert found.counts.sum() == stored.size
    # a value on the border of two ranges falls into the other one where order is turned
    assert np.abs(np.cumsum(found.counts) - np.cumsum(expected)).max() <= stored.size / BINS


def test_what_only_fills_the_frame_is_not_counted() -> None:
    """Else the corners outside the scanner's circle are the only peak that is seen."""
    stored = noise(SHAPE)
    made = volume(stored, SCANS["straight"], rescale=Rescale(1.0, 0.0, "HU"))
    padded = np.zeros(SHAPE, np.uint8)
    padded[:, :5] = PADDED
    object.__setattr__(made, "padded", padded)

    assert histogram(made).counts.sum() == stored.size - padded.astype(bool).sum()


def test_a_volume_of_one_value_has_a_range() -> None:
    made = volume(np.full(SHAPE, 7, np.int16), SCANS["straight"], rescale=Rescale(1.0, 0.0, "HU"))

    found = histogram(made)

    assert found.high > found.low == 7.0
    assert found.counts.sum() == np.prod(SHAPE)
