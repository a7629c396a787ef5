"""Surfaces of segments among the rays of a volume: place, order and opacity by arithmetic."""

import numpy as np
import pytest
from attrs import evolve
from numpy.typing import NDArray
from volume_phantoms import SCANS, filled, middle, rotation, sphere, volume

from workstation.domain.geometry import ImagePlane, Vector
from workstation.domain.presentation import Rescale, Voi, VoiFunction
from workstation.imaging.structure_grid import Grid
from workstation.imaging.surface import Border, Surface
from workstation.imaging.transfer import Projection, Stop, VolumePreset
from workstation.rendering.bricks import Brick
from workstation.rendering.ray_grid import CastRequest
from workstation.rendering.volume_cast import Cast, Caster
from workstation.viewing.planes import STANDARD, Axes, Plane
from workstation.viewing.volume_cuts import drawn

HU = Rescale(1.0, 0.0, "HU")
SHAPE = (34, 42, 46)
WINDOW = Voi(0.0, 1500.0, VoiFunction.LINEAR_EXACT)
GREEN = (0.0, 1.0, 0.0)
#: White and all or nothing at half of a sphere's 1000.
SOLID = VolumePreset(
    "solid", "Solid", (), Projection.UNSHADED, (Stop(499.0, 0.0), Stop(501.0, 1.0))
)
FOG = VolumePreset("fog", "Fog", (), Projection.UNSHADED, (Stop(0.0, 0.05), Stop(1.0, 0.05)))
SIDE, PIXEL = 61, 0.5


def vector(values: NDArray[np.float64]) -> Vector:
    x, y, z = (float(value) for value in values)
    return x, y, z


def asked(
    axes: Axes, centre: NDArray[np.float64], preset: VolumePreset, *surfaces: Surface,
    away: float = 0.0,
) -> CastRequest:  # fmt: skip
    half = PIXEL * (SIDE - 1) / 2
    origin = centre - np.multiply(axes.row, half) - np.multiply(axes.column, half)
    eye = vector(centre - np.multiply(axes.normal, away)) if away else None
    return CastRequest(
        vector(origin), axes.row, axes.column, PIXEL, (SIDE, SIDE), preset, WINDOW, 0.5, eye=eye,
        surfaces=surfaces,
    )  # fmt: skip


def ball(name: str, centre: NDArray[np.float64], radius: float, opacity: float = 1.0) -> Surface:
    inside = filled(sphere(centre, radius), SCANS[name], SHAPE) >= 500
    to_index = np.asarray(np.linalg.inv(SCANS[name]), np.float64)
    return Surface(Border(Grid(inside, to_index)), GREEN, opacity)


def empty(name: str, value: int = -1000) -> Brick:
    voxels = np.full(SHAPE, value, np.int16)
    voxels[0, 0, 0] = 0
    return Brick.of(volume(voxels, SCANS[name], rescale=HU))


def green(cast: Cast) -> NDArray[np.float32]:
    assert cast.light is not None
    return np.asarray(cast.light[..., 1] - cast.light[..., 0], np.float32)


