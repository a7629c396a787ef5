"""What a compressed frame says about itself, read before any codec sees it.

Codecs decode a truncated frame to a wrong picture without a word, and one needs
seconds to fail; so size, depth and completeness are settled here, by markers and
lengths alone.
"""

import struct
from typing import Final

from attrs import frozen

from workstation.dicom.reasons import Undecodable

_U16: Final = struct.Struct(">H")
_STANDALONE: Final = frozenset({0x01, *range(0xD0, 0xD9)})
_FRAME_HEADERS: Final = frozenset(set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}) | {0xF7}
_LOSSLESS_SOF: Final = frozenset({0xC3, 0xF7})
_JP2: Final = b"\x00\x00\x00\x0cjP  \r\n\x87\n"
_JXL_BOX: Final = b"\x00\x00\x00\x0cJXL \r\n\x87\n"
_MAX_MARKERS: Final = 10_000


@frozen
class Header:
    """Size and depth as the code stream has them."""

    rows: int
    columns: int
    bits: int
    samples: int
    signed: bool = False
    lossless: bool = False


def jpeg(data: bytes) -> Header:
    """JPEG and JPEG-LS: frame header and end marker (ITU-T T.81 B.1, T.87 C.1)."""
    if data[:2] != b"\xff\xd8":
        raise Undecodable("damaged")
    at, found = 2, None
    for _ in range(_MAX_MARKERS):
        code, at, length = _segment(data, at)
        if code in _FRAME_HEADERS:
            found = _frame_header(data, at, length, code)
        if code == 0xDA:
            break
        at += length
    if found is None:
        raise Undecodable("damaged")
    if data.rfind(b"\xff\xd9", at) < 0:  # cannot occur inside entropy-coded data
        raise Undecodable("truncated")
    return found


def _segment(data: bytes, at: int) -> tuple[int, int, int]:
    """Marker code, where its length field stands, and that length."""
    while at + 1 < len(data) and data[at] == 0xFF and data[at + 1] == 0xFF:
        at += 1  # fill bytes
    if at + 4 > len(data):
        raise Undecodable("truncated")
    if data[at] != 0xFF or data[at + 1] == 0xD9:
        raise Undecodable("damaged")
    code = data[at + 1]
    if code in _STANDALONE:
        return code, at + 2, 0
    (length,) = _U16.unpack_from(data, at + 2)
    if length < 2:
        raise Undecodable("damaged")
    if at + 2 + length > len(data):
        raise Undecodable("truncated")
    return code, at + 2, length


def _frame_header(data: bytes, at: int, length: int, code: int) -> Header:
    if length < 8:
        raise Undecodable("damaged")
    bits, rows, columns, samples = struct.unpack_from(">BHHB", data, at + 2)
    return Header(rows, columns, bits, samples, lossless=code in _LOSSLESS_SOF)


def jpeg2000(data: bytes) -> Header:
    """JPEG 2000 and HTJ2K: SIZ, tile-part lengths and end marker (ITU-T T.800 A)."""
    at = _codestream_start(data)
    if len(data) < at + 42:
        raise Undecodable("truncated")
    if data[at : at + 4] != b"\xff\x4f\xff\x51":
        raise Undecodable("damaged")
    width, height, left, top = struct.unpack_from(">IIII", data, at + 8)
    (samples,) = _U16.unpack_from(data, at + 40)
    if not 1 <= samples <= 4 or len(data) < at + 42 + 3 * samples:
        raise Undecodable("damaged")
    components = {bytes(data[at + 42 + 3 * i : at + 45 + 3 * i]) for i in range(samples)}
    if len({each[0] for each in components}) != 1:
        raise Undecodable("unsupported-syntax")  # components of different depth
    depth = next(iter(components))[0]
    _check_tiles(data, at + 2)
    return Header(
        height - top, width - left, (depth & 0x7F) + 1, samples, signed=bool(depth & 0x80)
    )


def _codestream_start(data: bytes) -> int:
    """Some writers wrap the stream in JP2 boxes although PS3.5 8.2.4 forbids it."""
    if not data.startswith(_JP2):
        return 0
    at = 0
    while at + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        if kind == b"jp2c":
            return at + 8
        if length < 8:
            break
        at += length
    raise Undecodable("damaged")


def _check_tiles(data: bytes, at: int) -> None:
    """Follow main header and tile parts to the end marker."""
    for _ in range(_MAX_MARKERS):
        if at + 2 > len(data):
            raise Undecodable("truncated")
        (marker,) = _U16.unpack_from(data, at)
        if marker == 0xFFD9:
            return
        if marker < 0xFF00 or at + 4 > len(data):
            raise Undecodable("damaged" if marker < 0xFF00 else "truncated")
        if marker == 0xFF90:  # SOT; its Psot 0 means: to the end
            if at + 12 > len(data):
                raise Undecodable("truncated")
            (length,) = struct.unpack_from(">I", data, at + 6)
            if length == 0:
                _need_end(data, at)
                return
            at += max(length, 12)
        else:
            at += 2 + int(_U16.unpack_from(data, at + 2)[0])
    raise Undecodable("damaged")


def _need_end(data: bytes, at: int) -> None:
    if data.rfind(b"\xff\xd9", at) < 0:
        raise Undecodable("truncated")


def rle(data: bytes, segments: int) -> None:
    """The RLE header: as many segments as planes of bytes, in order, inside (PS3.5 G.5)."""
    if len(data) < 64:
        raise Undecodable("truncated")
    count, *offsets = struct.unpack_from("<16I", data)
    if count != segments:
        raise Undecodable("mismatch")
    starts = offsets[:count]
    if starts[0] != 64 or starts != sorted(set(starts)):
        raise Undecodable("damaged")
    if starts[-1] >= len(data):
        raise Undecodable("truncated")


def is_jpegxl(data: bytes) -> bool:
    return data.startswith((b"\xff\x0a", _JXL_BOX))
