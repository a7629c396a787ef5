"""A recogniser in a program of its own on this machine, over a WebSocket on loopback.

The protocol is that of vosk-server: a configuration, sound as binary messages, JSON back,
`{"eof": 1}` at the end. Speech of patients never leaves the machine: other hosts are refused.
"""

import json
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Final

from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

from workstation.domain.speech import Final as Utterance
from workstation.domain.speech import SpeechEvent
from workstation.errors import Refused
from workstation.protocols.recognised_json import recognised
from workstation.services.speech.speech_ports import RATE
from workstation.settings import is_loopback
from workstation.text import tr

_OPEN_S: Final = 3.0
#: The last words of a dictation are waited for so long.
_LAST_S: Final = 5.0
_MOST_BYTES: Final = 1 << 20


class ExternalRecogniser:
    """Fulfils `services.speech.speech_ports.Recogniser`. Refused: an address elsewhere."""

    dictates = True

    def __init__(self, address: str) -> None:
        if not is_loopback(address):
            raise Refused(tr("a recogniser must run on this machine: {address}", address=address))
        self._address = address
        self._line: ClientConnection | None = None
        self._held = ExitStack()

    @property
    def name(self) -> str:
        return tr("recogniser of another program")

    def start(self, phrases: Sequence[str]) -> None:
        self._drop()
        try:
            self._line = self._held.enter_context(
                connect(self._address, open_timeout=_OPEN_S, max_size=_MOST_BYTES, proxy=None)
            )
            self._line.send(json.dumps({"config": {"sample_rate": RATE, "words": 1}}))
        except (OSError, TimeoutError, WebSocketException):
            raise Refused(tr("no recogniser answers at {address}", address=self._address)) from None

    def feed(self, pcm: bytes) -> Sequence[SpeechEvent]:
        line = self._there()
        try:
            line.send(pcm)
            return self._what_came(line)
        except (OSError, WebSocketException):
            raise self._gone() from None

    def finish(self) -> Sequence[SpeechEvent]:
        line = self._there()
        found: list[SpeechEvent] = []
        try:
            line.send(json.dumps({"eof": 1}))
            while True:  # the answer to the end comes last, and may be empty
                message = line.recv(timeout=_LAST_S, decode=True)
                found += self._read(message)
                if "partial" not in message:
                    break
        except TimeoutError:
            pass
        except (OSError, WebSocketException):
            if not any(isinstance(each, Utterance) for each in found):
                raise self._gone() from None
        self._drop()
        return found

    def _what_came(self, line: ClientConnection) -> list[SpeechEvent]:
        """Everything that is here by now; sound is not held up by words."""
        found: list[SpeechEvent] = []
        try:
            while True:
                found += self._read(line.recv(timeout=0, decode=True))
        except TimeoutError:
            return found

    def _read(self, message: str) -> tuple[SpeechEvent, ...]:
        try:
            return recognised(message)
        except ValueError:
            self._drop()
            raise Refused(tr("the recogniser answers in a form that is not known")) from None

    def _there(self) -> ClientConnection:
        if self._line is None:
            raise self._gone()
        return self._line

    def _gone(self) -> Refused:
        self._drop()
        return Refused(tr("the recogniser does not answer any more; the last words may be missing"))

    def _drop(self) -> None:
        self._line = None
        self._held.close()
