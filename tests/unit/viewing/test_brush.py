"""The brush in the hand: one stroke from press to release, forgotten by Escape."""

from workstation.domain.identifiers import FrameKey, SeriesUID, SiteId, SopUID, StudyUID
from workstation.domain.measurement import MeasurementKind
from workstation.viewing.navigate import BrushTool
from workstation.viewing.tool import Cancel, Event, Move, Press, Preview, Release, Stroke

FRAME = FrameKey(SiteId("harbor"), StudyUID("1.2"), SeriesUID("1.2.3"), SopUID("1.2.3.4"))


def played(*events: Event) -> list[object]:
    tool, effects = BrushTool(), []
    for event in events:
        tool, found = tool.on(event)
        effects += found
    return effects


def press(x: float, y: float) -> Press:
    return Press((x, y), (x, y), FRAME)


def move(x: float, y: float, *, held: bool = True) -> Move:
    return Move((x, y), (x, y), FRAME, held)


def release(x: float, y: float) -> Release:
    return Release((x, y), (x, y), FRAME)


def test_a_drag_is_one_stroke_and_is_seen_on_its_way() -> None:
    found = played(press(1, 1), move(2, 1), move(2, 1), move(3, 2), release(3, 2))
    path = ((1.0, 1.0), (2.0, 1.0), (3.0, 2.0))
    assert found == [
        Preview(MeasurementKind.FREEHAND, path[:2]),
        Preview(MeasurementKind.FREEHAND, path),
        Preview(None),
        Stroke(path),
    ]


def test_a_click_is_a_dot_and_a_pointer_that_only_moves_draws_nothing() -> None:
    assert played(press(4, 4), release(4, 4)) == [Preview(None), Stroke(((4, 4),))]
    assert played(move(1, 1, held=False), release(1, 1)) == []


def test_escape_forgets_the_stroke() -> None:
    assert played(press(1, 1), move(2, 2), Cancel(), release(2, 2))[-1] == Preview(None)
