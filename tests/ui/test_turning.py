"""A hand on the crosshair of planes: what it takes hold of is what moves."""

import math

import numpy as np
import pytest
from fakes_viewer import opened, runner
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from volume_phantoms import SCANS, display_set

from workstation.rendering import crosshair
from workstation.rendering.ink import Canvas as InkCanvas
from workstation.rendering.ink import Oval, Point, Stroke
from workstation.services.jobs import Jobs
from workstation.services.viewer.viewer import Viewer
from workstation.ui.bridge import HomePost
from workstation.ui.viewer.canvas import Canvas
from workstation.ui.viewer.turning import Turning
from workstation.viewing import viewport as reduce
from workstation.viewing.planes import Plane
from workstation.viewing.viewport import SlabMode

CT = display_set(SCANS["straight"], 34, (42, 46))
AXIAL, STACK, CORONAL, SAGITTAL = range(4)


class Hand:
    """On the axial view; places are logical pixels of it."""

    def __init__(self) -> None:
        self.viewer, _ = opened(CT)
        for index in range(4):
            self.viewer.resized(index, 600, 500, 1.0)
        self.viewer.toggle_mpr()
        self.turning = Turning(self.viewer, AXIAL, runner(self.viewer))

    @property
    def ink(self) -> InkCanvas:
        view = self.viewer.resolved(AXIAL)
        assert view is not None
        return InkCanvas(view, 1.0, None, lambda first, second: (0.0, 0.0))

    def items(self) -> tuple[object, ...]:
        cross = self.viewer.crosshair(AXIAL)
        assert cross is not None
        return crosshair.ink(self.ink, cross)

    def middle(self) -> Point:
        cross = self.viewer.crosshair(AXIAL)
        assert cross is not None
        return self.ink.at(cross.at)

    def drag(self, *places: Point) -> bool:
        first, *rest = places
        taken = self.turning.pressed(self.ink, first, self.ink.view.to_image(first))
        for place in rest:
            self.turning.moved(self.ink.view.to_image(place))
        self.turning.released()
        return taken

    def corner(self, index: int) -> np.ndarray:
        shown = self.viewer.shown(index)
        assert shown is not None
        assert shown.frame.plane is not None
        return np.array(shown.frame.plane.origin)

    def normal(self, index: int) -> np.ndarray:
        shown = self.viewer.shown(index)
        assert shown is not None
        assert shown.frame.plane is not None
        return np.array(shown.frame.plane.normal)


@pytest.fixture
def hand() -> Hand:
    return Hand()


def test_the_middle_takes_the_crosshair_along(hand: Hand) -> None:
    x, y = hand.middle()

    assert hand.drag((x + 3, y - 2), (x + 40, y + 25))

    assert hand.middle() == pytest.approx((x + 37, y + 27), abs=0.1)  # as far as the hand


def test_a_line_takes_its_own_plane_along_and_no_other(hand: Hand) -> None:
    x, y = hand.middle()
    before = [hand.corner(index) for index in range(4)]

    assert hand.drag((x + 90, y + 2), (x + 140, y + 62))  # the line of the coronal

    moved = [hand.corner(index) - start for index, start in enumerate(before)]
    scale = hand.ink.view.scale / 0.8  # pixels of the view for a millimetre
    assert moved[CORONAL] == pytest.approx((0.0, 60 / scale, 0.0), abs=0.02)
    assert np.allclose(moved[AXIAL], 0.0)
    assert np.allclose(moved[SAGITTAL], 0.0)


