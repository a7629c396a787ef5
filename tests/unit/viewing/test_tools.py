"""Tools: lists of pointer events, and what came of them."""

import pytest
from fakes_viewer import frame

from workstation.domain.measurement import MOST_POINTS, MeasurementKind
from workstation.viewing.annotate import TwoPointTool, tool_for
from workstation.viewing.navigate import (
    AreaTool,
    CursorTool,
    PanTool,
    ProbeTool,
    ScrollTool,
    TurnTool,
    WindowTool,
    ZoomTool,
    pixels_per_frame,
)
from workstation.viewing.tool import (
    Cancel,
    Commit,
    Effect,
    Event,
    Locate,
    Move,
    PanBy,
    Press,
    Preview,
    Probe,
    Release,
    ScrollBy,
    Tool,
    TurnBy,
    WindowBy,
    ZoomBy,
    ZoomTo,
)

HERE, OTHER = frame(0).key, frame(1).key
LENGTH = TwoPointTool(MeasurementKind.LENGTH)


def press(x: float, y: float, key: object = HERE) -> Press:
    return Press((x / 2, y / 2), (x, y), key)  # type: ignore[arg-type]


def move(x: float, y: float, key: object = HERE, *, held: bool = True) -> Move:
    return Move((x / 2, y / 2), (x, y), key, held)  # type: ignore[arg-type]


def release(x: float, y: float, key: object = HERE) -> Release:
    return Release((x / 2, y / 2), (x, y), key)  # type: ignore[arg-type]


def effects(tool: Tool, *events: Event) -> list[Effect]:
    found: list[Effect] = []
    for event in events:
        tool, more = tool.on(event)
        found.extend(more)
    return found


def test_press_drag_and_release_make_a_length() -> None:
    found = effects(LENGTH, press(10, 10), move(30, 10), release(50, 10))
    kind = MeasurementKind.LENGTH

    assert found == [
        Preview(kind, ((5, 5), (15, 5))),
        Commit(kind, ((5, 5), (25, 5)), HERE),
        Preview(None),
    ]


def test_two_clicks_make_a_length_as_well() -> None:
    """Long distances are placed more exactly without holding the button."""
    found = effects(LENGTH, press(10, 10), release(11, 10), move(30, 10, held=False), press(50, 10))

    assert Commit(MeasurementKind.LENGTH, ((5, 5), (25, 5)), HERE) in found


def test_two_clicks_on_one_place_make_nothing() -> None:
    found = effects(LENGTH, press(10, 10), release(10, 10), press(10, 11))

    assert found == [Preview(None)]


def test_escape_forgets_the_first_point() -> None:
    found = effects(LENGTH, press(10, 10), Cancel(), release(50, 10))

    assert found == [Preview(None)]


def test_a_point_on_another_frame_is_not_the_other_end() -> None:
    """Scrolled in between: a length through the slices is not what a line shows."""
    moved = effects(LENGTH, press(10, 10), move(30, 10, OTHER))
    pressed = effects(LENGTH, press(10, 10), press(30, 10, OTHER), release(90, 10, OTHER))

    assert moved == [Preview(None)]
    assert pressed[0] == Commit(MeasurementKind.LENGTH, ((15, 5), (45, 5)), OTHER)


def test_moving_without_a_first_point_does_nothing() -> None:
    assert effects(LENGTH, move(30, 10, held=False), release(30, 10)) == []


# --- several points ---------------------------------------------------------------------


def clicks(*places: tuple[float, float]) -> list[Event]:
    return [each for x, y in places for each in (press(x, y), release(x, y))]


def commits(tool: Tool, *events: Event) -> list[Effect]:
    return [each for each in effects(tool, *events) if isinstance(each, Commit)]


def test_an_angle_is_three_clicks() -> None:
    kind = MeasurementKind.ANGLE
    found = commits(tool_for(kind), *clicks((10, 10), (50, 10), (50, 90)))

    assert found == [Commit(kind, ((5, 5), (25, 5), (25, 45)), HERE)]


