"""A reader whose hands stay on the keyboard: run by test_keyboard.py in a process of its own.

`python by_keys.py SETTINGS USER PASSWORD` reads the most urgent case by keys alone, signs it,
with template, voice, autotext, measurement and checks, waits until it is accepted and the next
one is open, and signs that as normal. Prints the accession of the first.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from workstation import settings
from workstation.app.outer import Outer
from workstation.app.windows import build
from workstation.protocols.delivery import State
from workstation.services.ports.hosting import Credentials
from workstation.services.reading.case import Case
from workstation.ui.application import Application
from workstation.ui.program import Program


class Reader:
    """Hands on a keyboard: keys go to whatever has the focus, as the window system sends them."""

    def __init__(self, application: Application, program: Program) -> None:
        self._application, self.program = application, program

    @property
    def focus(self) -> QWidget:
        """Where the window keeps its focus: without a window manager none is ever active."""
        windows = [QApplication.focusWidget()]
        windows += [each.focusWidget() for each in QApplication.topLevelWidgets()]
        return next(each for each in windows if each is not None)

    def until(self, holds: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 60
        while not holds():
            assert time.monotonic() < deadline, "the program did not get there"
            self._application.turn()

    def press(self, key: Qt.Key, held: Qt.KeyboardModifier | None = None) -> None:
        QTest.keyClick(self.focus, key, held or Qt.KeyboardModifier.NoModifier)
        self._application.qt.processEvents()

    def command(self, line: str) -> None:
        """Through the palette: what has no key of its own is typed."""
        self.press(Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
        self.type(line)
        self.press(Qt.Key.Key_Return)

    def type(self, words: str) -> None:
        QTest.keyClicks(self.focus, words)
        self._application.qt.processEvents()


#: What a recogniser hears in the report, an utterance a line.
DICTATED = "go to impression\nSmall nodule period\nscratch that\nSmall nodule period\n"


def read(reader: Reader, password: str, spoken: Path) -> str:
    """A case with a finding: template, voice, autotext, measurement, checks, sign; no mouse.

    Gives the accession.
    """
    context = reader.program.context
    reader.press(Qt.Key.Key_N)
    case = opened(reader)
    reader.press(Qt.Key.Key_PageDown)
    assert context.viewer.snapshot(0)["frame"] == 11
    reader.command("tool.length 10 10 30 10")
    reader.press(Qt.Key.Key_F3)
    reader.press(Qt.Key.Key_Return)  # the template that fits, once more, from the list
    reader.until(lambda: not isinstance(reader.focus, QLineEdit))
    reader.press(Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    reader.press(Qt.Key.Key_Tab)  # of a hemorrhage without change somebody would have to be told
    reader.type("nochan")
    reader.press(Qt.Key.Key_Tab)
    reader.press(Qt.Key.Key_F1, Qt.KeyboardModifier.ControlModifier)
    spoken.write_text(DICTATED, "utf-8")
    reader.command(f"dictate {spoken}")
    reader.until(lambda: "Small nodule." in words(reader))
    assert "No significant change" in words(reader)
    assert [state for _, state in context.reporting.evidence] == ["linked"]
    reader.press(Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    for _ in range(3):
        reader.press(Qt.Key.Key_Left)
    reader.press(Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier)
    assert bold_words(reader) == ["nodule"]
    while missing := context.reporting.why_not_signed:  # F8 leads from one to the next
        reader.press(Qt.Key.Key_F8)
        reader.type("None seen.")
        reader.until(lambda missing=missing: context.reporting.why_not_signed != missing)
    sign(reader, password)
    reader.until(lambda: context.session.case is not None)
    reader.until(lambda: context.session.need_case().item.key != case.item.key)
    return case.item.accession


def read_normal(reader: Reader, password: str) -> None:
    """The next case came by itself: all else normal, and the signature. Two actions."""
    context = reader.program.context
    opened(reader)
    reader.command("report.template cr-chest")  # whatever came: a template with its normals
    reader.press(Qt.Key.Key_F6, Qt.KeyboardModifier.ShiftModifier)
    assert context.reporting.why_not_signed == "", context.reporting.why_not_signed
    sign(reader, password)


def opened(reader: Reader) -> Case:
    context = reader.program.context
    reader.until(lambda: context.session.case is not None)
    case = context.session.need_case()
    reader.until(lambda: all(context.loader.complete(ref) for ref in case.refs))
    return case


def sign(reader: Reader, password: str) -> None:
    """F12, the password, Enter; until the site has it."""
    sent = reader.program.context.deliveries
    before = len(sent.entries)
    reader.press(Qt.Key.Key_F12)
    reader.until(lambda: isinstance(reader.focus, QLineEdit))
    reader.type(password)
    reader.press(Qt.Key.Key_Return)
    reader.until(lambda: len(sent.entries) > before)
    reader.until(lambda: all(each.state is State.ACKNOWLEDGED for each in sent.entries))


def words(reader: Reader) -> str:
    report = reader.program.context.reporting.report
    return report.plain_text if report is not None else ""


def bold_words(reader: Reader) -> list[str]:
    report = reader.program.context.reporting.report
    fields = report.fields if report is not None else ()
    return [each.text[start:end] for _, each in fields for start, end in each.bold]


def main(file: str, user: str, password: str) -> int:
    chosen = settings.load(Path(file))
    application = Application()
    outer = Outer.of(chosen)
    program = build(chosen, application, outer)
    reader = Reader(application, program)
    program.present()
    signed_in = program.sign_in(Credentials(user, password))
    reader.until(lambda: signed_in.done)
    with tempfile.TemporaryDirectory() as folder:
        sys.stdout.write(read(reader, password, Path(folder) / "spoken.txt"))
    read_normal(reader, password)
    left = program.send("quit")
    reader.until(lambda: left is None or left.done)
    program.close()
    outer.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