@pytest.mark.parametrize("flipped", [False, True])
def test_a_ring_turns_the_planes_as_far_as_the_hand(hand: Hand, flipped: bool) -> None:
    """On a mirrored view too: the line stays under the hand."""
    if flipped:
        hand.viewer.change(reduce.flip_horizontal)
    rings = [item for item in hand.items() if isinstance(item, Oval)]
    ring = next(item for item in rings if item.token == "ink.plane_c")
    x, y = ring.box[0] + crosshair.GRIP, ring.box[1] + crosshair.GRIP
    cx, cy = hand.middle()
    radius, start = math.dist((x, y), (cx, cy)), math.atan2(y - cy, x - cx)
    way = [
        (cx + radius * math.cos(start + angle), cy + radius * math.sin(start + angle))
        for angle in np.radians((0, 10, 20, 25))
    ]

    assert hand.drag(*way)

    turned = np.degrees(np.arccos(hand.normal(CORONAL) @ (0.0, 1.0, 0.0)))
    assert turned == pytest.approx(25.0, abs=0.1)
    assert np.allclose(hand.normal(AXIAL), (0.0, 0.0, 1.0))
    cross = hand.viewer.crosshair(AXIAL)
    assert cross is not None
    line = next(each for each in cross.lines if each.plane is Plane.CORONAL)
    (ax, ay), (dx, dy) = cross.at, line.direction
    along = np.subtract(hand.ink.at((ax + dx, ay + dy)), hand.middle())
    beside = np.subtract(way[-1], hand.middle())
    assert abs(along[0] * beside[1] - along[1] * beside[0]) / np.linalg.norm(along) < 1.0


def test_the_edge_of_a_slab_is_drawn_to_where_it_is_to_end(hand: Hand) -> None:
    hand.viewer.set_slab_of(Plane.CORONAL, 8.0)
    hand.viewer.activate(CORONAL)
    hand.viewer.set_slab(8.0, SlabMode.MINIP)
    hand.viewer.activate(AXIAL)
    squares = [item for item in hand.items() if isinstance(item, Stroke) and item.closed]
    at = tuple(np.mean(squares[0].points, axis=0).tolist())
    scale = hand.ink.view.scale / 0.8

    assert hand.drag(at, (at[0], hand.middle()[1] + 9.0 * scale))

    state = hand.viewer.viewports[CORONAL]
    assert state.slab_mm == pytest.approx(18.0, abs=0.1)
    assert state.slab_mode is SlabMode.MINIP
    assert hand.viewer.viewports[AXIAL].slab_mm == 0.0


def test_beside_the_crosshair_the_tool_has_its_turn(hand: Hand) -> None:
    x, y = hand.middle()

    assert not hand.drag((x + 60, y + 60), (x + 90, y + 90))
    assert hand.middle() == (x, y)


def test_hidden_lines_are_not_taken_hold_of(hand: Hand) -> None:
    x, y = hand.middle()
    hand.viewer.toggle_ink()

    assert not hand.drag((x + 90, y + 2), (x + 90, y + 60))


@pytest.fixture
def canvas(qtbot: QtBot) -> tuple[Viewer, Canvas]:
    viewer, _ = opened(CT)
    made = Canvas(viewer, 0, runner(viewer), Jobs(HomePost().post))
    qtbot.addWidget(made)
    made.resize(600, 500)
    made.show()
    viewer.toggle_mpr()
    made.follow_tool()
    made.settle()
    made.repaint()
    return viewer, made


def test_a_click_on_a_plane_moves_the_crosshair_there(canvas: tuple[Viewer, Canvas]) -> None:
    viewer, view = canvas

    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(200, 320))

    cross, resolved = viewer.crosshair(0), viewer.resolved(0)
    assert cross is not None
    assert resolved is not None
    x, y = resolved.to_view(cross.at)
    assert (x, y) == pytest.approx((200 * view.devicePixelRatioF(), 320), abs=1.0)


def test_alt_and_the_wheel_make_a_slab_thicker(canvas: tuple[Viewer, Canvas]) -> None:
    viewer, view = canvas
    middle = QPointF(view.rect().center())
    turn = QWheelEvent(
        middle, QPointF(view.mapToGlobal(middle)), QPoint(), QPoint(240, 0),  # Alt turns it aside
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.AltModifier,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip

    QApplication.sendEvent(view, turn)

    assert viewer.viewports[0].slab_mm == 2.0


def test_the_pointer_says_what_it_could_take_hold_of(hand: Hand) -> None:
    x, y = hand.middle()

    assert hand.turning.over(hand.ink, (x + 90, y + 2))
    assert not hand.turning.over(hand.ink, (x + 60, y + 60))
    hand.turning.pressed(hand.ink, (x + 90, y + 2), hand.ink.view.to_image((x + 90, y + 2)))
    assert hand.turning.busy
    assert hand.turning.released()
    assert not hand.turning.busy
