"""What the system says about a decoder child at work: its time, its memory, whether it moves.

The wall clock alone is a poor judge: on a busy machine an honest frame waits for the
processor. So a child hangs when it has used up its own processor time, or stands still.
"""

import mmap
import os
import sys
import time
from typing import Final

from attrs import define, field, frozen

#: How often a child at work is looked at.
LOOK_SECONDS: Final = 0.1
#: Where its processor time is not known (macOS, Windows): this many times its patience.
_WALL: Final = 6.0
#: Where it is known, but the machine gives it none.
_STARVED: Final = 25.0
#: So long without a step a child stands still, and does not merely wait for a thread.
_STILL_SECONDS: Final = 0.5

if sys.platform == "win32":
    _TICKS = 100  # never used: there is no /proc
else:
    _TICKS = os.sysconf("SC_CLK_TCK")


@frozen
class Usage:
    """Of one process, as of now."""

    cpu_seconds: float
    own_bytes: int  # what is not shared with us
    runnable: bool


def usage(pid: int) -> Usage | None:
    """What /proc says; None where there is none, or the process is gone."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            # The name may hold anything, so count from behind it (proc_pid_stat(5)).
            state, *rest = file.read().rpartition(b")")[2].split()
        with open(f"/proc/{pid}/statm", "rb") as file:
            _, resident, shared = (int(each) for each in file.read().split()[:3])
    except (OSError, ValueError):
        return None
    ticks = int(rest[10]) + int(rest[11])
    return Usage(ticks / _TICKS, (resident - shared) * mmap.PAGESIZE, state in (b"R", b"D"))


@define
class Watch:
    """One request of one child: begun when it was sent, looked at until it is answered."""

    pid: int
    patience_seconds: float
    memory_bytes: int
    _begun: float = field(factory=time.monotonic)
    _first: Usage | None = None
    _moved: float = 0.0
    _last: Usage | None = None
    _base_bytes: int = 0

    def __attrs_post_init__(self) -> None:
        self._moved = self._begun
        self._first = self._last = usage(self.pid)
        self._base_bytes = self._first.own_bytes if self._first else 0

    def again(self) -> "Watch":
        """For the next step of the same request; memory counts from the beginning."""
        next_step = Watch(self.pid, self.patience_seconds, self.memory_bytes)
        next_step._base_bytes = self._base_bytes
        return next_step

    def verdict(self) -> str:
        """The reason why this child is given up, or "" while it may go on."""
        return self.judged(usage(self.pid), time.monotonic())

    def judged(self, seen: Usage | None, now: float) -> str:
        known = seen is not None and self._first is not None and self._last is not None
        if now - self._begun > (_STARVED if known else _WALL) * self.patience_seconds:
            return "decoder-hung"
        if seen is None or self._first is None or self._last is None:
            return ""
        if seen.runnable or seen.cpu_seconds > self._last.cpu_seconds:
            self._moved = now
        self._last = seen
        if seen.own_bytes - self._base_bytes > self.memory_bytes:
            return "decoder-memory"
        if seen.cpu_seconds - self._first.cpu_seconds > self.patience_seconds:
            return "decoder-hung"
        still = now - self._moved > _STILL_SECONDS
        return "decoder-hung" if still and now - self._begun > self.patience_seconds else ""
