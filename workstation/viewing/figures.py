"""What others drew, as lines and words on one image, in its pixels."""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from attrs import frozen

from workstation.domain.measurement import PixelPoint
from workstation.domain.presentation_state import Graphic, Shape, Units, Words
from workstation.domain.structure import Colour
from workstation.domain.study import Frame
from workstation.viewing.presenting import Presented
from workstation.viewing.resolve import Framing, oriented, turned
from workstation.viewing.viewport import ViewportState

#: Corners of a round line, and of a smooth one between two of its points.
_ROUND: Final = 72
_SMOOTH: Final = 8


@frozen
class Figure:
    """A line; a single point is a cross. `machine`: no person drew it."""

    points: tuple[PixelPoint, ...]
    closed: bool = False
    filled: bool = False
    colour: Colour | None = None
    machine: bool = False


@frozen
class Caption:
    """Words beside a place; a line leads to `anchor`."""

    text: str
    at: PixelPoint
    anchor: PixelPoint | None = None
    machine: bool = False


def figures(made: Presented) -> tuple[Figure | Caption, ...]:
    """Of a presentation state, from the lowest layer to the highest."""
    colours = {layer.name: layer.colour for layer in made.state.layers}
    found: list[Figure | Caption] = []
    for annotation in made.annotations:
        place = _Place(made.framing, made.frame)
        colour = colours.get(annotation.layer)
        found.extend(_figure(each, place, colour) for each in annotation.graphics)
        found.extend(_caption(each, place) for each in annotation.words)
    return tuple(found)


class _Place:
    """From the units of a figure to pixels of the image."""

    def __init__(self, framing: Framing, frame: Frame) -> None:
        left, top, right, bottom = framing.box_of(frame)
        a, b, c, d = turned(oriented(ViewportState(), framing))
        centre, half = framing.centre(frame), ((right - left) / 2, (bottom - top) / 2)
        wide = abs(a) * half[0] + abs(b) * half[1]
        high = abs(c) * half[0] + abs(d) * half[1]
        self._centre, self._matrix, self._half = centre, (a, b, c, d), (wide, high)

    def pixel(self, point: PixelPoint, units: Units) -> PixelPoint:
        """A part of the displayed area is one of the view: it is turned back (C.10.5.1.1)."""
        if units is Units.PIXEL:
            return point
        x, y = (2 * point[0] - 1) * self._half[0], (2 * point[1] - 1) * self._half[1]
        a, b, c, d = self._matrix
        return self._centre[0] + a * x + c * y, self._centre[1] + b * x + d * y


def _figure(graphic: Graphic, place: _Place, colour: Colour | None) -> Figure:
    points = [place.pixel(point, graphic.units) for point in graphic.points]
    return Figure(
        outline(graphic.shape, points),
        closed=graphic.shape in (Shape.CIRCLE, Shape.ELLIPSE),
        filled=graphic.filled,
        colour=graphic.colour or colour,
    )


def _caption(words: Words, place: _Place) -> Caption:
    anchor = place.pixel(words.anchor, words.anchor_units) if words.anchor else None
    at = place.pixel(words.box[0], words.box_units) if words.box else anchor
    assert at is not None  # a text without a place is not read
    return Caption(words.text, at, anchor if words.anchor_shown and words.box else None)


def outline(shape: Shape, points: Sequence[PixelPoint]) -> tuple[PixelPoint, ...]:
    """A shape as the line it is (PS3.3 C.10.5.1.2)."""
    match shape:
        case Shape.CIRCLE:
            (x, y), edge = points
            radius = math.dist((x, y), edge)
            return _oval((x, y), (radius, 0.0), (0.0, radius))
        case Shape.ELLIPSE:
            return _ellipse(points)
        case Shape.INTERPOLATED:
            return tuple(_smooth(points))
    return tuple(points)


def _ellipse(points: Sequence[PixelPoint]) -> tuple[PixelPoint, ...]:
    p, q, r, s = points
    centre = ((p[0] + q[0]) / 2, (p[1] + q[1]) / 2)
    half = [((b[0] - a[0]) / 2, (b[1] - a[1]) / 2) for a, b in ((p, q), (r, s))]
    return _oval(centre, half[0], half[1])


def _oval(centre: PixelPoint, u: PixelPoint, v: PixelPoint) -> tuple[PixelPoint, ...]:
    turns = [2 * math.pi * at / _ROUND for at in range(_ROUND)]
    return tuple(
        (
            centre[0] + math.cos(t) * u[0] + math.sin(t) * v[0],
            centre[1] + math.cos(t) * u[1] + math.sin(t) * v[1],
        )
        for t in turns
    )


def _smooth(points: Sequence[PixelPoint]) -> Iterator[PixelPoint]:
    """Through all of them, by the spline of Catmull and Rom (1974)."""
    around = [points[0], *points, points[-1]]
    for at, (p, q) in enumerate(pairwise(points)):
        before, after = around[at], around[at + 3]
        for step in range(_SMOOTH):
            t = step / _SMOOTH
            yield (
                _spline(before[0], p[0], q[0], after[0], t),
                _spline(before[1], p[1], q[1], after[1], t),
            )
    yield points[-1]


def _spline(a: float, b: float, c: float, d: float, t: float) -> float:
    return 0.5 * (
        2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3
    )
