"""A case from the worklist to the acknowledged report without touching the mouse."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from demo_platform import DemoPlatform
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from workstation import app, settings
from workstation.protocols.delivery import State
from workstation.services.ports import Credentials
from workstation.ui.application import Application
from workstation.ui.program import Program

pytestmark = pytest.mark.slow


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


@pytest.fixture
def reader(platform: DemoPlatform, tmp_path: Path, qapp: QApplication) -> Iterator[Reader]:
    """The real program, signed in, its worklist in front."""
    chosen = settings.load(Path(platform.ready["settings"]))
    application = Application()
    outer = app.Outer.of(chosen)
    program = app.build(chosen, application, outer)
    reading = Reader(application, program)
    program.present()
    signed_in = program.sign_in(Credentials("jo.sample", platform.password("jo.sample")))
    reading.until(lambda: signed_in.done)
    yield reading
    left = program.send("quit")
    reading.until(lambda: left is None or left.done)
    program.close()
    outer.close()


def test_a_case_is_read_and_signed_by_keys_alone(reader: Reader, platform: DemoPlatform) -> None:
    """A hand that goes to the mouse leaves the image; a whole shift is read without it."""
    context = reader.program.context
    reader.press(Qt.Key.Key_N)
    reader.until(lambda: context.session.case is not None)
    case = context.session.need_case()
    reader.until(lambda: all(context.loader.complete(ref) for ref in case.refs))
    reader.press(Qt.Key.Key_PageDown)
    scrolled = context.viewer.snapshot(0)["frame"]
    while missing := context.reporting.why_not_signed:  # F8 leads from one to the next
        reader.press(Qt.Key.Key_F8)
        reader.type("None seen.")
        reader.until(lambda missing=missing: context.reporting.why_not_signed != missing)
    reader.press(Qt.Key.Key_F12)
    reader.until(lambda: isinstance(reader.focus, QLineEdit))
    reader.type(platform.password("jo.sample"))
    reader.press(Qt.Key.Key_Return)
    sent = context.deliveries
    reader.until(lambda: [each.state for each in sent.entries] == [State.ACKNOWLEDGED])
    reader.until(lambda: context.session.case is not None)
    reader.until(lambda: context.session.need_case().item.key != case.item.key)

    assert scrolled == 11
    assert sent.entries[0].accession == case.item.accession
