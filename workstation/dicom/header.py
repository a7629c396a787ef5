"""The header of a Part 10 object as DICOM JSON (PS3.18 F): what metadata would say.

Runs in the decoder child. Local files then go through the very parser that the metadata
of a site goes through. Pixels and other bulk data are named, not carried; small binary
values (LUTs, palettes, overlays) travel as InlineBinary, little endian.
"""

import base64
import json
import struct
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from pydicom.datadict import DicomDictionary, dictionary_VR

from workstation.dicom.character_sets import DEFAULT, CharacterSet, character_set, texts
from workstation.dicom.elements import (
    ITEM,
    ITEM_END,
    MAX_DEPTH,
    SEQUENCE_END,
    Element,
    Walker,
    encoded,
)
from workstation.dicom.reasons import Undecodable

#: Tables that are always carried as bytes, whatever their VR (LUTs, palettes, ICC).
_TABLES: Final = frozenset(
    {0x00281200, 0x00281201, 0x00281202, 0x00281203, 0x00281204, 0x00281211, 0x00281212}
    | {0x00281213, 0x00281214, 0x00281221, 0x00281222, 0x00281223, 0x00282000, 0x00283006}
)
_TABLE_BYTES: Final = 8 << 20
_SMALL: Final = 256
#: Bytes of values in one header; what does not fit is named without its value.
ROOM: Final = 16 << 20
#: Private elements worth carrying, without their block: b-values and directions of diffusion,
#: scale factors of MR and PET, the start of a PET scan.
_PRIVATE: Final = frozenset(
    {0x0019000C, 0x0019000E, 0x001900BB, 0x001900BC, 0x001900BD, 0x00430039, 0x20010003}
    | {0x200500B0, 0x200500B1, 0x200500B2, 0x2005000E, 0x70530000, 0x70530009, 0x0009000D}
)
_PRIVATE_GROUPS: Final = frozenset(tag >> 16 for tag in _PRIVATE)
_PIXEL_DATA: Final = frozenset({0x7FE00008, 0x7FE00009, 0x7FE00010})
_CHARACTER_SET: Final = 0x00080005
_PIXEL_REPRESENTATION: Final = 0x00280103
_SWITCHES: Final = frozenset({_CHARACTER_SET, _PIXEL_REPRESENTATION})  # change what follows
_LENGTH: Final = struct.Struct("<i")
_TEXTS: Final = frozenset(b"AE AS CS DA DS DT IS LO LT PN SH ST TM UC UI UR UT".split())
_NUMBERS: Final[Mapping[bytes, tuple[str, int]]] = MappingProxyType(
    {
        b"US": ("H", 2), b"SS": ("h", 2), b"UL": ("I", 4), b"SL": ("i", 4),
        b"FL": ("f", 4), b"FD": ("d", 8), b"UV": ("Q", 8), b"SV": ("q", 8),
    }
)  # fmt: skip
_WORDS: Final[Mapping[bytes, int]] = MappingProxyType(
    {b"OW": 2, b"OL": 4, b"OF": 4, b"OV": 8, b"OD": 8}
)
_FRAGMENTED: Final = frozenset((b"OB", b"OW"))
_PIXEL_GROUP: Final = 0x7FE00000  # from here on there are pixels
_OVERLAY_DATA: Final = 0x60003000

Json = dict[str, Any]
#: An element as it is encoded -> its tag and value in JSON.
_Memo = dict[bytes, tuple[str, Json]]


def preload() -> None:
    """Nothing may be opened later, in the sandbox; a first use opens what there is to open."""
    from workstation.dicom import character_sets

    character_sets.preload()
    dictionary_VR(0x60003000)


def to_json(data: bytes, *, every: bool = False) -> bytes:
    """An array of one object, UTF-8; with `every` private element. Raises `Undecodable`."""
    return _to_json(data, {"<": {}, ">": {}}, every=every)


def many_to_json(data: bytes, lengths: Sequence[int]) -> bytes:
    """Several headers, one after another in `data`: each behind its length, 0 for none.

    Files of one series say nearly the same: what one said is not worked out again.
    """
    parts, at, memos = list[bytes](), 0, {"<": _Memo(), ">": _Memo()}
    for length in lengths:
        try:
            made = _to_json(data[at : at + length], memos)
        except Undecodable:
            made = b""  # asked for by itself, it says why
        parts += [_LENGTH.pack(len(made)), made]
        at += length
    return b"".join(parts)


