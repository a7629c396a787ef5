"""The trunk that chest and abdomen share: outline, chest wall, ribs, spine, table.

Coordinates are the anatomy's own millimetres: x to the left, y to the back, z to the
head, the carina at z = 0 (so LPS but for a shift). The shapes are ours, fitted by eye to
what CT of an adult looks like.
"""

from typing import Final

import numpy as np
from attrs import frozen

from workstation.demo.phantoms_parts import Ball, Part, Rod, paint_part
from workstation.demo.phantoms_shapes import (
    Array,
    Grid,
    Point,
    coverage,
    doubled,
    ellipse,
    enlarge,
    extent,
    lay,
    merge,
    paint,
    ripple,
    table,
)

AIR: Final = -1000.0
FAT: Final = -105.0
MUSCLE: Final = 58.0
RIB_PITCH: Final = 25.0
VERTEBRA_PITCH: Final = 25.0


@frozen
class Lesion:
    """A ball of one value: centre in anatomy mm, diameter in mm, HU."""

    center: Point
    diameter: float
    hu: float


@frozen
class Trunk:
    """What distinguishes one body from another."""

    seed: int = 1
    scale: float = 1.0
    fat: float = 1.0  # 1: lean; 1.6: ample
    contrast: float = 1.0  # 0: none given
    lesions: tuple[Lesion, ...] = ()
    effusion_mm: float = 0.0  # depth of fluid behind the right lung
    clot: bool = False  # filling defects in the pulmonary arteries
    dissection: bool = False  # a flap in the aorta


@frozen(eq=False)
class Fields:
    """Signed distances the parts of a slice share, at half the resolution."""

    xy: tuple[Array, Array]  # the grid's own
    x: Array  # warped coordinates: organs are never quite ellipses
    y: Array
    body: Array
    cavity: Array
    right: Array
    left: Array


def half_width(z: float) -> float:
    return table(z, (100, 24), (85, 62), (65, 92), (40, 114), (0, 128), (-50, 135), (-130, 134),
                 (-190, 124), (-260, 112))  # fmt: skip


def half_depth(z: float) -> float:
    return table(z, (100, 18), (85, 38), (65, 54), (40, 68), (0, 83), (-60, 91), (-140, 90),
                 (-200, 82), (-260, 76))  # fmt: skip


def fields(trunk: Trunk, z: float, grid: Grid) -> Fields:
    """The shapes everything else is drawn against."""
    x0, y0 = grid.half_xy
    x = x0 + 2.6 * ripple((x0, y0), z, trunk.seed * 7 + 1, 150)
    y = y0 + 2.6 * ripple((x0, y0), z, trunk.seed * 7 + 2, 150)
    w, d = half_width(z), half_depth(z)
    back = table(z, (100, 22), (65, 10), (30, 2), (-30, -2), (-260, -6))
    center, semi = w / 2 - 1, w / 2 + 1
    lean = table(z, (60, 0), (20, 10), (-130, 7))
    right = ellipse(x, y, (-center, back), (semi, d), -lean)
    left = ellipse(x, y, (center, back), (semi, d), lean)
    middle = ellipse(x, y, (0, back - 0.16 * d), (0.62 * w, 0.80 * d))
    cavity = merge(merge(right, left, 30), middle, 24)
    a = table(z, (120, 186), (90, 182), (60, 172), (20, 167), (-40, 166), (-137, 163), (-260, 158))
    b = table(z, (120, 76), (90, 84), (60, 95), (20, 110), (-50, 120), (-137, 117), (-260, 108))
    more = 9.0 * (trunk.fat - 1)
    calm_x, calm_y = 0.6 * x0 + 0.4 * x, 0.6 * y0 + 0.4 * y
    middle_y = table(z, (90, 14), (60, 10), (10, 1))
    body = ellipse(calm_x, calm_y, (0, middle_y), (a + more - 3, b + more), 0)
    body = merge(body, cavity - np.float32(26 + 12 * (trunk.fat - 1)), 18)
    return Fields((x0, y0), x, y, body, cavity, right, left)


