"""The locked desk: what covers the windows, and what a hand can still reach."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from attrs import define, field
from fakes import FakeClock
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QWheelEvent, QWindow
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from workstation.errors import SignInFailed
from workstation.protocols.device_sign_in import EnterCode
from workstation.services.jobs import Job
from workstation.services.ports.hosting import Credentials
from workstation.services.signal import Signal
from workstation.ui.chips import Chip
from workstation.ui.dialogs import Dialog, MessageDialog
from workstation.ui.lock_screen import Covers, Hands, LockScreen
from workstation.ui.plain import ground


@define(eq=False)
class FakeDesk:
    who: str = "Dr. Jo Sample"
    locked: bool = False
    changed: Signal[None] = field(factory=Signal)
    asked: list[Credentials | None] = field(factory=list)
    error: SignInFailed | None = None

    def turn(self, *, locked: bool) -> None:
        self.locked = locked
        self.changed.emit(None)

    def unlock(self, credentials: Credentials | None) -> Job[None]:
        self.asked.append(credentials)
        job: Job[None] = Job()
        job.settle(None, self.error)
        if self.error is None:
            self.turn(locked=False)
        return job


class Room:
    """Two windows, each with a field in which a report could be written."""

    def __init__(self, qtbot: QtBot, *, typed: bool = True) -> None:
        self.desk = FakeDesk()
        self.windows = [QWidget(), QWidget()]
        self.fields = []
        for window in self.windows:
            ground(window, "panel")
            written = QLineEdit("Alder, Robin")
            QVBoxLayout(window).addWidget(written)
            self.fields.append(written)
            window.resize(800, 600)
            qtbot.addWidget(window)
            window.show()
        self.signed_out = 0
        self.waiting = ""
        self.clock = FakeClock()
        self.codes: Signal[EnterCode | None] = Signal()
        self.covers = Covers(
            self.desk,  # type: ignore[arg-type]
            lambda: self.windows,
            lambda: "jo.sample",
            self._out,
            lambda: typed,
            self.codes,
            lambda: self.waiting,
            self.clock,
            "DEMO · not for clinical use",
        )

    def _out(self) -> None:
        self.signed_out += 1

    def cover(self, at: int = 0) -> LockScreen:
        return next(c for c in self.windows[at].findChildren(LockScreen) if c.isVisible())


@pytest.fixture
def room(qtbot: QtBot) -> Iterator[Room]:
    made = Room(qtbot)
    yield made
    made.desk.turn(locked=False)


def test_every_window_is_covered_to_its_edges(room: Room) -> None:
    """On three screens each shows a patient; a cover over one of them would be none."""
    room.desk.turn(locked=True)
    before = room.windows[1].grab().toImage()
    room.fields[1].setText("Maple, Dana")

    assert room.windows[1].grab().toImage() == before  # whoever is below, it looks the same
    for at in (0, 1):
        assert room.cover(at).geometry() == room.windows[at].rect()
        assert room.windows[at].childAt(room.fields[at].geometry().center()) is not room.fields[at]


def test_the_cover_grows_with_its_window_and_stays_on_top(room: Room) -> None:
    """A window that is maximised, or a dialog that comes late, must not show what is below."""
    room.desk.turn(locked=True)
    room.windows[0].resize(1200, 900)
    late = MessageDialog(room.windows[0], "Alder, Robin", "A report was refused.")
    late.open()
    QApplication.processEvents()

    assert room.cover().geometry() == room.windows[0].rect()
    at = room.windows[0].childAt(5, 5)
    assert at is room.cover() or room.cover().isAncestorOf(at)
    assert not late.isVisible()


def test_the_cover_bears_the_clock_and_the_mark_of_the_demo(room: Room) -> None:
    """A reader who comes back asks how long it was; a demo is one on each screen it has."""
    room.clock.set_wall(datetime(2026, 11, 26, 8, 30, 15, tzinfo=UTC))
    room.desk.turn(locked=True)
    there = room.clock.now().astimezone()

    for at in (0, 1):
        cover = room.cover(at)
        assert cover.clock.text() == f"{there:%H:%M:%S} {there.tzname()}"
        assert [c.text() for c in cover.findChildren(Chip)] == ["DEMO · not for clinical use"]


def test_a_dialog_that_was_open_is_covered_and_there_again(room: Room) -> None:
    """Locked in the middle of signing: the whole report stands in that dialog."""
    dialog = MessageDialog(room.windows[0], "Sign", "Alder, Robin: no nodule.")
    dialog.open()
    room.desk.turn(locked=True)
    at = room.windows[0].childAt(dialog.rect().center())
    covered = at is room.cover() or room.cover().isAncestorOf(at)
    room.desk.turn(locked=False)

    assert covered
    assert dialog.isVisible()
    assert dialog.is_open


def test_a_menu_that_is_open_is_closed(room: Room) -> None:
    """A menu is a window of its own and would stand above the cover."""
    menu = QMenu(room.windows[0])
    menu.addAction("Alder, Robin")
    menu.popup(room.windows[0].pos())
    room.desk.turn(locked=True)

    assert not menu.isVisible()


def test_keys_reach_the_password_alone(room: Room) -> None:
    """What is typed at a locked desk is a password; in the report it would be read by all."""
    room.fields[0].setFocus()
    room.desk.turn(locked=True)
    QTest.keyClicks(room.cover().password, "secret")

    assert room.fields[0].text() == "Alder, Robin"
    assert room.cover().password.text() == "secret"
    assert isinstance(room.cover(), Dialog)  # which is how `ui.actions.Keys` knows to stay out
    assert room.cover().password.echoMode() is QLineEdit.EchoMode.Password


def test_enter_asks_with_the_readers_own_name(room: Room, qtbot: QtBot) -> None:
    room.desk.turn(locked=True)
    QTest.keyClicks(room.cover().password, "right & proper")
    QTest.keyClick(room.cover().password, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not room.desk.locked)

    assert [(c.user, c.password) for c in room.desk.asked if c] == [("jo.sample", "right & proper")]
    assert not any(c.isVisible() for w in room.windows for c in w.findChildren(LockScreen))


def test_an_empty_password_asks_nobody(room: Room) -> None:
    """An Enter too many must not count as a failed attempt at the provider."""
    room.desk.turn(locked=True)
    room.cover().button.click()

    assert room.desk.asked == []


def test_a_refusal_says_why_and_empties_the_field(room: Room) -> None:
    room.desk.error = SignInFailed("The name or the password is wrong.")
    room.desk.turn(locked=True)
    QTest.keyClicks(room.cover().password, "wrong")
    room.cover().button.click()

    assert room.cover().message.text() == "The name or the password is wrong."
    assert room.cover().password.text() == ""
    assert room.cover().button.isEnabled()


def test_without_a_password_of_ours_the_browser_is_asked(qtbot: QtBot) -> None:
    """Where the provider's page takes the password, no field here pretends to."""
    room = Room(qtbot, typed=False)
    room.desk.turn(locked=True)
    cover = room.cover()
    shown = cover.password.isVisible()
    cover.button.click()

    assert not shown
    assert room.desk.asked == [None]


