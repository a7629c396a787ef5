"""HTTP to one site, as the signed-in reader. Its errors are the reader's words."""

import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final

from attrs import evolve

from workstation.adapters.http import Stream
from workstation.adapters.kept_sign_in import KeptSignIn
from workstation.adapters.sign_on import SignOn
from workstation.adapters.ways import Ways, limits_of
from workstation.errors import SiteUnavailable
from workstation.protocols.answers import error_of
from workstation.protocols.device_sign_in import EnterCode
from workstation.protocols.id_token import Client
from workstation.protocols.web import Answer, Request, origin
from workstation.services.ports.clock import Clock
from workstation.services.ports.images import PATIENT, Demand
from workstation.services.ports.keeping import SecretStore
from workstation.settings import Site
from workstation.text import tr

_GOOD: Final = (200, 201, 202, 204)
_MOST_ERROR_BYTES: Final = 256 * 1024


def sign_ons(
    sites: Collection[Site],
    clock: Clock,
    show: Callable[[EnterCode | None], None] = lambda _code: None,
    secrets: SecretStore | None = None,
) -> Callable[[Site], SignOn]:
    """One `SignOn` per identity provider, shared by the sites that use it.

    `show` is told from a worker thread what a reader without a browser is to enter where.
    A sign-in outlives the program in `secrets` where every site of the provider allows it.
    """
    found: dict[Client, SignOn] = {}
    for site in sites:
        client = _client_of(site)
        if client in found:
            continue
        stays = all(each.stay_signed_in for each in sites if _client_of(each) == client)
        kept = KeptSignIn(secrets, client) if stays and secrets is not None else None
        found[client] = SignOn(client, limits_of(site), clock, show=show, kept=kept)
    return lambda site: found[_client_of(site)]


def _client_of(site: Site) -> Client:
    return Client(site.issuer, site.client_id, site.scopes)


class SiteClient:
    """What the adapters of one site send their requests through.

    Safe to use from any worker thread. The token goes to the site's own addresses and
    nowhere else; redirects are not followed.
    """

    def __init__(self, site: Site, sign_on: SignOn, clock: Clock) -> None:
        self.site = site
        self.sign_on = sign_on
        self._clock = clock
        self.ways = Ways(site, clock.monotonic)
        addresses = (site.fhir, site.dicomweb, site.est, site.ups, site.second_origin)
        self._origins = {origin(each) for each in addresses if each}
        self._time_lock = threading.Lock()
        self._server_time: datetime | None = None
        self._heard_at = 0.0

    def close(self) -> None:
        self.ways.close()

    def trusts(self, url: str) -> bool:
        """Whether an address is the site's own and may be sent the reader's token."""
        return origin(url) in self._origins

    def known_as(self, url: str) -> str:
        """An address that came by the second way, as the settings have it."""
        return self.ways.as_first(url)

    def request(self, request: Request, *, expect: Collection[int] = _GOOD) -> Answer:
        """The whole answer, if its status is one of `expect`; else the error it means."""
        token = self.sign_on.access_token()
        answer = self.ways.send(self._signed(request, token))
        if answer.status == 401 and 401 not in expect:
            token = self.sign_on.access_token(refused=token)
            answer = self.ways.send(self._signed(request, token))
        self._hear(answer)
        if answer.status not in expect:
            raise error_of(self.site.name, answer)
        return answer

    @contextmanager
    def stream(
        self, request: Request, *, also: Collection[int] = (), demand: Demand = PATIENT
    ) -> Iterator[Stream]:
        """A good answer, or one of a status in `also`, whose body the caller reads.

        Any other raises the error it means. One attempt: what to ask again is the caller's.
        """
        token = self.sign_on.access_token()
        with self.ways.stream(self._signed(request, token), demand) as stream:
            if stream.status != 401:
                yield self._checked(stream, also)
                return
        token = self.sign_on.access_token(refused=token)
        with self.ways.stream(self._signed(request, token), demand) as stream:
            yield self._checked(stream, also)

    def server_now(self) -> datetime:
        """The site's clock, from its last answer and the time gone by since."""
        with self._time_lock:
            if self._server_time is None:
                return self._clock.now()
            return self._server_time + timedelta(seconds=self._clock.monotonic() - self._heard_at)

    def _hear(self, answer: Answer) -> None:
        date = answer.date
        if date is not None:
            with self._time_lock:
                self._server_time, self._heard_at = date, self._clock.monotonic()

    def _signed(self, request: Request, token: str) -> Request:
        if not self.trusts(request.url):
            raise SiteUnavailable(
                tr("{site} names an address that is not its own", site=self.site.name)
            )
        headers = {**request.headers, "Authorization": f"Bearer {token}"}
        return evolve(request, headers=headers)

    def _checked(self, stream: Stream, also: Collection[int] = ()) -> Stream:
        if 200 <= stream.status < 300 or stream.status in also:
            return stream
        body = stream.read(_MOST_ERROR_BYTES)
        raise error_of(self.site.name, Answer(stream.status, stream.headers, body))
