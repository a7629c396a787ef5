"""A smaller image from the beginning of an HTJ2K code stream, while the rest is on its way.

With resolutions first (RPCL) and a tile part for each of them, as PS3.5 10.18 asks of the
RPCL syntax, a prefix that holds the first tile parts whole holds those resolutions whole:
what they decode to is bit for bit the image reduced by powers of two, and nothing is
invented. In any other order a prefix decodes to garbage without a word: there is none then.
"""

import struct
from typing import Any, Final

import imagecodecs
import numpy as np
from attrs import evolve

from workstation.decoder import budget, wavelet
from workstation.decoder.compressed import agrees, fitted
from workstation.decoder.messages import format_from_json
from workstation.dicom.reasons import Undecodable

_RPCL: Final = 2  # ITU-T T.800 table A.16
_CAP, _COD, _POC, _SOT = 0xFF50, 0xFF52, 0xFF5F, 0xFF90
_MOST_MARKERS: Final = 200
#: More than the sizes at the beginning of every stream take (T.800 A.5.1).
_SIZES: Final = 64
_END: Final = b"\xff\xd9"


def of_frame(data: bytes, asked: dict[str, Any]) -> bytes:
    """Behind a byte that says how often it was halved, stored values; empty: not yet, or never."""
    pixels = format_from_json(asked["format"])
    budget.check_format(pixels)
    if len(data) < _SIZES:
        return b""
    agrees(wavelet.header(data), pixels)
    halved, end = whole_part(data)
    if not halved:
        return b""
    small = budget.reduced(pixels, halved)
    header = evolve(wavelet.header(data), rows=small.rows, columns=small.columns)
    try:
        values = imagecodecs.htj2k_decode(data[:end] + _END, skipres=halved, resilient=True)
    except imagecodecs.Htj2kError as error:
        raise Undecodable("damaged") from error
    little = np.ascontiguousarray(fitted(values, small, header))
    return bytes([halved]) + little.astype(little.dtype.newbyteorder("<")).tobytes()


def whole_part(data: bytes) -> tuple[int, int]:
    """How often the largest whole resolution is halved, and where its data end.

    0 where none is whole, where all are (then it is the image itself that is here), or where
    nothing can be known of a prefix.
    """
    levels, at = _main_header(data)
    found, end = 0, 0
    while found <= levels and at + 12 <= len(data):
        marker, tile, length, part, parts = struct.unpack_from(">H2xHIBB", data, at)
        one_each = marker == _SOT and (tile, part, parts) == (0, found, levels + 1)
        if not one_each or length < 14:
            return 0, 0
        if at + length > len(data):
            break
        at = end = at + length
        found += 1
    return (levels + 1 - found, end) if 0 < found <= levels else (0, 0)


def _main_header(data: bytes) -> tuple[int, int]:
    """Decomposition levels and the first tile part; no levels where it is of no use."""
    levels, at, high_throughput = 0, 2, False
    if _tiles(data) != 1:
        return 0, len(data)
    for _ in range(_MOST_MARKERS):
        if at + 12 > len(data):
            return 0, len(data)
        marker, length = struct.unpack_from(">HH", data, at)
        if marker == _SOT:
            return (levels, at) if high_throughput else (0, len(data))
        if marker < 0xFF00 or marker == _POC:
            return 0, len(data)
        high_throughput |= marker == _CAP
        if marker == _COD:
            levels = data[at + 9] if data[at + 5] == _RPCL else 0
        at += 2 + length
    return 0, len(data)


def _tiles(data: bytes) -> int:
    """How many; 0 for images that do not begin where their grid does."""
    width, height, x, y, tile_width, tile_height, left, top = struct.unpack_from(">8I", data, 8)
    if x or y or left or top:
        return 0
    return 1 if tile_width >= width and tile_height >= height else 2
