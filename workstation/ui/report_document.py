"""The document of the report editor: a frame of titles and labels, and the fields in it.

Which fields there are is known here, beside the text: one block a field, in reading
order. The frame is not the reader's to change; the words of the fields are the model's.
"""

from collections.abc import Callable, Iterator
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QSyntaxHighlighter,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
)

from workstation.domain.report import FieldRef, Report, Section, SectionKind
from workstation.domain.report_field import Field, FieldKind
from workstation.domain.rich_text import difference
from workstation.services.report.checks import link_state
from workstation.services.report.reporting import Reporting
from workstation.text import is_leftward
from workstation.ui import theme
from workstation.ui.report_fields import Cited, Slot, formats

Line = Slot | str  # a field, or the title of a section
Place = tuple[Slot, int, int]  # a field, and the first and last position of its words

_LINE_HIGH: Final = 23
_ITEM_INDENT: Final = 24


class _Looks(QSyntaxHighlighter):
    """Formats of the fields, laid over the text and no part of it."""

    def __init__(self, document: QTextDocument, lines: Callable[[], list[Line]], size: int) -> None:
        super().__init__(document)
        self._lines = lines
        self._size = size

    def highlightBlock(self, text: str) -> None:  # noqa: N802 - Qt's name
        lines, number = self._lines(), self.currentBlock().blockNumber()
        line = lines[number] if number < len(lines) else ""
        if isinstance(line, str):
            title = QTextCharFormat()
            title.setFont(theme.font("small", 600))
            title.setForeground(theme.color("text.low"))
            self.setFormat(0, len(text), title)
            return
        for start, length, look in formats(line, self._size):
            self.setFormat(start, length, look)