def paint_wall(image: Array, f: Fields, trunk: Trunk, z: float, grid: Grid, edge: float) -> None:
    """Skin, fat, muscle and ribs; what is inside the cavity is painted by others."""
    lay(image, f.body, edge, 15.0)  # skin
    streaks = ripple(f.xy, z, trunk.seed * 7 + 3, 16, 7)
    lay(image, f.body + 2.2, edge, FAT + 5 * ripple(grid.xy, z, trunk.seed * 7 + 3, 16, 7))
    muscle = np.maximum(f.cavity - _muscle_depth(f, trunk, z) + 0.8 * streaks, f.body + 6)
    lay(image, muscle, edge, MUSCLE + 4 * ripple(grid.xy, z, trunk.seed, 9))
    _fat_plane(image, f.cavity - 13.5 + 1.6 * ripple(f.xy, z, trunk.seed + 5, 45))
    lay(image, f.cavity - 1.5, edge, MUSCLE)
    _ribs(image, f, z, edge)
    for part in _girdle(z):
        paint_part(image, part, z, grid, edge)


def _fat_plane(image: Array, layer: Array) -> None:
    """The thin dark line between the muscles of the wall and those upon it."""
    box = extent(layer, 2.0)
    if box is None:
        return
    line = np.abs(enlarge(layer[box])) - np.float32(0.7)
    paint(image[doubled(box, image.shape[0])], np.float32(0.75) * coverage(line, 1.2), FAT)


def _muscle_depth(f: Fields, trunk: Trunk, z: float) -> Array:
    """Thickness of chest wall and muscle outside the cavity, by direction, mm."""
    away = np.sqrt(f.x**2 + f.y**2) + np.float32(1)
    side, rear = np.abs(f.x) / away, f.y / away
    high = table(z, (60, 1.0), (0, 0.9), (-40, 0.35), (-80, 0.1))
    pectoral = np.exp(-(((side - 0.62) / 0.30) ** 2)) * np.clip(-rear * 4 - 0.4, 0, 1)
    dorsal = np.exp(-((side - 0.86) ** 2 + (rear - 0.50) ** 2) / 0.11)
    spinal = np.exp(-(((side - 0.24) / 0.22) ** 2)) * np.clip(rear * 3 - 1.6, 0, 1)
    total = 11 + high * (13 * pectoral + 24 * dorsal) + 5 * dorsal + 26 * spinal
    return np.asarray(total, np.float32)


def _ribs(image: Array, f: Fields, z: float, edge: float) -> None:
    """Ribs run down from the spine to the front, so a slice cuts several of them."""
    forward = np.clip((np.float32(80) - f.y) / np.float32(165), 0, 1.1)
    drop = 82 * forward - 14 * forward**3
    phase = (np.float32(z - 78) + drop) / np.float32(RIB_PITCH)
    number = np.rint(phase)
    height = (phase - number) * np.float32(RIB_PITCH)
    real = (number <= 0) & (number >= -11) & (forward < np.where(number < -9, 0.45, 0.92))
    shape = np.sqrt((height / 6.4) ** 2 + ((f.cavity - 6.0) / 3.9) ** 2)
    distance = np.where(real, (shape - 1) * 3.6, 9).astype(np.float32)
    distance = np.where(np.abs(f.x) < 14, 9, distance).astype(np.float32)
    cartilage = enlarge(np.clip((forward - 0.80) * 14, 0, 1).astype(np.float32))
    lay(image, distance, edge, 620 - 500 * cartilage)
    lay(image, distance + 1.5, edge, 190 - 90 * cartilage)


