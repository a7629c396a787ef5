"""Who may read what, where and when: the matrix, and the words."""

from datetime import UTC, date, datetime

import pytest
from attrs import evolve
from fakes_platform import READER, item

from workstation.domain.reader import Licence, Reader
from workstation.services.licence import may_read

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
