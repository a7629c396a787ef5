"""Undo of a report: the values before, one for each step the reader would call a step."""

from typing import Final

from workstation.domain.report import FieldRef, Report
from workstation.services.ports.clock import Clock

#: A pause this long ends a step of typing.
PAUSE_S: Final = 2.0
MOST_STEPS: Final = 500

Step = tuple[Report, FieldRef | None]


class History:
    """Home thread; owned by `Reporting`. A template's defaults lie before the first step."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._before: list[Step] = []
        self._after: list[Step] = []
        self._typing: FieldRef | None = None
        self._last = 0.0

    def remember(
        self, report: Report, current: FieldRef | None, typing_in: FieldRef | None
    ) -> None:
        """`report` is about to change; keystrokes in one field within a pause are one step."""
        now = self._clock.monotonic()
        goes_on = typing_in is not None and typing_in == self._typing and now - self._last < PAUSE_S
        self._typing, self._last = typing_in, now
        self._after.clear()
        if not goes_on:
            self._before.append((report, current))
            del self._before[:-MOST_STEPS]

    def end_step(self) -> None:
        """What is typed next is a step of its own."""
        self._typing = None

    def back(self, report: Report, current: FieldRef | None) -> Step | None:
        return self._move(self._before, self._after, (report, current))

    def forth(self, report: Report, current: FieldRef | None) -> Step | None:
        return self._move(self._after, self._before, (report, current))

    def _move(self, source: list[Step], target: list[Step], now: Step) -> Step | None:
        self._typing = None
        if not source:
            return None
        target.append(now)
        return source.pop()
