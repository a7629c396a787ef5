"""Claims that are kept alive while a case is open.

Owned by `services.queue.worklist`; lives on the home thread.
"""

import logging
from collections.abc import Callable
from typing import Final

from attrs import evolve

from workstation.domain.identifiers import TaskId
from workstation.domain.worklist import ReadState, WorklistItem
from workstation.errors import Conflict, Refused, SignInFailed, SiteUnavailable, WorkstationError
from workstation.services.jobs import Jobs
from workstation.services.queue.feed import SiteFeed
from workstation.services.signal import Signal

log = logging.getLogger("worklist")

#: A heartbeat that met silence is repeated soon: the lease runs.
_SOON_S: Final = 10.0


class Keeper:
    """Renews one claim until told to stop, or until it is lost; one that ran out while the line
    was out, and that nobody took, is claimed again."""

    def __init__(
        self, item: WorklistItem, feed: SiteFeed, jobs: Jobs, lost: Signal[WorklistItem]
    ) -> None:
        self._mine = item  # as it was ours last
        self._feed = feed
        self._jobs = jobs
        self._lost = lost
        self._kept = True
        self._asking = False  # for it again
        self._renewals = 0
        self._undo = [feed.updated.connect(self._updated), feed.gone.connect(self._gone)]
        self._forget: Callable[[], None] = lambda: None
        self._schedule(feed.site.heartbeat_seconds)

    def stop(self) -> None:
        self._kept = False
        self._forget()
        for each in self._undo:
            each()
        self._undo.clear()

    def _schedule(self, seconds: float) -> None:
        if self._kept:
            self._forget = self._jobs.later(seconds, self._beat)

    def _beat(self) -> None:
        item, platform = self._current(), self._feed.platform
        self._jobs.run(
            lambda: platform.heartbeat(item),
            lane=self._feed.lane,
            on_done=self._renewed,
            on_error=self._failed,
        )

    def _current(self) -> WorklistItem:
        row = self._feed.rows.get(self._mine.task)
        return row.item if row else self._mine

    def _renewed(self, item: WorklistItem) -> None:
        self._asking = False
        self._renewals += 1
        if self._kept:
            self._mine = item
            self._feed.replace(item)
            self._schedule(self._feed.site.heartbeat_seconds)

    def _failed(self, error: WorkstationError) -> None:
        if not self._kept:
            return
        if isinstance(error, Refused):
            # Who holds it now, or whether anybody does, is said by the list.
            before = self._renewals
            self._feed.poll().then(lambda _: self._refused(error, before))
            return
        log.info("%s: heartbeat: %s", self._feed.site.id, error)
        if isinstance(error, SignInFailed | SiteUnavailable):
            self._feed.failed(error)
        self._schedule(min(_SOON_S, self._feed.site.heartbeat_seconds))

    def _refused(self, error: Refused, before: int) -> None:
        if self._kept and not self._asking and self._renewals == before:
            self._gone_to(error.holder if isinstance(error, Conflict) else "")

    def _updated(self, items: tuple[WorklistItem, ...]) -> None:
        """The platform may give the case to somebody else, or take it back."""
        for item in items:
            if item.task != self._mine.task:
                continue
            if item.holder_id == self._me:
                self._mine = item
            elif self._ran_out(item):
                self._claim_again(item)
            elif _is_open(item):
                self._lose(item)

    @property
    def _me(self) -> str:
        return self._feed.reader.id if self._feed.reader else ""

    def _ran_out(self, item: WorklistItem) -> bool:
        """Whether it is free because the line was out for longer than the lease, and for no
        other reason: what a site takes back, or gives to a reader by name, is not taken again.
        """
        until = self._mine.lease_until
        over = until is not None and until <= self._feed.server_now()
        free = item.state is ReadState.UNREAD and not item.holder_id
        return free and over and item.meant_for_id in ("", self._me)

    def _claim_again(self, item: WorklistItem) -> None:
        if self._asking:
            return
        self._asking = True
        self._forget()
        platform = self._feed.platform
        log.info("%s: the lease ran out; claimed again", self._feed.site.id)
        self._jobs.run(
            lambda: platform.claim(item),
            lane=self._feed.lane,
            on_done=self._renewed,
            on_error=self._not_again,
        )

    def _not_again(self, error: WorkstationError) -> None:
        self._asking = False
        if isinstance(error, Refused):
            self._gone_to(error.holder if isinstance(error, Conflict) else "")
        else:
            self._failed(error)

    def _gone(self, task: TaskId) -> None:
        if task == self._mine.task:
            self._lose(self._mine)

    def _gone_to(self, holder: str) -> None:
        """It is not ours any more, whatever the list still says."""
        now = self._current()
        if now.holder_id == self._me:
            now = evolve(now, holder=holder, holder_id="")
        self._lose(now)

    def _lose(self, item: WorklistItem) -> None:
        if self._kept:
            self.stop()
            self._lost.emit(item)


def _is_open(item: WorklistItem) -> bool:
    """Whether it waits to be read: a report of ours that was filed is not a lost claim."""
    return item.state in (ReadState.UNREAD, ReadState.CLAIMED)
