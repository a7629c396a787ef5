"""Text that is read and cannot be changed: what is sealed, and what changed in it."""

from html import escape
from typing import Any, Final

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import (
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextFrameFormat,
    QTextTable,
)
from PySide6.QtWidgets import QTextEdit

from workstation.text import tr
from workstation.ui import theme

_LINE_HIGH: Final = 23
_INDENT: Final = 24.0


class FrozenText(QTextEdit):
    """HTML of ours, to be read and copied; it loads nothing and cannot be edited."""

    def __init__(self, html: str, name: str = "") -> None:
        super().__init__()
        self.setReadOnly(True)
        self.setProperty("bare", True)
        self.setFont(theme.font("report"))
        self.setAccessibleName(name or tr("Text that will be sealed"))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.document().setDocumentMargin(0)
        self.document().setDefaultStyleSheet(_sheet())
        self.document().setIndentWidth(_INDENT)
        self.setHtml(html)
        self._set_lines()
        self._set_tables()

    def _set_lines(self) -> None:
        """Titles small, text in report lines: Qt's own sizes of headings ignore the sheet."""
        title = QTextCharFormat()
        title.setFont(theme.font("small", 600))
        title.setForeground(theme.color("text.low"))
        high = QTextBlockFormat()
        high.setLineHeight(_LINE_HIGH, QTextBlockFormat.LineHeightTypes.FixedHeight.value)
        block = self.document().begin()
        while block.isValid():
            cursor = QTextCursor(block)
            if block.blockFormat().headingLevel():
                cursor.select(QTextCursor.SelectionType.BlockUnderCursor)
                cursor.setCharFormat(title)
            else:
                cursor.mergeBlockFormat(high)
            block = block.next()

    def _set_tables(self) -> None:
        """Rules between the cells, in the colours of the program."""
        for frame in self.document().rootFrame().childFrames():
            if isinstance(frame, QTextTable):
                form = frame.format().toTableFormat()
                form.setBorderCollapse(True)
                form.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
                form.setBorderBrush(theme.color("line.strong"))
                form.setCellPadding(4)
                form.setTopMargin(4)
                form.setBottomMargin(6)
                frame.setFormat(form)

    def loadResource(self, _kind: int, _name: QUrl | str) -> Any:
        return None


def _sheet() -> str:
    """For Qt's rendering of a report's HTML, which has no style of its own."""
    low, high, size = theme.hex_of("text.low"), theme.hex_of("text.hi"), theme.tokens().size
    rules = {
        "body": f"color: {high};",
        "p": "margin: 0 0 2px 0;",
        "p.identity": f"color: {low}; font-size: {size.small}px; margin-bottom: 4px;",
        "h2": "margin: 10px 0 1px 0;",
        "ul, ol": "margin-top: 0; margin-bottom: 2px;",
        "th": "text-align: left;",
        ".new": f"background-color: {theme.hex_of('bg.current')}; text-decoration: underline;",
        ".old": f"color: {low}; text-decoration: line-through;",
    }
    return "\n".join(f"{escape(name)} {{ {rule} }}" for name, rule in rules.items())