def test_two_lines_are_two_drags() -> None:
    """Cobb: each end plate in one movement of the hand."""
    kind = MeasurementKind.COBB
    drags = [press(0, 0), move(20, 4), release(40, 8), press(0, 90), release(40, 80)]

    assert commits(tool_for(kind), *drags) == [
        Commit(kind, ((0, 0), (20, 4), (0, 45), (20, 40)), HERE)
    ]


def test_a_click_that_trembles_is_one_point() -> None:
    tool = tool_for(MeasurementKind.ANGLE)
    trembling = [press(10, 10), release(12, 11), press(50, 10), release(51, 12), press(50, 90)]

    (made,) = commits(tool, *trembling)

    assert isinstance(made, Commit)
    assert made.points == ((5, 5), (25, 5), (25, 45))


@pytest.mark.parametrize("last", [(90, 90), (10, 10)])
def test_an_outline_ends_on_its_last_point_or_its_first(last: tuple[float, float]) -> None:
    kind = MeasurementKind.POLYGON
    found = commits(tool_for(kind), *clicks((10, 10), (90, 10), (90, 90), last))

    assert found == [Commit(kind, ((5, 5), (45, 5), (45, 45)), HERE)]


def test_a_path_does_not_end_where_it_began() -> None:
    """Around a vessel and back: only the last point once more ends it."""
    kind = MeasurementKind.POLYLINE
    found = commits(tool_for(kind), *clicks((10, 10), (90, 10), (10, 10), (10, 10)))

    assert found == [Commit(kind, ((5, 5), (45, 5), (5, 5)), HERE)]


@pytest.mark.parametrize("kind", [MeasurementKind.POINT, MeasurementKind.TEXT])
def test_one_click_is_enough_for_one_point(kind: MeasurementKind) -> None:
    assert commits(tool_for(kind), *clicks((10, 10))) == [Commit(kind, ((5, 5),), HERE)]


def test_escape_forgets_every_point_that_was_placed() -> None:
    tool = tool_for(MeasurementKind.ANGLE)

    assert commits(tool, *clicks((10, 10), (50, 10)), Cancel(), *clicks((1, 1), (9, 9))) == []


def test_points_on_two_frames_make_no_angle() -> None:
    tool = tool_for(MeasurementKind.ANGLE)
    other = [press(50, 90, OTHER), release(50, 90, OTHER)]

    assert commits(tool, *clicks((10, 10), (50, 10)), *other) == []


def test_a_drawn_outline_is_closed_by_letting_go() -> None:
    kind = MeasurementKind.FREEHAND
    drawn = [press(0, 0), move(1, 0), move(40, 0), move(40, 40), move(0, 40), release(0, 40)]

    assert commits(tool_for(kind), *drawn) == [
        Commit(kind, ((0, 0), (20, 0), (20, 20), (0, 20)), HERE)
    ]


def test_a_drawn_line_without_a_surface_is_nothing() -> None:
    assert commits(tool_for(MeasurementKind.FREEHAND), press(0, 0), move(9, 0), release(9, 0)) == []


def test_an_outline_is_not_longer_than_a_command_may_be() -> None:
    """A hand that circles for a minute must not end in a line that cannot be read."""
    tool = tool_for(MeasurementKind.FREEHAND)
    circling = [move(10 * (at % 2), 0) for at in range(MOST_POINTS + 500)]

    (made,) = commits(tool, press(50, 50), *circling, release(0, 0))

    assert isinstance(made, Commit)
    assert len(made.points) == MOST_POINTS


@pytest.mark.parametrize(
    ("tool", "expected"),
    [
        (WindowTool(), WindowBy(30, 12)),
        (ZoomTool(), ZoomBy(2.0 ** (-12 / 150), (5, 5))),
        (PanTool(), PanBy(15, 6)),
        (ScrollTool(), ScrollBy(2)),
    ],
)
def test_drags_do_what_they_say(tool: Tool, expected: Effect) -> None:
    assert effects(tool, press(10, 10), move(40, 22), release(40, 22)) == [expected]


