"""Which pixels belong to a region: those whose centre lies in it, the outline included.

Points are in image pixels; (0, 0) is the centre of the first. Of an outline drawn by hand
a centre is inside where a line from it to far away crosses the outline an odd number of
times.
"""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from workstation.domain.measurement import MeasurementKind, PixelPoint

#: A centre on the outline counts in spite of rounding; far below what a hand can place.
_EDGE: Final = 1e-9


def inside(
    kind: MeasurementKind, points: Sequence[PixelPoint], stored: NDArray[Any]
) -> NDArray[Any]:
    """The stored values whose pixel centres lie in the region; the image's own alone."""
    if kind in (MeasurementKind.POLYGON, MeasurementKind.FREEHAND):
        return stored[polygon_mask(points, stored.shape)]
    return _in_box(kind, points, stored)


def _in_box(
    kind: MeasurementKind, points: Sequence[PixelPoint], stored: NDArray[Any]
) -> NDArray[Any]:
    (x1, y1), (x2, y2) = points
    cols = _centres(min(x1, x2), max(x1, x2), stored.shape[1])
    rows = _centres(min(y1, y2), max(y1, y2), stored.shape[0])
    part = stored[rows.start : rows.stop, cols.start : cols.stop]
    if kind is MeasurementKind.RECTANGLE:
        return part.ravel()
    u = _reach(np.asarray(cols, np.float64), (x1 + x2) / 2, abs(x2 - x1) / 2)
    v = _reach(np.asarray(rows, np.float64), (y1 + y2) / 2, abs(y2 - y1) / 2)
    return part[u[None, :] + v[:, None] <= 1 + _EDGE]


def _centres(low: float, high: float, count: int) -> range:
    """Indices between two positions, both included, as far as the image goes."""
    first = max(0, math.ceil(low - _EDGE))
    return range(first, max(first, min(count, math.floor(high + _EDGE) + 1)))


def _reach(at: NDArray[np.float64], middle: float, semi: float) -> NDArray[np.float64]:
    """((at - middle) / semi)², 0 for the one line that a flat ellipse consists of."""
    return np.zeros_like(at) if semi == 0 else ((at - middle) / semi) ** 2


def polygon_mask(points: Sequence[PixelPoint], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Row by row: between every other crossing of the outline, and on the outline itself."""
    mask = np.zeros(shape[:2], np.bool_)
    start = np.asarray(points, np.float64)
    end = np.roll(start, -1, axis=0)
    ys = start[:, 1]
    for row in _centres(float(ys.min()), float(ys.max()), shape[0]):
        for low, high in _spans(start, end, row):
            found = _centres(low, high, shape[1])
            mask[row, found.start : found.stop] = True
    return mask


def _spans(
    start: NDArray[np.float64], end: NDArray[np.float64], row: int
) -> Iterator[tuple[float, float]]:
    """Pieces of one row that lie in the outline; a piece may be a point."""
    above, below = start[:, 1] < row, end[:, 1] < row
    crossed = np.sort(_crossing(start[above != below], end[above != below], row))
    yield from zip(crossed[::2].tolist(), crossed[1::2].tolist(), strict=True)
    low, high = np.minimum(start[:, 1], end[:, 1]), np.maximum(start[:, 1], end[:, 1])
    touched = (low <= row + _EDGE) & (row - _EDGE <= high)
    flat = touched & (high - low <= _EDGE)
    for p, q in zip(start[flat, 0].tolist(), end[flat, 0].tolist(), strict=True):
        yield min(p, q), max(p, q)
    on = touched & ~flat
    yield from ((x, x) for x in _crossing(start[on], end[on], row).tolist())


def _crossing(
    start: NDArray[np.float64], end: NDArray[np.float64], row: int
) -> NDArray[np.float64]:
    part = np.clip((row - start[:, 1]) / (end[:, 1] - start[:, 1]), 0.0, 1.0)
    crossed: NDArray[np.float64] = start[:, 0] + part * (end[:, 0] - start[:, 0])
    return crossed


def polygon_area(points: Sequence[PixelPoint]) -> float:
    """In square units of the points; whichever way round they were placed."""
    around = [*points, points[0]]
    return abs(sum(p[0] * q[1] - q[0] * p[1] for p, q in pairwise(around))) / 2


def crosses_itself(points: Sequence[PixelPoint]) -> bool:
    """Whether two sides of an outline cross: then it has no inside that all would agree on."""
    start = np.asarray(points, np.float64)
    end = np.roll(start, -1, axis=0)
    for at in range(len(start) - 2):
        others = slice(at + 2, len(start) - (at == 0))  # neighbours share a point
        p, q = start[others], end[others]
        apart = _side(start[at], end[at], p) * _side(start[at], end[at], q) < 0
        if bool((apart & (_side(p, q, start[at]) * _side(p, q, end[at]) < 0)).any()):
            return True
    return False


def _side(p: NDArray[np.float64], q: NDArray[np.float64], at: NDArray[np.float64]) -> Any:
    """Twice the signed area of the triangle: on which side of a line a point lies."""
    return (q[..., 0] - p[..., 0]) * (at[..., 1] - p[..., 1]) - (q[..., 1] - p[..., 1]) * (
        at[..., 0] - p[..., 0]
    )


def contains(
    kind: MeasurementKind,
    points: Sequence[PixelPoint],
    x: NDArray[np.float64],
    y: NDArray[np.float64],
) -> NDArray[np.bool_]:
    """Which of any places lie in a region, the outline included where it is a box or an ellipse."""
    if kind in (MeasurementKind.POLYGON, MeasurementKind.FREEHAND):
        return _in_outline(points, x, y)
    (x1, y1), (x2, y2) = points
    across, down = abs(x - (x1 + x2) / 2), abs(y - (y1 + y2) / 2)
    wide, high = abs(x2 - x1) / 2, abs(y2 - y1) / 2
    if kind is MeasurementKind.RECTANGLE:
        return (across <= wide + _EDGE) & (down <= high + _EDGE)
    wide, high = max(wide, _EDGE), max(high, _EDGE)
    return np.asarray((across / wide) ** 2 + (down / high) ** 2 <= 1 + _EDGE)


def _in_outline(
    points: Sequence[PixelPoint], x: NDArray[np.float64], y: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """A line to the right crosses the outline an odd number of times."""
    odd = np.zeros(x.shape, np.bool_)
    for (x1, y1), (x2, y2) in pairwise([*points, points[0]]):
        if y1 != y2:
            crosses = (y1 > y) != (y2 > y)
            odd ^= crosses & (x < x1 + (y - y1) * (x2 - x1) / (y2 - y1))
    return odd
