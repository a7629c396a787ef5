"""What may have been meant by a word that nobody knows: offered by key, never put in by itself."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QEvent, QRect, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from workstation.domain.report import FieldRef, Report
from workstation.services.jobs import Job
from workstation.services.report.reporting import Reporting
from workstation.services.report.spelling import Spelling
from workstation.text import tr
from workstation.ui.report_offers import Offered, OfferList

_ADD: Final = "+"


class Corrector:
    """Opened on the marked word at the caret. GUI thread; owned by the editor.

    A digit or Enter takes one, "+" adds the word to the reader's own; any other key goes
    into the text as ever.
    """

    def __init__(
        self,
        over: QWidget,
        reporting: Reporting,
        spelling: Spelling,
        caret: Callable[[], QRect],
    ) -> None:
        self.list = OfferList(over)
        self._reporting, self._spelling, self._caret = reporting, spelling, caret
        self._word = ""
        self._words: tuple[str, ...] = ()
        self._at = 0

    @property
    def is_open(self) -> bool:
        return bool(self._word)

    def open(self) -> None:
        """On the marked word where the caret is, else on the next one."""
        report = self._reporting.report
        if report is not None:
            self._spelling.judge(report).then(lambda _: self._judged(report))

    def _judged(self, before: Report) -> None:
        report, current = self._reporting.report, self._reporting.current
        if report is None or report.id != before.id:
            return
        at = (self._reporting.caret or 0) + self._reporting.reach
        found = self._spelling.next_unknown(report, current, at)
        if found is None:
            self._spelling.told.emit(tr("no word is marked"))
            return
        ref, (start, end) = found
        self._reporting.go_to(ref, start, end - start)
        field = report.field(ref)
        word = field.text[start:end] if field else ""
        asked = self._spelling.suggest(word, report.language)
        asked.then(lambda job: self._suggested(word, (ref, start), job))

    def close(self) -> None:
        self._word, self._words = "", ()
        self.list.hide()

    def wants(self, event: QEvent) -> bool:
        """Escape closes the list and leaves nothing else."""
        if event.type() is not QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent):
            return False
        return self.is_open and event.key() == Qt.Key.Key_Escape

    def takes(self, event: QKeyEvent) -> bool:
        """Whether a key was meant for the list, and did its work."""
        if not self.is_open:
            return False
        key, typed = event.key(), event.text()
        if key in (Qt.Key.Key_Down, Qt.Key.Key_Up) and self._words:
            step = 1 if key == Qt.Key.Key_Down else -1
            self._show((self._at + step) % len(self._words))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._words:
            self._take(self._words[self._at])
        elif typed.isdigit() and 0 < int(typed) <= len(self._words):
            self._take(self._words[int(typed) - 1])
        elif typed == _ADD:
            self._add()
        elif key == Qt.Key.Key_Escape:
            self.close()
        else:
            self.close()
            return False
        return True

    def _suggested(self, word: str, at: tuple[FieldRef, int], job: Job[tuple[str, ...]]) -> None:
        here = (self._reporting.current, self._reporting.caret)
        if job.error is not None or here != at or not self._reporting.reach:
            return  # the reader went on
        self._word, self._words = word, job.result()
        self._show(0)

    def _show(self, at: int) -> None:
        self._at = at
        rows = [
            Offered(word, "", (str(n),) if n != at + 1 else (tr("Enter"), str(n)))
            for n, word in enumerate(self._words, 1)
        ]
        mine = Offered(tr("Right as it is"), tr("to my own words"), (_ADD,))
        self.list.offer([*rows, mine], self._caret(), at if rows else -1)

    def _take(self, word: str) -> None:
        self.close()
        self._reporting.replace_taken(word)

    def _add(self) -> None:
        word = self._word
        self.close()
        caret, reach = self._reporting.caret, self._reporting.reach
        if self._reporting.current is not None and caret is not None:
            self._reporting.go_to(self._reporting.current, caret + reach)
        self._spelling.add(word)
