"""Three planes through one point: they never lean, and each lies where it says."""

import numpy as np
import pytest
from numpy.typing import NDArray
from volume_phantoms import SCANS

from workstation.domain.geometry import Affine, Vector
from workstation.viewing import mpr
from workstation.viewing.mpr import Box, Mpr
from workstation.viewing.orientation import letters
from workstation.viewing.planes import STANDARD, Plane

SHAPE = (34, 42, 46)
BOX = Box.of(Affine(SCANS["straight"]), SHAPE)
TILTED = Box.of(Affine(SCANS["oblique, left-handed, tilted"]), SHAPE)


def matrix(state: Mpr) -> NDArray[np.float64]:
    """Normals of the three planes as columns."""
    return np.stack([state.axes(plane).normal for plane in Plane], axis=1)


def far(a: Vector, b: Vector) -> float:
    return float(np.linalg.norm(np.subtract(a, b)))


def on_view(state: Mpr, box: Box, plane: Plane) -> tuple[float, float, float]:
    """Where the crosshair lies: pixels of the view, and mm from its plane."""
    return mpr.rectangle(state, box, plane).plane.to_pixel(state.centre)


def test_a_thousand_turns_leave_the_planes_perpendicular() -> None:
    """A plane that leans a little with each turn shows an ellipse for a vessel (F110)."""
    rng = np.random.default_rng(1)
    state = mpr.begun(BOX)
    worst = 0.0
    for _ in range(1000):
        plane = list(Plane)[rng.integers(3)]
        state = mpr.rotated(state, plane, float(rng.uniform(-180, 180)))
        m = matrix(state)
        worst = max(worst, float(np.abs(m.T @ m - np.eye(3)).max()))
        for each in Plane:
            axes = state.axes(each)
            frame = np.stack((axes.row, axes.column, axes.normal))
            worst = max(worst, abs(float(np.linalg.det(frame)) - 1.0))

    assert worst < 1e-9


def test_planes_begin_as_those_of_the_body() -> None:
    state = mpr.begun(TILTED)

    assert {plane: state.axes(plane) for plane in Plane} == STANDARD


@pytest.mark.parametrize("plane", list(Plane))
def test_a_turn_is_clockwise_as_seen_and_leaves_its_own_plane(plane: Plane) -> None:
    """The hand that turns a line on one view must see that line follow."""
    state = mpr.begun(BOX)
    before = mpr.lines(state, plane)

    after = mpr.rotated(state, plane, 30.0)

    axes = state.axes(plane)
    assert far(after.axes(plane).row, axes.row) < 1e-12  # its own picture stays as it is
    assert far(after.axes(plane).column, axes.column) < 1e-12
    for other, direction in mpr.lines(after, plane).items():
        angle = [
            np.degrees(np.arctan2(np.dot(line, axes.column), np.dot(line, axes.row)))
            for line in (before[other], direction)
        ]
        assert (angle[1] - angle[0]) % 180 == pytest.approx(30.0)


def test_letters_of_an_oblique_name_what_it_leans_to() -> None:
    """Main direction first: left, then a little to the front and to the head."""
    state = mpr.rotated(mpr.begun(BOX), Plane.AXIAL, -25.0)
    double = mpr.rotated(state, Plane.CORONAL, -20.0)

    assert letters(state.axes(Plane.CORONAL).row) == "LA"
    assert letters(state.axes(Plane.AXIAL).row) == "L"
    assert letters(double.axes(Plane.AXIAL).row) == "LH"
    assert letters(double.axes(Plane.SAGITTAL).row) == "PL"


@pytest.mark.parametrize("box", [BOX, TILTED], ids=["straight", "tilted"])
@pytest.mark.parametrize("plane", list(Plane))
def test_the_crosshair_lies_in_every_plane(box: Box, plane: Plane) -> None:
    """One point shows everywhere (triangulation)."""
    state = mpr.moved_to(mpr.begun(box), box, (box.centre[0] + 3.0, *box.centre[1:]))
    for degrees in (0.0, 17.0, 50.0):
        state = mpr.rotated(state, Plane.SAGITTAL, degrees)

        assert abs(on_view(state, box, plane)[2]) < 1e-9


@pytest.mark.parametrize("plane", list(Plane))
def test_while_planes_turn_the_crosshair_stays_where_it_is_on_the_views(plane: Plane) -> None:
    state = mpr.moved_to(mpr.begun(BOX), BOX, (-10.0, 8.0, 55.0))
    before = on_view(state, BOX, plane)

    after = on_view(
        mpr.rotated(mpr.rotated(state, Plane.AXIAL, 40.0), Plane.CORONAL, 9.0), BOX, plane
    )

    assert after == pytest.approx(before)


