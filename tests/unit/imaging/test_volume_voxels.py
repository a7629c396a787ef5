"""From frames to one array and its place in the patient."""

from typing import Any

import numpy as np
import pytest
from attrs import evolve
from fakes_viewer import frame
from volume_phantoms import SCANS, display_set, noise, pixels, positions, volume

from workstation.domain.presentation import Lut, Rescale
from workstation.domain.study import (
    DisplaySet,
    Geometry,
    GeometryVerdict,
    PixelFormat,
)
from workstation.errors import NotDisplayable
from workstation.imaging.volume_voxels import PADDED, VolumeDraft, why_no_volume

SHAPE = (7, 6, 5)


def drafted(found: DisplaySet, stored: Any) -> VolumeDraft:
    draft = VolumeDraft.begun(found, pixels(stored[0]))
    for index, each in enumerate(stored):
        draft.fill(index, pixels(each))
    return draft


@pytest.mark.parametrize("name", SCANS)
def test_every_voxel_lies_where_its_frame_says(name: str) -> None:
    """However the scanner lay: tilted, left-handed, with slices thicker than pixels."""
    made = volume(noise(SHAPE), SCANS[name])
    k, j, i = np.indices(SHAPE)

    found = np.stack((i, j, k, np.ones_like(i)), axis=-1) @ made.affine.matrix.T

    assert np.abs(found[..., :3] - positions(SCANS[name], SHAPE)).max() < 1e-9
    assert np.array_equal(made.voxels, noise(SHAPE))


def test_stored_values_stay_what_they_are_under_one_rescale() -> None:
    """16 bits are enough, and nothing is rounded; half the memory of float32."""
    made = volume(noise(SHAPE), SCANS["straight"], rescale=Rescale(2.0, -1000.0, "HU"))

    assert made.voxels.dtype == np.int16
    assert made.frame.rescale == Rescale(2.0, -1000.0, "HU")
    assert not made.voxels.flags.writeable


def test_slices_that_rescale_differently_become_modality_values() -> None:
    """A PET scales each slice by itself: stored values of two slices are not one quantity."""
    found = display_set(SCANS["straight"], 3, (4, 4))
    slopes = (0.5, 2.0, 4.0)
    frames = tuple(
        evolve(each, rescale=Rescale(slope, 1.0, "BQML"))
        for each, slope in zip(found.frames, slopes, strict=True)
    )

    made = drafted(evolve(found, frames=frames), np.full((3, 4, 4), 10, np.int16)).finished()

    assert made.voxels.dtype == np.float32
    assert made.voxels[:, 0, 0].tolist() == [6.0, 21.0, 41.0]
    assert made.frame.rescale == Rescale(unit="BQML")


def test_a_modality_table_is_applied_before_anything_is_interpolated() -> None:
    """Between two entries of a table lies no stored value: interpolate what they mean."""
    lut = Lut(0, 16, np.array([0, 100, 50], "<u2").tobytes())

    made = volume(
        np.full((3, 4, 4), 2, np.int16), SCANS["straight"], rescale=Rescale(lut=lut, unit="HU")
    )

    assert made.voxels.dtype == np.float32
    assert np.unique(made.voxels).tolist() == [50.0]


def test_a_study_is_held_once() -> None:
    """The slices of the volume stand in for the frames: no second copy of 300 MB stays."""
    found = display_set(SCANS["straight"], 3, (4, 4))
    stored = noise((3, 4, 4))
    draft = drafted(found, stored)

    view = draft.slice_pixels(1, pixels(stored[1]))

    assert view is not None
    assert np.shares_memory(view.stored, draft.finished().voxels)
    assert np.array_equal(view.stored, stored[1])


def test_float_volumes_do_not_stand_in_for_frames() -> None:
    """What a probe reads on the source image is its stored value, not a rescaled one."""
    found = display_set(SCANS["straight"], 3, (4, 4))
    frames = (evolve(found.frames[0], rescale=Rescale(3.0)), *found.frames[1:])
    stored = noise((3, 4, 4))
    draft = drafted(evolve(found, frames=frames), stored)

    assert draft.slice_pixels(1, pixels(stored[1])) is None


def test_padding_is_known_apart_from_values() -> None:
    """Scanners fill the corners of a frame with -2000: no part of the patient."""
    stored = noise((3, 4, 4)).clip(-500, 500)
    stored[1, 0, 0] = -2000
    formatted = PixelFormat(4, 4, 16, 16, 15, True, padding=-2000)

    made = volume(stored, SCANS["straight"], pixels=formatted)

    assert made.padded is not None
    assert np.argwhere(made.padded == PADDED).tolist() == [[1, 0, 0]]
    assert made.padding == (-2000.0, -2000.0)
    assert made.low >= -500


def test_a_volume_without_padding_carries_no_mask_of_it() -> None:
    formatted = PixelFormat(4, 4, 16, 16, 15, True, padding=-2000)

    assert volume(noise((3, 4, 4)), SCANS["straight"], pixels=formatted).padded is None


def test_what_holds_no_number_is_no_value() -> None:
    """Maps of parameters have NaN where nothing was computed."""
    stored = np.ones((3, 4, 4), np.float32)
    stored[2, 1, 1] = np.nan
    formatted = PixelFormat(4, 4, 32, 32, 31, True, floating=True)

    made = volume(stored, SCANS["straight"], pixels=formatted)

    assert made.padded is not None
    assert made.padded[2, 1, 1] == PADDED
    assert (made.low, made.high) == (1.0, 1.0)


def test_colour_becomes_rgb() -> None:
    """A colour map of fibres is reformatted in its colours."""
    stored = np.random.default_rng(2).integers(0, 256, (3, 4, 4, 3), np.uint8)
    formatted = PixelFormat(4, 4, 8, 8, 7, False, samples=3, photometric="RGB")

    made = volume(stored, SCANS["straight"], pixels=formatted)

    assert np.array_equal(made.voxels, stored)


REASONS = {
    "2 slices missing between images 4 and 5": Geometry(
        GeometryVerdict.MISSING_SLICES, "2 slices missing between images 4 and 5"
    ),
    "too few slices for a volume": Geometry(GeometryVerdict.REGULAR),
    "these images are no slices of a patient": Geometry(GeometryVerdict.NOT_SPATIAL),
}


@pytest.mark.parametrize("reason", REASONS)
def test_where_millimetres_would_be_wrong_there_is_no_volume(reason: str) -> None:
    """Refused with the reason, which stands on the pane (F118)."""
    found = evolve(display_set(SCANS["straight"], 3, (4, 4)), geometry=REASONS[reason])

    with pytest.raises(NotDisplayable, match=reason):
        VolumeDraft.begun(found, pixels(np.zeros((4, 4), np.int16)))


def test_one_image_is_no_volume() -> None:
    found = evolve(display_set(SCANS["straight"], 3, (4, 4)), frames=(frame(),))

    assert why_no_volume(evolve(found, geometry=Geometry())) == "a single image is no volume"


def test_its_corners_are_half_a_voxel_beyond_the_outermost_centres() -> None:
    """What is fitted into a view is all of the voxels, not their centres."""
    made = volume(noise((3, 4, 5)), SCANS["anisotropic"])

    low, high = made.corners.min(axis=0), made.corners.max(axis=0)

    assert np.allclose(high - low, (5 * 0.5, 4 * 0.7, 3 * 3.0))
    assert np.allclose((low + high) / 2, made.centre)
    assert np.allclose(made.spacing_mm, (0.5, 0.7, 3.0))
