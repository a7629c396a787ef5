"""Lengths, angles and areas of points that already lie in millimetres (or square pixels)."""

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType
from typing import Final

from attrs import field, frozen

from workstation.domain.measurement import MeasurementKind
from workstation.imaging.regions import crosses_itself, polygon_area
from workstation.text import tr

#: A point in the plane of the image, in mm or in square pixels.
Place = tuple[float, float]

#: Their value is the distance between two places that a reader chose.
LENGTHS: Final = frozenset(
    {MeasurementKind.LENGTH, MeasurementKind.PERPENDICULAR, MeasurementKind.BIDIRECTIONAL}
)

_NONE: Final[Mapping[str, float]] = MappingProxyType({})


@frozen
class Value:
    """What came out; `others` are further values, as the short axis is of a long one."""

    value: float | None
    unit: str
    others: Mapping[str, float] = field(default=_NONE)
    others_unit: str = ""
    why_not: str = ""


def value_of(kind: MeasurementKind, at: Sequence[Place], unit: str) -> Value:
    """`unit` is that of a length: mm or px."""
    match kind:
        case MeasurementKind.LENGTH | MeasurementKind.POLYLINE:
            return Value(sum(math.dist(p, q) for p, q in pairwise(at)), unit)
        case MeasurementKind.PERPENDICULAR:
            return _perpendicular(at, unit)
        case MeasurementKind.BIDIRECTIONAL:
            short = math.dist(at[2], at[3])
            return Value(math.dist(at[0], at[1]), unit, MappingProxyType({"short": short}), unit)
        case MeasurementKind.ANGLE:
            return _degrees(_between(at[1], at[0], at[1], at[2]))
        case MeasurementKind.COBB:
            found = _between(*at)
            return _degrees(None if found is None else min(found, 180 - found))
        case MeasurementKind.CARDIOTHORACIC:
            return _ratio(at, unit)
        case MeasurementKind.POLYGON | MeasurementKind.FREEHAND:
            if crosses_itself(at):
                return Value(None, "", why_not=tr("outline crosses itself"))
            return Value(polygon_area(at), f"{unit}²")
    (x1, y1), (x2, y2) = at
    box = abs(x2 - x1) * abs(y2 - y1)
    return Value(box * (math.pi / 4 if kind is MeasurementKind.ELLIPSE else 1), f"{unit}²")


def _between(p: Place, q: Place, r: Place, s: Place) -> float | None:
    """Degrees between the directions p to q and r to s; None where one has no direction."""
    u, v = (q[0] - p[0], q[1] - p[1]), (s[0] - r[0], s[1] - r[1])
    if not any(u) or not any(v):
        return None
    across, along = u[0] * v[1] - u[1] * v[0], u[0] * v[0] + u[1] * v[1]
    return math.degrees(math.atan2(abs(across), along))


def _degrees(found: float | None) -> Value:
    return Value(found, "°", why_not="" if found is not None else tr("a line has no direction"))


def _perpendicular(at: Sequence[Place], unit: str) -> Value:
    (x1, y1), (x2, y2), (x, y) = at
    along = math.dist(at[0], at[1])
    if along == 0:
        return Value(None, "", why_not=tr("a line has no direction"))
    return Value(abs((x2 - x1) * (y - y1) - (y2 - y1) * (x - x1)) / along, unit)


def _ratio(at: Sequence[Place], unit: str) -> Value:
    """Widths across the body: how far apart the ends are along a row of the image."""
    heart, thorax = abs(at[1][0] - at[0][0]), abs(at[3][0] - at[2][0])
    if thorax == 0:
        return Value(None, "", why_not=tr("the thorax has no width"))
    widths = MappingProxyType({"heart": heart, "thorax": thorax})
    return Value(heart / thorax, "", widths, unit)
