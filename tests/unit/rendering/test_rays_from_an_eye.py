"""Rays from an eye, and cuts along lines: phantoms against the arithmetic of similar triangles."""

from itertools import product

import numpy as np
import pytest
from attrs import evolve
from numpy.typing import NDArray
from volume_phantoms import SCANS, filled, middle, noise, rotation, sphere, volume

from workstation.domain.geometry import ImagePlane, Vector
from workstation.domain.presentation import Rescale, Voi, VoiFunction
from workstation.imaging.transfer import Projection, Stop, VolumePreset
from workstation.rendering.bricks import Brick, Kept
from workstation.rendering.ray_grid import CastRequest, Grid, Sampler, index_image
from workstation.rendering.volume_cast import Cast, Caster
from workstation.viewing.planes import STANDARD, Axes, Plane
from workstation.viewing.volume_cuts import Freehand, behind_screen, drawn, on_screen

HU = Rescale(1.0, 0.0, "HU")
SHAPE = (34, 42, 46)
WINDOW = Voi(0.0, 1500.0, VoiFunction.LINEAR_EXACT)
MIP = VolumePreset("mip", "MIP", (), Projection.MIP)
SOLID = VolumePreset(
    "solid", "Solid", (), Projection.UNSHADED, (Stop(499.0, 0.0), Stop(501.0, 1.0))
)
FOG = VolumePreset("fog", "Fog", (), Projection.UNSHADED, (Stop(0.0, 0.03), Stop(1.0, 0.03)))
AWAY = 120.0
SIDE, PIXEL = 61, 0.5


def vector(values: NDArray[np.float64]) -> Vector:
    x, y, z = (float(value) for value in values)
    return x, y, z


def turned(seed: int | None) -> Axes:
    if seed is None:
        return STANDARD[Plane.CORONAL]
    r = rotation(seed)
    return Axes(vector(r[:, 0]), vector(r[:, 1]))


def asked(
    axes: Axes, centre: NDArray[np.float64], preset: VolumePreset, *, near: bool = True
) -> CastRequest:
    half = PIXEL * (SIDE - 1) / 2
    origin = centre - np.multiply(axes.row, half) - np.multiply(axes.column, half)
    eye = vector(centre - np.multiply(axes.normal, AWAY)) if near else None
    return CastRequest(
        vector(origin), axes.row, axes.column, PIXEL, (SIDE, SIDE), preset, WINDOW, 0.5, eye=eye
    )


def plane_of(request: CastRequest) -> ImagePlane:
    return ImagePlane(request.origin, request.row, request.column, PIXEL, PIXEL)


def ball(name: str, centre: NDArray[np.float64], radius: float) -> Brick:
    voxels = filled(sphere(centre, radius), SCANS[name], SHAPE)
    return Brick.of(volume(voxels, SCANS[name], rescale=HU))


