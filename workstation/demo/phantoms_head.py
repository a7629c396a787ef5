"""A head in numbers, for CT and MR alike: tissues are laid down, then given their values.

Coordinates are the anatomy's own millimetres: x to the left, y to the back, z to the
head; z = 0 is the level of the suprasellar cistern, the vertex lies at z = 105.
"""

from collections.abc import Iterator
from enum import StrEnum

import numpy as np
from attrs import frozen

from workstation.demo.phantoms_parts import Ball, Part, Rod, chain
from workstation.demo.phantoms_shapes import (
    Array,
    Grid,
    Point,
    coverage,
    ellipse,
    enlarge,
    merge,
    paint,
    ripple,
    table,
)


class Tissue(StrEnum):
    AIR = "air"
    SKIN = "skin"
    FAT = "fat"
    MUSCLE = "muscle"
    BONE = "bone"
    MARROW = "marrow"
    CSF = "csf"
    GREY = "grey"
    WHITE = "white"
    FALX = "falx"
    EYE = "eye"
    LENS = "lens"
    CLOT = "clot"
    BLOOD = "blood"
    INFARCT = "infarct"
    PLAQUE = "plaque"


@frozen
class Plaque:
    """A ball of white-matter disease: centre in anatomy mm, diameter in mm."""

    center: Point
    diameter: float


@frozen
class Head:
    """What distinguishes one head from another."""

    seed: int = 1
    atrophy: float = 1.0
    stroke: bool = False  # a dense right middle cerebral artery, early hypodensity
    bleed: bool = False  # into the left basal ganglia
    subdural: bool = False  # over the left convexity
    plaques: tuple[Plaque, ...] = ()


Layer = tuple[Array, Tissue]
Solid = tuple[Part, Tissue]


def render(layers: Iterator[Layer], values: dict[Tissue, float], grid: Grid) -> Array:
    """The image of one modality: each layer painted with the value of its tissue."""
    image = np.full((grid.size, grid.size), values[Tissue.AIR], np.float32)
    for cover, tissue in layers:
        paint(image, cover, values[tissue])
    return image


def head_layers(head: Head, z: float, grid: Grid) -> Iterator[Layer]:
    """Tissues of one axial plane, from the skin inwards, each over what was before."""
    edge = 1.3 * grid.spacing
    x0, y0 = grid.half_xy
    warp = 1.6 * ripple((x0, y0), z, head.seed * 5 + 1, 110)
    y = y0 + warp
    x = (x0 + warp.T) / (1 + np.float32(0.0016) * y0)
    outer = _shell(x, y, z, 0)
    yield coverage(enlarge(outer), edge), Tissue.SKIN
    yield coverage(enlarge(_shell(x, y, z, 2.2)), edge), Tissue.FAT
    if z < 12:
        yield coverage(enlarge(_shell(x, y, z, 5)), edge), Tissue.MUSCLE
    skull = _shell(x, y, z, 6.5)
    inner = _cavity(x, y, z)
    base = inner - np.float32(8 + 60 * np.clip((z + 16) / 22, 0, 1))
    yield coverage(enlarge(np.maximum(skull, base)), edge), Tissue.BONE
    marrow = np.maximum(np.abs((skull - inner) / 2 + skull + 3.6) - 1.3, skull + 1.8)
    yield coverage(enlarge(marrow), edge), Tissue.MARROW
    if z < 10:
        yield from _solids(_face(), z, grid, edge)
    yield coverage(enlarge(inner), edge), Tissue.CSF
    yield from _brain(head, x, y, z, inner, grid)
    yield from _solids(_ventricles(head.atrophy), z, grid, edge)
    yield from _solids(_findings(head), z, grid, edge)
    if head.subdural:
        crescent = np.maximum(-7.5 - inner + 0.0014 * (y + 8) ** 2, inner + 0.6)
        crescent = np.maximum(crescent, np.maximum(4 - x, np.abs(np.float32(z) - 48) - 34))
        yield coverage(enlarge(crescent.astype(np.float32)), edge), Tissue.BLOOD


def _shell(x: Array, y: Array, z: float, depth: float) -> Array:
    """The outline of the head, `depth` mm below the skin."""
    rise = (z - 22) / (84 - depth)
    round_off = float(np.sqrt(max(0.004, 1 - rise * rise))) if z > 22 else 1 - 0.0008 * (22 - z)
    return ellipse(x, y, (0, 0), ((78 - depth) * round_off, (98 - depth) * round_off))


