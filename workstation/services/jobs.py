"""Jobs: the one place where threads start.

Services live on one thread, the home thread (the GUI's in the program, the test's in
tests). Work that waits for a disk, a network or a decoder runs on a worker of a named
lane; its answer comes home as a call. A lane is bounded, so that one slow site cannot
take the workers of another.
"""

import heapq
import itertools
import threading
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
        self._closed = False

    def lane(self, name: str, workers: int) -> None:
        """Declare a lane's width; undeclared lanes have one worker."""
        self._lanes.setdefault(name, _Lane(name, workers))

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
        timer = threading.Timer(seconds, lambda: None if self._closed else self._post(fn))
        timer.daemon = True
        timer.start()
        return timer.cancel

    def bring_home(self, call: Callable[[], None]) -> None:
        """From a worker that has more than one thing to tell: run `call` at home, soon."""
        if not self._closed:
            self._post(lambda: None if self._closed else call())

    def close(self) -> None:
        """Start nothing more and bring nothing more home."""
        self._closed = True
        for lane in self._lanes.values():
            lane.close()


class _Lane:
    def __init__(self, name: str, workers: int) -> None:
        self._name = name
        self._workers = workers
        self._heap: list[tuple[int, int, Any]] = []
        self._order = itertools.count()
        self._ready = threading.Condition()
        self._threads: list[threading.Thread] = []
        self._idle = 0
        self._closed = False

    def put(self, priority: int, work: Callable[[], None]) -> None:
        with self._ready:
            heapq.heappush(self._heap, (priority, next(self._order), work))
            if self._idle < len(self._heap) and len(self._threads) < self._workers:
                name = f"{self._name}-{len(self._threads)}"
                thread = threading.Thread(target=self._loop, name=name, daemon=True)
                self._threads.append(thread)
                thread.start()
            self._ready.notify()

    def close(self) -> None:
        with self._ready:
            self._closed = True
            self._heap.clear()
            self._ready.notify_all()

    def _loop(self) -> None:
        while True:
            with self._ready:
                self._idle += 1
                while not self._heap and not self._closed:
                    self._ready.wait()
                self._idle -= 1
                if self._closed:
                    return
                _, _, work = heapq.heappop(self._heap)
            work()
