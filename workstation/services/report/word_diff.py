"""What changed between two texts, word by word: whole words and whole numbers, never parts.

A difference inside a number ("1[2->3] mm") is read wrong; difflib on words is fast enough
(2.4 ms on 9,000 characters, research of reporting).
"""

import re
from difflib import SequenceMatcher
from typing import Final, Literal

from attrs import frozen

_WORD: Final = re.compile(r"\S+|\n")


@frozen
class Piece:
    """Words that are in both texts, in the new one alone, or in the old one alone."""

    kind: Literal["same", "new", "old"]
    text: str


def differences(old: str, new: str) -> tuple[Piece, ...]:
    """The new text with what it took the place of; lines stay lines."""
    before, after = _WORD.findall(old), _WORD.findall(new)
    pieces: list[Piece] = []
    for _, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if before[a:b] == after[c:d]:
            pieces.append(Piece("same", _text(after[c:d])))
            continue
        if a < b:
            pieces.append(Piece("old", _text(before[a:b])))
        if c < d:
            pieces.append(Piece("new", _text(after[c:d])))
    return tuple(pieces)


def differs(old: str, new: str) -> bool:
    """Whether a word differs; spaces and ends of lines do not count."""
    return old.split() != new.split()


def _text(words: list[str]) -> str:
    return " ".join(words).replace(" \n ", "\n").replace("\n ", "\n").replace(" \n", "\n")
