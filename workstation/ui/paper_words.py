"""The words of a report on its pages: lines, lists and tables, each drawn once."""

import re
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import (
    QFont,
    QPagedPaintDevice,
    QPainter,
    QPen,
    QTextBlock,
    QTextDocument,
    QTextListFormat,
    QTextTable,
)

_STYLE: Final = (
    ".title { font-weight: 600; margin-top: 9px; } p { margin: 0 0 3px 0; }"
    " ul, ol { margin-top: 0; margin-bottom: 3px; } th { text-align: left; }"
)
#: Both stand in the head of each page.
_HEAD: Final = re.compile(r'<p class="(?:identity|status)">.*?</p>\n', re.S)
_TITLE: Final = re.compile(r"<h2>(.*?)</h2>")  # Qt draws them larger than any style says
#: In pixels of a screen, as Qt counts them on paper too.
_SCREEN_DPI: Final = 96
_INDENT: Final = 20.0
_CELL: Final = 4.5  # room in a cell
_MARK: Final = 16.0  # from the number of an item to its words
_RULE: Final = 0.6


class PaperWords:
    """The HTML of a signed report, laid out between head and foot of its pages. Any thread.

    `place` is what is left of each page, in dots of the device.
    """

    def __init__(
        self, html: str, font: QFont, device: QPagedPaintDevice, dpi: int, place: QRectF
    ) -> None:
        self._font, self._top = font, place.topLeft()
        self._dots = dpi / _SCREEN_DPI
        self._document = self._laid_out(html, device, place.size())

    @property
    def pages(self) -> int:
        return self._document.pageCount()

    def _laid_out(self, html: str, device: QPagedPaintDevice, size: QSizeF) -> QTextDocument:
        """Lines are never cut by the end of a page."""
        document = QTextDocument()
        document.setDocumentMargin(0)
        document.setDefaultFont(self._font)
        document.setDefaultStyleSheet(_STYLE)
        document.setIndentWidth(_INDENT)
        document.documentLayout().setPaintDevice(device)
        words = _HEAD.sub("", html)
        document.setHtml(_TITLE.sub(r'<p class="title">\1</p>', words))
        for frame in document.rootFrame().childFrames():
            if isinstance(frame, QTextTable):
                _plain_table(frame)
        document.setPageSize(size)
        return document

    def draw(self, painter: QPainter, page: int) -> None:
        """The lines of one page, each drawn once.

        Qt's own printing draws what touches a page and cuts it off: what is cut off cannot be
        seen, yet it is found a second time by whoever searches or copies.
        """
        top = self._top - QPointF(0, page * self._document.pageSize().height())
        block = self._document.begin()
        while block.isValid():
            place = self._place(block)
            for index in range(block.layout().lineCount()):
                line = block.layout().lineAt(index)
                if self._page_of(place.y() + line.y()) == page:
                    line.draw(painter, place + top)
                    if index == 0 and block.textList() is not None:
                        self._mark(painter, block, place + top)
            block = block.next()
        for frame in self._document.rootFrame().childFrames():
            if isinstance(frame, QTextTable):
                self._rules(painter, frame, page, top)

    def _place(self, block: QTextBlock) -> QPointF:
        """Where a block lies in the document, in a table too."""
        return self._document.documentLayout().blockBoundingRect(block).topLeft()

    def _page_of(self, y: float) -> int:
        return int(y // self._document.pageSize().height())

    def _mark(self, painter: QPainter, block: QTextBlock, place: QPointF) -> None:
        """The number of an item, or its dot, in front of its first line."""
        line, listed = block.layout().lineAt(0), block.textList()
        numbered = listed.format().style() is QTextListFormat.Style.ListDecimal
        words = listed.itemText(block) if numbered else "•"
        painter.setFont(self._font)
        away, wide = _MARK * self._dots, painter.fontMetrics().horizontalAdvance(words)
        left = place.x() + line.x() - away
        if leftward := block.textDirection() is Qt.LayoutDirection.RightToLeft:
            left = place.x() + line.x() + line.width() + away - wide
        base = place.y() + line.y() + line.ascent()
        painter.setLayoutDirection(
            Qt.LayoutDirection.RightToLeft if leftward else Qt.LayoutDirection.LeftToRight
        )
        painter.drawText(QPointF(left, base), words)
        painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)

    def _rules(self, painter: QPainter, table: QTextTable, page: int, top: QPointF) -> None:
        """Above and below the head of a table, and below its last row."""
        box = self._document.documentLayout().frameBoundingRect(table)
        pen = QPen()  # black: ink on paper has no theme
        pen.setWidthF(_RULE * self._dots)
        painter.setPen(pen)
        first = self._place(table.cellAt(0, 0).firstCursorPosition().block()).y()
        ends = [self._end_of_row(table, row) for row in (0, table.rows() - 1)]
        room = _CELL * self._dots
        for y in (first - room, *(end + room for end in ends)):
            if self._page_of(y) == page:
                left, right = QPointF(box.left(), y), QPointF(box.right(), y)
                painter.drawLine(left + top, right + top)

    def _end_of_row(self, table: QTextTable, row: int) -> float:
        cells = (table.cellAt(row, column) for column in range(table.columns()))
        blocks = [cell.lastCursorPosition().block() for cell in cells]
        return max(self._place(b).y() + b.layout().boundingRect().height() for b in blocks)


def _plain_table(table: QTextTable) -> None:
    """No borders of Qt's: they are drawn here, on the page where they belong."""
    form = table.format().toTableFormat()
    form.setBorder(0)
    form.setCellSpacing(0)
    form.setCellPadding(_CELL)
    form.setTopMargin(2 * _CELL)
    form.setBottomMargin(2 * _CELL)
    table.setFormat(form)
