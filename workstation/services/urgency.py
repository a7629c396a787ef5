"""In which order the worklist is read, as a pure function a reader can have explained."""

from datetime import datetime, timedelta

from attrs import frozen

from workstation.domain.worklist import Priority, ReadState, Tier, WorklistItem
from workstation.text import tr


@frozen
class Urgency:
    """Why a row stands where it stands. Rows sort by `key`, smallest first."""

    key: tuple[int, datetime, int, datetime, str, str]
    time_left: timedelta
    terms: tuple[str, ...]


def urgency(item: WorklistItem, now: datetime) -> Urgency:
    """STAT first, then what is due first; what is read already comes last.

    `now` is the site's clock: it tells the words, never the order, so rows do not
    change places by waiting.
    """
    left = item.time_left(now)
    return Urgency(order_key(item), left, tuple(_terms(item, left)))


def order_key(item: WorklistItem) -> tuple[int, datetime, int, datetime, str, str]:
    group = 2 if is_read(item) else 0 if item.priority is Priority.STAT else 1
    return (group, item.due, item.priority.rank, item.listed, item.site, item.task)


def is_read(item: WorklistItem) -> bool:
    """Whether what was promised is there: nobody need read it now."""
    preliminary = item.state is ReadState.PRELIMINARY and item.tier is Tier.PRELIMINARY
    return preliminary or item.state is ReadState.FINAL


def _terms(item: WorklistItem, left: timedelta) -> list[str]:
    if is_read(item):
        return [tr("read already: last")]
    terms = [tr("STAT: before all others")] if item.priority is Priority.STAT else []
    minutes = abs(round(left.total_seconds() / 60))
    if left < timedelta(0):
        terms.append(tr("promise broken {n} min ago", n=minutes))
    else:
        terms.append(tr("due in {n} min", n=minutes))
    return [*terms, tr("priority {priority}", priority=item.priority.value)]
