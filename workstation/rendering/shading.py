"""Light on what is seen of a volume: a lamp beside the reader's head."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from workstation.imaging.transfer import Light

#: Right, down, from the reader: the lamp is above the left shoulder, as pictures are drawn.
_LAMP: Final = np.array([-0.35, -0.45, -0.82], np.float32)
_EYE: Final = np.array([0.0, 0.0, -1.0], np.float32)


def shaded(
    colour: NDArray[np.float32],
    falls: Sequence[NDArray[np.float32]],
    light: Light,
) -> NDArray[np.float32]:
    """Colours (n, 3) of samples in the light (Phong, as Blinn halves it).

    `falls` is how values change to the right, down and away from the reader, each (n,).
    Surfaces have light on both sides.
    """
    lamp = _LAMP / np.linalg.norm(_LAMP)
    half = (lamp + _EYE) / np.linalg.norm(lamp + _EYE)
    x, y, z = falls
    length = np.sqrt(x * x + y * y + z * z)
    unit = np.float32(1.0) / np.maximum(length, np.float32(1e-6))
    facing = np.abs(x * lamp[0] + y * lamp[1] + z * lamp[2]) * unit
    shine = (np.abs(x * half[0] + y * half[1] + z * half[2]) * unit) ** light.power
    level = light.ambient + light.diffuse * facing
    glint = light.specular * shine
    return np.asarray(colour * level[:, None] + glint[:, None], np.float32)
