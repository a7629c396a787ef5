"""The report as a text one types in: a view of `Reporting`, never a second truth.

Keys become edits of the model, and the document follows the model by its differences.
Which fields there are is kept beside the document: deleting a field's words empties the
field and never loses it (a trap of editors that look for fields in their own text).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from PySide6.QtCore import QEvent, QMimeData, Qt, QTimer
from PySide6.QtGui import (
    QFocusEvent,
    QInputMethodEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QTextCursor,
)

from workstation.services.report.autotexts import Autotexts
from workstation.services.report.reporting import Reporting
from workstation.services.report.spelling import Spelling
from workstation.ui.report_fields import Slot
from workstation.ui.report_letters import plain
from workstation.ui.report_offers import Prompter
from workstation.ui.report_page import ReportPage
from workstation.ui.report_spelling import Corrector
from workstation.ui.report_typing import Typing, types

#: Keys that take the editor through the fields; everything else is typing or moving.
_COMMANDS: Final = {
    QKeySequence.StandardKey.Undo: "report.undo",
    QKeySequence.StandardKey.Redo: "report.redo",
}


class ReportEditor(ReportPage):
    """The text of the open report. GUI thread; `run` sends a command line."""

    # Qt sends events while the editor is still being made.
    prompter: Prompter | None = None
    corrector: Corrector | None = None

    def __init__(
        self,
        reporting: Reporting,
        run: Callable[[str], None],
        autotexts: Autotexts | None = None,
        spelling: Spelling | None = None,
    ) -> None:
        super().__init__(reporting, spelling)
        self._run = run
        self._writing = 0
        self._typing = Typing(self, self._text, reporting, self._own_writing)
        if autotexts is not None:
            self.prompter = Prompter(self, reporting, autotexts, run, self.cursorRect)
        if spelling is not None:
            self.corrector = Corrector(self.viewport(), reporting, spelling, self.cursorRect)
        self._disconnect = [
            reporting.changed.connect(lambda _: self.follow()),
            reporting.moved.connect(lambda _: self._follow_cursor()),
        ]
        if spelling is not None:
            self._disconnect.append(spelling.changed.connect(lambda _: self.viewport().update()))
        self._seen_at = -1  # the caret, when it was last brought into sight
        self.cursorPositionChanged.connect(self._caret_moved)
        self.selectionChanged.connect(self._caret_moved)
        self.document().contentsChange.connect(self._something_changed)
        self.follow()

    def detach(self) -> None:
        """Stop following; the pane goes away."""
        for disconnect in self._disconnect:
            disconnect()

    # --- the document follows the model -----------------------------------------------

    def follow(self) -> None:
        """Bring the document to what the report says now, touching only what differs."""
        if not self._writing:
            self._stop_prompting()  # it was not the reader's hand
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
        self._mark(whole=caret is None)
        if self._reporting.spread and cursor.hasSelection():
            return
        if (cursor.selectionStart(), cursor.selectionEnd()) != wanted:
            with self._own_writing():
                cursor.setPosition(wanted[0])
                cursor.setPosition(wanted[1], QTextCursor.MoveMode.KeepAnchor)
                self.setTextCursor(cursor)
        self._keep_in_sight()
        if self.prompter is not None:
            self.prompter.show_choices()
        self.viewport().update()

    def _keep_in_sight(self) -> None:
        """Where the caret goes is seen, also when the words before it push it below the edge."""
        at = self.textCursor().position()
        if at != self._seen_at:
            self._seen_at = at
            self.ensureCursorVisible()

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
        self._stop_prompting()
        self._typed = None
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
            if not whole:
                self._selected(slot, first, last)
        elif cursor.position() < first:
            self._place(first)
        else:
            with self._own_writing():
                self._reporting.note_caret(slot.ref, cursor.position() - first)
        self._mark(whole=self._reporting.caret is None)
        self.viewport().update()

    def _selected(self, slot: Slot, first: int, last: int) -> None:
        """A part of a field, or parts of several."""
        start, end = self.textCursor().selectionStart(), self.textCursor().selectionEnd()
        with self._own_writing():
            if first <= start and end <= last:
                self._reporting.note_caret(slot.ref, start - first, end - start)
            else:
                self._reporting.spread = self._text.parts(start, end)

    def _place(self, position: int) -> None:
        cursor = self.textCursor()
        cursor.setPosition(position)
        self.setTextCursor(cursor)

    # --- keys become edits ------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        """Tab and Escape are the offer's while there is one, whatever they do elsewhere."""
        if any(each.wants(event) for each in self._helpers):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if any(each.takes(event) for each in self._helpers):
            event.accept()
            return
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
        elif types(event):
            self._typing.put(event.text())
            self._prompt()
        else:
            super().keyPressEvent(event)
            return
        event.accept()

    def _prompt(self) -> None:
        ref, caret = self._reporting.current, self._reporting.caret
        self._typed = (ref, caret) if ref and caret is not None else None
        if self.prompter is not None:
            self.prompter.typed()

    @property
    def _helpers(self) -> tuple[Prompter | Corrector, ...]:
        """Lists under the caret; they see a key before the text does."""
        return tuple(each for each in (self.corrector, self.prompter) if each is not None)

    def _stop_prompting(self) -> None:
        for each in self._helpers:
            each.close()

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
            self._prompt()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if control:
                return False
            self._typing.put("\n")
        else:
            return key == Qt.Key.Key_Down and self._typing.pick(step=1)
        return True

    # --- paste, input methods, resources: plain text in, nothing fetched ---------------

    def insertFromMimeData(self, source: QMimeData) -> None:
        self._typing.put(plain(source.text()))

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """Words under way are shown and are no part of the text; committed ones are typed."""
        committed = event.commitString()
        if committed:
            self._typing.put(plain(committed))
        super().inputMethodEvent(QInputMethodEvent(event.preeditString(), event.attributes()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click on a number that was measured brings the image it was measured on."""
        super().mouseReleaseEvent(event)
        cursor = self.cursorForPosition(event.position().toPoint())
        found = self._text.at(cursor.position())
        if event.button() is not Qt.MouseButton.LeftButton or self.textCursor().hasSelection():
            return
        link = None
        if found is not None:
            slot, first, _ = found
            link = self._reporting.link_at(slot.ref, cursor.position() - first)
        if link is not None:
            self._run(f"report.show-link {link.measurement}")

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        super().mouseDoubleClickEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._stop_prompting()
        super().focusOutEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._follow_cursor()
