"""From stored values to grey levels: PS3.3 C.11.1 (modality), C.11.2 (VOI), C.11.6 (presentation).

Grey is 0 (black) to 255 (white), rounded half up, without dithering: the same value is
the same grey everywhere, and a test can say which.
"""

from typing import Any, Final

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from workstation.domain.presentation import Lut, Rescale, Voi, VoiFunction
from workstation.domain.study import Frame

WHITE: Final = 255
#: What an automatic window leaves out at either end: a few hot pixels must not darken the rest.
AUTO_TAIL_PERCENT: Final = 0.5


def rescaled(stored: NDArray[Any], rescale: Rescale) -> NDArray[np.float64]:
    """Stored values in modality units, HU for CT (PS3.3 C.11.1.1.2); double precision.

    Through the object's own table where it has one (C.11.1.1.1): values before the first
    entry take the first, values after the last the last.
    """
    if rescale.lut is not None:
        entry = np.asarray(stored).astype(np.int64) - rescale.lut.first
        return _entries(rescale.lut)[np.clip(entry, 0, rescale.lut.entries - 1)]
    return np.asarray(stored, np.float64) * rescale.slope + rescale.intercept


def _entries(lut: Lut) -> NDArray[np.float64]:
    return np.frombuffer(lut.data, "<u2").astype(np.float64)


def _curve(values: NDArray[np.float64], voi: Voi, lut: Lut) -> NDArray[np.float64]:
    """The object's own curve (PS3.3 C.11.2.1.1), stretched to where the window lies now."""
    if voi.width <= 0:
        return (values > voi.center).astype(np.float64)
    start, scale = voi.center - voi.width / 2, lut.entries / voi.width
    entry = np.clip(np.floor((values - start) * scale + 0.5), 0, lut.entries - 1)
    return _entries(lut)[entry.astype(np.int64)] / ((1 << lut.bits) - 1)


def grey(values: NDArray[np.float64], voi: Voi) -> NDArray[np.float64]:
    """Modality values through a window: same shape, 0.0 (black) to 1.0 (white).

    Notes
    -----
    PS3.3 C.11.2.1.2.1 (LINEAR: the `- 0.5` and `- 1` are the standard's), C.11.2.1.3.2
    (LINEAR_EXACT), C.11.2.1.3.1 (SIGMOID). A width below what the standard allows acts as
    the threshold that the ramp tends to: objects with such windows exist, and a step at
    the center is visible, while an error would hide the image.
    """
    return _ramp(values, voi, 1.0)


def _ramp(values: NDArray[np.float64], voi: Voi, top: float) -> NDArray[np.float64]:
    """From 0 to `top`; multiplied before the one division, so that halves come out as halves."""
    if voi.lut is not None:
        return np.clip(_curve(values, voi, voi.lut), 0.0, 1.0) * top
    if voi.function is VoiFunction.SIGMOID and voi.width > 0:
        steep = np.clip(-4.0 * (values - voi.center) / voi.width, -700.0, 700.0)
        return np.asarray(top / (1.0 + np.exp(steep)))
    linear = voi.function is VoiFunction.LINEAR
    center, width = (voi.center - 0.5, voi.width - 1.0) if linear else (voi.center, voi.width)
    if width <= 0:
        return np.where(values > center, top, 0.0)
    return np.clip((values - center) * top / width + top / 2, 0.0, top)


def grey_level(
    values: NDArray[np.float64], voi: Voi, *, inverted: bool, curve: Lut | None = None
) -> NDArray[np.uint8]:
    """Modality values as 8-bit grey: 255 times the window, rounded half up, then inverted.

    `curve` is a presentation LUT (PS3.3 C.11.6.1.1): the window fills its entries, and what
    they say is seen.
    """
    level = _ramp(values, voi, WHITE)
    if curve is not None:
        entry = np.floor(_ramp(values, voi, curve.entries - 1) + 0.5).astype(np.int64)
        level = _entries(curve)[entry] * WHITE / ((1 << curve.bits) - 1)
    shown = np.floor(np.minimum(level, WHITE) + 0.5).astype(np.uint8)
    return WHITE - shown if inverted else shown