def beside(count: int = SIDE) -> NDArray[np.float64]:
    """Of each pixel from the middle, mm."""
    at = (np.arange(count) - count // 2) * PIXEL
    return np.asarray(np.hypot(*np.meshgrid(at, at)), np.float64)


@pytest.mark.parametrize("seed", [None, 4])
@pytest.mark.parametrize("name", ["straight", "gantry tilt", "left-handed"])
def test_samples_lie_on_the_rays_from_the_eye(name: str, seed: int | None) -> None:
    """Trilinear in float64, each point worked out from eye, pixel and depth."""
    voxels, placed, axes = noise(SHAPE), SCANS[name], turned(seed)
    centre = middle(placed, SHAPE)
    brick = Brick.of(volume(voxels, placed, rescale=HU))
    grid = Grid.of(brick, asked(axes, centre, MIP))

    found = Sampler(index_image(brick.voxels), grid.matrix, brick.outside).part(
        (0, 0, SIDE, SIDE), (0, grid.steps), (0, 0)
    )

    step, row, column = np.ogrid[: grid.steps, :SIDE, :SIDE]
    half = PIXEL * (SIDE - 1) / 2
    right, down = (column * PIXEL - half)[..., None], (row * PIXEL - half)[..., None]
    screen = centre + right * np.array(axes.row) + down * np.array(axes.column)
    eye = centre - AWAY * np.array(axes.normal)
    depth = grid.depth_mm(step.astype(np.float32)).astype(np.float64)[..., None]
    index = eye + (screen - eye) * (AWAY + depth) / AWAY
    expected, sure = _trilinear(voxels, index @ np.linalg.inv(placed)[:3, :3].T
                                + np.linalg.inv(placed)[:3, 3])  # fmt: skip
    assert sure.mean() > 0.1
    assert np.abs(found - expected)[sure].max() <= 0.6  # stored as whole numbers


def _trilinear(
    voxels: NDArray[np.int16], index: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    low = np.floor(index).astype(int)
    part, top = index - low, np.array(SHAPE[::-1]) - 1
    sure = np.asarray(((index > 0) & (index < top)).all(axis=-1), np.bool_)
    made = np.zeros(sure.shape)
    for corner in product((0, 1), repeat=3):
        weight = np.prod(np.abs(1 - np.array(corner) - part), axis=-1)
        i, j, k = np.moveaxis(np.clip(low + corner, 0, top), -1, 0)
        made += weight * voxels[k, j, i]
    return made, sure


@pytest.mark.parametrize("seed", [None, 4])
@pytest.mark.parametrize("name", ["straight", "gantry tilt"])
def test_a_sphere_is_as_wide_as_its_tangents(name: str, seed: int | None) -> None:
    """From so near its outline is that of the cone about it: wider than the sphere itself."""
    placed, axes, radius = SCANS[name], turned(seed), 8.0
    centre = middle(placed, SHAPE)

    found = Caster(ball(name, centre, radius)).cast(asked(axes, centre, SOLID))

    seen = AWAY * radius / np.sqrt(AWAY**2 - radius**2)
    slack = max(PIXEL, float(np.linalg.norm(placed[:3, :3], axis=0).max()) / 3)
    assert found.cover is not None
    assert (found.cover[beside() < seen - slack] > 0.9).all()
    assert (found.cover[beside() > seen + slack] < 0.1).all()
    assert abs(found.depth_mm[SIDE // 2, SIDE // 2] + radius) <= slack


def test_what_is_nearer_is_larger() -> None:
    """A sphere 15 mm before the plane, by similar triangles."""
    placed, axes, radius = SCANS["straight"], turned(None), 5.0
    centre = middle(placed, SHAPE)
    brick = ball("straight", centre - 8.0 * np.array(axes.normal), radius)

    near = Caster(brick).cast(asked(axes, centre, SOLID))
    far = Caster(brick).cast(asked(axes, centre, SOLID, near=False))

    wide = [np.sqrt((cast.cover > 0.5).sum() * PIXEL**2 / np.pi)
            for cast in (near, far) if cast.cover is not None]  # fmt: skip
    distance = AWAY - 8.0
    cone = radius / np.sqrt(distance**2 - radius**2) * AWAY
    assert wide[0] == pytest.approx(cone, abs=0.35)
    assert wide[1] == pytest.approx(radius, abs=0.35)


def test_fog_takes_as_much_light_from_an_eye_as_side_by_side() -> None:
    """Steps grow shorter in front; what a mm takes does not (Beer and Lambert)."""
    placed, axes = SCANS["straight"], turned(None)
    brick = Brick.of(volume(np.full(SHAPE, 900, np.int16), placed, rescale=HU))
    centre = middle(placed, SHAPE)
    through = SHAPE[1] * float(np.linalg.norm(placed[:3, 1]))

    found = Caster(brick).cast(asked(axes, centre, FOG))

    assert found.cover is not None
    expected = 1 - (1 - 0.03) ** through
    assert found.cover[SIDE // 2, SIDE // 2] == pytest.approx(expected, abs=0.02)


@pytest.mark.parametrize("near", [False, True])
def test_what_is_picked_lies_where_the_ray_meets_it(near: bool) -> None:
    """The crosshair goes there: depth and pixel back to a point on the sphere."""
    placed, axes, radius = SCANS["gantry tilt"], turned(4), 8.0
    centre = middle(placed, SHAPE)
    request = asked(axes, centre, SOLID, near=near)

    found = Caster(ball("gantry tilt", centre, radius)).cast(request)

    for row, column in ((30, 30), (24, 36), (38, 22)):
        plane = plane_of(request)
        depth = float(found.depth_mm[row, column])
        point = behind_screen(plane.to_patient(column, row), depth, plane, request.eye)
        assert np.linalg.norm(np.subtract(point, centre)) == pytest.approx(radius, abs=0.7)
        back = on_screen(point, plane, request.eye)
        assert plane.to_pixel(back)[:2] == pytest.approx((column, row), abs=1e-6)


def circle(radius_mm: float, middle_px: float = (SIDE - 1) / 2) -> tuple[tuple[float, float], ...]:
    angles = np.linspace(0, 2 * np.pi, 90, endpoint=False)
    reach = radius_mm / PIXEL
    return tuple((float(middle_px + reach * np.cos(a)), float(middle_px + reach * np.sin(a)))
                 for a in angles)  # fmt: skip


@pytest.mark.parametrize("drawn_near", [False, True])
@pytest.mark.parametrize("seen_near", [False, True])
@pytest.mark.parametrize("inside", [False, True])
def test_a_line_takes_away_what_it_encloses_or_the_rest(
    inside: bool, seen_near: bool, drawn_near: bool
) -> None:
    """The same from where it was drawn, whichever way it was, and however it is looked at now."""
    placed, axes = SCANS["straight"], turned(None)
    centre = middle(placed, SHAPE)
    brick = Brick.of(volume(np.full(SHAPE, 900, np.int16), placed, rescale=HU))
    then = asked(axes, centre, SOLID, near=drawn_near)
    cut = drawn(plane_of(then), circle(8.0), then.eye, inside=inside)

    found = Caster(brick).cast(evolve(asked(axes, centre, SOLID, near=seen_near), cuts=(cut,)))

    gone = _gone(found)
    if drawn_near == seen_near:
        assert gone[beside() < 8.0 - PIXEL].all() == inside
        assert gone[(beside() > 8.0 + PIXEL) & (beside() < 12.0)].all() == (not inside)
    far = 8.0 * 0.7 if inside else 8.0 * 1.4  # whatever rays lean by between the two
    assert gone[SIDE // 2, SIDE // 2] == inside
    assert gone[SIDE // 2, round(SIDE // 2 + far / PIXEL)]


def _gone(found: Cast) -> NDArray[np.bool_]:
    assert found.cover is not None
    return np.asarray(found.cover < 0.5)


def test_from_another_side_a_cut_is_the_shaft_it_was_drawn_as() -> None:
    """Voxel by voxel: a point is gone where its place on the screen of then is enclosed."""
    placed = SCANS["gantry tilt"]
    centre = middle(placed, SHAPE)
    brick = Brick.of(volume(np.full(SHAPE, 900, np.int16), placed, rescale=HU))
    then = asked(turned(None), centre, SOLID)
    cut = drawn(plane_of(then), circle(6.0), then.eye, inside=False)
    seen = evolve(asked(turned(7), centre, SOLID, near=False), cuts=(cut,))

    found = Caster(brick).cast(seen)

    plane = plane_of(seen)
    rows, columns = np.nonzero(~_gone(found))
    assert rows.size > 200
    for row, column in list(zip(rows.tolist(), columns.tolist(), strict=True))[::40]:
        at = plane.to_patient(column, row)
        point = behind_screen(at, float(found.depth_mm[row, column]), plane, None)
        x, y, _ = plane_of(then).to_pixel(on_screen(point, plane_of(then), then.eye))
        off = np.hypot(x - (SIDE - 1) / 2, y - (SIDE - 1) / 2) * PIXEL
        assert off <= 6.0 + 0.7


def test_a_mip_leaves_out_what_was_cut_away() -> None:
    """The skull before the vessels: the brightest of what is left is seen."""
    placed, axes = SCANS["straight"], turned(None)
    centre = middle(placed, SHAPE)
    voxels = filled(sphere(centre, 6.0), placed, SHAPE)
    brick = Brick.of(volume(voxels, placed, rescale=HU))
    then = asked(axes, centre, MIP)
    cut = drawn(plane_of(then), circle(9.0), then.eye, inside=True)

    found = Caster(brick).cast(evolve(then, cuts=(cut,)))

    assert found.values is not None
    assert np.nanmax(found.values[beside() < 12.0]) < 500


def test_a_line_beside_the_mask_of_the_patient_counts_too() -> None:
    """Without the table and along a line: what either leaves out is gone."""
    placed, axes = SCANS["straight"], turned(None)
    centre = middle(placed, SHAPE)
    made = volume(np.full(SHAPE, 900, np.int16), placed, rescale=HU)
    brick = Brick.of(made)
    quarter = brick.halved().halved()
    kept = Kept(np.full(quarter.voxels.shape, 255, np.uint8), quarter.affine)
    then = asked(axes, centre, SOLID)
    cut = drawn(plane_of(then), circle(8.0), then.eye, inside=True)

    found = Caster(brick, kept).cast(evolve(then, cuts=(cut,)))

    assert _gone(found)[beside() < 7.0].all()


def test_corners_that_a_trembling_hand_adds_are_one() -> None:
    plane = ImagePlane((0.0, 0.0, 0.0), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), 1.0, 1.0)
    points = ((0.0, 0.0), (0.1, 0.1), (5.0, 0.0), (5.0, 0.2), (5.0, 5.0))

    cut = drawn(plane, points, None, inside=True)

    assert cut == Freehand((0.0, 0.0, 0.0), Axes(plane.row, plane.column),
                           ((0.0, 0.0), (5.0, 0.0), (5.0, 5.0)))  # fmt: skip
