"""In which order the queue is read, and that it can be explained."""

import random
from datetime import UTC, datetime, timedelta

from fakes_platform import item

from workstation.domain.worklist import Priority, ReadState, Tier
from workstation.services.urgency import order_key, urgency

NOW = datetime(2026, 11, 22, 21, 40, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_stat_first_then_what_is_due_first_then_what_is_read() -> None:
    """Whatever order the sites answer in, the queue is the same."""
    cases = [
        item(1, NOW, due=NOW + 90 * MINUTE, priority=Priority.STAT),
        item(2, NOW, due=NOW - 5 * MINUTE),
        item(3, NOW, due=NOW + 10 * MINUTE, priority=Priority.URGENT),
        item(4, NOW, due=NOW + 10 * MINUTE),
        item(5, NOW, due=NOW + 10 * MINUTE, listed=NOW),
        item(6, NOW, due=NOW - 99 * MINUTE, priority=Priority.STAT, state=ReadState.FINAL),
        item(7, NOW, due=NOW + 99 * MINUTE, state=ReadState.PRELIMINARY, tier=Tier.PRELIMINARY),
    ]
    shuffled = random.Random(7).sample(cases, len(cases))

    ordered = sorted(shuffled, key=order_key)

    assert [each.task for each in ordered] == ["1", "2", "3", "4", "5", "6", "7"]


def test_waiting_does_not_change_the_order() -> None:
    """Rows that change places under the cursor open the wrong patient."""
    late, soon = item(1, NOW, due=NOW + MINUTE), item(2, NOW, due=NOW + 2 * MINUTE)

    for minutes in (0, 1, 2, 500):
        then = NOW + minutes * MINUTE
        assert urgency(late, then).key < urgency(soon, then).key


def test_the_place_of_a_row_is_explained_in_words() -> None:
    """The tooltip says why."""
    case = item(1, NOW, due=NOW - 4 * MINUTE, priority=Priority.STAT)

    explained = urgency(case, NOW)

    assert explained.time_left == -4 * MINUTE
    assert explained.terms == (
        "STAT: before all others",
        "promise broken 4 min ago",
        "priority stat",
    )
