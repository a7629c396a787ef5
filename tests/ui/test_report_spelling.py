"""Words that nobody knows, in the report: marked under the letters, corrected by key alone."""

from collections.abc import Iterable, Iterator

import pytest
from fakes_report import Desk, binding_of, item
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from workstation.adapters.memory_store import MemoryStore
from workstation.domain.report import FieldRef, SectionKind
from workstation.services.report.spelling import Spelling
from workstation.ui import theme
from workstation.ui.report_editor import ReportEditor

LUNGS = FieldRef(SectionKind.FINDINGS, "lungs")
Key = Qt.Key


class Known:
    def has(self, language: str) -> bool:
        return language == "en"

    def unknown(self, language: str, words: Iterable[str]) -> frozenset[str]:
        return frozenset(word for word in words if "noduel" in word)

    def suggest(self, language: str, word: str) -> tuple[str, ...]:
        return ("nodule", "noodle")


class Writer:
    def __init__(self, qtbot: QtBot) -> None:
        self.qtbot, self.desk = qtbot, Desk()
        self.reporting = self.desk.start(item())
        self.spelling = Spelling(Known(), {}, MemoryStore(), self.desk.jobs)
        self.spelling.begin("harbor|Practitioner/17")
        self.editor = ReportEditor(self.reporting, lambda _line: None, None, self.spelling)
        qtbot.addWidget(self.editor)
        self.editor.resize(488, 700)
        self.editor.show()
        self.reporting.go_to(LUNGS)

    def type(self, text: str) -> None:
        self.qtbot.keyClicks(self.editor, text)
        self.desk.jobs.advance(0.05)

    def press(self, key: Qt.Key) -> None:
        self.qtbot.keyClick(self.editor, key)
        self.desk.jobs.advance(0.05)

    @property
    def words(self) -> str:
        assert self.reporting.report is not None
        found = self.reporting.report.field(LUNGS)
        return found.text if found else ""

    def red(self) -> int:
        """Pixels in the colour of the mark, apart from what checks and fields have in it."""
        image = self.editor.viewport().grab().toImage()
        self.desk.jobs.advance(0.05)  # what was asked for while it was painted
        image = self.editor.viewport().grab().toImage()
        wanted = theme.color("hue.act").rgb()
        across, down = range(image.width()), range(image.height())
        return sum(image.pixel(x, y) == wanted for y in down for x in across)

    def open(self) -> None:
        assert self.editor.corrector is not None
        self.editor.corrector.open()
        self.desk.jobs.advance(0.05)


@pytest.fixture
def writer(qtbot: QtBot) -> Iterator[Writer]:
    made = Writer(qtbot)
    yield made
    made.editor.detach()


def test_a_word_is_marked_when_it_is_done_and_not_while_it_is_typed(writer: Writer) -> None:
    """The mark lies under the letters and is no part of the text."""
    writer.type("A noduel")
    assert writer.red() == 0
    writer.type(" here")
    assert writer.red() > 10
    assert writer.words == "A noduel here"
    assert "<" not in writer.editor.toPlainText()


def test_a_digit_or_enter_corrects_in_one_step_of_undo(writer: Writer) -> None:
    """Alt+Enter, Enter: two keys, and the caret stands behind the word."""
    writer.type("A noduel and a noduel. ")
    writer.open()
    writer.press(Key.Key_Return)
    assert writer.words == "A nodule and a noduel. "
    writer.open()
    writer.type("2")
    assert writer.words == "A nodule and a noodle. "
    writer.reporting.undo()
    assert writer.words == "A nodule and a noduel. "


def test_escape_and_letters_correct_nothing(writer: Writer) -> None:
    """Who goes on typing has decided; the letter replaces what was taken, as ever."""
    writer.type("A noduel here")
    writer.open()
    writer.press(Key.Key_Escape)
    assert writer.editor.corrector is not None
    assert not writer.editor.corrector.is_open
    assert writer.words == "A noduel here"


def test_a_plus_adds_the_word_to_the_readers_own(writer: Writer) -> None:
    """A name of a method is right once and for all."""
    writer.type("A noduel here")
    writer.open()
    writer.type("+")
    assert writer.spelling.own == {"noduel"}
    assert writer.words == "A noduel here"
    assert writer.red() == 0


def test_what_was_meant_for_one_patient_does_not_come_up_for_the_next(writer: Writer) -> None:
    """Suggestions take a fifth of a second; a case is left in less."""
    writer.type("A noduel here")
    writer.desk.jobs.hold()
    writer.open()
    other = item("CT chest", study="7.7.7", task="task-7")
    writer.reporting.close()
    writer.reporting.start(binding_of(other), other)
    writer.reporting.go_to(LUNGS, 2)
    while writer.desk.jobs.waiting:
        writer.desk.jobs.go(0)

    assert writer.editor.corrector is not None
    assert not writer.editor.corrector.is_open
    assert writer.words == "No nodule or consolidation."
