"""The page of the report: how its text is shown, plain in and plain out, nothing fetched."""

from collections.abc import Iterator
from typing import Any

from PySide6.QtCore import QMimeData, QPointF, QSize, Qt, QUrl
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QTextBlock
from PySide6.QtWidgets import QTextEdit

from workstation.domain.report import FieldRef
from workstation.services.report.reporting import Reporting
from workstation.services.report.spelling import Spelling
from workstation.text import tr
from workstation.ui import theme
from workstation.ui.field_painting import FieldPainter
from workstation.ui.report_document import ReportDocument
from workstation.ui.report_fields import Slot
from workstation.ui.report_letters import plain


class ReportPage(QTextEdit):
    """What `ReportEditor` writes on. GUI thread."""

    def __init__(self, reporting: Reporting, spelling: Spelling | None = None) -> None:
        super().__init__()
        self._reporting = reporting
        self.setObjectName("report-text")
        self.setAccessibleName(tr("Report text"))
        self.setProperty("bare", True)
        self.setFont(theme.font("report"))
        self.setAcceptDrops(False)
        self.setUndoRedoEnabled(False)  # undo is the model's: a step is what a reader calls one
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setCursorWidth(2)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.document().setDocumentMargin(16)
        self._text = ReportDocument(self.document(), reporting, theme.tokens().size.report)
        self._spelling = spelling
        self._typed: tuple[FieldRef, int] | None = None  # a word that is still being typed

    def sizeHint(self) -> QSize:
        return QSize(456, 600)

    def _mark(self, *, whole: bool) -> None:
        """A field that is taken whole has its own ground; a part of one must stand out of it."""
        colours = self.palette()
        ground = theme.color("bg.current" if whole else "hue.here")
        if colours.color(QPalette.ColorRole.Highlight) != ground:
            words = theme.color("text.hi" if whole else "text.inverse")
            colours.setColor(QPalette.ColorRole.Highlight, ground)
            colours.setColor(QPalette.ColorRole.HighlightedText, words)
            self.setPalette(colours)

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return source.hasText()

    def createMimeDataFromSelection(self) -> QMimeData:
        data = QMimeData()
        data.setText(plain(self.textCursor().selectedText()))
        return data

    def loadResource(self, _kind: int, _name: QUrl | str) -> Any:
        """A report never loads anything."""
        return None

    # --- painting ---------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        visible = list(self._visible())
        with QPainter(self.viewport()) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            current, read_only = self._reporting.current, self.isReadOnly()
            ratio = self.devicePixelRatioF()
            for block, slot, origin in visible:
                field = FieldPainter(painter, block, slot, origin)
                field.below(current=slot.ref == current, read_only=read_only, ratio=ratio)
        super().paintEvent(event)
        with QPainter(self.viewport()) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for block, slot, origin in visible:
                field = FieldPainter(painter, block, slot, origin)
                field.above(current=slot.ref == current)
                for start, end in () if read_only else self._unknown(slot, *field.seen()):
                    field.mark(start, end)

    def _unknown(self, slot: Slot, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Words that nobody knows in a part of a field; what is being typed is judged later."""
        report, spelling = self._reporting.report, self._spelling
        if spelling is None or report is None:
            return
        typed = self._typed[1] if self._typed is not None and self._typed[0] == slot.ref else -1
        for first, last in spelling.marks(slot.words[start:end], report.language, typed - start):
            yield start + first, start + last

    def _visible(self) -> Iterator[tuple[QTextBlock, Slot, QPointF]]:
        layout = self.document().documentLayout()
        top = self.verticalScrollBar().value()
        bottom = top + self.viewport().height()
        origin = QPointF(-self.horizontalScrollBar().value(), -top)
        for block, slot in self._text.slots():
            box = layout.blockBoundingRect(block)
            # Qt lays a long text out as far as it is seen; what lies below has no lines yet.
            if box.bottom() >= top and box.top() <= bottom and block.layout().lineCount():
                yield block, slot, origin
