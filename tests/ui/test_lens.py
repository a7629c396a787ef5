"""The magnifier on glass: the pixels of the image, larger, where the pointer is."""

import numpy as np
import pytest
from fakes_viewer import opened, runner, stack
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QMouseEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from volume_phantoms import SCANS, display_set

from workstation.domain.presentation import Voi
from workstation.services.jobs import Jobs
from workstation.services.screen.scene import Scene
from workstation.services.viewer.viewer import Viewer
from workstation.ui.bridge import HomePost
from workstation.ui.viewer.canvas import Canvas
from workstation.ui.viewer.pictures import Drawn, Pictures
from workstation.viewing.magnifier import magnified
from workstation.viewing.resolve import ResolvedView

SIDE = 128
ONE = stack(1, shape=(SIDE, SIDE), vois=(Voi(-1024 + 128, 256),))


def checks() -> np.ndarray:
    """Squares of 16 pixels, each of its own grey: 0 to 252."""
    greys = np.arange(64).reshape(8, 8) * 4
    return np.kron(greys, np.ones((16, 16))).astype(np.int16)


@pytest.fixture
def reading(qtbot: QtBot) -> tuple[Viewer, Canvas]:
    viewer, loader = opened(ONE, load=False)
    loader.arrive(ONE.frames[0], checks())
    canvas = Canvas(viewer, 0, runner(viewer), Jobs(HomePost().post))
    viewer.viewport_changed.connect(lambda _: canvas.refresh())
    viewer.measurements_changed.connect(lambda _: canvas.refresh())
    qtbot.addWidget(canvas)
    canvas.resize(512, 512)
    canvas.show()
    qtbot.waitExposed(canvas)
    return viewer, canvas


def moved(canvas: Canvas, x: float, y: float) -> None:
    at, none = QPointF(x, y), Qt.MouseButton.NoButton
    event = QMouseEvent(
        QEvent.Type.MouseMove, at, canvas.mapToGlobal(at), none, none,
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    QApplication.sendEvent(canvas, event)


def grey(canvas: Canvas, x: float, y: float) -> int:
    return QColor(canvas.grab().toImage().pixelColor(round(x), round(y))).red()


def test_it_shows_the_image_twice_as_large_about_the_pointer(
    reading: tuple[Viewer, Canvas],
) -> None:
    """Forty pixels from the pointer stands what lay twenty from it; outside nothing moves."""
    viewer, canvas = reading
    outside = grey(canvas, 450, 300)
    points = [(-52, 4), (76, 4), (-52, -100), (76, 90)]  # within squares, clear of their edges
    expected = [grey(canvas, 250 + dx / 2, 222 + dy / 2) for dx, dy in points]
    viewer.magnify(on=True)
    moved(canvas, 250, 222)

    assert [grey(canvas, 250 + dx, 222 + dy) for dx, dy in points] == expected
    assert len(set(expected)) == 4
    assert grey(canvas, 450, 300) == outside


def test_what_is_measured_through_it_is_measured_on_the_image(
    reading: tuple[Viewer, Canvas], qtbot: QtBot
) -> None:
    """The pointer is where it is: forty screen pixels are ten of the image, magnified or not."""
    viewer, canvas = reading
    viewer.pick_tool("length")
    canvas.follow_tool()
    viewer.magnify(on=True)
    for x in (250, 290):
        moved(canvas, x, 222)
        qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=QPointF(x, 222).toPoint())

    (mark,) = viewer.measurements
    assert mark.value == pytest.approx(10 * 0.5)


def test_it_is_in_the_middle_of_the_view_until_a_pointer_is_on_it(
    reading: tuple[Viewer, Canvas],
) -> None:
    """By key alone, and in a script."""
    viewer, canvas = reading
    QApplication.sendEvent(canvas, QEvent(QEvent.Type.Leave))
    expected = grey(canvas, 256 + 20, 256 + 30)

    viewer.magnify(on=True)

    assert grey(canvas, 256 + 40, 256 + 60) == expected


def test_it_does_not_stay_where_the_view_went_away_under_it(
    reading: tuple[Viewer, Canvas],
) -> None:
    """Another layout makes views smaller, and no pointer is told to leave."""
    viewer, canvas = reading
    moved(canvas, 500, 222)
    canvas.resize(400, 400)
    expected = grey(canvas, 200 + 20, 200 + 30)

    viewer.magnify(on=True)

    assert grey(canvas, 200 + 40, 200 + 60) == expected


