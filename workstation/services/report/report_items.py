"""Lines of a field as items: marked, counted, moved, taken out; pure functions on one field."""

import re
from collections.abc import Sequence
from typing import Final

from attrs import evolve

from workstation.domain.report_blocks import BULLET, are_items
from workstation.domain.report_field import Field
from workstation.domain.rich_text import RichText, joined
from workstation.services.report.phrases import sentence_at

_MARK: Final = re.compile(r"(?:(?P<bullet>-)|(?P<number>\d{1,2})(?P<dot>[.)])) ")

Group = tuple[int, int]  # first and last line


def line_number(text: str, at: int) -> int:
    """Which line a place is in, from 0."""
    return text.count("\n", 0, at)


def marked(each: Field, start: int, end: int, *, numbers: bool) -> tuple[Field, int]:
    """The lines from one place to another as items of a list, or as plain lines again where
    all of them are items already; and where the last of them ends."""
    lines = list(each.rich.lines)
    first, last = line_number(each.text, start), line_number(each.text, end)
    kind = "number" if numbers else "bullet"
    chosen = range(first, last + 1)
    listed = all((found := _MARK.match(lines[n].text)) and found[kind] for n in chosen)
    before = _MARK.match(lines[first - 1].text) if first else None
    number = int(before["number"]) if before and before["number"] else 0
    for n in chosen:
        found = _MARK.match(lines[n].text)
        bare = lines[n].part(found.end() if found else 0)
        number += 1
        mark = "" if listed else f"{number}. " if numbers else BULLET
        lines[n] = RichText(mark) + bare
    _counted_on(lines, last + 1)
    return each.restyled(joined(lines)), _end_of(lines, last)


def broken(each: Field, start: int, end: int) -> tuple[Field, int]:
    """A line end in place of what is selected: a list goes on, an empty item ends it."""
    whole = each.rich
    begins = each.text.rfind("\n", 0, start) + 1
    mark = _MARK.match(each.text, begins)
    if mark is None or mark.end() > start:
        return each.restyled(whole.part(0, start) + RichText("\n") + whole.part(end)), start + 1
    if not each.text[mark.end() : start].strip() and not _rest_of_line(each.text, end):
        return each.restyled(whole.part(0, begins) + whole.part(end)), begins
    number = f"{int(mark['number']) + 1}{mark['dot']} " if mark["number"] else BULLET
    lines = list((whole.part(0, start) + RichText(f"\n{number}") + whole.part(end)).lines)
    _counted_on(lines, line_number(each.text, start) + 2)
    return each.restyled(joined(lines)), start + 1 + len(number)


def _rest_of_line(text: str, at: int) -> str:
    return text[at:].partition("\n")[0].strip()


def _counted_on(lines: list[RichText], at: int) -> None:
    """Numbers of the items from a line on, as the line before them goes."""
    while 0 < at < len(lines):
        before, here = _MARK.match(lines[at - 1].text), _MARK.match(lines[at].text)
        if not before or not here or not before["number"] or not here["number"]:
            return
        number = int(before["number"]) + 1
        lines[at] = RichText(f"{number}{here['dot']} ") + lines[at].part(here.end())
        at += 1


def item_moved(each: Field, at: int, step: int) -> tuple[Field, int] | None:
    """The item at a place before the one above it (-1) or behind the one below (1).

    Returns
    -------
    The field, and the same letter of the item where it is now; None where there is no room.
    """
    lines = each.rich.lines
    here = _group(lines, line_number(each.text, at))
    other = _beside(lines, here, step)
    if other is None:
        return None
    upper, lower = sorted((here, other))
    order = [
        *range(upper[0]), *range(lower[0], lower[1] + 1), *range(upper[0], upper[1] + 1),
        *range(lower[1] + 1, len(lines)),
    ]  # fmt: skip
    moved = _as_counted([lines[n] for n in order], lines)
    into = at - _start_of(lines, here[0])
    return each.restyled(joined(moved)), _start_of(moved, order.index(here[0])) + into


def without_item(each: Field, at: int) -> tuple[Field, int]:
    """The field without the item at a place, and where the next one begins."""
    lines = each.rich.lines
    first, last = _group(lines, line_number(each.text, at))
    rest = _as_counted([*lines[:first], *lines[last + 1 :]], lines)
    return each.restyled(joined(rest)), _start_of(rest, min(first, max(0, len(rest) - 1)))


def _group(lines: Sequence[RichText], at: int) -> Group:
    """An item with the points and the table below it; a point, or a row, alone."""
    counted = _items(lines)
    last = at
    while counted[at] and last + 1 < len(lines) and not counted[last + 1]:
        last += 1
    return at, last


def _items(lines: Sequence[RichText]) -> list[bool]:
    items = are_items(lines)
    return [item and bool(line.text.strip()) for item, line in zip(items, lines, strict=True)]


def _beside(lines: Sequence[RichText], here: Group, step: int) -> Group | None:
    at = here[1] + 1 if step > 0 else here[0] - 1
    counted = _items(lines)
    if not 0 <= at < len(lines):
        return None
    if not counted[here[0]]:  # a point changes places with a point
        return None if counted[at] else (at, at)
    while at > 0 and not counted[at]:
        at -= 1
    return _group(lines, at) if counted[at] else None


def _as_counted(lines: Sequence[RichText], before: Sequence[RichText]) -> list[RichText]:
    """Lines in a new order: numbers stay in their places, only the words went."""
    marks = iter([m.group() for line in before if (m := _MARK.match(line.text)) and m["number"]])
    made = []
    for line in lines:
        found = _MARK.match(line.text)
        if found and found["number"]:
            line = RichText(next(marks)) + line.part(found.end())
        made.append(line)
    return made


def _start_of(lines: Sequence[RichText], number: int) -> int:
    return sum(len(line.text) + 1 for line in lines[:number])


def _end_of(lines: Sequence[RichText], number: int) -> int:
    return _start_of(lines, number) + len(lines[number].text)


def finding_at(each: Field, at: int, reach: int) -> RichText:
    """What is taken of a field, else the sentence at a place; without the mark of an item."""
    start, end = (at, at + reach) if reach else sentence_at(each.text, at)
    words = each.rich.part(start, end).stripped
    mark = _MARK.match(words.text)
    return words.part(mark.end() if mark else 0)


def with_item(each: Field, finding: RichText, source: Field) -> Field:
    """An impression with a finding as its last item; words that nobody confirmed give way."""
    empty = not each.filled or each.untouched
    whole = finding if empty else each.rich.stripped + RichText("\n") + finding
    made = each.restyled(whole)
    cited = tuple(link for link in source.links if link.text in finding.text)
    fresh = tuple(link for link in cited if link not in made.links)
    return evolve(made, links=(*made.links, *fresh))
