"""Spheres in PET: response to therapy is judged by these numbers (PERCIST)."""

from pathlib import Path

import numpy as np
import pytest
from volume_phantoms import SCANS, middle, noise, positions, volume

from workstation.adapters.decoders import Decoders
from workstation.adapters.local_frames import LocalFrames
from workstation.domain.presentation import Rescale
from workstation.domain.study import PixelFormat
from workstation.domain.suv import SuvType
from workstation.imaging.spheres import PEAK_MM, sphere_values
from workstation.services.images.local_images import LocalImages

DATA = Path(__file__).parents[4] / "shared" / "data"
SHAPE = (22, 26, 28)
SUV = Rescale(0.001, 3.0, "SUVbw")


def test_the_sphere_of_a_peak_holds_a_cubic_centimetre() -> None:
    assert 4 / 3 * np.pi * PEAK_MM**3 == pytest.approx(1000.0)


@pytest.mark.parametrize("name", SCANS)
def test_against_every_voxel_looked_at_one_by_one(name: str) -> None:
    """However the scanner lay: values, threshold, volume and the peak."""
    placed, voxels = SCANS[name], noise(SHAPE)
    made = volume(voxels, placed, rescale=SUV)
    centre, radius = middle(placed, SHAPE) + np.array((0.2, -0.1, 0.3)), 8.1
    x, y, z = (float(part) for part in centre)

    found = sphere_values(made, (x, y, z), radius, 60.0)

    points, values = positions(placed, SHAPE), voxels * 0.001 + 3.0
    away = np.linalg.norm(points - centre, axis=-1)
    inside = values[away <= radius]
    hot = inside[inside >= 0.6 * inside.max()]
    ml = len(hot) * abs(np.linalg.det(placed[:3, :3])) / 1000
    peaks = [
        values[np.linalg.norm(points - at, axis=-1) <= PEAK_MM].mean()
        for at in points[away <= radius - PEAK_MM]
    ]
    assert found["voxels"] == len(inside)
    assert found["mean"] == pytest.approx(inside.mean())
    assert found["max"] == pytest.approx(inside.max())
    assert found["sd"] == pytest.approx(inside.std())
    assert (found["volume"], found["tlg"]) == pytest.approx((ml, ml * hot.mean()))
    assert found["peak"] == pytest.approx(max(peaks))


def test_a_sphere_below_a_cubic_centimetre_has_no_peak() -> None:
    """The mean of what is left of it would be called a peak and be a mean."""
    placed = SCANS["straight"]
    made = volume(noise(SHAPE), placed, rescale=SUV)
    x, y, z = (float(part) for part in middle(placed, SHAPE))

    assert "peak" not in sphere_values(made, (x, y, z), PEAK_MM - 1.0)


def test_beyond_the_volume_and_in_padding_there_is_nothing() -> None:
    placed = SCANS["straight"]
    x, y, z = (float(part) for part in middle(placed, SHAPE))
    padded = PixelFormat(*SHAPE[1:], 16, 16, 15, True, padding=-2000)
    filled = volume(np.full(SHAPE, -2000, np.int16), placed, rescale=SUV, pixels=padded)
    made = volume(noise(SHAPE), placed, rescale=SUV)

    assert sphere_values(filled, (x, y, z), 8.0) == {}
    assert sphere_values(made, (x + 900.0, y, z), 8.0) == {}


@pytest.mark.data
@pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data is not here")
def test_the_synthetic_lesions_have_their_stated_uptake() -> None:
    """Spheres of 12.0 (15 mm), 8.0 (12 mm) and 5.0 (10 mm) in tissue and lung, voxels of 4 mm."""
    decoders = Decoders()
    try:
        images = LocalImages(LocalFrames(decoders), SuvType.BW)
        made = images.volume(images.open(DATA / "pt_synthetic_on_ct", volume=True))
    finally:
        decoders.close()

    for centre, radius, suv in (
        ((-59.2, 9.6, -112.8), 15.0, 12.0),
        ((60.8, -0.4, -92.8), 12.0, 8.0),
        ((0.8, 39.6, -132.8), 10.0, 5.0),
    ):
        found = sphere_values(made, centre, radius + 10.0)
        ml = 4 / 3 * np.pi * radius**3 / 1000

        assert found["max"] == pytest.approx(suv, rel=1e-4)
        assert found["peak"] == pytest.approx(suv, rel=1e-4)
        assert found["volume"] == pytest.approx(ml, rel=0.08)  # a voxel is 0.064 ml
        assert found["tlg"] == pytest.approx(suv * found["volume"], rel=1e-4)
