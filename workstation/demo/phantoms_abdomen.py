"""The organs below the diaphragm."""

import numpy as np

from workstation.demo.phantoms_parts import Ball, Part, Rod, chain, paint_part
from workstation.demo.phantoms_shapes import (
    Array,
    Grid,
    lay,
    ripple,
    table,
)
from workstation.demo.phantoms_trunk import FAT, Fields, Trunk


def dome(x: Array, y: Array, z: float) -> Array:
    """Height above the diaphragm in mm: negative below it; the right dome is higher."""
    right = ((x + 70) / 74) ** 2 + ((y + 2) / 92) ** 2
    left = ((x - 66) / 74) ** 2 + ((y + 2) / 92) ** 2
    height = np.maximum(-72 - 53 * right**1.4, -92 - 42 * left**1.4)
    return np.asarray(np.float32(z) - height, np.float32)


def paint_upper_organs(
    image: Array, f: Fields, trunk: Trunk, z: float, grid: Grid, edge: float
) -> None:
    """Liver, spleen and stomach where the slice lies below the domes."""
    below = dome(f.x, f.y, z) * np.float32(0.6)
    if below.min() > 0:
        return
    inner = np.maximum(below + 2.0, f.cavity + 3.0)
    wave = 1.5 * ripple(f.xy, z, trunk.seed + 31, 40)
    lay(image, np.maximum(below, f.cavity), edge, FAT)
    leaf = np.maximum(below + 1.2, f.cavity + 1.0)
    lay(image, leaf - 1.0, edge, 50.0)  # the muscle of the diaphragm, its inside over it
    lay(image, leaf + 1.0, edge, FAT)
    tail = table(z, (-70, 40), (-110, 42), (-150, 5), (-185, -40), (-225, -130))
    edge_line = f.x + 0.55 * f.y - np.float32(tail)
    liver = np.maximum(np.maximum(inner, edge_line * np.float32(0.85)), f.y - 62) + wave
    texture = 4 * ripple(grid.xy, z, trunk.seed + 8, 12)
    lay(image, liver, edge, 58 + 52 * trunk.contrast + texture)
    spleen = Ball((92, 42, -128), (34, 46, 44), 0.0, -35)
    section = spleen.section(f.x, f.y, z)
    if section is not None:
        lay(image, np.maximum(section, inner + 1), edge, 48 + 72 * trunk.contrast)
    stomach = Ball((52, -22, -128), (46, 36, 44), 0.0, 25)
    section = stomach.section(f.x, f.y, z)
    if section is not None:
        bag = np.maximum(section, inner + 1)
        lay(image, bag, edge, 60 + 30 * trunk.contrast)
        lay(image, bag + 4, edge, 18.0)
        lay(image, np.maximum(bag + 4, f.y + 36), edge, -980.0)
    for part in _liver_vessels(trunk):
        paint_part(image, part, z, grid, edge)
    if z < -120:
        _paint_bowel(image, f, trunk, z, grid, edge)
        for part in _retroperitoneum(trunk):
            paint_part(image, part, z, grid, edge)


def _liver_vessels(trunk: Trunk) -> list[Part]:
    hu = 62 + 95 * trunk.contrast
    return [
        *chain([(-24, 6, -104), (-52, 8, -112), (-92, 0, -124)], 4.0, hu),
        *chain([(-26, 0, -104), (-46, -26, -112), (-68, -52, -124)], 3.6, hu),
        *chain([(-22, -4, -106), (-8, -34, -114), (4, -56, -122)], 3.4, hu),
        *chain([(-52, 8, -112), (-70, 34, -128)], 2.6, hu),
    ]


def _retroperitoneum(trunk: Trunk) -> list[Part]:
    """Kidneys with cortex, marrow and pelvis, adrenal glands, pancreas, psoas, gall bladder."""
    c = trunk.contrast
    parts: list[Part] = [
        *chain(
            [(58, 18, -150), (24, -8, -158), (-10, -14, -164), (-34, -6, -172)], 9.0, 48 + 55 * c
        ),
        Rod((-48, -34, -172), (-62, -46, -200), 15.0, 10.0),
        Rod((-6, -2, -160), (-38, 4, -140), 6.5, 48 + 110 * c),
        Rod((-6, -2, -160), (50, 22, -150), 4.0, 48 + 110 * c),
    ]
    for side, low in ((-1.0, -190.0), (1.0, -180.0)):
        parts += [
            Ball((side * 58, 36, low), (29, 27, 54), 34 + 150 * c, side * 28),
            Ball((side * 57, 35, low), (18, 16, 44), 34 + 85 * c, side * 28),
            Ball((side * 50, 31, low), (11, 9, 32), FAT),
            Rod((side * 46, 28, low), (side * 12, 20, low + 6), 3.4, 42 + 110 * c),
            Rod((side * 20, 46, -160), (side * 44, 34, -320), 17.0, 58.0),
            Rod((side * 28, 16, -146), (side * 40, 22, -142), 2.6, 45 + 30 * c),
        ]
    return parts


def _paint_bowel(image: Array, f: Fields, trunk: Trunk, z: float, grid: Grid, edge: float) -> None:
    """Loops in front, colon at the sides; wall, content and gas."""
    loops = 7.0 * (0.05 - ripple(f.xy, z, trunk.seed + 60, 36, 6))
    front = np.maximum(f.y - 14, np.float32(-z) * -1 + 150 if z > -150 else 0)
    liver_side = np.maximum(0, -f.x - np.float32(table(z, (-150, -30), (-215, 60))))
    region = np.maximum(f.cavity + 7, front.astype(np.float32)) + liver_side
    small = np.maximum(loops, region).astype(np.float32)
    gas = ripple(f.xy, z, trunk.seed + 61, 30) * 6 - 7 - 0.05 * f.y
    tubes: list[Array] = [small]
    for center in ((-98.0, 4.0), (98.0, 16.0)):
        if z < -165 or center[0] > 0:
            wide = 19 + 4 * np.float32(np.sin(z / 9 + center[0]))
            tube = np.hypot(f.x - center[0], f.y - center[1]) - wide
            tubes.append(np.maximum(tube, f.cavity + 5).astype(np.float32))
    for index, tube in enumerate(tubes):
        lay(image, tube, edge, 52 + 40 * trunk.contrast)
        stool = 25.0 if index == 0 else -60 + 70 * ripple(grid.xy, z, trunk.seed + 62, 9)
        lay(image, tube + 2.6, edge, stool)
        lay(image, np.maximum(tube + 3, -gas - (0 if index else 3)), edge, -960.0)