class ReportDocument:
    """Brings a QTextDocument to what the report says, by its differences. GUI thread."""

    def __init__(self, document: QTextDocument, reporting: Reporting, size: int) -> None:
        self._document = document
        self._reporting = reporting
        self.lines: list[Line] = []
        self._leftward = False  # the language of the report is written from right to left
        self._looks = _Looks(document, lambda: self.lines, size)

    def follow(self, report: Report | None) -> None:
        """Show a report; only what differs is touched, so that no caret is thrown about."""
        old, self.lines = self.lines, list(self._wanted(report)) if report else []
        before, self._leftward = self._leftward, report is not None and is_leftward(report.language)
        if _shape(old) != _shape(self.lines) or before != self._leftward:
            self._rebuild()
        else:
            self._patch(old)

    def forget(self) -> None:
        """The text is not what we wrote: the next `follow` writes all of it again."""
        self.lines = []

    def foreign_words(self) -> dict[FieldRef, str] | None:
        """Fields whose words somebody else changed; None where the frame is broken."""
        if self._document.blockCount() != len(self.lines):
            return None
        changed: dict[FieldRef, str] = {}
        for number, line in enumerate(self.lines):
            text = self._document.findBlockByNumber(number).text()
            if isinstance(line, str):
                if text != line:
                    return None
            elif not text.startswith(line.prefix):
                return None
            elif text != line.prefix + line.words:
                changed[line.ref] = text[len(line.prefix) :]
        return changed

    def slots(self) -> Iterator[tuple[QTextBlock, Slot]]:
        for number, line in enumerate(self.lines):
            if isinstance(line, Slot):
                yield self._document.findBlockByNumber(number), line

    def range_of(self, ref: FieldRef) -> tuple[int, int] | None:
        """First and last position of a field's words in the document."""
        return next((_range(block, slot) for block, slot in self.slots() if slot.ref == ref), None)

    def at(self, position: int) -> Place | None:
        """The field at a position; None in a title."""
        block = self._document.findBlock(position)
        number = block.blockNumber()
        if not block.isValid() or number >= len(self.lines):
            return None
        line = self.lines[number]
        return None if isinstance(line, str) else (line, *_range(block, line))

    def parts(self, start: int, end: int) -> tuple[tuple[FieldRef, int, int], ...]:
        """The fields between two positions, and from and to which of their letters."""
        found = []
        for block, slot in self.slots():
            first, last = _range(block, slot)
            if max(start, first) < min(end, last):
                found.append((slot.ref, max(start, first) - first, min(end, last) - first))
        return tuple(found)

    def first_below(self, position: int) -> int | None:
        """Where the words of the next field begin."""
        number = self._document.findBlock(position).blockNumber()
        return next(
            (_range(b, slot)[0] for b, slot in self.slots() if b.blockNumber() > number), None
        )

    def _wanted(self, report: Report) -> Iterator[Line]:
        for section in report.sections:
            yield section.title
            for each in section.asked:
                yield self._slot(section, each)

    def _slot(self, section: Section, each: Field) -> Slot:
        known = self._reporting.known_measurements
        cited = []
        for link in each.links:
            at = each.text.find(link.text)
            if at >= 0 and not each.removed:
                changed = link_state(link, known) != "same"
                now = self._reporting.value_now(link) if changed else ""
                cited.append(Cited(at, len(link.text), changed, now))
        ref = FieldRef(section.kind, each.spec.id)
        return Slot(ref, each.spec.label, each, tuple(cited), _out_of_range(each))

    def _rebuild(self) -> None:
        self._document.clear()
        cursor = QTextCursor(self._document)
        for number, line in enumerate(self.lines):
            form = _block_format(line, first=number == 0)
            if self._leftward:
                form.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
                form.setRightMargin(form.leftMargin())
                form.setLeftMargin(0)
            if number == 0:
                cursor.setBlockFormat(form)
            else:
                cursor.insertBlock(form)
            cursor.insertText(line if isinstance(line, str) else line.prefix + line.words)
        self._looks.rehighlight()

    def _patch(self, old: list[Line]) -> None:
        for number, (before, now) in enumerate(zip(old, self.lines, strict=True)):
            if isinstance(now, str) or now == before:
                continue
            block = self._document.findBlockByNumber(number)
            if not self._rewrite(block, now):  # where it wrote, Qt asks for the looks by itself
                self._looks.rehighlightBlock(block)

    def _rewrite(self, block: QTextBlock, slot: Slot) -> bool:
        """Change only the middle that differs, so that no caret is thrown about; False where
        nothing does."""
        have, want = block.text(), slot.prefix + slot.words
        if have == want:
            return False
        start, end, length = difference(have, want)
        cursor = QTextCursor(self._document)
        cursor.setPosition(block.position() + start)
        cursor.setPosition(block.position() + end, QTextCursor.MoveMode.KeepAnchor)
        cursor.insertText(want[start : start + length])
        return True


def _range(block: QTextBlock, slot: Slot) -> tuple[int, int]:
    return block.position() + len(slot.prefix), block.position() + block.length() - 1


def _shape(lines: list[Line]) -> list[tuple[str, object]]:
    """What the document is made of, apart from the words of the fields."""
    return [("", line) if isinstance(line, str) else (line.prefix, line.ref) for line in lines]


def _block_format(line: Line, *, first: bool) -> QTextBlockFormat:
    form = QTextBlockFormat()
    if isinstance(line, str):
        form.setTopMargin(0 if first else 12)
        form.setBottomMargin(3)
        return form
    fixed = QTextBlockFormat.LineHeightTypes.FixedHeight
    form.setLineHeight(_LINE_HIGH, fixed.value)
    if line.ref.section is SectionKind.IMPRESSION:
        form.setLeftMargin(_ITEM_INDENT)
    return form


def _out_of_range(each: Field) -> bool:
    spec = each.spec
    if spec.kind is not FieldKind.NUMBER or not each.filled:
        return False
    try:
        value = float(each.text.replace(",", "."))
    except ValueError:
        return True
    return (spec.low is not None and value < spec.low) or (
        spec.high is not None and value > spec.high
    )
