"""A hand on a curve through a volume: it sets points, takes hold of them, and draws along."""

import numpy as np
import pytest
from fakes_viewer import opened, runner
from PySide6.QtCore import QPointF, QSize
from volume_phantoms import SCANS, display_set

from workstation.rendering import bends
from workstation.rendering.ink import Canvas as InkCanvas
from workstation.rendering.ink import Oval, Point, Stroke
from workstation.services.screen.view_lines import Bend
from workstation.ui.viewer.bending import Bending
from workstation.ui.viewer.phase_bar import phase_at

CT = display_set(SCANS["straight"], 34, (42, 46))
AXIAL, CORONAL, SAGITTAL, STRAIGHT, SECTION, STACK = range(6)


class Hand:
    """On one of the views; places are logical pixels of it."""

    def __init__(self) -> None:
        self.viewer, _ = opened(CT)
        for index in range(6):
            self.viewer.resized(index, 600, 500, 1.0)
        self.viewer.toggle_curved()

    def ink(self, view: int) -> InkCanvas:
        resolved = self.viewer.resolved(view)
        assert resolved is not None
        return InkCanvas(resolved, 1.0, None, lambda first, second: (0.0, 0.0))

    def drag(self, view: int, *places: Point) -> bool:
        self.viewer.activate(view)
        bending = Bending(self.viewer, view, runner(self.viewer))
        ink, (first, *rest) = self.ink(view), places
        taken = bending.pressed(ink, first, ink.view.to_image(first))
        for place in rest:
            bending.moved(self.ink(view).view.to_image(place))
        bending.released()
        return taken

    @property
    def points(self) -> tuple[tuple[float, float, float], ...]:
        return self.viewer.traced(CT).points

    def bend(self, view: int) -> Bend:
        found = self.viewer.bend(view)
        assert found is not None
        return found

    def place_of(self, view: int, number: int) -> Point:
        return self.ink(view).at(self.bend(view).points[number])


@pytest.fixture
def hand() -> Hand:
    made = Hand()
    for place in ((200.0, 120.0), (280.0, 250.0), (330.0, 400.0)):
        made.drag(CORONAL, place)
    return made


def test_each_click_sets_the_next_point_where_it_is(hand: Hand) -> None:
    assert len(hand.points) == 3
    assert [hand.place_of(CORONAL, at) for at in range(3)] == [
        pytest.approx(place, abs=0.2) for place in ((200, 120), (280, 250), (330, 400))
    ]


def test_a_drag_moves_the_point_under_the_hand(hand: Hand) -> None:
    before = hand.points

    hand.drag(CORONAL, (283.0, 247.0), (300.0, 260.0), (310.0, 262.0))

    assert hand.place_of(CORONAL, 1) == pytest.approx((310.0, 262.0), abs=0.2)
    assert (hand.points[0], hand.points[2]) == (before[0], before[2])


def test_a_click_on_the_curve_sets_a_point_between(hand: Hand) -> None:
    bend = hand.bend(CORONAL)
    place = hand.ink(CORONAL).at(bend.lines[0][len(bend.lines[0]) // 4])

    hand.drag(CORONAL, place)

    assert len(hand.points) == 4
    assert hand.place_of(CORONAL, 1) == pytest.approx(place, abs=0.2)


def test_a_click_in_the_section_mends_the_curve_there(hand: Hand) -> None:
    """The vessel is seen beside the middle of its section: that is where the line belongs."""
    hand.viewer.go_along_course(10.0)
    ink = hand.ink(SECTION)
    x, y = ink.at(hand.bend(SECTION).points[0])

    hand.drag(SECTION, (x + 30, y))

    assert len(hand.points) == 4
    plane = hand.viewer.shown(SECTION)
    assert plane is not None
    assert 1 <= hand.viewer.traced(CT).chosen <= 2


def test_a_hand_on_the_straight_picture_draws_the_section_along(hand: Hand) -> None:
    ink = hand.ink(STRAIGHT)
    start, end = (ink.at((x, 5.0)) for x in (5.0, 20.0))

    hand.drag(STRAIGHT, start, end)

    assert hand.viewer.traced(CT).at_mm == pytest.approx(20 * 0.8, abs=0.5)
    assert len(hand.points) == 3


def test_with_another_tool_nothing_of_the_curve_moves(hand: Hand) -> None:
    """A length that begins on a point of the curve must not bend it."""
    hand.viewer.pick_tool("length")

    assert not hand.drag(CORONAL, (280.0, 250.0), (300.0, 300.0))
    assert len(hand.points) == 3


def test_hidden_ink_is_not_taken_hold_of(hand: Hand) -> None:
    bending = Bending(hand.viewer, CORONAL, runner(hand.viewer))
    seen = bending.over(hand.ink(CORONAL), (280.0, 250.0))

    hand.viewer.toggle_ink()

    assert seen
    assert not bending.over(hand.ink(CORONAL), (280.0, 250.0))


def test_what_lies_beside_the_plane_is_dotted_and_the_chosen_point_white(hand: Hand) -> None:
    axial = bends.ink(hand.ink(AXIAL), hand.bend(AXIAL))
    coronal = bends.ink(hand.ink(CORONAL), hand.bend(CORONAL))

    assert "dot" in {item.dash for item in axial if isinstance(item, Stroke)}
    ovals = [item for item in coronal if isinstance(item, Oval)]
    assert [oval.token for oval in ovals] == [bends.HUE, bends.HUE, "ink.active"]


def test_the_straight_picture_has_a_mark_each_centimetre(hand: Hand) -> None:
    bend = hand.bend(STRAIGHT)
    items = bends.ink(hand.ink(STRAIGHT), bend)
    line, *marks = [item for item in items if isinstance(item, Stroke) and item.token == bends.HUE]

    places = np.array([mark.points[0][0] for mark in marks])
    scale = hand.ink(STRAIGHT).view.scale
    assert np.allclose(np.diff(places), 10.0 / 0.8 * scale)
    assert len(line.points) == 2


@pytest.mark.parametrize(
    ("place", "held", "expected"),
    [
        ((0.0, 395.0), False, 0), ((589.0, 395.0), False, 9), ((300.0, 300.0), False, None),
        ((300.0, 300.0), True, 5), ((-50.0, 100.0), True, 0), ((900.0, 100.0), True, 9),
        ((595.0, 395.0), False, None),
    ],
)  # fmt: skip
def test_the_slider_of_phases_is_the_foot_of_the_view(
    place: Point, held: bool, expected: int | None
) -> None:
    """Left of the scroll bar; once held, however far the hand strays."""
    assert phase_at(QPointF(*place), 10, QSize(600, 400), held=held) == expected
