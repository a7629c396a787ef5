"""Fewer voxels of a volume that a graphics card has no room for, each where it lies."""

import numpy as np
import pytest
from volume_phantoms import SCANS

from workstation.domain.geometry import Affine
from workstation.rendering.slice_gpu import Thinning


def thinned(shape: tuple[int, int, int], limit: int) -> Thinning:
    """As few times as it takes for the longest side."""
    found = Thinning()
    while max(found.of(np.empty(shape, np.uint8)).shape) > limit:
        further = found.further(shape)
        assert further is not None
        found = further
    return found


@pytest.mark.parametrize(
    ("shape", "every"),
    [
        ((600, 512, 512), (4, 2, 2)),
        ((397, 397, 397), (2, 2, 2)),
        ((300, 200, 200), (2, 1, 1)),
        ((256, 256, 256), (1, 1, 1)),
    ],
)
def test_only_axes_that_are_too_long_lose_voxels(
    shape: tuple[int, int, int], every: tuple[int, int, int]
) -> None:
    """A card that takes 256 (issue 5); sides may be odd (row 117)."""
    assert thinned(shape, 256).every == every


def test_beyond_a_quarter_of_every_axis_there_is_no_preview() -> None:
    """Of one voxel in 64 a reader still sees what moves; of less not."""
    every = Thinning()
    for _ in range(6):
        further = every.further((64, 64, 64))
        assert further is not None
        every = further

    assert every.every == (4, 4, 4)
    assert every.further((64, 64, 64)) is None


@pytest.mark.parametrize("name", list(SCANS))
def test_what_is_left_lies_where_it_lay(name: str) -> None:
    """Else a plane would jump when it comes to rest."""
    scan, every = Affine(SCANS[name]), Thinning((4, 1, 2))

    column, row, slice_ = 5, 7, 3
    before = scan.matrix @ (2 * column, row, 4 * slice_, 1)

    assert every.placed(scan).matrix @ (column, row, slice_, 1) == pytest.approx(before, abs=1e-9)
