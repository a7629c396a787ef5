"""Phantoms of known shape through the CPU engine: every sample lies where it says it lies."""

import numpy as np
import pytest
from numpy.typing import NDArray
from volume_phantoms import (
    SCANS,
    Field,
    Plane,
    filled,
    grid,
    helix,
    middle,
    noise,
    positions,
    random_plane,
    reference,
    rotation,
    sphere,
    volume,
)

from workstation.domain.presentation import Rescale
from workstation.domain.study import PixelFormat
from workstation.imaging.volume_voxels import Volume
from workstation.rendering.slice_cpu import SliceRequest
from workstation.rendering.volume_slice import VolumeSampler
from workstation.viewing.viewport import SlabMode

SHAPE = (34, 42, 46)
EXACT = 0.51  # HU (issue 5)
HU = Rescale(1.0, 0.0, "HU")


def asked(plane: Plane, slab_mm: float = 0.0, mode: SlabMode = SlabMode.MEAN) -> SliceRequest:
    return SliceRequest(
        tuple(plane.origin), tuple(plane.row), tuple(plane.column), plane.spacing, plane.size,
        slab_mm, mode,
    )  # fmt: skip


def sampled(
    made: Volume, plane: Plane, slab_mm: float = 0.0, mode: SlabMode = SlabMode.MEAN
) -> NDArray[np.float32]:
    return VolumeSampler(made).values(asked(plane, slab_mm, mode))


def voxel_mm(placed: NDArray[np.float64]) -> float:
    return float(np.linalg.norm(placed[:3, :3], axis=0).min())


@pytest.mark.parametrize("name", SCANS)
@pytest.mark.parametrize("seed", range(4))
def test_a_sample_lies_where_it_says(name: str, seed: int) -> None:
    """Voxels that hold their own coordinate tell where each sample was taken from."""
    placed = SCANS[name]
    plane = random_plane(seed, middle(placed, SHAPE))
    where = [
        sampled(volume(positions(placed, SHAPE)[..., axis].astype(np.float32), placed,
                       pixels=PixelFormat(*SHAPE[1:], 32, 32, 31, True, floating=True),
                       rescale=HU), plane)
        for axis in range(3)
    ]  # fmt: skip
    away = np.linalg.norm(np.stack(where, axis=-1) - plane.points(), axis=-1)
    inside = ~np.isnan(reference(np.zeros(SHAPE), placed, plane))

    assert inside.mean() > 0.2
    assert away[inside].max() < 0.5 * voxel_mm(placed)
    assert away[inside].max() < 0.001  # mm; what is left is single precision


def fields(placed: NDArray[np.float64]) -> dict[str, Field]:
    centre = middle(placed, SHAPE)
    return {
        "sphere": sphere(centre, 9.0),
        "helix": helix(centre, 8.0, 60.0),
        "tilted grid": grid(rotation(4), 18.0),
    }


def displacement(
    found: NDArray[np.float32], field: Field, points: NDArray[np.float64]
) -> NDArray[np.float64]:
    """How far the picture lies off the shape, mm: the shift that explains most of what differs."""
    known = ~np.isnan(found)
    steps = 0.01 * np.eye(3)
    slopes = [(field(points + step) - field(points - step))[known] / 0.02 for step in steps]
    off, *_ = np.linalg.lstsq(np.stack(slopes, axis=-1), (found - field(points))[known], rcond=None)
    return np.asarray(off)


@pytest.mark.parametrize("name", SCANS)
@pytest.mark.parametrize("shape", ["sphere", "helix", "tilted grid"])
def test_a_known_shape_is_found_where_it_is(name: str, shape: str) -> None:
    """A nodule is where the crosshair says; a helix would show a mirrored patient."""
    placed = SCANS[name]
    field = fields(placed)[shape]
    made = volume(filled(field, placed, SHAPE), placed, rescale=HU)
    turn = rotation(7)
    for depth in (-4.0, 3.0):
        at = middle(placed, SHAPE) + depth * turn[:, 2]
        plane = Plane.through(at, turn[:, 0], turn[:, 1], (0.4, 0.5), (48, 48))

        off_mm = displacement(sampled(made, plane), field, plane.points())

        assert np.abs(np.linalg.inv(placed)[:3, :3] @ off_mm).max() < 0.5  # voxels


@pytest.mark.parametrize("name", SCANS)
@pytest.mark.parametrize("mode", list(SlabMode))
@pytest.mark.parametrize("slab_mm", [0.0, 2.3, 10.0])
def test_any_plane_spacing_and_slab_is_exact(name: str, mode: SlabMode, slab_mm: float) -> None:
    """What is read off a reformat is what is in the patient (0.51 HU, issue 5)."""
    placed, voxels = SCANS[name], noise((40, 48, 48))
    made = volume(voxels, placed, rescale=Rescale(1.0, -1024.0, "HU"))
    compared = 0
    for seed in range(3):
        plane = random_plane(seed, middle(placed, voxels.shape))
        expected = reference(voxels, placed, plane, slab_mm, mode.value) - 1024.0
        known = ~np.isnan(expected)
        compared += int(known.sum())

        assert np.abs(sampled(made, plane, slab_mm, mode) - expected)[known].max() <= EXACT

    assert compared > 300