def beside() -> NDArray[np.float64]:
    at = (np.arange(SIDE) - SIDE // 2) * PIXEL
    return np.asarray(np.hypot(*np.meshgrid(at, at)), np.float64)


@pytest.mark.parametrize("seed", [None, 4])
@pytest.mark.parametrize("name", ["straight", "gantry tilt", "left-handed", "oblique"])
def test_a_segment_is_as_wide_and_as_near_as_it_is(name: str, seed: int | None) -> None:
    """Wherever scanner and reader are: within a voxel, where its mask knows no better."""
    placed, radius = SCANS[name], 8.0
    centre = middle(placed, SHAPE)
    axes = STANDARD[Plane.CORONAL]
    if seed is not None:
        r = rotation(seed)
        axes = Axes(vector(r[:, 0]), vector(r[:, 1]))

    found = Caster(empty(name)).cast(asked(axes, centre, SOLID, ball(name, centre, radius)))

    voxel = float(np.linalg.norm(placed[:3, :3], axis=0).max())
    assert found.cover is not None
    assert (found.cover[beside() < radius - voxel] > 0.9).all()
    assert (found.cover[beside() > radius + voxel] < 0.1).all()
    sure = beside() < radius * 0.7
    depth = -np.sqrt(radius**2 - beside()[sure] ** 2)
    assert np.abs(found.depth_mm[sure] - depth).max() <= voxel
    assert green(found)[sure].min() > 0.25  # in light from all sides


@pytest.mark.parametrize("away", [0.0, 120.0])
@pytest.mark.parametrize(("off_mm", "seen"), [(-11.0, True), (11.0, False)])
def test_what_is_in_front_hides_what_is_behind(off_mm: float, seen: bool, away: float) -> None:
    """A lesion in front of the bone is seen, one behind it is not: never painted over it."""
    placed, axes = SCANS["straight"], STANDARD[Plane.CORONAL]
    centre = middle(placed, SHAPE)
    bone = Brick.of(volume(filled(sphere(centre, 6.0), placed, SHAPE), placed, rescale=HU))
    lesion = ball("straight", centre + off_mm * np.array(axes.normal), 3.0)

    found = Caster(bone).cast(asked(axes, centre, SOLID, lesion, away=away))

    core = beside() < 2.0
    assert (green(found)[core] > 0.25).all() == seen
    assert (np.abs(green(found)[core]) < 0.02).all() == (not seen)
    nearest = -14.0 if seen else -6.0
    assert found.depth_mm[SIDE // 2, SIDE // 2] == pytest.approx(nearest, abs=0.8)


def test_tissue_before_a_segment_takes_its_part_of_the_light() -> None:
    """Fog of 5 % a mm from the edge of the volume to the front of the segment, then the segment
    alone: 1 - cover of what is left, by Beer and Lambert."""
    placed, axes, opacity = SCANS["straight"], STANDARD[Plane.CORONAL], 0.6
    centre = middle(placed, SHAPE)
    fog = Brick.of(volume(np.full(SHAPE, 900, np.int16), placed, rescale=HU))
    clear = asked(axes, centre, FOG)
    lesion = ball("straight", centre, 5.0, opacity)

    with_it = Caster(fog).cast(evolve(clear, surfaces=(lesion,)))
    without = Caster(fog).cast(clear)

    at = SIDE // 2, SIDE // 2
    assert with_it.cover is not None
    assert without.cover is not None
    left, whole = 1 - with_it.cover[at], 1 - without.cover[at]
    assert left == pytest.approx(whole * (1 - opacity), rel=0.02)
    assert with_it.light is not None
    reach = SHAPE[1] * 0.8 / 2 - 5.0
    before = 1 - 0.95**reach
    behind = 0.95**reach * (1 - opacity) * (1 - 0.95 ** (SHAPE[1] * 0.8 - reach))
    assert with_it.light[at][0] == pytest.approx(before + behind, abs=0.2)  # and a glint
    assert green(with_it)[at] > 0.1


def test_what_is_a_single_voxel_thin_is_seen() -> None:
    """A soft edge must not dissolve a membrane, or a small lesion."""
    placed, axes = SCANS["straight"], STANDARD[Plane.CORONAL]
    centre = middle(placed, SHAPE)
    inside = np.zeros(SHAPE, np.bool_)
    inside[10:25, 20, 10:35] = True
    thin = Surface(Border(Grid(inside, np.asarray(np.linalg.inv(placed)))), GREEN)

    found = Caster(empty("straight")).cast(asked(axes, centre, SOLID, thin))

    assert found.cover is not None
    assert (found.cover > 0.9).sum() * PIXEL**2 > 0.8 * 15 * 25 * 0.8**2


def test_a_cut_takes_segments_away_too() -> None:
    placed, axes = SCANS["straight"], STANDARD[Plane.CORONAL]
    centre = middle(placed, SHAPE)
    request = asked(axes, centre, SOLID, ball("straight", centre, 8.0))
    plane = ImagePlane(request.origin, request.row, request.column, PIXEL, PIXEL)
    half = SIDE // 2
    cut = drawn(plane, ((-5.0, -5.0), (half, -5.0), (half, SIDE + 5.0), (-5.0, SIDE + 5.0)),
                None, inside=True)  # fmt: skip

    found = Caster(empty("straight")).cast(evolve(request, cuts=(cut,)))

    assert found.cover is not None
    assert (found.cover[half, : half - 1] < 0.1).all()
    assert (found.cover[half, half + 2 : half + 12] > 0.9).all()


def test_a_segment_that_is_seen_through_entirely_is_not_there() -> None:
    placed, axes = SCANS["straight"], STANDARD[Plane.CORONAL]
    centre = middle(placed, SHAPE)

    found = Caster(empty("straight")).cast(
        asked(axes, centre, SOLID, ball("straight", centre, 8.0, opacity=0.0))
    )

    assert found.cover is not None
    assert not found.cover.any()
