"""The card of a critical result: filled from the directory, worked by keys, gone when done."""

from types import SimpleNamespace

import pytest
from fakes_report import SITE, Desk
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from workstation.domain.critical import Category
from workstation.domain.report import SectionKind
from workstation.services.report.critical_results import CriticalResults, Person
from workstation.services.report.critical_results import Desk as CallingDesk
from workstation.services.signal import Signal
from workstation.ui.critical_card import CriticalCard
from workstation.ui.report_pane import ReportPane


class Trail:
    def record(self, *_what: object, **_where: object) -> None: ...


class Room:
    def __init__(self, qtbot: QtBot) -> None:
        self.desk = Desk()
        place = CallingDesk((Person("Dr. Lee Proxy", "100"), Person("Charge nurse", "101")))
        self.critical = CriticalResults(
            self.desk.reporting,
            Trail(),  # type: ignore[arg-type]
            self.desk.clock,
            {SITE: place},
        )
        self.sent: list[str] = []
        self.card = CriticalCard(
            self.critical, self.desk.reporting, self.desk.clock, self.sent.append
        )
        qtbot.addWidget(self.card)
        self.desk.start(template="free-text")
        self.desk.reporting.set_section(SectionKind.IMPRESSION, "Pneumothorax.")

    def texts(self) -> set[str]:
        return {label.text() for label in self.card.findChildren(QLabel)}


@pytest.fixture
def room(qtbot: QtBot) -> Room:
    return Room(qtbot)


def test_it_is_there_while_somebody_must_be_told(room: Room) -> None:
    assert room.card.isHidden()
    room.critical.begin(Category.MINUTES)
    assert not room.card.isHidden()
    assert room.card.told_to.text() == "Dr. Lee Proxy"
    assert {"100", "30:00", "Charge nurse 101, in 15:00"} <= room.texts()
    room.critical.dismiss("artefact")
    assert room.card.isHidden()


def test_a_call_is_recorded_by_keys_alone(room: Room) -> None:
    """Tab, space, Ctrl+Enter: the other hand holds the telephone."""
    room.card.show()
    room.critical.begin(Category.MINUTES)
    room.card.read_back.setFocus()
    QTest.keyClick(room.card.read_back, Qt.Key.Key_Space)
    room.card.told_at.setText("13:38")
    QTest.keyClick(room.card.told_at, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert room.sent == ['critical.told "Dr. Lee Proxy" phone yes 13:38']


def test_escape_goes_to_the_text_and_leaves_no_case(room: Room) -> None:
    """On the telephone a hand slips: the case is not put aside by that."""
    room.card.show()
    room.critical.begin(Category.MINUTES)
    asked = QKeyEvent(
        QEvent.Type.ShortcutOverride, Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier
    )
    asked.setAccepted(False)
    QApplication.sendEvent(room.card.told_to, asked)
    assert asked.isAccepted(), "the keymap leaves it to the card"
    QTest.keyClick(room.card.told_to, Qt.Key.Key_Escape)
    assert room.sent == ["report.focus"]


def test_when_time_is_over_it_says_by_how_much(room: Room) -> None:
    room.critical.begin(Category.MINUTES)
    room.desk.clock.advance(31 * 60 + 5)
    room.card._follow_time()
    assert {"+1:05", "Charge nurse 101, now"} <= room.texts()


def test_nobody_answered_names_the_next(room: Room) -> None:
    room.critical.begin(Category.MINUTES)
    room.critical.no_answer()
    assert room.card.told_to.text() == "Charge nurse"
    assert "nobody else is in the directory of this site" in room.texts()


@pytest.mark.parametrize(("high", "with_evidence"), [(700, False), (1012, True)])
def test_its_fields_are_whole_on_a_low_screen(
    room: Room, qtbot: QtBot, high: int, *, with_evidence: bool
) -> None:
    """1366 x 768: whoever is on the telephone must see the name and what is ticked."""
    deliveries = SimpleNamespace(changed=Signal(), of=lambda _: None)
    pane = ReportPane(room.desk.reporting, deliveries, room.sent.append)  # type: ignore[arg-type]
    qtbot.addWidget(pane)
    pane.add_card(room.card)
    pane.resize(488, high)
    pane.show()
    room.critical.begin(Category.MINUTES)
    QApplication.processEvents()

    fields = [*room.card.findChildren(QLineEdit), *room.card.findChildren(QAbstractButton)]
    seen = [each for each in fields if each.isVisible()]
    assert len(seen) > 5
    assert all(each.height() >= each.sizeHint().height() for each in seen)
    assert pane.evidence.isVisible() == with_evidence
    assert pane.editor.height() >= 120
    room.critical.dismiss("artefact")
    assert pane.evidence.isVisible()
