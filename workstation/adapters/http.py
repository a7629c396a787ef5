"""HTTP to one place: certificates checked, time and size bounded, errors in plain words.

`Wire` sends requests as they are. It knows no token: `adapters.site_client` adds that.
Used from the worker threads of a site's lanes; httpx2's client is safe for threads.
"""

import functools
import logging
import random
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import httpx2
from attrs import field, frozen

from workstation.errors import GivenUp, SettingsError, SiteSilent, SiteUnavailable
from workstation.protocols.web import Answer, Request
from workstation.services.ports.images import PATIENT, Demand
from workstation.settings import is_loopback
from workstation.text import tr

log = logging.getLogger("http")

#: Of an answer that is read whole. Images are streamed and have their own bounds.
MOST_BYTES: Final = 64 * 1024 * 1024
#: Answers that say "not now" (docs/conformance.md); only questions are repeated.
BUSY: Final = frozenset({408, 425, 429, 502, 503, 504})
TRIES: Final = 3
_LONGEST_PAUSE_S: Final = 5.0
_HURRIED_PAUSE_S: Final = 0.5
_CHUNK: Final = 64 * 1024  # a fast line is read as well; a slow one is left within a moment

Sleep = Callable[[float], None]


@frozen
class Limits:
    """What one place may take of us."""

    timeout_s: float = 15.0
    connections: int = 16
    ca_file: Path | None = None


@frozen
class Stream:
    """An answer whose body is still on its way. Header names are in lower case."""

    status: int
    headers: dict[str, str] = field(repr=False)
    _response: httpx2.Response = field(repr=False)
    _name: str
    _demand: Demand = field(default=PATIENT, repr=False)

    def chunks(self) -> Iterator[bytes]:
        """The body as it comes; a line that breaks is `SiteUnavailable`. `GivenUp`: nobody waits
        for the rest, and the connection goes with it."""
        with plain_errors(self._name):
            for chunk in self._response.iter_bytes(_CHUNK):
                if self._demand.over():
                    raise GivenUp
                yield chunk
                self._demand.took(len(chunk))

    def read(self, most: int = MOST_BYTES, deadline: float | None = None) -> bytes:
        """The whole body, up to `most` bytes and until `deadline` (monotonic)."""
        parts, size = [], 0
        for chunk in self.chunks():
            size += len(chunk)
            if size > most:
                raise SiteUnavailable(tr("{site} sends more than can be right", site=self._name))
            if deadline is not None and time.monotonic() > deadline:
                raise SiteUnavailable(tr("{site} is too slow to answer", site=self._name))
            parts.append(chunk)
        return b"".join(parts)


