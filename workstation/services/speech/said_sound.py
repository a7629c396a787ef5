"""What was said for the open report, to be heard again until it is signed.

In memory alone, and erased with the signature, the next case and the sign-out (research R47):
a number that was not heard well is looked at, or listened to.
"""

from collections import deque
from typing import Final

from workstation.domain.report import Binding
from workstation.errors import CommandError
from workstation.services.report.reporting import Reporting
from workstation.services.speech.speech_ports import RATE
from workstation.text import tr

#: Ten minutes of speech; what is older is forgotten.
_MOST_BYTES: Final = 600 * RATE * 2


class SaidSound:
    """Owned by `Listening`, home thread."""

    def __init__(self, reporting: Reporting) -> None:
        self._reporting = reporting
        self._of: Binding | None = None
        self._being_said = bytearray()
        self._said: deque[bytes] = deque()
        reporting.changed.connect(lambda _: self._follow())

    def fed(self, pcm: bytes, bound: Binding) -> None:
        """A recogniser has had this sound, said for that report."""
        if bound != self._of:
            self.forget()
            self._of = bound
        self._being_said += pcm

    def ended(self) -> None:
        """An utterance came to its end: the sound since the one before is its own."""
        if self._being_said:
            self._said.append(bytes(self._being_said))
            self._being_said.clear()
        while sum(map(len, self._said)) > _MOST_BYTES:
            self._said.popleft()
        self._follow()

    def utterance(self, back: int) -> bytes:
        """The last one, or one before it. Raises CommandError where there is none."""
        if not 1 <= back <= len(self._said):
            raise CommandError(tr("nothing was said here that could be heard again"))
        return self._said[-back]

    def forget(self) -> None:
        """Erased."""
        self._of = None
        self._being_said.clear()
        self._said.clear()

    def _follow(self) -> None:
        report = self._reporting.report
        if report is None or report.binding != self._of or self._reporting.settled:
            self.forget()
