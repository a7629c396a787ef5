"""Who may read what, where and when: the matrix, and the words."""

import itertools
from datetime import UTC, date, datetime
from typing import Final

import pytest
from attrs import evolve
from fakes_platform import READER, item

from workstation.domain.reader import Licence, Reader
from workstation.services.queue.licence import Desk, ending, may_read, may_sign_final

NOW = datetime(2026, 11, 22, 21, 40, tzinfo=UTC)
TODAY = date(2026, 11, 22)


def reader(*licences: Licence, roles: tuple[str, ...] = ("radiologist",)) -> Reader:
    return evolve(READER, licences=licences, roles=roles)


WA = Licence("MD-1", "US-WA", date(2020, 1, 1), date(2026, 11, 22))
MATRIX = {
    "licensed": (reader(WA), "US-WA", TODAY, True, ""),
    "last day": (reader(WA), "US-WA", date(2026, 11, 22), True, ""),
    "day after": (reader(WA), "US-WA", date(2026, 11, 23), False, "Licence US-WA ended 2026-11-22"),
    "first day": (reader(WA), "US-WA", date(2020, 1, 1), True, ""),
    "day before": (
        reader(WA), "US-WA", date(2019, 12, 31), False, "Licence US-WA begins 2020-01-01",
    ),
    "elsewhere": (reader(WA), "US-NM", TODAY, False, "No licence: US-NM"),
    "a neighbour's name is not a licence": (
        reader(evolve(WA, jurisdiction="US")), "US-WA", TODAY, False, "No licence: US-WA",
    ),
    "a second licence": (
        reader(WA, Licence("MD-2", "US-NM")), "US-NM", TODAY, True, "",
    ),
    "renewed": (
        reader(evolve(WA, valid_to=date(2025, 1, 1)), WA), "US-WA", TODAY, True, "",
    ),
    "auditor": (
        reader(WA, roles=("auditor",)), "US-WA", TODAY, False, "Your role does not read: auditor",
    ),
    "resident": (reader(WA, roles=("resident",)), "US-WA", TODAY, True, ""),
    "roles the site does not name": (reader(WA, roles=()), "US-WA", TODAY, True, ""),
    "nobody": (None, "US-WA", TODAY, False, "Not signed in at this site"),
}  # fmt: skip


@pytest.mark.parametrize("what", MATRIX)
def test_the_right_to_read_and_the_reason(what: str) -> None:
    """The reason names the missing licence: the reader can have it issued."""
    who, place, day, allowed, reason = MATRIX[what]

    verdict = may_read(who, item(1, NOW, jurisdiction=place), day)

    assert (verdict.allowed, verdict.reason) == (allowed, reason)
    assert (verdict.licence is not None) is allowed


# --- the whole matrix -----------------------------------------------------------------

#: Written down by hand: who may read where, from the first day to the last (both included),
#: and what each hospital lets them read. Nothing here is made from the rules under test.
LICENSED: Final = {
    "jo": {"US-WA": ("2020-01-01", "2026-11-22"), "DE": ("2026-11-23", "2027-12-31")},
    "kim": {"US-WA": ("2020-01-01", "2027-12-31"), "US-NM": ("2020-01-01", "2027-12-31")},
    "rae": {},
}
PRIVILEGED: Final = {"jo": None, "kim": {"CT", "CR"}, "rae": None}
DAYS: Final = ("2019-12-31", "2020-01-01", "2026-11-22", "2026-11-23", "2027-12-31", "2028-01-01")
WHOLE: Final = tuple(
    itertools.product(LICENSED, ("US-WA", "US-NM", "DE", "US"), DAYS, ("CT", "MR", "CR", "PT"))
)


def _person(who: str) -> Reader:
    held = tuple(
        Licence(f"{who}-{place}", place, date.fromisoformat(begins), date.fromisoformat(ends))
        for place, (begins, ends) in LICENSED[who].items()
    )
    return evolve(reader(*held), modalities=frozenset(PRIVILEGED[who] or ()))


