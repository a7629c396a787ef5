"""The card of a critical result: beside the text, never over the images, no dialog.

It opens when a reader says that a finding is critical, and goes when somebody knows.
"""

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QCompleter, QGridLayout, QWidget

from workstation.domain.critical import Category, CriticalResult, How
from workstation.services.lines import quoted
from workstation.services.ports.clock import Clock
from workstation.services.report.critical_results import CriticalResults
from workstation.services.report.reporting import Reporting
from workstation.text import tr
from workstation.ui import plain

_NAME_WIDTH = 84


class CriticalCard(QWidget):
    """A view of `CriticalResults`; `run` sends a command line. GUI thread."""

    def __init__(
        self,
        critical: CriticalResults,
        reporting: Reporting,
        clock: Clock,
        run: Callable[[str], object],
    ) -> None:
        super().__init__()
        self._critical, self._clock, self._run = critical, clock, run
        self._shown: CriticalResult | None = None
        self.setAccessibleName(tr("Critical result"))
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 10)
        layout.setHorizontalSpacing(8)
        layout.setVerticalSpacing(4)
        layout.setColumnMinimumWidth(0, 8)
        layout.setColumnMinimumWidth(1, _NAME_WIDTH)
        layout.setColumnStretch(2, 1)
        layout.setColumnMinimumWidth(3, 16)
        layout.addWidget(self._head(), 0, 0, 1, 4)
        for line, (name, field) in enumerate(self._fields(), 1):
            layout.addWidget(plain.label(name, tone="low"), line, 1)
            layout.addWidget(field, line, 2)
        layout.addWidget(self._buttons(), 8, 1, 1, 2)
        self._tick = QTimer(self)
        self._tick.setInterval(1000)
        self._tick.timeout.connect(self._follow_time)
        reporting.changed.connect(lambda _: self._follow())
        self._follow()

    def _head(self) -> QWidget:
        self._how_soon = plain.label(tone="mid", size="small")
        self._left = plain.label(tone="act", weight=600, data=True)
        title = plain.label(tr("Critical result"), tone="hi", weight=600)
        mark = plain.mark("octagon-filled", "hue.act")
        head = plain.row(
            mark, title, self._how_soon, 0, self._left, margins=(16, 0, 16, 0), spacing=8
        )
        head.setFixedHeight(34)
        return plain.ground(head, "act")

    def _fields(self) -> list[tuple[str, QWidget]]:
        self._finding = plain.elided(tone="hi")
        self._seen = plain.label(tone="hi", data=True)
        self.told_to = plain.line_edit(tr("name"))
        self.told_to.setAccessibleName(tr("Told to"))
        self._phone = plain.label(tone="mid", data=True)
        self.told_to.textChanged.connect(lambda _: self._show_phone())
        self._how = QButtonGroup(self)
        ways = []
        for way, words in (
            (How.PHONE, tr("phone")), (How.MESSAGE, tr("message")), (How.IN_PERSON, tr("in person"))
        ):  # fmt: skip
            made = plain.button(words, lambda: None)
            made.setCheckable(True)
            made.setProperty("how", way.value)
            self._how.addButton(made)
            ways.append(made)
        self.told_at = plain.line_edit(tr("now"))
        self.told_at.setAccessibleName(tr("Told at"))
        self.told_at.setFixedWidth(88)
        self.read_back = plain.check_box(tr("read back"))
        self._escalation = plain.elided(tone="mid")
        return [
            (tr("Finding"), self._finding),
            (tr("Seen"), self._seen),
            (tr("Told to"), plain.row(self.told_to, self._phone, spacing=8)),
            (tr("How"), plain.row(*ways, 0, spacing=6)),
            (tr("Told at"), plain.row(self.told_at, self.read_back, 0, spacing=10)),
            (tr("If no answer"), self._escalation),
        ]

    def _buttons(self) -> QWidget:
        record = plain.button(tr("Record"), self._record, key="Ctrl+Enter", look="main")
        nobody = plain.button(tr("No answer"), self._no_answer)
        other = plain.button(
            tr("Not critical, because…"), lambda: self._run("critical.not"), look="quiet"
        )
        return plain.row(record, nobody, other, 0, margins=(0, 6, 0, 0), spacing=8)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """From whichever of its fields has the keys: the other hand holds the telephone."""
        control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if control and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._record()
        elif event.key() == Qt.Key.Key_Escape:
            self._run("report.focus")
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Escape leaves the card for the text, not the case for the list."""
        kind = event.type() == QEvent.Type.ShortcutOverride
        if kind and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            event.accept()
            return True
        return super().event(event)

    # --- following --------------------------------------------------------------------

    def _follow(self) -> None:
        waiting = self._critical.waiting
        self.setVisible(waiting is not None)
        if waiting is None:
            self._tick.stop()
            self._shown = None
            return
        if self._shown != waiting:
            fresh = self._shown is None
            self._shown = waiting
            self._show(waiting, fresh=fresh)
        if not self._tick.isActive():
            self._tick.start()
        self._follow_time()

    def _show(self, waiting: CriticalResult, *, fresh: bool) -> None:
        soon = {
            Category.MINUTES: tr("category 1, within minutes"),
            Category.HOURS: tr("category 2, within hours"),
            Category.DAYS: tr("category 3, within days"),
        }
        self._how_soon.setText(soon[waiting.category])
        self._finding.say(waiting.finding)
        zone = self._critical.zone
        self._seen.setText(f"{waiting.seen_at.astimezone(zone):%H:%M:%S %Z}")
        person = self._critical.next_person
        self.told_to.setText(person.name if person else "")
        names = [each.name for each in self._critical.directory]
        self.told_to.setCompleter(QCompleter(names, self.told_to))
        if fresh:
            self.told_at.clear()
            self.read_back.setChecked(False)
            self._how.buttons()[0].setChecked(True)
            self.told_to.setFocus()
            self.told_to.selectAll()

    def _show_phone(self) -> None:
        name = self.told_to.text().strip()
        phones = {each.name: each.phone for each in self._critical.directory}
        self._phone.setText(phones.get(name, ""))

    def _follow_time(self) -> None:
        due = self._critical.due
        if due is None:
            return
        now = self._clock.now()
        self._left.setText(counted(due, now))
        found = self._critical.escalation
        if found is None:
            self._escalation.say(tr("nobody else is in the directory of this site"))
            return
        person, when = found
        words = f"{person.name} {person.phone}"
        if when > now:
            words = tr("{person}, in {left}", person=words, left=counted(when, now))
        else:
            words = tr("{person}, now", person=words)
        self._escalation.say(words)

    # --- what is done -----------------------------------------------------------------

    def _record(self) -> None:
        checked = self._how.checkedButton()
        how = checked.property("how") if checked else How.PHONE.value
        back = "yes" if self.read_back.isChecked() else "no"
        at = self.told_at.text().strip()
        line = f"critical.told {quoted(self.told_to.text())} {how} {back}"
        self._run(f"{line} {quoted(at)}" if at else line)

    def _no_answer(self) -> None:
        self._run(f"critical.no-answer {quoted(self.told_to.text())}")


def counted(due: datetime, now: datetime) -> str:
    """Time left as a clock; with a plus where it is over."""
    seconds = int((due - now).total_seconds())
    sign, seconds = ("+" if seconds < 0 else ""), abs(seconds)
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{sign}{hours}:{minutes:02}:{seconds:02}" if hours else f"{sign}{minutes}:{seconds:02}"
