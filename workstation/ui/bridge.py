"""The one crossing between threads that knows Qt: calls on their way home."""

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

#: Calls run for this long, then keys, mouse and paint have their turn. A study of 600
#: images brings thousands of calls home; Qt would run all that are posted before it looks
#: at anything else.
_SLICE_S: Final = 0.008


class HomePost(QObject):
    """Runs calls on the thread it was made on (the GUI thread), in the order of posting.

    `post` may be called from any thread; it returns at once. What a worker brings home while
    the program is leaving is dropped.
    """

    _woken = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._calls: deque[Callable[[], None]] = deque()
        self._lock = threading.Lock()
        self._awake = False
        self._woken.connect(self._run, Qt.ConnectionType.QueuedConnection)
        #: A timer of its own: what `QTimer.singleShot` posts comes before paints and other timers.
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.setInterval(0)
        self._again.timeout.connect(self._run)

    def post(self, call: Callable[[], None]) -> None:
        with self._lock:
            self._calls.append(call)
            if self._awake:
                return
            self._awake = True
        try:
            self._woken.emit()
        except RuntimeError:  # Qt has taken its half of this down: the program is leaving
            return

    @Slot()
    def _run(self) -> None:
        until = time.monotonic() + _SLICE_S
        try:
            while call := self._next():
                call()
                if time.monotonic() >= until:
                    break
        finally:  # a call that raises is a bug, and does not take the others with it
            if self._calls:
                self._again.start()
            else:
                self._rest()

    def _next(self) -> Callable[[], None] | None:
        with self._lock:
            return self._calls.popleft() if self._calls else None

    def _rest(self) -> None:
        with self._lock:
            self._awake = bool(self._calls)
            again = self._awake
        if again:
            self._again.start()
