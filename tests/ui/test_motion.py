"""Wheel and drags on the real canvas: the image asked for last is the one shown, words and all."""

import random
import re

import numpy as np
import pytest
from fakes_viewer import opened, runner, stack
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from workstation.domain.presentation import Voi
from workstation.services.jobs import Jobs
from workstation.services.viewer.viewer import Viewer
from workstation.ui.bridge import HomePost
from workstation.ui.viewer.canvas import Canvas

SLICES = 600
#: Slice n is one grey all over: stored n of a window that is as wide as the stack.
RAMP = stack(SLICES, shape=(32, 32), step=0.5, vois=(Voi(SLICES / 2 - 1024, SLICES),))
NO_KEY = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def reading(qtbot: QtBot) -> tuple[Viewer, Canvas]:
    viewer, loader = opened(RAMP, load=False)
    for number, each in enumerate(RAMP.frames):
        loader.arrive(each, np.full((32, 32), number, np.int16))
    canvas = Canvas(viewer, 0, runner(viewer), Jobs(HomePost().post))
    viewer.viewport_changed.connect(lambda _: canvas.refresh())  # as the grid does
    viewer.changed.connect(lambda _: canvas.refresh())
    qtbot.addWidget(canvas)
    canvas.resize(500, 500)
    canvas.show()
    qtbot.waitExposed(canvas)
    return viewer, canvas


def turned(canvas: Canvas, notches: int, keys: Qt.KeyboardModifier = NO_KEY) -> None:
    """Posted, as the window system does: it comes when the event loop turns."""
    middle = QPointF(canvas.rect().center())
    event = QWheelEvent(
        middle, QPointF(canvas.mapToGlobal(middle)), QPoint(), QPoint(0, -notches * 120),
        Qt.MouseButton.NoButton, keys, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.postEvent(canvas, event)


def read(canvas: Canvas) -> tuple[int, float, Voi]:
    """Number, position and window, as the words of the last paint say them."""
    said = canvas.accessibleName().replace("−", "-")
    number = re.search(r"Im (\d+) / 600", said)
    place = re.search(r"S (-?[\d.]+) mm", said)
    window = re.search(r"W (\d+)  L (-?\d+)", said)
    assert number is not None
    assert place is not None
    assert window is not None
    return int(number[1]), float(place[1]), Voi(float(window[2]), float(window[1]))


def grey_of(number: int, voi: Voi) -> int:
    """What slice `number`, counted from 1, is painted as (PS3.3 C.11.2.1.2.1)."""
    ramp = (number - 1 - 1024 - (voi.center - 0.5)) / (voi.width - 1) + 0.5
    return int(min(max(ramp, 0.0), 1.0) * 255 + 0.5)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_after_any_storm_of_the_wheel_the_last_image_asked_for_is_shown(
    reading: tuple[Viewer, Canvas], qtbot: QtBot, seed: int
) -> None:
    """Whatever the wheel did, and however often the screen came to paint in between: the number,
    the position and the grey belong to one image, in the end to the one that was asked for."""
    _, canvas = reading
    chance = random.Random(seed)
    asked, painted = 0, []
    canvas.painted.connect(lambda: painted.append(read(canvas)[0]))
    for _ in range(400):
        notch = chance.choice([1, 1, 1, 1, -1])
        asked = min(max(asked + notch, 0), SLICES - 1)
        turned(canvas, notch)
        if chance.random() < 0.1:
            QApplication.processEvents()
            image = canvas.grab().toImage()  # a paint like any other
            number, place, voi = read(canvas)
            assert number == asked + 1
            assert place == pytest.approx(asked * 0.5, abs=0.05)
            assert image.pixelColor(250, 250).red() == grey_of(number, voi)
    qtbot.waitUntil(lambda: painted[-1] == asked + 1)

    assert read(canvas)[0] == asked + 1
    assert len(painted) < 300  # many events, one paint


def test_the_wheel_and_the_window_together_never_show_one_without_the_other(
    reading: tuple[Viewer, Canvas],
) -> None:
    """A window drag amid scrolling: the window that is written is the one that is painted."""
    viewer, canvas = reading
    viewer.go(300)
    for width in range(100, 2000, 100):
        turned(canvas, 1)
        viewer.set_window(f"-724/{width}")
        QApplication.processEvents()
        image = canvas.grab().toImage()
        number, _, voi = read(canvas)

        assert voi.width == width
        assert image.pixelColor(250, 250).red() == grey_of(number, voi)


def test_shift_and_the_wheel_go_ten_images_at_once(reading: tuple[Viewer, Canvas]) -> None:
    viewer, canvas = reading
    turned(canvas, 3, Qt.KeyboardModifier.ShiftModifier)
    QApplication.processEvents()

    assert viewer.viewports[0].frame_index == 30


def test_scrolling_round_goes_on_at_the_other_end(reading: tuple[Viewer, Canvas]) -> None:
    """For those who ask for it: a stop at the end is what others rely on."""
    viewer, canvas = reading
    run = runner(viewer)
    turned(canvas, -1)
    QApplication.processEvents()
    stopped = viewer.viewports[0].frame_index
    run("scroll.round")
    turned(canvas, -1)
    QApplication.processEvents()
    behind = viewer.viewports[0].frame_index
    turned(canvas, 2)
    QApplication.processEvents()

    assert (stopped, behind, viewer.viewports[0].frame_index) == (0, SLICES - 1, 1)


@pytest.mark.parametrize(("keys", "part"), [
    (NO_KEY, 1.0),
    (Qt.KeyboardModifier.ShiftModifier, 0.2),
    (Qt.KeyboardModifier.ControlModifier, 4.0),
])  # fmt: skip
def test_a_drag_is_fine_with_shift_and_coarse_with_ctrl(
    reading: tuple[Viewer, Canvas], keys: Qt.KeyboardModifier, part: float
) -> None:
    """A window set to one unit, and one thrown open, without another tool."""
    viewer, canvas = reading
    shown = viewer.shown(0)
    assert shown is not None
    assert shown.voi is not None
    before = shown.voi.width
    for kind, x in ((QEvent.Type.MouseButtonPress, 200), (QEvent.Type.MouseMove, 230)):
        held = Qt.MouseButton.LeftButton
        place = QPointF(x, 200)
        button = held if kind is QEvent.Type.MouseButtonPress else Qt.MouseButton.NoButton
        QApplication.sendEvent(
            canvas, QMouseEvent(kind, place, canvas.mapToGlobal(place), button, held, keys)
        )
    after = viewer.viewports[0].voi

    assert after is not None
    assert (after.width - before) == pytest.approx(SLICES / 300 * 30 * part, rel=0.05)


def test_a_point_on_a_film_stops_it_before_it_is_placed(
    reading: tuple[Viewer, Canvas], qtbot: QtBot
) -> None:
    """The second end of a length would lie on an image of another moment."""
    viewer, _ = reading
    sent: list[str] = []
    canvas = Canvas(viewer, 0, sent.append, Jobs(HomePost().post))
    qtbot.addWidget(canvas)
    canvas.resize(500, 500)
    viewer.say(0, "Cine 25 a second")
    for tool, stops in (("window", False), ("length", True)):
        viewer.pick_tool(tool)
        canvas.follow_tool()
        sent.clear()
        qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(200, 200))
        qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(200, 200))

        assert ("cine.stop" in sent) is stops
