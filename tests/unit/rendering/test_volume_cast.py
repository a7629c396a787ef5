"""Phantoms through the ray caster: shape, depth, values and light as arithmetic has them."""

import numpy as np
import pytest
from attrs import evolve
from numpy.typing import NDArray
from volume_phantoms import SCANS, filled, middle, noise, positions, rotation, sphere, volume

from workstation.domain.presentation import Rescale, Voi, VoiFunction
from workstation.domain.study import PixelFormat
from workstation.imaging.transfer import Light, Projection, Stop, VolumePreset
from workstation.imaging.volume_voxels import Volume
from workstation.rendering.bricks import BLOCK, Brick, Kept
from workstation.rendering.ray_grid import CastRequest
from workstation.rendering.volume_cast import Abandoned, Cast, Caster
from workstation.rendering.volume_picture import pixels_of
from workstation.viewing.planes import STANDARD, Axes, Plane

HU = Rescale(1.0, 0.0, "HU")
SHAPE = (34, 42, 46)
WINDOW = Voi(0.0, 1500.0, VoiFunction.LINEAR_EXACT)
MIP = VolumePreset("mip", "MIP", (), Projection.MIP)
MINIP = VolumePreset("minip", "MinIP", (), Projection.MINIP)
#: All or nothing at half of a sphere's 1000.
SOLID = VolumePreset(
    "solid", "Solid", (), Projection.UNSHADED, (Stop(499.0, 0.0), Stop(501.0, 1.0))
)


def asked(
    axes: Axes, centre: NDArray[np.float64], spacing: float, size: tuple[int, int],
    preset: VolumePreset, step: float = 0.5,
) -> CastRequest:  # fmt: skip
    right = np.multiply(axes.row, spacing * (size[0] - 1) / 2)
    down = np.multiply(axes.column, spacing * (size[1] - 1) / 2)
    x, y, z = (float(value) for value in centre - right - down)
    return CastRequest((x, y, z), axes.row, axes.column, spacing, size, preset, WINDOW, step)


def cast(made: Volume, request: CastRequest) -> Cast:
    return Caster(Brick.of(made)).cast(request)


def turned(seed: int) -> Axes:
    """Seen from anywhere."""
    r = rotation(seed)
    return Axes((r[0, 0], r[1, 0], r[2, 0]), (r[0, 1], r[1, 1], r[2, 1]))


@pytest.mark.parametrize("plane", Plane)
def test_a_mip_is_the_largest_value_of_each_ray(plane: Plane) -> None:
    """Within one grey level of numpy (issue 5): a calcification is as white as it is dense."""
    voxels, placed = noise(SHAPE), SCANS["straight"]
    axes = STANDARD[plane]
    along = {Plane.AXIAL: 0, Plane.CORONAL: 1, Plane.SAGITTAL: 2}[plane]
    expected = voxels.max(axis=along)
    if plane is not Plane.AXIAL:
        expected = expected[::-1]  # the head is up
    size = (expected.shape[1], expected.shape[0])

    found = cast(volume(voxels, placed, rescale=HU),
                 asked(axes, middle(placed, SHAPE), 0.8, size, MIP))  # fmt: skip

    assert found.values is not None
    assert np.abs(found.values - expected).max() <= 1.0
    grey = np.clip((expected - WINDOW.center) / WINDOW.width + 0.5, 0, 1) * 255
    assert np.abs(pixels_of(found, MIP, WINDOW) - grey).max() <= 1.0


def test_a_minip_never_picks_what_is_outside() -> None:
    voxels, placed = noise(SHAPE), SCANS["straight"]
    size = (SHAPE[2] + 8, SHAPE[1] + 8)

    found = cast(volume(voxels, placed, rescale=HU),
                 asked(STANDARD[Plane.AXIAL], middle(placed, SHAPE), 0.8, size, MINIP))  # fmt: skip

    assert found.values is not None
    assert np.abs(found.values[4:-4, 4:-4] - voxels.min(axis=0)).max() <= 1.0
    assert np.isnan(found.values[:3]).all()
    assert (pixels_of(found, MINIP, WINDOW)[:3] == 0).all()


