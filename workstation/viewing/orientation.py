"""The letters at the edges of a view: from direction cosines, or none at all.

A letter is never guessed (PS3.3 C.7.6.1.1.1): an image without orientation has no letters.
"""

import math
from typing import Final

from attrs import frozen

from workstation.domain.geometry import Vector, dot
from workstation.domain.study import Frame
from workstation.viewing.resolve import turned
from workstation.viewing.viewport import ViewportState

#: A direction names a second or third axis where it leans to it by 11.5 degrees or more.
LEAST_COSINE: Final = 0.2

_AXES: Final = (("R", "L"), ("A", "P"), ("F", "H"))  # towards negative, positive; LPS
_OPPOSITE: Final = {"R": "L", "L": "R", "A": "P", "P": "A", "F": "H", "H": "F"}


@frozen
class EdgeLetters:
    """What each edge of the view looks towards; empty where it is not known."""

    left: str = ""
    top: str = ""
    right: str = ""
    bottom: str = ""


def letters(direction: Vector) -> str:
    """The anatomical name of a direction in the patient, main axis first: "LAH".

    Axes that it leans to alike are named in the order of the coordinates (LPS).
    """
    lean = [round(abs(cosine), 6) for cosine in direction]
    order = sorted(range(3), key=lambda axis: -lean[axis])
    named = [axis for axis in order if lean[axis] >= LEAST_COSINE]
    return "".join(_AXES[axis][direction[axis] > 0] for axis in named)


def opposite(name: str) -> str:
    """The other end; empty for letters that are not a person's (PS3.3 C.7.6.1.1.1)."""
    if not all(letter in _OPPOSITE for letter in name):
        return ""
    return "".join(_OPPOSITE[letter] for letter in name)


def edge_letters(state: ViewportState, frame: Frame) -> EdgeLetters:
    """Follows rotation and flip; of a volume in axes of its own no side is known."""
    if not frame.in_patient:
        return EdgeLetters()
    if frame.plane is not None:
        return _looking(turned(state), frame.plane.row, frame.plane.column)
    if frame.orientation is None:
        return EdgeLetters()
    row, column = (_direction(name) for name in frame.orientation)
    if state.degrees and row is not None and column is not None and not dot(row, column):
        return _looking(turned(state), row, column)
    return _stated(state, *frame.orientation)


def picture_letters(state: ViewportState, right: Vector, down: Vector) -> EdgeLetters:
    """Of a picture that is no plane: what its edges look towards; of a direction that is
    nothing, none."""
    return _looking(turned(state), right, down)


def _looking(m: tuple[float, float, float, float], row: Vector, column: Vector) -> EdgeLetters:
    """By where right and down on the screen lie in the patient: the way back of the turn."""
    right, bottom = (
        letters(
            (x * row[0] + y * column[0], x * row[1] + y * column[1], x * row[2] + y * column[2])
        )
        for x, y in (m[:2], m[2:])
    )
    return EdgeLetters(opposite(right), opposite(bottom), right, bottom)


def _direction(name: str) -> Vector | None:
    """A direction that is one axis; a name of several says only about where it points."""
    for axis, ends in enumerate(_AXES):
        if name in ends:
            sign = 1.0 if name == ends[1] else -1.0
            return (sign * (axis == 0), sign * (axis == 1), sign * (axis == 2))
    return None


def _stated(state: ViewportState, row: str, column: str) -> EdgeLetters:
    """The object's own words, a quarter turn at a time; in between they would be a guess."""
    beyond = math.sin(math.radians(state.degrees)), math.cos(math.radians(state.degrees))
    if min(beyond) >= LEAST_COSINE:
        return EdgeLetters()
    left, top = opposite(row), opposite(column)
    right, bottom = opposite(left), opposite(top)
    if state.flipped:
        left, right = right, left
    edges = [left, top, right, bottom]  # clockwise: a turn moves each to the next
    turns = state.quarter_turns + (state.degrees > 45)
    return EdgeLetters(*(edges[(i - turns) % 4] for i in range(4)))
