"""Words and which of them are bold: the plain text comes first, the looks lie beside it.

Whoever takes the words alone has the whole report; bold is the only thing that is lost.
"""

from collections.abc import Callable, Iterable

from attrs import frozen

#: From and to which letter, in order, none of them empty or touching the next.
Spans = tuple[tuple[int, int], ...]


@frozen
class RichText:
    """A text whose letters in `bold` stand out."""

    text: str = ""
    bold: Spans = ()

    def __add__(self, other: "RichText") -> "RichText":
        at = len(self.text)
        behind = ((start + at, end + at) for start, end in other.bold)
        return RichText(self.text + other.text, united((*self.bold, *behind)))

    def part(self, start: int, end: int | None = None) -> "RichText":
        """The letters from `start` to before `end`, as they look."""
        stop = len(self.text) if end is None else min(end, len(self.text))
        inside = ((max(a, start), min(b, stop)) for a, b in self.bold if a < stop and b > start)
        return RichText(self.text[start:stop], tuple((a - start, b - start) for a, b in inside))

    @property
    def stripped(self) -> "RichText":
        """Without the space around it."""
        left = len(self.text) - len(self.text.lstrip())
        return self.part(left, max(left, len(self.text.rstrip())))

    @property
    def lines(self) -> tuple["RichText", ...]:
        return self.split("\n")

    def split(self, between: str) -> tuple["RichText", ...]:
        found, at = [], 0
        for words in self.text.split(between):
            found.append(self.part(at, at + len(words)))
            at += len(words) + len(between)
        return tuple(found)

    @property
    def runs(self) -> tuple[tuple[str, bool], ...]:
        """Pieces of one look, in order: their words, and whether they are bold."""
        found, at = [], 0
        for start, end in (*self.bold, (len(self.text), len(self.text))):
            found += [(self.text[at:start], False), (self.text[start:end], True)]
            at = end
        return tuple((words, bold) for words, bold in found if words)


def joined(parts: Iterable[RichText], between: str = "\n") -> RichText:
    """Several texts as one."""
    whole: RichText | None = None
    for part in parts:
        whole = part if whole is None else whole + RichText(between) + part
    return whole or RichText()


def united(spans: Iterable[tuple[int, int]]) -> Spans:
    """Spans in order; what touches is one."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        else:
            found.append((start, end))
    return tuple(found)


def without(spans: Spans, start: int, end: int) -> Spans:
    """What is left of spans where the letters from `start` to `end` are bold no more."""
    parts = (part for a, b in spans for part in ((a, min(b, start)), (max(a, end), b)))
    return united(parts)


def covers(spans: Spans, start: int, end: int) -> bool:
    """Whether each of these letters is bold."""
    return any(a <= start and end <= b for a, b in spans)


def replaced(spans: Spans, start: int, end: int, length: int, *, bold: bool) -> Spans:
    """Spans after `length` letters took the place of those from `start` to `end`."""
    by = length - (end - start)
    before = ((a, min(b, start)) for a, b in spans)
    behind = ((max(a, end) + by, b + by) for a, b in spans if b > end)
    return united((*before, *behind, *([(start, start + length)] if bold else [])))


def moved(spans: Spans, old: str, new: str) -> Spans:
    """Spans of a text that was changed in one place: words look as they did.

    What is new is bold only in the midst of what is.
    """
    if not spans or old == new:
        return spans
    start, end, length = difference(old, new)
    among = any(
        (a < start and end < b)
        if start == end
        else a <= start and end <= b and (a, b) != (start, end)
        for a, b in spans
    )
    return replaced(spans, start, end, length, bold=among)


def difference(old: str, new: str) -> tuple[int, int, int]:
    """The one place where two texts differ: from and to where in the old one, and how many
    letters stand there now."""
    most = min(len(old), len(new))
    head = _longest(most, lambda n: old[:n] == new[:n])
    tail = _longest(most - head, lambda n: old[len(old) - n :] == new[len(new) - n :])
    return head, len(old) - tail, len(new) - tail - head


def _longest(most: int, same: Callable[[int], bool]) -> int:
    """The largest n up to `most` for which `same` holds, where it holds for all below."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if same(middle):
            low = middle
        else:
            high = middle - 1
    return low
