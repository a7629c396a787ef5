"""The receiver of C-MOVE: listens while something is awaited, and takes nothing else.

A site opens an association of its own to send what we asked for. Only that site's AE title,
from its address, gets in, and only objects that were asked for are kept.
"""

import logging
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from socketserver import TCPServer
from typing import Any, Final

from pynetdicom import AE, evt
from pynetdicom.transport import ThreadedAssociationServer

from workstation.adapters.dimse_contexts import every_storage
from workstation.adapters.dimse_guard import PDU_BYTES, Guard
from workstation.adapters.dimse_line import Taken, stored
from workstation.adapters.dimse_site import Address, tls_of
from workstation.domain.identifiers import SopUID
from workstation.errors import SiteUnavailable
from workstation.protocols.part10 import Wrapped
from workstation.settings import Site
from workstation.text import tr

log = logging.getLogger("frames")

#: Refused: not authorised (PS3.7 C.4.1): nobody asked for this object.
NOT_ASKED: Final = 0x0124


class Receiver:
    """Of one site. Safe for any worker thread; retrievals under way share one listener."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._lock = threading.Lock()
        self._awaited: dict[SopUID, Taken] = {}
        self._under_way = 0
        self._server: ThreadedAssociationServer | None = None

    @contextmanager
    def awaiting(
        self, expected: Mapping[SopUID, Taken], *, packed_first: bool = False
    ) -> Iterator[None]:
        """Objects of these UIDs are taken until the end; raises `SiteUnavailable` where this
        machine cannot listen."""
        with self._lock:
            if self._server is None:
                self._server = self._listening()
            self._server.contexts = every_storage(packed_first=packed_first)
            self._under_way += 1
            self._awaited.update(expected)
        try:
            yield
        finally:
            with self._lock:
                self._under_way -= 1
                for sop in expected:
                    self._awaited.pop(sop, None)
                ended = self._server if self._under_way == 0 else None
                if ended is not None:
                    self._server = None
            if ended is not None:
                ended.shutdown()

    def _listening(self) -> ThreadedAssociationServer:
        site = self._site
        taker = AE(ae_title=site.dimse_ae)
        taker.supported_contexts = every_storage(packed_first=False)
        taker.require_called_aet = True
        taker.require_calling_aet = [Address.of(site.dimse).title]
        taker.maximum_pdu_size = PDU_BYTES
        taker.network_timeout = taker.acse_timeout = taker.dimse_timeout = site.timeout_seconds
        host, _, port = site.dimse_receiver.rpartition(":")
        secure = Address.of(site.dimse).secure
        try:
            server = taker.make_server(
                (host.strip("[]"), int(port)),
                ae_title=site.dimse_ae,
                ssl_context=tls_of(site, server=True) if secure else None,
                evt_handlers=self._handlers(),
                server_class=_OfOnePeer,
            )
        except OSError as error:
            raise SiteUnavailable(
                tr(
                    "this machine cannot listen at {address} for {site}",
                    address=site.dimse_receiver,
                    site=site.name,
                )
            ) from error
        assert isinstance(server, _OfOnePeer)
        server.peers = _addresses(Address.of(site.dimse).host)
        server.patience_s = site.timeout_seconds
        threading.Thread(
            target=server.serve_forever, args=(0.05,), name="dimse-receiver", daemon=True
        ).start()
        return server

    def _handlers(self) -> list[Any]:
        return [(evt.EVT_CONN_OPEN, self._guarded), (evt.EVT_C_STORE, stored, [self._taken])]

    def _guarded(self, event: evt.Event) -> None:
        Guard(self._site.timeout_seconds).guards(event.assoc)

    def _taken(self, wrapped: Wrapped) -> int:
        with self._lock:
            taker = self._awaited.get(SopUID(wrapped.sop))
        if taker is None:
            log.warning("%s sent an object that nobody asked for; it was refused", self._site.id)
            return NOT_ASKED
        return taker(wrapped)


class _OfOnePeer(ThreadedAssociationServer):
    """Connections from another machine are closed before a byte of them is read."""

    peers: frozenset[str] = frozenset()
    patience_s: float = 15.0

    def get_request(self) -> tuple[socket.socket, Any]:
        assert self.socket is not None
        line, address = self.socket.accept()
        line.settimeout(self.patience_s)  # whoever stops in its TLS greeting keeps nobody out
        try:
            if str(address[0]).removeprefix("::ffff:") not in self.peers:
                raise ConnectionRefusedError
            if self.ssl_context is not None:
                line = self.ssl_context.wrap_socket(line, server_side=True)
        except OSError:
            line.close()
            raise
        line.settimeout(None)
        return line, address

    def shutdown(self) -> None:
        """As pynetdicom's, which looks for itself among the servers that `start_server` made."""
        TCPServer.shutdown(self)
        self.server_close()


def _addresses(host: str) -> frozenset[str]:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return frozenset()
    return frozenset(str(each[4][0]) for each in found)
