"""Which facts of an image stand where on a view, by modality: `resources/overlay.toml`."""

import tomllib
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, Final

from attrs import frozen

from workstation.domain.technique import Fact, Stated
from workstation.text import isolated

LEVELS: Final = (1, 2, 3)

#: Between two facts of one line.
_GAP: Final = "  "


class Corner(StrEnum):
    SIDE = "side"  # beside LEFT or RIGHT
    TOP_RIGHT = "top-right"
    BOTTOM_LEFT = "bottom-left"
    BOTTOM_RIGHT = "bottom-right"


@frozen
class Row:
    """One line of a corner: its facts from left to right, from this level on."""

    corner: Corner
    level: int
    facts: tuple[Fact, ...]


@frozen
class OverlayTable:
    """`others` is for a modality that has no rows of its own."""

    by_modality: Mapping[str, tuple[Row, ...]]
    others: tuple[Row, ...]

    def lines(
        self, modality: str, corner: Corner, said: Sequence[Stated]
    ) -> tuple[tuple[int, str], ...]:
        """Level and words of each line of a corner that has any."""
        words = {each.fact: isolated(each.words) for each in said}
        rows = self.by_modality.get(modality, self.others)
        found = (
            (row.level, _GAP.join(words[fact] for fact in row.facts if fact in words))
            for row in rows
            if row.corner is corner
        )
        return tuple((level, line) for level, line in found if line)


def read_table(text: str) -> OverlayTable:
    """Raises ValueError or KeyError where a corner, a level or a fact is none."""
    read = tomllib.loads(text)
    every = _rows(read["every"])
    by_modality: dict[str, tuple[Row, ...]] = {}
    others = every
    for section in read["modality"]:
        names = section.pop("of")
        rows = (*_rows(section), *every)
        by_modality |= dict.fromkeys(names, rows)
        others = others if names else rows
    return OverlayTable(by_modality, others)


def _rows(section: Mapping[str, Any]) -> tuple[Row, ...]:
    found = [
        Row(Corner(corner), _level(level), tuple(map(Fact, line.split())))
        for corner, levels in section.items()
        for level, lines in levels.items()
        for line in lines
    ]
    return tuple(sorted(found, key=lambda row: row.level))


def _level(text: str) -> int:
    if (level := int(text)) not in LEVELS:
        raise ValueError(f"{text} is no level of the overlay")
    return level
