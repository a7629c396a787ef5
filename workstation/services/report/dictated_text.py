"""What was said, as a report writes it: marks, numbers with units, levels of the spine, dates.

Pure and driven by `resources/speech/LANGUAGE.toml`. What is unsure is kept beside the text:
a number that was heard badly, or that could be two, must be seen before it is signed.
"""

from collections.abc import Sequence
from typing import Final

from attrs import frozen

from workstation.domain.speech import Word
from workstation.services.report.spoken_numbers import (
    Number,
    digits_at,
    number_at,
    ordinal_at,
    year_at,
)
from workstation.services.report.spoken_table import Spoken, longest

#: Below this confidence a number is unsure. Engines tell from 0 to 1, each in its own way.
SURE: Final = 0.7
_NO_SPACE_BEFORE: Final = (".", ",", ":", ";", "?", "!", ")", "/", "-", "\n", "\n\n")
_NO_SPACE_AFTER: Final = ("(", "/", "-", "\n")
_CHAIN: Final = ("by", "to", "and", "or", "through", "x")
_TRAILING: Final = ".,;:?!)"


@frozen
class Piece:
    """One thing to write, with the number in it that is unsure."""

    text: str
    unsure: str = ""


@frozen
class Written:
    """An utterance ready to be put into a text."""

    pieces: tuple[Piece, ...]

    @property
    def unsure(self) -> tuple[str, ...]:
        """Numbers as they are written, each once."""
        return tuple(dict.fromkeys(piece.unsure for piece in self.pieces if piece.unsure))

    @property
    def text(self) -> str:
        """By itself, as it would begin a field."""
        return self.between("", "")[0]

    def between(self, before: str, after: str) -> tuple[str, int]:
        """The whole text with these words in it, and the place behind them."""
        text = before
        for piece in self.pieces:
            text = _joined(text, piece.text)
        behind = len(text)
        if after and text and (after[0].isalnum() or after[0] == "(") and not text[-1].isspace():
            text += " "
        return text + after, behind


def _joined(text: str, piece: str) -> str:
    behind = piece in _NO_SPACE_BEFORE
    close = behind or text.endswith((*_NO_SPACE_AFTER, " "))
    if behind:
        text = text.rstrip(" ")
    begins = not text.strip() or text.rstrip(" ").endswith((".", "?", "!", "\n"))
    if begins and piece[:1].islower():
        piece = piece[0].upper() + piece[1:]
    return text + piece if close or not text else f"{text} {piece}"


def written(said: Sequence[Word], spoken: Spoken) -> Written:
    """An utterance as it is written, by the table of its language."""
    heard = _split(said)
    pieces: list[Piece] = []
    at, doubt = 0, False
    while at < len(heard):
        piece, length, doubt = _next(heard, at, pieces, spoken, doubt)
        pieces.append(piece)
        at += length
    return Written(tuple(pieces))


@frozen
class _Heard:
    """A word apart from its marks: `low` is what tables are asked for."""

    low: str
    text: str
    confidence: float


def _split(said: Sequence[Word]) -> list[_Heard]:
    """Words, and the marks an engine wrote behind them, apart."""
    found: list[_Heard] = []
    for word in said:
        core = word.text.rstrip(_TRAILING)
        if core:
            found.append(_Heard(core.lower(), core, word.confidence))
        found += [_Heard(mark, mark, word.confidence) for mark in word.text[len(core) :]]
    return found


def _next(
    heard: Sequence[_Heard], at: int, before: Sequence[Piece], spoken: Spoken, doubt: bool
) -> tuple[Piece, int, bool]:
    """The next piece, how many words it is, and whether the number behind it is in doubt."""
    low = [each.low for each in heard]
    mark = longest(low, at, spoken.marks)
    if mark is not None and (at == 0 or low[at - 1] not in mark[0].unless_after):
        return Piece(mark[0].write), mark[1], False
    found = _date(low, at, spoken) or _level(low, at, spoken)
    if found is not None:
        return _piece(found[0], found[0], heard[at : at + found[1]], doubt), found[1], False
    named = bool(before) and before[-1].text.lower() in spoken.names
    number = (digits_at(low, at) if named else None) or number_at(low, at)
    if number is not None:
        return _number(heard, at, number, spoken, named, doubt)
    negative = _negative(heard, at, spoken, doubt)
    if negative is not None:
        return negative
    short = longest(low, at, spoken.words)
    if short is not None:
        return Piece(short[0]), short[1], False
    chained = low[at] == "by" and before and before[-1].text[-1:].isdigit()
    if chained and number_at(low, at + 1):
        return Piece("x"), 1, doubt
    return Piece(heard[at].text), 1, doubt and low[at] in _CHAIN


def _number(
    heard: Sequence[_Heard], at: int, number: Number, spoken: Spoken, named: bool, doubt: bool
) -> tuple[Piece, int, bool]:
    """In figures where it counts something, in words where a report would write it so."""
    low = [each.low for each in heard]
    behind = at + number.length
    unit = longest(low, behind, spoken.units)
    words = heard[at:behind]
    measured = unit is not None or _leads_to_unit(low, behind, spoken)
    follows = unit is None and not named and number_at(low, behind) is not None
    in_figures = number.is_large or named or measured or low[at][:1].isdigit()
    if follows or not in_figures:
        text = " ".join(each.text for each in words)
        return Piece(text, text if follows else ""), number.length, follows
    if unit is None:
        return _piece(number.figures, number.figures, words, doubt), number.length, False
    gap = "" if unit[0] in ("%", "°") else " "
    text = f"{number.figures}{gap}{unit[0]}"
    return _piece(text, number.figures, words, doubt), number.length + unit[1], False