def test_outside_the_volume_is_no_number() -> None:
    """A zero there would be read as water."""
    placed = SCANS["straight"]
    plane = Plane.through(
        middle(placed, SHAPE), np.array((1.0, 0, 0)), np.array((0, 1.0, 0)), (1.0, 1.0), (80, 80)
    )
    found = sampled(volume(noise(SHAPE), placed, rescale=HU), plane)
    low, high = -20.4, -20.4 + 46 * 0.8
    x = plane.points()[0, :, 0]

    assert np.array_equal(~np.isnan(found[40]), (x >= low) & (x <= high))


def test_a_falling_rescale_turns_no_projection_over() -> None:
    """With a negative slope the brightest value is the least stored one: a MIP stays a MIP."""
    placed, voxels = SCANS["straight"], noise(SHAPE)
    plane = random_plane(2, middle(placed, SHAPE))
    falling = volume(-voxels, placed, rescale=Rescale(-1.0, 0.0, "HU"))
    expected = reference(voxels, placed, plane, 4.0, "mip")
    known = ~np.isnan(expected)

    assert np.abs(sampled(falling, plane, 4.0, SlabMode.MIP) - expected)[known].max() <= EXACT


PADDING = -2000


def padded_volume() -> Volume:
    """Rows 0 to 9 are filled with padding, the rest holds 100 and above."""
    voxels = noise(SHAPE).clip(100, 900)
    voxels[:, :10] = PADDING
    form = PixelFormat(*SHAPE[1:], 16, 16, 15, True, padding=PADDING)
    return volume(voxels, SCANS["straight"], pixels=form, rescale=HU)


def along_rows(depth: float) -> Plane:
    """A coronal plane at a row, with its normal along the columns."""
    at = (SCANS["straight"] @ [22.5, depth, 16.5, 1.0])[:3]
    return Plane.through(at, np.array((1.0, 0, 0)), np.array((0, 0, -1.0)), (0.8, 0.8), (20, 20))


def test_padding_is_never_half_a_value() -> None:
    """Between -2000 and 100 lies -950, which would be read as air in the lung."""
    made = padded_volume()

    assert np.isnan(sampled(made, along_rows(9.5))).all()
    assert np.isnan(sampled(made, along_rows(4.0))).all()
    assert (sampled(made, along_rows(10.0)) >= 100).all()


def test_a_projection_through_padding_shows_what_is_behind_it() -> None:
    """A thick MIP passes the empty corners of every frame: it must not be empty for that."""
    made = padded_volume()

    assert (sampled(made, along_rows(10.0), 8.0, SlabMode.MIP) >= 100).all()
    assert np.isnan(sampled(made, along_rows(4.0), 2.0, SlabMode.MIP)).all()


@pytest.mark.parametrize("mode", [SlabMode.MINIP, SlabMode.MEAN])
def test_padding_is_not_the_least_value_of_a_slab(mode: SlabMode) -> None:
    """In MinIP it would look like a bulla, in a mean it would thin the tissue."""
    assert np.isnan(sampled(padded_volume(), along_rows(10.0), 8.0, mode)).all()


@pytest.mark.parametrize(
    ("dtype", "low", "high"),
    [("int16", -32768, 32767), ("uint16", 0, 65535), ("uint8", 0, 255), ("int8", -128, 127),
     ("int16", -1024, 3071), ("float32", -1.5, 2.5)],
)  # fmt: skip
def test_what_is_outside_has_a_value_of_its_own_on_the_screen(
    dtype: str, low: float, high: float
) -> None:
    """Black outside must not make black of a value that the patient has."""
    voxels = np.empty((4, 6, 6), dtype)
    voxels[0::2], voxels[1::2] = low, high
    bits = voxels.dtype.itemsize * 8
    form = PixelFormat(
        6, 6, bits, bits, bits - 1, voxels.dtype.kind != "u", floating=dtype == "float32"
    )
    made = volume(voxels, SCANS["straight"], pixels=form, rescale=HU)
    plane = Plane.through(
        middle(SCANS["straight"], (4, 6, 6)) - np.array((0, 0, 1.2)), np.array((1.0, 0, 0)),
        np.array((0, 1.0, 0)), (0.8, 0.8), (20, 20),
    )  # fmt: skip
    found = VolumeSampler(made).shown(asked(plane))
    padding = found.frame.pixels.padding
    nothing = np.isnan(found.samples) if padding is None else found.samples == padding

    assert nothing.sum() == 400 - 36
    assert np.unique(found.samples[~nothing]).tolist() == [low]


def test_colours_are_interpolated_and_black_outside() -> None:
    voxels = np.full((4, 6, 6, 3), (200, 100, 50), np.uint8)
    form = PixelFormat(6, 6, 8, 8, 7, False, samples=3, photometric="RGB")
    made = volume(voxels, SCANS["straight"], pixels=form)
    plane = random_plane(1, middle(SCANS["straight"], (4, 6, 6)), (60, 60))

    found = VolumeSampler(made).shown(asked(plane)).samples

    assert {tuple(each) for each in found.reshape(-1, 3).tolist()} == {(0, 0, 0), (200, 100, 50)}


def test_views_share_one_array() -> None:
    """A second MPR window costs no second volume."""
    made = volume(noise(SHAPE), SCANS["straight"], rescale=HU)
    first, second = VolumeSampler(made), VolumeSampler(made)
    plane = random_plane(1, middle(SCANS["straight"], SHAPE))

    assert np.array_equal(first.shown(asked(plane)).samples, second.shown(asked(plane)).samples)
    assert first._shown is not None
    assert np.shares_memory(first._shown._voxels, made.voxels)
