"""Labels that are dragged, handles that are met: what the hand does to measurements."""

import numpy as np
import pytest
from fakes_viewer import add_length, opened, runner, stack
from marked_images import DRAWN
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QColor, QMouseEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from workstation.commands import catalogue
from workstation.commands.bindings import load
from workstation.domain.measurement import POINTS, MeasurementKind
from workstation.services.jobs import Jobs
from workstation.services.viewer.viewer import Viewer
from workstation.settings import resource
from workstation.ui.bridge import HomePost
from workstation.ui.viewer.canvas import Canvas

STACK = stack(3, shape=(256, 256))
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
PLAIN, CTRL = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier
Place = tuple[float, float]


@pytest.fixture
def reading(qtbot: QtBot) -> tuple[Viewer, Canvas]:
    viewer, loader = opened(STACK, load=False)
    for each in STACK.frames:
        loader.arrive(each, np.full((256, 256), 1000, np.int16))
    send = runner(viewer)

    def run(line: str) -> None:
        if line != "measurement.word":  # it asks in a window
            send(line)

    canvas = Canvas(viewer, 0, run, Jobs(HomePost().post))
    viewer.viewport_changed.connect(lambda _: canvas.refresh())
    viewer.measurements_changed.connect(lambda _: canvas.refresh())
    viewer.changed.connect(lambda _: canvas.follow_tool())
    qtbot.addWidget(canvas)
    canvas.resize(512, 512)
    canvas.show()
    qtbot.waitExposed(canvas)
    return viewer, canvas


def sent(canvas: Canvas, kind: QEvent.Type, at: Place, keys: Qt.KeyboardModifier = PLAIN) -> None:
    place = QPointF(*at)
    button = NONE if kind is QEvent.Type.MouseMove else LEFT
    held = NONE if kind is QEvent.Type.MouseButtonRelease else LEFT
    event = QMouseEvent(kind, place, canvas.mapToGlobal(place), button, held, keys)
    QApplication.sendEvent(canvas, event)


def drag(canvas: Canvas, start: Place, end: Place, keys: Qt.KeyboardModifier = PLAIN) -> None:
    canvas.grab()  # labels and handles are where the last paint put them
    sent(canvas, QEvent.Type.MouseButtonPress, start, keys)
    for part in (0.3, 0.7, 1.0):
        at = tuple(a + (b - a) * part for a, b in zip(start, end, strict=True))
        sent(canvas, QEvent.Type.MouseMove, (at[0], at[1]), keys)
    sent(canvas, QEvent.Type.MouseButtonRelease, end, keys)


def middle(canvas: Canvas, name: str) -> Place:
    canvas.grab()
    left, top, wide, high = canvas.labels[name]
    return left + wide / 2, top + high / 2


def on_view(viewer: Viewer, point: Place) -> Place:
    view = viewer.resolved(0)
    assert view is not None
    return view.to_view(point)


def test_a_label_is_dragged_out_of_the_way_and_stays(reading: tuple[Viewer, Canvas]) -> None:
    """The value is what it was: a report that cites it is not told of a change."""
    viewer, canvas = reading
    before = add_length(viewer, 100, 100, 140, 100)
    x, y = middle(canvas, "A1")

    drag(canvas, (x + 10, y + 2), (x + 90, y + 122))

    (after,) = viewer.measurements
    assert middle(canvas, "A1") == pytest.approx((x + 80, y + 120), abs=0.6)
    assert (after.value, after.revision, after.points) == (before.value, 1, before.points)
    viewer.zoom(1.5)
    assert middle(canvas, "A1") != pytest.approx((x + 80, y + 120), abs=5)  # with the image
    viewer.marks.undo()
    assert viewer.measurements == (before,)


def test_a_click_on_a_label_takes_its_measurement_in_hand(
    reading: tuple[Viewer, Canvas],
) -> None:
    viewer, canvas = reading
    add_length(viewer, 100, 100, 140, 100)
    add_length(viewer, 100, 200, 140, 200)
    x, y = middle(canvas, "A1")

    drag(canvas, (x, y), (x + 2, y))

    assert viewer.selected_measurement == "A1"
    assert all(mark.label_at is None for mark in viewer.measurements)


def test_escape_and_a_deleted_measurement_let_a_label_go(
    reading: tuple[Viewer, Canvas], qtbot: QtBot
) -> None:
    """What is in the hand may be gone when the hand opens."""
    viewer, canvas = reading
    add_length(viewer, 100, 100, 140, 100)
    for end in (
        lambda: qtbot.keyClick(canvas, Qt.Key.Key_Escape),  # type: ignore[no-untyped-call]
        lambda: viewer.delete_measurement("A1"),
    ):
        x, y = middle(canvas, "A1")
        sent(canvas, QEvent.Type.MouseButtonPress, (x, y))
        sent(canvas, QEvent.Type.MouseMove, (x + 50, y + 50))
        end()
        sent(canvas, QEvent.Type.MouseButtonRelease, (x + 50, y + 50))

        assert all(mark.label_at is None for mark in viewer.measurements)


def beside_a_length(viewer: Viewer, tool: str, start: Place, end: Place) -> Place:
    """A tool in hand beside a length that is there; where that ends on the view."""
    add_length(viewer, *start, *end)
    viewer.marks.select("")
    viewer.pick_tool(tool)
    return on_view(viewer, end)


