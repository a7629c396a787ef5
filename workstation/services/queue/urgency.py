"""In which order the worklist is read, as a pure function a reader can have explained."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from attrs import frozen

from workstation.domain.worklist import Priority, ReadState, Tier, WorklistItem
from workstation.text import tr

#: Group, moment of the sum, priority, listed, site, task. Rows sort by it, smallest first.
Key = tuple[int, float, int, float, str, str]
#: Minutes by which a house moves cases, by "site mesa", "modality MG", "priority urgent".
Weights = Mapping[str, float]
NO_WEIGHTS: Final[Weights] = MappingProxyType({})


@frozen
class Term:
    """One reason why a row stands where it stands, in minutes; None: it decides alone."""

    words: str
    minutes: float | None


@frozen
class Urgency:
    """Why a row stands where it stands: its terms, and their sum in minutes."""

    terms: tuple[Term, ...]
    total: float

    @property
    def words(self) -> str:
        """For the tooltip: `38 min left, -10 Mesa Valley = 28 min`."""
        counted = [each for each in self.terms if each.minutes is not None]
        said = [each.words for each in self.terms]
        if len(counted) > 1:
            return f"{', '.join(said)} = {tr('{n} min', n=round(self.total))}"
        return ", ".join(said)


def urgency(item: WorklistItem, now: datetime, weights: Weights = NO_WEIGHTS) -> Urgency:
    """STAT first, then what is due first; what is read already comes last.

    `now` is the site's clock: it tells the words, never the order, so rows do not
    change places by waiting.
    """
    if is_read(item):
        return Urgency((Term(tr("read already: last"), None),), 0.0)
    terms = [Term(tr("STAT: before all others"), None)] if item.priority is Priority.STAT else []
    left = item.time_left(now).total_seconds() / 60
    terms.append(Term(_left(left) if item.is_promised else tr("no deadline is known"), left))
    for name, minutes in _weighing(item, weights):
        terms.append(Term(f"{minutes:+g} {name}", minutes))
    return Urgency(tuple(terms), sum(each.minutes or 0.0 for each in terms))


def order_key(item: WorklistItem, weights: Weights = NO_WEIGHTS) -> Key:
    """The same sum without the clock: whatever the hour, two rows compare alike."""
    group = 2 if is_read(item) else 0 if item.priority is Priority.STAT else 1
    moved = item.due
    if weights:
        moved += timedelta(minutes=sum(minutes for _, minutes in _weighing(item, weights)))
    rank = item.priority.rank
    return (group, moved.timestamp(), rank, item.listed.timestamp(), item.site, item.task)


def is_read(item: WorklistItem) -> bool:
    """Whether what was promised is there: nobody need read it now."""
    preliminary = item.state is ReadState.PRELIMINARY and item.tier is Tier.PRELIMINARY
    return preliminary or item.state is ReadState.FINAL


def _weighing(item: WorklistItem, weights: Weights) -> list[tuple[str, float]]:
    names = (
        f"site {item.site}", f"modality {item.modality}", f"priority {item.priority.value}",
        f"tier {item.tier.value}",
    )  # fmt: skip
    return [(name, weights[name]) for name in names if name in weights]


def _left(minutes: float) -> str:
    if minutes < 0:
        return tr("promise broken {n} min ago", n=round(-minutes))
    return tr("due in {n} min", n=round(minutes))
