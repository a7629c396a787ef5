"""What a JPEG XL code stream says about itself, read before its codec allocates by it.

ISO/IEC 18181-1 D.2 (SizeHeader), D.3 (ImageMetadata) and 18181-2 (boxes). Bits come
lowest first. The stream has no end marker; the codec itself asks for more input within
milliseconds, and gives nothing back.
"""

import struct
from typing import Final

from attrs import define, frozen

from workstation.dicom.reasons import Undecodable

_BOX: Final = b"\x00\x00\x00\x0cJXL \r\n\x87\n"
_STREAM: Final = b"\xff\x0a"
_MAX_BOXES: Final = 1000
#: The longest size, orientation and depth take less.
_HEADER_BYTES: Final = 40
#: Columns as a share of rows, by the three bits of `ratio`; 0 states them.
_RATIOS: Final = {1: (1, 1), 2: (12, 10), 3: (4, 3), 4: (3, 2), 5: (16, 9), 6: (5, 4), 7: (2, 1)}
_WIDTHS: Final = (9, 13, 18, 30)


@frozen
class Stated:
    """Size and depth; how many samples there are only the codec finds."""

    rows: int
    columns: int
    bits: int


def header(data: bytes) -> Stated:
    """Size and bits a sample; raises `Undecodable`."""
    start = _codestream_start(data)
    if data[start : start + 2] != _STREAM:
        raise Undecodable("damaged")
    stream = data[start + 2 : start + _HEADER_BYTES]
    bits = _Bits(int.from_bytes(stream, "little"), len(stream) * 8)
    rows, columns = _size(bits)
    return Stated(rows, columns, _depth(bits))


@define
class _Bits:
    value: int
    left: int

    def take(self, count: int) -> int:
        self.left -= count
        if self.left < 0:
            raise Undecodable("truncated")
        found = self.value & ((1 << count) - 1)
        self.value >>= count
        return found


def _size(bits: _Bits) -> tuple[int, int]:
    by_eight = bits.take(1) == 1
    rows = _length(bits, by_eight)
    ratio = bits.take(3)
    if ratio:
        over, under = _RATIOS[ratio]
        return rows, rows * over // under
    return rows, _length(bits, by_eight)


def _length(bits: _Bits, by_eight: bool) -> int:
    if by_eight:
        return 8 * (1 + bits.take(5))
    return 1 + bits.take(_WIDTHS[bits.take(2)])


def _depth(bits: _Bits) -> int:
    """A preview, an animation or floating point is no frame of DICOM."""
    if bits.take(1):  # everything as by default
        return 8
    if bits.take(1):  # extra fields
        bits.take(3)  # orientation
        if bits.take(1):
            _size(bits)  # intrinsic size
        if bits.take(2):
            raise Undecodable("unsupported-syntax")
    if bits.take(1):
        raise Undecodable("unsupported-syntax")
    selected = bits.take(2)
    return (8, 10, 12)[selected] if selected < 3 else bits.take(6) + 1


def _codestream_start(data: bytes) -> int:
    """Where the bare code stream begins, or its first part in boxes."""
    if not data.startswith(_BOX):
        return 0
    at = len(_BOX)
    for _ in range(_MAX_BOXES):
        if at + 16 > len(data):
            break
        length, kind, long = struct.unpack_from(">I4sQ", data, at)
        head = 16 if length == 1 else 8
        if kind in (b"jxlc", b"jxlp"):
            return at + head + (4 if kind == b"jxlp" else 0)
        length = long if length == 1 else length
        if length < head:
            break
        at += length
    raise Undecodable("truncated" if at + 16 > len(data) else "damaged")
