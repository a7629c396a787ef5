"""How sure a value can be, by where a hand can put a point and no more.

Each point lies somewhere within half a pixel of where it was put: half a pixel of the image,
or of the screen where the image was shown smaller than one to one. With `p` the larger of
both in mm (or px):

- a length: both ends may be off, p; a path of n pieces: n p
- an angle: each arm of length a may be turned by p / a (in radians); both together
- a region: its outline may lie half a pixel further out or in all around, perimeter p / 2
- a ratio of two widths: the parts by which each may be off together, times the ratio

A scale that a reader calibrated is itself uncertain: its part `relative` of a length, twice
of an area. What the object says of its spacing is taken as exact.
"""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from workstation.domain.measurement import REGIONS, MeasurementKind
from workstation.imaging.lengths import LENGTHS, Place

#: Ends of the arms of an angle.
_ARMS: Final = {MeasurementKind.ANGLE: ((1, 0), (1, 2)), MeasurementKind.COBB: ((0, 1), (2, 3))}


def uncertainty(
    kind: MeasurementKind, at: Sequence[Place], value: float, pixel: float, relative: float
) -> float | None:
    """Of a value, from its points in mm or square pixels; None where none is defined."""
    if kind in LENGTHS:
        return pixel + relative * value
    if kind is MeasurementKind.POLYLINE:
        return pixel * (len(at) - 1) + relative * value
    if kind in _ARMS:
        arms = [math.dist(at[first], at[last]) for first, last in _ARMS[kind]]
        return math.degrees(sum(pixel / arm for arm in arms)) if all(arms) else None
    if kind is MeasurementKind.CARDIOTHORACIC:
        widths = abs(at[1][0] - at[0][0]), abs(at[3][0] - at[2][0])
        return value * sum(pixel / width for width in widths) if all(widths) else None
    if kind in REGIONS:
        return _around(kind, at) * pixel / 2 + 2 * relative * value
    return None


def _around(kind: MeasurementKind, at: Sequence[Place]) -> float:
    if kind in (MeasurementKind.POLYGON, MeasurementKind.FREEHAND):
        return sum(math.dist(p, q) for p, q in pairwise((*at, at[0])))
    (x1, y1), (x2, y2) = at
    wide, high = abs(x2 - x1), abs(y2 - y1)
    if kind is MeasurementKind.RECTANGLE:
        return 2 * (wide + high)
    a, b = wide / 2, high / 2  # Ramanujan's second formula, exact to 1e-4 of any ellipse here
    h = ((a - b) / (a + b)) ** 2 if a + b else 0.0
    return math.pi * (a + b) * (1 + 3 * h / (10 + math.sqrt(4 - 3 * h)))