@pytest.mark.parametrize("who", LICENSED)
def test_the_whole_matrix_of_readers_places_days_and_modalities(who: str) -> None:
    """Every cell of 288: reading without the right is a crime in some of these places."""
    wrong = []
    for _, place, day, modality in (cell for cell in WHOLE if cell[0] == who):
        begins, ends = LICENSED[who].get(place, ("9999", "0000"))
        right = begins <= day <= ends  # ISO days sort as they pass
        privileged = PRIVILEGED[who] is None or modality in (PRIVILEGED[who] or ())
        case = item(1, NOW, jurisdiction=place, modality=modality)
        verdict = may_read(_person(who), case, date.fromisoformat(day))
        if verdict.allowed is not (right and privileged) or bool(verdict.reason) is verdict.allowed:
            wrong.append((place, day, modality, verdict))

    assert wrong == []


def test_a_missing_privilege_is_named() -> None:
    """The hospital's own list, not the law: the reader asks somebody else for it."""
    who = evolve(reader(WA), modalities=frozenset({"CT"}))

    verdict = may_read(who, item(1, NOW, modality="MR"), TODAY)

    assert verdict.reason == "No privilege: MR"


AT_DESKS: Final = {
    "anywhere": (Desk(), True, ""),
    "at home": (Desk("US-WA", licensed_there=True), True, ""),
    "abroad": (Desk("DE-HH", licensed_there=True), False, "No licence: DE-HH"),
    "nobody said where": (Desk("", licensed_there=True), False, "No licence: where this desk is"),
    "data stay here": (Desk("US-WA", read_from=("US",)), True, ""),
    "data stay there": (
        Desk("US-WA", read_from=("DE", "FR")), False,
        "To be read in DE, FR only; this is US-WA",
    ),
    "a name that begins alike": (
        Desk("DEX", read_from=("DE",)), False, "To be read in DE only; this is DEX",
    ),
    "data stay, and nobody said where": (
        Desk("", read_from=("DE",)), False,
        "To be read in DE only; the settings say not where this is",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", AT_DESKS)
def test_where_the_site_asks_the_place_of_the_desk_counts_too(what: str) -> None:
    """Some laws ask for a licence where the reader sits, some that data stay in the country."""
    desk, allowed, reason = AT_DESKS[what]

    verdict = may_read(reader(WA), item(1, NOW), TODAY, desk)

    assert (verdict.allowed, verdict.reason) == (allowed, reason)


@pytest.mark.parametrize(
    ("roles", "final"),
    [(("radiologist",), True), (("resident",), False), (("resident", "radiologist"), True),
     ((), True)],
)  # fmt: skip
def test_a_resident_signs_preliminary_reports(roles: tuple[str, ...], final: bool) -> None:
    assert may_sign_final(reader(WA, roles=roles)) is final


@pytest.mark.parametrize(
    ("ends", "days"),
    [
        (date(2026, 11, 21), None),  # yesterday: blocked, and said on each case
        (date(2026, 11, 22), 0),
        (date(2026, 11, 29), 7),
        (date(2027, 1, 21), 60),
        (date(2027, 1, 22), None),
        (None, None),
    ],
)
def test_a_licence_that_ends_is_told_sixty_days_before(ends: date | None, days: int | None) -> None:
    """A renewal takes weeks; on the last day it is too late to ask for one."""
    found = ending([reader(Licence("1", "US-WA", None, ends))], date(2026, 11, 22))

    assert [each.days for each in found] == ([] if days is None else [days])


def test_a_licence_that_is_renewed_already_ends_nothing() -> None:
    """Two for one place, and the same at every site: the last one counts, once."""
    old = Licence("1", "US-WA", None, date(2026, 11, 30))
    new = Licence("2", "US-WA", date(2026, 12, 1), date(2027, 12, 31))
    other = Licence("3", "DE", None, date(2026, 12, 2))
    sites = [reader(new, old, other), reader(old, new)]

    assert [(e.licence.number, e.days) for e in ending(sites, date(2026, 11, 22))] == [("3", 10)]
