"""The report pane: who it is about, what it says, what supports it, what it still lacks."""

from collections.abc import Callable, Mapping
from datetime import datetime, tzinfo
from types import MappingProxyType
from typing import Final

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from workstation.domain.identifiers import SiteId
from workstation.domain.patient import Patient
from workstation.domain.report import Report, ReportState
from workstation.protocols.delivery import Delivery, State
from workstation.services.autotexts import Autotexts
from workstation.services.delivery import Deliveries
from workstation.services.reporting import Reporting
from workstation.services.spelling import Spelling
from workstation.services.viewed import day
from workstation.text import tr, trn
from workstation.ui import plain
from workstation.ui.chips import Chip, shown_key
from workstation.ui.report_editor import ReportEditor
from workstation.ui.report_lists import (
    SETTLED_BY,
    SlotList,
    check_counts,
    check_entry,
    evidence_entry,
    key_image_entry,
    status_chip,
)

_CHECK_ROWS: Final = 4
#: A pane lower than this has no room for a card and the evidence.
_ROOM_FOR_BOTH: Final = 820
#: Head, line of news, text.
_BELOW_THE_TEXT: Final = 3
_EVIDENCE_ROWS: Final = 5
_Tone = plain.Tone
#: Of `resources/keymaps/default.toml`, where no keymap is given.
_SHIPPED_KEYS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "report.draft": "F9",
        "report.sign": "F12",
        "report.addend": "Ctrl+Shift+A",
        "report.next-check": "F8",
        "report.accept-measurement": "F7",
        "dictation.accept": "Shift+F7",
        "report.evidence 1": "Ctrl+F1",
        "report.evidence 2": "Ctrl+F2",
        "report.evidence 3": "Ctrl+F3",
    }
)


