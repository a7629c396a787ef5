"""Uncompressed pixels: cells of Bits Allocated to stored values (PS3.5 8, PS3.3 C.7.6.3)."""

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from workstation.decoder.budget import HALF_CHROMA, dtype_of, native_bits, shape_of
from workstation.dicom.reasons import Undecodable
from workstation.domain.study import PixelFormat

Pixels = NDArray[Any]


def little_endian(data: bytes, pixels: PixelFormat, out: Pixels | None = None) -> Pixels:
    return _plain(data, pixels, "<", out)


def big_endian(data: bytes, pixels: PixelFormat, out: Pixels | None = None) -> Pixels:
    """Cells of more than a byte; bytes themselves are in order once words are undone."""
    return _plain(data, pixels, ">", out)


def _plain(
    data: bytes, pixels: PixelFormat, order: Literal["<", ">"], out: Pixels | None
) -> Pixels:
    needed = -(-native_bits(pixels) // 8)
    if len(data) < needed:
        raise Undecodable("truncated")
    if len(data) > needed + (needed % 2):
        raise Undecodable("mismatch")
    if pixels.bits_allocated == 1:
        return _bits(data[:needed], pixels)
    cells = np.frombuffer(data, dtype_of(pixels).newbyteorder(order), count=_cells(pixels))
    if pixels.photometric in HALF_CHROMA and pixels.samples == 3:
        return _from_422(cells, pixels)
    return significant_bits(_interleaved(cells, pixels), pixels, out)


def _cells(pixels: PixelFormat) -> int:
    return native_bits(pixels) // pixels.bits_allocated


def _bits(data: bytes, pixels: PixelFormat) -> Pixels:
    """One bit a pixel, the first pixel in the lowest bit (PS3.5 8.1.1)."""
    if pixels.samples != 1:
        raise Undecodable("bad-format")
    values = np.unpackbits(
        np.frombuffer(data, np.uint8), count=pixels.rows * pixels.columns, bitorder="little"
    )
    return values.reshape(pixels.rows, pixels.columns)


def _interleaved(cells: Pixels, pixels: PixelFormat) -> Pixels:
    if pixels.samples > 1 and pixels.planar == 1:
        planes = cells.reshape(pixels.samples, pixels.rows, pixels.columns)
        return planes.transpose(1, 2, 0)
    return cells.reshape(shape_of(pixels))


def _from_422(cells: Pixels, pixels: PixelFormat) -> Pixels:
    """Y1 Y2 Cb Cr for two columns; each pair shares its chroma (PS3.3 C.7.6.3.1.2)."""
    if pixels.columns % 2:
        raise Undecodable("bad-format")
    pairs = cells.reshape(pixels.rows, pixels.columns // 2, 4)
    out = np.empty((pixels.rows, pixels.columns, 3), cells.dtype.newbyteorder("="))
    out[:, 0::2, 0], out[:, 1::2, 0] = pairs[..., 0], pairs[..., 1]
    out[..., 1] = np.repeat(pairs[..., 2], 2, axis=1)
    out[..., 2] = np.repeat(pairs[..., 3], 2, axis=1)
    return out


def significant_bits(cells: Pixels, pixels: PixelFormat, out: Pixels | None = None) -> Pixels:
    """Drop what is not the sample (old overlays, garbage) and extend the sign (PS3.5 8.1.1)."""
    allocated, stored = pixels.bits_allocated, pixels.bits_stored
    if stored == allocated or pixels.floating:
        return cells
    if pixels.signed:
        up = np.left_shift(cells, allocated - pixels.high_bit - 1, out=out)
        return np.right_shift(up, allocated - stored, out=out)
    shift = pixels.high_bit + 1 - stored
    low = np.right_shift(cells, shift, out=out) if shift else cells
    kept: Pixels = np.bitwise_and(low, cells.dtype.type((1 << stored) - 1), out=out)
    return kept


def sign_extended(values: Pixels, bits: int) -> Pixels:
    """`values` of a signed type whose sample is in the low `bits`; in place where it can be."""
    spare = values.dtype.itemsize * 8 - bits
    if spare == 0:
        return values
    out = values if values.flags.writeable else None
    up = np.left_shift(values, spare, out=out)
    return np.right_shift(up, spare, out=up)