@pytest.mark.parametrize("tool", [WindowTool(), ScrollTool()])
def test_nothing_moves_without_a_button(tool: Tool) -> None:
    assert effects(tool, move(40, 40, held=False), move(80, 80)) == []
    assert effects(tool, press(0, 0), Cancel(), move(80, 80)) == []


def test_a_slow_scroll_drag_keeps_what_is_left_of_a_step() -> None:
    """Twelve moves of one pixel are two frames, not none."""
    moves = [move(0, y) for y in range(1, 13)]

    assert effects(ScrollTool(), press(0, 0), *moves) == [ScrollBy(1), ScrollBy(1)]


def test_the_probe_speaks_while_it_moves() -> None:
    found = effects(ProbeTool(), move(10, 10, held=False), press(20, 10), release(20, 10))

    assert found == [Probe((5, 5)), Probe((10, 5))]


def test_a_drag_through_a_stack_follows_its_range() -> None:
    """Six hundred slices and twelve are both gone through with one stroke of the hand; a hand
    can still stop at one image of a thousand, and need not cross the room for one of three."""
    assert pixels_per_frame(1000, 600) == pytest.approx(1.5)
    assert pixels_per_frame(1000, 100) == pytest.approx(8.0)
    assert pixels_per_frame(1000, 3) == pytest.approx(24.0)


def test_a_scroll_drag_goes_by_what_the_press_says() -> None:
    down = Press((0, 0), (0, 0), HERE, per_frame=2.0)

    assert effects(ScrollTool(), down, move(0, 5), move(0, 6)) == [ScrollBy(2), ScrollBy(1)]


def test_a_box_that_is_drawn_fills_the_view() -> None:
    box = MeasurementKind.RECTANGLE

    found = effects(AreaTool(), press(10, 20), move(30, 40), release(50, 60))

    assert found == [Preview(box, ((5, 10), (15, 20))), Preview(None), ZoomTo((5, 10), (25, 30))]


@pytest.mark.parametrize("end", [release(11, 21), release(60, 22), Cancel()])
def test_a_click_or_escape_zooms_nowhere(end: Event) -> None:
    """A hand that trembles must not throw the reader into two pixels."""
    assert effects(AreaTool(), press(10, 20), move(11, 21), end)[-1] == Preview(None)


def grasped(x: float, y: float) -> Press:
    """On a view of 400 by 300, whose middle is at (200, 150)."""
    return Press((x / 2, y / 2), (x, y), HERE, middle=(200, 150))


def test_a_drag_around_the_middle_turns_the_picture_with_the_hand() -> None:
    """From three o'clock to six is a quarter turn clockwise, and so on through nine o'clock,
    where the angle of a direction begins anew."""
    around = [(200, 250), (100, 150), (200, 50), (300, 150)]

    found = effects(TurnTool(), grasped(300, 150), *(move(x, y) for x, y in around))

    assert [round(each.degrees, 6) for each in found if isinstance(each, TurnBy)] == [90] * 4


def test_with_shift_a_turn_is_fine_and_without_a_button_there_is_none() -> None:
    fine = Move((0, 0), (200, 250), HERE, True, 0.2)

    assert effects(TurnTool(), grasped(300, 150), fine) == [TurnBy(pytest.approx(18.0))]
    assert effects(TurnTool(), move(300, 150), move(200, 250)) == []
    assert effects(TurnTool(), grasped(300, 150), Cancel(), move(200, 250)) == []
    assert effects(TurnTool(), grasped(300, 150), release(300, 150), move(200, 250)) == []


def test_near_the_middle_a_hand_turns_nothing() -> None:
    """One pixel there would be half a turn."""
    assert effects(TurnTool(), grasped(205, 150), move(195, 150), move(300, 150)) == []


def test_the_3d_cursor_goes_where_the_button_is_held() -> None:
    found = effects(
        CursorTool(), move(2, 2, held=False), press(10, 10), move(20, 10), release(20, 10),
        move(30, 10),
    )  # fmt: skip

    assert found == [Locate((5, 5)), Locate((10, 5))]
