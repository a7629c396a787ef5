"""Where a site's DIMSE service is, and how an association with it begins (PS3.8 7.1).

Blocking; called on the lanes of the site.
"""

import logging
import socket
import ssl
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import urlsplit

from attrs import frozen
from pynetdicom import AE, build_role, evt
from pynetdicom.association import Association
from pynetdicom.presentation import PresentationContext, build_context

from workstation.adapters.breaker import Breaker
from workstation.adapters.dimse_guard import PDU_BYTES, Guard
from workstation.adapters.dimse_line import PLAIN, Line, Taken, set_aside, stored
from workstation.errors import Refused, SettingsError, SiteUnavailable, WorkstationError
from workstation.settings import Site
from workstation.text import tr

# What it logs of a failed parse are values of patients.
logging.getLogger("pynetdicom").setLevel(logging.CRITICAL + 1)

#: A site that refuses and hangs up at once may take its refusal along (a TCP reset): asked again.
_TIMES: Final = 3
_VERIFICATION: Final = "1.2.840.10008.1.1"
#: Reasons of a rejection by the service user that are lasting (PS3.8 9.3.4).
_CALLING_UNKNOWN: Final = 3
_CALLED_UNKNOWN: Final = 7


@frozen
class Address:
    """`dicoms://host:port/AE` of the settings, taken apart."""

    host: str
    port: int
    title: str
    secure: bool

    @classmethod
    def of(cls, value: str) -> "Address":
        parts = urlsplit(value)
        title = parts.path.strip("/")
        return cls(parts.hostname or "", parts.port or 0, title, parts.scheme == "dicoms")


def tls_of(site: Site, *, server: bool = False) -> ssl.SSLContext:
    """Certificates as the settings say (PS3.15 B.12: TLS 1.2 at least, both sides named)."""
    purpose = ssl.Purpose.CLIENT_AUTH if server else ssl.Purpose.SERVER_AUTH
    try:
        context = ssl.create_default_context(
            purpose, cafile=str(site.ca_file) if site.ca_file else None
        )
        if site.dimse_certificate is not None:
            context.load_cert_chain(str(site.dimse_certificate))
    except (OSError, ssl.SSLError) as error:
        raise SettingsError(
            tr("{site}: the certificates for DIMSE cannot be used", site=site.name)
        ) from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if server:
        context.verify_mode = ssl.CERT_REQUIRED
    return context


class DimseSite:
    """Opens associations with the DIMSE service of one site. Safe for any worker thread."""

    def __init__(self, site: Site, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.site = site
        self.address = Address.of(site.dimse)
        self._breaker = Breaker(monotonic)

    @contextmanager
    def line(
        self,
        contexts: Sequence[PresentationContext],
        *,
        received: Sequence[str] = (),
        taken: Taken | None = None,
    ) -> Iterator["Line"]:
        """An association, released at the end. `received`: SOP classes that come to us by
        C-STORE on it, which `taken` takes."""
        guard = Guard(self.site.timeout_seconds)
        answers: deque[bytes] = deque()
        handlers = [*guard.handlers, (evt.EVT_DIMSE_RECV, set_aside, [answers])]
        if taken is not None:
            handlers.append((evt.EVT_C_STORE, stored, [taken]))
        roles = [build_role(uid, scp_role=True) for uid in received]
        association = self._breaker.call(lambda: self._associated(contexts, roles, handlers))
        line = Line(self.site, association, guard, answers)
        try:
            yield line
        except BaseException:
            association.abort()
            raise
        else:
            association.release()
        finally:
            guard.close()

    def echo(self) -> float:
        """C-ECHO; the milliseconds it took."""
        with self.line([build_context(_VERIFICATION, list(PLAIN))]) as line:
            began = time.monotonic()
            line.echo()
            return 1000 * (time.monotonic() - began)

    def _associated(
        self, contexts: Sequence[PresentationContext], roles: list[Any], handlers: list[Any]
    ) -> Association:
        site, to = self.site, self.address
        caller = AE(ae_title=site.dimse_ae)
        caller.connection_timeout = caller.acse_timeout = site.timeout_seconds
        caller.network_timeout = None  # the guard's: it knows what else is a sign of life
        caller.dimse_timeout = None
        begun = time.monotonic()
        for _ in range(_TIMES):
            made = caller.associate(
                to.host,
                to.port,
                contexts=list(contexts),
                ae_title=to.title,
                max_pdu=PDU_BYTES,
                ext_neg=roles,
                tls_args=(tls_of(site), to.host) if to.secure else None,
                evt_handlers=handlers,
            )
            if made.is_established:
                return made
            if why := self._why_not(made):
                raise why
            if time.monotonic() - begun > site.timeout_seconds / 2:
                break
        raise SiteUnavailable(tr("{site} broke off before DIMSE began", site=site.name))

    def _why_not(self, made: Association) -> WorkstationError | None:
        """None: the line broke without a word, or with a word that was lost with the line."""
        name = self.site.name
        answer = made.acceptor.primitive
        if made.is_rejected and answer is not None:
            return self._rejected(answer.result, answer.result_source, answer.diagnostic)
        if why := _reached(self.site, self.address):
            return SiteUnavailable(why)
        if made.rejected_contexts:
            return Refused(tr("{site} does not offer this service by DIMSE", site=name))
        return None

    def _rejected(
        self, result: int | None, source: int | None, reason: int | None
    ) -> WorkstationError:
        name = self.site.name
        if source == 1 and reason == _CALLED_UNKNOWN:
            words = tr("{site} has no AE title {title}", site=name, title=self.address.title)
            return Refused(words)
        if source == 1 and reason == _CALLING_UNKNOWN:
            words = tr("{site} does not know the AE title of this desk, {title}",
                       site=name, title=self.site.dimse_ae)  # fmt: skip
            return Refused(words)
        if result == 2:  # rejected-transient
            return SiteUnavailable(tr("{site} has no room for another association now", site=name))
        return Refused(tr("{site} refused the association", site=name))


def _reached(site: Site, to: Address) -> str:
    """Why there is no line at all, in words; empty where there is one."""
    try:
        line = socket.create_connection((to.host, to.port), site.timeout_seconds)
    except TimeoutError:
        return tr("{site} does not answer in time", site=site.name)
    except OSError:
        return tr("{site} cannot be reached", site=site.name)
    with line:
        return _greeted(site, to, line) if to.secure else ""


def _greeted(site: Site, to: Address, line: socket.socket) -> str:
    """Why there is no TLS on a line that stands."""
    try:
        tls_of(site).wrap_socket(line, server_hostname=to.host).close()
    except ssl.SSLCertVerificationError:
        return tr("{site} shows a certificate that cannot be trusted", site=site.name)
    except TimeoutError:
        return tr("{site} does not answer in time", site=site.name)
    except OSError:
        return tr("{site} does not speak TLS as it is agreed", site=site.name)
    return ""
