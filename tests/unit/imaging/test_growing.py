"""Regions that grow and are brushed: volumes against arithmetic, in every way a scanner lay."""

import numpy as np
import pytest
from volume_phantoms import SCANS, Floats, middle, positions
from volume_phantoms import volume as made_volume

from workstation.imaging.brushing import stroked
from workstation.imaging.drawn import joined
from workstation.imaging.drawn_values import measured
from workstation.imaging.growing import grown
from workstation.imaging.volume_voxels import Volume

SHAPE = (26, 40, 44)
RADIUS = 6.0
#: Stored values are HU + 1024 (tests/fakes_viewer.py).
LESION, TISSUE = 1100, 900


def two_balls(name: str) -> tuple[Volume, Floats, Floats, np.ndarray]:
    """A ball in the middle and another that does not touch it, of one value."""
    placed = SCANS[name]
    where, centre = positions(placed, SHAPE), middle(placed, SHAPE)
    other = centre + placed[:3, 0] / np.linalg.norm(placed[:3, 0]) * 14.0
    inside = np.linalg.norm(where - centre, axis=-1) <= RADIUS
    apart = np.linalg.norm(where - other, axis=-1) <= 3.0
    voxels = np.where(inside | apart, LESION, TISSUE).astype(np.int16)
    return made_volume(voxels, placed), centre, other, inside


def whole(slices: dict[int, np.ndarray] | object) -> np.ndarray:
    found = np.zeros(SHAPE, bool)
    for number, mask in slices.items():  # type: ignore[attr-defined]
        found[number] = mask
    return found


@pytest.mark.parametrize("name", SCANS)
def test_what_hangs_together_grows_and_what_lies_apart_does_not(name: str) -> None:
    """Voxel for voxel the ball that was made; the other one has the same values."""
    volume, centre, _, inside = two_balls(name)
    x, y, z = centre.tolist()
    found = grown(volume, (x, y, z), 50, 100, 40.0)
    assert (whole(found) == inside).all()


def test_it_reaches_no_farther_than_asked() -> None:
    volume, centre, _, inside = two_balls("straight")
    x, y, z = centre.tolist()
    found = whole(grown(volume, (x, y, z), 50, 100, 3.0))
    away = np.linalg.norm(positions(SCANS["straight"], SHAPE) - centre, axis=-1)
    assert (found == (inside & (away <= 3.0))).all()


def test_a_seed_that_does_not_belong_grows_nothing() -> None:
    """Outside the values, and outside the voxels."""
    volume, centre, _, _ = two_balls("straight")
    x, y, z = centre.tolist()
    assert grown(volume, (x, y, z), 0, 40, 40.0) == {}
    assert grown(volume, (x + 500, y, z), 50, 100, 40.0) == {}


@pytest.mark.parametrize("name", SCANS)
def test_volume_diameters_and_values_are_those_of_the_ball(name: str) -> None:
    """ml by counting voxels; diameters within a voxel of 12 mm; 76 HU throughout."""
    volume, centre, _, inside = two_balls(name)
    x, y, z = centre.tolist()
    said = measured(volume, grown(volume, (x, y, z), 50, 100, 40.0))
    voxel_mm3 = abs(np.linalg.det(SCANS[name][:3, :3]))
    assert said["volume"] == pytest.approx(inside.sum() * voxel_mm3 / 1000.0)
    coarse = np.linalg.norm(SCANS[name][:3, :2], axis=0).max()
    if "tilt" not in name:  # a slice of a tilted gantry is cut slanting: its circle is wider
        assert said["long"] == pytest.approx(2 * RADIUS, abs=1.5 * coarse)
        assert said["short"] == pytest.approx(2 * RADIUS, abs=1.5 * coarse)
    assert (said["mean"], said["sd"], said["min"], said["max"]) == (76.0, 0.0, 76.0, 76.0)


def test_a_bar_is_as_long_as_its_outer_edges() -> None:
    """Ten pixels of 0.5 mm, four of 0.7 mm: 5 mm by 2.8 mm, and the diagonal is longest."""
    volume = made_volume(np.zeros(SHAPE, np.int16), SCANS["anisotropic"])
    mask = np.zeros(SHAPE[1:], bool)
    mask[10:14, 20:30] = True
    said = measured(volume, {5: mask})
    assert said["long"] == pytest.approx(np.hypot(5.0, 2.8))
    angle = np.arctan2(2.8, 5.0)
    assert said["short"] == pytest.approx(2 * 5.0 * np.sin(angle))


def test_a_stroke_is_as_wide_as_the_brush_along_its_whole_way() -> None:
    """A capsule: what lies within the radius of the line, in mm both ways."""
    size, spacing = (60, 80), (0.7, 0.5)
    found = stroked({}, 3, size, [(20.0, 20.0), (60.0, 20.0), (60.0, 50.0)], spacing, 3.0)
    y, x = np.mgrid[: size[0], : size[1]].astype(float)
    px, py = x * 0.5, y * 0.7
    along = np.clip(px, 10.0, 30.0)
    first = np.hypot(px - along, py - 14.0) <= 3.0
    down = np.clip(py, 14.0, 35.0)
    second = np.hypot(px - 30.0, py - down) <= 3.0
    assert (found[3] == (first | second)).all()


def test_the_brush_erases_and_an_empty_slice_is_none() -> None:
    size, spacing = (20, 20), (1.0, 1.0)
    drawn = stroked({}, 2, size, [(10.0, 10.0)], spacing, 4.0)
    less = stroked(drawn, 2, size, [(10.0, 10.0)], spacing, 2.0, erase=True)
    y, x = np.mgrid[:20, :20]
    away = np.hypot(x - 10, y - 10)
    assert (less[2] == ((away <= 4.0) & (away > 2.0))).all()
    assert stroked(less, 2, size, [(10.0, 10.0)], spacing, 9.0, erase=True) == {}
    assert (drawn[2] == (away <= 4.0)).all()  # undo goes back to what was


def test_joined_is_what_belongs_to_either() -> None:
    one = stroked({}, 1, (9, 9), [(2.0, 2.0)], (1.0, 1.0), 1.0)
    other = stroked(one, 3, (9, 9), [(6.0, 6.0)], (1.0, 1.0), 1.0)
    assert sorted(joined(one, other)) == [1, 3]
    assert (joined(one, other)[1] == one[1]).all()
