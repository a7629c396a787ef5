"""Curves through a patient: as long as the vessel, smooth, and with a frame that does not twist."""

import itertools
import math

import numpy as np
import pytest
from volume_phantoms import SCANS, Floats, filled, middle, positions, trilinear, volume

from workstation.domain.geometry import Vector
from workstation.imaging.course import Course, course, section_axes
from workstation.imaging.straightened import rows_of, sampled, straightened

RADIUS, PITCH = 20.0, 30.0


def on_helix(degrees: float) -> Vector:
    turn = math.radians(degrees)
    return (
        RADIUS * math.cos(turn),
        RADIUS * math.sin(turn),
        PITCH * degrees / 360.0,
    )


def helix(every: float, turns: float = 2.0) -> tuple[Course, float]:
    """Through points of a helix, and its true length by arithmetic."""
    at = np.arange(0.0, 360.0 * turns + 1e-6, every)
    made = course([on_helix(degrees) for degrees in at], 0.7)
    assert made is not None
    return made, math.hypot(RADIUS, PITCH / math.tau) * math.radians(float(at[-1]))


@pytest.mark.parametrize("every", [15.0, 30.0, 45.0, 60.0])
def test_a_vessel_that_winds_is_as_long_as_it_is(every: float) -> None:
    """A stent is chosen by this length (F112): within 1 % with six points a turn."""
    made, true = helix(every)

    assert made.length_mm == pytest.approx(true, rel=0.01)
    steps = np.linalg.norm(np.diff(made.places, axis=0), axis=1)
    assert steps.sum() == pytest.approx(true, rel=0.01)
    assert steps.max() <= 0.7 * 1.001


def test_points_that_a_hand_sets_unevenly_do() -> None:
    """Nobody clicks every 30 degrees."""
    gaps = np.random.default_rng(4).uniform(15.0, 50.0, 20)
    at = np.concatenate(([0.0], np.cumsum(gaps)))
    made = course([on_helix(float(degrees)) for degrees in at], 0.7)
    assert made is not None

    true = math.hypot(RADIUS, PITCH / math.tau) * math.radians(float(at[-1]))
    assert made.length_mm == pytest.approx(true, rel=0.01)


def test_the_curve_goes_through_every_point() -> None:
    """What was set on the vessel stays on the vessel."""
    points = [(0.0, 0.0, 0.0), (4.0, 9.0, 2.0), (30.0, 11.0, 2.5), (31.0, 12.0, 40.0)]
    made = course(points, 0.1)
    assert made is not None

    for point, mm in zip(points, made.knots_mm, strict=True):
        assert math.dist(point, made.places[made.index_at(mm)]) < 0.1


def test_two_points_are_a_straight_line() -> None:
    made = course([(1.0, 2.0, 3.0), (1.0, 2.0, 63.0)], 0.5)
    assert made is not None

    assert made.length_mm == pytest.approx(60.0)
    assert np.allclose(made.along, (0.0, 0.0, 1.0))
    assert np.allclose(made.across, made.across[0])


def test_one_place_is_no_curve() -> None:
    assert course([], 0.5) is None
    assert course([(1.0, 2.0, 3.0), (1.0, 2.0, 3.01)], 0.5) is None


def test_the_frame_is_square_and_does_not_twist() -> None:
    """A picture that turned by itself about the vessel would show a plaque on the wrong side."""
    made, _ = helix(20.0)

    for a, b in itertools.combinations((made.along, made.across, made.depth), 2):
        assert np.abs(np.sum(a * b, axis=1)).max() < 1e-9
    turns = np.sum(np.diff(made.across, axis=0) * made.depth[:-1], axis=1)  # about the curve
    assert np.abs(turns).max() < 1e-3  # the frame of Frenet turns by 8e-3 a step
    assert np.allclose(np.cross(made.along, made.across), made.depth)


def test_a_frame_along_a_helix_turns_as_much_as_its_torsion_says() -> None:
    """Against arithmetic: to the frame of Frenet it turns back by torsion times length."""
    made, _ = helix(15.0, turns=3.0)
    torsion = (PITCH / math.tau) / (RADIUS**2 + (PITCH / math.tau) ** 2)

    def angle(index: int) -> float:
        inward = -np.array([made.places[index][0], made.places[index][1], 0.0])
        inward -= made.along[index] * (inward @ made.along[index])
        inward /= np.linalg.norm(inward)
        sine = np.cross(made.across[index], inward) @ made.along[index]
        return math.atan2(float(sine), float(made.across[index] @ inward))

    first, last = made.index_at(20.0), made.index_at(320.0)
    turned = angle(last) - angle(first)
    expected = torsion * (last - first) * made.step_mm
    assert math.remainder(turned - expected, math.tau) == pytest.approx(0.0, abs=0.03)


