"""A hand on a rendered volume: it turns, it goes to what was clicked, and it never measures."""

import pytest
from fakes import FakeClock, InlineJobs
from fakes_viewer import opened, runner
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from volume_phantoms import SCANS, display_set

from workstation.services.viewer.viewer import Viewer
from workstation.ui.viewer.canvas import Canvas
from workstation.viewing.volume_look import angles

CT = display_set(SCANS["straight"], 34, (42, 46))
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
PLAIN, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
Place = tuple[float, float]


class Hand:
    """One canvas with a rendered MIP on it, and the command lines it sends."""

    def __init__(self, qtbot: QtBot) -> None:
        self.viewer: Viewer
        self.viewer, _ = opened(CT)
        self.lines: list[str] = []
        send = runner(self.viewer)

        def run(line: str) -> None:
            self.lines.append(line)
            send(line)

        self.canvas = Canvas(self.viewer, 0, run, InlineJobs(FakeClock()))
        qtbot.addWidget(self.canvas)
        self.canvas.resize(400, 300)
        self.canvas.show()
        qtbot.waitExposed(self.canvas)
        self.viewer.set_volume("mip")
        self.canvas.settle()
        self.lines.clear()

    def sent(self, kind: QEvent.Type, at: Place, keys: Qt.KeyboardModifier) -> None:
        place = QPointF(*at)
        button = NONE if kind is QEvent.Type.MouseMove else LEFT
        held = NONE if kind is QEvent.Type.MouseButtonRelease else LEFT
        event = QMouseEvent(kind, place, self.canvas.mapToGlobal(place), button, held, keys)
        QApplication.sendEvent(self.canvas, event)

    def drag(self, start: Place, end: Place, keys: Qt.KeyboardModifier = PLAIN) -> None:
        self.sent(QEvent.Type.MouseButtonPress, start, keys)
        for part in (0.5, 1.0):
            at = tuple(a + (b - a) * part for a, b in zip(start, end, strict=True))
            self.sent(QEvent.Type.MouseMove, (at[0], at[1]), keys)
        self.sent(QEvent.Type.MouseButtonRelease, end, keys)

    def wheel(self, notches: int, keys: Qt.KeyboardModifier = PLAIN) -> None:
        at = QPointF(200, 150)
        event = QWheelEvent(
            at, self.canvas.mapToGlobal(at), QPoint(), QPoint(0, 120 * notches), NONE, keys,
            Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(self.canvas, event)

    @property
    def stands(self) -> tuple[float, float]:
        look = self.viewer.viewports[0].look
        assert look is not None
        return angles(look.axes)


@pytest.fixture
def hand(qtbot: QtBot) -> Hand:
    return Hand(qtbot)


@pytest.mark.parametrize("tool", ["window", "length", "scroll", "probe"])
def test_a_drag_turns_it_whatever_tool_is_in_the_hand(hand: Hand, tool: str) -> None:
    """No line is begun on it: it would be no length in the patient."""
    hand.viewer.pick_tool(tool)

    hand.drag((200.0, 150.0), (150.0, 150.0))

    assert hand.stands == pytest.approx((20.0, 0.0), abs=0.1)
    assert {line.split()[0] for line in hand.lines} == {"volume.turn"}
    assert hand.viewer.measurements == ()


def test_a_drag_is_taken_back_as_one(hand: Hand) -> None:
    hand.drag((200.0, 150.0), (150.0, 120.0))

    hand.viewer.undo_view()

    assert hand.stands == pytest.approx((0.0, 0.0))


def test_with_shift_it_turns_finely(hand: Hand) -> None:
    hand.drag((200.0, 150.0), (150.0, 150.0), SHIFT)

    assert hand.stands == pytest.approx((4.0, 0.0), abs=0.1)


def test_a_click_goes_to_what_lies_there(hand: Hand) -> None:
    """And a hand that trembles a little has clicked all the same."""
    hand.drag((200.0, 150.0), (201.0, 150.0))

    assert hand.stands == (0.0, 0.0)
    assert [line.split()[0] for line in hand.lines] == ["volume.point"]
    x, y, z = (float(part) for part in hand.lines[0].split()[1:])
    low, high = SCANS["straight"] @ [0, 0, 0, 1], SCANS["straight"] @ [45, 41, 33, 1]
    assert all(a - 1 <= p <= b + 1 for p, a, b in zip((x, y, z), low, high, strict=False))


def test_a_click_beside_it_goes_nowhere(hand: Hand) -> None:
    hand.drag((4.0, 4.0), (4.0, 4.0))

    assert hand.lines == []


def test_the_tools_that_move_a_picture_move_it(hand: Hand) -> None:
    hand.viewer.pick_tool("pan")
    hand.canvas.follow_tool()

    hand.drag((200.0, 150.0), (150.0, 150.0))

    assert hand.stands == (0.0, 0.0)
    assert hand.viewer.viewports[0].pan[0] > 0


def test_the_wheel_draws_nearer_and_with_alt_cuts_away(hand: Hand) -> None:
    hand.wheel(1)
    hand.wheel(2, Qt.KeyboardModifier.AltModifier)

    state = hand.viewer.viewports[0]
    assert state.look is not None
    assert state.zoom == pytest.approx(1.1)
    assert state.look.cut[0] == pytest.approx(8.0)


def test_a_line_that_is_drawn_cuts_and_the_next_drag_turns(hand: Hand) -> None:
    """What the line encloses goes: it is drawn as it is seen, in pixels of the plane."""
    hand.viewer.take_lasso(inside=True)
    hand.sent(QEvent.Type.MouseButtonPress, (150, 100), PLAIN)
    for at in ((250, 100), (250, 200), (150, 200)):
        hand.sent(QEvent.Type.MouseMove, at, PLAIN)
    hand.sent(QEvent.Type.MouseButtonRelease, (150, 200), PLAIN)

    (line,) = hand.lines
    assert line.startswith("volume.cut-line inside ")
    assert len(line.split()) == 2 + 2 * 4
    look = hand.viewer.viewports[0].look
    assert look is not None
    assert len(look.cuts) == 1
    before = hand.stands
    hand.drag((100, 100), (140, 100))
    assert hand.stands != before


def test_escape_forgets_a_line_that_was_begun(hand: Hand) -> None:
    hand.viewer.take_lasso(inside=True)
    hand.sent(QEvent.Type.MouseButtonPress, (150, 100), PLAIN)
    hand.sent(QEvent.Type.MouseMove, (250, 100), PLAIN)
    QTest.keyClick(hand.canvas, Qt.Key.Key_Escape)
    hand.sent(QEvent.Type.MouseButtonRelease, (150, 200), PLAIN)

    assert not [line for line in hand.lines if line.startswith("volume.cut-line")]
