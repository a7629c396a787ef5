"""Cases that another program sends to this desk: checked, good once, never over an open case.

Owned by the application, lives on the home thread. A case is opened by itself where none is
open and none was asked for since; else the reader is asked, and nothing on the screen changes.
"""

import hashlib
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from workstation.domain.identifiers import TaskRef
from workstation.errors import CommandError, Refused, WorkstationError
from workstation.protocols.launch import Gate, Launch, launch_of, token_of
from workstation.services.audit import Audit
from workstation.services.jobs import Job, Jobs
from workstation.services.ports.clock import Clock
from workstation.services.ports.keeping import Change, Put, Remove, SealedStore
from workstation.services.queue.rows import Row
from workstation.services.queue.worklist import Worklist
from workstation.services.reading.session import ReadingSession
from workstation.services.signal import Signal
from workstation.text import tr

log = logging.getLogger("launch")

_PREFIX: Final = "launch."
#: A launch that is not opened by then was meant for somebody who left.
_WAITS: Final = timedelta(minutes=15)


class Launching:
    """`changed`: there is something to ask the reader, or no longer."""

    def __init__(
        self,
        gates: Sequence[Gate],
        worklist: Worklist,
        session: ReadingSession,
        audit: Audit,
        store: SealedStore,
        jobs: Jobs,
        clock: Clock,
    ) -> None:
        self._gates = gates
        self._worklist, self._session, self._audit = worklist, session, audit
        self._store, self._jobs, self._clock = store, jobs, clock
        self._waiting: tuple[Launch, datetime] | None = None
        self._asked = ""
        self._by_itself = False  # the reader has done nothing else since it came
        self.changed: Signal[None] = Signal()
        self.told: Signal[str] = Signal()
        self.ready: Signal[None] = Signal()  # to be opened now: no case is open
        self.declined: Signal[TaskRef] = Signal()  # not now, or not for this reader
        worklist.changed.connect(lambda _: self._look())
        session.changed.connect(lambda _: self._look())
        session.opening.connect(lambda _: self._ask_from_now())

    @property
    def waiting(self) -> Launch | None:
        """What was sent and is not open yet."""
        if self._waiting is not None and self._clock.now() - self._waiting[1] > _WAITS:
            self._waiting = None
        return self._waiting[0] if self._waiting else None

    @property
    def asks(self) -> str:
        """The site that sent a case which does not open by itself; the reader is to say."""
        launch = self.waiting
        if launch is None or self._by_itself or self._row() is None:
            return ""
        return self._session.site(launch.site).name

    def take(self, words: str) -> Job[None]:
        """A token or a link. Settles when it is taken; fails with `Refused` and the reason."""
        taken: Job[None] = Job()
        try:
            launch = launch_of(token_of(words), self._gates, self._clock.now())
        except Refused as refusal:
            self._refused(refusal, taken)
            return taken
        spent = self._jobs.run(lambda: self._spend(launch), lane="store")
        spent.then(lambda job: self._taken(launch, job, taken))
        return taken

    def _spend(self, launch: Launch) -> None:
        """On lane ``store``: durable before anything is opened, so that it is good once."""
        now, key = self._clock.now(), _PREFIX + _hashed(launch)
        kept = dict(self._store.all("meta"))
        if key in kept:
            raise Refused(tr("the launch cannot be trusted: it was used before"))
        over: list[Change] = [
            Remove("meta", name)
            for name, until in kept.items()
            if name.startswith(_PREFIX) and until < (now - timedelta(hours=1)).isoformat()
        ]
        self._store.change([*over, Put("meta", key, launch.expires.isoformat())])

    def _taken(self, launch: Launch, job: Job[None], taken: Job[None]) -> None:
        if isinstance(job.error, WorkstationError):
            self._refused(job.error, taken)
            return
        if job.error is not None:
            taken.settle(None, job.error)
            return
        taken.settle(None)
        self._wait_for(launch)

    def offer(self, key: TaskRef, name: str) -> None:
        """A case that another program at this desk opened; `name` tells it from its next."""
        self._wait_for(Launch(key.site, key.task, name, self._clock.now() + _WAITS))

    def withdraw(self, key: TaskRef) -> None:
        """The program that opened it closed it again."""
        launch = self.waiting
        if launch is not None and _key(launch) == key:
            self._waiting = None
            self._ask()

    def _wait_for(self, launch: Launch) -> None:
        log.info("a case of %s was sent here", launch.site)
        self._waiting = launch, self._clock.now()
        self._by_itself = self._session.case is None
        self._look()

    def _refused(self, error: WorkstationError, taken: Job[None]) -> None:
        log.warning("a launch was refused: %s", error)
        self._audit.record("security-alert", outcome="failure", detail={"what": "launch"})
        self.told.emit(str(error))
        taken.settle(None, error)

    def _look(self) -> None:
        """The reader signed in, the list came, a case was left."""
        launch = self.waiting
        if launch is not None:
            reader = self._worklist.reader(launch.site)
            if reader is not None and launch.reader not in ("", reader.id):
                self._forget(tr("The case that was sent here is for another reader"))
            elif self._by_itself and self._session.case is None and self._row() is not None:
                self.ready.emit(None)
        self._ask()

    def _ask_from_now(self) -> None:
        """Another case is being opened: this one no longer comes over it."""
        self._by_itself = False
        self._ask()

    def _ask(self) -> None:
        asks = self.asks
        if asks != self._asked:
            self._asked = asks
            self.changed.emit(None)

    def row(self) -> Row:
        """The row of what was sent; it waits no longer. Raises CommandError."""
        found = self._row()
        if self.waiting is None:
            raise CommandError(tr("no case was sent to this desk"))
        if found is None:
            raise CommandError(tr("the case that was sent here is not on your list"))
        self._waiting = None
        self._ask()
        return found

    def dismiss(self) -> None:
        """Not now: it stays on the list like any other."""
        self._decline()
        self._ask()

    def _forget(self, words: str) -> None:
        self._decline()
        self.told.emit(words)

    def _decline(self) -> None:
        launch, self._waiting = self.waiting, None
        if launch is not None:
            self.declined.emit(_key(launch))

    def _row(self) -> Row | None:
        launch = self.waiting
        if launch is None:
            return None
        wanted = _key(launch)
        return next((row for row in self._worklist.rows if row.item.key == wanted), None)


def _key(launch: Launch) -> TaskRef:
    return TaskRef(launch.site, launch.task)


def _hashed(launch: Launch) -> str:
    return hashlib.sha256(f"{launch.site} {launch.id}".encode()).hexdigest()[:32]
