"""How long the platform lives: until it is told to end, or its parent is dead."""

import contextlib
import os
import signal
import stat
import threading
from collections.abc import Callable, Iterator
from typing import Final

_PARENT_POLL_S: Final = 0.5


@contextlib.contextmanager
def told_to_end() -> Iterator[threading.Event]:
    """Set where we were told to end; the rest of the way out is the ordinary one.

    uvicorn handles the signals while it serves, then raises them again for whoever
    was there before: without this, what we wrote would stay behind.
    """
    told = threading.Event()
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {each: signal.signal(each, lambda *_: told.set()) for each in numbers}
    try:
        yield told
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Parent:
    """Notices the death of the process that started us.

    A parent that gives us a pipe as standard input holds its other end; the system
    closes it with the parent, whatever ended it, on every platform. Without a pipe
    (a terminal, a service) POSIX tells by another parent id.
    """

    def __init__(self) -> None:
        self._first = os.getppid()
        self._pipe = _stdin_is_open_pipe()

    def start(self, stop: Callable[[], None]) -> None:
        target = self._until_closed if self._pipe else self._until_orphaned
        if self._pipe or os.name == "posix":
            threading.Thread(target=target, args=(stop,), daemon=True, name="parent").start()

    def _until_closed(self, stop: Callable[[], None]) -> None:
        with contextlib.suppress(OSError, ValueError):
            while os.read(0, 4096):
                pass
        stop()

    def _until_orphaned(self, stop: Callable[[], None]) -> None:
        pause = threading.Event()
        while os.getppid() == self._first:
            pause.wait(_PARENT_POLL_S)
        stop()


def _stdin_is_open_pipe() -> bool:
    try:
        return stat.S_ISFIFO(os.fstat(0).st_mode)
    except OSError:
        return False
