"""Letters at the edges of a view."""

import itertools
import math

import numpy as np
import pytest
from attrs import evolve
from fakes_viewer import CORONAL, SAGITTAL, frame

from workstation.domain.geometry import Vector
from workstation.viewing import viewport as reduce
from workstation.viewing.orientation import EdgeLetters, edge_letters, letters, opposite
from workstation.viewing.resolve import ResolvedView
from workstation.viewing.viewport import ViewportState

PLAIN = ViewportState()
NAMES: dict[tuple[int, ...], str] = {
    (1, 0, 0): "L", (-1, 0, 0): "R", (0, 1, 0): "P",
    (0, -1, 0): "A", (0, 0, 1): "H", (0, 0, -1): "F",
}  # fmt: skip
AXES = [tuple(float(x) for x in axis) for axis in NAMES]
PAIRS = [
    (row, column)
    for row, column in itertools.product(AXES, AXES)
    if sum(a * b for a, b in zip(row, column, strict=True)) == 0
]


def test_the_usual_three_planes() -> None:
    """Radiological convention: the patient's right is on the left of the screen."""
    assert edge_letters(PLAIN, frame()) == EdgeLetters("R", "A", "L", "P")
    assert edge_letters(PLAIN, frame(axes=CORONAL)) == EdgeLetters("R", "H", "L", "F")
    assert edge_letters(PLAIN, frame(axes=SAGITTAL)) == EdgeLetters("A", "H", "P", "F")


@pytest.mark.parametrize(("row", "column"), PAIRS)
@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize("flipped", [False, True])
def test_letters_follow_every_turn_and_flip(
    row: Vector, column: Vector, turns: int, flipped: bool
) -> None:
    """A wrong side is a wrong operation: checked against the matrix that draws the pixels."""
    one = frame(axes=(row, column))
    state = evolve(PLAIN, quarter_turns=turns, flipped=flipped)
    view = ResolvedView.of(state, one, 100, 100)
    x, y = (round(v, 9) for v in view.vector_to_image(1, 0))
    towards = np.sign(x) * np.array(row) + np.sign(y) * np.array(column)

    found = edge_letters(state, one)

    assert found.right == NAMES[tuple(int(v) for v in towards)]
    assert found.left == opposite(found.right)


SIGNED = [
    tuple(
        tuple(sign * (i == axis) for i in range(3)) for sign, axis in zip(signs, order, strict=True)
    )
    for order in itertools.permutations(range(3))
    for signs in itertools.product((1.0, -1.0), repeat=3)
]


@pytest.mark.parametrize(("row", "column", "through"), SIGNED)
def test_all_48_axis_aligned_orientations(row: Vector, column: Vector, through: Vector) -> None:
    """A stack may be scrolled with the normal or against it, and be left-handed then.

    The letters are those of the picture: right is where rows go, bottom is where columns go,
    whichever way the next image lies; so each of the 24 pictures has both its stacks.
    """
    step = tuple(3.0 * x for x in through)
    stack = [
        frame(i, axes=(row, column), origin=(i * step[0], i * step[1], i * step[2])) for i in (0, 1)
    ]

    found = {edge_letters(PLAIN, each) for each in stack}

    right, bottom = NAMES[tuple(map(int, row))], NAMES[tuple(map(int, column))]
    other = dict(zip("LRAPHF", "RLPAFH", strict=True))
    assert found == {EdgeLetters(other[right], other[bottom], right, bottom)}


def oblique(seed: int) -> tuple[Vector, Vector]:
    """Two unit vectors at right angles, anywhere in the patient; every other one left-handed."""
    q, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))
    row, column = q[:, 0] * (-1) ** seed, q[:, 1]
    return tuple(row.tolist()), tuple(column.tolist())


@pytest.mark.parametrize("seed", range(30))
@pytest.mark.parametrize(("turns", "flipped"), [(0, False), (1, False), (2, True), (3, True)])
@pytest.mark.parametrize("degrees", [0.0, 17.0, 45.0, 71.5])
def test_letters_of_30_obliques_lie_where_the_pixels_go(
    seed: int, turns: int, flipped: bool, degrees: float
) -> None:
    """Head-first marks on a turned picture: two pixels a step to the right on the screen are
    looked up in the patient, by the matrix that draws them and the plane they lie in."""
    one = frame(axes=oblique(seed), spacing=(0.7, 0.4))
    state = evolve(PLAIN, quarter_turns=turns, flipped=flipped, degrees=degrees)
    assert one.plane is not None
    view = ResolvedView.of(state, one, 300, 200)
    here, there = (one.plane.to_patient(*view.to_image((x, 100.0))) for x in (100.0, 101.0))
    way = np.subtract(there, here)
    way = way / np.linalg.norm(way)
    leaning = sorted(
        ((abs(v), "RAF"[i] if v < 0 else "LPH"[i]) for i, v in enumerate(way)), reverse=True
    )

    found = edge_letters(state, one)

    assert found.right == "".join(letter for lean, letter in leaning if lean >= 0.2)
    assert found.left == opposite(found.right)


def test_a_stated_direction_is_turned_as_far_as_it_is_known() -> None:
    """L and F are axes and can be turned; what only says about where it points cannot."""
    chest = frame(axes=None, orientation=("L", "F"))
    oblique_view = frame(axes=None, orientation=("LP", "F"))

    assert edge_letters(reduce.turn(PLAIN, 30), chest) == EdgeLetters("RF", "HR", "LH", "FL")
    assert edge_letters(reduce.turn(PLAIN, 5), oblique_view) == EdgeLetters("RA", "H", "LP", "F")
    assert edge_letters(reduce.turn(PLAIN, 85), oblique_view) == EdgeLetters("F", "RA", "H", "LP")
    assert edge_letters(reduce.turn(PLAIN, 30), oblique_view) == EdgeLetters()


@pytest.mark.parametrize("degrees", range(0, 90, 3))
def test_obliques_name_the_main_axis_first(degrees: int) -> None:
    """Thirty obliques from lateral to head: the nearer axis leads, a slight lean is left out."""
    angle = math.radians(degrees)
    direction = (math.cos(angle), 0.0, math.sin(angle))
    leaning = [("L", math.cos(angle)), ("H", math.sin(angle))]
    expected = "".join(
        name for name, cosine in sorted(leaning, key=lambda pair: -pair[1]) if cosine >= 0.2
    )

    assert letters(direction) == expected


def test_three_axes_may_be_named() -> None:
    assert letters((0.7, -0.5, 0.51)) == "LHA"


def test_without_orientation_there_are_no_letters() -> None:
    """R is never guessed."""
    assert edge_letters(PLAIN, frame(axes=None)) == EdgeLetters()


def test_a_projection_has_the_letters_its_object_states() -> None:
    chest = frame(axes=None, orientation=("L", "F"))

    assert edge_letters(PLAIN, chest) == EdgeLetters("R", "H", "L", "F")
    assert edge_letters(reduce.rotate(PLAIN, 1), chest) == EdgeLetters("F", "R", "H", "L")


def test_letters_that_are_not_a_persons_have_no_opposite() -> None:
    """Animals have other axes; half a truth would mislead."""
    assert opposite("CR") == ""
    assert edge_letters(PLAIN, frame(axes=None, orientation=("LE", "D"))) == EdgeLetters()
