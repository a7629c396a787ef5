"""The claims of this reader: renewed while they are needed, given back when they are not."""

import logging
from collections.abc import Callable

from workstation.domain.identifiers import TaskRef
from workstation.domain.reader import Colleague
from workstation.domain.worklist import WorklistItem
from workstation.errors import Conflict, WorkstationError
from workstation.services.jobs import Job
from workstation.services.reading.conducted import Services

log = logging.getLogger("session")


class OwnClaims:
    """Owned by the session, lives on the home thread."""

    def __init__(self, services: Services) -> None:
        self._s = services
        self._heartbeats: dict[TaskRef, Callable[[], None]] = {}

    def keep(self, item: WorklistItem) -> None:
        """Renew the claim from now on, in place of a renewal that runs."""
        self.rest(item)
        self._heartbeats[item.key] = self._s.worklist.keep(item)

    def rest(self, *items: WorklistItem) -> None:
        """Renew these no longer: they end by their lease, or with a report."""
        for item in items:
            self._heartbeats.pop(item.key, lambda: None)()

    def give_back(self, item: WorklistItem, reason: str, to: Colleague | None = None) -> Job[None]:
        """To the queue, or to one reader. A claim that is gone already needs no giving back."""
        current = self._s.worklist.held(item.key) or item
        self._s.audit.record("release", study=item.ref)
        done: Job[None] = Job()
        self._s.worklist.release(current, reason, to).then(
            lambda job: done.settle(None, None if isinstance(job.error, Conflict) else job.error)
        )
        return done

    def leave(self, item: WorklistItem) -> Job[None]:
        """Give it back on the way out; what the site says to that is for the log."""
        left: Job[None] = Job()

        def given(job: Job[None]) -> None:
            if isinstance(job.error, WorkstationError):
                log.info("claim not given back: %s", type(job.error).__name__)
            left.settle(None, None if isinstance(job.error, WorkstationError) else job.error)

        self.give_back(item, "").then(given)
        return left