def test_without_a_browser_the_cover_says_which_code_to_enter_where(qtbot: QtBot) -> None:
    """Else a locked desk in a room without a browser would stay locked."""
    room = Room(qtbot, typed=False)
    room.desk.turn(locked=True)
    room.codes.emit(EnterCode("BCDF-GHJK", "https://login.example/enter", 600))
    said = room.cover(1).message.text()
    room.codes.emit(None)

    assert said == (
        "On another device open https://login.example/enter and enter the code BCDF-GHJK."
    )
    assert room.cover(1).message.text() == ""


def test_what_cannot_wait_is_said_on_the_cover_without_a_name(room: Room) -> None:
    """The reader is in the next room; a STAT case must not wait until the coffee is drunk."""
    room.desk.turn(locked=True)
    quiet = room.cover(0).waiting.isVisible()
    room.waiting = "2 STAT cases wait · 1 report needs you"
    room.covers.refresh()
    said = [room.cover(at).waiting.text() for at in (0, 1)]
    room.waiting = ""
    room.covers.refresh()

    assert not quiet
    assert said == ["2 STAT cases wait · 1 report needs you"] * 2
    assert not room.cover(0).waiting.isVisible()


def test_the_next_reader_can_sign_this_one_out(room: Room) -> None:
    room.desk.turn(locked=True)
    room.cover().leave.click()

    assert room.signed_out == 1


def test_hands_are_noticed_in_the_window_that_has_the_focus(qtbot: QtBot) -> None:
    """Keys, pointer and wheel; a reader who only scrolls is there."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    seen: list[int] = []
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(lambda: app.focusWindow() is not None)
    hands = Hands(app, lambda: seen.append(1))
    handle = app.focusWindow()
    assert isinstance(handle, QWindow)
    none = Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(handle, QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Shift, none))
    at, still = QPointF(5, 5), QPointF(0, 0).toPoint()
    wheel = QWheelEvent(
        at, at, still, QPointF(0, 120).toPoint(), Qt.MouseButton.NoButton, none,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(handle, wheel)
    noticed = len(seen)
    hands.stop()
    QApplication.sendEvent(handle, QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Shift, none))

    assert noticed == len(seen) == 2
