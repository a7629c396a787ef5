"""What a structure holds of a volume: counted by arithmetic, whatever the acquisition."""

import numpy as np
import pytest
from volume_phantoms import SCANS, positions, volume

from workstation.domain.geometry import Affine
from workstation.domain.study import PixelFormat
from workstation.imaging.structure_grid import Grid
from workstation.imaging.structure_values import values_in

SHAPE = (9, 11, 12)
VOXELS = np.random.default_rng(1).integers(-200, 400, SHAPE).astype(np.int16)


def ball(name: str) -> np.ndarray:
    """Of the voxels themselves, about their middle."""
    at = positions(SCANS[name], SHAPE)
    middle = at.reshape(-1, 3).mean(axis=0)
    return np.asarray(np.linalg.norm(at - middle, axis=-1) < 3.0)


@pytest.mark.parametrize("name", SCANS)
def test_values_are_those_of_the_voxels_in_it(name: str) -> None:
    """A mean of the liver that took its neighbours would be another liver (F121)."""
    inside = ball(name)
    grid = Grid(inside, np.linalg.inv(Affine(SCANS[name]).matrix))

    found = values_in(grid, volume(VOXELS, SCANS[name]))

    expected = VOXELS[inside] - 1024.0
    cell = abs(np.linalg.det(SCANS[name][:3, :3]))
    assert found.voxels == inside.sum()
    assert found.ml == pytest.approx(inside.sum() * cell / 1000)
    assert (found.mean, found.sd) == (pytest.approx(expected.mean()), pytest.approx(expected.std()))
    assert (found.low, found.high, found.unit) == (expected.min(), expected.max(), "HU")


def test_what_only_fills_its_frame_does_not_count() -> None:
    voxels = VOXELS.copy()
    voxels[:, :, :6] = -2000
    pixels = PixelFormat(11, 12, 16, 16, 15, True, padding=-2000)
    grid = Grid(np.ones(SHAPE, np.bool_), np.linalg.inv(SCANS["straight"]))

    found = values_in(grid, volume(voxels, SCANS["straight"], pixels=pixels))

    assert found.low > -2000 - 1024
    assert found.voxels == 9 * 11 * 6


def test_a_structure_beside_the_series_has_a_size_and_no_values() -> None:
    away = SCANS["straight"].copy()
    away[:3, 3] += 500.0
    grid = Grid(np.ones((2, 2, 2), np.bool_), np.linalg.inv(away))

    found = values_in(grid, volume(VOXELS, SCANS["straight"]))

    assert (found.voxels, found.ml) == (0, pytest.approx(8 * 0.8**3 / 1000))
