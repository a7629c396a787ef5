"""Autotexts: words of a report that a reader calls by a few letters, or by a spoken name.

In a text `{name}` is a variable, `{>other}` another autotext, and square brackets are a
hole that the reader fills: `[size]`, or one of several: `[left|right]`.
"""

import re
from enum import StrEnum
from typing import Final

from attrs import frozen

#: What one is called by: letters and digits of any language, dot and hyphen.
NAME: Final = re.compile(r"[^\W_][\w.-]{1,39}")
#: A hole in a text; the same that the check `placeholder` blocks a signature for.
HOLE: Final = re.compile(r"\[[^\[\]\n]{1,200}\]")


class Level(StrEnum):
    """Whose it is; of two with one name the later level's is meant."""

    PROGRAM = "program"
    SITE = "site"
    GROUP = "group"
    USER = "user"


class Variable(StrEnum):
    """What a text may ask for. Nothing of it says who the patient is."""

    DATE = "date"
    TIME = "time"
    SIDE = "side"
    COMPARISON = "comparison"
    MEASUREMENT = "measurement"


@frozen
class Autotext:
    """`name` is typed, `say` is spoken ("insert …"); empty where it has no spoken name."""

    name: str
    text: str
    say: str = ""
    level: Level = Level.USER


@frozen
class Hole:
    """Where a hole lies in a text, and its choices; none where words of any kind may go."""

    start: int
    end: int
    choices: tuple[str, ...] = ()


def holes(text: str) -> tuple[Hole, ...]:
    """Every hole of a text, in order."""
    found = []
    for match in HOLE.finditer(text):
        parts = tuple(part.strip() for part in match.group()[1:-1].split("|"))
        found.append(Hole(match.start(), match.end(), parts if len(parts) > 1 else ()))
    return tuple(found)
