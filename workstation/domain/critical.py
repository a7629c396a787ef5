"""Critical results: findings that somebody must be told of, whom, and by when.

The three categories are those of the ACR Actionable Reporting Work Group (Larson et al.,
J Am Coll Radiol 2014;11:552-558): told within minutes, within hours, within days. What is kept
of a call are the items of the ACR practice parameter for communication: finding, when it was
seen, who told whom, when, how, and whether it was read back.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from attrs import evolve, frozen


class Category(StrEnum):
    """How soon: within minutes, hours, days."""

    MINUTES = "1"
    HOURS = "2"
    DAYS = "3"


#: Minutes, where a site says nothing else.
TARGETS: Mapping[Category, int] = MappingProxyType(
    {Category.MINUTES: 30, Category.HOURS: 12 * 60, Category.DAYS: 5 * 24 * 60}
)


class How(StrEnum):
    PHONE = "phone"
    MESSAGE = "message"
    IN_PERSON = "in-person"


@frozen
class Attempt:
    """Somebody who was called and did not answer."""

    to: str
    at: datetime


@frozen
class Told:
    """Somebody knows."""

    to: str
    how: How
    at: datetime
    read_back: bool


@frozen
class CriticalResult:
    """One finding on its way to somebody. Times carry their zone.

    `words` is the sentence of the report, made when it was told and never again.
    """

    category: Category
    finding: str
    seen_at: datetime
    attempts: tuple[Attempt, ...] = ()
    told: Told | None = None
    words: str = ""

    @property
    def pending(self) -> bool:
        return self.told is None

    def due(self, minutes: Mapping[Category, int] = TARGETS) -> datetime:
        """When somebody must know at the latest."""
        return self.seen_at + timedelta(minutes=minutes[self.category])

    def tried(self, to: str, at: datetime) -> "CriticalResult":
        return evolve(self, attempts=(*self.attempts, Attempt(to, at)))


def minutes_between(first: datetime, then: datetime) -> int:
    """Whole minutes, as a person says them."""
    return max(0, int((then - first).total_seconds() // 60))
