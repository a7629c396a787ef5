"""Numbers as they are said: which words are one, what it is in figures, and where one may doubt.

Pure functions. A number that could be two ("one twenty") is never made one in silence: it is
written as it was said, and what follows is marked, so that nobody signs it unread.
"""

from collections.abc import Sequence
from typing import Final

from attrs import frozen

UNITS: Final = {
    word: value
    for value, word in enumerate(
        ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
    )
}
TEENS: Final = {
    word: value
    for value, word in enumerate(
        (
            "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen",
            "seventeen", "eighteen", "nineteen",
        ),
        10,
    )
}  # fmt: skip
TENS: Final = {
    word: value * 10
    for value, word in enumerate(
        ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"), 2
    )
}
_ORDINALS: Final = {
    word: value
    for value, word in enumerate(
        (
            "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth",
            "ninth", "tenth", "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth",
            "sixteenth", "seventeenth", "eighteenth", "nineteenth", "twentieth",
        ),
        1,
    )
} | {"thirtieth": 30}  # fmt: skip


@frozen
class Number:
    """`length` words from where it was looked for; `figures` as they are written."""

    figures: str
    length: int

    @property
    def is_large(self) -> bool:
        """Written in figures whatever stands beside it; "two nodules" stays words."""
        return "." in self.figures or len(self.figures) > 1


def number_at(words: Sequence[str], at: int) -> Number | None:
    """The number that begins there: whole, with decimals, or with a half."""
    if at < len(words) and _in_figures(words[at]):
        return Number(words[at], 1)
    whole = _whole_at(words, at)
    if whole is None:
        decimals = _decimals_at(words, at)
        return Number(f"0.{decimals.figures}", decimals.length) if decimals else None
    behind = at + whole.length
    decimals = _decimals_at(words, behind)
    if decimals is not None:
        return Number(f"{whole.figures}.{decimals.figures}", whole.length + decimals.length)
    if list(words[behind : behind + 3]) == ["and", "a", "half"]:
        return Number(f"{whole.figures}.5", whole.length + 3)
    return whole


def digits_at(words: Sequence[str], at: int) -> Number | None:
    """Two or more figures said one by one, "one oh five": of a name, an image, a series."""
    found = []
    for word in words[at:]:
        value = 0 if word == "oh" else UNITS.get(word)
        if value is None:
            break
        found.append(str(value))
    joined = "".join(found)
    return Number(joined, len(found)) if len(found) > 1 and words[at] != "oh" else None


def ordinal_at(words: Sequence[str], at: int) -> Number | None:
    """The day of a date, "twenty first"."""
    if at >= len(words):
        return None
    if words[at] in _ORDINALS:
        return Number(str(_ORDINALS[words[at]]), 1)
    unit = _ORDINALS.get(words[at + 1], 99) if at + 1 < len(words) else 99
    if words[at] in ("twenty", "thirty") and unit < 10:
        return Number(str(TENS[words[at]] + unit), 2)
    return None


def year_at(words: Sequence[str], at: int) -> Number | None:
    """A year of the last century or of this one: "two thousand six", "twenty twenty six"."""
    if at >= len(words):
        return None
    if _in_figures(words[at]) and len(words[at]) == 4:
        return Number(words[at], 1)
    whole = _whole_at(words, at)
    if whole is not None and 1900 <= int(whole.figures) < 2100:
        return whole
    century = {"nineteen": "19", "twenty": "20"}.get(words[at])
    if century is None:
        return None
    if list(words[at + 1 : at + 2]) == ["oh"] and at + 2 < len(words) and words[at + 2] in UNITS:
        return Number(f"{century}0{UNITS[words[at + 2]]}", 3)
    rest = _below_hundred(words, at + 1)
    if rest is None or int(rest.figures) < 10:
        return None
    return Number(century + rest.figures, 1 + rest.length)


def _in_figures(word: str) -> bool:
    return word.replace(".", "", 1).isdecimal() and word.isascii() and not word.startswith(".")


def _below_hundred(words: Sequence[str], at: int) -> Number | None:
    if at >= len(words):
        return None
    word = words[at]
    if word in TENS:
        unit = UNITS.get(words[at + 1], 0) if at + 1 < len(words) else 0
        return Number(str(TENS[word] + unit), 2 if unit else 1)
    value = UNITS.get(word, TEENS.get(word))
    return None if value is None else Number(str(value), 1)


def _whole_at(words: Sequence[str], at: int) -> Number | None:
    """Up to 999,999; "and" may stand behind a hundred or a thousand."""
    total, length = 0, 0
    for scale, name in ((1000, "thousand"), (1, "")):
        found = _below_thousand(words, at + length + _and(words, at + length, length))
        if found is None:
            break
        ends = at + length + _and(words, at + length, length) + found.length
        if name and list(words[ends : ends + 1]) != [name]:
            continue
        total += int(found.figures) * scale
        length = ends - at + bool(name)
    return Number(str(total), length) if length else None


def _below_thousand(words: Sequence[str], at: int) -> Number | None:
    first = _below_hundred(words, at)
    if first is None or list(words[at + first.length : at + first.length + 1]) != ["hundred"]:
        return first
    length = first.length + 1
    skipped = _and(words, at + length, length)
    rest = _below_hundred(words, at + length + skipped)
    value = int(first.figures) * 100
    if rest is None:
        return Number(str(value), length)
    return Number(str(value + int(rest.figures)), length + skipped + rest.length)


def _and(words: Sequence[str], at: int, said: int) -> int:
    """1 where "and" stands behind a hundred or a thousand that was said."""
    big = said and words[at - 1] in ("hundred", "thousand")
    return int(bool(big) and list(words[at : at + 1]) == ["and"])


def _decimals_at(words: Sequence[str], at: int) -> Number | None:
    """What follows "point": figures one by one, or one number below a hundred."""
    if list(words[at : at + 1]) != ["point"]:
        return None
    figures, end = "", at + 1
    while end < len(words) and (words[end] in UNITS or words[end] == "oh"):
        figures += str(UNITS.get(words[end], 0))
        end += 1
    if figures:
        return Number(figures, end - at)
    rest = _below_hundred(words, at + 1)
    return None if rest is None else Number(rest.figures, 1 + rest.length)
