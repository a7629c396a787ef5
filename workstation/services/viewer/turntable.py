"""Rendered volumes that turn by themselves: a view of all sides, like a film of one.

By the clock, so that a slow machine leaves pictures out and turns as fast; on from where the
reader left it.
"""

from typing import Final

from attrs import define

from workstation.services.jobs import Jobs
from workstation.services.ports.clock import Clock
from workstation.services.viewer.viewer import Viewer
from workstation.text import tr

#: Seconds for once around.
USUAL_S: Final = 12.0
_SLOWEST_S, _FASTEST_S = 120.0, 2.0
#: Between pictures, seconds.
_TICK_S: Final = 0.05


@define(eq=False)
class _Turning:
    display_set: str
    since: float


class Turntable:
    """Owned by `Cine`, lives on the home thread."""

    def __init__(self, viewer: Viewer, jobs: Jobs, clock: Clock) -> None:
        self._viewer, self._jobs, self._clock = viewer, jobs, clock
        self._turning: dict[int, _Turning] = {}
        self._seconds = USUAL_S
        self._ticking = False

    def turns(self, index: int) -> bool:
        return index in self._turning

    def begin(self, index: int) -> None:
        """From where it is seen now."""
        state = self._viewer.viewports[index]
        assert state.display_set is not None
        self._turning[index] = _Turning(state.display_set, self._clock.monotonic())
        self._tell()
        self._soon()

    def stop(self, index: int) -> None:
        if self._turning.pop(index, None) is not None:
            self._viewer.say(index, "")

    def faster(self, factor: float) -> None:
        self._seconds = max(_FASTEST_S, min(self._seconds / factor, _SLOWEST_S))
        self._tell()

    # --- inside ---

    def _soon(self) -> None:
        if self._turning and not self._ticking:
            self._ticking = True
            self._jobs.later(_TICK_S, self._tick)

    def _tick(self) -> None:
        self._ticking = False
        now = self._clock.monotonic()
        for index, turning in list(self._turning.items()):
            states = self._viewer.viewports
            state = states[index] if index < len(states) else None
            if state is None or state.look is None or state.display_set != turning.display_set:
                self.stop(index)
                continue
            self._viewer.spin(index, 360.0 * (now - turning.since) / self._seconds)
            turning.since = now
        self._soon()

    def _tell(self) -> None:
        for index in self._turning:
            self._viewer.say(index, tr("Turning, {s:.3g} s once around", s=self._seconds))
