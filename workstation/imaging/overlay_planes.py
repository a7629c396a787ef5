"""Overlay planes of an object as a mask over its image (PS3.3 C.9.2, PS3.5 8.1.2)."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from workstation.domain.presentation import OverlayPlane
from workstation.domain.study import Frame

#: `FramePixels.overlays` of a frame whose overlays all stand beside its pixels.
_NONE: Final[Mapping[int, NDArray[np.uint8]]] = MappingProxyType({})


def marks(
    frame: Frame, in_pixels: Mapping[int, NDArray[np.uint8]] = _NONE
) -> NDArray[np.uint8] | None:
    """Where something is drawn, 1, over the frame's rows and columns; None: nowhere.

    A plane may be smaller than the image or reach beyond it; what lies outside is cut off.
    One that travels in the bits of the pixels (`in_pixels`, by bit) lies where its pixels
    lie, whatever origin it claims.
    """
    rows, columns = frame.pixels.rows, frame.pixels.columns
    mask = np.zeros((rows, columns), np.uint8)
    for plane in frame.overlays:
        if plane.bits:
            draw(mask, plane)
        elif plane.position is not None and plane.position in in_pixels:
            packed = in_pixels[plane.position]
            bits = np.unpackbits(packed, count=rows * columns, bitorder="little")
            mask |= bits.reshape(rows, columns)
    return mask if mask.any() else None


def draw(mask: NDArray[np.uint8], plane: OverlayPlane) -> None:
    """One plane into a mask of the image, which may be smaller or larger."""
    size = plane.rows * plane.columns
    bits = np.unpackbits(np.frombuffer(plane.bits, np.uint8), count=size, bitorder="little")
    drawn = bits.reshape(plane.rows, plane.columns)
    top, left = plane.first_row - 1, plane.first_column - 1
    onto = mask[max(top, 0) : max(top + plane.rows, 0), max(left, 0) : max(left + plane.columns, 0)]
    rows, columns = onto.shape
    onto |= drawn[max(-top, 0) : max(-top, 0) + rows, max(-left, 0) : max(-left, 0) + columns]


def thinned(mask: NDArray[np.uint8], factor: int) -> NDArray[np.uint8]:
    """Blocks of `factor` by `factor`: a thin line is still a line on a small view."""
    if factor == 1:
        return mask
    fill = ((0, -mask.shape[0] % factor), (0, -mask.shape[1] % factor))
    padded = np.pad(mask, fill)
    rows, columns = padded.shape[0] // factor, padded.shape[1] // factor
    blocks = padded.reshape(rows, factor, columns, factor)
    return np.asarray(blocks.max(axis=(1, 3)), np.uint8)
