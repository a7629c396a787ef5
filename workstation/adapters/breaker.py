"""A place that fails is left alone for a while: what asks it is told so at once."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, TypeVar

from workstation.errors import Refused, SiteUnavailable
from workstation.text import tr

T = TypeVar("T")

#: Failures in a row after which nobody waits for the next one.
_PATIENT: Final = 3
#: Seconds, the first pause and the longest.
PAUSES_S: Final = (5.0, 60.0)


class Breaker:
    """Counts what failed in a row. Safe for any thread.

    After a pause one caller tries again for all; each failure doubles the next pause. Only what
    is of the kind `counts` is a failure: any other answer is one.
    """

    def __init__(
        self,
        monotonic: Callable[[], float],
        counts: type[SiteUnavailable] = SiteUnavailable,
        pauses_s: tuple[float, float] = PAUSES_S,
    ) -> None:
        self._monotonic = monotonic
        self._counts = counts
        self._first_s, self._longest_s = pauses_s
        self._lock = threading.Lock()
        self._failures = 0
        self._why = ""
        self._until = 0.0

    def call(self, work: Callable[[], T]) -> T:
        """Do it, unless the place failed just now."""
        with self.asking():
            return work()

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Around a question and its answer. Raises SiteUnavailable, unasked, after failures."""
        self._need_closed()
        try:
            yield
        except self._counts as error:
            self._failed(str(error))
            raise
        except (SiteUnavailable, Refused):
            self.answered()
            raise
        self.answered()

    def answered(self) -> None:
        """The place is there."""
        with self._lock:
            self._failures = 0

    def _need_closed(self) -> None:
        with self._lock:
            left = self._until - self._monotonic()
            if self._failures < _PATIENT:
                return
            if left <= 0:  # one tries for all: the others wait for its answer
                self._until = self._monotonic() + self._pause()
                return
            raise SiteUnavailable(
                tr(
                    "{why}; asked again in {n} s",
                    why=self._why,
                    n=max(1, round(left)),
                ),
                unsent=True,
            )

    def _failed(self, why: str) -> None:
        with self._lock:
            self._failures += 1
            self._why = why
            self._until = self._monotonic() + self._pause()

    def _pause(self) -> float:
        extra = min(max(0, self._failures - _PATIENT), 10)
        return min(self._longest_s, self._first_s * (1 << extra))
