"""The table of transfer syntaxes: which decoder, from which package, lossy or not.

A new syntax is one row here and its test files. imagecodecs is first choice (fastest,
releases the interpreter); pylibjpeg's decoders stand in for what it lacks.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

import imagecodecs
import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from workstation.decoder import codestream, native
from workstation.decoder.budget import dtype_of
from workstation.dicom.reasons import Undecodable
from workstation.domain.study import PixelFormat

Pixels = NDArray[Any]
Decode = Callable[[bytes, PixelFormat], Pixels]


@frozen
class Codec:
    """One row. `encapsulated`: frames travel as code streams, not as plain values."""

    name: str
    decode: Decode
    package: str
    lossy: bool = False
    encapsulated: bool = True


def preload() -> None:
    """Load every codec's library now: in the sandbox no file can be opened any more."""
    for name in ("jpeg8", "jpegls", "jpeg2k", "htj2k", "jpegxl", "dicomrle"):
        getattr(imagecodecs, f"{name}_decode")


def decode(data: bytes, pixels: PixelFormat, syntax: str) -> Pixels:
    """Stored values of one frame: (rows, columns[, samples]), masked and sign-extended.

    `pixels` has passed `budget.check_format`. Raises `Undecodable`.
    """
    row = codec(syntax)
    try:
        values = row.decode(data, pixels)
    except Undecodable:
        raise
    except MemoryError as error:
        raise Undecodable("decoder-memory") from error
    except Exception as error:
        raise Undecodable("damaged") from error
    return values


def codec(syntax: str) -> Codec:
    """The row of a syntax; names video apart from what is merely unknown."""
    row = TABLE.get(syntax)
    if row is not None:
        return row
    video = syntax.startswith(_VIDEO_ROOT) and syntax[len(_VIDEO_ROOT) :] in _VIDEO
    raise Undecodable("video" if video else "unsupported-syntax")


def _agrees(header: codestream.Header, pixels: PixelFormat) -> None:
    """The code stream's own size and depth must be the data set's (SEC-02)."""
    if (header.rows, header.columns) != (pixels.rows, pixels.columns):
        raise Undecodable("mismatch")
    if header.samples != pixels.samples or header.bits > pixels.bits_allocated:
        raise Undecodable("mismatch")


def _jpeg(data: bytes, pixels: PixelFormat) -> Pixels:
    header = codestream.jpeg(data)
    _agrees(header, pixels)
    if header.lossless or pixels.samples == 1:
        return _fitted(imagecodecs.jpeg8_decode(data), pixels, header)
    # The same space in and out: no conversion, the values are the stored ones.
    values = imagecodecs.jpeg8_decode(data, colorspace="YCBCR", outcolorspace="YCBCR")
    return _fitted(values, pixels, header)


def _jpegls(data: bytes, pixels: PixelFormat) -> Pixels:
    header = codestream.jpeg(data)
    _agrees(header, pixels)
    return _fitted(imagecodecs.jpegls_decode(data), pixels, header)


def _jpeg2000(data: bytes, pixels: PixelFormat) -> Pixels:
    header = codestream.jpeg2000(data)
    _agrees(header, pixels)
    return _fitted(imagecodecs.jpeg2k_decode(data), pixels, header)


def _htj2k(data: bytes, pixels: PixelFormat) -> Pixels:
    header = codestream.jpeg2000(data)
    _agrees(header, pixels)
    return _fitted(imagecodecs.htj2k_decode(data), pixels, header)


def _jpegxl(data: bytes, pixels: PixelFormat) -> Pixels:
    if not codestream.is_jpegxl(data):
        raise Undecodable("damaged")
    values = np.asarray(imagecodecs.jpegxl_decode(data))
    header = codestream.Header(pixels.rows, pixels.columns, pixels.bits_stored, pixels.samples)
    return _fitted(values, pixels, header)


def _rle(data: bytes, pixels: PixelFormat) -> Pixels:
    """Planes of bytes, most significant first; samples one after another (PS3.5 G.2)."""
    dtype = dtype_of(pixels).newbyteorder("<")
    codestream.rle(data, pixels.samples * dtype.itemsize)
    flat = imagecodecs.dicomrle_decode(data, np.dtype(f"u{dtype.itemsize}"))
    count = pixels.rows * pixels.columns * pixels.samples
    if len(flat) != count * dtype.itemsize:  # a short segment is no error to the codec
        raise Undecodable("truncated")
    planes = np.frombuffer(flat, dtype).reshape(pixels.samples, pixels.rows, pixels.columns)
    values = planes[0] if pixels.samples == 1 else planes.transpose(1, 2, 0)
    return native.significant_bits(values, pixels)


