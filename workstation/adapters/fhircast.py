"""The line to the FHIRcast hub of a site: subscribed over HTTP, heard over a WebSocket.

One thread of its own, which connects again after each break. Nothing else waits for it, and the
breaker of the site's own client never sees a hub that is down.
"""

import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from attrs import evolve
from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

from workstation.adapters.http import certificates
from workstation.adapters.sign_on import SignOn
from workstation.adapters.site_client import SiteClient
from workstation.errors import WorkstationError
from workstation.protocols.answers import error_of
from workstation.protocols.fhircast import (
    MOST_BYTES,
    Confirmed,
    Denied,
    Message,
    acknowledgement,
    channel_of,
    heard,
    posted,
    subscription,
    unsubscription,
)
from workstation.protocols.web import Answer, Request
from workstation.services.ports.clock import Clock
from workstation.settings import Site

log = logging.getLogger("fhircast")

_OPEN_S: Final = 5.0
_CLOSE_S: Final = 1.0
_END_S: Final = 2.0
#: Somebody set the hub's clock.
_SET_BACK: Final = timedelta(minutes=1)
_ANSWERS: Final = (200, 202, 204, 401)
#: After a break; a hub that stays away is asked twice a minute.
_PAUSES_S: Final = (0.5, 2.0, 5.0, 30.0)

Taker = Callable[[Message | None], None]


class HubLine:
    """Fulfils `services.ports.context.ContextLine`."""

    def __init__(self, site: Site, sign_on: SignOn, clock: Clock) -> None:
        self._hub, self.topic = site.fhircast_hub, site.fhircast_topic
        # Its own, at home at the hub alone: where that is silent, the site is not.
        self._client = SiteClient(evolve(site, fhir=self._hub, second_origin=""), sign_on, clock)
        self._lock = threading.Lock()
        self._line: ClientConnection | None = None
        self._stopped: threading.Event | None = None
        self._thread: threading.Thread | None = None
        self._last: datetime | None = None

    def open(self, take: Taker) -> None:
        if self._stopped is not None:
            return
        stopped = self._stopped = threading.Event()
        self._thread = threading.Thread(
            target=self._stay, args=(take, stopped), daemon=True, name="fhircast"
        )
        self._thread.start()

    def now(self) -> datetime:
        """It knows the hub's clock to the second, and never goes back by less."""
        found = self._client.server_now()
        last = self._last or found
        self._last = max(found, last) if last - found < _SET_BACK else found
        return self._last

    def post(self, body: bytes) -> None:
        self._ask(posted(self._hub, body))

    def answer(self, id_: str, status: int) -> None:
        self._send(acknowledgement(id_, status))

    def close(self) -> None:
        stopped, self._stopped = self._stopped, None
        if stopped is None:
            return
        stopped.set()
        with self._lock:
            line = self._line
        if line is not None:
            with suppress(OSError, WebSocketException):
                line.close()  # 1000: the others are told of no error (2.5)

    def end(self) -> None:
        """The program ends."""
        self.close()
        if self._thread is not None:
            self._thread.join(_END_S)
        self._client.close()

    def _send(self, text: str) -> None:
        with self._lock:
            line = self._line
        if line is not None:
            with suppress(OSError, WebSocketException):
                line.send(text)

    def _stay(self, take: Taker, stopped: threading.Event) -> None:
        attempt = 0
        while not stopped.is_set():
            try:
                attempt = 0 if self._follow(take, stopped) else attempt
                why = "the line ended"
            except (OSError, TimeoutError, WebSocketException, WorkstationError) as error:
                why = type(error).__name__
            if stopped.is_set():
                return
            log.info("%s: no line to the hub: %s", self._client.site.id, why)
            take(None)
            stopped.wait(_PAUSES_S[min(attempt, len(_PAUSES_S) - 1)])
            attempt += 1

    def _follow(self, take: Taker, stopped: threading.Event) -> bool:
        """Until the line ends; whether it was ever confirmed."""
        channel = channel_of(self._ask(subscription(self._hub, self.topic)))
        secure = certificates(self._client.site.ca_file) if channel.startswith("wss") else None
        confirmed = False
        with connect(
            channel, ssl=secure, open_timeout=_OPEN_S, close_timeout=_CLOSE_S,
            max_size=MOST_BYTES, proxy=None,
        ) as line:  # fmt: skip
            with self._lock:
                self._line = line
            try:
                if not stopped.is_set():
                    confirmed = self._listen(line, take)
            finally:
                with self._lock:
                    self._line = None if self._line is line else self._line
                if stopped.is_set():
                    self._leave(channel)
        return confirmed

    def _listen(self, line: ClientConnection, take: Taker) -> bool:
        confirmed = False
        for text in line:
            message = heard(text if isinstance(text, str) else "", self.topic)
            if isinstance(message, Denied):
                break
            confirmed = confirmed or isinstance(message, Confirmed)
            take(message)
        return confirmed

    def _leave(self, channel: str) -> None:
        with suppress(WorkstationError):
            self._ask(unsubscription(self._hub, self.topic, channel))

    def _ask(self, request: Request) -> Answer:
        """A hub that does not know the reader's token is no reason to renew it: the site does."""
        answer = self._client.request(request, expect=_ANSWERS)
        if answer.status == 401:
            raise error_of(self._client.site.name, answer)
        return answer
