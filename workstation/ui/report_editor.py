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

from workstation.domain.report import FieldKind, FieldRef
from workstation.services.reporting import Reporting
from workstation.text import tr
from workstation.ui import theme
from workstation.ui.report_document import ReportDocument
from workstation.ui.report_fields import LINE_SEPARATOR, FieldPainter, Slot

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
            wanted = (at, at)
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
            self._reporting.set_fields({ref: _plain(text) for ref, text in changed.items()})

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
            self._type(event.text())
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
                self._type("")
            return True
        return False

    def _editing(self, event: QKeyEvent, control: bool) -> bool:
        key = event.key()
        if key in (Qt.Key.Key_Backspace, Qt.Key.Key_Delete):
            self._erase(forward=key == Qt.Key.Key_Delete, word=control)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if control:
                return False
            self._type("\n")
        else:
            return key == Qt.Key.Key_Down and self._pick(step=1)
        return True

    def _pick(self, *, step: int = 0, number: int = 0) -> bool:
        """Another choice of a pick list, while the whole field is taken."""
        ref = self._reporting.current
        report = self._reporting.report
        each = report.field(ref) if report and ref else None
        whole = self._reporting.caret is None
        if ref is None or each is None or not each.spec.options or not whole:
            return False
        if not self._reporting.may_write(ref):
            return False
        options = each.spec.options
        if number > len(options):
            return False
        at = options.index(each.text) if each.text in options else -1
        chosen = options[number - 1] if number else options[(at + step) % len(options)]
        self._reporting.set_field(ref.section, ref.id, chosen)
        return True

    def _type(self, text: str) -> None:
        """Put text at the caret, or in the place of what is selected."""
        if self.isReadOnly():
            return
        if text.isdigit() and len(text) == 1 and text != "0" and self._pick(number=int(text)):
            return
        cursor = self.textCursor()
        if self._across(cursor):
            self._erase_across(cursor)
            cursor = self.textCursor()
        found = self._text.at(cursor.position())
        if found is None:
            return
        slot, first, last = found
        start = max(cursor.selectionStart(), first) - first
        end = min(cursor.selectionEnd(), last) - first
        self._replace(slot, start, end, text)

    def _replace(self, slot: Slot, start: int, end: int, text: str) -> None:
        if slot.field.spec.kind is FieldKind.NUMBER and "\n" in text:
            return
        if not self._reporting.may_write(slot.ref):
            return
        old = "" if slot.field.removed else slot.field.text
        new = old[:start] + text + old[end:]
        with self._own_writing():
            self._reporting.note_caret(slot.ref, start + len(text))
            self._reporting.set_field(slot.ref.section, slot.ref.id, new, typing=True)

    def _erase(self, *, forward: bool, word: bool) -> None:
        if self.isReadOnly():
            return
        cursor = self.textCursor()
        if self._across(cursor):
            self._erase_across(cursor)
            return
        found = self._text.at(cursor.position())
        if found is None:
            return
        slot, first, last = found
        if not cursor.hasSelection():
            move = _MOVES[forward, word]
            cursor.movePosition(move, QTextCursor.MoveMode.KeepAnchor)
        start = max(cursor.selectionStart(), first) - first
        end = min(cursor.selectionEnd(), last) - first
        if start < end:
            self._replace(slot, start, end, "")

    def _across(self, cursor: QTextCursor) -> bool:
        here = self.document().findBlock(cursor.selectionStart())
        return here != self.document().findBlock(cursor.selectionEnd())

    def _erase_across(self, cursor: QTextCursor) -> None:
        """A selection over several fields empties its part of each; none of them is lost."""
        start, end = cursor.selectionStart(), cursor.selectionEnd()
        texts: dict[FieldRef, str] = {}
        for _, slot in self._text.slots():
            if slot.field.removed or not self._reporting.may_write(slot.ref):
                continue
            first, last = self._text.range_of(slot.ref) or (0, 0)
            a, b = max(start, first) - first, min(end, last) - first
            if a < b:
                texts[slot.ref] = slot.field.text[:a] + slot.field.text[b:]
        if texts:
            ref = next(iter(texts))
            first = (self._text.range_of(ref) or (0, 0))[0]
            self._reporting.set_fields(texts)
            self._reporting.go_to(ref, max(0, start - first))

    # --- paste, input methods, resources: plain text in, nothing fetched ---------------

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return source.hasText()

    def insertFromMimeData(self, source: QMimeData) -> None:
        self._type(_plain(source.text()))

    def createMimeDataFromSelection(self) -> QMimeData:
        data = QMimeData()
        data.setText(_plain(self.textCursor().selectedText()))
        return data

    def loadResource(self, _kind: int, _name: QUrl | str) -> Any:
        """A report never loads anything."""
        return None

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """Words under way are shown and are no part of the text; committed ones are typed."""
        committed = event.commitString()
        if committed:
            self._type(_plain(committed))
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


_MOVES: Final = {
    (True, True): QTextCursor.MoveOperation.NextWord,
    (True, False): QTextCursor.MoveOperation.NextCharacter,
    (False, True): QTextCursor.MoveOperation.PreviousWord,
    (False, False): QTextCursor.MoveOperation.PreviousCharacter,
}


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


def _plain(text: str) -> str:
    """Line ends of any kind as one; nothing that is not a character to read."""
    lines = text.replace("\r\n", "\n").replace(LINE_SEPARATOR, "\n").replace("\u2029", "\n")
    return "".join(c for c in lines.replace("\t", " ") if c == "\n" or c.isprintable())
