"""Lists and tables of a report, as its plain text writes them.

    - an item of a list
    1. an item of a numbered list, with at least one more
    Segment | Diameter
    Root | 34 mm          (two rows at least; the first one is the head)

The text is the twin of what is drawn: who reads it alone reads the same, line by line.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from attrs import frozen

from workstation.domain.autotext import HOLE
from workstation.domain.rich_text import RichText, joined

BULLET: Final = "- "
BAR: Final = " | "
_BULLET: Final = re.compile(r"- (?=\S)")
#: Of an item; `1.5 cm` is a size and no number of an item.
NUMBER: Final = re.compile(r"([1-9]\d?)([.)]) (?=\S)")
_BAR: Final = re.compile(r" \|(?: |$)")
_ANY_NUMBER: Final = re.compile(r"\s*\d{1,2}[.)]\s+")


@frozen
class Words:
    """Lines one below the other."""

    lines: tuple[RichText, ...]


@frozen
class Bullets:
    items: tuple[RichText, ...]


@frozen
class Item:
    """Of a numbered list, with the points below it."""

    words: RichText
    below: tuple[RichText, ...] = ()


@frozen
class Numbers:
    """Counted from `start` on."""

    start: int
    items: tuple[Item, ...]


@frozen
class Table:
    """Rows of as many cells each; the first row says what stands below it."""

    rows: tuple[tuple[RichText, ...], ...]


Block = Words | Bullets | Numbers | Table


def blocks(words: RichText) -> tuple[Block, ...]:
    """What a text is made of, in order; each line is in one of them."""
    found: list[Block] = []
    plain: list[RichText] = []
    lines, at = words.lines, 0
    while at < len(lines):
        made = _bullets(lines, at) or _numbers(lines, at) or _table(lines, at)
        if made is None:
            plain.append(lines[at])
            at += 1
            continue
        if plain:
            found.append(Words(tuple(plain)))
            plain = []
        found.append(made[0])
        at += made[1]
    return (*found, Words(tuple(plain))) if plain else tuple(found)


def _bullets(lines: Sequence[RichText], at: int) -> tuple[Block, int] | None:
    items = tuple(_points(lines, at))
    return (Bullets(items), len(items)) if items else None


def _points(lines: Sequence[RichText], at: int) -> Iterator[RichText]:
    for line in (lines[n] for n in range(at, len(lines))):
        if not _BULLET.match(line.text):
            return
        yield line.part(len(BULLET))


def _numbers(lines: Sequence[RichText], at: int) -> tuple[Block, int] | None:
    first = NUMBER.match(lines[at].text)
    if first is None:
        return None
    items: list[Item] = []
    number, used = int(first[1]), 0
    while at + used < len(lines):
        line = lines[at + used]
        match = NUMBER.match(line.text)
        if match is None or (int(match[1]), match[2]) != (number + len(items), first[2]):
            break
        below = tuple(_points(lines, at + used + 1))
        items.append(Item(line.part(match.end()), below))
        used += 1 + len(below)
    return (Numbers(number, tuple(items)), used) if len(items) > 1 else None


def _table(lines: Sequence[RichText], at: int) -> tuple[Block, int] | None:
    wide = len(cells(lines[at]))
    rows = []
    for line in (lines[n] for n in range(at, len(lines) if wide > 1 else at)):
        row = cells(line)
        if len(row) != wide or _BULLET.match(line.text) or NUMBER.match(line.text):
            break
        rows.append(row)
    return (Table(tuple(rows)), len(rows)) if len(rows) > 1 else None


def cells(line: RichText) -> tuple[RichText, ...]:
    """A line parted at its bars; the choices of a hole part nothing."""
    found, at = [], 0
    if "|" not in line.text:
        return (line,)
    for bar in _BAR.finditer(HOLE.sub(lambda hole: "." * len(hole.group()), line.text)):
        found.append(line.part(at, bar.start()))
        at = bar.end()
    return (*found, line.part(at))


def height(block: Block) -> int:
    """How many lines of text it is."""
    match block:
        case Words(lines):
            return len(lines)
        case Bullets(items):
            return len(items)
        case Numbers(_, items):
            return sum(1 + len(item.below) for item in items)
        case Table(rows):
            return len(rows)


def tables(words: RichText) -> Iterator[tuple[Table, tuple[int, ...]]]:
    """The tables of a text, and where each of their rows begins."""
    if "|" not in words.text:
        return
    starts, at = [], 0
    for line in words.lines:
        starts.append(at)
        at += len(line.text) + 1
    number = 0
    for block in blocks(words):
        high = height(block)
        if isinstance(block, Table):
            yield block, tuple(starts[number : number + high])
        number += high


def are_items(lines: Sequence[RichText]) -> tuple[bool, ...]:
    """Which lines of an impression are counted: points below one and tables are not."""
    found: list[bool] = []
    for block in blocks(joined(lines)) if lines else ():
        match block:
            case Words(plain):
                found += [True] * len(plain)
            case Bullets(points):
                found += [False] * len(points)
            case Numbers(_, items):
                for item in items:
                    found += [True, *[False] * len(item.below)]
            case Table(rows):
                found += [False] * len(rows)
    return tuple(found)


def numbered(words: RichText) -> RichText:
    """The lines of an impression as a numbered list; a single item stays as it is.

    Numbers that the author wrote are replaced, so that a list is never counted twice.
    """
    lines = [line.stripped for line in words.lines if line.text.strip()]
    counted = are_items(lines)
    if sum(counted) < 2:
        return joined(lines)
    made, number = [], 0
    for line, item in zip(lines, counted, strict=True):
        if item:
            number += 1
            own = _ANY_NUMBER.match(line.text)
            line = RichText(f"{number}. ") + line.part(own.end() if own else 0)
        made.append(line)
    return joined(made)
