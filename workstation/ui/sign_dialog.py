"""The sign dialog: the whole text as it will be sealed, and the password for it.

It shows the frozen bytes of a proposal and asks; signing is the caller's. What is shown
cannot change while it is open.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from workstation.domain.report import ReportState
from workstation.services.reading.signing import Proposal
from workstation.services.report.checks import Check
from workstation.text import tr
from workstation.ui import plain
from workstation.ui.chips import Chip
from workstation.ui.dialogs import Dialog
from workstation.ui.frozen_text import FrozenText
from workstation.ui.report_lists import SlotList, check_counts, check_entry, status_chip
from workstation.ui.sign_changes import changes_since
from workstation.ui.sign_targets import signed_with, targets

_SIDE_WIDE: Final = 452
_CHECK_ROWS: Final = 6
_SCROLL_KEYS: Final = frozenset({Qt.Key.Key_PageUp, Qt.Key.Key_PageDown})


class SignDialog(Dialog):
    """`signed` carries the password; `preliminary` asks to be shown as preliminary instead.

    Parameters
    ----------
    proposal
        What will be sealed, of `services.reading.signing`.
    checks
        As they stood when it was frozen.
    reader_licence
        The licence in words, "US-WA MD-00412, to 30 Jun 2027"; its number where empty.
    next_case
        The case that opens after this one, in words; empty where there is none.
    asks_password
        False where the site's own page asks, in the browser.
    """

    signed = Signal(str)
    preliminary = Signal()

    def __init__(
        self,
        host: QWidget,
        proposal: Proposal,
        checks: Sequence[Check] = (),
        *,
        reader_licence: str = "",
        next_case: str = "",
        asks_password: bool = True,
        banner: str = "",
    ) -> None:
        super().__init__(host, tr("Sign"), width=1240, height=808)
        self._proposal = proposal
        self._asks = asks_password
        self.head.hide()
        self._whole.setContentsMargins(1, 1, 1, 1)
        self._whole.setSpacing(0)
        self.body.setSpacing(0)
        self.body.addWidget(self._title(banner))
        self.body.addWidget(plain.rule())
        self.text = FrozenText(proposal.signed.html)
        self.body.addWidget(self._middle(checks, reader_licence), 1)
        self.body.addWidget(plain.rule())
        self.password = plain.line_edit(secret=True)
        self._pin = plain.line_edit(secret=True)
        self._message = plain.label(tone="act", size="small", wrap=True)
        self._next = plain.check_box(_next_words(next_case))
        self._next.setChecked(bool(next_case))
        self._next.setVisible(bool(next_case))
        self._build_foot()

    def show_it(self) -> None:
        """Open over the window, the password first."""
        self.open(self.password if self._asks else None)

    @property
    def pin(self) -> str:
        """Of the reader's token; empty where none is asked for, or it has a keypad."""
        return self._pin.text() if self._proposal.asks_pin else ""

    @property
    def opens_next(self) -> bool:
        """Whether the reader wants the next case after this one."""
        return self._next.isChecked()

    # --- answers of the caller --------------------------------------------------------

    def busy(self) -> None:
        """The password is being asked about."""
        self._message.setText("")
        self._enable(False)

    def wrong(self, message: str) -> None:
        """It was not accepted: say so in place, and let the reader type again."""
        self._enable(True)
        self._message.setText(message)
        self.password.clear()
        self.password.setFocus(Qt.FocusReason.OtherFocusReason)

    def tell(self, message: str) -> None:
        """What the reader is to do meanwhile."""
        self._message.setText(message)

    def done(self) -> None:
        """It is sealed."""
        self._clear()
        self.answer()

    def back(self) -> None:
        self._clear()
        super().back()

    # --- inside -----------------------------------------------------------------------

    def _clear(self) -> None:
        self.password.clear()
        self._pin.clear()

    def _enable(self, on: bool) -> None:
        self.password.setEnabled(on)
        self._pin.setEnabled(on)
        if self._main is not None:
            self._main.setEnabled(on)

    def _sign(self) -> None:
        if self._asks and not self.password.text():
            self.wrong(tr("Your password is needed for this signature."))
            return
        password = self.password.text()
        self.busy()
        self.signed.emit(password)

    def _title(self, banner: str) -> QWidget:
        item, binding = self._proposal.item, self._proposal.signed.report.binding
        patient = binding.patient
        born = patient.birth_date.isoformat() if patient.birth_date else ""
        who = [
            plain.label(patient.name, tone="hi", size="title", weight=600, data=True),
            plain.label(_sex_and_age(self._proposal), tone="hi", data=True),
            plain.label(tr("born {day}", day=born) if born else "", data=True),
            plain.label(f"ID {patient.id}", data=True),
        ]
        order = [
            plain.label(binding.procedure, tone="mid", data=True),
            plain.label(tr("accession {number}", number=binding.accession), data=True),
            plain.label(self._proposal.site.name, data=True),
        ]
        if item.acquired is not None:
            when = item.acquired.strftime("%d %b %Y %H:%M %Z").strip()
            order.append(plain.label(tr("acquired {when}", when=when), data=True))
        left = plain.column(
            plain.row(*who, 0, spacing=12), plain.row(*order, 0, spacing=12), spacing=4
        )
        words, tone, look = status_chip(self._proposal.signed.status)
        chip = Chip(words, tone, look)
        chip.show()
        right = plain.column(
            plain.label(tr("will be issued as"), tone="low", size="micro"),
            plain.row(0, chip),
            spacing=4,
        )
        notice = Chip(banner, "text.mid")
        notice.setVisible(bool(banner))
        head = plain.row(left, 0, notice, right, margins=(24, 12, 24, 12), spacing=16)
        head.setFixedHeight(76)
        return head

    def _middle(self, checks: Sequence[Check], licence: str) -> QWidget:
        said = plain.label(tr("Exactly this text is sealed. It cannot be edited here."), tone="low")
        page = plain.column(said, 12, self.text, margins=(28, 16, 28, 16))
        plain.ground(page, "field")
        listed = SlotList(tr("Checks"), _CHECK_ROWS, lambda _line: None, 26)
        listed.show_entries([check_entry(c) for c in _worth_saying(checks)], check_counts(checks))
        side = QWidget()
        side.setFixedWidth(_SIDE_WIDE)
        column = QVBoxLayout(side)
        column.setContentsMargins(4, 4, 4, 0)
        column.setSpacing(8)
        sent, by = targets(self._proposal), signed_with(self._proposal, licence)
        for part in (listed, plain.rule(), sent, plain.rule(), by):
            column.addWidget(part)
        column.addWidget(plain.rule())
        before = self._proposal.preliminary
        if before is None:
            column.addStretch(1)
        else:
            column.addWidget(changes_since(before, self._proposal.signed), 1)
        middle = QWidget()
        layout = QHBoxLayout(middle)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(page, 1)
        layout.addWidget(plain.rule(vertical=True))
        layout.addWidget(side)
        return middle

    def _build_foot(self) -> None:
        signer, site = self._proposal.signed.signer, self._proposal.site
        if self._asks:
            words = tr("Password of {name}, asked by {site}", name=signer.name, site=site.name)
            if site.step_up == "each":
                words = tr(
                    "Password of {name}, asked by {site} for each signature",
                    name=signer.name,
                    site=site.name,
                )
        else:
            words = tr("{site} asks for your password in the browser", site=site.name)
        caption = plain.label(words, tone="low", size="small", data=True)
        self.password.setAccessibleName(words)
        self.password.setVisible(self._asks)
        self.password.setFixedWidth(400)
        self.password.installEventFilter(self)
        left = plain.column(caption, self.password, self._message, spacing=4)
        if self._proposal.asks_pin:
            left = plain.row(left, self._pin_field(), spacing=12)
        self._message.setMinimumHeight(16)
        self._foot.setContentsMargins(24, 12, 24, 12)
        self._foot.insertWidget(0, left)
        self._foot.addWidget(self._next)
        self._foot.addWidget(plain.button(tr("Back"), self.back, key="Esc"))
        status = self._proposal.signed.status
        if status is ReportState.FINAL:
            self.add_button(tr("Preliminary instead"), self._ask_preliminary)
        self.add_main(_main_words(status), self._sign)

    def _pin_field(self) -> QWidget:
        words = tr("PIN of your token")
        self._pin.setAccessibleName(words)
        self._pin.setPlaceholderText(tr("empty: on its keypad"))
        self._pin.setFixedWidth(180)
        caption = plain.label(words, tone="low", size="small")
        below = plain.label(size="small")
        below.setMinimumHeight(16)
        return plain.column(caption, self._pin, below, spacing=4)

    def _ask_preliminary(self) -> None:
        self._clear()
        self.preliminary.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _SCROLL_KEYS:
            bar = self.text.verticalScrollBar()
            sign = 1 if event.key() == Qt.Key.Key_PageDown else -1
            bar.setValue(bar.value() + sign * bar.pageStep())
            event.accept()
            return
        super().keyPressEvent(event)


