"""The event loop as seen from outside: it lets go of what it would let go of inside."""

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from workstation.ui.application import Application


def test_a_turn_from_outside_lets_go_of_windows_that_were_closed(qapp: QApplication) -> None:
    """A measurement of memory that keeps each closed window finds a leak that no reader has."""
    application = Application()
    window = QWidget()
    window.deleteLater()
    QTimer.singleShot(0, lambda: None)  # something to wait for

    application.turn()

    assert not isValid(window)
