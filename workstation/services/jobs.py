"""Jobs: the one place where threads start.

Services live on one thread, the home thread (the GUI's in the program, the test's in
tests). Work that waits for a disk, a network or a decoder runs on a worker of a named
lane; its answer comes home as a call. A lane is bounded, so that one slow site cannot
take the workers of another.
"""

import heapq
import itertools
import threading
import time
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from workstation.errors import WorkstationError

T = TypeVar("T")

Post = Callable[[Callable[[], None]], None]


class Job(Generic[T]):
    """A piece of work under way; settled, once, on the home thread."""

    def __init__(self) -> None:
        self._callbacks: list[Callable[[Job[T]], None]] = []
        self._cancelled = threading.Event()
        self.done = False
        self.value: T | None = None
        self.error: BaseException | None = None

    def cancel(self) -> None:
        """Not started: never will be. Running: its answer is dropped."""
        self._cancelled.set()

    @property
    def cancelled(self) -> bool:
        return self._cancelled.is_set()

    def then(self, callback: "Callable[[Job[T]], None]") -> "Job[T]":
        """Call back at home when settled, at once if it is already."""
        if self.done:
            callback(self)
        else:
            self._callbacks.append(callback)
        return self

    def result(self) -> T:
        """The value; raises the error of a failed job. Only after `done`."""
        if not self.done:
            raise RuntimeError("the job is still under way")
        if self.error is not None:
            raise self.error
        return self.value  # type: ignore[return-value]

    def settle(self, value: T | None, error: BaseException | None = None) -> None:
        """For the runner, and for services whose work is made of several jobs."""
        if self.done:
            return
        self.done, self.value, self.error = True, value, error
        for callback in self._callbacks:
            callback(self)
        self._callbacks.clear()


class Jobs:
    """Starts work on bounded lanes of threads and brings the answers home.

    Parameters
    ----------
    post
        Runs a call on the home thread, soon; safe from any thread.
    on_bug
        Told of an exception that is not a `WorkstationError` and that nobody took.
    """

    def __init__(self, post: Post, on_bug: Callable[[BaseException], None] | None = None) -> None:
        self._post = post
        self._on_bug = on_bug
        self._lanes: dict[str, _Lane] = {}
        self._timers = _Timers()
        self._closed = False

    def lane(self, name: str, workers: int) -> None:
        """Declare a lane's width; undeclared lanes have one worker.

        Workers of a declared lane are there from now on: to wait for a thread that starts
        costs milliseconds of the home thread while a case is opened.
        """
        if name not in self._lanes:
            self._lanes[name] = _Lane(name, workers)
            self._lanes[name].start()

    def run(
        self,
        fn: Callable[[], T],
        *,
        lane: str,
        priority: int = 0,
        on_done: Callable[[T], None] | None = None,
        on_error: Callable[[WorkstationError], None] | None = None,
    ) -> Job[T]:
        """Run `fn` on a worker; smaller `priority` first, then in order of asking."""
        job: Job[T] = Job()

        def finished(job: Job[T]) -> None:
            if isinstance(job.error, WorkstationError):
                if on_error is not None:
                    on_error(job.error)
            elif job.error is not None:
                if self._on_bug is None:
                    raise job.error
                self._on_bug(job.error)
            elif on_done is not None:
                on_done(job.value)  # type: ignore[arg-type]

        job.then(finished)

        def work() -> None:
            if job.cancelled or self._closed:
                return
            value, error = None, None
            try:
                value = fn()
            except BaseException as raised:  # noqa: BLE001 - brought home, judged there
                error = raised
            if not self._closed:
                self._post(lambda: None if job.cancelled else job.settle(value, error))

        if not self._closed:
            self._lanes.setdefault(lane, _Lane(lane, 1)).put(priority, work)
        return job

    def later(self, seconds: float, fn: Callable[[], None]) -> Callable[[], None]:
        """Call `fn` at home after a while; returns the call that forgets it."""
        return self._timers.after(seconds, lambda: self.bring_home(fn))

    def bring_home(self, call: Callable[[], None]) -> None:
        """From a worker that has more than one thing to tell: run `call` at home, soon."""
        if not self._closed:
            self._post(lambda: None if self._closed else call())

    def close(self) -> None:
        """Start nothing more and bring nothing more home."""
        self._closed = True
        self._timers.close()
        for lane in self._lanes.values():
            lane.close()


class _Lane:
    def __init__(self, name: str, workers: int) -> None:
        self._name = name
        self._workers = workers
        self._heap: list[tuple[int, int, Any]] = []
        self._order = itertools.count()
        self._ready = threading.Condition()
        self._started = False
        self._closed = False

    def start(self) -> None:
        """Every worker, waiting."""
        for number in range(self._workers):
            name = f"{self._name}-{number}"
            threading.Thread(target=self._loop, name=name, daemon=True).start()
        self._started = True

    def put(self, priority: int, work: Callable[[], None]) -> None:
        if not self._started:
            self.start()
        with self._ready:
            heapq.heappush(self._heap, (priority, next(self._order), work))
            self._ready.notify()

    def close(self) -> None:
        with self._ready:
            self._closed = True
            self._heap.clear()
            self._ready.notify_all()

    def _loop(self) -> None:
        while True:
            with self._ready:
                while not self._heap and not self._closed:
                    self._ready.wait()
                if self._closed:
                    return
                _, _, work = heapq.heappop(self._heap)
            work()
            del work  # while it waits for the next, a worker holds nothing of the case before


class _Timers:
    """One thread that calls back when it is time."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._ready = threading.Condition()
        self._started = self._closed = False

    def after(self, seconds: float, call: Callable[[], None]) -> Callable[[], None]:
        """Gives the call that forgets it."""
        number = next(self._order)
        with self._ready:
            heapq.heappush(self._heap, (time.monotonic() + seconds, number, call))
            self._ready.notify()
        if not self._started:
            self._started = True
            threading.Thread(target=self._loop, name="timers", daemon=True).start()
        return lambda: self._forget(number)

    def close(self) -> None:
        with self._ready:
            self._closed = True
            self._heap.clear()
            self._ready.notify()

    def _forget(self, number: int) -> None:
        with self._ready:
            self._heap = [each for each in self._heap if each[1] != number]
            heapq.heapify(self._heap)

    def _loop(self) -> None:
        while True:
            with self._ready:
                if self._closed:
                    return
                wait = self._heap[0][0] - time.monotonic() if self._heap else None
                if wait is None or wait > 0:
                    self._ready.wait(wait)
                    continue
                _, _, call = heapq.heappop(self._heap)
            call()
