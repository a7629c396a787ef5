"""The table of a spoken language: which words are marks, units, abbreviations, levels."""

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, Self, TypeVar

from attrs import frozen

V = TypeVar("V")

_MOST_WORDS: Final = 4  # of one entry


@frozen
class Mark:
    write: str
    unless_after: tuple[str, ...] = ()


@frozen
class Spoken:
    """The table of one language: spoken words, as tuples, and what is written for them."""

    marks: Mapping[tuple[str, ...], Mark]
    units: Mapping[tuple[str, ...], str]
    words: Mapping[tuple[str, ...], str]
    names: frozenset[str]
    months: tuple[str, ...]
    levels: Mapping[str, int]

    @classmethod
    def read(cls, path: Path) -> Self:
        """From `resources/speech/en.toml`; a file of the program, so that an error is ours."""
        table = tomllib.loads(path.read_text("utf-8"))
        return cls(
            {
                tuple(say.split()): Mark(mark["write"], tuple(mark.get("unless_after", ())))
                for mark in table["mark"]
                for say in mark["say"]
            },
            _by_words(table["unit"]),
            _by_words(table["words"]),
            frozenset(table["names"]["words"]),
            tuple(table["months"]["names"]),
            table["levels"],
        )


def _by_words(table: Mapping[str, Sequence[str]]) -> dict[tuple[str, ...], str]:
    return {tuple(say.split()): write for write, said in table.items() for say in said}


def longest(
    low: Sequence[str], at: int, table: Mapping[tuple[str, ...], V]
) -> tuple[V, int] | None:
    """What stands there by a table, the most words first, and how many words it is."""
    for length in range(min(_MOST_WORDS, len(low) - at), 0, -1):
        found = table.get(tuple(low[at : at + length]))
        if found is not None:
            return found, length
    return None
