"""Heart, great vessels, airways and gullet."""

import functools

import numpy as np

from workstation.demo.phantoms_parts import Ball, Part, Rod, chain, paint_part
from workstation.demo.phantoms_shapes import Array, Grid, coverage, paint
from workstation.demo.phantoms_trunk import Trunk

UNENHANCED = 42.0


def mediastinal_parts(trunk: Trunk, z: float) -> list[Part]:
    """The organs that a slice at `z` may cut, back to front in painting order."""
    return [part for part in _organs(trunk.contrast) if part.around(z)]


@functools.lru_cache(maxsize=8)
def _organs(contrast: float) -> tuple[Part, ...]:
    blood = UNENHANCED + 220 * contrast
    venous = UNENHANCED + 130 * contrast
    lung_artery = UNENHANCED + 245 * contrast
    return (
        *chain([(4, 30, 110), (6, 33, 20), (8, 30, -40), (12, 24, -95), (24, 4, -125)], 6.5, 48),
        *_airways(wall=True),
        *_veins(venous),
        *_lung_vessels(lung_artery, blood),
        *_aorta(blood),
        *_heart(blood, venous + 60 * contrast, contrast),
    )


def paint_mediastinum(
    image: Array, parts: list[Part], trunk: Trunk, z: float, grid: Grid, edge: float
) -> None:
    for part in parts:
        paint_part(image, part, z, grid, edge)
    for part in _airways(wall=False):
        paint_part(image, part, z, grid, edge)
    gullet = Rod((5, 32, 110), (9, 28, -60), 1.6, -600)
    paint_part(image, gullet, z, grid, edge)
    if trunk.dissection:
        _flap(image, z, grid)
    if trunk.clot:
        for part in (
            Rod((-14, -6, -16), (-36, 6, -19), 4.2, 48),
            Rod((-40, 8, -20), (-44, 12, -34), 3.6, 45),
            Rod((38, 12, -8), (44, 16, -20), 3.2, 46),
        ):
            paint_part(image, part, z, grid, edge)


@functools.lru_cache(maxsize=2)
def _airways(*, wall: bool) -> tuple[Part, ...]:
    extra, hu = (1.6, 20.0) if wall else (0.0, -985.0)
    return (
        *chain([(0, -2, 130), (1, 8, 50), (2, 14, 4)], 8.8 + extra, hu, 2.0),
        *chain([(0, 15, 5), (-22, 17, -14), (-34, 19, -24)], 6.8 + extra, hu, 2.0),
        *chain([(3, 15, 5), (26, 18, -14), (42, 20, -26)], 6.0 + extra, hu, 2.0),
        *chain([(-30, 18, -20), (-50, 14, -12), (-62, 10, -4)], 3.6 + extra, hu, 0.3),
        *chain([(-34, 19, -24), (-40, 24, -50), (-52, 32, -72)], 3.6 + extra, hu, 0.3),
        *chain([(40, 20, -25), (54, 10, -20), (62, 2, -8)], 3.2 + extra, hu, 0.3),
        *chain([(42, 20, -26), (46, 28, -52), (56, 36, -74)], 3.4 + extra, hu, 0.3),
    )


def _aorta(blood: float) -> list[Part]:
    wide = 15.0
    return [
        *chain([(-2, -26, -48), (-14, -30, -30), (-17, -29, 0), (-14, -24, 24)], wide, blood),
        *chain([(-14, -24, 26), (2, -6, 36), (18, 16, 32), (23, 30, 22)], 12.6, blood),
        *chain(
            [
                (23, 30, 20),
                (23, 34, -20),
                (20, 33, -70),
                (12, 28, -140),
                (6, 18, -190),
                (4, 8, -275),
            ],
            12.2,
            blood,
        ),
        *chain([(-8, -16, 36), (-16, -12, 62), (-26, -6, 84)], 6.0, blood, 6.0),
        *chain([(5, -6, 40), (14, -4, 66), (20, -4, 110)], 4.0, blood, 6.0),
        *chain([(15, 8, 40), (24, 12, 66), (40, 8, 86), (80, -4, 94)], 4.8, blood, 6.0),
        *chain([(-22, -8, 74), (-24, -8, 110)], 3.6, blood, 6.0),
        *chain([(-26, -6, 84), (-50, -8, 93), (-80, -6, 97)], 4.2, blood, 6.0),
    ]


