"""The organs below the diaphragm."""

import numpy as np

from workstation.demo.phantoms_parts import Ball, Part, chain, paint_part
from workstation.demo.phantoms_shapes import Array, Grid, coverage, enlarge, paint, ripple, table
from workstation.demo.phantoms_trunk import FAT, Fields, Trunk


def dome(x: Array, y: Array, z: float) -> Array:
    """Height above the diaphragm in mm: negative below it; the right dome is higher."""
    right = ((x + 70) / 74) ** 2 + ((y + 2) / 92) ** 2
    left = ((x - 66) / 74) ** 2 + ((y + 2) / 92) ** 2
    height = np.maximum(-70 - 55 * right**1.4, -80 - 52 * left**1.4)
    return np.asarray(np.float32(z) - height, np.float32)


def paint_upper_organs(
    image: Array, f: Fields, trunk: Trunk, z: float, grid: Grid, edge: float
) -> None:
    """Liver, spleen and stomach where the slice lies below the domes."""
    below = dome(f.x, f.y, z) * np.float32(0.6)
    if below.min() > 0:
        return
    inner = np.maximum(below + 2.0, f.cavity + 3.0)
    wave = 1.5 * ripple(f.x, f.y, z, trunk.seed + 31, 40)
    paint(image, coverage(enlarge(np.maximum(below, f.cavity)), edge), FAT)
    muscle = np.abs(enlarge(np.maximum(below + 1.2, f.cavity + 1.0))) - 1.0
    paint(image, coverage(muscle, edge), 50.0)
    tail = table(z, (-70, 40), (-110, 42), (-150, 5), (-220, -50))
    edge_line = f.x + 0.55 * f.y - np.float32(tail)
    liver = np.maximum(np.maximum(inner, edge_line * np.float32(0.85)), f.y - 62) + wave
    texture = enlarge(4 * ripple(f.x, f.y, z, trunk.seed + 8, 12))
    paint(image, coverage(enlarge(liver), edge), 58 + 52 * trunk.contrast + texture)
    spleen = Ball((92, 42, -128), (34, 46, 44), 0.0, -35)
    section = spleen.section(f.x, f.y, z)
    if section is not None:
        cover = coverage(enlarge(np.maximum(section, inner + 1)), edge)
        paint(image, cover, 48 + 72 * trunk.contrast)
    stomach = Ball((52, -22, -128), (46, 36, 44), 0.0, 25)
    section = stomach.section(f.x, f.y, z)
    if section is not None:
        bag = enlarge(np.maximum(section, inner + 1))
        paint(image, coverage(bag, edge), 60 + 30 * trunk.contrast)
        content = enlarge(np.where(f.y < -36, np.float32(-980), np.float32(18)))
        paint(image, coverage(bag + 4, edge), content)
    for part in _liver_vessels(trunk):
        paint_part(image, part, z, grid, edge)


def _liver_vessels(trunk: Trunk) -> list[Part]:
    hu = 62 + 95 * trunk.contrast
    return [
        *chain([(-24, 6, -104), (-52, 8, -112), (-92, 0, -124)], 4.0, hu),
        *chain([(-26, 0, -104), (-46, -26, -112), (-68, -52, -124)], 3.6, hu),
        *chain([(-22, -4, -106), (-8, -34, -114), (4, -56, -122)], 3.4, hu),
        *chain([(-52, 8, -112), (-70, 34, -128)], 2.6, hu),
    ]
