"""Which pixels a shutter leaves open, and what the others become (PS3.3 C.7.6.11).

For the eye alone: what is measured is measured on the stored values, covered or not.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from workstation.domain.shutter import Circle, Shutter
from workstation.imaging.overlay_planes import draw
from workstation.imaging.regions import polygon_mask

#: P-values of 16 bits to the 8 of the screen.
_LEVELS: Final = 257


def open_pixels(shutter: Shutter, shape: tuple[int, int], tall: float = 1.0) -> NDArray[np.bool_]:
    """What is seen, (rows, columns).

    `tall` is the height of a pixel by its width: a radius counts pixels along a row.
    """
    seen = np.ones(shape, np.bool_)
    if (box := shutter.rectangle) is not None:
        inside = np.zeros(shape, np.bool_)
        rows, columns = (
            slice(max(box.top - 1, 0), max(box.bottom, 0)),
            slice(max(box.left - 1, 0), max(box.right, 0)),
        )
        inside[rows, columns] = True
        seen &= inside
    if shutter.circle is not None:
        seen &= _disc(shutter.circle, shape, tall)
    if shutter.polygon is not None:
        seen &= polygon_mask([(x - 1, y - 1) for x, y in shutter.polygon.corners], shape)
    if shutter.bitmap is not None:
        hidden = np.zeros(shape, np.uint8)
        draw(hidden, shutter.bitmap)
        seen &= hidden == 0
    return seen


def _disc(circle: Circle, shape: tuple[int, int], tall: float) -> NDArray[np.bool_]:
    x, y = circle.centre
    across = np.arange(shape[1], dtype=np.float64) - (x - 1)
    down = (np.arange(shape[0], dtype=np.float64) - (y - 1)) * tall
    reach: NDArray[np.bool_] = across[None, :] ** 2 + down[:, None] ** 2 <= circle.radius**2
    return reach


def covered(
    shown: NDArray[np.uint8], seen: NDArray[np.bool_], shutter: Shutter
) -> NDArray[np.uint8]:
    """A picture, grey or RGB, with its covered pixels in the grey or colour of the shutter.

    A grey picture stays grey unless the shutter brings a colour.
    """
    level = shutter.level // _LEVELS
    colour = shutter.colour or (level, level, level)
    if shown.ndim == 2 and len(set(colour)) > 1:
        shown = np.repeat(shown[..., np.newaxis], 3, axis=2)
    result = shown.copy()
    result[~seen] = colour if shown.ndim == 3 else colour[0]
    return result
