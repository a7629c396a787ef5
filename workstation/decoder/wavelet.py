"""What a JPEG 2000 or HTJ2K code stream says about itself (ITU-T T.800 A, T.814 A).

Main header, every tile part and the end marker are followed by their lengths before a
codec is called: the codecs themselves draw what is missing as grey, without a word.
"""

import struct
from typing import Final

from attrs import define, field

from workstation.decoder.codestream import Header
from workstation.dicom.reasons import Undecodable

_U16: Final = struct.Struct(">H")
_JP2: Final = b"\x00\x00\x00\x0cjP  \r\n\x87\n"
_MAX_TILES: Final = 65_535
_MAX_MARKERS: Final = 1 << 20
_SOT, _EOC, _CAP, _COD = 0xFF90, 0xFFD9, 0xFF50, 0xFF52
#: Multiple component transforms of Part 2 (ITU-T T.801 A.3.9): MCT, MCC, NLT, MCO, CBD.
_PART_2: Final = frozenset({0xFF74, 0xFF75, 0xFF76, 0xFF77, 0xFF78})


@define
class Stream:
    """What following the whole stream tells: its tiles, and how they were made."""

    wanted: int
    tiles: set[int] = field(factory=set)
    high_throughput: bool = False  # its blocks are those of HTJ2K (ITU-T T.814)
    transformed: bool = False  # by a multiple component transform: what comes back is RGB


def codestream(data: bytes) -> bytes:
    """Without the JP2 boxes that some writers add although PS3.5 8.2.4 forbids them."""
    if not data.startswith(_JP2):
        return data
    at = 0
    while at + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        if kind == b"jp2c":
            return data[at + 8 :]
        if length < 8:
            break
        at += length
    raise Undecodable("damaged")


def header(data: bytes) -> Header:
    """Size and depth of a bare code stream (T.800 A.5.1)."""
    if len(data) < 42:
        raise Undecodable("truncated")
    if data[:4] != b"\xff\x4f\xff\x51":
        raise Undecodable("damaged")
    width, height, left, top = struct.unpack_from(">IIII", data, 8)
    depth, samples = _components(data)
    bits = (depth & 0x7F) + 1
    return Header(height - top, width - left, bits, samples, signed=bool(depth & 0x80))


def follow(data: bytes) -> Stream:
    """Step over markers and tile parts up to the end marker; every tile must be met."""
    stream, at = Stream(_tile_count(data)), 2
    for _ in range(_MAX_MARKERS):
        if at + 2 > len(data):
            raise Undecodable("truncated")
        (marker,) = _U16.unpack_from(data, at)
        if marker == _EOC:
            _all_there(stream)
            return stream
        if marker < 0xFF00 or marker in _PART_2:
            raise Undecodable("damaged" if marker < 0xFF00 else "unsupported-syntax")
        if at + 12 > len(data):
            raise Undecodable("truncated")
        stream.high_throughput |= marker == _CAP
        stream.transformed |= marker == _COD and data[at + 8] == 1  # T.800 A.6.1
        if marker == _SOT:
            at = _after_tile_part(data, at, stream)
        else:
            at += 2 + int(_U16.unpack_from(data, at + 2)[0])
    raise Undecodable("damaged")


def _tile_count(data: bytes) -> int:
    """The first tile must begin at or before the image and reach into it (T.800 B.3)."""
    width, height, x, y = struct.unpack_from(">IIII", data, 8)
    tile_width, tile_height, left, top = struct.unpack_from(">IIII", data, 24)
    right, bottom = min(left + tile_width, width), min(top + tile_height, height)
    if not (left <= x < right and top <= y < bottom):
        raise Undecodable("damaged")
    count: int = -(-(width - left) // tile_width) * -(-(height - top) // tile_height)
    if count > _MAX_TILES:
        raise Undecodable("budget")
    return count


def _components(data: bytes) -> tuple[int, int]:
    """Depth and number of components; they must be alike and at full size."""
    (samples,) = _U16.unpack_from(data, 40)
    if not 1 <= samples <= 4 or len(data) < 42 + 3 * samples:
        raise Undecodable("damaged")
    alike = {bytes(data[42 + 3 * i : 45 + 3 * i]) for i in range(samples)}
    (first, *others) = alike
    if others or first[1:] != b"\x01\x01":
        raise Undecodable("unsupported-syntax")
    return first[0], samples


def _after_tile_part(data: bytes, at: int, stream: Stream) -> int:
    (tile,) = _U16.unpack_from(data, at + 4)
    (length,) = struct.unpack_from(">I", data, at + 6)
    stream.tiles.add(tile)
    if length == 0:  # to the end; only the last one may say so (T.800 A.4.2)
        end = data.rfind(b"\xff\xd9", at)
        if end < 0:
            raise Undecodable("truncated")
        return end
    if length < 14:
        raise Undecodable("damaged")
    return at + int(length)


def _all_there(stream: Stream) -> None:
    if len(stream.tiles) < stream.wanted:
        raise Undecodable("truncated")
    if max(stream.tiles) >= stream.wanted:
        raise Undecodable("damaged")
