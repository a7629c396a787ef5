"""Where a site's interface engine brings its messages: MLLP, from allowed peers, under TLS.

A connection is one thread; there are few of them, since engines keep theirs open. Nothing of a
message is looked at here: it is given on whole, and its acknowledgement is sent.
"""

import ipaddress
import logging
import socket
import ssl
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Final

from workstation.errors import SettingsError
from workstation.protocols.hl7 import Frames, NotHl7, framed
from workstation.text import tr

log = logging.getLogger("hl7")

_CHUNK: Final = 64 * 1024
_MOST_CONNECTIONS: Final = 8
#: An engine that says nothing for so long is gone; it connects again.
_SILENCE_S: Final = 600.0
_HANDSHAKE_S: Final = 10.0


class MllpDoor:
    """Listens from `open` to `close`. `take` gives the answer to a message, on any thread."""

    def __init__(
        self,
        address: str,
        peers: Sequence[str],
        certificate: Path | None,
        take: Callable[[bytes], bytes],
    ) -> None:
        host, _, port = address.rpartition(":")
        self._address = host.strip("[]"), int(port)
        self._peers = [ipaddress.ip_network(each, strict=False) for each in peers]
        self._tls = _context(certificate) if certificate else None
        self._take = take
        self._places = threading.Semaphore(_MOST_CONNECTIONS)
        self._stack = ExitStack()
        self.port = 0  # where it listens, once it is open

    def open(self) -> None:
        """Raises SettingsError where the address cannot be had."""
        try:
            listening = socket.create_server(self._address, backlog=_MOST_CONNECTIONS)
        except OSError as error:
            where = f"{self._address[0]}:{self._address[1]}"
            raise SettingsError(tr("{where} cannot be listened on", where=where)) from error
        self.port = listening.getsockname()[1]
        self._stack.callback(listening.close)
        # The system wakes a thread that waits in `accept` by `shutdown`, not by `close`.
        self._stack.callback(_wake, listening)
        threading.Thread(
            target=self._accept, args=(listening,), daemon=True, name="hl7-door"
        ).start()

    def close(self) -> None:
        self._stack.close()

    def _accept(self, listening: socket.socket) -> None:
        while True:
            try:
                line, peer = listening.accept()
            except OSError:
                return  # closed
            if not self._may_speak(peer[0]) or not self._places.acquire(blocking=False):
                log.warning("a peer that is not expected was turned away")
                line.close()
                continue
            threading.Thread(
                target=self._connected, args=(line,), daemon=True, name="hl7-peer"
            ).start()

    def _may_speak(self, address: str) -> bool:
        peer = ipaddress.ip_address(address)
        return any(peer in each for each in self._peers)

    def _connected(self, plain: socket.socket) -> None:
        try:
            with ExitStack() as stack:
                line = stack.enter_context(plain)
                if self._tls is not None:
                    plain.settimeout(_HANDSHAKE_S)
                    line = stack.enter_context(self._tls.wrap_socket(plain, server_side=True))
                line.settimeout(_SILENCE_S)
                self._converse(line)
        except (OSError, NotHl7) as error:
            log.info("a peer left: %s", type(error).__name__)
        finally:
            self._places.release()

    def _converse(self, line: socket.socket) -> None:
        frames = Frames()
        while data := line.recv(_CHUNK):
            for message in frames.fed(data):
                line.sendall(framed(self._take(message)))


def _wake(listening: socket.socket) -> None:
    with suppress(OSError):  # some systems call it an error where nobody is connected
        listening.shutdown(socket.SHUT_RDWR)


def _context(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(certificate)
    except (OSError, ssl.SSLError) as error:
        raise SettingsError(tr("{file}: no certificate with its key", file=certificate)) from error
    return context
