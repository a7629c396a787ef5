"""What rays brought, as display pixels."""

import numpy as np
from numpy.typing import NDArray

from workstation.domain.presentation import Voi
from workstation.domain.study import Frame
from workstation.imaging.transfer import VolumePreset
from workstation.imaging.voi import WHITE, grey_level
from workstation.rendering.volume_cast import Cast


def is_turned(frame: Frame) -> bool:
    """Whether the lowest value of its images is white (PS3.3 C.7.6.3.1.2, C.11.6.1.2)."""
    return frame.pixels.photometric == "MONOCHROME1" or frame.inverse


def pixels_of(
    cast: Cast,
    preset: VolumePreset,
    window: Voi,
    *,
    inverted: bool = False,
    turned: bool = False,
) -> NDArray[np.uint8]:
    """(rows, columns, 3) of a composed picture before black; grey (rows, columns) of another,
    `inverted` by the reader; the lowest value is white where the preset or the images (`turned`)
    say so, once.

    Where a ray met nothing it is black, inverted or not: as beside an image.
    """
    if cast.light is not None:
        return (np.clip(cast.light, 0.0, 1.0) * WHITE + 0.5).astype(np.uint8)
    assert cast.values is not None
    white_is_low = inverted != (preset.inverted or turned)
    met = ~np.isnan(cast.values)
    levels = np.zeros(cast.values.shape, np.uint8)
    levels[met] = grey_level(cast.values[met].astype(np.float64), window, inverted=white_is_low)
    return levels
