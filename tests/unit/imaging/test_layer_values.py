"""SUV in a region drawn on CT: HU and SUV of one lesion must be of one place (F130)."""

import numpy as np
import pytest
from volume_phantoms import SCANS, middle, noise, positions, volume

from workstation.domain.geometry import ImagePlane
from workstation.domain.measurement import MeasurementKind
from workstation.domain.presentation import Rescale
from workstation.domain.study import PixelFormat
from workstation.imaging.layer_values import region_values, value_near
from workstation.imaging.regions import contains, polygon_mask

SHAPE = (12, 20, 22)
SUV = Rescale(0.001, 0.5, "SUVbw")
BOX = MeasurementKind.RECTANGLE


@pytest.mark.parametrize("name", SCANS)
def test_the_value_near_a_point_is_that_of_its_voxel(name: str) -> None:
    """However the scanner lay; a third of a voxel beside the centre is still in it."""
    placed, voxels = SCANS[name], noise(SHAPE)
    made = volume(voxels, placed, rescale=SUV)
    at = (placed @ (7.3, 9.7, 4.2, 1.0))[:3]

    assert value_near(made, tuple(at)) == pytest.approx(voxels[4, 10, 7] * 0.001 + 0.5)
    assert value_near(made, (9999.0, 0.0, 0.0)) is None


@pytest.mark.parametrize("name", SCANS)
def test_a_region_holds_the_voxels_whose_centres_lie_in_it(name: str) -> None:
    """Against every voxel looked at one by one: in the box, and nearest to the plane."""
    placed, voxels = SCANS[name], noise(SHAPE)
    made = volume(voxels, placed, rescale=SUV)
    centre = middle(placed, SHAPE)
    plane = ImagePlane(
        (centre[0] - 20 * 0.4, centre[1] - 20 * 0.4, centre[2] + 0.03),
        (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), 0.4, 0.4,
    )  # fmt: skip
    found = region_values(made, plane, BOX, ((14.2, 13.7), (26.9, 27.3)))

    points = positions(placed, SHAPE)
    x, y = ((points[..., axis] - plane.origin[axis]) / 0.4 for axis in (0, 1))
    half = np.abs(placed[2, :3]).max() / 2
    inside = (x >= 14.2) & (x <= 26.9) & (y >= 13.7) & (y <= 27.3)
    inside &= np.abs(points[..., 2] - plane.origin[2]) <= half
    expected = voxels[inside] * 0.001 + 0.5
    assert found["voxels"] == inside.sum() > 0
    assert found["mean"] == pytest.approx(expected.mean())
    assert found["sd"] == pytest.approx(expected.std())
    assert (found["min"], found["max"]) == pytest.approx((expected.min(), expected.max()))


def test_a_plane_between_two_slices_counts_one_of_them() -> None:
    """Else the region would have twice its voxels."""
    placed, voxels = SCANS["straight"], noise(SHAPE)
    made = volume(voxels, placed, rescale=SUV)
    z = float(placed[2, 3] + 0.4)  # midway between the first two
    plane = ImagePlane(
        (float(placed[0, 3]), float(placed[1, 3]), z), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), 0.8, 0.8
    )

    assert region_values(made, plane, BOX, ((0.0, 0.0), (3.0, 1.0)))["voxels"] == 8


def test_beyond_the_volume_and_in_its_padding_there_is_nothing() -> None:
    """Zero would be a value."""
    placed, voxels = SCANS["straight"], noise(SHAPE)
    plane = ImagePlane((500.0, 0.0, 40.0), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), 0.8, 0.8)
    voxels[:] = -2000
    padded = PixelFormat(*SHAPE[1:], 16, 16, 15, True, padding=-2000)
    full = volume(voxels, placed, rescale=SUV, pixels=padded)
    here = ImagePlane((-20.0, -16.0, 40.0), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), 0.8, 0.8)

    assert region_values(full, plane, BOX, ((0.0, 0.0), (3.0, 1.0))) == {}
    assert region_values(full, here, BOX, ((0.0, 0.0), (3.0, 1.0))) == {}
    assert value_near(full, (-20.0, -16.0, 40.0)) is None


@pytest.mark.parametrize("kind", [MeasurementKind.ELLIPSE, BOX])
def test_a_flat_region_holds_what_lies_on_it(kind: MeasurementKind) -> None:
    x, y = np.array([0.0, 1.0, 2.0, 5.0]), np.array([1.0, 1.0, 1.5, 1.0])

    assert contains(kind, ((0.0, 1.0), (4.0, 1.0)), x, y).tolist() == [True, True, False, False]


def test_an_outline_holds_what_the_pixels_of_an_image_are_counted_by() -> None:
    """The same outline on CT and PET; centres between the pixels of the image, none on it."""
    points = ((2.3, 1.4), (17.6, 3.2), (14.1, 16.7), (9.2, 8.1), (3.3, 15.8))
    rows, columns = np.mgrid[0:20, 0:20].astype(float)

    found = contains(MeasurementKind.POLYGON, points, columns.ravel(), rows.ravel())

    assert np.array_equal(found.reshape(20, 20), polygon_mask(points, (20, 20)))
