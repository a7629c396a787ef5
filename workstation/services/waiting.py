"""Waiting for a state, as a job: scripts wait for what a reader would see."""

from collections.abc import Callable, Iterable
from typing import Any, Final, TypeVar

from workstation.errors import CommandError, WorkstationError
from workstation.services.jobs import Job, Jobs
from workstation.services.signal import Signal

T = TypeVar("T")

#: A site that does not answer keeps nobody at the door longer than this.
LEAVING_S: Final = 3.0


def until(
    jobs: Jobs,
    holds: Callable[[], bool],
    signals: Iterable[Signal[Any]],
    seconds: float,
    late: str,
) -> Job[None]:
    """Settles when `holds()`, looked at now and at each signal; fails with `late` after a while.

    `holds` may raise a WorkstationError when it can never hold any more.
    """
    job: Job[None] = Job()
    undo: list[Callable[[], None]] = []

    def finish(error: WorkstationError | None) -> None:
        for each in undo:
            each()
        undo.clear()
        job.settle(None, error)

    def look(_: object = None) -> None:
        if job.done:
            return
        try:
            if holds():
                finish(None)
        except WorkstationError as error:
            finish(error)

    undo.extend(signal.connect(look) for signal in signals)
    undo.append(jobs.later(seconds, lambda: finish(CommandError(late))))
    look()
    return job


def within(jobs: Jobs, awaited: Job[Any], seconds: float) -> Job[None]:
    """Settles with another job, whatever becomes of it, or without it after a while."""
    done: Job[None] = Job()
    forget = jobs.later(seconds, lambda: done.settle(None))
    awaited.then(lambda _: done.settle(None))
    done.then(lambda _: forget())
    return done


class All:
    """Settles a job when all that was added has settled; the first error wins."""

    def __init__(self, target: Job[None]) -> None:
        self._target = target
        self._waiting = 1
        self._error: BaseException | None = None

    def add(self, job: Job[Any], *, optional: bool = False) -> None:
        """An optional job is waited for, but its failure is not the target's."""
        self._waiting += 1
        job.then(lambda settled: self._one(None if optional else settled.error))

    def close(self) -> None:
        """Nothing more will be added by the one who made this."""
        self._one(None)

    def _one(self, error: BaseException | None) -> None:
        self._error = self._error or error
        self._waiting -= 1
        if self._waiting == 0:
            self._target.settle(None, self._error)


def after(job: Job[T], act: Callable[[T], None]) -> Job[None]:
    """Settles when `act` has taken what the job brought; what goes wrong in either fails it."""
    done: Job[None] = Job()

    def take(settled: Job[T]) -> None:
        error = settled.error
        if error is None:
            try:
                act(settled.result())
            except WorkstationError as refused:
                error = refused
        done.settle(None, error)

    job.then(take)
    return done


def settled() -> Job[None]:
    """A job that is done already, where there is sometimes nothing to wait for."""
    job: Job[None] = Job()
    job.settle(None)
    return job