def _veins(venous: float) -> list[Part]:
    return [
        *chain([(-30, -22, 66), (-29, -16, 34), (-30, -12, -30)], 8.6, venous),
        *chain([(30, -34, 76), (2, -38, 58), (-28, -20, 46)], 6.2, venous, 6.0),
        *chain([(-30, -20, 62), (-34, -22, 82), (-60, -24, 96)], 6.0, venous, 6.0),
        *chain([(32, -30, 74), (38, -14, 110)], 5.2, venous, 6.0),
        *chain([(-9, 40, 0), (-9, 40, -140)], 3.4, venous, 3.0),
        *chain([(-9, 40, 0), (-14, 26, 12), (-27, -6, 14)], 3.6, venous, 3.0),
        *chain(
            [(-24, 0, -64), (-26, 6, -110), (-18, 12, -150), (-14, 14, -200), (-14, 8, -275)],
            11.5,
            venous,
        ),
    ]


def _lung_vessels(artery: float, vein: float) -> list[Part]:
    return [
        *chain([(12, -46, -46), (17, -40, -24), (19, -22, -10)], 13.0, artery),
        *chain([(17, -22, -13), (-4, -6, -17), (-26, 3, -18), (-42, 8, -20)], 10.0, artery),
        *chain([(19, -18, -8), (30, 4, -5), (40, 15, -8)], 10.2, artery),
        *chain([(-42, 8, -20), (-47, 16, -40), (-58, 28, -66)], 6.4, artery, 0.8),
        *chain([(-38, 4, -17), (-54, -2, -2), (-66, -4, 14)], 4.8, artery, 0.8),
        *chain([(40, 15, -8), (46, 24, -34), (58, 34, -64)], 6.6, artery, 0.8),
        *chain([(38, 8, -6), (50, -2, 2), (58, -6, 14)], 4.6, artery, 0.8),
        *chain([(-18, 4, -42), (-40, -4, -36), (-58, -12, -20)], 5.2, vein, 0.8),
        *chain([(-18, 12, -48), (-38, 18, -54), (-56, 28, -62)], 5.6, vein, 0.8),
        *chain([(24, 2, -40), (38, -6, -34), (46, -12, -24)], 5.0, vein, 0.8),
        *chain([(24, 12, -48), (40, 18, -54), (58, 30, -64)], 5.4, vein, 0.8),
    ]


def _heart(arterial: float, right_side: float, contrast: float) -> list[Part]:
    wall = 45 + 60 * contrast
    return [
        Ball((3, 6, -44), (31, 17, 20), arterial, margin=5),
        Ball((-33, -22, -62), (23, 29, 29), right_side, margin=7),
        Ball((12, -50, -64), (40, 24, 34), wall, 12, 7),
        Ball((12, -51, -64), (36, 20.5, 31), right_side, 12),
        Ball((41, -20, -68), (40, 28, 36), wall, 38, 7),
        Ball((38, -20, -64), (28, 17, 27), arterial, 38),
        Ball((46, -12, -74), (5, 4, 11), wall),
        Ball((38, -30, -78), (4, 5, 9), wall),
    ]


def _flap(image: Array, z: float, grid: Grid) -> None:
    """The intima torn off in the descending aorta, a thin dark line in the blood."""
    box = grid.window(23, 33, 13)
    if box is None or not -140 < z < 22:
        return
    x, y = grid.xy
    u, v = x[:, box[1]] - 22, y[box[0]] - 33
    inside = np.hypot(u, v) < 12
    turn = z / 45
    line = np.abs(u * np.cos(turn) + v * np.sin(turn) + 0.04 * (u * u + v * v) - 3)
    paint(image[box], coverage((line - 0.6).astype(np.float32), 1.0) * inside, 95.0)
