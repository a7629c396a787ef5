"""The microphone on the screen: what it hears is seen, and nothing of it is in the text."""

from collections.abc import Sequence

import pytest
from fakes_report import Desk
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QTextCharFormat
from pytestqt.qtbot import QtBot

from workstation.domain.speech import Final, Partial, SpeechEvent, Word
from workstation.services.report.spoken_table import Spoken
from workstation.services.speech.dictation import Dictation
from workstation.services.speech.listening import Listening
from workstation.settings import resource
from workstation.ui import theme
from workstation.ui.being_said import BeingSaid
from workstation.ui.report_editor import ReportEditor
from workstation.ui.voice_meter import VoiceButton, VoiceMeter


class Ears:
    name = "ears"
    dictates = False

    def start(self, phrases: Sequence[str]) -> None: ...
    def feed(self, pcm: bytes) -> Sequence[SpeechEvent]:
        return ()

    def finish(self) -> Sequence[SpeechEvent]:
        return ()


class Device:
    def open(self, heard: object, lost: object) -> None: ...
    def close(self) -> None: ...
    def sound(self, tone: object) -> None: ...

    def play(self, pcm: bytes) -> None: ...


class Room:
    """A desk with a report, its editor, and a microphone."""

    def __init__(self, qtbot: QtBot) -> None:
        self.desk = Desk()
        reporting = self.desk.reporting
        spoken = Spoken.read(resource("speech", "en.toml"))
        self.dictation = Dictation(reporting, None, spoken, self.desk.jobs)  # type: ignore[arg-type]
        self.listening = Listening(self.dictation, reporting, Ears(), Device(), self.desk.jobs)
        self.meter = VoiceMeter(self.listening, self.dictation, reporting)
        self.sent: list[str] = []
        self.button = VoiceButton(self.listening, reporting, self.sent.append)
        self.editor = ReportEditor(reporting, lambda _line: None)
        self.said = BeingSaid(self.editor, self.dictation)
        for widget in (self.meter, self.button, self.editor):
            qtbot.addWidget(widget)

    def open_report(self) -> None:
        self.desk.start(template="free-text")
        self.desk.reporting.go_to_named("findings")
        self.editor.show()


@pytest.fixture
def room(qtbot: QtBot) -> Room:
    return Room(qtbot)


def test_without_a_report_there_is_no_microphone(room: Room) -> None:
    assert room.meter.isHidden()
    room.open_report()
    assert not room.meter.isHidden()
    assert room.meter.accessibleName() == "Dictation: off"


def test_a_recogniser_that_knows_commands_alone_says_so(room: Room) -> None:
    """Whoever dictates sentences into it must not wait for them."""
    room.open_report()
    room.listening.start()
    assert room.meter.accessibleName() == "Dictation: listening · commands alone"


def test_the_level_is_seen(room: Room) -> None:
    """Loud is more of the bar than silence, whatever its colours."""
    room.open_report()
    room.listening.start()
    room.meter.resize(400, 24)

    def picture(level: float) -> QImage:
        room.listening.level = level
        room.listening.changed.emit(None)
        return room.meter.grab().toImage()

    silence = picture(0.0)
    assert picture(0.5) != silence
    assert picture(0.0) == silence


def test_the_microphone_stands_at_the_foot_of_the_report_and_says_whether_it_hears(
    room: Room,
) -> None:
    """Whoever believes that it hears dictates a finding into nothing."""
    assert room.button.isHidden(), "nothing to dictate into"
    room.open_report()
    room.button.show_keys({"dictation.toggle": "F4"})
    assert "F4" in room.button.toolTip()
    deaf, width = room.button.grab().toImage(), room.button.width()

    room.button.click()
    assert room.sent == ["dictation.toggle"]
    room.listening.start()

    assert room.button.accessibleName() == "End dictation"
    assert room.button.grab().toImage() != deaf
    assert room.button.width() == width, "nothing beside it moves"
    assert room.button.focusPolicy() is Qt.FocusPolicy.NoFocus, "the caret stays in the text"


def test_a_microphone_that_does_not_hear_says_why_where_it_was_pressed(room: Room) -> None:
    """A press that does nothing is pressed again, and the words are lost again."""
    room.open_report()
    room.listening.trouble = "there is no microphone"
    room.listening.changed.emit(None)
    assert "there is no microphone" in room.button.toolTip()


def test_what_is_being_recognised_stands_at_the_caret_and_not_in_the_text(room: Room) -> None:
    """Shown in the line, no part of the document, no step of undo."""
    room.open_report()
    bound = room.desk.reporting.report.binding  # type: ignore[union-attr]
    document = room.editor.toPlainText()
    steps = room.editor.document().availableUndoSteps()

    room.dictation.hear(Partial("small effusion"), bound)

    layout = room.editor.textCursor().block().layout()
    assert layout.preeditAreaText() == " small effusion"
    assert room.editor.toPlainText() == document
    assert room.editor.document().availableUndoSteps() == steps
    room.dictation.hear(Final((Word("effusion"),)), bound)
    assert room.editor.textCursor().block().layout().preeditAreaText() == ""
    assert "Effusion" in room.editor.toPlainText()


def test_what_is_being_recognised_does_not_look_like_the_words_of_the_template(
    room: Room,
) -> None:
    """Blue and dotted is what stands in the report: what is not in it yet is grey and italic."""
    room.desk.start(template="ct-chest")
    room.editor.show()
    reporting = room.desk.reporting
    reporting.go_to_named("pleura")
    reporting.end_of_field()
    room.dictation.hear(Partial("small effusion"), reporting.report.binding)  # type: ignore[union-attr]

    layout = room.editor.textCursor().block().layout()
    at = layout.preeditAreaPosition() + 1
    (*_, drawn) = [f for f in layout.formats() if f.start <= at < f.start + f.length]
    assert layout.lineCount() == 1, "laid out, or the line is not seen at all"
    assert drawn.format.fontItalic()
    assert drawn.format.foreground().color() == theme.color("text.low")
    assert drawn.format.underlineStyle() is QTextCharFormat.UnderlineStyle.NoUnderline


def test_a_meter_whose_window_is_gone_is_silent(room: Room) -> None:
    """A window that was closed must not be painted by the next sound."""
    room.meter.leave()
    room.open_report()
    assert room.meter.isHidden()