def test_an_arch_in_one_plane_stands_upright() -> None:
    """A panoramic has the upper teeth above: square to the plane of the arch is up."""
    arch = [(30.0 * math.cos(t), -30.0 * math.sin(t), 5.0) for t in np.linspace(0, math.pi, 9)]
    made = course(arch, 0.5)
    assert made is not None

    assert np.allclose(made.across, (0.0, 0.0, -1.0), atol=1e-6)  # down is towards the feet


def test_a_turn_of_the_picture_turns_it_about_the_curve() -> None:
    straight = [(0.0, 0.0, 0.0), (0.0, 0.0, 50.0)]
    plain, turned = course(straight, 1.0), course(straight, 1.0, turn=90.0)
    assert plain is not None
    assert turned is not None

    assert np.allclose(turned.across, plain.depth)
    assert np.allclose(turned.depth, -plain.across)


def test_a_section_is_seen_along_the_curve() -> None:
    made, _ = helix(20.0)

    row, column = section_axes(made, 100)

    assert np.allclose(np.cross(row, column), made.along[100])


# --- pictures ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SCANS)
def test_the_straight_picture_holds_what_lies_there(name: str) -> None:
    """Pixel by pixel against float64 interpolation at the place that arithmetic gives (0.51 HU)."""
    placed, shape = SCANS[name], (24, 30, 32)
    voxels = np.random.default_rng(2).integers(-900, 1200, shape).astype(np.int16)
    at = middle(placed, shape)
    points = [
        tuple(float(x) for x in at + shift) for shift in (-4.0, np.array([2.0, 1.0, 0.0]), 5.0)
    ]
    made = course(points, 0.6)  # type: ignore[arg-type]
    assert made is not None

    found = straightened(volume(voxels, placed), made, 8.0)

    rows = rows_of(8.0, made.step_mm)
    down = (np.arange(rows) - rows // 2) * made.step_mm
    places = made.places[None] + down[:, None, None] * made.across[None]
    expected = trilinear(voxels, placed, places)
    inside = np.isfinite(expected)
    assert found.shape == (rows, len(made))
    assert inside.mean() > 0.5
    assert np.abs(found[inside] - expected[inside]).max() < 0.51


@pytest.mark.parametrize(
    ("mode", "reduce"), [("mip", np.max), ("minip", np.min), ("mean", np.mean)]
)
def test_a_slab_of_it_is_made_of_its_pictures(mode: str, reduce: object) -> None:
    """A panoramic is thick: its depth is that of the roots, and no more."""
    placed, shape = SCANS["straight"], (30, 30, 30)
    voxels = np.random.default_rng(2).integers(-900, 1200, shape).astype(np.int16)
    at = middle(placed, shape)
    made = course([tuple(at - 4.0), tuple(at + 4.0)], 0.8)
    assert made is not None

    found = straightened(volume(voxels, placed), made, 6.0, 4.0, mode)  # type: ignore[arg-type]

    down = (np.arange(found.shape[0]) - found.shape[0] // 2) * made.step_mm
    plane = made.places[None] + down[:, None, None] * made.across[None]
    depths = np.linspace(-2.0, 2.0, 11)  # half a voxel apart: 0.4 mm
    stack = np.stack([trilinear(voxels, placed, plane + d * made.depth[None]) for d in depths])
    assert np.allclose(found, reduce(stack, axis=0), atol=0.51)  # type: ignore[operator]


def test_what_only_fills_its_frame_is_no_value() -> None:
    """Beside the reconstruction circle there is nothing, and no air."""
    voxels = np.full((8, 8, 8), 100, np.int16)
    voxels[:, :4] = -2000
    from workstation.domain.study import PixelFormat

    made = volume(
        voxels, SCANS["straight"], pixels=PixelFormat(8, 8, 16, 16, 15, True, padding=-2000)
    )
    at = positions(SCANS["straight"], (8, 8, 8))

    found = sampled(made, at.astype(np.float64))

    assert np.isnan(found[:, :4]).all()
    assert (found[:, 4:] == 100).all()


def test_a_tube_along_a_helix_is_straight_in_its_picture() -> None:
    """The brightest line of a contrast vessel lies on the middle row from end to end."""
    placed = np.array([[0.8, 0, 0, -30.0], [0, 0.8, 0, -30.0], [0, 0, 0.8, -5.0], [0, 0, 0, 1.0]])

    def tube(points: Floats) -> Floats:
        x, y, z = np.moveaxis(points, -1, 0)
        angle = math.tau * z / PITCH
        away = np.hypot(x - RADIUS * np.cos(angle), y - RADIUS * np.sin(angle))
        return np.asarray(1000.0 * np.exp(-((away / 4.0) ** 2)))

    voxels = filled(tube, placed, (88, 76, 76))
    made, _ = helix(30.0)

    found = straightened(volume(voxels, placed), made, 16.0)

    brightest = np.nanargmax(found, axis=0)
    assert np.abs(brightest - found.shape[0] // 2).max() <= 1
