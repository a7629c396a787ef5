"""One site's part of the worklist: its rows, its silence, its clock.

Owned by `services.queue.worklist`; lives on the home thread.
"""

import logging
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Final

from workstation.domain.identifiers import TaskId
from workstation.domain.procedure import Procedures
from workstation.domain.reader import Reader
from workstation.domain.worklist import WorklistItem
from workstation.errors import SignInFailed, SiteUnavailable, WorkstationError
from workstation.services.jobs import Job, Jobs
from workstation.services.ports.clock import Clock
from workstation.services.ports.hosting import Credentials, FeedPage, HostingPlatform, RowProblem
from workstation.services.queue.judging import Judging
from workstation.services.queue.rows import Row, Silence, SiteState, SiteStatus
from workstation.services.queue.urgency import NO_WEIGHTS, Weights
from workstation.services.signal import Signal
from workstation.services.waiting import settled
from workstation.settings import Site
from workstation.text import tr

log = logging.getLogger("worklist")

#: A silent site is asked ever less often, but never less than this.
_LONGEST_PAUSE_S: Final = 60.0
#: Claims and heartbeats need not wait for a slow poll of the same site.
_LANE_WORKERS: Final = 3


class SiteFeed:
    """Polls one site with its cursor. A failure keeps the rows and disturbs nobody else."""

    def __init__(
        self,
        site: Site,
        platform: HostingPlatform,
        jobs: Jobs,
        clock: Clock,
        poll_seconds: float,
        place: str = "",
        weights: Weights = NO_WEIGHTS,
        codes: Procedures | None = None,
    ) -> None:
        self.site = site
        self.platform = platform
        self.lane = f"site:{site.id}"
        self.rows: dict[TaskId, Row] = {}
        self.reader: Reader | None = None
        self.changed: Signal[frozenset[TaskId]] = Signal()  # these rows came, changed or went
        self.updated: Signal[tuple[WorklistItem, ...]] = Signal()  # as the site says now
        self.gone: Signal[TaskId] = Signal()
        self.signed_in_now: Signal[None] = Signal()
        self._jobs = jobs
        self._clock = clock
        self._poll_seconds = poll_seconds
        self._state: SiteState = "signed-out"
        self._message = ""
        self._silence = Silence()  # as the rows say it
        self._problems: dict[TaskId, RowProblem] = {}
        self._not_taken: tuple[str, ...] = ()
        self._on_second = False
        self._cursor = ""
        self._failures = 0
        self._running = False
        self._polling: Job[FeedPage] | None = None
        self._asking: Job[Reader] | None = None
        self._forget_timer: Callable[[], None] = lambda: None
        self._touched: set[TaskId] = set()
        self._server_time: datetime | None = None
        self._heard_at = 0.0
        self._judging = Judging(site, place, weights, codes)
        self._days: tuple[date, ...] = ()
        jobs.lane(self.lane, _LANE_WORKERS)

    @property
    def status(self) -> SiteStatus:
        return SiteStatus(
            self.site.id,
            self.site.name,
            self._state,
            self._server_time,
            self._message,
            self.site.timezone,
            self.reader,
            tuple(self._problems.values()),
            self._not_taken,
            self._on_second,
        )

    @property
    def signed_in(self) -> bool:
        return self._state in ("ok", "stale")

    def server_now(self) -> datetime:
        """The site's clock: its last answer and the time gone by since, whatever ours says."""
        if self._server_time is None:
            return self._clock.now()
        return self._server_time + timedelta(seconds=self._clock.monotonic() - self._heard_at)

    # --- signing in and out ------------------------------------------------------

    def sign_in(self, credentials: Credentials | None) -> Job[Reader]:
        """Settles when the site knows the reader; the first rows follow by `poll`.

        A site that is silent is asked again by itself, with the same credentials, until it
        answers or the reader signs out; a browser is not opened a second time unasked.
        """
        self._forget_timer()
        self._become("signing-in", "")
        return self._introduce(credentials)

    def _introduce(self, credentials: Credentials | None) -> Job[Reader]:
        asked = self._jobs.run(
            lambda: self.platform.sign_in(credentials),
            lane=self.lane,
            on_done=self._known,
            on_error=lambda error: self._unknown(error, credentials),
        )
        self._asking = asked
        return asked

    def _known(self, reader: Reader) -> None:
        self.reader, self._failures = reader, 0
        self._judge_all()
        self._become("stale" if self.rows else "ok", "", frozenset(self.rows), force=True)
        self.signed_in_now.emit(None)

    def _unknown(self, error: WorkstationError, credentials: Credentials | None) -> None:
        if credentials is None or not isinstance(error, SiteUnavailable):
            self._become("signed-out", str(error))
            return
        self._become("signed-out", tr("asked again by itself: {why}", why=error))
        self._failures += 1
        self._wait_then(lambda: _ignore(self._introduce(credentials).then(self._introduced)))

    def _introduced(self, job: Job[Reader]) -> None:
        if job.error is None:
            _ignore(self.poll())

    def sign_out(self) -> Job[None]:
        """The rows go with the reader: they are patients' data."""
        self._forget_timer()
        for under_way in (self._polling, self._asking):
            if under_way is not None:
                under_way.cancel()
        self._polling = self._asking = None
        gone = frozenset(self.rows)
        self.reader, self.rows, self._cursor = None, {}, ""
        self._problems.clear()
        self._become("signed-out", "", gone, force=bool(gone))
        return self._jobs.run(self.platform.sign_out, lane=self.lane)

    # --- polling ------------------------------------------------------------------

    def start(self) -> None:
        self._running = True
        if self.signed_in and self._polling is None:
            self._schedule()

    def stop(self) -> None:
        self._running = False
        self._forget_timer()

    def poll(self) -> Job[None]:
        """Ask what changed. Settles when the site answered or failed, without an error."""
        done: Job[None] = Job()
        if not self.signed_in:
            return settled()
        if self._polling is None:
            self._forget_timer()
            self._touched.clear()
            cursor = self._cursor
            self._polling = self._jobs.run(lambda: self.platform.feed(cursor), lane=self.lane)
            self._polling.then(self._answered)
        self._polling_done(done)
        return done

    def _polling_done(self, done: Job[None]) -> None:
        if self._polling is None:  # answered at once
            done.settle(None)
        else:
            self._polling.then(lambda _: done.settle(None))

    def _answered(self, job: Job[FeedPage]) -> None:
        self._polling = None
        if isinstance(job.error, WorkstationError):
            self.failed(job.error)
        elif job.error is None:
            self._apply(job.result())
        if self.signed_in and self._running:
            self._schedule()

    def _schedule(self) -> None:
        self._wait_then(lambda: _ignore(self.poll()))

    def _wait_then(self, act: Callable[[], None]) -> None:
        """Once, after a pause that grows with each failure."""
        self._forget_timer()
        pause = self._poll_seconds * 2**self._failures if self._failures < 16 else _LONGEST_PAUSE_S
        self._forget_timer = self._jobs.later(
            min(pause, max(_LONGEST_PAUSE_S, self._poll_seconds)), act
        )

    def failed(self, error: WorkstationError) -> None:
        """The site is silent, or does not know the reader any more; its rows stay."""
        log.info("%s: %s", self.site.id, error)
        self._failures += 1
        lost = isinstance(error, SignInFailed)
        ended = self._is_new_day()  # a licence ends at midnight, whether the site answers or not
        touched = frozenset(self.rows) if ended else frozenset[TaskId]()
        self._become("signed-out" if lost else "stale", str(error), touched, force=ended)

    def _apply(self, page: FeedPage) -> None:
        self._failures = 0
        self._server_time, self._heard_at = page.server_time, self._clock.monotonic()
        overtaken = {item.task for item in page.items} & self._touched
        if not overtaken:
            self._cursor = page.cursor
        fresh = tuple(item for item in page.items if item.task not in overtaken)
        for item in fresh:
            self._put(item)
        for problem in page.problems:
            self._problems[problem.task] = problem
        for task in page.gone:
            self.rows.pop(task, None)
            self._problems.pop(task, None)
        moved = bool(fresh or page.gone or page.problems) or page.not_taken != self._not_taken
        self._not_taken = page.not_taken
        touched = frozenset((*(item.task for item in fresh), *page.gone))
        if self._is_new_day():
            touched, moved = touched | self.rows.keys(), True
        self._become("ok", "", touched, force=moved)
        self.updated.emit(fresh)
        for task in page.gone:
            self.gone.emit(task)
        if overtaken:
            self.poll()

    def go_by(self, *, second: bool) -> None:
        """The site is asked by its second way from now on, or by its first again."""
        self._on_second = second
        self.changed.emit(frozenset())

    # --- rows ----------------------------------------------------------------------

    def replace(self, item: WorklistItem) -> None:
        """A change of ours was answered: newer than what a poll under way will bring."""
        self._touched.add(item.task)
        self._put(item)
        self.changed.emit(frozenset({item.task}))

    def told(self, item: WorklistItem) -> WorklistItem:  # as rows say it
        return self._judging.told(item)

    def _put(self, item: WorklistItem) -> None:
        self.rows[item.task] = self._row(self.told(item))
        self._problems.pop(item.task, None)

    def _row(self, item: WorklistItem) -> Row:
        return self._judging.row(item, self.reader, self._silence, self.server_now())

    @property
    def licensed(self) -> bool:
        """Whether its reader holds a licence for the place of the site today."""
        return self._judging.is_licensed(self.reader, self.server_now())

    @property
    def _stale_since(self) -> datetime | None:
        return None if self._state in ("ok", "signing-in") else self._server_time

    def _is_new_day(self) -> bool:
        """Licences begin and end at midnight of the place of the scan: judge again."""
        days = self._judging.days(self.server_now())
        if self._days == days:
            return False
        self._days = days
        self._judge_all()
        return True

    def _judge_all(self) -> None:
        self.rows = {task: self._row(row.item) for task, row in self.rows.items()}

    def _become(
        self,
        state: SiteState,
        message: str,
        touched: frozenset[TaskId] = frozenset(),
        *,
        force: bool = False,
    ) -> None:
        if (state, message) == (self._state, self._message) and not force:
            return
        self._state, self._message = state, message
        self._silence.since = self._stale_since
        self.changed.emit(touched)


def _ignore(_job: Job[None] | Job[Reader]) -> None:
    """A poll says by itself how it went."""
