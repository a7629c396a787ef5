"""DICOM objects written byte by byte, so that they can lie where a writer would not let them.

No DICOM library is used: what is hostile here is so by PS3.5 and PS3.10 alone.
"""

import struct
from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
from attrs import evolve, field, frozen

from workstation.domain.study import PixelFormat

ROOT: Final = "1.2.840.10008.1.2"
IMPLICIT: Final = ROOT
EXPLICIT: Final = f"{ROOT}.1"
DEFLATED: Final = f"{ROOT}.1.99"
BIG_ENDIAN: Final = f"{ROOT}.2"
RLE: Final = f"{ROOT}.5"
UNDEFINED: Final = 0xFFFFFFFF
CT_IMAGE: Final = "1.2.840.10008.5.1.4.1.1.2"

#: A root of our own, so that no hostile UID is anybody's.
UID_ROOT: Final = "2.25.7700000000"

_LONG: Final = ("OB", "OW", "OF", "OD", "OL", "OV", "SQ", "UC", "UR", "UT", "UN", "SV", "UV")

#: What a site's metadata claims about the good image below.
SQUARE: Final = PixelFormat(64, 64, 16, 16, 15, False)

Change = tuple[str, bytes] | None


@frozen
class Hostile:
    """One object that lies: its bytes, and what must come of it.

    `reason` is what a decoder child answers for its first frame ("" where the pixels
    are right and something else lies); `notice` is what `workstation inspect` says of the
    whole object where that is something else.
    """

    name: str
    why: str
    make: Callable[[], bytes] = field(repr=False)
    reason: str
    notice: str = ""
    index: int = 0  # of the frame that is asked for


#: Every hostile object there is, in the order of the modules that describe them.
ALL: Final[list[Hostile]] = []


def hostile(
    reason: str, notice: str = "", index: int = 0
) -> Callable[[Callable[[], bytes]], Callable[[], bytes]]:
    """Register what the function makes; its name and docstring say what the danger is."""

    def register(make: Callable[[], bytes]) -> Callable[[], bytes]:
        name = make.__name__.replace("_", "-")
        ALL.append(Hostile(name, make.__doc__ or "", make, reason, notice, index))
        return make

    return register


def sized(rows: int, columns: int, bits: int = 16, samples: int = 1) -> PixelFormat:
    """What metadata claim that lie about the size."""
    claimed = evolve(SQUARE, rows=rows, columns=columns, bits_allocated=bits)
    return evolve(claimed, bits_stored=bits, high_bit=bits - 1, samples=samples)


def element(
    tag: int, vr: str, value: bytes, *, length: int | None = None, order: str = "<"
) -> bytes:
    """An element with explicit VR; `length` is what it claims instead of its own."""
    claimed = len(value) if length is None else length
    head = struct.pack(order + "HH", tag >> 16, tag & 0xFFFF) + vr.encode("ascii")
    if vr in _LONG:
        return head + b"\0\0" + struct.pack(order + "I", claimed) + value
    return head + struct.pack(order + "H", claimed) + value


def implicit(tag: int, value: bytes, *, length: int | None = None) -> bytes:
    """An element without VR."""
    claimed = len(value) if length is None else length
    return struct.pack("<HHI", tag >> 16, tag & 0xFFFF, claimed) + value


def item(value: bytes, *, length: int | None = None) -> bytes:
    return implicit(0xFFFEE000, value, length=length)


ITEM_END: Final = struct.pack("<HHI", 0xFFFE, 0xE00D, 0)
SEQUENCE_END: Final = struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)


def sequence(tag: int, *items: bytes) -> bytes:
    return element(tag, "SQ", b"".join(item(each) for each in items))


def us(*values: int) -> bytes:
    return struct.pack(f"<{len(values)}H", *values)


def text(value: str, pad: bytes = b" ") -> bytes:
    raw = value.encode("utf-8")
    return raw + pad * (len(raw) % 2)


