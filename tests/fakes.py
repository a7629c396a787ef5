"""Stand-ins for what tests must own: time, and the home thread."""

import heapq
import itertools
import queue
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from workstation.errors import WorkstationError
from workstation.services.jobs import Job, Jobs

T = TypeVar("T")


class FakeClock:
    """A clock that stands until it is told to go on."""

    def __init__(self, start: datetime = datetime(2026, 11, 22, 21, 40, tzinfo=UTC)) -> None:
        self._now = start
        self._monotonic = 1000.0

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    def advance(self, seconds: float) -> None:
        """Time passes."""
        self._now += timedelta(seconds=seconds)
        self._monotonic += seconds

    def set_wall(self, now: datetime) -> None:
        """Somebody sets the wall clock; no time passes."""
        self._now = now


class Home:
    """The home thread of a test: what `Jobs` posts runs when the test drains it."""

    def __init__(self) -> None:
        self._calls: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()

    def post(self, call: Callable[[], None]) -> None:
        self._calls.put(call)

    def drain(self, until: Callable[[], bool], timeout_s: float = 20.0) -> None:
        """Run what comes home until `until()` is true; fail when nothing comes any more."""
        while not until():
            try:
                call = self._calls.get(timeout=timeout_s)
            except queue.Empty:
                raise AssertionError(f"nothing came home for {timeout_s} s") from None
            call()

    def settled(self, job: Job[T], timeout_s: float = 20.0) -> Job[T]:
        """Wait for a job; its `result()` is the caller's to ask."""
        self.drain(lambda: job.done, timeout_s)
        return job


class InlineJobs(Jobs):
    """Jobs without threads: work runs at once, timers when the fake clock passes them.

    With `hold()` work waits in `waiting` until `go()`, to put one answer before another.
    """

    def __init__(self, clock: FakeClock) -> None:
        super().__init__(post=lambda call: call())
        self._clock = clock
        self._timers: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._held = False
        self.waiting: list[tuple[str, Callable[[], None]]] = []

    def lane(self, name: str, workers: int) -> None:
        """Nobody waits on it: threads that nothing ever ends would stay for each test."""

    def run(  # the same signature as Jobs.run
        self,
        fn: Callable[[], T],
        *,
        lane: str,
        priority: int = 0,
        on_done: Callable[[T], None] | None = None,
        on_error: Callable[[WorkstationError], None] | None = None,
    ) -> Job[T]:
        job: Job[T] = Job()

        def finished(job: Job[T]) -> None:
            if isinstance(job.error, WorkstationError):
                if on_error is not None:
                    on_error(job.error)
            elif on_done is not None:
                on_done(job.result())

        job.then(finished)

        def work() -> None:
            if job.cancelled:
                return
            try:
                job.settle(fn())
            except WorkstationError as error:
                job.settle(None, error)

        if self._held:
            self.waiting.append((lane, work))
        else:
            work()
        return job

    def hold(self) -> None:
        self._held = True

    def go(self, index: int = 0) -> None:
        """Let one waiting piece of work run."""
        self.waiting.pop(index)[1]()

    def later(self, seconds: float, fn: Callable[[], None]) -> Callable[[], None]:
        forgotten = False

        def forget() -> None:
            nonlocal forgotten
            forgotten = True

        def fire() -> None:
            if not forgotten:
                fn()

        due = self._clock.monotonic() + seconds
        heapq.heappush(self._timers, (due, next(self._order), fire))
        return forget

    def advance(self, seconds: float) -> None:
        """Time passes; timers fire in their order, each at its own time."""
        end = self._clock.monotonic() + seconds
        while self._timers and self._timers[0][0] <= end:
            due, _, fire = heapq.heappop(self._timers)
            self._clock.advance(max(0.0, due - self._clock.monotonic()))
            fire()
        self._clock.advance(end - self._clock.monotonic())
