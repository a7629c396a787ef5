"""What the buttons of a dictation microphone do: dictate while held, or a command line each.

They work whatever window or program has the keys. Home thread.
"""

from collections.abc import Callable, Mapping
from typing import Final, Literal

from workstation.errors import WorkstationError
from workstation.services.jobs import Jobs
from workstation.services.ports.clock import Clock
from workstation.services.speech.listening import Ear, Listening
from workstation.services.speech.speech_ports import Buttons
from workstation.text import tr

Way = Literal["hold", "toggle"]

#: A worn button tells twice what was pressed once (research: 300 ms in the field).
_BOUNCE_S: Final = 0.3
RECORD: Final = "record"


class DictationButtons:
    """Owned by the application. `lines` are command lines by button."""

    def __init__(
        self,
        listening: Listening,
        buttons: Buttons,
        lines: Mapping[str, str],
        jobs: Jobs,
        clock: Clock,
        *,
        way: Way = "hold",
    ) -> None:
        self._listening, self._buttons, self._lines = listening, buttons, lines
        self._jobs, self._clock, self._way = jobs, clock, way
        self._last: dict[str, float] = {}
        self._send: Callable[[str], object] = lambda _line: None
        self._tell: Callable[[str], None] = lambda _words: None
        self._locked: Callable[[], bool] = lambda: False
        listening.changed.connect(lambda _: buttons.light(listening.ear is not Ear.OFF))

    def obey(
        self,
        send: Callable[[str], object],
        tell: Callable[[str], None],
        locked: Callable[[], bool],
    ) -> None:
        """`tell` says in words why a button did nothing; behind a locked desk all are dead."""
        self._send, self._tell, self._locked = send, tell, locked
        self._buttons.watch(
            lambda name, down: self._jobs.bring_home(lambda: self.moved(name, down))
        )

    def stop(self) -> None:
        self._buttons.stop()

    def moved(self, name: str, down: bool) -> None:
        """A button went down, or up."""
        if self._locked():
            return
        try:
            if name == RECORD and self._way == "hold":
                self._hold(down)
            elif down and not self._bounces(name):
                self._press(name)
        except WorkstationError as error:
            self._tell(str(error))

    def _hold(self, down: bool) -> None:
        if down:
            self._listening.start()
        else:
            self._listening.stop()

    def _press(self, name: str) -> None:
        if name == RECORD:
            self._listening.toggle()
            return
        line = self._lines.get(name, "")
        if line:
            self._send(line)
        else:
            self._tell(tr("this button does nothing; the settings give it something to do"))

    def _bounces(self, name: str) -> bool:
        now, last = self._clock.monotonic(), self._last.get(name, float("-inf"))
        self._last[name] = now
        return now - last < _BOUNCE_S
