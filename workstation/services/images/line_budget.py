"""What cases that nobody opened yet may take of the line to a site.

A worker that brings such a case tells each piece of it; where more came than the budget
has, it waits, and with it the site: a connection that nobody reads from slows its sender.
Whoever opens the case, or another one, ends the waiting at once.
"""

import threading
from collections.abc import Callable
from typing import Final

from workstation.services.ports.clock import Clock

#: So much of what is unused is kept: a second of silence is no leave to fill the line after it.
_SAVED_S: Final = 0.25
#: A worker that waits looks this often whether it still has to.
_LOOK_S: Final = 0.05


class LineBudget:
    """Of one site, shared by its workers. `mbit` 0: whatever the line has."""

    def __init__(self, mbit: float, clock: Clock) -> None:
        self._bytes_per_s = mbit * 1e6 / 8
        self._clock = clock
        self._lock = threading.Lock()
        self._free_at = clock.monotonic()  # when all that came is paid for

    def pace(self, nbytes: int, waits: Callable[[float], bool]) -> None:
        """So much came. `waits` sleeps for some seconds and says whether to wait on."""
        if not self._bytes_per_s:
            return
        with self._lock:
            now = self._clock.monotonic()
            begun = max(self._free_at, now - _SAVED_S)
            self._free_at = due = begun + nbytes / self._bytes_per_s
        while (left := due - self._clock.monotonic()) > 0:
            if not waits(min(left, _LOOK_S)):
                with self._lock:  # nobody pays for what was given up: the next case starts fresh
                    self._free_at = min(self._free_at, self._clock.monotonic())
                return
