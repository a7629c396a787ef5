"""The letters at the edges of a view: from direction cosines, or none at all.

A letter is never guessed (PS3.3 C.7.6.1.1.1): an image without orientation has no letters.
"""

from typing import Final

from attrs import frozen

from workstation.domain.geometry import Vector
from workstation.domain.study import Frame
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
    """The anatomical name of a direction in the patient, main axis first: "LAH"."""
    order = sorted(range(3), key=lambda axis: -abs(direction[axis]))
    named = [axis for axis in order if abs(direction[axis]) >= LEAST_COSINE]
    return "".join(_AXES[axis][direction[axis] > 0] for axis in named)


def opposite(name: str) -> str:
    """The other end; empty for letters that are not a person's (PS3.3 C.7.6.1.1.1)."""
    if not all(letter in _OPPOSITE for letter in name):
        return ""
    return "".join(_OPPOSITE[letter] for letter in name)


def edge_letters(state: ViewportState, frame: Frame) -> EdgeLetters:
    """Follows rotation and flip."""
    if frame.plane is not None:
        row, column = letters(frame.plane.row), letters(frame.plane.column)
    elif frame.orientation is not None:
        row, column = frame.orientation
    else:
        return EdgeLetters()
    left, top = opposite(row), opposite(column)
    right, bottom = opposite(left), opposite(top)
    if state.flipped:
        left, right = right, left
    edges = [left, top, right, bottom]  # clockwise: a turn moves each to the next
    turns = state.quarter_turns
    turned = [edges[(i - turns) % 4] for i in range(4)]
    return EdgeLetters(*turned)
