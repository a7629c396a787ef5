"""In which order the queue is read, and that it can be explained."""

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fakes_platform import item

from workstation.domain.identifiers import SiteId
from workstation.domain.worklist import Priority, ReadState, Tier
from workstation.errors import SettingsError
from workstation.services.queue.urgency import order_key, urgency
from workstation.settings import parse, weights_of

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
        assert urgency(late, then).total < urgency(soon, then).total


def test_the_place_of_a_row_is_explained_in_words() -> None:
    """The tooltip says why."""
    case = item(1, NOW, due=NOW - 4 * MINUTE, priority=Priority.STAT)

    explained = urgency(case, NOW)

    assert explained.words == "STAT: before all others, promise broken 4 min ago"


HOUSE = weights_of("site harbor = -10; modality MG = -30; priority urgent = -15; tier final = 5")


def test_a_house_moves_cases_by_minutes_and_the_sum_is_shown() -> None:
    """Why a mammogram stands above a CT that is due before it, in terms that add up."""
    case = item(1, NOW, due=NOW + 60 * MINUTE, modality="MG", priority=Priority.URGENT)

    explained = urgency(case, NOW, HOUSE)

    assert explained.total == 60 - 10 - 30 - 15 + 5
    weighed = "-10 site harbor, -30 modality MG, -15 priority urgent, +5 tier final"
    assert explained.words == f"due in 60 min, {weighed} = 10 min"


def test_what_is_shown_as_the_sum_is_what_rows_stand_by() -> None:
    """An explanation that is not the rule is worse than none."""
    dice = random.Random(11)
    cases = [
        item(
            n, NOW, due=NOW + dice.randrange(-50, 300) * MINUTE,
            modality=dice.choice(("CT", "MG")), priority=dice.choice(list(Priority)),
            tier=dice.choice(list(Tier)), site=dice.choice((SiteId("harbor"), SiteId("mesa"))),
        )
        for n in range(200)
    ]  # fmt: skip

    ordered = sorted(cases, key=lambda case: order_key(case, HOUSE))

    sums = [urgency(c, NOW, HOUSE).total for c in ordered if c.priority is not Priority.STAT]
    stat = [c.priority is Priority.STAT for c in ordered]
    assert sums == sorted(sums)
    assert stat == sorted(stat, reverse=True)  # no weight puts anything before a STAT


@pytest.mark.parametrize(
    "text", ["MG = -30", "modality MG = soon", "colour red = 5", "site x = 9e9"]
)
def test_a_weight_that_nobody_can_mean_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="urgency"):
        parse(f'urgency = "{text}"', Path("settings.toml"))