class Wire:
    """Sends requests to the places of one name; the name is what the reader is told."""

    def __init__(
        self, name: str, address: str, limits: Limits | None = None, *, sleep: Sleep = time.sleep
    ) -> None:
        self._name = name
        self._limits = limits or Limits()
        self._sleep = sleep
        pool = self._limits.connections
        self._client = httpx2.Client(
            verify=certificates(self._limits.ca_file),
            trust_env=not is_loopback(address),
            follow_redirects=False,
            timeout=httpx2.Timeout(
                self._limits.timeout_s, connect=min(5.0, self._limits.timeout_s)
            ),
            limits=httpx2.Limits(max_connections=pool, max_keepalive_connections=pool),
            headers={"User-Agent": "reading-workstation"},
        )

    @property
    def name(self) -> str:
        return self._name

    def close(self) -> None:
        self._client.close()

    def send(self, request: Request, most: int = MOST_BYTES, *, hurried: bool = False) -> Answer:
        """The whole answer, whatever its status. Questions are repeated, changes never.

        `hurried`: there is another way to ask. What gives no answer is told at once, what is busy
        is asked again within a second.
        """
        question = request.method in ("GET", "HEAD")
        for attempt in range(1, TRIES + 1):
            last = attempt == TRIES or not question
            try:
                answer = self._once(request, most)
            except SiteUnavailable as error:
                if last or hurried:
                    raise
                log.info("%s: attempt %d failed: %s", self._name, attempt, error)
                self._sleep(_pause(attempt, ""))
                continue
            if last or answer.status not in BUSY:
                return answer
            log.info("%s: attempt %d answered %d", self._name, attempt, answer.status)
            pause = _pause(attempt, answer.headers.get("retry-after", ""))
            self._sleep(min(pause, _HURRIED_PAUSE_S) if hurried else pause)
        raise AssertionError("the last attempt returns or raises")

    def _once(self, request: Request, most: int) -> Answer:
        # A server that drips would reset the timeout with each byte.
        deadline = time.monotonic() + 4 * self._limits.timeout_s
        with self.stream(request) as stream:
            body = stream.read(most, deadline)
            return Answer(stream.status, stream.headers, body, request.url)

    @contextmanager
    def stream(self, request: Request, demand: Demand = PATIENT) -> Iterator[Stream]:
        """One attempt; the body is read by the caller."""
        if request.url.startswith("http://") and not is_loopback(request.url):
            raise SiteUnavailable(tr("{site}: the address is not https", site=self._name))
        with plain_errors(self._name):
            outgoing = self._client.build_request(
                request.method, request.url, headers=dict(request.headers), content=request.body
            )
            response = self._client.send(outgoing, stream=True)
        try:
            headers = {name.lower(): value for name, value in response.headers.items()}
            yield Stream(response.status_code, headers, response, self._name, demand)
        finally:
            response.close()


@contextmanager
def plain_errors(name: str) -> Iterator[None]:
    """httpx2's errors as the reader's: which site, and what happened."""
    try:
        yield
    except httpx2.PoolTimeout as error:  # we are busy with it ourselves
        raise SiteUnavailable(tr("{site} does not answer in time", site=name)) from error
    except httpx2.TimeoutException as error:
        unsent = isinstance(error, httpx2.ConnectTimeout)
        raise SiteSilent(tr("{site} does not answer in time", site=name), unsent=unsent) from error
    except httpx2.ConnectError as error:
        if isinstance(_root(error), ssl.SSLError):
            why = tr("{site} shows a certificate that cannot be trusted", site=name)
        else:
            why = tr("{site} cannot be reached", site=name)
        raise SiteUnavailable(why, unsent=True) from error
    except (httpx2.RemoteProtocolError, httpx2.ReadError, httpx2.DecodingError) as error:
        raise SiteUnavailable(
            tr("{site} broke off in the middle of its answer", site=name)
        ) from error
    except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError) as error:
        raise SiteUnavailable(tr("{site} cannot be reached", site=name)) from error


def _root(error: BaseException) -> BaseException:
    while error.__cause__ is not None or error.__context__ is not None:
        error = error.__cause__ or error.__context__ or error
    return error


@functools.cache  # reading the system's store takes longer than a request on this machine
def certificates(ca_file: Path | None, own: Path | None = None) -> ssl.SSLContext:
    """What is trusted of a place: its own certificates, else those of the system; `own` is
    shown to it where it asks who calls."""
    if ca_file is not None:
        try:
            context = ssl.create_default_context(cafile=str(ca_file))
        except (OSError, ssl.SSLError) as error:
            raise SettingsError(tr("{file}: no certificates to trust", file=ca_file)) from error
    else:
        context = httpx2.create_ssl_context()  # the operating system's store
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if own is not None:
        try:
            context.load_cert_chain(own)
        except (OSError, ssl.SSLError) as error:
            raise SettingsError(tr("{file}: no certificate with its key", file=own)) from error
    return context


def _pause(attempt: int, retry_after: str) -> float:
    """Seconds before the next attempt: what the server asks, else doubling with jitter."""
    asked = float(retry_after) if retry_after.isdigit() else 0.0
    jittered: float = 0.2 * (1 << attempt) * random.uniform(0.5, 1.0)
    return min(_LONGEST_PAUSE_S, max(asked, jittered))
