"""How a field of the report looks in each of its states: line, mark and word, not colour alone.

Text formats come from here; what is painted around the words is in `field_painting`, so that
the text itself stays plain text.
"""

from collections.abc import Iterator
from enum import Enum, auto
from typing import Final

import attrs
from attrs import frozen
from PySide6.QtGui import QFont, QFontMetricsF, QTextCharFormat

from workstation.domain.autotext import holes
from workstation.domain.report import FieldRef
from workstation.domain.report_blocks import BAR, tables
from workstation.domain.report_field import Field, FieldKind
from workstation.domain.rich_text import RichText
from workstation.text import tr
from workstation.ui import theme
from workstation.ui.report_letters import shown

#: How wide the mark of a measurement is.
DIAMOND: Final = 11


class Look(Enum):
    """What the reader is told of a field; `report_states.png` shows each."""

    DEFAULT = auto()  # the template's own words, untouched
    EDITED = auto()
    SOURCED = auto()
    REQUIRED = auto()  # and empty
    OPTIONAL = auto()  # and empty
    REMOVED = auto()


def look_of(each: Field) -> Look:
    """The state of a field, apart from being current or read only."""
    if each.removed:
        return Look.REMOVED
    if not each.text.strip():
        return Look.REQUIRED if each.spec.required else Look.OPTIONAL
    if each.source:
        return Look.SOURCED
    return Look.DEFAULT if each.untouched else Look.EDITED


@frozen
class Cited:
    """A measurement in the text of a field: where, and what it is now if it changed."""

    start: int
    length: int
    changed: bool
    now: str = ""


@frozen
class Slot:
    """A field as the document shows it: one block, its label before its words.

    `words` stand in the document; of a removed field, nothing but its label does.
    """

    ref: FieldRef
    label: str
    field: Field
    cited: tuple[Cited, ...] = ()
    out_of_range: bool = False
    words: str = attrs.field(init=False)

    @property
    def prefix(self) -> str:
        return f"{self.label}: " if self.label else ""

    @words.default
    def _words(self) -> str:
        return "" if self.field.removed else shown(self.field.text)

    @property
    def hint(self) -> str:
        """In the box of an empty field."""
        section = self.ref.section.value
        if look_of(self.field) is Look.REQUIRED:
            return tr("required") if self.label else tr("required: {name}", name=tr(section))
        return tr("optional") if self.label else tr(section)


#: From where, how many letters, how.
Styled = tuple[int, int, QTextCharFormat]


def formats(slot: Slot, size: int) -> list[Styled]:
    """(start, length, format) within the block of a field."""
    made: list[Styled] = []
    look, start = look_of(slot.field), len(slot.prefix)
    if start:
        made.append((0, start - 1, _label_format(look, size)))
    words = QTextCharFormat()
    words.setForeground(theme.color("text.hi"))
    if look is Look.DEFAULT:
        words.setForeground(theme.color("text.default"))
        _underline(words, "text.default", QTextCharFormat.UnderlineStyle.DotLine)
    elif look is Look.SOURCED:
        _underline(words, "line.source", QTextCharFormat.UnderlineStyle.SingleUnderline)
    elif slot.field.spec.kind is FieldKind.NUMBER:
        tone = "hue.act" if slot.out_of_range else "line.strong"
        _underline(words, tone, QTextCharFormat.UnderlineStyle.SingleUnderline)
    made.append((start, len(slot.words), words))
    for hole in holes(slot.words):
        open_ = QTextCharFormat()
        open_.setForeground(theme.color("hue.open"))
        _underline(open_, "hue.open", QTextCharFormat.UnderlineStyle.DashUnderline)
        made.append((start + hole.start, hole.end - hole.start, open_))
    for cited in slot.cited:
        made += _cited_formats(cited, start)
    for first, last in slot.field.doubts:
        unsure = QTextCharFormat()
        unsure.setForeground(theme.color("hue.open"))
        _underline(unsure, "hue.open", QTextCharFormat.UnderlineStyle.WaveUnderline)
        made.append((start + first, last - first, unsure))
    heavy = [*slot.field.bold, *_heads(slot)]
    made += list(_bold(made, [(start + first, start + last) for first, last in heavy]))
    return [*made, *_columns(slot, start)]


def _bold(made: list[Styled], spans: list[tuple[int, int]]) -> Iterator[Styled]:
    """What looks as it does, and bold."""
    for first, last in spans:
        for at, length, look in made:
            low, high = max(first, at), min(last, at + length)
            if low < high:
                bold = QTextCharFormat(look)
                bold.setFontWeight(QFont.Weight.Bold)
                yield low, high - low, bold


def _heads(slot: Slot) -> Iterator[tuple[int, int]]:
    """The first row of each table."""
    for _, starts in () if slot.field.removed else tables(slot.field.rich):
        yield starts[0], starts[1] - 1


def _columns(slot: Slot, start: int) -> Iterator[Styled]:
    """Cells of a table stand below each other: the space behind each is as wide as it takes."""
    for table, starts in () if slot.field.removed else tables(slot.field.rich):
        wide = [[_width(cell, head=row is table.rows[0]) for cell in row] for row in table.rows]
        if starts[0] == 0:  # its label stands before the first cell
            wide[0][0] += _width(RichText(slot.prefix), head=True)
        for row, cells, begins in zip(table.rows, wide, starts, strict=True):
            at = start + begins
            for n, cell in enumerate(row[:-1]):
                at += len(cell.text)
                gap = QTextCharFormat()
                gap.setFontLetterSpacingType(QFont.SpacingType.AbsoluteSpacing)
                gap.setFontLetterSpacing(max(each[n] for each in wide) - cells[n])
                bar = QTextCharFormat()
                bar.setForeground(theme.color("text.low"))
                yield at, 1, gap
                yield at + 1, 1, bar
                at += len(BAR)


def _width(cell: RichText, *, head: bool) -> float:
    return sum(
        QFontMetricsF(theme.font("report", 700 if head or bold else 400)).horizontalAdvance(words)
        for words, bold in cell.runs
    )


def _label_format(look: Look, size: int) -> QTextCharFormat:
    made = QTextCharFormat()
    made.setFont(theme.font(size, 600))
    made.setForeground(theme.color("text.low" if look is Look.REMOVED else "text.hi"))
    if look is Look.REMOVED:
        made.setFontStrikeOut(True)
    return made


def _cited_formats(cited: Cited, start: int) -> list[Styled]:
    gap = QTextCharFormat()  # room for the diamond, made of the space before
    gap.setFontLetterSpacingType(QFont.SpacingType.AbsoluteSpacing)
    gap.setFontLetterSpacing(DIAMOND + 1.0)
    words = QTextCharFormat()
    words.setForeground(theme.color("hue.act" if cited.changed else "ink.measure"))
    if cited.changed:
        _underline(words, "hue.act", QTextCharFormat.UnderlineStyle.SingleUnderline)
    at = start + cited.start
    before = [(at - 1, 1, gap)] if at > 0 else []
    return [*before, (at, cited.length, words)]


def _underline(made: QTextCharFormat, tone: str, style: QTextCharFormat.UnderlineStyle) -> None:
    made.setUnderlineStyle(style)
    made.setUnderlineColor(theme.color(tone))
