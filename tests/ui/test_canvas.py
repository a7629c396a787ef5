"""The viewer on glass: pixel truth, words, pointer, keys, focus."""

import numpy as np
import pytest
from fakes_viewer import add_length, build, opened, ref, runner, stack, viewed
from numpy.typing import NDArray
from pseudo_locale import another_language, untranslated
from PySide6.QtCore import QEvent, QMimeData, QObject, QPoint, QPointF, Qt
from PySide6.QtGui import (
    QDropEvent,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPaintEvent,
    QRegion,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from workstation.domain.measurement import MeasurementKind
from workstation.domain.presentation import Voi
from workstation.domain.study import PixelFormat
from workstation.imaging.pixels import FramePixels, ReducedImage
from workstation.services.jobs import Jobs
from workstation.services.viewer.viewer import Viewer
from workstation.ui import theme
from workstation.ui.bridge import HomePost
from workstation.ui.viewer.canvas import SERIES_MIME, Canvas
from workstation.ui.viewer.pane import ViewerPane

SIDE = 256


def workers() -> Jobs:
    """Pictures come home by a real event loop, as in the program."""
    return Jobs(HomePost().post)


CURRENT = stack(40, name="Axial 2.5", shape=(SIDE, SIDE), vois=(Voi(40, 400, name="Soft tissue"),))
PRIOR = stack(
    20, name="Axial 5.0", study="1.2", series="1.2.1", step=5.0, space="9.2", shape=(SIDE, SIDE)
)
BOTH = (viewed(), viewed("1.2", "prior", days_before=379))


def phantom(number: int) -> NDArray[np.int16]:
    """Blocks of 8 x 8 pixels of known HU: a flat middle for every sampled point."""
    blocks = np.random.default_rng(number).integers(24, 2000, (SIDE // 8, SIDE // 8))
    return np.kron(blocks, np.ones((8, 8))).astype(np.int16)


def level(stored: int, voi: Voi) -> int:
    """PS3.3 C.11.2.1.2.1, written down once more."""
    ramp = (stored - 1024 - (voi.center - 0.5)) / (voi.width - 1) + 0.5
    return int(min(max(ramp, 0.0), 1.0) * 255 + 0.5)


@pytest.fixture
def reading(qtbot: QtBot) -> tuple[Viewer, ViewerPane]:
    viewer, loader = opened(CURRENT, PRIOR, studies=BOTH, load=False)
    for each in (*CURRENT.frames, *PRIOR.frames):
        loader.arrive(each, phantom(each.number))
    pane = ViewerPane(viewer, runner(viewer), workers())
    qtbot.addWidget(pane)
    pane.resize(1200, 700)
    pane.show()
    qtbot.waitExposed(pane)
    return viewer, pane


def test_a_smaller_image_is_drawn_and_does_not_count_as_looked_at(qtbot: QtBot) -> None:
    """The bar says which images were seen; at an eighth of its resolution none was."""
    viewer, loader = opened(CURRENT, load=False)
    pane = ViewerPane(viewer, runner(viewer), workers())
    qtbot.addWidget(pane)
    pane.resize(1200, 700)
    pane.show()
    qtbot.waitExposed(pane)
    key, stored = CURRENT.frames[0].key, np.full((SIDE, SIDE), 1064, np.int16)  # 40 HU: half grey
    stored.flags.writeable = False
    loader.store.reduced[key] = ReducedImage(FramePixels(stored), 3)
    loader.store.previewed.emit(key)

    def middle() -> int:
        image = grabbed(canvas(pane))
        return image.pixelColor(image.width() // 2, image.height() // 2).red()

    qtbot.waitUntil(lambda: middle() == level(1064, Voi(40, 400)))
    assert viewer.frame_states(CURRENT.id)[0] == "missing"

    loader.arrive(CURRENT.frames[0], stored)
    qtbot.waitUntil(lambda: bool(grabbed(canvas(pane))) and seen(viewer))


def seen(viewer: Viewer) -> bool:
    return viewer.frame_states(CURRENT.id)[0] == "seen"


def canvas(pane: ViewerPane, index: int = 0) -> Canvas:
    return pane.grid.canvases[index]


def grabbed(widget: QWidget) -> QImage:
    return widget.grab().toImage()


def greys(viewer: Viewer, pane: ViewerPane) -> list[tuple[int, int]]:
    """(grey on the screen, stored value) at the middles of blocks, clear of the words."""
    image, view = grabbed(canvas(pane)), viewer.resolved(0)
    shown = viewer.shown(0)
    assert view is not None
    assert shown is not None
    assert shown.pixels is not None
    found = []
    for column in range(60, 200, 8):
        for row in range(60, 160, 8):
            x, y = view.to_view((column - column % 8 + 3.5, row - row % 8 + 3.5))
            stored = int(shown.pixels.stored[row, column])
            found.append((image.pixelColor(int(x), int(y)).red(), stored))
    return found


def test_the_screen_differs_between_windows_as_the_formula_says(
    reading: tuple[Viewer, ViewerPane],
) -> None:
    """Pixel truth: lung and soft tissue of one frame, at some 200 sampled pixels."""
    viewer, pane = reading
    for name, voi in (("soft-tissue", Voi(40, 400)), ("lung", Voi(-600, 1500))):
        viewer.set_window(name)

        pairs = greys(viewer, pane)

        assert len(pairs) > 150
        assert [grey for grey, _ in pairs] == [level(stored, voi) for _, stored in pairs]


def test_grey_is_neutral(reading: tuple[Viewer, ViewerPane]) -> None:
    """R = G = B: a cast would be read as contrast."""
    _, pane = reading
    colour = grabbed(canvas(pane)).pixelColor(250, 250)

    assert colour.red() == colour.green() == colour.blue()


def test_the_words_are_on_the_glass(reading: tuple[Viewer, ViewerPane]) -> None:
    """Identity is painted, not only promised: its corner changes with the name alone."""
    viewer, pane = reading
    before = grabbed(canvas(pane)).copy(0, 0, 220, 40)
    viewer.show(
        (viewed(patient=viewed().patient.__class__("Birch, Alex", "X", "", None, "F")), BOTH[1])
    )

    after = grabbed(canvas(pane)).copy(0, 0, 220, 40)

    assert before != after
    assert "Birch, Alex" in canvas(pane).accessibleName()


def test_nothing_of_a_study_is_painted_before_its_permit(qtbot: QtBot) -> None:
    viewer, loader = build()
    viewer.show((viewed(),))
    viewer.study_ready(ref("1.1"), (CURRENT,))
    loader.arrive(CURRENT.frames[0], np.full((SIDE, SIDE), 4000, np.int16))
    pane = ViewerPane(viewer, runner(viewer), workers())
    qtbot.addWidget(pane)
    pane.resize(900, 600)
    closed = grabbed(canvas(pane)).pixelColor(375, 200).lightness()

    viewer.permit(ref("1.1"))

    assert closed < 40
    assert grabbed(canvas(pane)).pixelColor(375, 200).lightness() == 255


def test_a_missing_frame_is_hatched_and_dark(qtbot: QtBot) -> None:
    viewer, loader = opened(CURRENT, load=False)
    loader.arrive(CURRENT.frames[0], np.full((SIDE, SIDE), 4000, np.int16))
    pane = ViewerPane(viewer, runner(viewer), workers())
    qtbot.addWidget(pane)
    pane.resize(900, 600)
    viewer.go(1)
    image = grabbed(canvas(pane)).copy(200, 100, 200, 100)
    levels = {image.pixelColor(x, y).lightness() for x in range(200) for y in range(100)}

    assert max(levels) < 40
    assert len(levels) > 1
    assert "not loaded yet" in canvas(pane).accessibleName()


class Paints(QObject):
    """How often a widget was painted, and how much of it at most."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.regions: list[QRegion] = []
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QPaintEvent):
            self.regions.append(QRegion(event.region()))
        return False

    @property
    def largest(self) -> int:
        """Pixels."""
        sizes = (sum(r.width() * r.height() for r in region) for region in self.regions)  # type: ignore[attr-defined]
        return max(sizes, default=0)


def test_images_that_arrive_do_not_repaint_the_one_being_read(qtbot: QtBot) -> None:
    """A study of hundreds of images must not make the wheel stutter while it loads."""
    viewer, loader = opened(CURRENT, load=False)
    pane = ViewerPane(viewer, runner(viewer), workers())
    qtbot.addWidget(pane)
    pane.resize(1600, 700)  # wide enough for pictures
    pane.show()
    qtbot.waitExposed(pane)
    middle = len(CURRENT.frames) // 2
    for at in (0, middle):
        loader.arrive(CURRENT.frames[at], phantom(1))
    qtbot.wait(150)
    thumbnail = pane.thumbnails.items[0]
    view, small = Paints(canvas(pane)), Paints(thumbnail)

    for each in CURRENT.frames[1:middle]:
        loader.arrive(each, phantom(2))
        QApplication.processEvents()
    qtbot.waitUntil(lambda: bool(view.regions) and bool(small.regions))
    qtbot.wait(150)

    area = canvas(pane).width() * canvas(pane).height()
    assert 0 < view.largest < area / 10
    assert 0 < small.largest < thumbnail.width() * thumbnail.height() / 3
    assert len(view.regions) < 10
    assert f"{middle + 1} of 40 images here" in canvas(pane).accessibleName()


def wheel(widget: QWidget, delta: int, keys: Qt.KeyboardModifier) -> None:
    at = QPointF(widget.width() / 2, widget.height() / 2)
    event = QWheelEvent(
        at, widget.mapToGlobal(at), QPoint(), QPoint(0, delta), Qt.MouseButton.NoButton, keys,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(widget, event)


def test_a_burst_of_wheel_events_ends_on_the_frame_asked_for(
    reading: tuple[Viewer, ViewerPane], qtbot: QtBot
) -> None:
    """Coalesced: one paint per turn, and the last frame requested is the one painted."""
    viewer, pane = reading
    paints: list[None] = []
    canvas(pane).painted.connect(lambda: paints.append(None))
    for _ in range(30):
        wheel(canvas(pane), -120, Qt.KeyboardModifier.NoModifier)
    with qtbot.waitSignal(canvas(pane).painted):
        pass

    assert viewer.viewports[0].frame_index == 30
    assert "Im 31 / 40" in canvas(pane).accessibleName()
    assert len(paints) <= 2


def test_a_fine_wheel_is_added_up(reading: tuple[Viewer, ViewerPane]) -> None:
    """Touchpads send eighths of a notch; four halves are two images."""
    viewer, pane = reading
    for _ in range(4):
        wheel(canvas(pane), -60, Qt.KeyboardModifier.NoModifier)

    assert viewer.viewports[0].frame_index == 2


def test_ctrl_and_wheel_zooms_about_the_pointer(reading: tuple[Viewer, ViewerPane]) -> None:
    viewer, pane = reading

    wheel(canvas(pane), 120, Qt.KeyboardModifier.ControlModifier)

    assert viewer.viewports[0].zoom == pytest.approx(1.2)


def drag(qtbot: QtBot, widget: QWidget, start: QPoint, end: QPoint, button: Qt.MouseButton) -> None:
    qtbot.mousePress(widget, button, pos=start)
    for pos in (start, end):
        event = QMouseEvent(
            QEvent.Type.MouseMove, QPointF(pos), widget.mapToGlobal(QPointF(pos)),
            Qt.MouseButton.NoButton, button, Qt.KeyboardModifier.NoModifier,
        )  # fmt: skip
        QApplication.sendEvent(widget, event)
    qtbot.mouseRelease(widget, button, pos=end)


LEFT, MIDDLE, RIGHT = (
    Qt.MouseButton.LeftButton,
    Qt.MouseButton.MiddleButton,
    Qt.MouseButton.RightButton,
)


def test_a_left_drag_windows(reading: tuple[Viewer, ViewerPane], qtbot: QtBot) -> None:
    viewer, pane = reading

    drag(qtbot, canvas(pane), QPoint(200, 200), QPoint(260, 200), LEFT)

    voi = viewer.viewports[0].voi
    assert voi is not None
    assert voi.width > 400
    assert voi.center == 40


def test_a_middle_drag_pans_and_the_point_stays_under_the_pointer(
    reading: tuple[Viewer, ViewerPane], qtbot: QtBot
) -> None:
    viewer, pane = reading
    view = viewer.resolved(0)
    assert view is not None
    held = view.to_image((200, 200))

    drag(qtbot, canvas(pane), QPoint(200, 200), QPoint(260, 180), MIDDLE)

    after = viewer.resolved(0)
    assert after is not None
    assert after.to_image((260, 180)) == pytest.approx(held, abs=0.01)


def test_a_right_drag_zooms(reading: tuple[Viewer, ViewerPane], qtbot: QtBot) -> None:
    viewer, pane = reading

    drag(qtbot, canvas(pane), QPoint(200, 260), QPoint(200, 110), RIGHT)

    assert viewer.viewports[0].zoom == pytest.approx(2.0, rel=1e-3)


def test_a_drag_with_the_length_tool_measures(
    reading: tuple[Viewer, ViewerPane], qtbot: QtBot
) -> None:
    """In image pixels under the pointer, drawn on the image, changed by its handle."""
    viewer, pane = reading
    viewer.pick_tool("length")
    view = viewer.resolved(0)
    assert view is not None
    start, end = (QPoint(*(round(v) for v in view.to_view(p))) for p in ((100, 100), (140, 100)))
    before = grabbed(canvas(pane))

    drag(qtbot, canvas(pane), start, end, LEFT)

    (mark,) = viewer.measurements
    assert mark.value == pytest.approx(20.0, abs=0.5)  # 40 pixels of 0.5 mm
    assert grabbed(canvas(pane)) != before
    further = QPoint(end.x() + 50, end.y())
    drag(qtbot, canvas(pane), end, further, LEFT)
    (moved,) = viewer.measurements
    assert moved.revision == 2
    assert moved.value is not None
    assert moved.value > 25


def on_view(viewer: Viewer, *points: tuple[float, float]) -> list[QPoint]:
    view = viewer.resolved(0)
    assert view is not None
    return [QPoint(*(round(v) for v in view.to_view(point))) for point in points]


def test_a_measurement_is_moved_as_a_whole_by_its_line(
    reading: tuple[Viewer, ViewerPane], qtbot: QtBot
) -> None:
    """Its shape stays; a click on it alone changes nothing that a report may cite."""
    viewer, pane = reading
    before = add_length(viewer, 100, 100, 160, 100)
    grabbed(canvas(pane))
    start, end = on_view(viewer, (130, 100), (130, 140))

    qtbot.mouseClick(canvas(pane), LEFT, pos=start)
    clicked = viewer.measurements[0].revision
    drag(qtbot, canvas(pane), start, end, LEFT)

    (after,) = viewer.measurements
    assert clicked == 1
    assert after.value == pytest.approx(before.value, abs=0.02)
    assert after.points[0] == pytest.approx((100, 140), abs=0.5)


def test_a_handle_follows_the_hand_and_does_not_jump_to_it(
    reading: tuple[Viewer, ViewerPane], qtbot: QtBot
) -> None:
    """Taken hold of 8 pixels beside the point, it must not measure 8 pixels more."""
    viewer, pane = reading
    before = add_length(viewer, 100, 100, 160, 100)
    grabbed(canvas(pane))
    (end,) = on_view(viewer, (160, 100))

    qtbot.mouseClick(canvas(pane), LEFT, pos=end + QPoint(8, 0))

    assert viewer.measurements == (before,)


def test_the_tooltip_says_how_sure_a_length_is(
    reading: tuple[Viewer, ViewerPane], qtbot: QtBot
) -> None:
    viewer, pane = reading
    add_length(viewer, 100, 100, 160, 100)
    view = canvas(pane)
    grabbed(view)
    (near,) = on_view(viewer, (130, 100))
    for place, said in ((near, "± 0.5 mm"), (near + QPoint(0, 60), "")):
        asked = QHelpEvent(QEvent.Type.ToolTip, place, view.mapToGlobal(place))
        QApplication.sendEvent(view, asked)

        assert (said in view.toolTip()) if said else not view.toolTip()


def test_an_outline_is_placed_by_clicks_and_ended_by_a_double_click(
    reading: tuple[Viewer, ViewerPane], qtbot: QtBot
) -> None:
    viewer, pane = reading
    viewer.pick_tool("polygon")
    corners = on_view(viewer, (100, 100), (150, 100), (150, 150))

    for corner in corners:
        qtbot.mouseClick(canvas(pane), LEFT, pos=corner)
    qtbot.mouseDClick(canvas(pane), LEFT, pos=corners[-1])

    (mark,) = viewer.measurements
    assert (mark.kind, len(mark.points)) == (MeasurementKind.POLYGON, 3)
    assert mark.value == pytest.approx(1250 * 0.25, rel=0.03)


def test_an_arrow_asks_for_its_words(qtbot: QtBot) -> None:
    """An arrow that says nothing is no finding."""
    viewer, loader = opened(CURRENT, load=False)
    loader.arrive(CURRENT.frames[0], phantom(0))
    asked: list[str] = []
    pane = ViewerPane(viewer, asked.append, workers())
    qtbot.addWidget(pane)
    pane.resize(900, 600)
    viewer.pick_tool("arrow")

    drag(qtbot, canvas(pane), QPoint(200, 200), QPoint(260, 240), LEFT)

    assert [line.split(" ")[0] for line in asked if "viewport" not in line] == [
        "tool.arrow", "measurement.word"
    ]  # fmt: skip


def test_ink_hides_by_key_and_words_do_not(reading: tuple[Viewer, ViewerPane]) -> None:
    viewer, pane = reading
    clean = grabbed(canvas(pane))
    add_length(viewer, 100, 100, 140, 100)
    inked = grabbed(canvas(pane))

    viewer.toggle_ink()

    hidden = grabbed(canvas(pane))
    assert inked != clean
    assert hidden == clean


def test_a_click_on_a_measurement_selects_it(
    reading: tuple[Viewer, ViewerPane], qtbot: QtBot
) -> None:
    viewer, pane = reading
    add_length(viewer, 100, 100, 160, 100)
    add_length(viewer, 100, 140, 160, 140)
    grabbed(canvas(pane))
    view = viewer.resolved(0)
    assert view is not None
    on_line = QPoint(*(round(v) for v in view.to_view((130, 100))))

    qtbot.mouseClick(canvas(pane), LEFT, pos=on_line)

    assert viewer.selected_measurement == "A1"


def test_escape_forgets_a_point_before_it_closes_anything(
    reading: tuple[Viewer, ViewerPane], qtbot: QtBot
) -> None:
    viewer, pane = reading
    viewer.pick_tool("length")
    qtbot.mouseClick(canvas(pane), LEFT, pos=QPoint(200, 200))
    qtbot.mouseMove(canvas(pane), QPoint(240, 200))
    escape = QKeyEvent(
        QEvent.Type.ShortcutOverride, Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier
    )
    escape.ignore()
    QApplication.sendEvent(canvas(pane), escape)
    taken = escape.isAccepted()
    qtbot.keyClick(canvas(pane), Qt.Key.Key_Escape)
    qtbot.mouseClick(canvas(pane), LEFT, pos=QPoint(280, 200))

    assert taken
    assert viewer.measurements == ()


def test_the_scroll_bar_goes_where_it_is_clicked(
    reading: tuple[Viewer, ViewerPane], qtbot: QtBot
) -> None:
    viewer, pane = reading
    one = canvas(pane)

    qtbot.mouseClick(one, LEFT, pos=QPoint(one.width() - 4, one.height() // 2))

    assert viewer.viewports[0].frame_index == 20


def test_the_active_view_has_a_ring_and_the_focus_makes_it_active(
    reading: tuple[Viewer, ViewerPane],
) -> None:
    """Keys act on the view with the ring; a reader must never guess which one that is."""
    viewer, pane = reading
    here = theme.color("hue.here")

    canvas(pane, 1).setFocus()

    assert viewer.active == 1
    edges = [grabbed(canvas(pane, i)).pixelColor(0, 100) for i in (0, 1)]
    assert edges[1] == here
    assert edges[0] != here


def test_a_thumbnail_shows_its_series_by_key_and_by_drop(
    reading: tuple[Viewer, ViewerPane], qtbot: QtBot
) -> None:
    viewer, pane = reading
    prior = pane.thumbnails.items[1]

    qtbot.keyClick(prior, Qt.Key.Key_Return)
    by_key = viewer.viewports[0].display_set
    carried = QMimeData()
    carried.setData(SERIES_MIME, CURRENT.id.encode())
    drop = QDropEvent(
        QPointF(50, 50), Qt.DropAction.CopyAction, carried, LEFT, Qt.KeyboardModifier.NoModifier
    )
    canvas(pane, 1).dropEvent(drop)

    assert by_key == PRIOR.id
    assert viewer.viewports[1].display_set == CURRENT.id


def test_keys_stay_with_the_images_when_their_view_goes(
    reading: tuple[Viewer, ViewerPane], qtbot: QtBot
) -> None:
    """From four views to one while the fourth had the keys: they went to the first button of
    the window, and the next Enter left the case."""
    viewer, pane = reading
    viewer.set_layout(2, 2)
    pane.activateWindow()
    canvas(pane, 3).setFocus()
    qtbot.waitUntil(lambda: canvas(pane, 3).hasFocus())

    viewer.set_layout(1, 2)

    assert canvas(pane, viewer.active).hasFocus()


def test_thumbnails_count_and_stay_where_they_are(qtbot: QtBot) -> None:
    """Nothing moves when data arrives: the slot is there before the picture is."""
    viewer, loader = opened(CURRENT, load=False)
    pane = ViewerPane(viewer, runner(viewer), workers())
    qtbot.addWidget(pane)
    pane.resize(1600, 600)  # wide enough for pictures
    item = pane.thumbnails.items[0]
    place, empty = item.geometry(), grabbed(item)

    for each in CURRENT.frames:
        loader.arrive(each, phantom(each.number))

    assert pane.thumbnails.items[0] is item
    assert item.geometry() == place
    qtbot.waitUntil(lambda: item.has_picture)
    assert grabbed(item) != empty


def test_a_double_click_shows_one_view_alone(
    reading: tuple[Viewer, ViewerPane], qtbot: QtBot
) -> None:
    viewer, pane = reading

    qtbot.mouseClick(canvas(pane, 1), LEFT, pos=QPoint(200, 200))
    qtbot.mouseDClick(canvas(pane, 1), LEFT, pos=QPoint(200, 200))
    grabbed(canvas(pane))

    assert viewer.layout == (1, 1)
    assert "PRIOR 1 · −379 d" in canvas(pane).accessibleName()


def test_every_word_of_the_pane_can_be_translated(qtbot: QtBot) -> None:
    with another_language():
        viewer, _ = opened(CURRENT, PRIOR, studies=BOTH)
        pane = ViewerPane(viewer, runner(viewer), workers())
        qtbot.addWidget(pane)
        found = untranslated(pane)

    assert found == []


def test_layouts_come_and_go(reading: tuple[Viewer, ViewerPane]) -> None:
    viewer, pane = reading
    viewer.set_layout(2, 2)
    four = [each.isVisible() for each in pane.grid.canvases]
    viewer.set_layout(1, 1)

    assert four == [True] * 4
    assert len(pane.grid.canvases) == 1
    pane.focus_active()
    assert pane.window().focusWidget() is canvas(pane)


def test_a_closed_case_leaves_no_picture(reading: tuple[Viewer, ViewerPane]) -> None:
    viewer, pane = reading
    viewer.close()
    image = grabbed(pane)

    lit = [image.pixelColor(x, 300).lightness() for x in range(200, 1150)]
    assert max(lit) < 60 or max(lit) == theme.color("hue.here").lightness()
    assert pane.thumbnails.items == ()


def test_colour_is_painted_as_it_is(qtbot: QtBot) -> None:
    rgb = stack(
        1, shape=(64, 64), axes=None, modality="US",
        pixels=PixelFormat(64, 64, 8, 8, 7, False, 3, "RGB"), vois=(),
    )  # fmt: skip
    viewer, loader = opened(rgb, load=False)
    loader.arrive(rgb.frames[0], np.full((64, 64, 3), (200, 30, 90), np.uint8))
    pane = ViewerPane(viewer, runner(viewer), workers())
    qtbot.addWidget(pane)
    pane.resize(900, 600)
    shot = grabbed(canvas(pane))

    middle = shot.pixelColor(shot.width() // 2, shot.height() // 3)

    assert (middle.red(), middle.green(), middle.blue()) == (200, 30, 90)


def test_colours_we_do_not_know_are_refused_on_the_view(qtbot: QtBot) -> None:
    odd = stack(
        1, shape=(64, 64), axes=None, modality="US",
        pixels=PixelFormat(64, 64, 8, 8, 7, False, 3, "HSV"), vois=(),
    )  # fmt: skip
    viewer, loader = opened(odd, load=False)
    loader.arrive(odd.frames[0], np.full((64, 64, 3), 200, np.uint8))
    pane = ViewerPane(viewer, runner(viewer), workers())
    qtbot.addWidget(pane)
    pane.resize(900, 600)
    grabbed(canvas(pane))

    assert "colours stored as HSV cannot be shown" in canvas(pane).accessibleName()