def _fitted(values: Pixels, pixels: PixelFormat, header: codestream.Header) -> Pixels:
    """Into the data set's type; code streams keep the value in the low bits."""
    expected = (pixels.rows, pixels.columns) + ((pixels.samples,) if pixels.samples > 1 else ())
    if values.shape != expected:
        raise Undecodable("mismatch")
    dtype = dtype_of(pixels)
    if values.dtype.itemsize > dtype.itemsize:
        raise Undecodable("mismatch")
    unsigned = np.dtype(f"u{dtype.itemsize}")
    wide = values if values.dtype.itemsize == dtype.itemsize else values.astype(dtype)
    if not pixels.signed:
        return wide.view(unsigned) if wide.dtype != unsigned else wide
    bits = header.bits if header.bits < pixels.bits_stored else pixels.bits_stored
    return native.sign_extended(wide.view(dtype), bits)


_ROOT: Final = "1.2.840.10008.1.2"
_VIDEO_ROOT: Final = f"{_ROOT}.4."
_VIDEO: Final = frozenset(
    {"100", "100.1", "101", "101.1", "102", "102.1", "103", "103.1", "104", "104.1"}
    | {"105", "105.1", "106", "106.1", "107", "108"}
)

TABLE: Final[Mapping[str, Codec]] = MappingProxyType(
    {
        _ROOT: Codec(
            "Implicit VR Little Endian", native.little_endian, "numpy", encapsulated=False
        ),
        f"{_ROOT}.1": Codec(
            "Explicit VR Little Endian", native.little_endian, "numpy", encapsulated=False
        ),
        f"{_ROOT}.1.99": Codec("Deflated", native.little_endian, "numpy", encapsulated=False),
        f"{_ROOT}.2": Codec(
            "Explicit VR Big Endian", native.big_endian, "numpy", encapsulated=False
        ),
        f"{_ROOT}.5": Codec("RLE Lossless", _rle, "imagecodecs"),
        f"{_ROOT}.4.50": Codec("JPEG Baseline", _jpeg, "imagecodecs", lossy=True),
        f"{_ROOT}.4.51": Codec("JPEG Extended", _jpeg, "imagecodecs", lossy=True),
        f"{_ROOT}.4.53": Codec("JPEG Spectral Selection", _jpeg, "imagecodecs", lossy=True),
        f"{_ROOT}.4.55": Codec("JPEG Full Progression", _jpeg, "imagecodecs", lossy=True),
        f"{_ROOT}.4.57": Codec("JPEG Lossless", _jpeg, "imagecodecs"),
        f"{_ROOT}.4.70": Codec("JPEG Lossless SV1", _jpeg, "imagecodecs"),
        f"{_ROOT}.4.80": Codec("JPEG-LS Lossless", _jpegls, "imagecodecs"),
        f"{_ROOT}.4.81": Codec("JPEG-LS Near-lossless", _jpegls, "imagecodecs", lossy=True),
        f"{_ROOT}.4.90": Codec("JPEG 2000 Lossless", _jpeg2000, "imagecodecs"),
        f"{_ROOT}.4.91": Codec("JPEG 2000", _jpeg2000, "imagecodecs", lossy=True),
        f"{_ROOT}.4.110": Codec("JPEG XL Lossless", _jpegxl, "imagecodecs"),
        f"{_ROOT}.4.111": Codec("JPEG XL JPEG Recompression", _jpegxl, "imagecodecs", lossy=True),
        f"{_ROOT}.4.112": Codec("JPEG XL", _jpegxl, "imagecodecs", lossy=True),
        f"{_ROOT}.4.201": Codec("HTJ2K Lossless", _htj2k, "imagecodecs"),
        f"{_ROOT}.4.202": Codec("HTJ2K Lossless RPCL", _htj2k, "imagecodecs"),
        f"{_ROOT}.4.203": Codec("HTJ2K", _htj2k, "imagecodecs", lossy=True),
    }
)