def _to_json(data: bytes, memos: Mapping[str, _Memo], *, every: bool = False) -> bytes:
    found = encoded(data)
    order = ">" if found.big_endian else "<"
    reader = _Header(found.data, found.walker(), order, every=every)
    reader.memo = memos[order]
    syntax = "00020010" if found.is_stated else "00083002"  # Available Transfer Syntax UID
    header = {syntax: {"vr": "UI", "Value": [found.syntax]}} | reader.data_set(found.start)
    return json.dumps([header], ensure_ascii=False, separators=(",", ":")).encode()


class _Header:
    """Turns elements into JSON; one instance for one object and byte order."""

    def __init__(
        self, data: bytes, walker: Walker, order: str, room: int = ROOM, *, every: bool = False
    ) -> None:
        self._data = data
        self._walker = walker
        self._order = order
        self._room = room
        self._every = every
        self._signed = False
        self.memo: _Memo = {}

    def data_set(self, at: int) -> Json:
        """Everything before the pixels, and which kind of pixels there is."""
        found: Json = {}
        among = DEFAULT
        while self._walker.more(at):
            at = self._plain(found, at, None, among)
            if not self._walker.more(at):
                break
            element = self._walker.element(at)
            if element.tag >= _PIXEL_GROUP:
                found[f"{element.tag:08X}"] = {"vr": element.vr.decode() or "OW"}
                if element.tag in _PIXEL_DATA or element.tag >> 16 != _PIXEL_GROUP >> 16:
                    return found
                at = self._walker.after(element)
                continue
            at, among = self._add(found, element, among, 0)
        if any(self._data[at:]):
            raise Undecodable("truncated")
        return found

    def _plain(self, found: Json, at: int, limit: int | None, among: CharacterSet) -> int:
        """The elements from `at` on that are as most are; where the first other one begins."""
        memo = self.memo
        for tag, raw in self._walker.plain(at, limit):
            if tag in _SWITCHES or tag >= _PIXEL_GROUP:
                break
            known = memo.get(raw)
            if known is None:
                known = f"{tag:08X}", self._value(tag, raw[4:6], at + 8, at + len(raw), among)
                if raw[4:6] in _NUMBERS or (raw.isascii() and b"\x1b" not in raw):
                    memo[raw] = known
            found[known[0]] = known[1]
            at += len(raw)
        return at

    def _add(
        self, found: Json, element: Element, among: CharacterSet, depth: int
    ) -> tuple[int, CharacterSet]:
        """One element into `found`; where the next begins, and the character set from now."""
        tag, vr = element.tag, element.vr
        if tag & 0x10000 and not self._every and not _wanted(tag):
            return self._walker.after(element, depth), among
        if not vr or vr == b"UN":
            vr = self._known_vr(tag)
        if element.length is None and vr in _FRAGMENTED:  # an icon image has pixels of its own
            found[f"{tag:08X}"] = {"vr": vr.decode()}
            return self._walker.after(element, depth), among
        if vr == b"SQ" or element.length is None:
            items, at = self._sequence(element, among, depth)
            found[f"{tag:08X}"] = {"vr": "SQ", "Value": items} if items else {"vr": "SQ"}
            return at, among
        end = self._walker.end_of(element)
        if tag & 0xFFFF == 0:  # a group length says nothing
            return end, among
        value = self._value(tag, vr, element.start, end, among)
        found[f"{tag:08X}"] = value
        if tag == _CHARACTER_SET:
            terms = value.get("Value", ())  # of any VR an object likes to give it
            among = character_set([t if isinstance(t, str) else "" for t in terms])
        elif tag == _PIXEL_REPRESENTATION:
            self._signed = value.get("Value") == [1]
        return end, among

    def _sequence(
        self, element: Element, among: CharacterSet, depth: int
    ) -> tuple[list[Json], int]:
        if depth >= MAX_DEPTH:
            raise Undecodable("budget")
        if element.vr != b"UN":
            return self._items(element, among, depth + 1)
        inner = _Header(self._data, self._walker.implicit(), "<", self._room, every=self._every)
        inner._signed = self._signed
        items, at = inner._items(element, among, depth + 1)
        self._walker.seen, self._room = inner._walker.seen, inner._room
        return items, at

    def _items(self, sequence: Element, among: CharacterSet, depth: int) -> tuple[list[Json], int]:
        """Items up to the length or the delimiter (PS3.5 7.5)."""
        walker, at, items = self._walker, sequence.start, list[Json]()
        end = None if sequence.length is None else walker.end_of(sequence)
        while end is None or at < end:
            item = walker.element(at)
            if item.tag == SEQUENCE_END:
                return items, item.start if end is None else end
            if item.tag != ITEM:
                raise Undecodable("damaged")
            found, at = self._item(item, among, depth)
            items.append(found)
        if at != end:
            raise Undecodable("damaged")
        return items, at

    def _item(self, item: Element, among: CharacterSet, depth: int) -> tuple[Json, int]:
        found: Json = {}
        at = item.start
        end = None if item.length is None else self._walker.end_of(item)
        while end is None or at < end:
            at = self._plain(found, at, end, among)
            if at == end:
                break
            element = self._walker.element(at)
            if element.tag == ITEM_END:
                return found, element.start
            at, among = self._add(found, element, among, depth)
        if at != end:
            raise Undecodable("damaged")
        return found, at

    def _known_vr(self, tag: int) -> bytes:
        """From the dictionary; where it leaves a choice, the header decides (PS3.5 A.1)."""
        entry = DicomDictionary.get(tag)
        if entry is not None:
            vr: str = entry[0]
        elif tag & 0x10000:
            return b"LO" if tag & 0xFFFF <= 0xFF else b"UN"
        elif tag >> 24 in (0x50, 0x60):
            try:
                vr = dictionary_VR(tag)
            except KeyError:
                return b"UN"
        else:
            return b"UN"
        if " or " not in vr:
            return vr.encode()
        if vr.endswith("OW"):
            return b"OW"
        return b"SS" if self._signed else b"US"

    def _value(self, tag: int, vr: bytes, start: int, end: int, among: CharacterSet) -> Json:
        named: Json = {"vr": vr.decode()}
        self._room -= end - start
        if end == start or self._room < 0:
            return named
        if vr in _TEXTS:
            return named | {"Value": texts(self._data[start:end], vr, among)}
        if tag in _TABLES or (tag & 0xFF00FFFF) == _OVERLAY_DATA:
            return self._binary(vr, start, end, _TABLE_BYTES)
        if vr in _NUMBERS:
            code, size = _NUMBERS[vr]
            count = (end - start) // size
            return named | {"Value": _finite(self._unpacked(count, code, start))}
        if vr == b"AT":
            pairs = self._unpacked((end - start) // 4 * 2, "H", start)
            tags = [f"{g:04X}{e:04X}" for g, e in zip(pairs[::2], pairs[1::2], strict=True)]
            return named | {"Value": tags}
        return self._binary(vr, start, end, _SMALL)

    def _unpacked(self, count: int, code: str, start: int) -> tuple[Any, ...]:
        return struct.unpack_from(f"{self._order}{count}{code}", self._data, start)

    def _binary(self, vr: bytes, start: int, end: int, limit: int) -> Json:
        """Bytes in little endian, as the JSON model wants them (PS3.18 F.2.7)."""
        vr = b"OW" if vr in (b"US", b"SS", b"UN") and limit != _SMALL else vr
        if end - start > limit:
            self._room += end - start
            return {"vr": vr.decode()}
        raw, size = self._data[start:end], _WORDS.get(vr, 1)
        if self._order == ">" and size > 1:
            whole = raw[: len(raw) // size * size]
            raw = b"".join(whole[at : at + size][::-1] for at in range(0, len(whole), size))
        return {"vr": vr.decode(), "InlineBinary": base64.b64encode(raw).decode()}


def _wanted(tag: int) -> bool:
    """Of private elements only what somebody reads, and who wrote it."""
    if tag & 0xFFFF <= 0xFF:
        return tag >> 16 in _PRIVATE_GROUPS
    return tag & 0xFFFF00FF in _PRIVATE


def _finite(numbers: tuple[Any, ...]) -> list[Any]:
    """JSON has no word for what is not a number."""
    return [n if n - n == 0 else None for n in numbers]