def test_the_second_axis_begins_where_the_first_one_ends(
    reading: tuple[Viewer, Canvas],
) -> None:
    """Within reach of a handle a point falls on it: exactly, and not to the next pixel."""
    viewer, canvas = reading
    x, y = beside_a_length(viewer, "length", (100.25, 100.5), (140.75, 100.5))

    drag(canvas, (x + 80, y + 90), (x + 4, y - 3))

    assert viewer.measurements[1].points[1] == (140.75, 100.5)


def test_with_ctrl_a_point_lies_where_it_is_put(reading: tuple[Viewer, Canvas]) -> None:
    viewer, canvas = reading
    x, y = beside_a_length(viewer, "length", (100.25, 100.5), (140.75, 100.5))

    drag(canvas, (x + 80, y + 90), (x + 4, y - 3), CTRL)

    assert viewer.measurements[1].points[1] == pytest.approx((142.75, 99.0), abs=0.02)


def test_a_handle_that_is_dragged_falls_on_that_of_another(
    reading: tuple[Viewer, Canvas],
) -> None:
    """Its other points stay; its own handles hold nothing."""
    viewer, canvas = reading
    add_length(viewer, 100, 100, 140, 100)
    viewer.add(MeasurementKind.ANGLE, ((60, 160), (100, 200), (140, 160)))
    x, y = on_view(viewer, (140, 100))

    drag(canvas, on_view(viewer, (140, 160)), (x + 3, y + 3))

    assert viewer.measurements[1].points == ((60, 160), (100, 200), (140, 100))


def test_a_whole_measurement_and_a_region_go_where_they_are_put(
    reading: tuple[Viewer, Canvas],
) -> None:
    """A box that jumps to a caliper would have another mean."""
    viewer, canvas = reading
    x, y = beside_a_length(viewer, "ellipse", (100, 100), (140, 100))

    drag(canvas, (x + 80, y + 90), (x + 4, y - 4))

    assert viewer.measurements[1].points[1] == pytest.approx((142, 98), abs=0.02)


def test_the_handle_that_would_be_met_has_a_ring(reading: tuple[Viewer, Canvas]) -> None:
    """The reader sees it before he lets go."""
    viewer, canvas = reading
    x, y = beside_a_length(viewer, "length", (100, 100), (140, 100))
    canvas.grab()
    sent(canvas, QEvent.Type.MouseButtonPress, (x + 80, y + 90))
    looks = []
    for at in ((x + 20, y + 20), (x + 3, y + 3)):
        sent(canvas, QEvent.Type.MouseMove, at)
        image = canvas.grab().toImage()
        above = range(round(y) - 10, round(y) - 5)
        looks.append(max(QColor(image.pixelColor(round(x), row)).lightness() for row in above))

    assert looks[1] > looks[0] + 60


def test_of_the_ends_of_a_short_line_the_nearer_one_is_taken(
    reading: tuple[Viewer, Canvas],
) -> None:
    """Eight screen pixels long: the first end lies within reach everywhere."""
    viewer, canvas = reading
    add_length(viewer, 100, 100, 104, 100)
    x, y = on_view(viewer, (104, 100))

    drag(canvas, (x + 1, y), (x + 61, y))

    assert viewer.measurements[0].points == (
        (100, 100),
        pytest.approx((134, 100), abs=0.02),
    )


def test_a_handle_is_moved_by_less_than_it_would_snap(reading: tuple[Viewer, Canvas]) -> None:
    """Its own place of before holds it no more than its own other end does."""
    viewer, canvas = reading
    add_length(viewer, 100, 100, 104, 100)
    x, y = on_view(viewer, (104, 100))

    drag(canvas, (x, y), (x - 4, y))

    assert viewer.measurements[0].points[1] == pytest.approx((102, 100), abs=0.02)


#: Four image points, and four more for an outline: none within reach of another.
POINTS_OF_ALL = ((60.25, 60.5), (120.75, 80.0), (100.5, 140.25), (50.0, 120.5))


@pytest.mark.parametrize("kind", DRAWN)
def test_every_kind_is_placed_by_its_key_and_one_pointer(
    reading: tuple[Viewer, Canvas], kind: MeasurementKind
) -> None:
    """F91: a click for each point and nothing else; as exact as a script says it, within a
    hundredth of a pixel."""
    viewer, canvas = reading
    bindings = load(resource("keymaps", "default.toml"), catalogue.registry())
    least, most = POINTS[kind]
    points = POINTS_OF_ALL[: min(most, 4)]
    expected = viewer.add(kind, points)
    viewer.delete_measurement()

    viewer.pick_tool(kind.value)
    canvas.grab()
    places = [on_view(viewer, point) for point in points]
    if kind is MeasurementKind.FREEHAND:
        sent(canvas, QEvent.Type.MouseButtonPress, places[0])
        for place in places[1:]:
            sent(canvas, QEvent.Type.MouseMove, place)
        sent(canvas, QEvent.Type.MouseButtonRelease, places[-1])
    else:
        for place in places if least == most else (*places, places[-1]):
            sent(canvas, QEvent.Type.MouseMove, place)
            sent(canvas, QEvent.Type.MouseButtonPress, place)
            sent(canvas, QEvent.Type.MouseButtonRelease, place)

    assert bindings.key_of(f"tool.{kind.value}")
    (mark,) = viewer.measurements
    assert mark.kind is kind
    assert np.allclose(mark.points, expected.points, atol=0.01)
    if expected.value is not None:
        assert mark.value == pytest.approx(expected.value, rel=2e-3)
