"""What the worklist shows: rows and the state of the sites they came from."""

from datetime import datetime, timedelta
from typing import Literal

from attrs import field, frozen

from workstation.domain.identifiers import SiteId
from workstation.domain.reader import Reader
from workstation.domain.worklist import ReadState, WorklistItem
from workstation.services.ports.hosting import RowProblem
from workstation.services.queue.licence import Verdict
from workstation.services.queue.urgency import Key, is_read, order_key

SiteState = Literal["signing-in", "ok", "stale", "signed-out"]


class Silence:
    """Since when a site has not answered, told once for all its rows.

    Owned by the site's feed. Thousands of rows go stale in one turn of the event loop, so
    none of them is made anew for it.
    """

    def __init__(self, since: datetime | None = None) -> None:
        self.since = since


@frozen
class Row:
    """One case on the list, and the silence of its site."""

    item: WorklistItem
    verdict: Verdict
    silence: Silence = field(factory=Silence, eq=False, repr=False)
    order: Key = field(repr=False)  # where it stands in the queue, smallest first

    @order.default
    def _usual_order(self) -> Key:
        return order_key(self.item)

    @property
    def stale_since(self) -> datetime | None:
        """When its site last answered, if it is silent."""
        return self.silence.since

    def time_left(self, now: datetime) -> timedelta:
        """By the site's clock; negative once the promise is broken."""
        return self.item.time_left(now)

    @property
    def is_free(self) -> bool:
        """Whether this reader may claim it, as far as is known here."""
        waiting = self.item.state in (ReadState.UNREAD, ReadState.PRELIMINARY)
        return (
            self.verdict.allowed
            and waiting
            and not is_read(self.item)
            and not self.item.holder_id
            and self.stale_since is None
        )


@frozen
class SiteStatus:
    """How it stands with one site. `message` says what went wrong, in plain words."""

    id: SiteId
    name: str
    state: SiteState
    last_answer: datetime | None
    message: str
    timezone: str
    reader: Reader | None
    problems: tuple[RowProblem, ...] = ()
    not_taken: tuple[str, ...] = ()  # messages of the site that were not understood: why
    on_second: bool = False  # it is asked by its second way: the first does not answer
