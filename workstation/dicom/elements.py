"""Stepping over the elements of a DICOM object (PS3.5 7, PS3.10 7) without believing it.

Runs in the decoder child alone. Every length is held against what is really there;
nesting, counts and inflation are bounded (SEC-01, SEC-06). `dicom.reader` finds pixels
with it, `dicom.header` reads the rest.
"""

import struct
import zlib
from collections.abc import Iterator
from typing import Final, NamedTuple

from attrs import field, frozen

from workstation.dicom.reasons import Undecodable

MAX_DEPTH: Final = 32
MAX_ELEMENTS: Final = 300_000
#: What may be inflated (SEC-01): 20 times its size, as images do; up to 200 times where
#: that is little. No more than `INFLATED_BYTES` whatever it is.
_USUAL_RATIO: Final = 20
_LARGEST_RATIO: Final = 200
_LITTLE_BYTES: Final = 128 << 20
INFLATED_BYTES: Final = 1 << 30
_PIECE: Final = 1 << 14  # deflate makes at most 1032 of one

IMPLICIT: Final = "1.2.840.10008.1.2"
EXPLICIT_LE: Final = "1.2.840.10008.1.2.1"
BIG_ENDIAN: Final = "1.2.840.10008.1.2.2"
DEFLATED: Final = "1.2.840.10008.1.2.1.99"

ITEM: Final = 0xFFFEE000
ITEM_END: Final = 0xFFFEE00D
SEQUENCE_END: Final = 0xFFFEE0DD
PIXELS: Final = 0x7FE00010
UNDEFINED: Final = 0xFFFFFFFF

_LONG_VRS: Final = frozenset(b"OB OW OF OD OL OV SQ UC UR UT UN SV UV".split())
_SHORT_VRS: Final = frozenset(
    b"AE AS AT CS DA DS DT FL FD IS LO LT PN SH SL SS ST TM UI UL US".split()
)


class Element(NamedTuple):
    """Where a value stands: `length` is None where it is delimited (PS3.5 7.1.1)."""

    tag: int
    vr: bytes  # empty where the encoding does not write it
    start: int
    length: int | None


@frozen
class Encoded:
    """A data set in `data` from `start` on, and how it is written."""

    data: bytes = field(repr=False)
    start: int
    syntax: str
    big_endian: bool
    explicit: bool
    is_stated: bool  # the syntax, by file meta information; else it was told by looking

    def walker(self) -> "Walker":
        return Walker(self.data, ">" if self.big_endian else "<", self.explicit)


def encoded(data: bytes) -> Encoded:
    """Tell file meta information and data set apart; raises `Undecodable`."""
    start = 132 if data[128:132] == b"DICM" else 0
    syntax, at = _file_meta(data, start)
    if syntax == DEFLATED:
        data, at = _inflated(data[at:]), 0
    if start and at + 8 > len(data):
        raise Undecodable("truncated")
    vr = data[at + 4 : at + 6]
    explicit = vr in _LONG_VRS or vr in _SHORT_VRS
    big, stated = syntax == BIG_ENDIAN, bool(syntax)
    if not stated:
        if not start and not _looks_like_a_data_set(data[at : at + 8], explicit):
            raise Undecodable("not-dicom")
        big = explicit and data[at : at + 1] == b"\0"
        syntax = BIG_ENDIAN if big else EXPLICIT_LE if explicit else IMPLICIT
    return Encoded(data, at, syntax, big, explicit, stated)


def _looks_like_a_data_set(first: bytes, explicit: bool) -> bool:
    """Without prefix and meta information only group 8 at the start is believed."""
    if first[:2] not in (b"\x08\x00", b"\x00\x08"):
        return False
    return explicit or (len(first) == 8 and int.from_bytes(first[4:8], "little") < 1 << 16)


def _file_meta(data: bytes, at: int) -> tuple[str, int]:
    """Transfer Syntax UID of group 2, and where the data set begins."""
    walker, syntax = Walker(data, "<", explicit=True), ""
    while data[at : at + 2] == b"\x02\x00":
        tag, _, at, length = walker.element(at)
        if length is None:
            raise Undecodable("damaged")
        if tag == 0x00020010:
            raw = data[at : at + min(length, 64)]
            syntax = raw.decode("ascii", "replace").strip(" \0")
        at += length
    return syntax, at


def inflation_bound(deflated: int) -> int:
    """How many bytes so many deflated ones may become."""
    steep = min(_LARGEST_RATIO * deflated, _LITTLE_BYTES)
    return min(INFLATED_BYTES, max(_USUAL_RATIO * deflated, steep, 1 << 20))


