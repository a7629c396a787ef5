"""Messages to one site's HL7 v2 listener: MLLP over TLS, one connection for each message.

Everything that leaves doubt whether the message was taken is `SiteUnavailable`: who sent it
asks before sending it again (`protocols.delivery`).
"""

import logging
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Final
from urllib.parse import urlsplit

from workstation.adapters.clock import SystemClock
from workstation.adapters.http import certificates
from workstation.errors import Conflict, Refused, SiteUnavailable
from workstation.protocols.hl7 import Frames, NotHl7, framed, parse
from workstation.protocols.hl7_ack import Acknowledgement, Verdict, read
from workstation.services.ports.clock import Clock
from workstation.services.ports.hosting import Receipt
from workstation.settings import Site
from workstation.text import tr

log = logging.getLogger("hl7")

_CHUNK: Final = 64 * 1024
#: Of an answer; an acknowledgement has a few hundred bytes.
_MOST_ANSWER: Final = 1 << 20


class MllpLine:
    """`services.ports.hosting.ReportLine`. Safe to use from any worker thread."""

    def __init__(self, site: Site, clock: Clock | None = None) -> None:
        self._site = site
        self._clock = clock or SystemClock()

    def send(self, message: bytes) -> Receipt:
        wanted = parse(message).control_id
        said = self._understood(self._exchanged(message), wanted)
        log.info("%s answered %s", self._site.id, said.code)
        why = said.words or tr("without a reason ({code})", code=said.code)
        match said.verdict:
            case Verdict.TAKEN:
                return Receipt("", said.at or self._clock.now(), said.code)
            case Verdict.ALREADY:
                raise Conflict(why)
            case Verdict.NOT_NOW:
                raise SiteUnavailable(tr("{site}: {why}", site=self._site.name, why=why))
            case Verdict.REFUSED:
                raise Refused(why)

    def _understood(self, answer: bytes, wanted: str) -> Acknowledgement:
        try:
            said = read(parse(answer))
        except NotHl7:
            said = None
        if said is None or said.of != wanted:
            raise SiteUnavailable(
                tr("the answer of {site} could not be understood", site=self._site.name)
            )
        return said

    def _exchanged(self, message: bytes) -> bytes:
        name, deadline = self._site.name, time.monotonic() + self._site.timeout_seconds
        with ExitStack() as stack:
            with _plain_errors(name, tr("{site} cannot be reached", site=name)):
                line = stack.enter_context(connected(self._site, deadline))
            with _plain_errors(name, tr("{site} broke off before it answered", site=name)):
                line.sendall(framed(message))
                return _first_answer(line, deadline)


def _first_answer(line: socket.socket, deadline: float) -> bytes:
    frames, got = Frames(), 0
    while got < _MOST_ANSWER:
        line.settimeout(_left(deadline))
        data = line.recv(_CHUNK)
        if not data:
            raise ConnectionResetError
        got += len(data)
        for answer in frames.fed(data):
            return answer
    raise ConnectionResetError  # more than any acknowledgement is


@contextmanager
def _plain_errors(name: str, otherwise: str) -> Iterator[None]:
    try:
        yield
    except TimeoutError as error:
        raise SiteUnavailable(tr("{site} does not answer in time", site=name)) from error
    except ssl.SSLCertVerificationError as error:
        why = tr("{site} shows a certificate that cannot be trusted", site=name)
        raise SiteUnavailable(why) from error
    except OSError as error:
        raise SiteUnavailable(otherwise) from error


@contextmanager
def connected(site: Site, deadline: float) -> Iterator[socket.socket]:
    """A connection to the listener of `site`, under TLS where its address says `mllps`.

    `deadline` is monotonic. Raises what sockets raise.
    """
    parts = urlsplit(site.hl7)
    address = (parts.hostname or "", parts.port or 0)
    with socket.create_connection(address, _left(deadline)) as plain:
        if parts.scheme != "mllps":
            yield plain
            return
        plain.settimeout(_left(deadline))
        tls = certificates(site.ca_file, site.hl7_certificate)
        with tls.wrap_socket(plain, server_hostname=parts.hostname) as line:
            yield line


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
