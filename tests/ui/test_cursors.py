"""The pointer says what the left button will do."""

import numpy as np
import pytest
from fakes_viewer import add_length, opened, runner, stack
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from workstation.services.jobs import Jobs
from workstation.services.viewer.viewer import Viewer
from workstation.ui.bridge import HomePost
from workstation.ui.viewer import cursors
from workstation.ui.viewer.canvas import Canvas
from workstation.ui.viewer.pointing import MEASURING

STACK = stack(2, shape=(256, 256))
TOOLS = ["window", "pan", "zoom", "area", "scroll", "turn", "probe", "cursor3d", *sorted(MEASURING)]


@pytest.fixture
def reading(qtbot: QtBot) -> tuple[Viewer, Canvas]:
    viewer, loader = opened(STACK, load=False)
    loader.arrive(STACK.frames[0], np.full((256, 256), 1000, np.int16))
    canvas = Canvas(viewer, 0, runner(viewer), Jobs(HomePost().post))
    viewer.measurements_changed.connect(lambda _: canvas.refresh())
    viewer.changed.connect(lambda _: canvas.follow_tool())
    qtbot.addWidget(canvas)
    canvas.resize(512, 512)
    canvas.show()
    qtbot.waitExposed(canvas)
    return viewer, canvas


def moved(canvas: Canvas, at: QPointF, button: Qt.MouseButton = Qt.MouseButton.NoButton) -> None:
    event = QMouseEvent(
        QEvent.Type.MouseMove, at, canvas.mapToGlobal(at), Qt.MouseButton.NoButton, button,
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    QApplication.sendEvent(canvas, event)


@pytest.mark.parametrize("ratio", [1.0, 1.25, 2.0, 3.0])
@pytest.mark.parametrize("tool", TOOLS)
def test_every_tool_has_a_pointer_with_its_point_where_it_acts(tool: str, ratio: float) -> None:
    """Sharp on every screen; a cross where points are placed, an arrow elsewhere."""
    made = cursors.cursor_of(tool, ratio)

    crossed = tool in MEASURING or tool in ("probe", "cursor3d")
    assert made.hotSpot() == (QPoint(13, 13) if crossed else QPoint(2, 2))
    assert made.pixmap().devicePixelRatio() == ratio
    at = made.hotSpot() * ratio + (
        QPoint() if crossed else QPoint(round(2 * ratio), round(6 * ratio))
    )
    there = made.pixmap().toImage().pixelColor(at)
    assert (there.alpha() == 0) is crossed  # the pixel that is measured stays to be seen


def test_another_tool_is_seen_at_once(reading: tuple[Viewer, Canvas]) -> None:
    viewer, canvas = reading
    seen = []
    for tool in ("window", "pan", "turn", "length", "ellipse"):
        viewer.pick_tool(tool)
        seen.append(canvas.cursor().pixmap().toImage())

    assert all(one != other for i, one in enumerate(seen) for other in seen[i + 1 :])


def test_a_hand_says_what_can_be_taken_hold_of(
    reading: tuple[Viewer, Canvas], qtbot: QtBot
) -> None:
    """Handle, label and line of a measurement: open before, closed while it is held."""
    viewer, canvas = reading
    add_length(viewer, 100, 100, 140, 100)
    canvas.grab()
    view = viewer.resolved(0)
    assert view is not None
    left, top, wide, high = canvas.labels["A1"]
    places = [view.to_view((140, 100)), view.to_view((120, 100)), (left + wide / 2, top + high / 2)]
    for x, y in places:
        moved(canvas, QPointF(400, 400))
        away = canvas.cursor().shape()
        moved(canvas, QPointF(x, y))
        near = canvas.cursor().shape()
        qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPointF(x, y).toPoint())
        held = canvas.cursor().shape()
        qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPointF(x, y).toPoint())

        assert (away, near, held) == (Qt.CursorShape.BitmapCursor, cursors.OPEN, cursors.CLOSED)


def test_with_a_measuring_tool_a_line_is_ground_like_any_other(
    reading: tuple[Viewer, Canvas],
) -> None:
    viewer, canvas = reading
    add_length(viewer, 100, 100, 140, 100)
    canvas.grab()
    viewer.pick_tool("length")
    view = viewer.resolved(0)
    assert view is not None

    moved(canvas, QPointF(*view.to_view((120, 100))))

    assert canvas.cursor().shape() == Qt.CursorShape.BitmapCursor