class ReportPane(QWidget):
    """A view of `Reporting` and `Deliveries`; `run` sends command lines. GUI thread.

    Parameters
    ----------
    site_names, zones
        How a site is called, and in which zone its times are told.
    keys
        Command line to key, of the keymap, for the caps beside names.
    autotexts
        What is offered while names are typed.
    spelling
        What marks words that nobody knows.
    """

    def __init__(
        self,
        reporting: Reporting,
        deliveries: Deliveries,
        run: Callable[[str], object],
        *,
        site_names: Mapping[SiteId, str] = MappingProxyType({}),
        zones: Mapping[SiteId, tzinfo] = MappingProxyType({}),
        keys: Mapping[str, str] = _SHIPPED_KEYS,
        autotexts: Autotexts | None = None,
        spelling: Spelling | None = None,
    ) -> None:
        super().__init__()
        self._autotexts, self._spelling = autotexts, spelling
        self._reporting, self._deliveries = reporting, deliveries
        self._run = run
        self._site_names, self._zones, self._keys = site_names, zones, keys
        self.setProperty("scope", "report")
        self.setMinimumWidth(420)
        plain.ground(self, "panel")
        self._card = QWidget(self)  # until there is one
        self._card.hide()
        self._build()
        self._reporting.changed.connect(lambda _: self._follow())
        self._reporting.checks_changed.connect(lambda _: self._follow_checks())
        self._reporting.draft_changed.connect(lambda _: self._follow_state())
        self._deliveries.changed.connect(lambda _: self._follow_state())
        self._clock = QTimer(self)  # "waiting 0:51" counts
        self._clock.setInterval(1000)
        self._clock.timeout.connect(self._follow_state)
        self._follow()
        self._follow_checks()

    def focus_active(self) -> None:
        """Give the keyboard to the text."""
        self.editor.setFocus()

    def correct(self) -> None:
        """Offer corrections of a marked word."""
        self.editor.setFocus()
        if self.editor.corrector is not None:
            self.editor.corrector.open()

    def selected(self) -> str:
        """The words that the reader has selected in the text."""
        return self.editor.createMimeDataFromSelection().text()

    def add_card(self, card: QWidget) -> None:
        """Below the text, above what supports it."""
        whole = self.layout()
        assert isinstance(whole, QVBoxLayout)
        whole.insertWidget(_BELOW_THE_TEXT, plain.ground(card, "panel"))
        card.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._card = card
        card.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Show, QEvent.Type.Hide):
            self._make_room()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        """On a low screen the card takes the place of the evidence: its fields are whole."""
        cramped = self.height() < _ROOM_FOR_BOTH and not self._card.isHidden()
        self._supporting.setHidden(cramped)

    def settle(self) -> None:
        """Show now what the checks would say in a moment: a picture is taken."""
        self._follow_checks()

    def _build(self) -> None:
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        self.editor = ReportEditor(self._reporting, self._send, self._autotexts, self._spelling)
        self.setFocusProxy(self.editor)
        page = plain.ground(plain.column(self.editor, margins=(4, 8, 4, 0)), "field")
        nothing = tr("What you measure or mark as a key image is listed here.")
        self.evidence = SlotList(tr("Evidence"), _EVIDENCE_ROWS, self._send, 21, nothing)
        self.checks = SlotList(tr("Checks"), _CHECK_ROWS, self._send, 28)
        whole.addWidget(self._head())
        whole.addWidget(self._state_line())
        whole.addWidget(page, 1)
        self._supporting = plain.column(plain.rule(), self.evidence)
        for part in (self._supporting, plain.rule(), self.checks, plain.rule()):
            whole.addWidget(part)
        whole.addWidget(self._foot())

    def _head(self) -> QWidget:
        """The identity strip: always there, always the same words in the same order."""
        self._name = plain.elided(tone="hi", weight=600, middle=True)
        self._who = plain.label(size="small", data=True)
        self._status = Chip()
        self._order = plain.elided(tone="low", size="small")
        self._template = plain.label(tone="low", size="small", data=True)
        _take_the_rest(self._order)
        first = plain.row(self._name, self._who, 0, self._status, spacing=8)
        second = plain.row(self._order, self._template, spacing=8)
        head = plain.column(first, second, margins=(16, 7, 16, 7), spacing=2)
        head.setFixedHeight(56)
        return plain.ground(head, "raised")

    def _state_line(self) -> QWidget:
        """One slot for the news of this report; it is there when there is none."""
        self._state_mark = plain.mark("", "text.low", 14)
        self._state = plain.elided(tone="mid", size="small")
        self._aside = plain.label(tone="low", size="small", data=True)
        _take_the_rest(self._state)
        line = plain.row(
            self._state_mark, self._state, self._aside, margins=(16, 0, 16, 0), spacing=8
        )
        line.setFixedHeight(28)
        return plain.ground(line, "panel")

    def _foot(self) -> QWidget:
        self._why = plain.elided(tone="open", size="small")
        self._draft = plain.button(
            tr("Draft"), lambda: self._send("report.draft"), key=self._key("report.draft")
        )
        self._sign = plain.button(
            tr("Sign…"),
            lambda: self._send("report.sign"),
            key=self._key("report.sign"),
            look="main",
        )
        self._addend = plain.button(
            tr("Addendum…"), lambda: self._send("report.addend"), key=self._key("report.addend")
        )
        _take_the_rest(self._why)
        parts = (self._why, self._draft, self._addend, self._sign)
        foot = plain.row(*parts, margins=(16, 0, 16, 0), spacing=8)
        foot.setFixedHeight(52)
        return foot

    def show_keys(self, keys: Mapping[str, str]) -> None:
        """Other keys from now on: of the keymap, by command line."""
        self._keys = keys
        for line, button in (
            ("report.draft", self._draft), ("report.sign", self._sign),
            ("report.addend", self._addend),
        ):  # fmt: skip
            button.set_key(self._key(line))
        self._follow()
        self._follow_checks()

    def _key(self, line: str) -> str:
        return shown_key(self._keys.get(line, ""))

    def _send(self, line: str) -> None:
        self._run(line)

    # --- following --------------------------------------------------------------------

    def _follow(self) -> None:
        report = self._reporting.report
        self._follow_identity(report)
        binding = report.binding if report else None
        lines = self._reporting.evidence
        entries = [
            evidence_entry(
                measurement,
                state,
                f"report.evidence {n}",
                prior=binding is not None and measurement.frame.study != binding.study,
                key=self._key(f"report.evidence {n}"),
            )
            for n, (measurement, state) in enumerate(lines, 1)
        ]
        keys = self._reporting.key_images
        entries += [
            key_image_entry(key, n, prior=binding is not None and key.frame.study != binding.study)
            for n, key in enumerate(keys, 1)
        ]
        linked = sum(bool(state) for _, state in lines)
        counts = [(tr("{n} linked", n=linked), "text.low")] if lines else []
        if keys:
            counts.append((trn(len(keys), "{n} key image", "{n} key images"), "text.low"))
        self.evidence.show_entries(entries[-_EVIDENCE_ROWS:], counts)
        self._follow_state()

    def _follow_identity(self, report: Report | None) -> None:
        if report is None:
            for part in (self._name, self._order):
                part.say("")
            self._who.setText("")
            self._template.setText("")
            self._status.show_state("")
            return
        binding = report.binding
        self._name.say(binding.patient.name)
        self._who.setText(f"{self._sex_and_age(binding.patient)} · {binding.patient.id}")
        item = self._reporting.item
        study = day(item.acquired if item is not None else None)
        self._order.say(f"{binding.accession} · {study} · {binding.procedure}")
        names = (t.title for t in self._reporting.templates if t.id == report.template)
        words = tr("Template {name}", name=next(names, report.template))
        if self._reporting.settled:
            issued = self._reporting.issued
            words = tr("by {name}", name=issued.author) if issued and issued.author else ""
        self._template.setText(words)
        plain.set_tooltip(self._template, ", ".join(self._reporting.template_reasons))

    def _sex_and_age(self, patient: Patient) -> str:
        item = self._reporting.item
        seen = (item.acquired or item.listed).date() if item else None
        age = patient.age_years(seen) if seen else None
        born = patient.birth_date.isoformat() if patient.birth_date else ""
        parts = [patient.sex, "" if age is None else str(age)]
        return " ".join(part for part in parts if part) + (f" · {born}" if born else "")

    def _follow_checks(self) -> None:
        checks = self._reporting.checks
        first = next((c for c in checks if c.severity != "passed" and c.field), None)
        next_key = self._key("report.next-check")
        entries = [
            check_entry(c, next_key if c is first else "", self._key(SETTLED_BY.get(c.rule, "")))
            for c in checks
        ]
        self.checks.show_entries(entries, check_counts(checks) if checks else ())
        why = self._reporting.why_not_signed
        settled = self._reporting.settled
        written = self._reporting.report is not None and not settled
        self._why.say(why if written else "")
        self._sign.setVisible(not settled)
        self._sign.setEnabled(not why)
        self._draft.setVisible(not settled)
        self._draft.setEnabled(written and not self._reporting.read_only)
        issued = self._reporting.issued
        self._addend.setVisible(settled)
        retracted = issued is not None and issued.status is ReportState.RETRACTED
        bound = issued is not None and bool(issued.first) and not retracted
        self._addend.setEnabled(bound)
        why_not = tr("This report bears no signature that an addendum could follow")
        if retracted:
            why_not = tr("This report was retracted; what is read anew is a correction")
        plain.set_tooltip(self._addend, tr("Addendum") if bound else why_not)
        plain.set_tooltip(self._sign, why or tr("Sign"), "" if why else self._key("report.sign"))

    def _follow_state(self) -> None:
        report = self._reporting.report
        self._clock.stop()
        if report is None:
            self._tell("", "text.low", "", "mid")
            return
        delivery = self._deliveries.of(report.id)
        if delivery is not None:
            self._status.show_state(*status_chip(delivery.status))
            self._tell_delivery(report, delivery)
        elif self._reporting.settled:
            self._tell_issued(report)
        else:
            self._status.show_state(self._draft_words(), "text.low", "dashed")
            self._tell_draft()

    def _draft_words(self) -> str:
        """What the draft will do to a report that is signed."""
        if not self._reporting.adding:
            return tr("DRAFT")
        match self._reporting.amends:
            case ReportState.CORRECTED:
                return tr("DRAFT CORRECTION")
            case ReportState.RETRACTED:
                return tr("DRAFT RETRACTION")
            case _:
                return tr("DRAFT ADDENDUM")

    def _tell_issued(self, report: Report) -> None:
        """Signed in another shift, or by somebody else; the site holds it."""
        issued = self._reporting.issued
        if issued is None:
            self._status.show_state("")
            self._tell_draft()
            return
        self._status.show_state(*status_chip(issued.status))
        zone = self._zones.get(report.binding.site)
        words = _of_issued(issued.status)
        self._tell("lock", "text.mid", words, "hi", _told(issued.at, zone))

    def _tell_draft(self) -> None:
        draft = self._reporting.draft_state
        if self._reporting.read_only:
            words = self._reporting.read_only
            self._tell("lock", "text.mid", words[:1].upper() + words[1:], "hi")
        elif self._reporting.notice:
            self._tell("note", "hue.open", self._reporting.notice, "hi")
        elif draft.where in ("here", "memory", "nowhere"):
            tone = "hue.act" if draft.where == "nowhere" else "text.low"
            self._tell("barred", tone, draft.text, "hi", tr("will be sent later"))
        else:
            aside = tr("only you can see it") if draft.where == "platform" else ""
            self._tell("", "text.low", draft.text, "mid", aside)

    def _tell_delivery(self, report: Report, delivery: Delivery) -> None:
        site = self._site_names.get(delivery.site, delivery.site)
        zone = self._zones.get(delivery.site)
        match delivery.state:
            case State.ACKNOWLEDGED:
                words = tr("Signed, sent, accepted by {site}", site=site)
                self._tell("check", "hue.done", words, "done", _told(delivery.accepted_at, zone))
            case State.REFUSED:
                words = tr("Refused by {site}: {reason}", site=site, reason=delivery.reason)
                self._tell("octagon-alert", "hue.act", words, "act")
            case State.IN_DOUBT:
                words = tr("Signed. {site} did not answer; asking whether it is there", site=site)
                self._tell("send", "hue.open", words, "open", _told(delivery.at, zone))
            case _:
                words = tr("Signed, sent, waiting for {site}", site=site)
                self._tell("send", "hue.open", words, "open", _told(delivery.at, zone))

    def _tell(self, icon: str, icon_tone: str, words: str, tone: _Tone, aside: str = "") -> None:
        self._state_mark.show_icon(icon, icon_tone)
        self._state_mark.setVisible(bool(icon))
        self._state.say(words)
        plain.set_tone(self._state, tone)
        self._aside.setText(aside)


def _take_the_rest(label: plain.ElidedLabel) -> None:
    """Of its row, instead of a stretch that would cut it in half."""
    label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)


def _of_issued(status: ReportState) -> str:
    match status:
        case ReportState.RETRACTED:
            return tr("Retracted: not to be relied on")
        case ReportState.CORRECTED:
            return tr("Corrected; it takes the place of the first one")
        case _:
            return tr("Signed; what changes it is an addendum or a correction")


def _told(moment: datetime | None, zone: tzinfo | None) -> str:
    """A time with its zone, as the site tells it."""
    if moment is None:
        return ""
    return (
        moment.astimezone(zone).strftime("%H:%M:%S %Z") if zone else moment.strftime("%H:%M:%S %Z")
    )
