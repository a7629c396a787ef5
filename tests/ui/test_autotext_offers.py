"""Autotexts offered while one types, and their dialog: the keyboard stays in the text."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes import FakeClock, InlineJobs
from fakes_report import Desk, binding_of, item
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from workstation.adapters.memory_store import MemoryStore
from workstation.commands import catalogue
from workstation.commands.bindings import load
from workstation.domain.autotext import Autotext, Level
from workstation.domain.report import FieldRef, SectionKind
from workstation.services.lines import split
from workstation.services.report.autotexts import Autotexts
from workstation.ui.actions import Keys
from workstation.ui.autotext_dialog import AutotextDialog
from workstation.ui.report_editor import ReportEditor

LUNGS = FieldRef(SectionKind.FINDINGS, "lungs")
Key = Qt.Key
SHARED = (
    Autotext("nlchest", "Normal chest.", "normal chest", Level.GROUP),
    Autotext("nllungs", "Lungs clear.", "normal lungs", Level.GROUP),
    Autotext("nod", "[Solid|Part-solid] nodule, [size].", "lung nodule", Level.GROUP),
)
KEYMAP = Path(__file__).parents[2] / "resources" / "keymaps" / "default.toml"


def known() -> Autotexts:
    made = Autotexts(MemoryStore(), InlineJobs(FakeClock()), SHARED)
    made.begin("harbor|Practitioner/17")
    return made


class Writer:
    """An editor with the program's own keys before it, as in the windows."""

    def __init__(self, qtbot: QtBot) -> None:
        self.qtbot, self.autotexts = qtbot, known()
        self.reporting = Desk().start(item())
        self.editor = ReportEditor(self.reporting, self.run, self.autotexts)
        self.editor.setProperty("scope", "report")
        qtbot.addWidget(self.editor)
        self.editor.resize(488, 700)
        self.editor.show()
        self.editor.setFocus()
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        self.lines: list[str] = []
        bindings = load(KEYMAP, catalogue.registry())
        self.keys = Keys(app, bindings, self.run, lambda: bindings.all[0].scope)
        self.reporting.go_to(LUNGS)

    def run(self, line: str) -> None:
        self.lines.append(line)
        name, *words = split(line)
        if name == "report.autotext":
            self.reporting.insert_autotext(self.autotexts, words[0], typed=int(words[1]))
        elif name == "report.next-field":
            self.reporting.next_field()

    def type(self, text: str) -> None:
        self.qtbot.keyClicks(self.editor, text)

    def press(self, key: Qt.Key) -> None:
        """As the window system sends it: the program's keys see it first."""
        event = QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier)
        if not self.keys.eventFilter(self.editor, event):
            self.qtbot.keyClick(self.editor, key)

    @property
    def words(self) -> str:
        assert self.reporting.report is not None
        found = self.reporting.report.field(LUNGS)
        assert found is not None
        return found.text

    @property
    def offering(self) -> bool:
        assert self.editor.prompter is not None
        return self.editor.prompter.is_open


@pytest.fixture
def writer(qtbot: QtBot) -> Iterator[Writer]:
    made = Writer(qtbot)
    yield made
    made.editor.detach()
    made.keys.stop()


def test_every_letter_goes_into_the_text_whatever_is_offered(writer: Writer) -> None:
    """An offer that swallowed a letter would change what is signed."""
    writer.type("nlc")
    assert writer.offering
    writer.type("lear, nod")
    assert writer.words == "nlclear, nod"


def test_tab_takes_what_is_offered_and_is_the_next_field_otherwise(writer: Writer) -> None:
    """Tab goes through the keymap of the program; here it must reach the offer."""
    writer.type("Clear. nlc")
    writer.press(Key.Key_Tab)
    assert writer.words == "Clear. Normal chest."
    assert not writer.offering

    writer.press(Key.Key_Tab)
    assert writer.lines[-1] == "report.next-field"


def test_enter_takes_a_whole_name_and_makes_a_line_behind_a_part(writer: Writer) -> None:
    """A word that happens to begin like an autotext is ended with Enter every day."""
    writer.type("nl")
    writer.press(Key.Key_Return)
    assert writer.words == "nl\n"
    writer.type("nod")
    writer.press(Key.Key_Return)
    assert writer.words == "nl\n[Solid|Part-solid] nodule, [size]."


