"""Ink as values: what a painter draws on an image, one after the other.

Coordinates are logical pixels of the view.
"""

from collections.abc import Callable, Sequence
from typing import Literal

from attrs import frozen

from workstation.domain.measurement import PixelPoint
from workstation.domain.structure import Colour
from workstation.rendering.picture import Picture
from workstation.viewing.resolve import ResolvedView

Point = tuple[float, float]
Box = tuple[float, float, float, float]  # left, top, width, height
Dash = Literal["solid", "dash", "dot", "dashdot"]


@frozen
class Stroke:
    """A line through points, with a dark edge where it lies on the image."""

    points: tuple[Point, ...]
    token: str
    width: float = 1.5
    dash: Dash = "solid"
    closed: bool = False
    halo: bool = True


@frozen
class Oval:
    """The ellipse inscribed in a box."""

    box: Box
    token: str
    width: float = 1.5


@frozen
class Handle:
    """A hollow square: a filled one would hide the edge it measures."""

    at: Point


@frozen
class Plate:
    """A label: value first, then what belongs to it; joined to `anchor` by a dotted line."""

    box: Box
    first: str
    second: str
    anchor: Point
    name: str = ""  # of the measurement it belongs to


@frozen
class Letter:
    """The series letter at the end of a reference line."""

    at: Point
    text: str
    token: str


@frozen
class Border:
    """The border of a structure that others drew, in the colour its object recommends."""

    points: tuple[Point, ...]
    colour: Colour
    closed: bool
    filled: bool = False


@frozen
class Tint:
    """What the borders of a structure enclose, holes left out, in its colour."""

    lines: tuple[tuple[Point, ...], ...]
    colour: Colour
    opacity: float


Item = Stroke | Oval | Handle | Plate | Letter | Border | Tint

#: (first, second) to the width and height of the plate, as the fonts in use need it.
Sizer = Callable[[str, str], tuple[float, float]]


@frozen
class Canvas:
    """What the list is made for."""

    view: ResolvedView
    ratio: float
    picture: Picture | None
    sizer: Sizer

    @property
    def size(self) -> Point:
        return self.view.width / self.ratio, self.view.height / self.ratio

    def at(self, point: PixelPoint) -> Point:
        x, y = self.view.to_view(point)  # integer image coordinates are pixel centres
        return x / self.ratio, y / self.ratio


def bounds(points: Sequence[Point]) -> Box:
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    return min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)


def on_segment(at: Point, p: Point, q: Point) -> Point:
    dx, dy = q[0] - p[0], q[1] - p[1]
    length = dx * dx + dy * dy
    t = 0.0 if length == 0 else ((at[0] - p[0]) * dx + (at[1] - p[1]) * dy) / length
    t = min(max(t, 0.0), 1.0)
    return p[0] + t * dx, p[1] + t * dy