def _cavity(x: Array, y: Array, z: float) -> Array:
    """Inside of the skull: one bowl above, two middle fossae and the hind one below."""
    bowl = _shell(x, y, z, 13)
    if z > 8:
        return bowl
    shrink = table(z, (8, 1.0), (-18, 0.86), (-36, 0.6))
    hind = ellipse(x, y, (0, 44), (54 * shrink, 44 * shrink))
    fossae = merge(
        ellipse(x, y, (42, -12), (25 * shrink, 34 * shrink), 8),
        ellipse(x, y, (-42, -12), (25 * shrink, 34 * shrink), -8),
        2,
    )
    low = merge(hind, fossae + np.float32(max(0.0, -z - 24) * 3), 4)
    low = merge(low, ellipse(x, y, (0, -6), (14, 20)) + np.float32(max(0.0, -z) * 1.6), 6)
    mix = np.float32(np.clip((8 - z) / 10, 0, 1))
    return np.maximum(bowl, bowl * (1 - mix) + low * mix)


def _brain(head: Head, x: Array, y: Array, z: float, inner: Array, grid: Grid) -> Iterator[Layer]:
    """Grey ribbon, white core; furrows reach in from the surface and from the midline."""
    depth = -inner - np.float32(1.4 * head.atrophy)
    xy = grid.half_xy
    bend = 5 * ripple(xy, z, head.seed * 5 + 2, 40)
    furrow: Array
    if z < 2:  # the leaves of the cerebellum
        leaves = np.abs(np.sin((np.hypot(x, y - 20) + 0.4 * bend) * np.float32(0.75))) * 3.2
        furrow = np.where(y > 14, leaves + 0.8, 9).astype(np.float32)
        furrow = np.minimum(furrow, 6.5 * np.abs(ripple(xy, z, head.seed * 5 + 3, 24)) + 0.4)
    else:
        furrow = 5.2 * np.abs(ripple(xy, z, head.seed * 5 + 3, 17, 9))
    furrow = furrow + np.maximum(depth - 10, 0) * np.float32(0.42)
    callosum = np.clip(1.4 - ((y - 2) / 38) ** 2, 0, 1) * np.clip(1.6 - abs(z - 34) / 16, 0, 1)
    midline = np.abs(x + 0.15 * bend) + 16 * callosum
    if z < 0:
        midline = midline + 30
    gap = np.minimum(furrow - np.float32(0.75 * head.atrophy), midline - np.float32(1.1))
    gap = np.minimum(gap, _sylvian(x, y, z))
    brain = np.minimum(gap, depth)
    core = brain - (2.2 if z < 0 else 3.0)
    yield coverage(enlarge(-brain), 1.2), Tissue.GREY
    yield coverage(enlarge(-core), 1.6), Tissue.WHITE
    yield from _solids(_deep_grey(), z, grid, 1.6)
    if z > 0:
        falx = np.maximum(np.abs(x) - 0.7, 30 - np.abs(y - 4)) if z < 46 else np.abs(x) - 0.7
        sheet = np.maximum(falx, inner)
        yield np.float32(0.8) * coverage(enlarge(sheet.astype(np.float32)), 1), Tissue.FALX
    bay = Ball((0, 84, z), (5.5, 4.0, 1e4), 0)
    if 0 < z < 60:
        yield from _solids([(bay, Tissue.FALX)], z, grid, 1.2)


def _sylvian(x: Array, y: Array, z: float) -> Array:
    side = np.abs(x)
    line = np.abs(y + 10 - 0.20 * (side - 34)) + np.maximum(32 - side, 0)
    return np.asarray(line - 1.4 + abs(z - 16) * 0.14, np.float32)


def _deep_grey() -> list[Solid]:
    parts: list[Solid] = []
    for s in (-1.0, 1.0):
        parts += [
            (Ball((s * 14, -24, 32), (5, 10, 15), 0, s * -18), Tissue.GREY),
            (Ball((s * 25, -4, 20), (6.5, 16, 13), 0, s * -14), Tissue.GREY),
            (Ball((s * 10, 13, 25), (9, 13, 11), 0, s * 24), Tissue.GREY),
        ]
    parts.append((Ball((0, 22, -10), (15, 13, 26), 0), Tissue.WHITE))
    return parts


def _ventricles(atrophy: float) -> list[Solid]:
    w = 0.75 + 0.35 * atrophy
    parts: list[Solid] = [
        (Ball((0, 0, 18), (1.8 * w, 13, 11), 0), Tissue.CSF),
        (Ball((0, 42, -14), (7 * w, 5 * w, 10), 0), Tissue.CSF),
        (Ball((0, -12, 1), (12, 9, 5), 0), Tissue.CSF),
        (Ball((0, 30, 8), (12, 3.2, 5), 0), Tissue.CSF),
    ]
    for s in (-1.0, 1.0):
        parts += [
            (Ball((s * 9, -27, 33), (4.6 * w, 13, 14), 0, s * -20), Tissue.CSF),
            (Ball((s * 11, -2, 46), (5.0 * w, 30, 9), 0, s * -9), Tissue.CSF),
            (Ball((s * 23, 33, 32), (6.2 * w, 14, 15), 0, s * -28), Tissue.CSF),
            (Ball((s * 15, -12, 1), (10, 3, 4), 0, s * 15), Tissue.CSF),
            (Ball((s * 20, 34, 27), (2.4, 3.4, 4), 0), Tissue.CLOT),  # plexus, with lime
        ]
    return parts