def _inflated(deflated: bytes) -> bytes:
    """Inflate what is within bounds (SEC-01); counted first, so that a bomb costs nothing."""
    size = _inflated_size(deflated)
    return zlib.decompress(deflated, wbits=-15, bufsize=size) if size else b""


def _inflated_size(deflated: bytes) -> int:
    bound = inflation_bound(len(deflated))
    stream, size = zlib.decompressobj(-15), 0
    for at in range(0, len(deflated), _PIECE):
        try:
            size += len(stream.decompress(deflated[at : at + _PIECE]))
        except zlib.error as error:
            raise Undecodable("damaged") from error
        if size > bound:
            raise Undecodable("budget")
        if stream.eof:
            return size
    raise Undecodable("truncated")


class Walker:
    """Steps over elements; knows byte order and whether VRs are written."""

    def __init__(self, data: bytes, order: str, explicit: bool) -> None:
        self._data = data
        self._end = len(data)
        self._explicit = explicit
        self.seen = 0
        self._with_vr = struct.Struct(order + "HH2sH")
        self._without_vr = struct.Struct(order + "HHI")
        self._long = struct.Struct(order + "I")

    def element(self, at: int) -> Element:
        """The element at `at`."""
        self.seen += 1
        if self.seen > MAX_ELEMENTS:
            raise Undecodable("budget")
        if at + 8 > self._end:
            raise Undecodable("truncated")
        if not self._explicit:
            group, number, length = self._without_vr.unpack_from(self._data, at)
            return _element(group << 16 | number, b"", at + 8, length)
        group, number, vr, length = self._with_vr.unpack_from(self._data, at)
        if vr in _SHORT_VRS:
            return Element(group << 16 | number, vr, at + 8, length)
        if group == 0xFFFE:
            (length,) = self._long.unpack_from(self._data, at + 4)
            return _element(group << 16 | number, b"", at + 8, length)
        if vr in _LONG_VRS:
            if at + 12 > self._end:
                raise Undecodable("truncated")
            (length,) = self._long.unpack_from(self._data, at + 8)
            return _element(group << 16 | number, vr, at + 12, length)
        raise Undecodable("damaged")

    def plain(self, at: int, limit: int | None) -> Iterator[tuple[int, bytes]]:
        """(tag, all its bytes) of elements as most are: explicit, short, standard.

        Up to `limit`, or the end of the data. Stops before the first that needs a closer
        look or is not all there. Several times faster than `element`: headers come by the
        thousand.
        """
        if not self._explicit:
            return
        data, unpack = self._data, self._with_vr.unpack_from
        limit = self._end if limit is None else limit
        while at <= limit - 8:
            group, number, vr, length = unpack(data, at)
            end = at + 8 + length
            if vr not in _SHORT_VRS or group & 1 or end > limit or not number:
                return
            self.seen += 1
            if self.seen > MAX_ELEMENTS:
                raise Undecodable("budget")
            yield group << 16 | number, data[at:end]
            at = end

    def more(self, at: int) -> bool:
        """Whether another element can begin at `at`; a few padding bytes are none."""
        return at + 8 <= self._end

    def end_of(self, element: Element) -> int:
        """Where a value of known length ends."""
        assert element.length is not None
        end = element.start + element.length
        if end > self._end:
            raise Undecodable("truncated")
        return end

    def implicit(self) -> "Walker":
        """For what UN hides: it is written in implicit VR (PS3.5 6.2.2 note 2)."""
        walker = Walker(self._data, "<", explicit=False)
        walker.seen = self.seen
        return walker

    def after(self, element: Element, depth: int = 0) -> int:
        """Where the next element begins; delimited values are stepped through."""
        if element.length is not None:
            return self.end_of(element)
        if depth >= MAX_DEPTH:
            raise Undecodable("budget")
        inner = self if element.vr != b"UN" else self.implicit()
        end = inner._after_items(element.start, depth + 1)
        self.seen = inner.seen
        return end

    def _after_items(self, at: int, depth: int) -> int:
        while True:
            item = self.element(at)
            if item.tag == SEQUENCE_END:
                return item.start
            if item.tag != ITEM:
                raise Undecodable("damaged")
            if item.length is not None:
                at = self.end_of(item)
                continue
            at = item.start
            while True:
                element = self.element(at)
                if element.tag == ITEM_END:
                    at = element.start
                    break
                at = self.after(element, depth)


def _element(tag: int, vr: bytes, start: int, length: int) -> Element:
    return Element(tag, vr, start, None if length == UNDEFINED else length)
