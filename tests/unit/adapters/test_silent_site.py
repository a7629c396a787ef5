"""A hospital that falls silent costs a time-out now and then, not one for each question."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from typing import cast

import pytest
from fakes import FakeClock
from fakes_images import Token
from fakes_platform import site
from local_server import server

from workstation.adapters.sign_on import SignOn
from workstation.adapters.site_client import SiteClient
from workstation.errors import Refused, SiteSilent, SiteUnavailable
from workstation.protocols.web import Request


class Hospital:
    """Answers with `status`, or with nothing while it is `silent`."""

    def __init__(self) -> None:
        self.silent, self.over, self.status, self.asked = False, threading.Event(), 200, 0

    def handle(self, request: BaseHTTPRequestHandler) -> None:
        self.asked += 1
        if self.silent:
            self.over.wait(30)
            return
        request.send_response(self.status)
        request.send_header("Content-Length", "2")
        request.end_headers()
        request.wfile.write(b"{}")


@pytest.fixture
def hospital() -> Iterator[tuple[Hospital, SiteClient, str, FakeClock]]:
    made, clock = Hospital(), FakeClock()
    with server(made.handle) as url:
        places = {name: f"{url}/{name}" for name in ("issuer", "fhir", "dicomweb")}
        harbor = site(**places, timeout_seconds=0.2)
        client = SiteClient(harbor, cast(SignOn, Token("t")), clock)
        yield made, client, f"{url}/fhir", clock
        made.over.set()
        client.close()


def asks(client: SiteClient, url: str) -> None:
    """A change: sent once, whatever comes of it."""
    client.request(Request("POST", url))


def looks(client: SiteClient, url: str) -> None:
    with client.stream(Request("GET", url)) as stream:
        stream.read()


@pytest.mark.parametrize("way", [asks, looks])
def test_after_three_time_outs_the_rest_is_told_at_once(
    hospital: tuple[Hospital, SiteClient, str, FakeClock], way: Callable[[SiteClient, str], None]
) -> None:
    """Sixty series of a silent hospital must not hold its workers for sixty time-outs."""
    harbor, client, url, _ = hospital
    harbor.silent = True
    for _ in range(3):
        with pytest.raises(SiteSilent, match=r"in time$"):
            way(client, url)

    with pytest.raises(SiteUnavailable, match="Harbor does not answer in time; asked again in 2 s"):
        way(client, url)

    assert harbor.asked == 3


def test_whoever_asks_first_after_the_pause_finds_it_back_for_all(
    hospital: tuple[Hospital, SiteClient, str, FakeClock],
) -> None:
    """A line that comes back is used within seconds: reports wait for it."""
    harbor, client, url, clock = hospital
    harbor.silent = True
    for _ in range(3):
        with pytest.raises(SiteSilent):
            asks(client, url)
    harbor.silent = False
    clock.advance(2.1)

    asks(client, url)
    looks(client, url)

    assert harbor.asked == 5


@pytest.mark.parametrize("status", [403, 500, 503])
def test_a_hospital_that_answers_no_is_there(
    hospital: tuple[Hospital, SiteClient, str, FakeClock], status: int
) -> None:
    """An error of one question says nothing about the next; it is asked all the same."""
    harbor, client, url, _ = hospital
    harbor.status = status

    for _ in range(5):
        with pytest.raises((Refused, SiteUnavailable)):
            asks(client, url)

    assert harbor.asked == 5