def _findings(head: Head) -> list[Solid]:
    parts: list[Solid] = [(Ball(p.center, (p.diameter / 2,) * 3, 0), Tissue.PLAQUE)
                          for p in head.plaques]  # fmt: skip
    if head.stroke:
        course = [(-7.0, -14.0, 2.0), (-20.0, -13.0, 4.0), (-36.0, -10.0, 8.0)]
        parts += [(rod, Tissue.CLOT) for rod in chain(course, 1.7, 0)]
    if head.bleed:
        parts += [
            (Ball((27, -2, 24), (17, 25, 19), 0, -12), Tissue.INFARCT),
            (Ball((26, -3, 24), (12, 19, 14), 0, -12), Tissue.BLOOD),
            (Ball((33, 8, 26), (8, 9, 9), 0), Tissue.BLOOD),
        ]
    return parts


def _face() -> list[Solid]:
    """Orbits, sinuses, petrous bones with their air cells."""
    parts: list[Solid] = [
        (Ball((0, -66, -20), (15, 26, 19), 0), Tissue.BONE),
        (Ball((-5, -66, -20), (3.6, 22, 16), 0), Tissue.AIR),
        (Ball((5, -66, -20), (3.6, 22, 16), 0), Tissue.AIR),
        (Ball((-11, -66, -19), (1.8, 18, 12), 0), Tissue.AIR),
        (Ball((11, -66, -19), (1.8, 18, 12), 0), Tissue.AIR),
        (Ball((0, -34, -20), (14, 12, 11), 0), Tissue.AIR),
        (Ball((0, -88, 3), (13, 3.6, 10), 0), Tissue.AIR),
    ]
    for s in (-1.0, 1.0):
        parts += [
            (Ball((s * 33, -62, -18), (19, 27, 17), 0, s * 18), Tissue.FAT),
            (Rod((s * 31, -62, -17), (s * 14, -30, -13), 2.4, 0), Tissue.GREY),
            (Rod((s * 43, -66, -17), (s * 22, -38, -15), 2.2, 0), Tissue.MUSCLE),
            (Rod((s * 21, -66, -17), (s * 17, -38, -15), 2.2, 0), Tissue.MUSCLE),
            (Ball((s * 33, -73, -17), (12.6, 12.6, 12.6), 0), Tissue.MUSCLE),
            (Ball((s * 33, -73, -17), (11.4, 11.4, 11.4), 0), Tissue.EYE),
            (Ball((s * 33, -81, -17), (4.4, 2.2, 4.4), 0), Tissue.LENS),
            (Rod((s * 20, 6, -16), (s * 60, 30, -14), 9, 0), Tissue.BONE),
        ]
        for k in range(7):  # mastoid cells
            place = (s * (54 + 3.5 * (k % 3)), 24.0 + 5 * (k // 3) + k % 2, -18.0 + 3 * (k % 3))
            parts.append((Ball(place, (2.0, 2.4, 4.0), 0), Tissue.AIR))
    return parts


def _solids(parts: list[Solid], z: float, grid: Grid, edge: float) -> Iterator[Layer]:
    """Each solid as a layer over the whole frame."""
    x, y = grid.xy
    for part, tissue in parts:
        around = part.around(z)
        box = around and grid.window(*around)
        if not box:
            continue
        distance = part.section(x[:, box[1]], y[box[0]], z)
        if distance is None:
            continue
        cover = np.zeros((grid.size, grid.size), np.float32)
        cover[box] = coverage(distance, edge)
        yield cover, tissue


CT_VALUES = {
    Tissue.AIR: -1000.0, Tissue.SKIN: 35.0, Tissue.FAT: -80.0, Tissue.MUSCLE: 55.0,
    Tissue.BONE: 1250.0, Tissue.MARROW: 520.0, Tissue.CSF: 7.0, Tissue.GREY: 38.5,
    Tissue.WHITE: 29.0, Tissue.FALX: 52.0, Tissue.EYE: 12.0, Tissue.LENS: 70.0,
    Tissue.CLOT: 72.0, Tissue.BLOOD: 66.0, Tissue.INFARCT: 20.0, Tissue.PLAQUE: 24.0,
}  # fmt: skip


def head_ct(head: Head, z: float, grid: Grid) -> Array:
    """HU of one plane, without noise."""
    image = render(head_layers(head, z, grid), CT_VALUES, grid)
    if head.stroke:  # the territory of the right middle cerebral artery, five units darker
        x, y = grid.xy
        section = Ball((-46, -2, 24), (24, 34, 24), 0).section(x, y, z)
        if section is not None:
            soft = (image > 15) & (image < 48)
            image -= np.float32(6) * coverage(section, 14) * soft
    return image