def test_the_arrows_choose_and_then_enter_takes(writer: Writer) -> None:
    """Two names that begin alike."""
    writer.type("nl")
    writer.press(Key.Key_Down)
    writer.press(Key.Key_Return)
    assert writer.words == "Lungs clear."


def test_escape_leaves_for_the_rest_of_the_word(writer: Writer) -> None:
    """And does not leave the case, as Escape does elsewhere."""
    writer.type("nl")
    writer.press(Key.Key_Escape)
    assert not writer.offering
    assert writer.lines == []
    writer.type("c")
    assert not writer.offering
    writer.type(" nl")
    assert writer.offering


@pytest.mark.parametrize("typed", ["n", "x nlz", "1.nl"])
def test_nothing_is_offered_where_nothing_fits(writer: Writer, typed: str) -> None:
    """A list that comes at every letter is closed unread."""
    writer.type(typed)
    assert not writer.offering


def test_what_is_offered_goes_when_the_report_changes_by_itself(writer: Writer) -> None:
    """Words dictated meanwhile are not to be replaced by a Tab that comes late."""
    writer.type("nl")
    writer.reporting.set_field(LUNGS.section, LUNGS.id, "Something else.")
    assert not writer.offering
    writer.press(Key.Key_Tab)
    assert writer.words == "Something else."


def test_a_digit_fills_the_hole_and_typing_fills_the_next(writer: Writer) -> None:
    """Two keys for a graded answer, then the size."""
    writer.type("nod")
    writer.press(Key.Key_Tab)
    assert writer.editor.textCursor().selectedText() == "[Solid|Part-solid]"
    assert writer.editor.prompter is not None
    assert not writer.editor.prompter.list.isHidden()
    writer.type("2")
    assert writer.editor.textCursor().selectedText() == "[size]"
    writer.type("8 mm")
    assert writer.words == "Part-solid nodule, 8 mm."
    writer.type("9")
    assert writer.words == "Part-solid nodule, 8 mm9."


def test_the_dialog_keeps_finds_and_forgets_by_keys(qtbot: QtBot) -> None:
    """Ctrl+N, a name, the text, Ctrl+S: in the program, without a file."""
    host = QWidget()
    qtbot.addWidget(host)
    host.resize(1366, 768)
    host.show()
    host.activateWindow()
    qtbot.waitUntil(host.isActiveWindow)
    autotexts = known()
    lines: list[str] = []
    dialog = AutotextDialog(host, autotexts, lines.append, lambda: "")
    dialog.show_it()
    held = Qt.KeyboardModifier.ControlModifier

    def focus() -> QWidget:
        found = host.focusWidget()
        assert found is not None
        return found

    qtbot.keyClick(focus(), Key.Key_N, held)
    qtbot.keyClicks(focus(), "mine")
    qtbot.keyClick(focus(), Key.Key_Tab)
    qtbot.keyClick(focus(), Key.Key_Tab)
    text = focus()
    assert isinstance(text, QPlainTextEdit)
    qtbot.keyClicks(text, "See {>mine}")
    qtbot.keyClick(text, Key.Key_S, held)
    assert "mine" not in autotexts.own  # it leads back to itself: Save is off
    text.setPlainText("See {>nllungs}")
    qtbot.keyClick(text, Key.Key_S, held)
    assert autotexts.expand("mine", {}).text == "See Lungs clear."

    qtbot.keyClicks(focus(), "mine")
    qtbot.keyClick(focus(), Key.Key_Return)
    qtbot.waitUntil(lambda: lines == ["report.autotext mine"])

    again = AutotextDialog(host, autotexts, lines.append, lambda: "Words of the report.")
    again.show_it()
    assert again.findChild(QPlainTextEdit).toPlainText() == "Words of the report."
    again.back()


def test_what_was_offered_for_one_patient_is_not_taken_into_the_next(writer: Writer) -> None:
    """The next case opens by itself after a signature, under the hand that types."""
    writer.type("nlc")
    assert writer.offering
    other = item("CT head", study="7.7.7", task="task-7")
    writer.reporting.close()
    writer.reporting.start(binding_of(other), other)
    assert not writer.offering
    writer.press(Key.Key_Tab)

    assert writer.reporting.report is not None
    assert "Normal chest" not in writer.reporting.report.plain_text
    assert not any(line.startswith("report.autotext") for line in writer.lines)