@pytest.mark.parametrize("kind", ["eight bits", "full range", "float", "falling"])
def test_a_mip_is_of_modality_values_whatever_is_stored(kind: str) -> None:
    """Where values fall as stored ones rise the brightest is the least one stored."""
    placed, placed_noise = SCANS["straight"], noise(SHAPE).astype(np.float64)
    spread = (placed_noise - placed_noise.min()) / np.ptp(placed_noise)
    stored, rescale, bits = {
        "eight bits": (np.rint(spread * 255).astype(np.uint8), Rescale(2.0, -100.0), 8),
        "full range": (np.rint(spread * 65535).astype(np.uint16), Rescale(0.01, 0.0), 16),
        "float": ((spread * 7 - 1).astype(np.float32), Rescale(), 32),
        "falling": (np.rint(spread * 3000).astype(np.int16), Rescale(-1.0, 500.0), 16),
    }[kind]
    values = stored.astype(np.float64) * rescale.slope + rescale.intercept
    form = PixelFormat(SHAPE[1], SHAPE[2], bits, bits, bits - 1, kind == "falling",
                       floating=kind == "float")  # fmt: skip
    made = volume(stored, placed, rescale=rescale, pixels=form)

    found = cast(made, asked(STANDARD[Plane.AXIAL], middle(placed, SHAPE), 0.8,
                             (SHAPE[2], SHAPE[1]), MIP))  # fmt: skip

    assert found.values is not None
    assert np.abs(found.values - values.max(axis=0)).max() <= np.ptp(values) / 255


@pytest.mark.parametrize("seed", [None, 4])
@pytest.mark.parametrize("name", SCANS)
def test_a_sphere_is_as_wide_and_as_near_as_it_is(name: str, seed: int | None) -> None:
    """Outline and depth within one pixel (issue 5), wherever the scanner and the reader are."""
    placed = SCANS[name]
    centre, radius, spacing = middle(placed, SHAPE), 9.0, 0.5
    voxels = filled(sphere(centre, radius), placed, SHAPE)
    axes = STANDARD[Plane.CORONAL] if seed is None else turned(seed)
    size = (61, 61)

    found = cast(volume(voxels, placed, rescale=HU), asked(axes, centre, spacing, size, SOLID))

    away = np.hypot(*np.meshgrid(np.arange(61) - 30, np.arange(61) - 30)) * spacing
    voxel = float(np.linalg.norm(placed[:3, :3], axis=0).max())
    slack = max(spacing, voxel / 3)  # a sphere between slices 3 mm apart is no rounder than that
    reach = _inside(placed, axes, centre, size, spacing, radius)
    assert found.cover is not None
    assert (found.cover[(away < radius - slack) & reach] > 0.9).all()
    assert (found.cover[away > radius + slack] < 0.1).all()
    sure = (away < radius * 0.8) & reach
    depth = -np.sqrt(radius**2 - away[sure] ** 2)
    assert np.abs(found.depth_mm[sure] - depth).max() <= slack
    assert np.isnan(found.depth_mm[away > radius + slack]).all()


