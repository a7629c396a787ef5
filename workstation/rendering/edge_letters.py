"""The letters at the edges of a picture that is saved: strokes, so that no screen is needed."""

from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from workstation.viewing.orientation import EdgeLetters

_Line = tuple[tuple[float, float], ...]

#: In a box of one by one, down from the top.
_P: Final[_Line] = (
    (0.0, 1.0), (0.0, 0.0), (0.65, 0.0), (0.92, 0.1), (1.0, 0.28), (0.92, 0.46), (0.65, 0.56),
    (0.0, 0.56),
)  # fmt: skip
_STROKES: Final[dict[str, tuple[_Line, ...]]] = {
    "A": (((0.0, 1.0), (0.5, 0.0), (1.0, 1.0)), ((0.19, 0.62), (0.81, 0.62))),
    "F": (((1.0, 0.0), (0.0, 0.0), (0.0, 1.0)), ((0.0, 0.48), (0.8, 0.48))),
    "H": (((0.0, 0.0), (0.0, 1.0)), ((1.0, 0.0), (1.0, 1.0)), ((0.0, 0.5), (1.0, 0.5))),
    "L": (((0.0, 0.0), (0.0, 1.0), (0.9, 1.0)),),
    "P": (_P,),
    "R": (_P, ((0.5, 0.56), (1.0, 1.0))),
}
#: Pixels: size of a letter, from one to the next, from the edge, half the width of a stroke.
_WIDE, _HIGH, _NEXT, _OFF, _HALF = 7.0, 10.0, 11.0, 7.0, 0.9
#: So much wider is the dark that stands around it, on bone and on lung alike.
_HALO: Final = 1.5
_WHITE: Final = 255.0


def drawn(pixels: NDArray[np.uint8], named: EdgeLetters) -> NDArray[np.uint8]:
    """A copy of (rows, columns, 3) with the letters at its edges."""
    rows, columns = pixels.shape[:2]
    middle, centre = (rows - _HIGH) / 2, columns / 2
    made = pixels.astype(np.float32)
    far = columns - _OFF - _width(named.right)
    places = (
        (named.left, _OFF, middle), (named.right, far, middle),
        (named.top, centre - _width(named.top) / 2, _OFF),
        (named.bottom, centre - _width(named.bottom) / 2, rows - _OFF - _HIGH),
    )  # fmt: skip
    for text, left, top in places:
        for at, letter in enumerate(text):
            away = _away(letter, left + at * _NEXT, top, rows, columns)
            dark, light = (np.clip(half + 0.5 - away, 0.0, 1.0)[..., np.newaxis]
                           for half in (_HALF + _HALO, _HALF))  # fmt: skip
            made = made * (1 - dark) + light * _WHITE
    return np.rint(np.clip(made, 0.0, _WHITE)).astype(np.uint8)


def _width(text: str) -> float:
    return _NEXT * (len(text) - 1) + _WIDE


def _away(letter: str, left: float, top: float, rows: int, columns: int) -> NDArray[np.float32]:
    """From each pixel to the nearest stroke."""
    y, x = np.mgrid[:rows, :columns].astype(np.float32)
    found = np.full((rows, columns), np.inf, np.float32)
    for line in _STROKES[letter]:
        places = [(left + px * _WIDE, top + py * _HIGH) for px, py in line]
        for (ax, ay), (bx, by) in pairwise(places):
            dx, dy = bx - ax, by - ay
            along = np.clip(((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy), 0.0, 1.0)
            np.minimum(found, np.hypot(x - ax - along * dx, y - ay - along * dy), out=found)
    return found
