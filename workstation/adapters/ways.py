"""The ways to a site: its address, and a second gateway with the same paths where it has one.

A question that the one does not answer goes by the other, and the other is used from then on;
the first is tried again after a pause. A change goes by the other only where it surely did not
leave this machine: what may have arrived is never sent twice.
"""

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Final, TypeVar
from urllib.parse import urlsplit

from attrs import evolve, frozen

from workstation.adapters.breaker import Breaker
from workstation.adapters.http import Limits, Sleep, Stream, Wire
from workstation.errors import SiteSilent, SiteUnavailable
from workstation.protocols.web import Answer, Request, origin
from workstation.services.ports.images import Demand
from workstation.settings import Site

#: While a way is silent, one question after each pause waits for it, and the rest are told.
_SILENT_S: Final = (2.0, 15.0)
#: While the second way is used, the first is tried after such pauses, the first and the longest.
_RETURN_S: Final = (5.0, 60.0)
#: What a gateway says whose site is down (RFC 9110 15.6.3 to 15.6.5).
DOWN: Final = frozenset({502, 503, 504})

A = TypeVar("A", Answer, Stream)


def limits_of(site: Site) -> Limits:
    return Limits(site.timeout_seconds, site.connections, site.ca_file)


def at_second(site: Site) -> Site:
    """The site as if its second way were its only one."""
    home = site.second_origin
    fhir, dicomweb, ups = (
        _under(home, each) if each else "" for each in (site.fhir, site.dicomweb, site.ups)
    )
    return evolve(site, fhir=fhir, dicomweb=dicomweb, ups=ups, second_origin="")


@frozen
class Moved:
    """From now on a site is asked by its second way, or again by its first; `why` as a code."""

    second: bool
    why: str


class Way:
    """One address of a site. Safe for any thread."""

    def __init__(self, site: Site, home: str, monotonic: Callable[[], float], sleep: Sleep) -> None:
        self.home = home
        self._wire = Wire(site.name, home, limits_of(site), sleep=sleep)
        self._breaker = Breaker(monotonic, SiteSilent, _SILENT_S)

    def close(self) -> None:
        self._wire.close()

    def send(self, request: Request, hurried: bool) -> Answer:
        with self._breaker.asking():
            return self._wire.send(request, hurried=hurried)

    @contextmanager
    def stream(self, request: Request, demand: Demand) -> Iterator[Stream]:
        with self._breaker.asking(), self._wire.stream(request, demand) as stream:
            self._breaker.answered()  # whatever becomes of the rest
            yield stream


class Ways:
    """Safe for any thread. `moved` is called on the thread that found out, and must not wait."""

    def __init__(
        self, site: Site, monotonic: Callable[[], float], *, sleep: Sleep = time.sleep
    ) -> None:
        self.moved: Callable[[Moved], None] = lambda _: None
        self._monotonic = monotonic
        home, other = site.fhir or site.dicomweb or site.ups, site.second_origin
        self._first = Way(site, home, monotonic, sleep)
        self._second = Way(site, other, monotonic, sleep) if other else None
        self._lock = threading.Lock()
        self._on_second = False
        self._until, self._returned_at = 0.0, -math.inf
        self._pause_s = _RETURN_S[0]

    def close(self) -> None:
        self._first.close()
        if self._second is not None:
            self._second.close()

    def as_first(self, url: str) -> str:
        """An address under the second way, as it is under the first; any other as it is."""
        if self._second is None or origin(url) != origin(self._second.home):
            return url
        return _under(self._first.home, url)

    def send(self, request: Request) -> Answer:
        """The whole answer, whatever its status. Changes are sent once."""
        return self._asked(request, Way.send, tries_first=True)

    @contextmanager
    def stream(self, request: Request, demand: Demand) -> Iterator[Stream]:
        """One attempt by each way; the body is read by the caller. It never tries the first
        way for others: an image waits for no time-out."""
        with ExitStack() as opened:

            def open_at(way: Way, request: Request, _hurried: bool) -> Stream:
                opened.close()  # what another way said
                return opened.enter_context(way.stream(request, demand))

            yield self._asked(request, open_at, tries_first=False)

    def _asked(
        self, request: Request, ask: Callable[[Way, Request, bool], A], *, tries_first: bool
    ) -> A:
        url, question, why = self.as_first(request.url), request.method in ("GET", "HEAD"), ""
        ways, began_on_second = self._order(url, tries_first=tries_first and question)
        for way in ways:
            last = way is ways[-1]
            there = _under(way.home, url) if way is self._second else url
            try:
                answer = ask(way, evolve(request, url=there), not last)
            except SiteUnavailable as error:
                if last or not (question or error.unsent):
                    raise
                why = _code(error)
                continue
            if answer.status not in DOWN:
                if (way is self._second) is not began_on_second:
                    self._use(way is self._second, why)
                return answer
            if last or not question:
                return answer
            why = str(answer.status)
        raise AssertionError("the last way returns or raises")

    def _order(self, url: str, *, tries_first: bool) -> tuple[tuple[Way, ...], bool]:
        """Which way is asked, which where it gives no answer; whether the second is used now."""
        first, second = self._first, self._second
        if second is None or origin(url) != origin(first.home):
            return (first,), False
        with self._lock:
            if not self._on_second:
                return (first, second), False
            if tries_first and self._monotonic() >= self._until:  # one for all
                self._pause_s = min(2 * self._pause_s, _RETURN_S[1])
                self._until = self._monotonic() + self._pause_s
                return (first, second), True
            return (second, first), True

    def _use(self, second: bool, why: str) -> None:
        with self._lock:
            if second is self._on_second:  # another thread found out before
                return
            self._on_second = second
            now = self._monotonic()
            if not second:
                self._returned_at = now
            elif now - self._returned_at > _RETURN_S[1]:  # else it comes and goes
                self._pause_s = _RETURN_S[0]
            self._until = now + self._pause_s
            self.moved(Moved(second, why))


def _under(home: str, url: str) -> str:
    """An address at the scheme, host and port of another."""
    there = urlsplit(home)
    return urlsplit(url)._replace(scheme=there.scheme, netloc=there.netloc).geturl()


def _code(error: SiteUnavailable) -> str:
    """Why a way was left, for the audit log."""
    if error.unsent:
        return "not-reached"
    return "silent" if isinstance(error, SiteSilent) else "broke-off"
