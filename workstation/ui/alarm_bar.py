"""The loud bar: signed work that a site does not have, or that new images overtook.

It takes no focus and no keystroke: the hands stay where they are, the eye cannot.
"""

from collections.abc import Callable, Sequence
from zoneinfo import ZoneInfo

from attrs import frozen
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget

from workstation.services.delivery.alarms import Alarm, Need
from workstation.services.lines import quoted
from workstation.text import tr, trn
from workstation.ui import plain, theme

_HIGH = 44


@frozen
class Waiting:
    """Who waits for the report of an alarm; `whose` it is while the list knows the patient."""

    site: str
    phone: str
    zone: str
    whose: str = ""


class AlarmBar(QWidget):
    """One in each window; the most pressing alarm, and how many stand behind it."""

    def __init__(self, run: Callable[[str], None]) -> None:
        super().__init__()
        self.setFixedHeight(_HIGH)
        self.setAccessibleName(tr("Alarm"))
        self._run = run
        self._first: Alarm | None = None
        self._title = plain.label(tone="hi", weight=600)
        self._words = plain.elided(tone="hi")
        self._call = plain.label(tone="act", weight=600, data=True)
        self._more = plain.label(tone="mid", size="small")
        self.look = plain.button(tr("Open case"), lambda: self._do("case.open"))
        self.again = plain.button(tr("Send again"), lambda: self._do("outbox.retry"))
        self.settle = plain.button("", lambda: self._do("outbox.settle"))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 0, 12, 0)
        layout.setSpacing(10)
        for part in (plain.mark("octagon-filled", "hue.act"), self._title, self._words, self._call):
            layout.addWidget(part)
        layout.addStretch(1)
        layout.addWidget(self._more)
        for button in (self.look, self.again, self.settle):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            layout.addWidget(button)
        self.hide()

    def show_alarms(self, alarms: Sequence[Alarm], waiting: Callable[[Alarm], Waiting]) -> None:
        """The first of them, most pressing first."""
        first = alarms[0] if alarms else None
        if first is not None and (self._first is None or first.key != self._first.key):
            QApplication.beep()
        self._first = first
        if first is not None:
            self._say(first, waiting(first))
            self._more.setText(tr("1 of {n}", n=len(alarms)) if len(alarms) > 1 else "")
        self.setVisible(first is not None)

    def _say(self, alarm: Alarm, waiting: Waiting) -> None:
        self._title.setText(_title(alarm.need))
        what = words(alarm, waiting.site, waiting.zone)
        self._words.say(" · ".join(filter(None, (waiting.whose, what))))
        calls = alarm.need is not Need.LATE_IMAGES
        self._call.setText(_call(alarm.call or waiting.phone) if calls else "")
        self.look.setVisible(alarm.need is not Need.UNANSWERED)
        self.again.setVisible(alarm.need is Need.REFUSED)
        done = {
            Need.UNTOLD: tr("Dealt with"),
            Need.UNANSWERED: tr("I have called"),
            Need.REFUSED: tr("Dealt with"),
            Need.LATE_IMAGES: tr("Seen, report stands"),
        }
        self.settle.setText(done[alarm.need])

    def _do(self, command: str) -> None:
        if self._first is not None:
            # Two hospitals may number their cases alike.
            self._run(f"{command} {quoted(self._first.accession)} {self._first.site}")

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), theme.color("hue_ground.act"))
            painter.fillRect(QRectF(0, 0, 6, self.height()), theme.color("hue.act"))


def _title(need: Need) -> str:
    return {
        Need.UNTOLD: tr("Critical result not told"),
        Need.UNANSWERED: tr("STAT report not accepted"),
        Need.REFUSED: tr("Report refused"),
        Need.LATE_IMAGES: tr("Verify the report"),
    }[need]


def _call(phone: str) -> str:
    return tr("Call {phone}", phone=phone) if phone else tr("Call the facility")


def _at(alarm: Alarm, zone: str) -> str:
    return f"{alarm.since.astimezone(ZoneInfo(zone)):%H:%M %Z}" if alarm.since else ""


def words(alarm: Alarm, site: str, zone: str) -> str:
    """What happened, and where."""
    match alarm.need:
        case Need.UNTOLD:
            return tr("{a} · {site} · due {at}", a=alarm.accession, site=site, at=_at(alarm, zone))
        case Need.UNANSWERED:
            at, why = _at(alarm, zone), _why(alarm, site)
            return tr("{a} · {site} · signed {at}", a=alarm.accession, site=why, at=at)
        case Need.REFUSED:
            return f"{alarm.accession} · {_why(alarm, site)}"
        case Need.LATE_IMAGES:
            return trn(
                alarm.images,
                "{a} · {site}: 1 image came after you signed",
                "{a} · {site}: {n} images came after you signed",
                a=alarm.accession,
                site=site,
            )


def _why(alarm: Alarm, site: str) -> str:
    """The site, and what it said; whoever telephones is asked for it."""
    if not alarm.reason:
        return site
    return alarm.reason if site in alarm.reason else f"{site}: {alarm.reason}"
