"""What the list shows is kept up from change to change, and is what all rows would give."""

import random
from functools import partial

import pytest
from fakes_worklist import MESA, SHIFT, Wanted, row, shift

from workstation.domain.worklist import Priority, ReadState
from workstation.services.queue.worklist import Row
from workstation.ui.worklist_index import LineIndex
from workstation.ui.worklist_lines import URGENT, Filter, Line, ListId

CT = Filter(modalities=frozenset({"CT"}))


def made(row: Row, aside: frozenset[str] = frozenset()) -> Line:
    return Line(row, "Harbor General", me="Practitioner/17", aside=row.item.task in aside)


def index(rows: tuple[Row, ...], chosen: Filter) -> LineIndex:
    found = LineIndex()
    found.ask(chosen)
    found.take(rows, made)
    return found


def test_what_a_filter_hides_is_counted_and_its_stat_cases_are_named() -> None:
    """A STAT case behind a filter is a patient who waits unseen."""
    told = index(shift(), Filter(modalities=frozenset({"MR"}))).told

    assert told.total == sum(each.item.state is not ReadState.FINAL for each in shift())
    assert told.shown + told.hidden == told.total
    assert told.hidden_stat == 3
    # one of the three is already read by somebody else
    assert [each.item.patient.name for each in told.stat_outside] == ["Rowan, Alex", "Пример, Анна"]


def as_if_new(rows: tuple[Row, ...], chosen: Filter, aside: frozenset[str]) -> tuple[object, ...]:
    """The same by going through everything, the slow way."""
    lines = [made(each, aside) for each in rows]
    listed = [x for x in lines if chosen.list in x.lists]
    shown = [x for x in listed if x in chosen.among(lines)]
    stat = [x for x in lines if x.lists in URGENT and not x.item.holder_id and x not in shown]
    return (
        shown, len(listed), sum(x.item.priority is Priority.STAT for x in listed if x not in shown),
        sum(ListId.BLOCKED in x.lists for x in shown), stat,
        {each: sum(each in x.lists for x in lines) for each in ListId},
        len([x for x in lines if CT.admits(x)]),
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(5))
def test_after_any_changes_it_is_as_if_all_rows_were_gone_through(seed: int) -> None:
    """Two hundred small changes, and what is shown, hidden and counted still holds."""
    dice = random.Random(seed)
    found = index((), Filter())
    found.save({"ct": CT})
    rows: dict[int, Row] = {}
    chosen, aside = Filter(), frozenset[str]()
    for _ in range(200):
        match dice.randrange(5):
            case 0 | 1:
                number = dice.randrange(30)
                rows.pop(number, None)
                rows[number] = row(number, dice.choice(SHIFT))
            case 2 if rows:
                del rows[dice.choice(list(rows))]
            case 3:
                text = chosen.text + dice.choice("aeCT ") if dice.random() < 0.7 else ""
                sites = frozenset({str(MESA)}) if dice.random() < 0.3 else frozenset[str]()
                chosen = Filter(dice.choice(list(ListId)), text, sites=sites)
                found.ask(chosen)
            case 4 if rows:
                task = dice.choice(list(rows.values())).item.task
                aside ^= {task}
        shown_now = tuple(rows.values())
        again = [x for x in found.ordered if x.aside != (x.item.task in aside)]
        found.take(shown_now, partial(made, aside=aside), again)
        told = found.told
        now = (
            list(told.lines), told.total, told.hidden_stat, told.blocked, list(told.stat_outside),
            {each: found.of(each) for each in ListId}, found.saved["ct"],
        )  # fmt: skip

        assert now == as_if_new(shown_now, chosen, aside)
        assert told.shown + told.hidden == told.total
        assert +found.sites == found.sites  # nothing is counted below zero


def test_a_line_is_made_anew_for_the_row_that_changed_alone() -> None:
    """Ten thousand rows and fifty changes a second: the work is that of the fifty."""
    rows, count = shift(), 0

    def counting(row: Row) -> Line:
        nonlocal count
        count += 1
        return made(row)

    found = LineIndex()
    found.take(rows, counting)
    before = found.ordered
    found.take((rows[0], row(1, Wanted(name="New, Name")), *rows[2:]), counting)

    assert count == len(rows) + 1
    assert [a is b for a, b in zip(before, found.ordered, strict=True)].count(False) == 1
