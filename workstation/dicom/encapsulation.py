"""Fragments of encapsulated pixel data to frames (PS3.5 A.4, PS3.3 C.7.6.3.1.8).

Runs in the decoder child alone. Offset tables are hints: they are believed where they
point at fragments and every frame they make begins like a code stream; else frames are
told apart by their number of fragments, or by the streams themselves.
"""

import struct
from collections.abc import Collection, Iterator, Sequence
from typing import Final

from workstation.dicom.elements import UNDEFINED
from workstation.dicom.reasons import Undecodable

#: A fragment: where it starts and how long it is.
Fragment = tuple[int, int]
Pieces = list[list[Fragment]]

_MAX_FRAGMENTS: Final = 1 << 20
_ROOT: Final = "1.2.840.10008.1.2.4."
_JPEG: Final = (b"\xff\xd8\xff",)
_JPEG_2000: Final = (b"\xff\x4f\xff\x51", b"\x00\x00\x00\x0cjP  ")
_JPEG_XL: Final = (b"\xff\x0a", b"\x00\x00\x00\x0cJXL ")


def pieces(
    data: bytes, start: int, order: str, count: int, extended: Sequence[int], syntax: str
) -> Pieces:
    """The fragments of each of `count` frames; `extended` is the Extended Offset Table.

    Raises `Undecodable`.
    """
    (table, *rest) = _fragments(data, start, order) or [(start, 0)]
    if not rest:
        raise Undecodable("no-pixels")
    if count == 1:
        return [rest]
    if len(rest) == count:
        return [[each] for each in rest]
    signatures = _signatures(syntax)
    basic = struct.unpack_from(f"{order}{table[1] // 4}I", data, table[0])
    for offsets in (extended, basic):
        made = _by_offsets(rest, offsets, count)
        if made and _each_begins(data, made, signatures):
            return made
    made = _by_signature(data, rest, signatures)
    if len(made) != count:
        short = len(made or rest) < count
        raise Undecodable("missing-frame" if short else "damaged")
    return made


def joined(data: bytes, fragments: Sequence[Fragment]) -> bytes:
    if len(fragments) == 1:
        start, length = fragments[0]
        return data[start : start + length]
    return b"".join(data[start : start + length] for start, length in fragments)


def _fragments(data: bytes, start: int, order: str) -> list[Fragment]:
    return list(_items(data, start, order))


def _items(data: bytes, at: int, order: str) -> Iterator[Fragment]:
    """Start and length of each item, the basic offset table first."""
    head = struct.Struct(order + "HHI")
    for _ in range(_MAX_FRAGMENTS):
        if at + 8 > len(data):
            raise Undecodable("truncated")
        group, number, length = head.unpack_from(data, at)
        if (group, number) == (0xFFFE, 0xE0DD):
            return
        if (group, number) != (0xFFFE, 0xE000) or length == UNDEFINED:
            raise Undecodable("damaged")
        at += 8
        if at + length > len(data):
            raise Undecodable("truncated")
        yield at, length
        at += length
    raise Undecodable("budget")


def _by_offsets(rest: Sequence[Fragment], offsets: Sequence[int], count: int) -> Pieces:
    """Empty where the table is not one of these fragments and this many frames."""
    if len(offsets) != count or offsets[0] != 0:
        return []
    first = rest[0][0]
    starts = {first + offset for offset in offsets}
    if len(starts) != count or not starts <= {start for start, _ in rest}:
        return []
    return _split(rest, starts)


def _by_signature(data: bytes, rest: Sequence[Fragment], signatures: tuple[bytes, ...]) -> Pieces:
    starts = {start for start, _ in rest if data[start : start + 12].startswith(signatures)}
    return _split(rest, starts) if signatures else []


def _each_begins(data: bytes, made: Pieces, signatures: tuple[bytes, ...]) -> bool:
    if not signatures:
        return True
    starts = (frame[0][0] for frame in made)
    return all(data[start : start + 12].startswith(signatures) for start in starts)


def _signatures(syntax: str) -> tuple[bytes, ...]:
    """How a code stream of this syntax begins; empty where none has a beginning of its own."""
    if not syntax.startswith(_ROOT):
        return ()
    number = syntax.removeprefix(_ROOT)
    if number in ("90", "91", "92", "93", "201", "202", "203"):
        return _JPEG_2000
    return _JPEG_XL if number in ("110", "111", "112") else _JPEG


def _split(rest: Sequence[Fragment], starts: Collection[int]) -> Pieces:
    made: Pieces = []
    for each in rest:
        if each[0] in starts or not made:
            made.append([])
        made[-1].append(each)
    return made
