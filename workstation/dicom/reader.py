"""A DICOM object, read just far enough to find its pixels (PS3.10 7, PS3.5 7 and A.4).

Runs in the decoder child alone. Every length is held against what is really there,
nesting and counts are bounded, and nothing is copied before it is asked for.
"""

import struct
from typing import Final

from attrs import field, frozen

from workstation.dicom import encapsulation
from workstation.dicom.elements import PIXELS, Element, encoded
from workstation.dicom.reasons import Undecodable
from workstation.domain.study import PixelFormat

_KEPT: Final = frozenset(
    {0x00080016, 0x00080018, 0x00280002, 0x00280004, 0x00280006, 0x00280008, 0x00280010}
    | {0x00280011, 0x00280100, 0x00280101, 0x00280102, 0x00280103, 0x7FE00001, 0x7FE00002}
    | {0x7FE00008, 0x7FE00009, PIXELS}
    | {0x00420011}  # Encapsulated Document
)
_PIXEL_TAGS: Final = (PIXELS, 0x7FE00008, 0x7FE00009)
#: Bytes of an offset table: eight for each of a million frames.
MAX_TABLE: Final = 8 << 20


@frozen
class Object10:
    """An object found in `data`: its syntax and the elements that matter for pixels."""

    data: bytes = field(repr=False)
    syntax: str
    big_endian: bool
    elements: dict[int, Element]
    pieces: encapsulation.Pieces = field(factory=list, init=False, repr=False, eq=False)

    def text(self, tag: int) -> str:
        return self._bytes(tag).decode("ascii", "replace").strip(" \0")

    def number(self, tag: int, default: int | None = None) -> int:
        """A US value, or an IS one; anything else than one whole number is refused."""
        element = self.elements.get(tag)
        if element is None or element.length == 0:
            if default is None:
                raise Undecodable("bad-format")
            return default
        vr = _implicit_vr(tag) if element.vr in (b"", b"UN") else element.vr
        if vr == b"US" and element.length == 2:
            order = ">H" if self.big_endian else "<H"
            return int(struct.unpack_from(order, self.data, element.start)[0])
        text = self.text(tag)
        if vr == b"IS" and text.isascii() and text.isdigit() and len(text) < 12:
            return int(text)
        raise Undecodable("bad-format")

    def _bytes(self, tag: int) -> bytes:
        element = self.elements.get(tag)
        if element is None or element.length is None:
            return b""
        return self.data[element.start : element.start + min(element.length, 256)]

    @property
    def pixel_element(self) -> Element | None:
        """Pixel Data, Float Pixel Data or Double Float Pixel Data: one of them alone."""
        return next((self.elements[tag] for tag in _PIXEL_TAGS if tag in self.elements), None)

    @property
    def offsets(self) -> tuple[int, ...]:
        """The Extended Offset Table; empty where there is none."""
        element = self.elements.get(0x7FE00001)
        if element is None or not element.length or element.length > MAX_TABLE:
            return ()
        order = ">" if self.big_endian else "<"
        return struct.unpack_from(f"{order}{element.length // 8}Q", self.data, element.start)

    @property
    def pixels(self) -> PixelFormat:
        element, allocated = self.pixel_element, self.number(0x00280100)
        stored = self.number(0x00280101, allocated)
        return PixelFormat(
            rows=self.number(0x00280010),
            columns=self.number(0x00280011),
            bits_allocated=allocated,
            bits_stored=stored,
            high_bit=self.number(0x00280102, stored - 1),
            signed=self.number(0x00280103, 0) == 1,
            samples=self.number(0x00280002, 1),
            photometric=self.text(0x00280004),
            planar=self.number(0x00280006, 0),
            floating=element is not None and element.tag != PIXELS,
        )

    @property
    def frame_count(self) -> int:
        return max(1, self.number(0x00280008, 1))


def read(data: bytes) -> Object10:
    """Find syntax and pixels of a Part 10 object; raises `Undecodable`."""
    found = encoded(data)
    walker, at = found.walker(), found.start
    elements: dict[int, Element] = {}
    while walker.more(at):
        element = walker.element(at)
        if element.tag in _KEPT:
            elements[element.tag] = element
        if element.tag in _PIXEL_TAGS:
            if element.length is not None:
                walker.end_of(element)
            break
        at = walker.after(element)
    return Object10(found.data, found.syntax, found.big_endian, elements)


def _implicit_vr(tag: int) -> bytes:
    return b"IS" if tag == 0x00280008 else b"US"


def frame_bytes(found: Object10, index: int, bits: int, encapsulated: bool) -> bytes:
    """The bytes of one frame as they would travel alone; `bits` of one that is not
    encapsulated. Raises `Undecodable`."""
    element = found.pixel_element
    if element is None:
        raise Undecodable("no-pixels")
    if not 0 <= index < found.frame_count:
        raise Undecodable("missing-frame")
    if encapsulated:
        return _encapsulated_frame(found, element, index)
    if element.length is None:
        raise Undecodable("damaged")
    return _native_frame(found, element, index, bits)


def _native_frame(found: Object10, element: Element, index: int, bits: int) -> bytes:
    first = index * bits
    length = element.length or 0
    if (first + bits + 7) // 8 > length:
        raise Undecodable("truncated")
    if first % 8 or (bits % 8 and found.frame_count > 1):
        return _shifted_bits(found.data, element.start, first, bits)
    start, size = element.start + first // 8, (bits + 7) // 8
    if found.big_endian and found.number(0x00280100) == 8 and element.vr == b"OW":
        return _unswapped(found.data, element.start, first // 8, size)
    return found.data[start : start + size]


def _unswapped(data: bytes, start: int, first: int, size: int) -> bytes:
    """Bytes that were written as big-endian words: each pair is turned (PS3.5 8.1.1)."""
    lead = first % 2
    begin = start + first - lead
    words = bytearray(data[begin : begin + size + lead + (size + lead) % 2])
    words[0::2], words[1::2] = words[1::2], words[0::2]
    return bytes(words[lead : lead + size])


def _shifted_bits(data: bytes, start: int, first: int, bits: int) -> bytes:
    """One-bit frames are packed without a gap between them (PS3.5 8.1.1)."""
    begin, end = start + first // 8, start + (first + bits + 7) // 8
    packed = int.from_bytes(data[begin:end], "little") >> (first % 8)
    return (packed & ((1 << bits) - 1)).to_bytes((bits + 7) // 8, "little")


def _encapsulated_frame(found: Object10, element: Element, index: int) -> bytes:
    if not found.pieces:  # once for all frames of the object
        order, count = ">" if found.big_endian else "<", found.frame_count
        found.pieces.extend(
            encapsulation.pieces(
                found.data, element.start, order, count, found.offsets, found.syntax
            )
        )
    return encapsulation.joined(found.data, found.pieces[index])