def test_all_of_the_volume_is_on_a_view_that_nobody_moved() -> None:
    rectangle = mpr.rectangle(mpr.begun(BOX), BOX, Plane.CORONAL)
    corners = [rectangle.plane.to_pixel(corner)[:2] for corner in BOX.corners]

    assert rectangle.size == (46, 34)
    assert np.allclose(np.min(corners, axis=0), -0.5)
    assert np.allclose(np.max(corners, axis=0), np.subtract(rectangle.size, 0.5))


@pytest.mark.parametrize(
    ("plane", "ends"), [(Plane.AXIAL, "HF"), (Plane.CORONAL, "AP"), (Plane.SAGITTAL, "RL")]
)
def test_planes_are_gone_through_as_stacks_are(plane: Plane, ends: str) -> None:
    """Axial from the head, coronal from the front, sagittal from the right."""
    state = mpr.begun(BOX)
    _, count = mpr.place(state, BOX, plane)
    first, last = (mpr.gone(state, BOX, plane, index) for index in (0, count - 1))
    way = np.subtract(last.centre, first.centre)

    x, y, z = (way / np.linalg.norm(way)).tolist()
    assert letters((x, y, z)) == ends[1]
    assert mpr.place(first, BOX, plane)[0] == 0
    assert mpr.place(last, BOX, plane)[0] == count - 1


def test_a_plane_along_the_slices_shows_every_slice_once() -> None:
    """Scrolling an axial reformat of an axial CT stops on its slices, not between them."""
    box = Box.of(Affine(SCANS["anisotropic"]), SHAPE)
    state = mpr.begun(box)
    index, count = mpr.place(state, box, Plane.AXIAL)

    seen = [mpr.gone(state, box, Plane.AXIAL, k).centre[2] for k in range(count)]

    assert count == SHAPE[0]
    assert np.allclose(seen, -31.0 + 3.0 * np.arange(SHAPE[0])[::-1])
    assert mpr.place(mpr.scrolled(state, box, Plane.AXIAL, 2), box, Plane.AXIAL)[0] == index + 2
    assert mpr.place(mpr.scrolled(state, box, Plane.AXIAL, 999), box, Plane.AXIAL)[0] == count - 1


def test_the_crosshair_does_not_leave_the_volume() -> None:
    state = mpr.moved_to(mpr.begun(BOX), BOX, (999.0, -999.0, 55.0))

    assert state.centre == pytest.approx((-20.4 + 46 * 0.8, -16.4, 55.0))


def test_straight_again_the_crosshair_stays() -> None:
    state = mpr.rotated(mpr.moved_to(mpr.begun(BOX), BOX, (-3.0, 2.0, 50.0)), Plane.CORONAL, 33.0)

    after = mpr.straightened(state, BOX)

    assert {plane: after.axes(plane) for plane in Plane} == STANDARD
    assert after.centre == state.centre


@pytest.mark.parametrize("plane", list(Plane))
@pytest.mark.parametrize(
    "turns", [(0, 0, 0), (25, -40, 10), (180, 0, 0), (0, 180, 1), (90, 0, 180)]
)
def test_planes_are_laid_as_one_of_them_lay(plane: Plane, turns: tuple[int, int, int]) -> None:
    """Going to a measurement shows it as it was measured, half turns included."""
    before = mpr.begun(BOX, (-4.0, 3.0, 50.0))
    for about, degrees in zip(Plane, turns, strict=True):
        before = mpr.rotated(before, about, degrees)
    lay = mpr.rectangle(before, BOX, plane).plane

    after = mpr.laid(mpr.begun(BOX, before.centre), BOX, plane, lay)

    assert far(after.axes(plane).normal, lay.normal) < 1e-9
    m = matrix(after)
    assert np.abs(m.T @ m - np.eye(3)).max() < 1e-9
    if far(lay.normal, STANDARD[plane].normal) > 1e-6:
        assert far(after.axes(plane).row, lay.row) < 1e-9


def test_pictures_beside_one_that_is_laid_are_upright() -> None:
    """An axial with the patient on his side would be taken for how he lay."""
    oblique = mpr.rotated(mpr.begun(BOX), Plane.AXIAL, 35.0)

    after = mpr.laid(
        mpr.begun(BOX), BOX, Plane.CORONAL, mpr.rectangle(oblique, BOX, Plane.CORONAL).plane
    )

    assert far(after.axes(Plane.AXIAL).row, STANDARD[Plane.AXIAL].row) < 1e-9
    assert far(after.axes(Plane.AXIAL).column, STANDARD[Plane.AXIAL].column) < 1e-9