def _girdle(z: float) -> list[Part]:
    """Shoulder blades, breast bone, collar bones; arms are raised."""
    front = -table(z, (100, 40), (60, 62), (40, 68), (0, 78), (-60, 84), (-90, 84))
    parts: list[Part] = []
    for side in (-1.0, 1.0):
        if z > 50:
            parts.append(Ball((side * 118, 34, 108), (58, 44, 46), MUSCLE))
            parts.append(Ball((side * 58, 50, 118), (62, 34, 44), MUSCLE + 3))
            parts.append(Ball((side * 44, -10, 122), (34, 30, 34), MUSCLE))
        if -45 < z < 105:
            tip = (side * table(z, (50, 82), (-40, 108)), table(z, (50, 80), (-40, 76)), z)
            t = float(np.clip((z + 45) / 70, 0, 1))
            border = (tip[0] + side * 52 * t, tip[1] - 50 * t, z)
            flesh = (tip[0] + side * 26 * t, tip[1] - 25 * t, z)
            parts.append(Ball(flesh, (12 + 38 * t, 9 + 7 * t, 1e4), MUSCLE, side * -44))
            parts += [Rod(tip, border, 2.7, 540.0), Rod(tip, border, 1.2, 260.0)]
            parts += [Ball(border, (6, 5, 1e4), 560.0), Ball(border, (4, 3, 1e4), 240.0)]
        if 20 < z < 95:  # the spine of the blade
            parts.append(Rod((side * 104, 66.0, z), (side * 128, 72.0, z), 2.4, 520.0))
        for radius, hu in ((6.5, 600.0), (4.6, 240.0)):
            parts.append(Rod((side * 24, -66, 66.0), (side * 105, -34, 96.0), radius, hu))
        for radius, hu in ((23.0, 640.0), (21.0, 250.0)):
            parts.append(Ball((side * 160, 2, 118.0), (radius, radius, radius), hu))
    if -85 < z < 62:
        wide = table(z, (60, 26), (42, 24), (34, 15), (-60, 17), (-84, 9))
        for shrink, hu in ((0.0, 520.0), (1.8, 170.0)):
            semi = (wide - shrink, 6.4 - shrink, 1e4)
            parts.append(Ball((0.0, front - 4, z), semi, hu))
    return parts


def paint_spine(image: Array, trunk: Trunk, z: float, grid: Grid, edge: float) -> None:
    """A vertebra or the disc between two; cord, arch and processes behind."""
    y = table(z, (110, 36), (60, 46), (0, 50), (-80, 46), (-150, 40), (-260, 34))
    grow = table(z, (110, 0.8), (0, 0.95), (-140, 1.15), (-260, 1.3))
    level = (z / VERTEBRA_PITCH) % 1.0
    disc = level < 0.2
    end_plate = 0.2 <= level < 0.27 or level > 0.93
    body = (17.0 * grow, 13.5 * grow)
    shell, inside = (95.0, 95.0) if disc else (560.0, 480.0 if end_plate else 215.0)
    arch = 22.0 + y + 3 * grow
    bones: list[Part] = []
    for side in (-1.0, 1.0):
        if 0.25 < level < 0.75:
            bones.append(Rod((side * 11, arch - 9, z), (side * 13, arch - 2, z), 4.2, 520))
            reach = (side * 36, arch + 12, z)
            bones.append(Rod((side * 13, arch + 2, z), reach, 4.6, 480))
            bones.append(Rod((side * 16, arch + 3, z), reach, 2.4, 200))
        bones.append(Rod((side * 12, arch + 4, z), (0, arch + 14, z), 3.4, 560))
    bones.append(Rod((0, arch + 14, z), (0, arch + 14 + 18 * (0.4 + level), z), 3.4, 520))
    bones.append(Rod((0, arch + 15, z), (0, arch + 12 + 18 * (0.4 + level), z), 1.6, 210))
    bones.append(Ball((0, y, z), (*body, 1e4), shell))
    bones.append(Ball((0, y, z), (body[0] - 1.6, body[1] - 1.6, 1e4), inside))
    bones.append(Ball((0, arch, z), (11, 10, 1e4), FAT + 40))
    bones.append(Ball((0, arch, z), (8.5, 8, 1e4), 12))
    if z > -190:
        bones.append(Ball((0, arch - 0.5, z), (5.5, 4.5, 1e4), 42))
    for part in bones:
        paint_part(image, part, z, grid, edge)


def paint_table(image: Array, grid: Grid, top: float = 128.0) -> None:
    """The curved couch under the patient: two thin shells."""
    x, y = grid.xy
    rows = np.flatnonzero(y.ravel() > top - 40)
    if not rows.size:
        return
    band = image[rows[0] :]
    sag = y[rows[0] :] - top + (x / 23.0) ** 2 * np.float32(0.42)
    for offset, thick, hu in ((0.0, 1.6, -350.0), (26.0, 1.4, -420.0)):
        shell = np.abs(sag - np.float32(offset)) - np.float32(thick)
        paint(band, coverage(shell, grid.spacing) * (np.abs(x) < 190), hu)
