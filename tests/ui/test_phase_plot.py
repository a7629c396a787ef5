"""The curve over the phases as it is drawn, and a click on it."""

from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QRectF, Qt
from pytestqt.qtbot import QtBot

from workstation.services.signal import Signal
from workstation.services.viewer.phase_curve import PhaseCurve
from workstation.ui.viewer.phase_plot import PhasePlot, places

MADE = PhaseCurve("A1", (0.0, 1.0, 2.0, 3.0), (40.0, None, 340.0, 190.0), "HU", True, 2)


def test_values_stand_at_their_times_from_the_lowest_to_the_highest() -> None:
    """What is not here leaves a gap in time, not in the order."""
    drawn = places(MADE, QRectF(10, 20, 300, 100))

    assert [(each.x(), each.y()) for each in drawn] == [
        (10.0, 120.0), (210.0, 20.0), (310.0, pytest.approx(70.0)),
    ]  # fmt: skip


def test_a_click_goes_to_the_phase_that_is_nearest(qtbot: QtBot) -> None:
    sent: list[str] = []
    viewer: Any = SimpleNamespace(
        changed=Signal[None](), measurements_changed=Signal[None](), phase_curve_of="A1",
        phase_curve=MADE,
    )  # fmt: skip
    pane = PhasePlot(viewer, sent.append)
    qtbot.addWidget(pane)
    pane.resize(600, 180)
    viewer.changed.emit(None)
    pane.show()
    room = pane.plot.room

    at = QPoint(round(room.left() + room.width() * 0.6), round(room.center().y()))
    qtbot.mouseClick(pane.plot, Qt.MouseButton.LeftButton, pos=at)
    pane._close()

    assert pane.isVisible()
    assert sent == ["phase.go 3", "phase.curve A1"]
