"""Claims that are kept alive while a case is open.

Owned by `services.queue.worklist`; lives on the home thread.
"""

import logging
from collections.abc import Callable
from typing import Final

from workstation.domain.identifiers import TaskId
from workstation.domain.worklist import ReadState, WorklistItem
from workstation.errors import Refused, SignInFailed, SiteUnavailable, WorkstationError
from workstation.services.jobs import Jobs
from workstation.services.queue.feed import SiteFeed
from workstation.services.signal import Signal

log = logging.getLogger("worklist")

#: A heartbeat that met silence is repeated soon: the lease runs.
_SOON_S: Final = 10.0


class Keeper:
    """Renews one claim until told to stop, or until it is lost."""

    def __init__(
        self, item: WorklistItem, feed: SiteFeed, jobs: Jobs, lost: Signal[WorklistItem]
    ) -> None:
        self._item = item
        self._feed = feed
        self._jobs = jobs
        self._lost = lost
        self._kept = True
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
        row = self._feed.rows.get(self._item.task)
        return row.item if row else self._item

    def _renewed(self, item: WorklistItem) -> None:
        if self._kept:
            self._feed.replace(item)
            self._schedule(self._feed.site.heartbeat_seconds)

    def _failed(self, error: WorkstationError) -> None:
        if not self._kept:
            return
        if isinstance(error, Refused):
            self._lose(self._current())
            return
        log.info("%s: heartbeat: %s", self._feed.site.id, error)
        if isinstance(error, SignInFailed | SiteUnavailable):
            self._feed.failed(error)
        self._schedule(min(_SOON_S, self._feed.site.heartbeat_seconds))

    def _updated(self, items: tuple[WorklistItem, ...]) -> None:
        """The platform may give the case to somebody else, or take it back."""
        reader = self._feed.reader
        mine = reader.id if reader else ""
        for item in items:
            if item.task == self._item.task and item.holder_id != mine and _is_open(item):
                self._lose(item)

    def _gone(self, task: TaskId) -> None:
        if task == self._item.task:
            self._lose(self._item)

    def _lose(self, item: WorklistItem) -> None:
        if self._kept:
            self.stop()
            self._lost.emit(item)


def _is_open(item: WorklistItem) -> bool:
    """Whether it waits to be read: a report of ours that was filed is not a lost claim."""
    return item.state in (ReadState.UNREAD, ReadState.CLAIMED)