@frozen(eq=False)
class DisplayTable:
    """Stored value to grey for one window; made once, applied to every frame drawn with it.

    `levels` is indexed by the stored value (a negative one counts from the end, as numpy
    does); None where the values are not small integers: the formula serves each pixel then.
    """

    rescale: Rescale
    voi: Voi
    inverted: bool
    padding: tuple[int, int] | None = None  # stored values that only fill the frame: black
    levels: NDArray[np.uint8] | None = None
    curve: Lut | None = None


def display_table(
    frame: Frame, voi: Voi, *, inverted: bool, dtype: np.dtype[Any] | type[Any]
) -> DisplayTable:
    """The table of a frame for pixels of `dtype`: modality, VOI, then presentation.

    `inverted` is the reader's wish; MONOCHROME1, whose lowest value is white
    (PS3.3 C.7.6.3.1.2), and Presentation LUT Shape INVERSE (C.11.6.1.2), which say the same
    thing twice where both are there, turn it over once more. Padding is no part of the
    image (C.7.5.1.1.2): it stays black, turned or not.
    """
    turned = inverted != (frame.pixels.photometric == "MONOCHROME1" or frame.inverse)
    kind, padding = np.dtype(dtype), _padding(frame)
    if kind.kind not in "iu" or kind.itemsize > 2:
        return DisplayTable(frame.rescale, voi, turned, padding, curve=frame.presentation_lut)
    span = np.iinfo(kind)
    every = np.arange(span.min, span.max + 1, dtype=np.int64)
    values = rescaled(every, frame.rescale)
    levels = grey_level(values, voi, inverted=turned, curve=frame.presentation_lut)
    if padding is not None:
        levels[(every >= padding[0]) & (every <= padding[1])] = 0
    levels = np.roll(levels, int(span.min))  # so that value 0 is entry 0
    levels.setflags(write=False)
    return DisplayTable(frame.rescale, voi, turned, padding, levels)


def to_display(stored: NDArray[Any], table: DisplayTable) -> NDArray[np.uint8]:
    """Stored values as 8-bit grey, same shape, contiguous."""
    if table.levels is not None:
        shown: NDArray[np.uint8] = np.take(table.levels, stored)  # half the time of indexing
        return shown
    finite = np.nan_to_num(stored) if stored.dtype.kind == "f" else stored
    values = rescaled(finite, table.rescale)
    levels = grey_level(values, table.voi, inverted=table.inverted, curve=table.curve)
    if table.padding is not None:
        levels[(stored >= table.padding[0]) & (stored <= table.padding[1])] = 0
    return levels


def _padding(frame: Frame) -> tuple[int, int] | None:
    """Lowest and highest value that only fill the frame (PS3.3 C.7.5.1.1.2)."""
    first, last = frame.pixels.padding, frame.pixels.padding_limit
    if first is None:
        return None
    return (first, first) if last is None else (min(first, last), max(first, last))


def is_padding(stored: NDArray[Any], frame: Frame) -> NDArray[np.bool_]:
    """Where pixels only fill the frame, or hold no number at all; both ends of a range belong."""
    padding = _padding(frame)
    empty = np.isnan(stored) if stored.dtype.kind == "f" else np.zeros(stored.shape, np.bool_)
    if padding is None:
        return np.asarray(empty, np.bool_)
    return np.asarray(((stored >= padding[0]) & (stored <= padding[1])) | empty, np.bool_)


def auto_window(stored: NDArray[Any], frame: Frame) -> Voi:
    """A window for an image that proposes none: its values but for the tails."""
    return spread_window(stored, frame, AUTO_TAIL_PERCENT, 100 - AUTO_TAIL_PERCENT)


def spread_window(
    stored: NDArray[Any], frame: Frame, low: float, high: float, *, of_maximum: bool = False
) -> Voi:
    """A window from the values of an image, in modality units.

    Between two of their percentiles, or two parts of the largest in per cent. LINEAR_EXACT,
    so that the lowest value kept is black and the highest white. An image of one value only
    (or of padding alone) gets a window of width 1 around it.
    """
    kept = stored[~is_padding(stored, frame)]
    values = rescaled(np.nan_to_num(kept if kept.size else stored), frame.rescale)
    if of_maximum:
        first, last = (float(values.max()) * part / 100 for part in (low, high))
    else:
        first, last = (float(each) for each in np.percentile(values, (low, high)))
    return Voi((first + last) / 2, abs(last - first) or 1.0, VoiFunction.LINEAR_EXACT)