def _worth_saying(checks: Sequence[Check]) -> list[Check]:
    """What was set aside or warned of first, then the identity and the images."""
    first = [c for c in checks if c.severity != "passed"]
    passed = [c for c in checks if c.severity == "passed"]
    named = ("identity", "images", "link-changed")
    return first + sorted(passed, key=lambda c: c.rule not in named)


def _main_words(status: ReportState) -> str:
    match status:
        case ReportState.PRELIMINARY:
            return tr("Sign as preliminary")
        case ReportState.WET_READ:
            return tr("Sign as wet read")
        case ReportState.AWAITING:
            return tr("Sign for the attending")
        case ReportState.ADDENDED | ReportState.PRELIMINARY_ADDENDED:
            return tr("Sign addendum")
        case ReportState.CORRECTED | ReportState.PRELIMINARY_CORRECTED:
            return tr("Sign correction")
        case ReportState.RETRACTED:
            return tr("Sign retraction")
        case _:
            return tr("Sign as final")


def _next_words(next_case: str) -> str:
    return tr("Open next case: {name}", name=next_case) if next_case else ""


def _sex_and_age(proposal: Proposal) -> str:
    patient, item = proposal.signed.report.binding.patient, proposal.item
    day: date = (item.acquired or item.listed).date()
    age = patient.age_years(day)
    return f"{patient.sex} {'' if age is None else age}".strip()
