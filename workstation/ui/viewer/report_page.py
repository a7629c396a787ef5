"""A report on a viewport: plain lines on the dark ground, from the line at the top on."""

import re
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QTextLayout, QTextOption

from workstation.domain.document import DocumentLine
from workstation.services.screen.viewed import Reading
from workstation.ui import theme
from workstation.ui.viewer import glyphs

#: A unique identifier (PS3.5 9.1): at least six numbers with dots between.
_IDENTIFIER: Final = re.compile(r"\b\d+(?:\.\d+){5,}\b")
#: Logical pixels: the widest column that is read without losing the line.
_WIDEST: Final = 860.0
_INDENT: Final = 22.0
_DEEPEST: Final = 8  # steps of indentation; what lies deeper stays readable
_ALOUD: Final = 40  # lines
_GAP: Final = 3.0
_ABOVE_HEADING: Final = 8.0


def draw(
    painter: QPainter, reading: Reading, room: QRectF, words_of: Callable[[DocumentLine], str]
) -> int:
    """As many lines as there is room for, and how many those are. Letters only: nothing of them
    is markup (SEC-08). `words_of` is a line as it is read here."""
    width = min(room.width(), _WIDEST)
    left = room.left() + (room.width() - width) / 2
    column = QRectF(left, room.top(), width, room.height())
    painter.save()
    painter.setClipRect(room)
    column.setTop(_title(painter, reading.title, column))
    drawn = 0
    for line in reading.lines[reading.state.frame_index :]:
        bottom = _line(painter, line, words_of(line), column)
        if bottom > room.bottom():
            break
        column.setTop(bottom)
        drawn += 1
    painter.restore()
    return drawn


def aloud(reading: Reading) -> str:
    """For screen readers: what stands at the top of the view."""
    at = reading.state.frame_index
    return " ".join((reading.title, *(line.text for line in reading.lines[at : at + _ALOUD])))


def _wrapped() -> QTextOption:
    """Between words, and within one where it is wider than the view, as identifiers are."""
    option = QTextOption(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    return option


def _title(painter: QPainter, title: str, column: QRectF) -> float:
    painter.setFont(theme.font("title", 600))
    painter.setPen(theme.color("text.hi"))
    box = painter.boundingRect(column, title, _wrapped())
    painter.drawText(column, title, _wrapped())
    rule = box.bottom() + 6
    painter.setPen(theme.pen("line.edge"))
    painter.drawLine(QPointF(column.left(), rule), QPointF(column.right(), rule))
    return rule + 8


def _line(painter: QPainter, line: DocumentLine, words: str, column: QRectF) -> float:
    """Where the next one begins; a line for which there is no room is not begun."""
    top = column.top() + (_ABOVE_HEADING if line.heading else 0.0)
    indent = _INDENT * min(line.depth, _DEEPEST)
    laid = _laid(line, words, column.width() - indent)
    bottom = top + laid.boundingRect().height()
    if bottom <= column.bottom():
        painter.setPen(theme.color("text.hi"))
        laid.draw(painter, QPointF(column.left() + indent, top))
    return bottom + _GAP


def _laid(line: DocumentLine, words: str, width: float) -> QTextLayout:
    """Names in a low voice before what they name, and so are identifiers: nobody reads them."""
    laid = QTextLayout(words or " ", theme.font("report", 600 if line.heading else 400))
    laid.setTextOption(_wrapped())
    quiet = [(0, line.named), *(each.span() for each in _IDENTIFIER.finditer(words))]
    laid.setFormats([_quiet(start, end) for start, end in quiet if end > start])
    laid.beginLayout()
    below = 0.0
    while (row := laid.createLine()).isValid():
        row.setLineWidth(width)
        row.setPosition(QPointF(0.0, below))
        below += row.height()
    laid.endLayout()
    return laid


def _quiet(start: int, end: int) -> QTextLayout.FormatRange:
    made = QTextLayout.FormatRange()
    made.start, made.length = start, end - start
    made.format.setForeground(theme.color("text.low"))
    return made


def badge(painter: QPainter, words: str, box: QRectF) -> None:
    """A sheet of paper in outline with what it is, for a thumbnail without a picture."""
    sheet = QRectF(box.center().x() - 20, box.top() + 14, 40, 50)
    painter.setPen(theme.pen("line.strong"))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(sheet)
    for row in range(3):
        y = sheet.bottom() - 9 - 6 * row
        painter.drawLine(QPointF(sheet.left() + 7, y), QPointF(sheet.right() - 7, y))
    glyphs.draw(
        painter,
        words,
        sheet.center().x(),
        sheet.top() + 7,
        align=Qt.AlignmentFlag.AlignHCenter,
        size="body",
        weight=600,
    )
