"""The outline of a mask: closed lines along the edges of its pixels, nothing smoothed.

A smoothed line would show a border that the segmentation does not have. Pixel (x, y)
covers x - 0.5 to x + 0.5 and y - 0.5 to y + 0.5, as everywhere in the program.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Line = tuple[tuple[float, float], ...]
_Corner = tuple[int, int]


def outlines(mask: NDArray[Any]) -> tuple[Line, ...]:
    """Closed lines around what is not zero; `mask` (rows, columns).

    Outer borders run clockwise on the screen, holes the other way; corners in image
    coordinates, only where the line turns. Pixels that touch at a corner are apart.
    """
    inside = np.pad(np.asarray(mask) != 0, 1)
    edges = _edges(inside)
    lines = []
    while edges:
        start = next(iter(edges))
        lines.append(_line(edges, start))
    return tuple(lines)


def _edges(inside: NDArray[np.bool_]) -> dict[_Corner, list[_Corner]]:
    """Sides of pixels between inside and outside, directed so that inside is on the right."""
    found: dict[_Corner, list[_Corner]] = {}
    here = inside[1:-1, 1:-1]
    for other, start, end in (
        (inside[:-2, 1:-1], (0, 0), (1, 0)),  # above: to the right
        (inside[1:-1, 2:], (1, 0), (1, 1)),  # right: down
        (inside[2:, 1:-1], (1, 1), (0, 1)),  # below: to the left
        (inside[1:-1, :-2], (0, 1), (0, 0)),  # left: up
    ):
        rows, columns = np.nonzero(here & ~other)
        for x, y in zip(columns.tolist(), rows.tolist(), strict=True):
            corner = (x + start[0], y + start[1])
            found.setdefault(corner, []).append((x + end[0], y + end[1]))
    return found


def _line(edges: dict[_Corner, list[_Corner]], start: _Corner) -> Line:
    corners: list[_Corner] = []
    at, way = start, (0, 0)
    while True:
        ahead = _turned(edges, at, way)
        step = (ahead[0] - at[0], ahead[1] - at[1])
        if step != way:
            corners.append(at)
        at, way = ahead, step
        if at == start:
            break
    first = (corners[1][0] - corners[0][0], corners[1][1] - corners[0][1])
    if first[0] * way[1] == 0 and first[1] * way[0] == 0 and (first[0] != 0) == (way[0] != 0):
        corners = corners[1:]  # it began in the middle of a side
    return tuple((x - 0.5, y - 0.5) for x, y in corners)


def _turned(edges: dict[_Corner, list[_Corner]], at: _Corner, way: _Corner) -> _Corner:
    """The next corner; where two pixels meet in one, to the right: around the same pixel."""
    ends = edges[at]
    right = (at[0] - way[1], at[1] + way[0])
    chosen = right if len(ends) > 1 and right in ends else ends[0]
    ends.remove(chosen)
    if not ends:
        del edges[at]
    return chosen
