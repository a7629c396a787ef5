"""Organs as simple solids: rods and balls that know their section and where it lies."""

import itertools
from collections.abc import Iterable

import numpy as np
from attrs import field, frozen

from workstation.demo.phantoms_shapes import (
    Array,
    Grid,
    Point,
    capsule,
    coverage,
    ellipsoid,
    merge,
    paint,
)


@frozen
class Ball:
    """An ellipsoid, turned about z by `turn` degrees; `hu` is what it is filled with."""

    center: Point
    semi: Point
    hu: float
    turn: float = 0.0
    margin: float = 4.0  # of fat around it, where it borders on lung

    def section(self, x: Array, y: Array, z: float) -> Array | None:
        return ellipsoid(x, y, z, self.center, self.semi, self.turn)

    def around(self, z: float) -> tuple[float, float, float] | None:
        """Centre and radius of a circle around the section."""
        if abs(z - self.center[2]) >= self.semi[2]:
            return None
        return (self.center[0], self.center[1], max(self.semi[:2]))


@frozen
class Rod:
    """A round tube between two points."""

    start: Point
    end: Point
    radius: float
    hu: float
    margin: float = 4.0
    low: float = field(init=False)
    high: float = field(init=False)

    @low.default
    def _low(self) -> float:
        return min(self.start[2], self.end[2]) - self.radius

    @high.default
    def _high(self) -> float:
        return max(self.start[2], self.end[2]) + self.radius

    def section(self, x: Array, y: Array, z: float) -> Array | None:
        if not self.low < z < self.high:
            return None
        return capsule(x, y, z, self.start, self.end, self.radius)

    def around(self, z: float) -> tuple[float, float, float] | None:
        if not self.low < z < self.high:
            return None
        a, b = np.asarray(self.start), np.asarray(self.end)
        rise = float(b[2] - a[2])
        if abs(rise) > 3 * self.radius:  # steep: only a short piece lies near the plane
            t = float(np.clip((z - a[2]) / rise, 0, 1))
            middle = a + t * (b - a)
            lean = float(np.hypot(*(b - a)[:2]) / abs(rise))
            return (float(middle[0]), float(middle[1]), self.radius * (1.5 + 1.5 * lean))
        middle = (a + b) / 2
        reach = float(np.hypot(*(b - a)[:2]) / 2) + self.radius
        return (float(middle[0]), float(middle[1]), reach)


Part = Ball | Rod


def chain(points: Iterable[Point], radius: float, hu: float, margin: float = 4.0) -> list[Part]:
    """A bent tube: rods from point to point."""
    return [Rod(a, b, radius, hu, margin) for a, b in itertools.pairwise(points)]


def paint_part(image: Array, part: Part, z: float, grid: Grid, edge: float) -> None:
    """Lay one organ over the image, touching only the pixels around it."""
    around = part.around(z)
    box = around and grid.window(*around)
    if not box:
        return
    x, y = grid.xy
    distance = part.section(x[:, box[1]], y[box[0]], z)
    if distance is not None:
        paint(image[box], coverage(distance, edge), part.hu)


def union(parts: Iterable[Part], x: Array, y: Array, z: float, soft: float) -> Array:
    """Signed distance to all parts, each grown by its margin; 99 mm where there is none."""
    total = np.full(np.broadcast_shapes(x.shape, y.shape), 99, np.float32)
    for part in parts:
        distance = part.section(x, y, z)
        if distance is not None:
            total = merge(total, distance - np.float32(part.margin), soft)
    return total
