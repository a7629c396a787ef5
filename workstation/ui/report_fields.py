"""How a field of the report looks in each of its states: line, mark and word, not colour alone.

Text formats come from here; what is painted around the words is in `field_painting`, so that
the text itself stays plain text.
"""

from enum import Enum, auto
from typing import Final

from attrs import frozen
from PySide6.QtGui import QFont, QTextCharFormat

from workstation.domain.autotext import holes
from workstation.domain.report import Field, FieldKind, FieldRef
from workstation.text import tr
from workstation.ui import theme

LINE_SEPARATOR: Final = "\u2028"
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
    """A field as the document shows it: one block, its label before its words."""

    ref: FieldRef
    label: str
    field: Field
    cited: tuple[Cited, ...] = ()
    out_of_range: bool = False

    @property
    def prefix(self) -> str:
        return f"{self.label}: " if self.label else ""

    @property
    def words(self) -> str:
        """What stands in the document; of a removed field, nothing but its label."""
        return "" if self.field.removed else self.field.text.replace("\n", LINE_SEPARATOR)

    @property
    def hint(self) -> str:
        """In the box of an empty field."""
        section = self.ref.section.value
        if look_of(self.field) is Look.REQUIRED:
            return tr("required") if self.label else tr("required: {name}", name=tr(section))
        return tr("optional") if self.label else tr(section)


def formats(slot: Slot, size: int) -> list[tuple[int, int, QTextCharFormat]]:
    """(start, length, format) within the block of a field."""
    made: list[tuple[int, int, QTextCharFormat]] = []
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
    return made


def _label_format(look: Look, size: int) -> QTextCharFormat:
    made = QTextCharFormat()
    made.setFont(theme.font(size, 600))
    made.setForeground(theme.color("text.low" if look is Look.REMOVED else "text.hi"))
    if look is Look.REMOVED:
        made.setFontStrikeOut(True)
    return made


def _cited_formats(cited: Cited, start: int) -> list[tuple[int, int, QTextCharFormat]]:
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
