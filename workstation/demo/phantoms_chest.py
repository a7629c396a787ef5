"""A chest in numbers: HU of any axial plane from the apices to the upper abdomen."""

import numpy as np
from numpy.typing import NDArray

from workstation.demo.phantoms_abdomen import dome, paint_upper_organs
from workstation.demo.phantoms_lung_tree import lung_trees, stamp_vessels
from workstation.demo.phantoms_mediastinum import mediastinal_parts, paint_mediastinum
from workstation.demo.phantoms_parts import Part, union
from workstation.demo.phantoms_shapes import (
    Array,
    Grid,
    coverage,
    ellipse,
    enlarge,
    lay,
    merge,
    paint,
    ripple,
    table,
)
from workstation.demo.phantoms_trunk import (
    AIR,
    FAT,
    Fields,
    Lesion,
    Trunk,
    fields,
    half_depth,
    half_width,
    paint_spine,
    paint_table,
    paint_wall,
)


def chest_slice(
    trunk: Trunk, z: float, grid: Grid, thickness: float = 2.5, *, couch: bool = True
) -> Array:
    """HU of one axial plane of `thickness` mm at `z` (0 is the carina), without noise."""
    edge = 1.3 * grid.spacing
    f = fields(trunk, z, grid)
    image = np.full((grid.size, grid.size), AIR, np.float32)
    paint_wall(image, f, trunk, z, grid, edge)
    lay(image, f.cavity, edge, FAT)
    parts = mediastinal_parts(trunk, z)
    _paint_lungs(image, f, trunk, z, grid, thickness, _central(f, parts, z))
    paint_upper_organs(image, f, trunk, z, grid, edge)
    paint_mediastinum(image, parts, trunk, z, grid, edge)
    paint_spine(image, trunk, z, grid, edge)
    for lesion in trunk.lesions:
        paint_lesion(image, lesion, z, grid)
    if couch:
        paint_table(image, grid)
    return image


def paint_lesion(image: Array, lesion: Lesion, z: float, grid: Grid) -> None:
    """A ball whose edge is one pixel wide, so that its diameter can be measured."""
    rest = (lesion.diameter / 2) ** 2 - (z - lesion.center[2]) ** 2
    box = grid.window(lesion.center[0], lesion.center[1], lesion.diameter / 2)
    if rest <= 0 or box is None:
        return
    x, y = grid.xy
    away = np.hypot(x[:, box[1]] - lesion.center[0], y[box[0]] - lesion.center[1])
    cover = coverage((away - np.sqrt(rest)).astype(np.float32), grid.spacing)
    paint(image[box], cover, lesion.hu)


def _central(f: Fields, parts: list[Part], z: float) -> Array:
    """Distance to what lies between the lungs: organs in their fat, and the spine."""
    total = union(parts, f.x, f.y, z, 10)
    spine_y = table(z, (110, 36), (60, 46), (0, 50), (-80, 46))
    total = merge(total, ellipse(f.x, f.y, (0, spine_y + 12), (21, 28)), 8)
    septum = np.abs(f.x + 2) - table(z, (90, 16), (50, 9), (10, 4), (-30, 5), (-70, 8))
    return merge(total, np.maximum(septum.astype(np.float32), f.y - 30), 12)


def _paint_lungs(
    image: Array,
    f: Fields,
    trunk: Trunk,
    z: float,
    grid: Grid,
    thickness: float,
    central: Array,
) -> None:
    lung = np.maximum(f.cavity, -central)
    lung = np.maximum(lung, -dome(f.x, f.y, z) * np.float32(0.6))
    lung = np.maximum(lung, np.float32(z - 99) * np.float32(0.5))
    lung = lung + 0.5 * ripple(f.xy, z, trunk.seed + 77, 14)
    if lung.min() > 0:
        return
    mottle = 14 * ripple(grid.xy, z, trunk.seed + 78, 28) + 8 * ripple(grid.xy, z, trunk.seed, 7)
    tissue = np.asarray(
        -868 + mottle + np.clip(grid.xy[1] + 20, 0, 100) * np.float32(0.55), np.float32
    )
    for fissure in _fissures(f, z):
        paint(tissue, np.float32(0.30) * coverage(np.abs(enlarge(fissure)) - 0.5, 1.2), -350.0)
    for tree in lung_trees(trunk.seed, is_lung):
        vessel, air = stamp_vessels(tree, z, thickness, grid)
        paint(tissue, vessel, 60 + 150 * trunk.contrast)
        paint(tissue, air, -980.0)
    lay(image, lung, 1.2 * grid.spacing, tissue)
    if trunk.effusion_mm:
        fluid = np.maximum(f.right - 1, np.float32(half_depth(z) - trunk.effusion_mm) - f.y)
        lay(image, np.maximum(lung, fluid), 1.5, 8.0)


def _fissures(f: Fields, z: float) -> list[Array]:
    """The oblique fissures of both sides, the horizontal one is parallel to the slice."""
    bow = 6 * ripple(f.xy, z, 5, 120)
    return [np.asarray(f.y - (62 + z * 1.05) - 0.12 * np.abs(f.x) + bow + 10, np.float32)]


def is_lung(points: NDArray[np.float64]) -> NDArray[np.bool_]:
    """A rough answer, good enough to grow vessels into."""
    x, y, z = np.abs(points[:, 0]), points[:, 1], points[:, 2]
    w = np.array([half_width(level) for level in z])
    d = np.array([half_depth(level) for level in z])
    inside = ((x - w / 2) / (w / 2 - 1)) ** 2 + (y / (d - 1)) ** 2 < 0.97
    away = ((x - 68) / 68) ** 2 + (y / 90) ** 2
    heart = (z < -30) & (points[:, 0] > 0) & (x < 62) & (y < -5)
    lung: NDArray[np.bool_] = inside & (z > -78 - 50 * away**1.3) & (x > 16) & (z < 96) & ~heart
    return lung
