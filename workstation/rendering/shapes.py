"""What each kind of measurement looks like, and where its line runs."""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from workstation.domain.measurement import Measurement, MeasurementKind, PixelPoint
from workstation.imaging.mark_points import barbs, foot
from workstation.rendering.ink import Box, Canvas, Oval, Point, Stroke, bounds, on_segment

_TOKEN: Final = "ink.measure"
_WIDTH: Final = 1.5
#: Logical pixels: arms of the cross of a point, barbs of an arrow.
_CROSS: Final = 6.0
_BARB: Final = 10.0
#: A drawn outline has hundreds of corners; handles on all of them would hide it.
_MOST_HANDLES: Final = 12

_PAIRS: Final = frozenset(
    {MeasurementKind.COBB, MeasurementKind.BIDIRECTIONAL, MeasurementKind.CARDIOTHORACIC}
)
_CLOSED: Final = frozenset({MeasurementKind.POLYGON, MeasurementKind.FREEHAND})
_SPOTS: Final = frozenset({MeasurementKind.POINT, MeasurementKind.TEXT})


def drawn(
    canvas: Canvas, kind: MeasurementKind, points: Sequence[PixelPoint]
) -> tuple[Stroke | Oval, ...]:
    """Also of a measurement that is still being placed and has too few points."""
    at = [canvas.at(point) for point in points]
    if kind is MeasurementKind.ELLIPSE and len(at) == 2:
        return (Oval(bounds(at), _TOKEN, _WIDTH),)
    if kind is MeasurementKind.COBB and len(at) == 4:
        middles = (_middle(at[0], at[1]), _middle(at[2], at[3]))
        return (*_strokes(kind, at), Stroke(middles, _TOKEN, 1.0, "dot", halo=False))
    if kind is MeasurementKind.ARROW and len(at) == 2:
        return (*_strokes(kind, at), Stroke(barbs(at[0], at[1], _BARB), _TOKEN, _WIDTH))
    return _strokes(kind, at)


def _strokes(kind: MeasurementKind, at: Sequence[Point]) -> tuple[Stroke, ...]:
    closed = (kind in _CLOSED and len(at) > 2) or kind is MeasurementKind.RECTANGLE
    return tuple(
        Stroke(line, _TOKEN, _WIDTH, closed=closed) for line in lines(kind, at) if len(line) > 1
    )


def lines(kind: MeasurementKind, at: Sequence[Point]) -> tuple[tuple[Point, ...], ...]:
    """The lines a measurement consists of, on the view; an ellipse is none."""
    if kind in _SPOTS and at:
        (x, y), arm = at[0], _CROSS
        return ((x - arm, y), (x + arm, y)), ((x, y - arm), (x, y + arm))
    if kind in _PAIRS:
        return tuple(tuple(at[first : first + 2]) for first in range(0, len(at), 2))
    if kind is MeasurementKind.PERPENDICULAR and len(at) == 3:
        return (at[0], at[1]), (at[2], foot(at[0], at[1], at[2]))
    if kind is MeasurementKind.RECTANGLE and len(at) == 2:
        left, top, wide, high = bounds(at)
        return (((left, top), (left + wide, top), (left + wide, top + high), (left, top + high)),)
    return (tuple(at),)


def nearest(canvas: Canvas, measurement: Measurement, to: Point) -> Point:
    """The place on a measurement's line that is nearest to another one."""
    at = [canvas.at(point) for point in measurement.points]
    kind = measurement.kind
    if kind is MeasurementKind.ELLIPSE:
        return _on_oval(bounds(at), to)
    if kind in _SPOTS:
        return at[0]
    found = []
    for line in lines(kind, at):
        closed = kind in _CLOSED or kind is MeasurementKind.RECTANGLE
        around = (*line, line[0]) if closed else line
        found += [on_segment(to, p, q) for p, q in pairwise(around)]
    return min(found, key=lambda place: math.dist(place, to))


def shown_handles(canvas: Canvas, measurement: Measurement) -> tuple[Point, ...]:
    """Where hollow squares are drawn; the points between them can be taken hold of as well."""
    at = [canvas.at(point) for point in measurement.points]
    return tuple(at[:: -(-len(at) // _MOST_HANDLES)])


def _on_oval(box: Box, to: Point) -> Point:
    """In the direction from its middle: near enough for a hand, and exact for a circle."""
    left, top, wide, high = box
    x, y = left + wide / 2, top + high / 2
    if wide <= 0 or high <= 0:
        return on_segment(to, (left, top), (left + wide, top + high))
    u, v = (to[0] - x) / (wide / 2), (to[1] - y) / (high / 2)
    radius = math.hypot(u, v)
    if radius == 0:
        return x + wide / 2, y
    return x + u / radius * wide / 2, y + v / radius * high / 2


def _middle(p: Point, q: Point) -> Point:
    return (p[0] + q[0]) / 2, (p[1] + q[1]) / 2
