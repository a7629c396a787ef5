"""The curve below the images: what the hand on it does, and what it says."""

from collections.abc import Callable

import pytest
from fakes import FakeClock, InlineJobs
from fakes_viewer import opened, runner
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from volume_phantoms import SCANS, display_set

from workstation.commands.bindings import Scope
from workstation.domain.presentation import Rescale
from workstation.services.viewer.viewer import Viewer
from workstation.ui.viewer.curve_pane import CurvePane, Swatch

#: From 200 HU up, 40 more from slice to slice.
CT = display_set(SCANS["straight"], 34, (42, 46), rescale=Rescale(40.0, -39800.0, "HU"))


class Desk:
    """A pane on a viewer with a rendered CT."""

    def __init__(self, qtbot: QtBot) -> None:
        self.viewer: Viewer
        self.viewer, _ = opened(CT)
        self.viewer.resized(0, 700, 500, 1.0)
        self.viewer.set_volume("ct-bone")
        self.left = 0
        run: Callable[[str], None] = runner(self.viewer)
        self.pane = CurvePane(self.viewer, run, InlineJobs(FakeClock()), self._leave)
        self.pane.resize(1200, 232)
        qtbot.addWidget(self.pane)
        self.viewer.toggle_curve()
        qtbot.waitExposed(self.pane)

    def _leave(self) -> None:
        self.left += 1

    def at(self, index: int) -> QPoint:
        plot = self.pane.editor.plot
        assert plot is not None
        stop = plot.preset.stops[index]
        return plot.at(stop.value, stop.opacity).toPoint()

    @property
    def values(self) -> list[int]:
        assert self.viewer.curve is not None
        return [round(stop.value) for stop in self.viewer.curve.stops]


@pytest.fixture
def desk(qtbot: QtBot) -> Desk:
    return Desk(qtbot)


def test_a_drag_moves_the_point_under_the_hand_as_far_as_the_hand(desk: Desk) -> None:
    editor, start = desk.pane.editor, desk.at(2)
    plot = editor.plot
    assert plot is not None
    end = start + QPoint(30, -20)
    value, opacity = plot.under(QPointF(end))

    QTest.mousePress(editor, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(editor, end)
    QTest.mouseRelease(editor, Qt.MouseButton.LeftButton, pos=end)

    assert desk.viewer.curve is not None
    there = desk.viewer.curve.stops[2]
    assert (there.value, there.opacity) == pytest.approx((value, opacity), rel=1e-3)
    desk.viewer.undo_view()
    assert desk.values == [180, 300, 450, 900, 1800]


def test_a_click_beside_adds_a_point_and_the_right_button_takes_it_away(desk: Desk) -> None:
    place = (desk.at(3) + desk.at(4)) / 2 + QPoint(0, 60)

    QTest.mouseClick(desk.pane.editor, Qt.MouseButton.LeftButton, pos=place)
    assert len(desk.values) == 6
    assert desk.viewer.curve_point == 4
    QTest.mouseClick(desk.pane.editor, Qt.MouseButton.RightButton, pos=desk.at(4))

    assert desk.values == [180, 300, 450, 900, 1800]


def test_a_swatch_colours_the_chosen_point(desk: Desk) -> None:
    red = next(s for s in desk.pane.findChildren(Swatch) if s.accessibleName() == "Colour red")
    desk.viewer.choose_curve_point(1)

    red.click()

    assert desk.viewer.curve is not None
    assert desk.viewer.curve.stops[1].colour == (0.84, 0.16, 0.12)


def test_the_point_in_the_hand_is_said_aloud(desk: Desk) -> None:
    desk.viewer.choose_curve_point(1)

    assert desk.pane.editor.accessibleDescription() == "Point 2 of 5: 300 HU, 20 % of 1 mm"


def test_the_histogram_is_counted_once_for_a_volume(desk: Desk) -> None:
    counted = desk.pane.editor.histogram
    assert counted is not None
    assert counted.counts.sum() == 34 * 42 * 46

    desk.viewer.choose_curve_point(2)

    assert desk.pane.editor.histogram is counted


def test_it_goes_with_the_volume_and_comes_back_with_it(desk: Desk) -> None:
    """A MIP has no curve: nothing is drawn that would do nothing."""
    assert not desk.pane.isHidden()
    desk.viewer.set_volume("mip")
    assert desk.pane.isHidden()
    desk.viewer.set_volume("ct-vessel")
    assert not desk.pane.isHidden()
    desk.viewer.toggle_curve()
    assert desk.pane.isHidden()


def test_its_keys_are_a_scope_of_the_keymap(desk: Desk) -> None:
    assert desk.pane.property("scope") == Scope.CURVE.value


def test_all_of_the_curve_is_within_its_box(desk: Desk) -> None:
    """Whatever the values: a point that cannot be seen cannot be taken hold of."""
    desk.viewer.move_curve_point(4, 900_000.0, 1.0)
    plot = desk.pane.editor.plot
    assert plot is not None
    desk.pane.grab()

    places = [plot.at(stop.value, stop.opacity) for stop in plot.preset.stops]
    assert all(plot.box.adjusted(-1, -1, 1, 1).contains(place) for place in places)
    assert plot.near(QPointF(places[4])) == 4
