"""Palette colour tables out of metadata: plain, segmented and supplemental (PS3.3 C.7.9)."""

import struct
from collections.abc import Sequence
from typing import Final

from workstation.domain.presentation import Palette
from workstation.protocols.dicom_attributes import Attributes

_DESCRIPTORS: Final = ("00281101", "00281102", "00281103")
_PLAIN: Final = ("00281201", "00281202", "00281203")
_SEGMENTED: Final = ("00281221", "00281222", "00281223")
_MAX_ENTRIES: Final = 65_536
#: Segments of one table; an honest one has a few dozen.
_MAX_SEGMENTS: Final = 65_536
_DISCRETE, _LINEAR, _INDIRECT = 0, 1, 2


def palette_of(values: Attributes) -> Palette | None:
    """The three tables of PALETTE COLOR, or of a supplemental palette (C.7.6.19).

    None where there are none, or where one of them is not what its descriptor claims.
    """
    indexed = values.text("00280004") == "PALETTE COLOR"
    if not indexed and values.text("00089205") not in ("COLOR", "MIXED"):
        return None
    first = _first(values)
    tables = [
        _table(values, descriptor, plain, segmented)
        for descriptor, plain, segmented in zip(_DESCRIPTORS, _PLAIN, _SEGMENTED, strict=True)
    ]
    red, green, blue = tables
    if first is None or red is None or green is None or blue is None:
        return None
    if not len(red) == len(green) == len(blue):
        return None
    bits = int(values.numbers("00281101")[2])
    return Palette(first, bits, red, green, blue, supplemental=not indexed)


def _first(values: Attributes) -> int | None:
    """First stored value mapped: that of the red table (C.7.6.3.1.5)."""
    descriptor = values.numbers("00281101")
    if len(descriptor) != 3:
        return None
    first = int(descriptor[1])
    return first - 65_536 if values.whole("00280103") == 1 and first > 32_767 else first


def _table(values: Attributes, descriptor: str, plain: str, segmented: str) -> bytes | None:
    claim = values.numbers(descriptor)
    if len(claim) != 3 or claim[2] not in (8, 16):
        return None
    entries, bits = int(claim[0]) or _MAX_ENTRIES, int(claim[2])
    if not 0 < entries <= _MAX_ENTRIES:
        return None
    if values.has(segmented):
        return _expanded(table_bytes(values, segmented), entries, bits)
    data, needed = table_bytes(values, plain), entries * (bits // 8)
    if bits == 8 and len(data) >= 2 * entries:
        data = data[: 2 * entries : 2]  # eight bits, yet one to a word
    return data[:needed] if len(data) >= needed else None


def table_bytes(values: Attributes, tag: str) -> bytes:
    """Little-endian bytes of a table, whether it was written as bytes or as numbers."""
    if data := values.inline(tag):
        return data
    numbers = values.numbers(tag)[:_MAX_ENTRIES]
    if not numbers or not all(0 <= n <= 0xFFFF and n == int(n) for n in numbers):
        return b""
    return struct.pack(f"<{len(numbers)}H", *(int(n) for n in numbers))


def _expanded(data: bytes, entries: int, bits: int) -> bytes | None:
    """Segments to entries (C.7.9.2); None where they are not exactly as many as claimed."""
    code = "B" if bits == 8 else "H"
    words = struct.unpack(
        f"<{len(data) * 8 // bits}{code}", data[: len(data) * 8 // bits * bits // 8]
    )
    found = _Segments(words, entries, 4 if bits == 8 else 2)
    if not found.run(0, _MAX_SEGMENTS, nested=False) or len(found.out) != entries:
        return None
    return struct.pack(f"<{entries}{code}", *found.out)


class _Segments:
    """Expands segments one after another; never more entries than were claimed."""

    def __init__(self, words: Sequence[int], entries: int, offset_words: int) -> None:
        self._words = words
        self._entries = entries
        self._offset_words = offset_words  # an offset takes 32 bits
        self._bits = 32 // offset_words
        self._budget = _MAX_SEGMENTS
        self.out: list[int] = []

    def run(self, at: int, count: int, *, nested: bool) -> bool:
        """`count` segments from `at`; False where they cannot be right."""
        for _ in range(count):
            if len(self.out) == self._entries and not nested:
                return True  # what follows is padding
            self._budget -= 1
            if at + 2 > len(self._words) or self._budget < 0:
                return at >= len(self._words) and not nested
            kind, length = self._words[at], self._words[at + 1]
            if kind == _INDIRECT:
                if nested or not self._indirect(at, length):  # it may not name another one
                    return False
                at += 2 + self._offset_words
                continue
            used = length if kind == _DISCRETE else 1
            values = self._words[at + 2 : at + 2 + used]
            if kind not in (_DISCRETE, _LINEAR) or len(values) < used or not length:
                return False
            if len(self.out) + length > self._entries:
                return False
            self.out += values if kind == _DISCRETE else self._line(length, values[0])
            at += 2 + used
        return True

    def _line(self, length: int, end: int) -> list[int]:
        """From the last entry, which is not repeated, to `end`, which is reached."""
        start = self.out[-1] if self.out else end
        return [round(start + (end - start) * step / length) for step in range(1, length + 1)]

    def _indirect(self, at: int, count: int) -> bool:
        parts = self._words[at + 2 : at + 2 + self._offset_words]
        if len(parts) < self._offset_words:
            return False
        offset = sum(part << (self._bits * place) for place, part in enumerate(parts))
        return self.run(offset * 8 // self._bits, count, nested=True)
