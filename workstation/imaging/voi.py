"""From stored values to grey levels: PS3.3 C.11.1 (modality), C.11.2 (VOI), C.11.6 (presentation).

Grey is 0 (black) to 255 (white), rounded half up, without dithering: the same value is
the same grey everywhere, and a test can say which.
"""

from typing import Any, Final

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from workstation.domain.presentation import Rescale, Voi, VoiFunction
from workstation.domain.study import Frame

WHITE: Final = 255
#: What an automatic window leaves out at either end: a few hot pixels must not darken the rest.
AUTO_TAIL_PERCENT: Final = 0.5


def rescaled(stored: NDArray[Any], rescale: Rescale) -> NDArray[np.float64]:
    """Stored values in modality units, HU for CT (PS3.3 C.11.1.1.2); double precision."""
    return np.asarray(stored, np.float64) * rescale.slope + rescale.intercept


def grey(values: NDArray[np.float64], voi: Voi) -> NDArray[np.float64]:
    """Modality values through a window: same shape, 0.0 (black) to 1.0 (white).

    Notes
    -----
    PS3.3 C.11.2.1.2.1 (LINEAR: the `- 0.5` and `- 1` are the standard's), C.11.2.1.3.2
    (LINEAR_EXACT), C.11.2.1.3.1 (SIGMOID). A width below what the standard allows acts as
    the threshold that the ramp tends to: objects with such windows exist, and a step at
    the center is visible, while an error would hide the image.
    """
    if voi.function is VoiFunction.SIGMOID and voi.width > 0:
        steep = np.clip(-4.0 * (values - voi.center) / voi.width, -700.0, 700.0)
        return 1.0 / (1.0 + np.exp(steep))
    linear = voi.function is VoiFunction.LINEAR
    center, width = (voi.center - 0.5, voi.width - 1.0) if linear else (voi.center, voi.width)
    if width <= 0:
        return (values > center).astype(np.float64)
    return np.clip((values - center) / width + 0.5, 0.0, 1.0)


def grey_level(values: NDArray[np.float64], voi: Voi, *, inverted: bool) -> NDArray[np.uint8]:
    """Modality values as 8-bit grey: 255 times the window, rounded half up, then inverted."""
    level = np.floor(grey(values, voi) * WHITE + 0.5).astype(np.uint8)
    return WHITE - level if inverted else level


@frozen(eq=False)
class DisplayTable:
    """Stored value to grey for one window; made once, applied to every frame drawn with it.

    `levels` is indexed by the stored value (a negative one counts from the end, as numpy
    does); None where the values are not small integers: the formula serves each pixel then.
    """

    rescale: Rescale
    voi: Voi
    inverted: bool
    levels: NDArray[np.uint8] | None = None


def display_table(
    frame: Frame, voi: Voi, *, inverted: bool, dtype: np.dtype[Any] | type[Any]
) -> DisplayTable:
    """The table of a frame for pixels of `dtype`: modality, VOI, then presentation.

    `inverted` is the reader's wish; MONOCHROME1, whose lowest value is white
    (PS3.3 C.7.6.3.1.2), is turned over once more.
    """
    turned = inverted != (frame.pixels.photometric == "MONOCHROME1")
    kind = np.dtype(dtype)
    if kind.kind not in "iu" or kind.itemsize > 2:
        return DisplayTable(frame.rescale, voi, turned)
    span = np.iinfo(kind)
    every = np.arange(span.min, span.max + 1, dtype=np.int64)
    levels = grey_level(rescaled(every, frame.rescale), voi, inverted=turned)
    levels = np.roll(levels, int(span.min))  # so that value 0 is entry 0
    levels.setflags(write=False)
    return DisplayTable(frame.rescale, voi, turned, levels)


def to_display(stored: NDArray[Any], table: DisplayTable) -> NDArray[np.uint8]:
    """Stored values as 8-bit grey, same shape, contiguous."""
    if table.levels is None:
        return grey_level(rescaled(stored, table.rescale), table.voi, inverted=table.inverted)
    shown: NDArray[np.uint8] = table.levels[stored]
    return shown


def is_padding(stored: NDArray[Any], frame: Frame) -> NDArray[np.bool_]:
    """Where pixels only fill the frame (PS3.3 C.7.5.1.1.2); both ends of a range belong to it."""
    first, last = frame.pixels.padding, frame.pixels.padding_limit
    if first is None:
        return np.zeros(stored.shape, np.bool_)
    low, high = (first, first) if last is None else (min(first, last), max(first, last))
    return np.asarray((stored >= low) & (stored <= high), np.bool_)


def auto_window(stored: NDArray[Any], frame: Frame) -> Voi:
    """A window for an image that proposes none: its values but for the tails.

    LINEAR_EXACT, so that the lowest value kept is black and the highest white. An image of
    one value only (or of padding alone) gets a window of width 1 around it.
    """
    kept = stored[~is_padding(stored, frame)]
    values = rescaled(kept if kept.size else stored, frame.rescale)
    low, high = np.percentile(values, (AUTO_TAIL_PERCENT, 100 - AUTO_TAIL_PERCENT))
    width = float(high - low) or 1.0
    return Voi(float(low + high) / 2, width, VoiFunction.LINEAR_EXACT)
