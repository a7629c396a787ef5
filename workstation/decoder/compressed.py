"""Compressed frames to stored values: one function for each family of code streams.

Each settles size, depth and completeness before its codec is called, and lets the codec
write straight into the memory it is given (`out`) where the types allow it.
"""

import zlib
from typing import Any, Final

import imagecodecs
import numpy as np
from numpy.typing import NDArray

from workstation.decoder import codestream, jpegxl, native, wavelet
from workstation.decoder.budget import check_inflation, dtype_of, native_bits, shape_of
from workstation.decoder.codestream import Header
from workstation.dicom.reasons import Undecodable
from workstation.domain.study import PixelFormat

Pixels = NDArray[Any]

#: Bits that are no picture, and the end marker.
_PROBE: Final = b"\x35\xa9\x5c\x93" * 16 + b"\xff\xd9"

#: OpenJPEG gives wrong values for deeper JPEG 2000 blocks without a word (measured: 26
#: bits are wrong, 24 right); OpenJPH decodes deeper high-throughput ones exactly.
_JPEG2000_BITS: Final = 24
#: libjxl through imagecodecs loses the low bits of any other depth without a word.
_JPEGXL_BITS: Final = frozenset({8, 16})


def agrees(header: Header, pixels: PixelFormat) -> None:
    """The code stream's own size and depth must be the data set's (SEC-02)."""
    if (header.rows, header.columns) != (pixels.rows, pixels.columns):
        raise Undecodable("mismatch")
    if header.samples != pixels.samples or header.bits > pixels.bits_allocated:
        raise Undecodable("mismatch")


def jpeg(data: bytes, pixels: PixelFormat, out: Pixels | None) -> Pixels:
    header = codestream.jpeg(data)
    agrees(header, pixels)
    # The same space in and out: no conversion, the values are the stored ones.
    plain = header.lossless or pixels.samples == 1
    spaces: dict[str, Any] = {} if plain else {"colorspace": "YCBCR", "outcolorspace": "YCBCR"}
    values = imagecodecs.jpeg8_decode(data, out=_room(out, pixels, header.bits), **spaces)
    if np.all(values[-1, -1] == 1 << (header.bits - 1)):
        _need_whole(data, values, spaces)
    return fitted(values, pixels, header)


def _need_whole(data: bytes, values: Pixels, spaces: dict[str, Any]) -> None:
    """Where an end marker stands too early, libjpeg fills the rest with middle grey.

    An image that ends in that grey is decoded once more with bits before the marker: one
    that is whole does not need them, and is the same.
    """
    end = data.rfind(b"\xff\xd9")
    if not np.array_equal(imagecodecs.jpeg8_decode(data[:end] + _PROBE, **spaces), values):
        raise Undecodable("truncated")


def jpegls(data: bytes, pixels: PixelFormat, out: Pixels | None) -> Pixels:
    header = codestream.jpeg(data, ls=True)
    agrees(header, pixels)
    room = _room(out, pixels, header.bits)
    return fitted(imagecodecs.jpegls_decode(data, out=room), pixels, header)


def jpeg2000(data: bytes, pixels: PixelFormat, out: Pixels | None) -> Pixels:
    """JPEG 2000 and HTJ2K: the stream says which of both its blocks are, not the syntax."""
    stream = wavelet.codestream(data)
    header = wavelet.header(stream)
    agrees(header, pixels)
    found = wavelet.follow(stream)
    room = _room(out, pixels, header.bits, header.signed)
    if found.high_throughput:
        return fitted(imagecodecs.htj2k_decode(stream, out=room), pixels, header)
    if header.bits > _JPEG2000_BITS:
        raise Undecodable("unsupported-syntax")
    return fitted(imagecodecs.jpeg2k_decode(stream, out=room), pixels, header)


def jpegxl_frame(data: bytes, pixels: PixelFormat, out: Pixels | None) -> Pixels:
    stated = jpegxl.header(data)
    if (stated.rows, stated.columns) != (pixels.rows, pixels.columns):
        raise Undecodable("mismatch")
    if stated.bits > pixels.bits_allocated:
        raise Undecodable("mismatch")
    if stated.bits not in _JPEGXL_BITS:
        raise Undecodable("unsupported-syntax")
    try:
        values = imagecodecs.jpegxl_decode(data, out=_room(out, pixels, stated.bits))
    except imagecodecs.JpegxlError as error:
        more = "NEED_MORE_INPUT" in str(error)
        raise Undecodable("truncated" if more else "damaged") from error
    header = Header(stated.rows, stated.columns, stated.bits, pixels.samples)
    return fitted(values, pixels, header)


