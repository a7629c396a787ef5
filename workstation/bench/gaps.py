"""The longest time for which the event loop did not turn."""

import time

from workstation.ui.application import Application


class Gaps:
    """Asks for a call each millisecond and remembers the longest wait for it."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._last = 0.0
        self._on = False
        self._worked = 0.0
        self.longest = 0.0
        self.busiest = 0.0  # processor time of this thread in one turn, whatever others do

    def start(self) -> None:
        self._on, self._last, self._worked = True, time.perf_counter(), time.thread_time()
        self._application.after(0.001, self._tick)

    def stop(self) -> None:
        self._on = False

    def _tick(self) -> None:
        if not self._on:  # what comes after the case is not of the figure
            return
        now, worked = time.perf_counter(), time.thread_time()
        self.longest = max(self.longest, now - self._last)
        self.busiest = max(self.busiest, worked - self._worked)
        self._last, self._worked = now, worked
        self._application.after(0.001, self._tick)
