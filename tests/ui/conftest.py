"""Windows are tested off the screen, dressed as the reader sees them."""

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

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
