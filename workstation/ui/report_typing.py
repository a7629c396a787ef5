"""What a hand types in the report becomes edits of its fields; the frame is never touched."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QTextCursor
from PySide6.QtWidgets import QTextEdit

from workstation.domain.report import FieldRef
from workstation.domain.report_field import FieldKind
from workstation.services.report.reporting import Reporting
from workstation.ui.report_document import ReportDocument
from workstation.ui.report_fields import Slot

_MOVES: Final = {
    (True, True): QTextCursor.MoveOperation.NextWord,
    (True, False): QTextCursor.MoveOperation.NextCharacter,
    (False, True): QTextCursor.MoveOperation.PreviousWord,
    (False, False): QTextCursor.MoveOperation.PreviousCharacter,
}


class Typing:
    """Owned by the editor, GUI thread. `own_writing` marks what is not a foreign hand's."""

    def __init__(
        self,
        editor: QTextEdit,
        text: ReportDocument,
        reporting: Reporting,
        own_writing: Callable[[], AbstractContextManager[None]],
    ) -> None:
        self._editor, self._text, self._reporting = editor, text, reporting
        self._own_writing = own_writing

    def pick(self, *, step: int = 0, number: int = 0) -> bool:
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

    def _chosen(self, number: int) -> bool:
        """A digit chooses, in a hole or in a pick list that is taken whole."""
        return self._reporting.choose(number) or self.pick(number=number)

    def put(self, text: str) -> None:
        """Put text at the caret, or in the place of what is selected."""
        if self._editor.isReadOnly():
            return
        if text.isdigit() and len(text) == 1 and text != "0" and self._chosen(int(text)):
            return
        cursor = self._editor.textCursor()
        if self._across(cursor):
            self._erase_across(cursor)
            cursor = self._editor.textCursor()
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
        with self._own_writing():
            self._reporting.type_in(slot.ref, start, end, text)

    def erase(self, *, forward: bool, word: bool) -> None:
        if self._editor.isReadOnly():
            return
        cursor = self._editor.textCursor()
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
        here = self._editor.document().findBlock(cursor.selectionStart())
        return here != self._editor.document().findBlock(cursor.selectionEnd())

    def _erase_across(self, cursor: QTextCursor) -> None:
        """A selection over several fields empties its part of each; none of them is lost."""
        start, end = cursor.selectionStart(), cursor.selectionEnd()
        texts: dict[FieldRef, str] = {}
        known = {slot.ref: slot.field for _, slot in self._text.slots()}
        for ref, a, b in self._text.parts(start, end):
            if not known[ref].removed and self._reporting.may_write(ref):
                texts[ref] = known[ref].text[:a] + known[ref].text[b:]
        if texts:
            ref = next(iter(texts))
            first = (self._text.range_of(ref) or (0, 0))[0]
            self._reporting.set_fields(texts)
            self._reporting.go_to(ref, max(0, start - first))


def types(event: QKeyEvent) -> bool:
    """Whether a key press is a letter to write, and no command."""
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
