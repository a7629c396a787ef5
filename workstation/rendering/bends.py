"""A curve through a volume as ink: on planes where it runs, straightened as a line with marks.

What lies beside a plane is dotted, so that nobody takes it for a vessel seen there.
"""

import math
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from workstation.domain.measurement import PixelPoint
from workstation.rendering.ink import Canvas, Item, Oval, Point, Stroke, on_segment
from workstation.services.screen.view_lines import Bend

HUE: Final = "ink.curve"
#: Radius of a point that lies in the plane, and of one beside it.
_POINT: Final = 4.5
_FAR_POINT: Final = 2.5
#: Half of a mark along the straight picture, logical pixels.
_MARK: Final = 4.0
#: A point is taken hold of within this, the line met within the second.
_REACH: Final = 10.0
_NEAR: Final = 6.0


def ink(canvas: Canvas, bend: Bend) -> tuple[Item, ...]:
    """Line, points, marks of length and the section."""
    return tuple(_items(canvas, bend))


def _items(canvas: Canvas, bend: Bend) -> Iterator[Item]:
    for part in bend.beside:
        yield Stroke(tuple(map(canvas.at, part)), HUE, 1.0, "dot", halo=False)
    for part in bend.lines:
        if bend.every:
            yield Stroke(tuple(map(canvas.at, part)), HUE, 1.0, "dash", halo=False)
            yield from _marks(canvas, part, bend.every)
        else:
            yield Stroke(tuple(map(canvas.at, part)), HUE, 1.5)
    if bend.section is not None:
        yield Stroke(tuple(map(canvas.at, bend.section)), "ink.active", 1.0)
    for number, (point, near) in enumerate(zip(bend.points, bend.near, strict=True)):
        (x, y), radius = canvas.at(point), _POINT if near else _FAR_POINT
        chosen = number == bend.chosen and near
        token = "ink.active" if chosen else HUE
        yield Oval((x - radius, y - radius, 2 * radius, 2 * radius), token, 2.0 if chosen else 1.5)


def _marks(canvas: Canvas, line: tuple[PixelPoint, ...], every: float) -> Iterator[Stroke]:
    """Across the straight line, one for each centimetre."""
    (start, y), (end, _) = line[0], line[-1]
    for number in range(1, int((end - start) / every) + 1):
        at, aside = (
            canvas.at((start + number * every, y)),
            canvas.at((start + number * every, y + 1)),
        )
        length = math.dist(at, aside) or 1.0
        dx, dy = ((b - a) / length * _MARK for a, b in zip(at, aside, strict=True))
        yield Stroke(((at[0] - dx, at[1] - dy), (at[0] + dx, at[1] + dy)), HUE, 1.0)


def point_under(canvas: Canvas, bend: Bend, place: Point) -> int | None:
    """Which of the points lies under a pointer; those in the plane before others."""
    found = [
        (not near, math.dist(canvas.at(point), place), number)
        for number, (point, near) in enumerate(zip(bend.points, bend.near, strict=True))
        if math.dist(canvas.at(point), place) <= _REACH
    ]
    return min(found)[2] if found else None


def line_under(canvas: Canvas, bend: Bend, place: Point) -> bool:
    """Whether the curve passes under a pointer."""
    for part in (*bend.lines, *bend.beside):
        placed = list(map(canvas.at, part))
        for start, end in pairwise(placed):
            if math.dist(on_segment(place, start, end), place) <= _NEAR:
                return True
    return False
