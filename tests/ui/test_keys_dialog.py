"""Keys changed in the program: found, pressed, and what had them is named before it loses them."""

from collections.abc import Iterator

import pytest
from fakes import FakeClock, InlineJobs
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QMainWindow, QWidget
from pytestqt.qtbot import QtBot

from workstation.adapters.memory_store import MemoryStore
from workstation.commands import catalogue
from workstation.commands.bindings import Scope, load, stroke
from workstation.commands.keymap import Keymap
from workstation.services.lines import split
from workstation.services.own_keys import KeyChange, OwnKeys
from workstation.settings import resource
from workstation.ui import key_capture
from workstation.ui.buttons import Button
from workstation.ui.key_capture import KeyCapture
from workstation.ui.keys_dialog import KeysDialog

Key, Modifier = Qt.Key, Qt.KeyboardModifier


class Desk:
    """The dialog over a window; the command lines that it sends are carried out."""

    def __init__(self, qtbot: QtBot) -> None:
        registry = catalogue.registry()
        self.qtbot, self.lines = qtbot, list[str]()
        self.own = OwnKeys(MemoryStore(), InlineJobs(FakeClock()))
        self.keymap = Keymap(
            lambda name: load(resource("keymaps", f"{name}.toml"), registry),
            "default", registry, self.own,
        )  # fmt: skip
        self.own.begin("harbor|Practitioner/17")
        self.window = QMainWindow()
        qtbot.addWidget(self.window)
        self.window.resize(1366, 768)
        self.window.show()
        self.dialog = KeysDialog(self.window, self.keymap, self.run)
        self.dialog.show_it()

    def run(self, line: str) -> None:
        self.lines.append(line)
        name, *words = split(line)
        if name == "keys.bind":
            self.own.bind(KeyChange(words[0], words[1], tuple(words[2:])))
        elif name == "keys.restore":
            self.own.restore(words[0], words[1])
        elif name == "keys.profile":
            self.own.choose(words[0])

    def find(self, words: str) -> None:
        """Typed into the field, and the first one is meant."""
        self.dialog._picker.field.setText(words)

    def button(self, text: str) -> Button:
        (found,) = [b for b in self.dialog.findChildren(Button) if b.text() == text]
        return found

    @property
    def capture(self) -> KeyCapture:
        found = self.dialog.findChild(KeyCapture)
        assert isinstance(found, KeyCapture)
        return found

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Modifier.NoModifier) -> None:
        self.button("Press its key").click()
        self.qtbot.keyClick(self.capture, key, modifiers)
        self.capture.wait_no_longer()

    @property
    def said(self) -> str:
        shown = (w for w in self.dialog.findChildren(QLabel) if w.isVisibleTo(self.dialog))
        return "\n".join(label.text() for label in shown)

    def does(self, key: str) -> str:
        found = self.keymap.bindings.find((stroke(key),), Scope.REPORT)
        return found.run if found else ""


@pytest.fixture
def desk(qtbot: QtBot) -> Iterator[Desk]:
    made = Desk(qtbot)
    yield made
    made.dialog.back()


def test_a_free_key_is_had_with_one_press(desk: Desk) -> None:
    """Find, Enter, press: and the old key is free."""
    desk.find("report.draft")
    desk.press(Key.Key_F14)
    assert desk.does("F14") == "report.draft"
    assert desk.does("F9") == ""
    assert "F14: " in desk.said


def test_who_has_the_key_is_named_and_keeps_it_until_the_reader_decides(desk: Desk) -> None:
    """A key that changes its meaning in silence is a wrong act on a patient."""
    desk.find("report.draft")
    desk.press(Key.Key_F12)
    assert desk.does("F12") == "report.sign"
    assert "F12 is “Sign” everywhere, which would lose it." in desk.said
    desk.dialog.back()
    assert desk.dialog.is_open
    assert desk.does("F12") == "report.sign"
    desk.press(Key.Key_F12)
    desk.button("Take it").click()
    assert desk.does("F12") == "report.draft"


def test_tab_and_enter_are_keys_like_others_and_escape_gives_up(desk: Desk) -> None:
    desk.find("report.normal")
    desk.button("Press its key").click()
    desk.qtbot.keyClick(desk.capture, Key.Key_Escape)
    assert desk.dialog.is_open
    assert desk.lines == []
    desk.press(Key.Key_Tab, Modifier.ControlModifier)
    assert desk.does("Ctrl+Tab") == "report.normal"
    desk.press(Key.Key_Return, Modifier.AltModifier | Modifier.ShiftModifier)
    assert desk.does("Alt+Shift+Enter") == "report.normal"


def test_two_keys_in_turn_are_one(desk: Desk) -> None:
    """The second press ends it: nothing is waited for."""
    desk.find("report.normal")
    desk.button("Press its key").click()
    desk.qtbot.keyClick(desk.capture, Key.Key_F14, Modifier.ControlModifier)
    desk.qtbot.keyClick(desk.capture, Key.Key_Q)
    assert desk.lines == ['keys.bind always report.normal "Ctrl+F14 Q"']


def test_another_key_stands_beside_the_first(desk: Desk) -> None:
    desk.find("report.draft")
    desk.button("Another key").click()
    desk.qtbot.keyClick(desk.capture, Key.Key_F14)
    desk.capture.wait_no_longer()
    assert (desk.does("F9"), desk.does("F14")) == ("report.draft", "report.draft")
    desk.button("As in the profile").click()
    assert (desk.does("F9"), desk.does("F14")) == ("report.draft", "")


def test_a_letter_of_the_report_is_refused_in_words(desk: Desk) -> None:
    desk.find("report.undo")
    desk.press(Key.Key_U)
    assert "U is typed in the report: hold Ctrl or Alt with it" in desk.said
    assert desk.lines == []


def test_a_profile_is_chosen_and_its_keys_stand_in_the_list(desk: Desk) -> None:
    desk.button("Fluency-like").click()
    desk.find("dictation.toggle")
    assert desk.does("F1") == "dictation.toggle"
    marked = desk.dialog._picker.marked
    assert marked is not None
    assert marked.aside == "F1  F4"


def test_a_command_is_found_by_its_key(desk: Desk) -> None:
    """What did I just press?"""
    desk.find("ctrl k")
    assert "Commands" in [row.title for row in desk.dialog._picker.list.rows]


def test_the_second_key_is_waited_for_as_long_as_the_program_waits(qtbot: QtBot) -> None:
    """Not tested by a clock: the timer that ends it is the one that is told here."""
    capture = KeyCapture()
    qtbot.addWidget(capture)
    host = QWidget()
    qtbot.addWidget(host)
    heard: list[str] = []
    capture.captured.connect(heard.append)
    capture.begin()
    qtbot.keyClick(capture, Key.Key_Control)
    assert not capture.keys
    qtbot.keyClick(capture, Key.Key_F2)
    assert (capture.keys, heard) == ("F2", [])
    capture.wait_no_longer()
    assert heard == ["F2"]
    assert key_capture.SECOND_KEY_MS >= 1000
