"""A reader whose hands stay on the keyboard: run by test_keyboard.py in a process of its own.

`python by_keys.py SETTINGS USER PASSWORD` reads the most urgent case by keys alone, signs it,
and waits until it is accepted and the next one is open. Prints the accession.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from workstation import app, settings
from workstation.protocols.delivery import State
from workstation.services.ports import Credentials
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

    def press(self, key: Qt.Key) -> None:
        QTest.keyClick(self.focus, key)
        self._application.qt.processEvents()

    def type(self, words: str) -> None:
        QTest.keyClicks(self.focus, words)
        self._application.qt.processEvents()


def read(reader: Reader, password: str) -> str:
    """N, Page Down, F8 and words, F12, the password, Enter. Gives the accession."""
    context = reader.program.context
    reader.press(Qt.Key.Key_N)
    reader.until(lambda: context.session.case is not None)
    case = context.session.need_case()
    reader.until(lambda: all(context.loader.complete(ref) for ref in case.refs))
    reader.press(Qt.Key.Key_PageDown)
    assert context.viewer.snapshot(0)["frame"] == 11
    while missing := context.reporting.why_not_signed:  # F8 leads from one to the next
        reader.press(Qt.Key.Key_F8)
        reader.type("None seen.")
        reader.until(lambda missing=missing: context.reporting.why_not_signed != missing)
    reader.press(Qt.Key.Key_F12)
    reader.until(lambda: isinstance(reader.focus, QLineEdit))
    reader.type(password)
    reader.press(Qt.Key.Key_Return)
    sent = context.deliveries
    reader.until(lambda: [each.state for each in sent.entries] == [State.ACKNOWLEDGED])
    reader.until(lambda: context.session.case is not None)
    reader.until(lambda: context.session.need_case().item.key != case.item.key)
    return case.item.accession


def main(file: str, user: str, password: str) -> int:
    chosen = settings.load(Path(file))
    application = Application()
    outer = app.Outer.of(chosen)
    program = app.build(chosen, application, outer)
    reader = Reader(application, program)
    program.present()
    signed_in = program.sign_in(Credentials(user, password))
    reader.until(lambda: signed_in.done)
    sys.stdout.write(read(reader, password))
    left = program.send("quit")
    reader.until(lambda: left is None or left.done)
    program.close()
    outer.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
