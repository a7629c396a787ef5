"""Rows of the worklist as pictures: quick to move, never of another time or another case."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from attrs import evolve
from fakes_worklist import HARBOR, NOW, shift
from PySide6.QtCore import QRect
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot
from worklist_pane import Pane

from workstation.domain.worklist import ReadState
from workstation.services.queue.worklist import Row
from workstation.ui.worklist_lines import Line
from workstation.ui.worklist_model import Column
from workstation.ui.worklist_rows import Rows


def seen(pane: Pane) -> QImage:
    return pane.table.viewport().grab().toImage()


@pytest.fixture
def painted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The patients whose rows were painted, and not shown as they were painted before."""
    names: list[str] = []
    paint: Callable[..., Any] = Rows._painted

    def told(self: Rows, line: Line, look: Any, ratio: float) -> Any:
        names.append(line.item.patient.name)
        return paint(self, line, look, ratio)

    monkeypatch.setattr(Rows, "_painted", told)
    return names


def test_rows_that_change_places_are_shown_as_they_were_painted(
    pane: Pane, painted: list[str]
) -> None:
    """Fifty cases a second move through the list; each costs a copy, not its letters."""
    pane.table.choose(0)
    seen(pane)
    painted.clear()
    first, second, third, *rest = pane.service.rows
    pane.service.say((first, third, second, *rest))
    shown = seen(pane)
    moved = list(painted)
    pane.table._rows = Rows(pane.service.server_now)  # as one that knows no picture yet

    assert moved == []
    assert seen(pane) == shown
    assert pane.names()[1] == third.item.patient.name


def test_a_case_of_which_there_is_news_is_painted_anew(pane: Pane, painted: list[str]) -> None:
    """Claimed by a colleague a second ago: nobody opens it by an old picture."""
    seen(pane)
    painted.clear()
    rows = list(pane.service.rows)
    at = next(n for n, row in enumerate(rows) if row.item.patient.name == "Rowan, Alex")
    item = evolve(rows[at].item, state=ReadState.CLAIMED, holder="Ash, K", holder_id="P/4")
    rows[at] = evolve(rows[at], item=item)
    pane.service.say(tuple(rows))
    seen(pane)

    assert painted == ["Rowan, Alex"]


def test_the_clock_goes_on_over_the_picture(pane: Pane) -> None:
    """A promise that seems to stand still is one that is broken unseen."""
    before = seen(pane)
    pane.service.clock.advance(1)
    pane.tick()
    after = seen(pane)

    left = pane.table.columnViewportPosition(Column.TIME)
    wide, high = pane.table.columnWidth(Column.TIME), before.height()
    right = pane.table.columnViewportPosition(Column.SITE)  # silent sites have an age there
    clocks, beside = QRect(left, 0, wide, high), QRect(left + wide, 0, right - left - wide, high)
    assert before.copy(clocks) != after.copy(clocks)
    assert before.copy(beside) == after.copy(beside)


def test_waiting_and_silence_are_told_as_they_are_now(pane: Pane, painted: list[str]) -> None:
    """A picture holds as long as its words do: a minute later the waiting is a minute longer."""
    seen(pane)
    painted.clear()
    pane.service.clock.advance(60)
    seen(pane)
    waited = len(painted)
    silent = [row for row in pane.service.rows if row.item.site == HARBOR]
    painted.clear()
    silent[0].silence.since = NOW - timedelta(seconds=5)
    seen(pane)

    assert waited > 0
    assert painted == [silent[0].item.patient.name]


def test_the_ring_around_the_chosen_row_is_strong_where_the_keys_go(
    pane: Pane, qtbot: QtBot
) -> None:
    """Whoever presses Enter opens that row, and must see that it is that one."""
    pane.table.choose(2)
    pane.focus_search()
    weak = seen(pane)
    pane.table.setFocus()
    pane.activateWindow()
    qtbot.waitUntil(pane.table.hasFocus)
    top = pane.table.rowViewportPosition(2)

    assert seen(pane).pixel(200, top + 1) != weak.pixel(200, top + 1)
    assert seen(pane).pixel(200, top) == weak.pixel(200, top)


def test_a_picture_is_never_of_a_line_that_only_took_its_place_in_memory(pane: Pane) -> None:
    """Python gives the number of a thing that is gone to the next one: a picture holds its line."""
    rows: tuple[Row, ...] = shift()
    for _ in range(40):
        rows = tuple(
            evolve(row, item=evolve(row.item, images_received=row.item.images_received + 1))
            for row in rows
        )
        pane.service.say(rows)
        seen(pane)
    shown = seen(pane)
    pane.table._rows = Rows(pane.service.server_now)

    assert seen(pane) == shown
