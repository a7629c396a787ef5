"""From where a volume is looked at: turns go with the hand, letters are the patient's."""

import math
from itertools import pairwise

import numpy as np
import pytest
from attrs import evolve

from workstation.domain.geometry import Vector, cross, dot
from workstation.viewing.planes import Axes
from workstation.viewing.volume_look import (
    From,
    VolumeLook,
    angles,
    crop_of,
    cut_by,
    nearest_side,
    screen_of,
    seen_from,
    standard_view,
    turned,
)

LOOK = VolumeLook("ct-bone")
#: Where the reader stands, and what is up on the screen (LPS).
STANDS: dict[From, tuple[Vector, Vector]] = {
    From.A: ((0, -1, 0), (0, 0, 1)),
    From.P: ((0, 1, 0), (0, 0, 1)),
    From.L: ((1, 0, 0), (0, 0, 1)),
    From.R: ((-1, 0, 0), (0, 0, 1)),
    From.H: ((0, 0, 1), (0, 1, 0)),
    From.F: ((0, 0, -1), (0, -1, 0)),
}


def from_where(axes: Axes) -> Vector:
    x, y, z = axes.normal
    return -x, -y, -z


@pytest.mark.parametrize("view", From)
def test_a_standard_view_is_from_the_side_that_its_letter_says(view: From) -> None:
    stands, up = STANDS[view]
    axes = seen_from(LOOK, view).axes

    assert from_where(axes) == pytest.approx(stands)
    assert tuple(-part for part in axes.column) == pytest.approx(up)
    assert axes.row == pytest.approx(cross(axes.column, axes.normal))  # no mirror image
    assert standard_view(axes) is view


@pytest.mark.parametrize(("drag", "stands"), [
    ((90.0, 0.0), From.R),  # to the right: the patient's right side comes round
    ((-90.0, 0.0), From.L),
    ((0.0, 90.0), From.H),  # down: the head comes over
    ((0.0, -90.0), From.F),
])  # fmt: skip
def test_what_is_in_front_moves_as_the_hand_does(drag: tuple[float, float], stands: From) -> None:
    assert standard_view(turned(LOOK, *drag).axes) is stands


def test_a_small_turn_moves_the_front_with_the_hand_and_the_back_against_it() -> None:
    before, after = LOOK.axes, turned(LOOK, 5.0, 3.0).axes
    front = tuple(-part for part in before.normal)  # the nearest point of a ball

    assert dot(front, after.row) == pytest.approx(math.sin(math.radians(5)), abs=0.01)
    assert dot(front, after.column) == pytest.approx(math.sin(math.radians(3)), abs=0.01)


def test_no_number_of_turns_makes_the_picture_lean_or_grow() -> None:
    look = LOOK
    for right, down in np.random.default_rng(2).uniform(-40, 40, (1000, 2)):
        look = turned(look, right, down)

    r = np.array([look.axes.row, look.axes.column, look.axes.normal])
    assert np.abs(r @ r.T - np.eye(3)).max() < 1e-9
    assert np.linalg.det(r) == pytest.approx(1.0)


@pytest.mark.parametrize(("drag", "said"), [
    ((0.0, 0.0), (0.0, 0.0)),
    ((-30.0, 0.0), (30.0, 0.0)),  # LAO 30
    ((45.0, 0.0), (-45.0, 0.0)),  # RAO 45
    ((0.0, 20.0), (0.0, 20.0)),  # cranial
])  # fmt: skip
def test_angles_are_those_of_angiography(
    drag: tuple[float, float], said: tuple[float, float]
) -> None:
    assert angles(turned(LOOK, *drag).axes) == pytest.approx(said)


def test_the_screen_stays_as_large_whatever_the_turn() -> None:
    """Nothing grows while a hand turns it; the longest side of the volume fits."""
    corners = tuple((float(x), float(y), float(z))
                    for x in (0, 100) for y in (0, 60) for z in (0, 200))  # fmt: skip
    middle = (50.0, 30.0, 100.0)

    screens = [screen_of(turned(LOOK, 10.0 * k, 7.0 * k), middle, corners, 0.5) for k in range(6)]

    assert all(a.size == b.size == (400, 400) for a, b in pairwise(screens))
    for each in screens:
        assert each.plane.to_patient(199.5, 199.5) == pytest.approx(middle)
    assert evolve(LOOK, preset="mip").axes == LOOK.axes


BOX = tuple((x, y, z) for x in (-50.0, 60.0) for y in (-30.0, 20.0) for z in (5.0, 105.0))


def test_a_cut_takes_away_from_the_side_that_is_named() -> None:
    """Left is the patient's: LPS x rises to it."""
    look = cut_by(cut_by(LOOK, From.L, 12.0), From.A, 7.0)

    assert crop_of(look, BOX) == ((-50.0, 48.0), (-23.0, 20.0), (5.0, 105.0))
    assert crop_of(cut_by(LOOK, From.H, 1.0), BOX) == ((-50.0, 60.0), (-30.0, 20.0), (5.0, 104.0))


def test_what_was_cut_away_comes_back_and_no_more() -> None:
    look = cut_by(cut_by(LOOK, From.F, 5.0), From.F, -30.0)

    assert crop_of(look, BOX) is None


@pytest.mark.parametrize("view", From)
def test_the_side_that_is_seen_is_the_nearest(view: From) -> None:
    assert nearest_side(turned(seen_from(LOOK, view), 20.0, -15.0).axes) is view