def uid(value: str) -> bytes:
    return text(value, b"\0")


def ramp(rows: int = 64, columns: int = 64) -> bytes:
    """16-bit pixels, no two alike in a row."""
    return (np.arange(rows * columns, dtype="<u2").reshape(rows, columns)).tobytes()


def elements(number: int = 1) -> dict[int, tuple[str, bytes]]:
    """The data set of a good CT image, without its pixels."""
    return {
        0x00080005: ("CS", text("ISO_IR 192")),
        0x00080008: ("CS", text("ORIGINAL\\PRIMARY\\AXIAL")),
        0x00080016: ("UI", uid(CT_IMAGE)),
        0x00080018: ("UI", uid(f"{UID_ROOT}.3.{number}")),
        0x00080020: ("DA", text("20260101")),
        0x00080050: ("SH", text("A-1")),
        0x00080060: ("CS", text("CT")),
        0x00100010: ("PN", text("Good^Image")),
        0x00100020: ("LO", text("P-1")),
        0x0020000D: ("UI", uid(f"{UID_ROOT}.1")),
        0x0020000E: ("UI", uid(f"{UID_ROOT}.2")),
        0x00200013: ("IS", text(str(number))),
        0x00200032: ("DS", text(f"0\\0\\{number}")),
        0x00200037: ("DS", text("1\\0\\0\\0\\1\\0")),
        0x00200052: ("UI", uid(f"{UID_ROOT}.4")),
        0x00280002: ("US", us(1)),
        0x00280004: ("CS", text("MONOCHROME2")),
        0x00280010: ("US", us(64)),
        0x00280011: ("US", us(64)),
        0x00280030: ("DS", text("1\\1")),
        0x00280100: ("US", us(16)),
        0x00280101: ("US", us(16)),
        0x00280102: ("US", us(15)),
        0x00280103: ("US", us(0)),
    }


def data_set(changes: Mapping[int, Change] | None = None, number: int = 1) -> bytes:
    """The elements of the good image in order, changed; None leaves one out."""
    wanted: dict[int, Change] = {**elements(number), **(changes or {})}
    return b"".join(element(tag, *wanted[tag]) for tag in sorted(wanted) if wanted[tag] is not None)


def meta(syntax: str) -> bytes:
    """File meta information, with its true length."""
    inner = element(0x00020002, "UI", uid(CT_IMAGE)) + element(
        0x00020003, "UI", uid(f"{UID_ROOT}.3.1")
    )
    inner += element(0x00020010, "UI", uid(syntax))
    return element(0x00020000, "UL", struct.pack("<I", len(inner))) + inner


def part10(body: bytes, syntax: str = EXPLICIT, preamble: bytes = b"\0" * 128) -> bytes:
    return preamble + b"DICM" + meta(syntax) + body


def native(pixels: bytes | None = None, *, length: int | None = None) -> bytes:
    return element(0x7FE00010, "OW", ramp() if pixels is None else pixels, length=length)


def good(number: int = 1) -> bytes:
    """An object with nothing wrong."""
    return part10(data_set(number=number) + native())


def image(changes: Mapping[int, Change], pixels: bytes | None = None) -> bytes:
    """The good image with some elements changed."""
    return part10(data_set(changes) + native(pixels))


def encapsulated(*fragments: bytes, table: bytes = b"", end: bytes = SEQUENCE_END) -> bytes:
    """Pixel Data as an offset table and fragments (PS3.5 A.4)."""
    body = item(table) + b"".join(item(each) for each in fragments) + end
    return element(0x7FE00010, "OB", body, length=UNDEFINED)


def compressed(
    syntax: str, *fragments: bytes, changes: Mapping[int, Change] | None = None, table: bytes = b""
) -> bytes:
    padded = [each + b"\0" * (len(each) % 2) for each in fragments]
    return part10(data_set(changes) + encapsulated(*padded, table=table), syntax)