def rle(data: bytes, pixels: PixelFormat, out: Pixels | None) -> Pixels:
    """Planes of bytes, most significant first; samples one after another (PS3.5 G.2).

    Segment by segment: a codec that takes them all at once fills a short one from the
    next, which shifts the image without a word.
    """
    size = dtype_of(pixels).itemsize
    if pixels.bits_allocated % 8:
        raise Undecodable("bad-format")
    segments = codestream.rle(data, pixels.samples * size)
    count = pixels.rows * pixels.columns
    room = out if pixels.samples == 1 else None  # straight there: no second copy
    cells = np.empty((pixels.samples, count), f"u{size}") if room is None else room
    cells = cells.view(f"u{size}").reshape(pixels.samples, count)
    plane = np.empty(count + _RLE_SPARE, np.uint8)
    for at, (start, end) in enumerate(segments):
        _unpacked(data[start:end], plane, count)
        sample = cells[at // size]
        if at % size == 0:
            np.copyto(sample, plane[:count])
        else:
            np.left_shift(sample, 8, out=sample)
            np.bitwise_or(sample, plane[:count], out=sample)
    values = cells.view(dtype_of(pixels)).reshape(pixels.samples, pixels.rows, pixels.columns)
    shaped = values[0] if pixels.samples == 1 else values.transpose(1, 2, 0)
    return native.significant_bits(shaped, pixels, room)


#: Bytes a segment may give beyond its plane: padding to even length reads as a run.
_RLE_SPARE: Final = 2


def _unpacked(segment: bytes, plane: NDArray[np.uint8], count: int) -> None:
    try:
        given = len(imagecodecs.packbits_decode(segment, out=plane.data))
    except imagecodecs.ImcdError as error:
        raise Undecodable("damaged") from error
    if given < count:
        raise Undecodable("truncated")


def deflated(data: bytes, pixels: PixelFormat, out: Pixels | None) -> Pixels:
    """One frame deflated by itself (PS3.5 8.2.16); a null may pad it to even length."""
    needed = -(-native_bits(pixels) // 8)
    check_inflation(len(data), pixels)
    stream = zlib.decompressobj(-15)
    try:
        plain = stream.decompress(data, needed + 2)
    except zlib.error as error:
        raise Undecodable("damaged") from error
    if len(plain) < needed:
        raise Undecodable("truncated")
    return native.little_endian(plain, pixels, out)


def _room(
    out: Pixels | None, pixels: PixelFormat, bits: int, signed: bool = False
) -> Pixels | None:
    """`out` as the codec wants it, where its own type is as wide as ours."""
    width = 1 if bits <= 8 else 2 if bits <= 16 else 4
    if out is None or out.dtype.itemsize != width:
        return None
    return out.view(f"{'i' if signed else 'u'}{width}")


def fitted(values: Pixels, pixels: PixelFormat, header: Header) -> Pixels:
    """Into the data set's type; code streams keep the value in the low bits."""
    values = np.asarray(values)
    if values.shape != shape_of(pixels):
        raise Undecodable("mismatch")
    dtype = dtype_of(pixels)
    if values.dtype.itemsize > dtype.itemsize or values.dtype.kind not in "iu":
        raise Undecodable("mismatch")
    unsigned = np.dtype(f"u{dtype.itemsize}")
    wide = values if values.dtype.itemsize == dtype.itemsize else values.astype(dtype)
    stored = pixels.bits_stored
    if pixels.signed:
        return native.sign_extended(wide.view(dtype), min(header.bits, stored))
    cells: Pixels = wide.view(unsigned)
    if stored == pixels.bits_allocated or (header.bits <= stored and not header.signed):
        return cells
    top = unsigned.type((1 << stored) - 1)
    if header.signed or pixels.overlay_bits:
        return np.asarray(np.bitwise_and(cells, top))
    # An inverse transform may overshoot: beyond white is white, never black again.
    return np.asarray(np.minimum(cells, top))
