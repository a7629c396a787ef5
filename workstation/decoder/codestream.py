"""What a compressed frame says about itself, read before any codec sees it.

Codecs decode a truncated frame to a wrong picture without a word, and one needs
seconds to fail; so size, depth and completeness are settled here and in `wavelet`, by
markers and lengths alone.
"""

import struct
from typing import Final

from attrs import evolve, frozen

from workstation.dicom.reasons import Undecodable

_U16: Final = struct.Struct(">H")
_STANDALONE: Final = frozenset({0x01, *range(0xD0, 0xD9)})
#: Start of frame, but for the tables DHT (C4) and DAC (CC) and the reserved C8.
_FRAME_HEADERS: Final = frozenset(set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}) | {0xF7}
_LOSSLESS_SOF: Final = frozenset({0xC3, 0xF7})
#: Hierarchical processes and arithmetic lossless: retired, and no codec has them.
_UNKNOWN_SOF: Final = frozenset({0xC5, 0xC6, 0xC7, 0xCB, 0xCD, 0xCE, 0xCF})
_JPEG_LS: Final = 0xF7
_MAX_MARKERS: Final = 10_000
#: Scans of one progressive frame; each costs a walk over the whole image, however short.
_MAX_SCANS: Final = 100


@frozen
class Header:
    """Size, depth and colours as the code stream has them.

    `colours` is the photometric interpretation of what the codec gives back, where the
    stream itself settles it; empty where the data set must be believed.
    """

    rows: int
    columns: int
    bits: int
    samples: int
    signed: bool = False
    lossless: bool = False
    colours: str = ""


def jpeg(data: bytes, *, ls: bool = False) -> Header:
    """JPEG, or JPEG-LS with `ls`: frame header and end marker (ITU-T T.81 B.1, T.87 C.1)."""
    if data[:2] != b"\xff\xd8":
        raise Undecodable("damaged")
    at, found, colours = 2, None, ""
    for _ in range(_MAX_MARKERS):
        code, at, length = _segment(data, at)
        if code in _FRAME_HEADERS:
            found = _frame_header(data, at, length, code, ls)
        colours = _colours(code, data[at : at + length]) or colours
        if code == 0xDA:
            break
        at += length
    if found is None:
        raise Undecodable("damaged")
    if data.rfind(b"\xff\xd9", at) < 0:  # cannot occur inside entropy-coded data
        raise Undecodable("truncated")
    # Where the first lossless scan holds everything, codecs read no other; counting takes
    # as long as decoding a sixth of the image.
    whole = found.lossless and at + 3 <= len(data) and data[at + 2] == found.samples
    if not whole and data.count(b"\xff\xda", at) > _MAX_SCANS:
        raise Undecodable("budget")
    if not ls:
        _need_bits(len(data) - at, found)
    return evolve(found, colours=colours if found.samples == 3 and not found.lossless else "")


def _need_bits(length: int, header: Header) -> None:
    """A sample without loss, or a block of 8 x 8 with, takes a bit at least (T.81 F.1.2, H.1.2).

    What is missing before an end marker the codec would invent. JPEG-LS has runs, and no
    such bound.
    """
    edge = 1 if header.lossless else 8
    if -(-header.rows // edge) * -(-header.columns // edge) > length * 8:
        raise Undecodable("truncated")


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


def _frame_header(data: bytes, at: int, length: int, code: int, ls: bool) -> Header:
    if code in _UNKNOWN_SOF:
        raise Undecodable("unsupported-syntax")
    if length < 8 or ls != (code == _JPEG_LS):
        raise Undecodable("damaged")
    bits, rows, columns, samples = struct.unpack_from(">BHHB", data, at + 2)
    return Header(rows, columns, bits, samples, lossless=code in _LOSSLESS_SOF)


def _colours(code: int, segment: bytes) -> str:
    """What an application marker says about the transform of three components.

    Adobe's transform flag decides (ITU-T T.872 6.5.3); JFIF images are always YCbCr
    (ITU-T T.871 10.1). Both describe the stream; the data set only repeats it, and at
    times wrongly.
    """
    if code == 0xEE and segment[2:7] == b"Adobe" and len(segment) >= 14:
        return "YBR_FULL" if segment[13] == 1 else "RGB" if segment[13] == 0 else ""
    if code == 0xE0 and segment[2:7] == b"JFIF\0":
        return "YBR_FULL"
    return ""


def rle(data: bytes, segments: int) -> list[tuple[int, int]]:
    """Where each segment begins and ends: as many as planes of bytes, in order, inside.

    PS3.5 G.5.
    """
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
    return list(zip(starts, [*starts[1:], len(data)], strict=True))
