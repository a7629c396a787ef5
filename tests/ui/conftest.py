"""Windows are tested off the screen, dressed as the reader sees them."""

from collections.abc import Iterator
from typing import Any

import pytest
from fakes_worklist import shift
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid
from worklist_pane import Pane

from workstation.ui import theme


@pytest.fixture(autouse=True)
def dressed(qapp: QApplication) -> QApplication:
    """Fonts, palette and sheet, as in the program."""
    if not qapp.styleSheet():
        theme.apply(qapp)
    return qapp


@pytest.fixture
def qtbot(qtbot: QtBot) -> Iterator[QtBot]:
    """Windows live until they are closed, as in the program.

    pytest-qt holds them weakly: a window that is still on the screen when the test's last
    reference goes is destroyed inside Python's own clean-up, and event filters written in
    Python are then called with a dying object.
    """
    kept: list[QWidget] = []
    add = qtbot.addWidget

    def keep(widget: QWidget, **options: Any) -> None:
        kept.append(widget)
        add(widget, **options)

    qtbot.addWidget = keep  # type: ignore[method-assign]
    yield qtbot
    for widget in kept:
        if isValid(widget):
            widget.hide()


@pytest.fixture
def pane(qtbot: QtBot) -> Pane:
    """The list of a shift on a large screen, ten seconds on."""
    made = Pane(shift())
    qtbot.addWidget(made)
    made.resize(1920, 1012)
    made.show()
    made.service.clock.advance(10)
    return made