def _inside(
    placed: NDArray[np.float64], axes: Axes, centre: NDArray[np.float64], size: tuple[int, int],
    spacing: float, radius: float,
) -> NDArray[np.bool_]:  # fmt: skip
    """Where all of the sphere along a ray lies in the volume."""
    x, y = np.meshgrid(np.arange(size[0]) - size[0] // 2, np.arange(size[1]) - size[1] // 2)
    at = centre + x[..., None] * spacing * np.array(axes.row)
    at = at + y[..., None] * spacing * np.array(axes.column)
    inverse, top = np.linalg.inv(placed), np.array(SHAPE[::-1]) - 1.5
    kept = np.ones(size[::-1], np.bool_)
    for depth in np.linspace(-radius, radius, 9):
        index = (at + depth * np.array(axes.normal)) @ inverse[:3, :3].T + inverse[:3, 3]
        kept &= ((index > 0.5) & (index < top)).all(axis=-1)
    return kept


def test_an_unshaded_picture_is_what_light_leaves_of_it() -> None:
    """Front to back in double precision, sample by sample, through thin plates that blocks of
    voxels could be skipped for by mistake."""
    placed = SCANS["straight"]
    voxels = np.zeros(SHAPE, np.int16)
    voxels[BLOCK - 1 : BLOCK + 1, 5:30, 8:20] = 400
    voxels[30, 20:40, 10:44] = 900
    colour = VolumePreset(
        "c", "C", (), Projection.UNSHADED,
        (Stop(100.0, 0.0, (1.0, 0.0, 0.0)), Stop(400.0, 0.3, (1.0, 0.2, 0.0)),
         Stop(900.0, 0.6, (0.2, 0.4, 1.0))),
    )  # fmt: skip

    request = asked(STANDARD[Plane.AXIAL], middle(placed, SHAPE), 0.8, (SHAPE[2], SHAPE[1]),
                    colour, step=1.0)  # fmt: skip
    found = cast(volume(voxels, placed, rescale=HU), request)

    centre = (SHAPE[0] - 1) / 2  # steps lie about the middle: between slices where these are even
    along = centre + np.arange(-SHAPE[0], SHAPE[0] + 1)
    left, light = np.ones(SHAPE[1:]), np.zeros((*SHAPE[1:], 3))
    for place in along[(along >= -0.5) & (along <= SHAPE[0] - 0.5)]:
        low = int(np.clip(np.floor(place), 0, SHAPE[0] - 2))
        part = np.clip(place - low, 0.0, 1.0)
        value = np.rint(voxels[low] * (1 - part) + voxels[low + 1] * part)
        opacity = 1 - (1 - np.interp(value, [100, 400, 900], [0, 0.3, 0.6])) ** 0.8
        hue = [np.interp(value, [100, 400, 900], points)
               for points in ((1, 1, 0.2), (0, 0.2, 0.4), (0, 0, 1.0))]  # fmt: skip
        light += (left * opacity)[..., None] * np.stack(hue, axis=-1)
        left *= 1 - opacity
    assert found.light is not None
    assert found.light.max() > 0.3
    assert np.abs(found.light - light).max() < 2 / 255


def test_what_is_seen_only_between_two_blocks_is_seen() -> None:
    """A wall between air and bone, where neither of them is: a block knows its neighbour's side."""
    placed = SCANS["straight"]
    voxels = np.full(SHAPE, -1000, np.int16)
    voxels[:, :, BLOCK:] = 1000
    wall = evolve(SOLID, stops=(Stop(-300.0, 0.0), Stop(-290.0, 0.9), Stop(290.0, 0.9),
                                Stop(300.0, 0.0)))  # fmt: skip

    request = asked(STANDARD[Plane.SAGITTAL], middle(placed, SHAPE), 0.8, (20, 20), wall, 0.25)
    found = cast(volume(voxels, placed, rescale=HU), request)

    assert found.cover is not None
    assert (found.cover > 0.2).all()


def test_padding_is_not_the_least_of_a_ray() -> None:
    """A MinIP through a reconstruction circle shows the airways, not the circle."""
    placed, voxels = SCANS["straight"], np.full(SHAPE, 100, np.int16)
    voxels[:10] = -2000
    form = PixelFormat(SHAPE[1], SHAPE[2], 16, 16, 15, True, padding=-2000)
    made = volume(voxels, placed, rescale=HU, pixels=form)

    found = cast(made, asked(STANDARD[Plane.AXIAL], middle(placed, SHAPE), 0.8, (20, 20), MINIP))

    assert found.values is not None
    assert (found.values == 100.0).all()


def test_what_lies_behind_something_dense_is_not_seen() -> None:
    """Seen from the front the front plate, seen from behind the other one."""
    placed, voxels = SCANS["straight"], np.zeros(SHAPE, np.int16)
    voxels[:, 6:8], voxels[:, 30:32] = 600, 1000
    two = VolumePreset(
        "t", "T", (), Projection.UNSHADED,
        (Stop(300.0, 0.0), Stop(600.0, 0.999, (1.0, 0.0, 0.0)),
         Stop(1000.0, 0.999, (0.0, 0.0, 1.0))),
    )  # fmt: skip
    made, centre = volume(voxels, placed, rescale=HU), middle(placed, SHAPE)
    behind = Axes((-1.0, 0.0, 0.0), (0.0, 0.0, -1.0))

    front = cast(made, asked(STANDARD[Plane.CORONAL], centre, 1.0, (9, 9), two)).light
    back = cast(made, asked(behind, centre, 1.0, (9, 9), two)).light

    assert front is not None
    assert back is not None
    assert front[4, 4, 0] > 0.6 > 0.1 > front[4, 4, 2]
    assert back[4, 4, 2] > 0.6


def test_the_lamp_is_above_the_left_shoulder_of_the_reader() -> None:
    """Light from above is how a face is read; from below hollows look like hills."""
    placed = SCANS["straight"]
    centre = middle(placed, SHAPE)
    voxels = filled(sphere(centre, 9.0), placed, SHAPE)
    ball = evolve(SOLID, projection=Projection.SHADED, light=Light(0.2, 0.8, 0.0))

    found = cast(volume(voxels, placed, rescale=HU),
                 asked(STANDARD[Plane.CORONAL], centre, 0.5, (41, 41), ball))  # fmt: skip

    assert found.light is not None
    grey = found.light[..., 0]
    row, column = np.unravel_index(grey.argmax(), grey.shape)
    assert row < 18
    assert column < 18
    assert grey[10, 10] > grey[20, 20] > grey[30, 30] > 0.2


def test_nothing_is_seen_beyond_the_crop_box() -> None:
    """The table, or ribs in front of the heart, are cut away exactly."""
    placed = SCANS["straight"]
    centre = middle(placed, SHAPE)
    full = np.full(SHAPE, 1000, np.int16)
    request = asked(STANDARD[Plane.AXIAL], centre, 0.8, (SHAPE[2], SHAPE[1]), SOLID)
    low, high = placed @ [22.5, -0.5, -0.5, 1.0], placed @ [45.5, 10.0, 40.0, 1.0]
    box = evolve(request, crop=tuple(zip(low[:3], high[:3], strict=True)))

    cover = cast(volume(full, placed, rescale=HU), box).cover

    assert cover is not None
    columns, rows = np.arange(SHAPE[2]) + 0.5, np.arange(SHAPE[1]) + 0.5
    kept = (columns[None, :] >= 23) & (rows[:, None] <= 10.5)
    assert ((cover > 0.5) == kept).all()


@pytest.mark.parametrize("preset", [SOLID, MIP])
def test_what_a_mask_leaves_out_is_not_seen(preset: VolumePreset) -> None:
    """The table of a CT: by a mask of fewer voxels, in the same place of the patient."""
    placed = SCANS["oblique"]
    centre = middle(placed, SHAPE)
    full = Brick.of(volume(np.full(SHAPE, 1000, np.int16), placed, rescale=HU))
    quarter = full.halved().halved()
    mask = np.zeros(quarter.voxels.shape, np.uint8)
    mask[:, :6] = 255  # the first 24 rows
    row, column, _ = (placed[:3, i] / np.linalg.norm(placed[:3, i]) for i in range(3))
    along = Axes(tuple(row), tuple(column))  # as the scanner lay

    found = Caster(full, Kept(mask, quarter.affine)).cast(
        asked(along, centre, 0.7, (41, 41), preset)
    )

    seen = found.depth_mm[:, 20]
    last = 24 - 0.5 - (SHAPE[1] - 1) / 2 + 20  # its border, in rows of the picture
    rows = np.arange(41)
    assert not np.isnan(seen[(rows > 2) & (rows < last - 2)]).any()
    assert np.isnan(seen[rows > last + 2]).all()


def test_the_least_value_of_a_ray_is_one_of_the_patient() -> None:
    """A MinIP of a chest shows airways: the air in front of it is darker than all of them."""
    placed, shape = SCANS["straight"], (32, 96, 96)
    voxels = np.full(shape, -1000, np.int16)
    voxels[:, 8:88, 8:88] = 40
    voxels[:, 40:56, 40:56] = -850  # an airway along the body
    whole = Brick.of(volume(voxels, placed, rescale=HU))
    quarter = whole.halved().halved()
    mask = np.zeros(quarter.voxels.shape, np.uint8)
    mask[:, 2:22, 2:22] = 255

    found = Caster(whole, Kept(mask, quarter.affine)).cast(
        asked(STANDARD[Plane.CORONAL], middle(placed, shape), 0.8, (96, 32), MINIP)
    )

    assert found.values is not None
    row = found.values[16]
    assert (row[44:52] == -850.0).all()
    met = row[~np.isnan(row)]
    assert met.min() == -850.0
    assert (row[32:36] == 40.0).all()


@pytest.mark.parametrize("padding", [-2000, 3000])
def test_padding_is_never_seen(padding: int) -> None:
    """A reconstruction circle is no wall around the patient."""
    placed = SCANS["straight"]
    voxels = np.full(SHAPE, 100, np.int16)
    voxels[:, :8] = padding
    form = PixelFormat(SHAPE[1], SHAPE[2], 16, 16, 15, True, padding=padding)
    wall = evolve(SOLID, stops=(Stop(-2500.0, 1.0), Stop(-1500.0, 1.0), Stop(-1400.0, 0.0),
                                Stop(1400.0, 0.0), Stop(1500.0, 1.0)))  # fmt: skip
    if padding < 0:
        wall = evolve(wall, stops=wall.stops[3:])
    made = volume(voxels, placed, rescale=HU, pixels=form)

    found = cast(made, asked(STANDARD[Plane.AXIAL], middle(placed, SHAPE), 0.8,
                             (SHAPE[2], SHAPE[1]), wall))  # fmt: skip

    assert found.cover is not None
    assert (found.cover[9:] < 0.01).all()
    assert (found.cover[:7] < 0.01).all()


@pytest.mark.parametrize("shape", [(34, 42, 46), (33, 41, 45)])
def test_half_the_detail_shows_the_same_thing_in_the_same_place(
    shape: tuple[int, int, int],
) -> None:
    """What is shown while a hand turns it does not jump when it comes to rest (odd sizes too)."""
    placed = SCANS["oblique"]
    centre = middle(placed, shape)
    whole = Brick.of(volume(filled(sphere(centre, 9.0), placed, shape), placed, rescale=HU))

    half = whole.halved()

    dense = positions(half.affine.matrix, half.voxels.shape)[half.voxels > 500]
    assert np.abs(dense.mean(axis=0) - centre).max() < 0.1
    assert half.voxels.shape == tuple((side + 1) // 2 for side in shape)


def test_a_picture_that_nobody_waits_for_is_left() -> None:
    """A hand that turns on never waits for where it was."""
    placed = SCANS["straight"]
    made = Caster(Brick.of(volume(noise(SHAPE), placed, rescale=HU)))

    with pytest.raises(Abandoned):
        made.cast(asked(STANDARD[Plane.AXIAL], middle(placed, SHAPE), 0.8, (40, 40), MIP),
                  is_old=lambda: True)  # fmt: skip
