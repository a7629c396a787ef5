"""Filters of the picture: what the reader sees through them is processed and says so.

They work on a copy for display. Nothing that is measured ever comes through here.
"""

from enum import StrEnum
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from workstation.domain.study import Frame
from workstation.imaging.voi import is_padding

#: Standard deviation of the blur, in pixels of the image, and how far it reaches.
SIGMA: Final = 1.0
_REACH: Final = 3
#: How much of what the blur takes away is added once more.
SHARPNESS: Final = 1.0
#: Tiles of an image along either side, and how much steeper than even a tile may become.
TILES: Final = 8
MOST_CONTRAST: Final = 3.0


class DisplayFilter(StrEnum):
    NONE = "none"
    SHARPEN = "sharpen"
    SMOOTH = "smooth"
    CLAHE = "clahe"


def filtered(stored: NDArray[Any], frame: Frame, kind: DisplayFilter) -> NDArray[Any]:
    """Sharpened or smoothed, in the type of `stored`; what only fills the frame stays.

    `stored` is (rows, columns) of values, or (rows, columns, 3) of colours.
    """
    empty = None if stored.ndim == 3 else is_padding(stored, frame)
    wide = np.float32 if stored.dtype.itemsize <= 2 else np.float64
    values = stored.astype(wide)
    blurred = _blurred(values, empty)
    found = blurred if kind is DisplayFilter.SMOOTH else values + SHARPNESS * (values - blurred)
    if stored.dtype.kind in "iu":
        low, high = _range(stored, frame)
        found = np.clip(np.rint(found), low, high)
    made = found.astype(stored.dtype)
    if empty is not None:
        made[empty] = stored[empty]
    return made


def _range(stored: NDArray[Any], frame: Frame) -> tuple[int, int]:
    """What the stored bits can hold: a sharpened value must not come round at the other end."""
    bits = 8 if stored.ndim == 3 else min(frame.pixels.bits_stored, 8 * stored.dtype.itemsize)
    if stored.dtype.kind == "i":
        return -(1 << (bits - 1)), (1 << (bits - 1)) - 1
    return 0, (1 << bits) - 1


def _blurred(values: NDArray[Any], empty: NDArray[np.bool_] | None) -> NDArray[Any]:
    """By a Gaussian; beside an edge of the image or of its padding by the part within."""
    weights = np.ones(values.shape[:2], values.dtype)
    if empty is not None:
        values = np.where(empty, 0, values)
        weights[empty] = 0
    below = _spread(weights) if values.ndim == 2 else _spread(weights)[..., np.newaxis]
    return np.asarray(_spread(values) / np.maximum(below, 1e-6))


def _spread(values: NDArray[Any]) -> NDArray[Any]:
    taps = np.exp(-(np.arange(-_REACH, _REACH + 1) ** 2) / (2 * SIGMA**2))
    taps /= taps.sum()
    for axis in (0, 1):
        edge = [(_REACH, _REACH) if at == axis else (0, 0) for at in range(values.ndim)]
        padded, count = np.pad(values, edge), values.shape[axis]
        total = np.zeros_like(values)
        for at, tap in enumerate(taps.tolist()):
            window = [slice(None)] * values.ndim
            window[axis] = slice(at, at + count)
            total += values.dtype.type(tap) * padded[tuple(window)]
        values = total
    return values


def equalised(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Contrast-limited adaptive histogram equalisation of 8-bit grey (Pizer 1987, Zuiderveld 1994).

    Each tile spreads its own levels; between the middles of tiles the curves are mixed.
    Black stays black, so that padding and collimation do.
    """
    rows, columns = grey.shape
    down, across = (max(1, min(TILES, size)) for size in grey.shape)
    curves = np.empty((down, across, 256), np.float32)
    for i in range(down):
        for j in range(across):
            tile = grey[
                i * rows // down : (i + 1) * rows // down,
                j * columns // across : (j + 1) * columns // across,
            ]
            curves[i, j] = _curve(tile)
    y0, y1, y = _between(rows, down)
    x0, x1, x = _between(columns, across)
    upper = _mixed(curves, grey, y0, x0, x1, x)
    lower = _mixed(curves, grey, y1, x0, x1, x)
    return np.asarray(np.floor(upper + (lower - upper) * y[:, np.newaxis] + 0.5), np.uint8)


def _curve(tile: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Grey to grey for one tile: its cumulated levels, none counted above the limit."""
    counts = np.bincount(tile.ravel(), minlength=256).astype(np.float64)
    limit = MOST_CONTRAST * tile.size / 256
    cut = np.minimum(counts, limit)
    summed = np.cumsum(cut + (tile.size - cut.sum()) / 256)
    risen = summed[-1] - summed[0]
    return np.asarray(255 * (summed - summed[0]) / risen)


def _between(size: int, tiles: int) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[Any]]:
    """For each pixel the tiles whose middles it lies between, and how far along."""
    at = np.clip((np.arange(size) + 0.5) * tiles / size - 0.5, 0, tiles - 1)
    first = np.floor(at).astype(np.intp)
    return first, np.minimum(first + 1, tiles - 1), (at - first).astype(np.float32)


def _mixed(
    curves: NDArray[np.float32],
    grey: NDArray[np.uint8],
    row: NDArray[np.intp],
    left: NDArray[np.intp],
    right: NDArray[np.intp],
    x: NDArray[Any],
) -> NDArray[Any]:
    first = curves[row[:, np.newaxis], left[np.newaxis], grey]
    second = curves[row[:, np.newaxis], right[np.newaxis], grey]
    return np.asarray(first + (second - first) * x)