def test_identity_is_written_over_it(reading: tuple[Viewer, Canvas]) -> None:
    """A magnifier in the corner must not hide whose image it is."""
    viewer, canvas = reading
    with_name = canvas.grab().toImage().copy(10, 8, 90, 14)
    viewer.magnify(on=True)
    moved(canvas, 60, 20)
    image = canvas.grab().toImage().copy(10, 8, 90, 14)

    bright = [
        (x, y) for x in range(90) for y in range(14) if with_name.pixelColor(x, y).red() == 0xE4
    ]
    assert len(bright) > 50
    assert all(image.pixelColor(x, y).red() == 0xE4 for x, y in bright)


def test_what_is_pointed_at_is_seen_in_it(reading: tuple[Viewer, Canvas]) -> None:
    """Else the magnifier would cover the very place."""
    viewer, canvas = reading
    viewer.point_at((72.0, 64.0))
    viewer.magnify(on=True)
    view = viewer.resolved(0)
    assert view is not None
    x, y = view.to_view((64.0, 64.0))
    moved(canvas, x, y)

    blue = canvas.grab().toImage().pixelColor(round(x + 64 + 12), round(y))  # 8 pixels, twice 4

    assert blue.blue() > blue.red() + 60


def test_a_closed_case_leaves_no_pixel_in_it(reading: tuple[Viewer, Canvas]) -> None:
    viewer, canvas = reading
    viewer.magnify(on=True)
    moved(canvas, 250, 222)
    canvas.grab()

    viewer.close()
    canvas.forget()

    image = canvas.grab().toImage()
    assert image.pixelColor(290, 230).red() == 0


@pytest.mark.parametrize("ratio", [2.0, 3.0])
def test_on_a_dense_screen_it_is_made_of_the_pixels_of_the_screen(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, ratio: float
) -> None:
    """As sharp as the image around it, and about the same place."""
    monkeypatch.setattr(Canvas, "devicePixelRatioF", lambda _: ratio)
    viewer, loader = opened(ONE, load=False)
    loader.arrive(ONE.frames[0], checks())
    canvas = Canvas(viewer, 0, runner(viewer), Jobs(HomePost().post))
    qtbot.addWidget(canvas)
    canvas.resize(512, 512)
    canvas.show()
    QApplication.sendEvent(canvas, QEvent(QEvent.Type.Leave))

    def seen(dx: float, dy: float) -> int:
        canvas.settle()
        image = QImage(*(round(512 * ratio),) * 2, QImage.Format.Format_RGB888)
        image.setDevicePixelRatio(ratio)
        canvas.render(image)
        return image.pixelColor(round((256 + dx) * ratio), round((256 + dy) * ratio)).red()

    places = [(-70, 36), (70, 36), (-70, -70), (60, 90)]
    expected = [seen(dx / 2, dy / 2) for dx, dy in places]
    viewer.magnify(on=True)

    assert [seen(dx, dy) for dx, dy in places] == expected
    assert len(set(expected)) == 3


def test_a_plane_of_a_volume_is_magnified_like_an_image(qtbot: QtBot) -> None:
    """A small vessel on a coronal; not a rendered volume, of which nothing is measured."""
    viewer, _ = opened(display_set(SCANS["straight"], 34, (42, 46)))
    for index in range(4):
        viewer.resized(index, 512, 512, 1.0)
    viewer.toggle_mpr()
    viewer.activate(2)
    canvas = Canvas(viewer, 2, runner(viewer), Jobs(HomePost().post))
    qtbot.addWidget(canvas)
    canvas.resize(512, 512)
    canvas.show()
    QApplication.sendEvent(canvas, QEvent(QEvent.Type.Leave))
    viewer.toggle_ink()  # without the crosshair
    scene = viewer.scene(2)
    assert scene.view is not None
    seen: list[ResolvedView | None] = []
    draw = Pictures.draw

    def noted(pictures: Pictures, asked: Scene) -> Drawn:
        seen.append(asked.view)
        return draw(pictures, asked)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Pictures, "draw", noted)
        viewer.magnify(on=True)
        canvas.refresh()
        canvas.grab()

    assert any(view == magnified(scene.view, (256, 256), 256) for view in seen)
