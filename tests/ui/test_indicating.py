"""Shift and the pointer: a place of the patient on every view, while Shift is held."""

import numpy as np
import pytest
from fakes_viewer import opened, runner, stack
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from workstation.services.jobs import Jobs
from workstation.services.viewer.viewer import Viewer
from workstation.ui.bridge import HomePost
from workstation.ui.viewer.canvas import Canvas
from workstation.ui.viewer.pane import ViewerPane

THIN = stack(40, shape=(64, 64))
THICK = stack(20, name="Axial 5.0", series="1.1.2", step=5.0, thickness_mm=5.0)
SHIFT, NONE = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def reading(qtbot: QtBot) -> tuple[Viewer, ViewerPane]:
    viewer, loader = opened(THIN, THICK, load=False)
    for each in (*THIN.frames, *THICK.frames):
        loader.arrive(each, np.full((64, 64), 1000, np.int16))
    viewer.set_layout(1, 2)
    viewer.show_set(THICK.id, 1)
    viewer.toggle_links()
    pane = ViewerPane(viewer, runner(viewer), Jobs(HomePost().post))
    qtbot.addWidget(pane)
    pane.resize(1200, 600)
    pane.show()
    qtbot.waitExposed(pane)
    return viewer, pane


def moved(canvas: Canvas, x: float, y: float, keys: Qt.KeyboardModifier) -> None:
    at = QPointF(x, y)
    event = QMouseEvent(
        QEvent.Type.MouseMove, at, canvas.mapToGlobal(at), Qt.MouseButton.NoButton,
        Qt.MouseButton.NoButton, keys,
    )  # fmt: skip
    QApplication.sendEvent(canvas, event)


def test_shift_and_the_pointer_mark_the_place_on_both_views(
    reading: tuple[Viewer, ViewerPane],
) -> None:
    """With any tool in hand, and the view under the pointer is the one that is pointed on."""
    viewer, pane = reading
    one = pane.grid.canvases[0]
    viewer.go(20)  # z = 50 mm
    viewer.activate(1)

    moved(one, 150, 150, SHIFT)
    moved(one, 200, 150, SHIFT)

    point = one.image_point(QPointF(200, 150))
    spot = viewer.scene(0).spot
    assert viewer.active == 0
    assert viewer.viewports[1].frame_index == 10
    assert spot is not None
    assert spot.at == pytest.approx(point, abs=0.01)


def test_a_mark_goes_when_shift_is_let_go(reading: tuple[Viewer, ViewerPane]) -> None:
    """By the key itself, by a move without it, and when the pointer leaves."""
    viewer, pane = reading
    one = pane.grid.canvases[0]
    up = QKeyEvent(QEvent.Type.KeyRelease, Qt.Key.Key_Shift, NONE)
    for end in (
        lambda: QApplication.sendEvent(one, up),
        lambda: moved(one, 201, 150, NONE),
        lambda: QApplication.sendEvent(one, QEvent(QEvent.Type.Leave)),
    ):
        moved(one, 150, 150, SHIFT)
        moved(one, 200, 150, SHIFT)
        assert viewer.spot is not None

        end()

        assert viewer.spot is None


def test_a_hand_that_trembles_while_it_types_moves_no_view(
    reading: tuple[Viewer, ViewerPane],
) -> None:
    """Shift+H flips the picture: the other stack must not jump for that."""
    viewer, pane = reading
    for x in (150, 152, 153):
        moved(pane.grid.canvases[0], x, 150, SHIFT)

    assert viewer.spot is None


def test_a_measurement_that_is_begun_is_not_left_for_it(
    reading: tuple[Viewer, ViewerPane], qtbot: QtBot
) -> None:
    viewer, pane = reading
    one = pane.grid.canvases[0]
    viewer.pick_tool("length")
    qtbot.mouseClick(one, Qt.MouseButton.LeftButton, pos=QPointF(150, 150).toPoint())
    moved(one, 160, 150, NONE)
    for x in (180, 220):
        moved(one, x, 150, SHIFT)

    assert viewer.spot is None


def test_escape_takes_a_mark_that_stays_before_it_leaves_the_case(
    reading: tuple[Viewer, ViewerPane], qtbot: QtBot
) -> None:
    viewer, pane = reading
    one = pane.grid.canvases[0]
    viewer.pick_tool("cursor3d")
    qtbot.mouseClick(one, Qt.MouseButton.LeftButton, pos=QPointF(200, 150).toPoint())
    marked = viewer.spot
    escape = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_Escape, NONE)
    escape.ignore()

    QApplication.sendEvent(one, escape)
    qtbot.keyClick(one, Qt.Key.Key_Escape)

    assert marked is not None
    assert escape.isAccepted()
    assert viewer.spot is None


def test_the_mark_is_painted_around_the_pixel_and_not_on_it(
    reading: tuple[Viewer, ViewerPane],
) -> None:
    """The thing that is pointed at must stay to be seen."""
    viewer, pane = reading
    one = pane.grid.canvases[0]
    before = one.grab().toImage()

    viewer.point_at((30, 30))

    view = viewer.resolved(0)
    assert view is not None
    x, y = (round(v) for v in view.to_view((30, 30)))
    after = one.grab().toImage()
    assert after.pixelColor(x, y) == before.pixelColor(x, y)
    assert after.pixelColor(x + 12, y) != before.pixelColor(x + 12, y)
