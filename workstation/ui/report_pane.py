"""The report pane: who it is about, what it says, what supports it, what it still lacks."""

from collections.abc import Callable, Mapping
from datetime import tzinfo
from types import MappingProxyType
from typing import Final

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from workstation.domain.identifiers import SiteId
from workstation.domain.report import ReportState
from workstation.services.delivery.delivery import Deliveries
from workstation.services.report.autotexts import Autotexts
from workstation.services.report.reporting import Reporting
from workstation.services.report.spelling import Spelling
from workstation.text import tr, trn
from workstation.ui import plain
from workstation.ui.chips import shown_key
from workstation.ui.discrepancy_row import DiscrepancyRow
from workstation.ui.report_editor import ReportEditor
from workstation.ui.report_head import ReportHead
from workstation.ui.report_lists import (
    SETTLED_BY,
    SlotList,
    check_counts,
    check_entry,
    evidence_entry,
    key_image_entry,
)
from workstation.ui.report_news import ReportNews
from workstation.ui.voice_meter import VoiceButton

_CHECK_ROWS: Final = 4
#: A pane lower than this has no room for a card and the evidence.
_ROOM_FOR_BOTH: Final = 820
#: Head, line of news, text.
_BELOW_THE_TEXT: Final = 3
_EVIDENCE_ROWS: Final = 5
#: In a low pane: evidence, checks.
_LOW_ROWS: Final = (2, 3)
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
        self._voice: VoiceButton | None = None
        self._card = QWidget(self)  # until there is one
        self._card.hide()
        self._build()
        self._reporting.changed.connect(lambda _: self._follow())
        self._reporting.checks_changed.connect(lambda _: self._follow_checks())
        self._reporting.draft_changed.connect(lambda _: self._news.follow())
        self._deliveries.changed.connect(lambda _: self._news.follow())
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

    def add_voice(self, voice: VoiceButton) -> None:
        """The microphone at the foot, before everything else there."""
        foot = self._foot_row.layout()
        assert isinstance(foot, QHBoxLayout)
        foot.insertWidget(0, voice)
        self._voice = voice
        voice.show_keys(self._keys)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Show, QEvent.Type.Hide):
            self._make_room()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        """On a low screen the text comes first: the lists are short, and a card takes the place of
        the evidence: its fields are whole."""
        low = self.height() < _ROOM_FOR_BOTH
        self._supporting.setHidden(low and not self._card.isHidden())
        evidence, checks = _LOW_ROWS if low else (_EVIDENCE_ROWS, _CHECK_ROWS)
        self.evidence.give_rows(evidence)
        self.checks.give_rows(checks)

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
        self._head = ReportHead(self._reporting)
        self._news = ReportNews(
            self._reporting, self._deliveries, self._head.status, self._site_names, self._zones
        )
        whole.addWidget(self._head)
        whole.addWidget(self._news)
        whole.addWidget(page, 1)
        self._difference = DiscrepancyRow(self._reporting, self._send)
        self._difference.show_keys(self._keys)
        whole.addWidget(self._difference)
        self._supporting = plain.column(plain.rule(), self.evidence)
        for part in (self._supporting, plain.rule(), self.checks, plain.rule()):
            whole.addWidget(part)
        self._foot_row = self._foot()
        whole.addWidget(self._foot_row)

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
        self._why.take_the_rest()
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
        self._difference.show_keys(keys)
        if self._voice is not None:
            self._voice.show_keys(keys)
        self._follow()
        self._follow_checks()

    def _key(self, line: str) -> str:
        return shown_key(self._keys.get(line, ""))

    def _send(self, line: str) -> None:
        self._run(line)

    # --- following --------------------------------------------------------------------

    def _follow(self) -> None:
        report = self._reporting.report
        self._head.follow()
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
        self._news.follow()

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
