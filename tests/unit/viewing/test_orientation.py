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
NAMES = {
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
