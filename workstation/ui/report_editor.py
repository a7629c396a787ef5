"""The report as a text one types in: a view of `Reporting`, never a second truth.

Keys become edits of the model, and the document follows the model by its differences.
Which fields there are is kept beside the document: deleting a field's words empties the
field and never loses it (a trap of editors that look for fields in their own text).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from PySide6.QtCore import QMimeData, QPointF, QSize, Qt, QTimer, QUrl
from PySide6.QtGui import (
    QFocusEvent,
    QInputMethodEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QTextBlock,
    QTextCursor,
)
from PySide6.QtWidgets import QTextEdit

from workstation.services.reporting import Reporting
from workstation.text import tr
from workstation.ui import theme
from workstation.ui.report_document import ReportDocument
from workstation.ui.report_fields import FieldPainter, Slot
from workstation.ui.report_typing import Typing, plain

#: Keys that take the editor through the fields; everything else is typing or moving.
_COMMANDS: Final = {
    QKeySequence.StandardKey.Undo: "report.undo",
    QKeySequence.StandardKey.Redo: "report.redo",
}


class ReportEditor(QTextEdit):
    """The text of the open report. GUI thread; `run` sends a command line."""

    def __init__(self, reporting: Reporting, run: Callable[[str], None]) -> None:
        super().__init__()
        self._reporting = reporting
        self._run = run
        self._writing = 0
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
        self._typing = Typing(self, self._text, reporting, self._own_writing)
        self._disconnect = [
            reporting.changed.connect(lambda _: self.follow()),
            reporting.moved.connect(lambda _: self._follow_cursor()),
        ]
        self.cursorPositionChanged.connect(self._caret_moved)
        self.selectionChanged.connect(self._caret_moved)
        self.document().contentsChange.connect(self._something_changed)
        self.follow()

    def detach(self) -> None:
        """Stop following; the pane goes away."""
        for disconnect in self._disconnect:
            disconnect()

    def sizeHint(self) -> QSize:
        return QSize(456, 600)

    # --- the document follows the model -----------------------------------------------

    def follow(self) -> None:
        """Bring the document to what the report says now, touching only what differs."""
        report = self._reporting.report
        closed = report is None or bool(self._reporting.read_only)
        if closed and not self.isReadOnly():
            cursor = self.textCursor()
            cursor.clearSelection()
            self.setTextCursor(cursor)
        self.setReadOnly(closed)
        with self._own_writing():
            self._text.follow(report)
        self._follow_cursor()
        self.viewport().update()

    def _follow_cursor(self) -> None:
        ref, caret = self._reporting.current, self._reporting.caret
        found = self._text.range_of(ref) if ref else None
        if found is None or self.isReadOnly():
            return
        first, last = found
        cursor = self.textCursor()
        if caret is None:
            wanted = (first, last)
        else:
            at = min(first + caret, last)
            wanted = (at, min(at + self._reporting.reach, last))
        if (cursor.anchor(), cursor.position()) != wanted:
            with self._own_writing():
                cursor.setPosition(wanted[0])
                cursor.setPosition(wanted[1], QTextCursor.MoveMode.KeepAnchor)
                self.setTextCursor(cursor)
                self.ensureCursorVisible()
        self.viewport().update()

    @contextmanager
    def _own_writing(self) -> Iterator[None]:
        self._writing += 1
        try:
            yield
        finally:
            self._writing -= 1

    def _something_changed(self, *_where: int) -> None:
        """An input method, a screen reader or Qt itself wrote: take it, or take it back."""
        if not self._writing:
            QTimer.singleShot(0, self, self._absorb)

    def _absorb(self) -> None:
        changed = self._text.foreign_words()
        if changed is None or not all(map(self._reporting.may_write, changed)):
            self._text.forget()  # the frame of the report is not the reader's to change
            self.follow()
        elif changed:
            self._reporting.set_fields({ref: plain(text) for ref, text in changed.items()})

    # --- where things are -------------------------------------------------------------

    def _caret_moved(self) -> None:
        """The reader moved: the model learns where; labels and titles are passed over."""
        if self._writing:
            return
        cursor = self.textCursor()
        found = self._text.at(cursor.position())
        if found is None:
            below = self._text.first_below(cursor.position())
            if below is not None and not cursor.hasSelection():
                self._place(below)
            return
        slot, first, last = found
        if cursor.hasSelection():
            whole = (cursor.selectionStart(), cursor.selectionEnd()) == (first, last)
            inside = first <= cursor.selectionStart() and cursor.selectionEnd() <= last
            if inside and not whole:
                with self._own_writing():
                    self._reporting.note_caret(slot.ref, cursor.position() - first)
        elif cursor.position() < first:
            self._place(first)
        else:
            with self._own_writing():
                self._reporting.note_caret(slot.ref, cursor.position() - first)
        self.viewport().update()

    def _place(self, position: int) -> None:
        cursor = self.textCursor()
        cursor.setPosition(position)
        self.setTextCursor(cursor)

    # --- keys become edits ------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, modifiers = event.key(), event.modifiers()
        control = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
        if key == Qt.Key.Key_Tab:
            self._run("report.field-end" if control else "report.next-field")
        elif key == Qt.Key.Key_Backtab:
            self._run("report.previous-field")
        elif self._standard(event) or self._editing(event, control):
            pass
        elif key in (Qt.Key.Key_Escape, Qt.Key.Key_Insert):
            event.ignore()
            return
        elif _types(event):
            self._typing.put(event.text())
        else:
            super().keyPressEvent(event)
            return
        event.accept()

    def _standard(self, event: QKeyEvent) -> bool:
        for sequence, line in _COMMANDS.items():
            if event.matches(sequence):
                self._run(line)
                return True
        if event.matches(QKeySequence.StandardKey.Cut):
            self.copy()
            if self.textCursor().hasSelection():
                self._typing.put("")
            return True
        return False

    def _editing(self, event: QKeyEvent, control: bool) -> bool:
        key = event.key()
        if key in (Qt.Key.Key_Backspace, Qt.Key.Key_Delete):
            self._typing.erase(forward=key == Qt.Key.Key_Delete, word=control)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if control:
                return False
            self._typing.put("\n")
        else:
            return key == Qt.Key.Key_Down and self._typing.pick(step=1)
        return True

    # --- paste, input methods, resources: plain text in, nothing fetched ---------------

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return source.hasText()

    def insertFromMimeData(self, source: QMimeData) -> None:
        self._typing.put(plain(source.text()))

    def createMimeDataFromSelection(self) -> QMimeData:
        data = QMimeData()
        data.setText(plain(self.textCursor().selectedText()))
        return data

    def loadResource(self, _kind: int, _name: QUrl | str) -> Any:
        """A report never loads anything."""
        return None

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """Words under way are shown and are no part of the text; committed ones are typed."""
        committed = event.commitString()
        if committed:
            self._typing.put(plain(committed))
        super().inputMethodEvent(QInputMethodEvent(event.preeditString(), event.attributes()))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        super().mouseDoubleClickEvent(event)
        self.viewport().update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._follow_cursor()

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
                FieldPainter(painter, block, slot, origin).above(current=slot.ref == current)

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


def _types(event: QKeyEvent) -> bool:
    text = event.text()
    held = event.modifiers() & (
        Qt.KeyboardModifier.ControlModifier
        | Qt.KeyboardModifier.AltModifier
        | Qt.KeyboardModifier.MetaModifier
    )
    alt_gr = held == (
        Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
    )  # how AltGr arrives on Windows
    return bool(text) and text.isprintable() and (not held or alt_gr)
