"""The right edge of the worklist: everything about the selected row, before it is opened."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from workstation.domain.worklist import Priority, ReadState, Tier
from workstation.services.queue.lacking import lacking, no_claim, no_decline, no_reassign
from workstation.services.queue.urgency import Weights, urgency
from workstation.services.reading.shift import PROMISED_S
from workstation.text import tr
from workstation.ui import plain
from workstation.ui import worklist_forms as forms
from workstation.ui.plain import Tone
from workstation.ui.sla_clock import SlaClock
from workstation.ui.worklist_lines import Line

WIDTH = 404
_LABEL = 104


class Details(QWidget):
    """Shows one line; empty when there is none."""

    def __init__(self, run: Callable[[str], None], weights: Weights) -> None:
        super().__init__()
        plain.ground(self, "panel")
        self.setFixedWidth(WIDTH)
        self._weights = weights
        self._line: Line | None = None
        self._queue: QLabel | None = None
        self._timezone = "UTC"
        self.clock = SlaClock("title")
        self._body = QScrollArea()
        self._body.setFrameShape(QScrollArea.Shape.NoFrame)
        self._body.setWidgetResizable(True)
        self._body.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._body.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.open = plain.button(tr("Open"), lambda: run("case.open"), look="main")
        self.claim = plain.button(tr("Claim"), lambda: run("case.claim"))
        self.decline = plain.button(tr("Decline…"), lambda: run("case.decline"))
        self.reassign = plain.button(tr("Reassign…"), lambda: run("case.reassign"))
        foot = plain.row(
            self.open, self.claim, self.decline, self.reassign, 0,
            margins=(16, 12, 16, 12), spacing=6,
        )  # fmt: skip
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._body, 1)
        layout.addWidget(plain.rule())
        layout.addWidget(foot)
        self.show_line(None, None, "UTC")

    def show_keys(self, keys: Mapping[str, str]) -> None:
        """Keys by command line, as they are now."""
        self.open.set_key(keys.get("case.open", ""))

    def show_line(self, line: Line | None, now: datetime | None, timezone: str) -> None:
        """Another row, or news about the same."""
        if line != self._line or self._body.widget() is None:
            self._line, self._timezone = line, timezone
            self._queue = None
            self.clock.setParent(None)
            self._body.setWidget(self._made(line, now))
        free = line is not None and not line.blocked
        self.open.setEnabled(free)
        waits = free and line is not None and not line.done
        barred = _barred(line) if line is not None else ("", "", "")
        buttons = (self.claim, self.decline, self.reassign)
        for each, why in zip(buttons, barred, strict=True):
            each.setEnabled(waits and not why)
            each.setToolTip(plain.tooltip_text(why))
            each.setAccessibleDescription(why)
        self.tick(now)

    def tick(self, now: datetime | None) -> None:
        """A second has passed on the site's clock."""
        if self._line is not None and now is not None:
            self.clock.show_sla(self._line.sla(now))
            words = urgency(self._line.item, now, self._weights).words
            if self._queue is not None and self._queue.text() != words:
                self._queue.setText(words)  # it says minutes, as the clock above it does

    def _made(self, line: Line | None, now: datetime | None) -> QWidget:
        body = QWidget()
        layout = QVBoxLayout(body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        if line is None or now is None:
            nothing = plain.label(tr("No row is selected."), tone="low")
            nothing.setContentsMargins(16, 16, 16, 16)
            layout.addWidget(nothing)
        else:
            layout.addWidget(self._head(line, now.date()))
            for section in (
                self._order(line, now), self._priors(line), self._right(line, now),
                self._arrival(line),
            ):  # fmt: skip
                layout.addWidget(plain.rule())
                layout.addWidget(section)
        layout.addStretch(1)
        return body

    def _head(self, line: Line, today: date) -> QWidget:
        item = line.item
        name = plain.elided(item.patient.name, tone="hi", size="title", weight=600, middle=True)
        who = plain.label(forms.sex_and_age(item.patient, today), data=True)
        top = QWidget()
        beside = QHBoxLayout(top)
        beside.setContentsMargins(0, 0, 0, 0)
        beside.setSpacing(8)
        beside.addWidget(name)
        beside.addWidget(who)
        beside.addStretch(1)
        beside.addWidget(self.clock)
        self.clock.show()
        ids = plain.elided(
            f"{forms.identity(item.patient)}  {tr('accession')} {forms.isolated(item.accession)}",
            tone="low", size="small",
        )  # fmt: skip
        procedure = plain.elided(item.procedure, tone="hi", weight=600)
        where = plain.elided(
            f"{line.site_name} · {item.jurisdiction} · {item.modality}", tone="low", size="small"
        )
        return plain.column(top, 4, ids, 8, procedure, where, margins=(16, 12, 16, 12))

    def _order(self, line: Line, now: datetime) -> QWidget:
        item = line.item
        part = _Section(tr("Order"))
        if item.handed_over:
            part.add(tr("Handed over"), item.handed_over, tone="open")
        part.add(tr("Indication"), item.indication or tr("none given"), data=bool(item.indication))
        if item.body_part or item.laterality:
            region = " · ".join(filter(None, (item.body_part, item.laterality)))
            part.add(tr("Region"), region)
        if item.unmapped:
            words = tr("{code}: not mapped, told by its words", code=item.procedure_code)
            part.add(tr("Code"), words, tone="open")
        kind = tr("Preliminary read") if item.tier is Tier.PRELIMINARY else tr("Final read")
        urgent: Tone = "act" if item.priority is Priority.STAT else "hi"
        part.add(
            tr("Promise") if item.is_promised else tr("To be read"),
            f"{kind} · {forms.priority(item.priority)}",
            tone=urgent,
        )
        due = item.due.astimezone(ZoneInfo(self._timezone))
        told = f"{due:%H:%M:%S} {due.tzname()}, {due.day} {due:%b %Y}"
        part.add(tr("Due"), told if item.is_promised else tr("no deadline is known"))
        text, share = forms.images(item)
        part.add(
            tr("Images"),
            tr("{n} received", n=text) if share is None else tr("{n} received so far", n=text),
            tone="hi" if share is None else "open",
        )
        return part

    def _priors(self, line: Line) -> QWidget:
        part = _Section(tr("Prior studies"), tr("fetched with the case"))
        n = line.item.prior_count
        none = tr("None at this site.")
        if not line.item.is_tracked:
            none = tr("Looked for when the case is opened.")
        part.say(tr("{n} at this site", n=n) if n else none, "hi" if n else "low")
        return part

    def _right(self, line: Line, now: datetime) -> QWidget:
        part = _Section(tr("Why it is on your list"))
        if line.item.meant_for:
            part.add(tr("Given to"), line.item.meant_for, tone="open")
        if line.item.routed:
            part.add(tr("Routed"), line.item.routed)
        licence, verdict = line.row.verdict.licence, line.row.verdict
        place = line.item.jurisdiction
        if verdict.allowed and licence is not None:
            part.add(tr("Licence"), forms.licence(licence), icon="check")
        elif not verdict.allowed:
            part.add(tr("Blocked"), verdict.reason, tone="act", icon="lock")
        part.add(tr("Scanned in"), place)
        self._queue = part.add(tr("In the queue"), urgency(line.item, now, self._weights).words)
        status = line.status
        part.add(tr("Status"), status.words, tone=status.tone)
        for at, words in enumerate(lacking(line.item)):
            part.add(tr("This list") if at == 0 else "", words, tone="open")
        lease = line.item.lease_until
        if lease is not None and line.item.holder:
            until = lease.astimezone(ZoneInfo(self._timezone))
            part.add(tr("Claimed until"), f"{until:%H:%M:%S} {until.tzname()}")
        return part

    def _arrival(self, line: Line) -> QWidget:
        item = line.item
        part = _Section(tr("Arrival"))
        zone = ZoneInfo(self._timezone)
        if item.acquired is not None:
            part.add(tr("Acquired"), f"{item.acquired.astimezone(zone):%H:%M:%S %Z}")
        if not item.is_tracked:
            return part
        part.add(tr("Listed"), f"{item.listed.astimezone(zone):%H:%M:%S %Z}")
        if item.acquired is not None:
            took = item.listed - item.acquired
            late = took.total_seconds() > PROMISED_S
            goal = forms.duration(timedelta(seconds=PROMISED_S))
            words = tr("{time} later, goal {goal}", time=forms.duration(took), goal=goal)
            part.add(tr("On its way"), words, tone="open" if late else "hi")
        return part


def _barred(line: Line) -> tuple[str, str, str]:
    """Why the case cannot be claimed, declined, given to a reader; empty where it can."""
    item, taken = line.item, ""
    if item.state is ReadState.CLAIMED and item.holder_id != line.me:
        taken = tr("{who} holds this case", who=item.holder)
    mine = tr("You hold this case") if item.state is ReadState.CLAIMED and not taken else ""
    return (
        taken or mine or no_claim(item),
        taken or no_decline(item),
        taken or no_reassign(item),
    )


class _Section(QWidget):
    """A heading and pairs of label and value."""

    def __init__(self, title: str, hint: str = "") -> None:
        super().__init__()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(16, 12, 16, 12)
        self._grid.setHorizontalSpacing(0)
        self._grid.setVerticalSpacing(5)
        self._grid.setColumnMinimumWidth(0, _LABEL)
        self._grid.setColumnStretch(1, 1)
        head = plain.row(
            plain.label(title, tone="mid", size="small", weight=600), 0,
            plain.label(hint, tone="low", size="small"),
        )  # fmt: skip
        self._grid.addWidget(head, 0, 0, 1, 2)

    def add(
        self, name: str, value: str, *, tone: Tone = "hi", icon: str = "", data: bool = True
    ) -> QLabel:
        """A pair; gives back the value, for what changes by the minute."""
        at = self._grid.rowCount()
        top = Qt.AlignmentFlag.AlignTop
        self._grid.addWidget(plain.label(name, tone="low"), at, 0, top)
        words = plain.label(value, tone=tone, wrap=True, data=data)
        if icon:
            mark = plain.mark(icon, "hue.done" if icon == "check" else "hue.act", 14)
            words.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
            self._grid.addWidget(plain.row(mark, words, spacing=6), at, 1, top)
        else:
            self._grid.addWidget(words, at, 1, top)
        return words

    def say(self, text: str, tone: Tone) -> None:
        self._grid.addWidget(
            plain.label(text, tone=tone, wrap=True), self._grid.rowCount(), 0, 1, 2
        )
