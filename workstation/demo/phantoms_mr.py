"""MR contrasts of the head phantom: T1, T2 and FLAIR as a reader knows them."""

from typing import Final

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from workstation.demo.phantoms_head import Head, Tissue, head_layers, render
from workstation.demo.phantoms_shapes import Grid, noise, ripple


@frozen(eq=False)
class Contrast:
    """A pulse sequence: what it is called, its timing in ms, the signal of each tissue."""

    description: str
    scanning_sequence: tuple[str, ...]
    variant: str
    echo_time: float
    repetition_time: float
    inversion_time: float
    flip_angle: float
    window: tuple[float, float]
    signal: dict[Tissue, float]


def _signal(
    fat: float, muscle: float, marrow: float, csf: float, grey: float, white: float, plaque: float
) -> dict[Tissue, float]:
    return {
        Tissue.AIR: 8.0, Tissue.SKIN: 0.7 * fat, Tissue.FAT: fat, Tissue.MUSCLE: muscle,
        Tissue.BONE: 25.0, Tissue.MARROW: marrow, Tissue.CSF: csf, Tissue.GREY: grey,
        Tissue.WHITE: white, Tissue.FALX: 0.6 * grey, Tissue.EYE: csf, Tissue.LENS: 0.5 * grey,
        Tissue.CLOT: 0.8 * grey, Tissue.BLOOD: 0.7 * grey, Tissue.INFARCT: plaque,
        Tissue.PLAQUE: plaque,
    }  # fmt: skip


T1: Final = Contrast(
    "Ax T1", ("SE",), "NONE", 12.0, 550.0, 0.0, 90.0, (440.0, 760.0),
    _signal(900, 380, 520, 150, 440, 600, 400),
)  # fmt: skip
T2: Final = Contrast(
    "Ax T2", ("SE",), "SK", 98.0, 4800.0, 0.0, 150.0, (560.0, 1100.0),
    _signal(620, 170, 300, 1080, 540, 390, 860),
)  # fmt: skip
FLAIR: Final = Contrast(
    "Ax FLAIR", ("SE", "IR"), "SK", 120.0, 9000.0, 2500.0, 150.0, (400.0, 800.0),
    _signal(430, 180, 230, 70, 450, 370, 830),
)  # fmt: skip


def mr_slice(
    head: Head, contrast: Contrast, z: float, grid: Grid, index: int
) -> NDArray[np.uint16]:
    """Stored values of one plane: coil shading, then the noise of a magnitude image."""
    image = render(head_layers(head, z, grid), contrast.signal, grid)
    shading = 1 + np.float32(0.05) * ripple(grid.xy, z, head.seed + 9, 220)
    real = image * shading + 13 * noise(head.seed, index, grid.size)
    imaginary = 13 * noise(head.seed + 1, index + 500, grid.size)
    return np.clip(np.rint(np.hypot(real, imaginary)), 0, 4095).astype(np.uint16)
