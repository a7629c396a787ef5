"""A phantom of every density, by every preset of a rendered volume.

`python tests/preset_pictures.py` writes the pictures that a test holds later ones against: look at
them before you commit them.
"""

import sys
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from volume_phantoms import SCANS, filled, middle, sphere, volume

from workstation.domain.presentation import Rescale, Voi
from workstation.imaging.transfer import VolumePreset
from workstation.rendering.bricks import Brick
from workstation.rendering.png import encoded
from workstation.rendering.ray_grid import CastRequest
from workstation.rendering.volume_cast import Caster
from workstation.rendering.volume_picture import pixels_of
from workstation.services.screen.preset_files import load_volume_presets
from workstation.viewing.planes import STANDARD, Plane, rectangle

STORED: Final = Path(__file__).parent / "unit" / "rendering" / "preset_pictures.png"
SIDE: Final = 80
_ACROSS: Final = 7
_SHAPE: Final = (34, 42, 46)
_PLACED: Final = SCANS["straight"]
#: Of images without a window that a preset brings.
_WINDOW: Final = Voi(400.0, 1600.0)
#: Air in airways, lung, fat, muscle, blood with and without contrast, bone, metal.
_DENSITIES: Final = (-945, -700, -100, 60, 200, 320, 500, 900, 2600)


def presets() -> tuple[VolumePreset, ...]:
    return load_volume_presets().presets


def phantom() -> Brick:
    """Balls of each density in a ring in air, one before the other, over a wall from fat to bone
    that no ray passes by: the least of those that meet it is something."""
    centre = middle(_PLACED, _SHAPE)
    voxels = np.full(_SHAPE, -1000, np.int32)
    for number, value in enumerate(_DENSITIES):
        turn = 2 * np.pi * number / len(_DENSITIES)
        at = centre + np.array((11 * np.cos(turn), 5 * np.sin(3 * turn), 9 * np.sin(turn)))
        ball = filled(sphere(at, 4.5), _PLACED, _SHAPE).astype(np.int32)
        voxels = np.maximum(voxels, -1000 + ball * (value + 1000) // 1000)
    voxels[:3] = np.linspace(-100, 700, _SHAPE[2])
    return Brick.of(volume(voxels.astype(np.int16), _PLACED, rescale=Rescale(1.0, 0.0, "HU")))


def picture(brick: Brick, preset: VolumePreset) -> NDArray[np.uint8]:
    """From the front, (SIDE, SIDE, 3)."""
    centre = middle(_PLACED, _SHAPE)
    corners = brick.affine.matrix[:3, 3] + np.array([[0.0, 0, 0], [37.0, 34.0, 27.0]])
    at = (float(centre[0]), float(centre[1]), float(centre[2]))
    placed = rectangle(STANDARD[Plane.CORONAL], at, corners, 0.45, (SIDE, SIDE), 0.45)
    window = preset.window or _WINDOW
    request = CastRequest(
        placed.plane.origin, placed.plane.row, placed.plane.column, placed.plane.row_spacing,
        placed.size, preset, window, 0.5,
    )  # fmt: skip
    found = pixels_of(Caster(brick).cast(request), preset, window)
    return found if found.ndim == 3 else np.repeat(found[..., np.newaxis], 3, axis=2)


def tile(sheet: NDArray[np.uint8], number: int) -> NDArray[np.uint8]:
    """The picture of one preset on the sheet of all."""
    down, across = divmod(number, _ACROSS)
    return sheet[down * SIDE : (down + 1) * SIDE, across * SIDE : (across + 1) * SIDE]


def sheet() -> NDArray[np.uint8]:
    every, brick = presets(), phantom()
    rows = -(-len(every) // _ACROSS)
    made = np.zeros((rows * SIDE, _ACROSS * SIDE, 3), np.uint8)
    for number, preset in enumerate(every):
        tile(made, number)[...] = picture(brick, preset)
    return made


if __name__ == "__main__":
    STORED.write_bytes(encoded(sheet()))
    sys.stdout.write(f"{STORED}\n")
