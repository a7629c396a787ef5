"""The planes of a reformat as lines on each other's views, and where a hand takes hold of them.

Nothing is drawn through the crosshair itself: what is looked at lies there.
"""

import math
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final, Literal

from attrs import frozen

from workstation.domain.measurement import PixelPoint
from workstation.rendering.ink import Canvas, Dash, Item, Letter, Oval, Point, Stroke
from workstation.services.screen.view_lines import Crosshair, CrossLine
from workstation.viewing.planes import Plane

#: Hue, line and letter of each plane (section 2 of the design guide).
LOOKS: Final[Mapping[Plane, tuple[str, Dash, str]]] = MappingProxyType(
    {
        Plane.AXIAL: ("ink.plane_a", "solid", "A"),
        Plane.CORONAL: ("ink.plane_c", "dash", "C"),
        Plane.SAGITTAL: ("ink.plane_s", "dashdot", "S"),
    }
)
#: Half of the gap at the crosshair, logical pixels.
GAP: Final = 11.0
#: What lines keep free at the edges: orientation letters and the scroll bar.
_MARGINS: Final = (48.0, 44.0, 62.0, 46.0)  # left, top, right, bottom
#: Where grips are, of the way from the crosshair to the end of a line.
_TURN_AT: Final = 0.66
_SLAB_AT: Final = 0.4
#: Radius of a turning grip, half the side of one for the slab.
GRIP: Final = 4.5
#: A grip is taken hold of within this, a line within the second.
_REACH: Final = 12.0
_NEAR: Final = 6.0

Part = Literal["middle", "line", "turn", "slab"]


@frozen
class Held:
    """What of the crosshair is under a pointer; `plane` is whose line it is."""

    part: Part
    plane: Plane | None = None


@frozen
class _Arm:
    """One line in logical pixels of the view: where it ends, and the way to its slab's edge."""

    line: CrossLine
    middle: Point
    ends: tuple[Point, Point]
    slab: Point

    def at(self, end: int, part: float) -> Point:
        (x, y), (ex, ey) = self.middle, self.ends[end]
        return x + (ex - x) * part, y + (ey - y) * part


def ink(canvas: Canvas, cross: Crosshair) -> tuple[Item, ...]:
    """Lines, edges of slabs, grips and letters."""
    return tuple(item for arm in _arms(canvas, cross) for item in _drawn(arm))


def _drawn(arm: _Arm) -> Iterator[Item]:
    token, dash, of_body = LOOKS[arm.line.plane]
    letter = arm.line.letter or of_body
    for end in (0, 1):
        length = math.dist(arm.middle, arm.ends[end])
        if length <= GAP:
            continue
        start = arm.at(end, GAP / length)
        yield Stroke((start, arm.ends[end]), token, 1.5, dash)
        for sign in (1, -1) if arm.slab != (0.0, 0.0) else ():
            dx, dy = sign * arm.slab[0], sign * arm.slab[1]
            edge = tuple((x + dx, y + dy) for x, y in (start, arm.ends[end]))
            yield Stroke(edge, token, 1.0, "dot", halo=False)
            x, y = arm.at(end, _SLAB_AT)
            yield Stroke(_square((x + dx, y + dy)), token, 1.5, closed=True)
        x, y = arm.at(end, _TURN_AT)
        yield Oval((x - GRIP, y - GRIP, 2 * GRIP, 2 * GRIP), token)
    x, y = max(arm.ends, key=lambda end: (round(end[0] - end[1]), end))  # right, or on top
    yield Letter((x + 4 if abs(x - arm.middle[0]) > 1 else x - 4, y - 8), letter, token)


def _square(at: Point) -> tuple[Point, ...]:
    x, y = at
    return (x - 4, y - 4), (x + 4, y - 4), (x + 4, y + 4), (x - 4, y + 4)


def held(canvas: Canvas, cross: Crosshair, place: Point) -> Held | None:
    """What lies under a pointer, grips before lines; None beside all of it."""
    arms = list(_arms(canvas, cross))
    middle = canvas.at(cross.at)
    if math.dist(place, middle) <= GAP:
        return Held("middle")
    for arm in arms:
        for end in (0, 1):
            if math.dist(place, arm.at(end, _TURN_AT)) <= _REACH:
                return Held("turn", arm.line.plane)
            if arm.slab != (0.0, 0.0) and _on_slab_grip(arm, end, place):
                return Held("slab", arm.line.plane)
    near = [(_beside(arm, place), arm.line.plane.value, arm.line.plane) for arm in arms]
    found = min(near, default=None)
    return None if found is None or found[0] > _NEAR else Held("line", found[2])


def _on_slab_grip(arm: _Arm, end: int, place: Point) -> bool:
    x, y = arm.at(end, _SLAB_AT)
    return any(
        math.dist(place, (x + sign * arm.slab[0], y + sign * arm.slab[1])) <= _REACH
        for sign in (1, -1)
    )


def _beside(arm: _Arm, place: Point) -> float:
    """How far a place is from a line, where there is any line beside it."""
    (ax, ay), (bx, by) = arm.ends
    dx, dy = bx - ax, by - ay
    length = math.hypot(dx, dy)
    if length == 0:
        return math.inf
    along = ((place[0] - ax) * dx + (place[1] - ay) * dy) / length
    if not 0 <= along <= length:
        return math.inf
    return abs((place[0] - ax) * dy - (place[1] - ay) * dx) / length


def _arms(canvas: Canvas, cross: Crosshair) -> Iterator[_Arm]:
    middle = canvas.at(cross.at)
    for line in cross.lines:
        way = _way(canvas, line.direction)
        ends = _ends(middle, way, canvas.size)
        if ends is not None:
            yield _Arm(line, middle, ends, _way(canvas, line.slab))


def _way(canvas: Canvas, pixels: PixelPoint) -> Point:
    """A way on the image as one on the view."""
    x, y = canvas.at(pixels)
    ox, oy = canvas.at((0.0, 0.0))
    return x - ox, y - oy


def _ends(middle: Point, way: Point, size: Point) -> tuple[Point, Point] | None:
    """Where a line through the crosshair leaves the room that lines have; None: it has none."""
    low = (_MARGINS[0], _MARGINS[1])
    high = (size[0] - _MARGINS[2], size[1] - _MARGINS[3])
    first, last = -math.inf, math.inf
    for axis in (0, 1):
        if abs(way[axis]) < 1e-9:
            if not low[axis] <= middle[axis] <= high[axis]:
                return None
            continue
        reach = sorted(((edge[axis] - middle[axis]) / way[axis]) for edge in (low, high))
        first, last = max(first, reach[0]), min(last, reach[1])
    if not first < last:
        return None
    first, last = min(first, 0.0), max(last, 0.0)
    x, y = middle
    return (x + first * way[0], y + first * way[1]), (x + last * way[0], y + last * way[1])
