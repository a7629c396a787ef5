"""What a DIMSE peer may send us, and how long it may be silent, for one association.

pynetdicom reads whatever length a peer announces and waits for ever in the middle of a
message. Here both are bounded where the bytes come in.
"""

import socket
import threading
import time
from typing import Any, Final

from pynetdicom import evt
from pynetdicom.association import Association

from workstation.decoder.budget import OBJECT_BYTES

#: What we offer as our largest PDU (PS3.8 D.1); twice that is no honest peer's.
PDU_BYTES: Final = 256 * 1024
_MOST_PDU: Final = 2 * PDU_BYTES
_LOOKED_EACH_S: Final = 0.25

#: As `pynetdicom` takes them: an event, and what is called with it.
Handlers = list[Any]


class Guard:
    """Bound to the events of an association; ends the line that says too much or nothing."""

    def __init__(self, patience_s: float) -> None:
        self._patience_s = patience_s
        self._heard_at = time.monotonic()
        self._message_bytes = 0
        self._line: socket.socket | None = None
        self._over = threading.Event()
        self.is_silent = False  # the line was cut for it

    @property
    def handlers(self) -> Handlers:
        return [
            (evt.EVT_CONN_OPEN, self._opened),
            (evt.EVT_CONN_CLOSE, self._closed),
            (evt.EVT_DIMSE_RECV, self._message_ended),
        ]

    def heard(self) -> None:
        """A sign of life that came another way: what was asked for comes on a line of its own."""
        self._heard_at = time.monotonic()

    def close(self) -> None:
        """The association is over. Of a line that was cut pynetdicom leaves the socket open."""
        self._over.set()
        if self._line is not None:
            self._line.close()

    def guards(self, association: Association) -> None:
        """One that is open already: of a listener, whose associations begin by themselves."""
        association.bind(evt.EVT_CONN_CLOSE, self._closed)
        association.bind(evt.EVT_DIMSE_RECV, self._message_ended)
        self._begin(association)

    def _opened(self, event: evt.Event) -> None:
        self._begin(event.assoc)

    def _begin(self, association: Association) -> None:
        outer = association.dul.socket
        assert outer is not None
        read = outer.recv
        self._line = outer.socket

        def bounded(nr_bytes: int) -> bytearray:
            self._message_bytes += nr_bytes
            if nr_bytes > _MOST_PDU or self._message_bytes > OBJECT_BYTES:
                raise OSError("more than can be right")
            found = read(nr_bytes)
            self._heard_at = time.monotonic()
            return found

        # An instance's own way to read: the class is pynetdicom's and not ours to replace.
        outer.recv = bounded  # type: ignore[method-assign]
        self._heard_at = time.monotonic()
        threading.Thread(target=self._watch, name="dimse-guard", daemon=True).start()

    def _closed(self, _event: evt.Event) -> None:
        self._over.set()

    def _message_ended(self, _event: evt.Event) -> None:
        self._message_bytes = 0

    def _watch(self) -> None:
        while not self._over.wait(min(_LOOKED_EACH_S, self._patience_s / 4)):
            if time.monotonic() - self._heard_at > self._patience_s:
                self.is_silent = True
                self.cut()
                return

    def cut(self) -> None:
        """pynetdicom learns of it as of any line that breaks."""
        if self._line is not None:
            try:
                self._line.shutdown(socket.SHUT_RDWR)
            except OSError:  # gone already
                return