def _negative(
    heard: Sequence[_Heard], at: int, spoken: Spoken, doubt: bool
) -> tuple[Piece, int, bool] | None:
    """ "minus ten hounsfield units"; without a unit "minus" is a word."""
    low = [each.low for each in heard]
    number = number_at(low, at + 1) if low[at] == "minus" else None
    if number is None or longest(low, at + 1 + number.length, spoken.units) is None:
        return None
    piece, length, _ = _number(heard, at + 1, number, spoken, False, doubt)
    weak = f"-{piece.unsure}" if piece.unsure else ""
    return Piece(f"-{piece.text}", weak), 1 + length, False


def _piece(text: str, figures: str, words: Sequence[_Heard], doubt: bool) -> Piece:
    weak = any(each.confidence < SURE for each in words)
    return Piece(text, figures if weak or doubt else "")


def _leads_to_unit(low: Sequence[str], at: int, spoken: Spoken) -> bool:
    """ "two by three centimeters", "two to three millimeters": the unit comes later."""
    while at < len(low) and low[at] in _CHAIN:
        number = number_at(low, at + 1)
        if number is None:
            return False
        at += 1 + number.length
        if longest(low, at, spoken.units) is not None:
            return True
    return False


def _date(low: Sequence[str], at: int, spoken: Spoken) -> tuple[str, int] | None:
    """ "march third twenty twenty six"; a month without a day that says so is left alone."""
    if low[at] not in spoken.months:
        return None
    day = ordinal_at(low, at + 1)
    number = day or number_at(low, at + 1)
    if number is None or not number.figures.isdigit() or not 1 <= int(number.figures) <= 31:
        return None
    behind = at + 1 + number.length
    behind += low[behind : behind + 1] == [","]
    year = year_at(low, behind)
    if day is None and year is None:
        return None
    text = f"{low[at].capitalize()} {number.figures}"
    if year is None:
        return text, behind - at
    return f"{text}, {year.figures}", behind - at + year.length


def _level(low: Sequence[str], at: int, spoken: Spoken) -> tuple[str, int] | None:
    """ "l four five" is L4-L5: two levels that touch are one place."""
    first = _one_level(low, at, spoken)
    if first is None:
        return None
    letter, number, length = first
    behind = at + length
    second = _one_level(low, behind, spoken)
    if second is None:
        alone = number_at(low, behind)
        if alone is None or longest(low, behind + alone.length, spoken.units) is not None:
            return f"{letter}{number}", length
        second = (letter, int(alone.figures), alone.length) if alone.figures.isdigit() else None
    if second is None or not _touch(letter, number, second[0], second[1]):
        return f"{letter}{number}", length
    return f"{letter}{number}-{second[0]}{second[1]}", length + second[2]


def _one_level(low: Sequence[str], at: int, spoken: Spoken) -> tuple[str, int, int] | None:
    letter = low[at].upper() if at < len(low) else ""
    number = number_at(low[: at + 2], at + 1) if letter in spoken.levels else None
    if number is None or not number.figures.isdigit():
        return None
    value = int(number.figures)
    return (letter, value, 2) if 1 <= value <= spoken.levels[letter] else None


def _touch(upper: str, number: int, lower: str, below: int) -> bool:
    if upper == lower:
        return below == number + 1
    return (upper, number, lower, below) in (("C", 7, "T", 1), ("T", 12, "L", 1), ("L", 5, "S", 1))


def as_number(said: Sequence[Word], spoken: Spoken, unit: str) -> tuple[str, bool] | None:
    """For a field that asks for a number in a unit: the figures, and whether they are unsure.

    Lengths said in cm are taken into mm fields and the other way; None where the words are
    no number, or of another unit.
    """
    heard = _split([word for word in said if word.text.lower().strip(_TRAILING) != "period"])
    low = [each.low for each in heard if each.low not in _TRAILING]
    number = number_at(low, 0)
    if number is None:
        return None
    found = longest(low, number.length, spoken.units)
    if number.length + (found[1] if found else 0) != len(low):
        return None
    figures = number.figures if found is None else _in_unit(number.figures, found[0], unit)
    weak = any(each.confidence < SURE for each in heard)
    return None if figures is None else (figures, weak)


def _in_unit(figures: str, said: str, asked: str) -> str | None:
    """Exact: a point is moved, nothing is rounded."""
    if said == asked:
        return figures
    places = {("cm", "mm"): 1, ("mm", "cm"): -1}.get((said, asked))
    if places is None:
        return None
    whole, _, decimals = figures.partition(".")
    if places > 0:
        moved = f"{whole}{decimals[:1] or '0'}.{decimals[1:]}"
    else:
        moved = f"{whole[:-1]}.{whole[-1]}{decimals}"
    whole, _, decimals = moved.partition(".")
    whole = whole.lstrip("0") or "0"
    return f"{whole}.{decimals}" if decimals else whole
