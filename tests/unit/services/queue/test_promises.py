"""What the contract promises where a site's list names no time."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fakes import FakeClock, InlineJobs
from fakes_platform import FakePlatform, item, site

from workstation.domain.identifiers import SiteId
from workstation.domain.worklist import Lack, Priority, Tier
from workstation.errors import SettingsError
from workstation.services.queue.promises import promised
from workstation.services.queue.worklist import Worklist
from workstation.settings import parse, promises_of

NOW = datetime(2026, 11, 22, 21, 40, tzinfo=UTC)
BARE = frozenset({Lack.DUE, Lack.DRAFTS})
CONTRACT = promises_of("stat CT = 20; stat = 30; preliminary = 60; MG = 2880; final = 1440")


@pytest.mark.parametrize(
    ("priority", "tier", "modality", "minutes"),
    [
        (Priority.STAT, Tier.FINAL, "CT", 20),
        (Priority.STAT, Tier.FINAL, "MR", 30),
        (Priority.URGENT, Tier.PRELIMINARY, "CT", 60),
        (Priority.ROUTINE, Tier.FINAL, "MG", 2880),
        (Priority.ROUTINE, Tier.FINAL, "CT", 1440),
    ],
)
def test_the_first_promise_that_fits_counts(
    priority: Priority, tier: Tier, modality: str, minutes: int
) -> None:
    """The exception before the rule, as a contract is written."""
    listed = NOW - timedelta(minutes=7)
    case = item(1, NOW, priority=priority, tier=tier, modality=modality, lacks=BARE, listed=listed)
    found = promised(case, CONTRACT)

    assert found.due == listed + timedelta(minutes=minutes)
    assert (found.is_promised, found.lacks) == (True, {Lack.DRAFTS})


def test_what_the_site_says_is_never_changed() -> None:
    case = item(1, NOW, due=NOW + timedelta(minutes=3), priority=Priority.STAT)

    assert promised(case, CONTRACT) is case


def test_where_nothing_fits_nothing_is_made_up() -> None:
    case = item(1, NOW, lacks=BARE)

    assert promised(case, promises_of("stat = 30")) is case


def test_a_clock_that_changes_to_summer_time_moves_no_deadline() -> None:
    """Thirty minutes are thirty minutes, also over the hour that does not exist."""
    night = datetime(2026, 3, 29, 0, 50, tzinfo=UTC)  # 01:50 in Berlin; at 02:00 it is 03:00
    case = item(1, night, priority=Priority.STAT, modality="MR", lacks=BARE, listed=night)

    assert promised(case, CONTRACT).due == datetime(2026, 3, 29, 1, 20, tzinfo=UTC)


@pytest.mark.parametrize("ahead", [timedelta(minutes=10), timedelta(minutes=-10)])
def test_the_time_that_is_left_goes_by_the_clock_of_the_site(ahead: timedelta) -> None:
    """Ten minutes of this machine's clock would be a third of a STAT promise."""
    clock = FakeClock()
    now = clock.now() + ahead
    place = site("harbor", promises="stat = 30")
    there = item(1, now, priority=Priority.STAT, lacks=BARE, listed=now - timedelta(minutes=5))
    platform = FakePlatform("harbor", clock, [there])
    platform.ahead = ahead
    worklist = Worklist({SiteId("harbor"): platform}, (place,), InlineJobs(clock), clock)
    worklist.sign_in(None).result()
    (row,) = worklist.rows

    assert row.time_left(worklist.server_now(SiteId("harbor"))) == timedelta(minutes=25)


@pytest.mark.parametrize("wrong", ["stat", "stat = soon", "soon = 30", "stat = -5", "ct = 30"])
def test_a_promise_that_cannot_be_meant_is_an_error_with_its_line(wrong: str) -> None:
    """A promise that silently never fits lets a deadline pass."""
    text = (
        '[[site]]\nid = "a"\nname = "A"\nissuer = "https://a.example"\n'
        'fhir = "https://a.example"\ndicomweb = "https://a.example"\njurisdiction = "DE"\n'
        f'timezone = "Europe/Berlin"\npromises = "{wrong}"\n'
    )
    with pytest.raises(SettingsError, match="line 9: promises"):
        parse(text, Path("settings.toml"))
