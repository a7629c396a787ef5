"""The table of transfer syntaxes: which decoder, lossy or not.

A new syntax is one row here and its test files. imagecodecs serves all of them (fastest,
releases the interpreter); `compressed` says where a codec cannot be believed.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

import imagecodecs
import numpy as np
from attrs import evolve, frozen
from numpy.typing import NDArray

from workstation.decoder import codestream, compressed, native, wavelet
from workstation.decoder.budget import check_inflation
from workstation.dicom.reasons import Undecodable
from workstation.domain.study import PixelFormat

Pixels = NDArray[Any]
Decode = Callable[[bytes, PixelFormat, Pixels | None], Pixels]


@frozen
class Codec:
    """One row. `encapsulated`: frames travel as code streams, not as plain values."""

    name: str
    decode: Decode
    lossy: bool = False
    encapsulated: bool = True


def preload() -> None:
    """Load every codec's library now: in the sandbox no file can be opened any more.

    One that is missing costs its own syntaxes, and says so when it is asked for.
    """
    for name in ("jpeg8", "jpegls", "jpeg2k", "htj2k", "jpegxl", "packbits", "cms"):
        getattr(imagecodecs, name.upper())


def decode(data: bytes, pixels: PixelFormat, syntax: str, out: Pixels | None = None) -> Pixels:
    """Stored values of one frame: (rows, columns[, samples]), masked and sign-extended.

    `pixels` has passed `budget.check_format`. With `out`, of the frame's own shape and
    type, they are written there and nowhere else. Raises `Undecodable`.
    """
    row = codec(syntax)
    if row.encapsulated:
        check_inflation(len(data), pixels)
    try:
        values = row.decode(data, pixels, out)
        if out is not None and not _is(values, out):
            np.copyto(out, values, casting="same_kind")
            values = out
    except Undecodable:
        raise
    except MemoryError as error:
        raise Undecodable("decoder-memory") from error
    except ImportError as error:  # damage would be a wrong thing to say of the image
        raise Undecodable("codec-missing") from error
    except Exception as error:
        raise Undecodable("damaged") from error
    return values


def overlays(data: bytes, pixels: PixelFormat, syntax: str, out: Pixels) -> None:
    """The bits beside the value that are overlays, into `out`: a row of bytes for each.

    Shape and order are `budget.overlays_shape`. Decoded once more, as values that fill
    their cells: only retired objects have such bits (PS3.3-2004 C.9.2). Code streams of no
    more than Bits Stored have left them behind: nothing is drawn then.
    """
    depth = pixels.bits_allocated
    whole = evolve(pixels, bits_stored=depth, high_bit=depth - 1, signed=False, overlay_bits=0)
    cells = decode(data, whole, syntax).ravel()
    for plane, position in zip(out, pixels.overlay_positions, strict=True):
        plane[:] = np.packbits((cells >> position & 1).astype(np.bool_), bitorder="little")


def _is(values: Pixels, out: Pixels) -> bool:
    """Whether the codec wrote where it was told to."""
    return (
        values.dtype == out.dtype
        and values.__array_interface__["data"][0] == out.__array_interface__["data"][0]
    )


def codec(syntax: str) -> Codec:
    """The row of a syntax; names video apart from what is merely unknown."""
    row = TABLE.get(syntax)
    if row is not None:
        return row
    video = syntax.startswith(_VIDEO_ROOT) and syntax[len(_VIDEO_ROOT) :] in _VIDEO
    raise Undecodable("video" if video else "unsupported-syntax")


def colours(data: bytes, pixels: PixelFormat, syntax: str) -> str:
    """Photometric interpretation of what `decode` gave, where the stream knows better.

    A header that says RGB over a JFIF stream, or YBR_FULL over JPEG 2000 with a component
    transform, is a common mistake; believed, it turns grey into green. Empty where the
    header may be believed. `data` has been decoded.
    """
    if pixels.samples != 3:
        return ""
    row = codec(syntax)
    if row.decode is compressed.jpeg:
        said = codestream.jpeg(data).colours
    elif row.decode is compressed.jpeg2000:
        said = "RGB" if wavelet.follow(wavelet.codestream(data)).transformed else ""
    else:
        said = "RGB" if row.decode is compressed.jpegxl_frame else ""
    return said if said != pixels.photometric.removesuffix("_422") else ""


_ROOT: Final = "1.2.840.10008.1.2"
_VIDEO_ROOT: Final = f"{_ROOT}.4."
_VIDEO: Final = frozenset(
    {"100", "100.1", "101", "101.1", "102", "102.1", "103", "103.1", "104", "104.1"}
    | {"105", "105.1", "106", "106.1", "107", "108"}
)


def _native(name: str, decode: Decode = native.little_endian) -> Codec:
    return Codec(name, decode, encapsulated=False)


TABLE: Final[Mapping[str, Codec]] = MappingProxyType(
    {
        _ROOT: _native("Implicit VR Little Endian"),
        f"{_ROOT}.1": _native("Explicit VR Little Endian"),
        f"{_ROOT}.1.98": Codec("Encapsulated Uncompressed", native.little_endian),
        f"{_ROOT}.1.99": _native("Deflated Explicit VR Little Endian"),
        f"{_ROOT}.2": _native("Explicit VR Big Endian", native.big_endian),
        f"{_ROOT}.8.1": Codec("Deflated Image Frame", compressed.deflated),
        f"{_ROOT}.5": Codec("RLE Lossless", compressed.rle),
        f"{_ROOT}.4.50": Codec("JPEG Baseline", compressed.jpeg, lossy=True),
        f"{_ROOT}.4.51": Codec("JPEG Extended", compressed.jpeg, lossy=True),
        f"{_ROOT}.4.53": Codec("JPEG Spectral Selection", compressed.jpeg, lossy=True),
        f"{_ROOT}.4.55": Codec("JPEG Full Progression", compressed.jpeg, lossy=True),
        f"{_ROOT}.4.57": Codec("JPEG Lossless", compressed.jpeg),
        f"{_ROOT}.4.70": Codec("JPEG Lossless SV1", compressed.jpeg),
        f"{_ROOT}.4.80": Codec("JPEG-LS Lossless", compressed.jpegls),
        f"{_ROOT}.4.81": Codec("JPEG-LS Near-lossless", compressed.jpegls, lossy=True),
        f"{_ROOT}.4.90": Codec("JPEG 2000 Lossless", compressed.jpeg2000),
        f"{_ROOT}.4.91": Codec("JPEG 2000", compressed.jpeg2000, lossy=True),
        # Part 2 without its component transforms is Part 1; with them it is refused.
        f"{_ROOT}.4.92": Codec("JPEG 2000 Part 2 Lossless", compressed.jpeg2000),
        f"{_ROOT}.4.93": Codec("JPEG 2000 Part 2", compressed.jpeg2000, lossy=True),
        f"{_ROOT}.4.110": Codec("JPEG XL Lossless", compressed.jpegxl_frame),
        f"{_ROOT}.4.111": Codec("JPEG XL JPEG Recompression", compressed.jpegxl_frame, lossy=True),
        f"{_ROOT}.4.112": Codec("JPEG XL", compressed.jpegxl_frame, lossy=True),
        f"{_ROOT}.4.201": Codec("HTJ2K Lossless", compressed.jpeg2000),
        f"{_ROOT}.4.202": Codec("HTJ2K Lossless RPCL", compressed.jpeg2000),
        f"{_ROOT}.4.203": Codec("HTJ2K", compressed.jpeg2000, lossy=True),
    }
)
