"""A hospital whose gateway is down is asked by its second; nothing is ever sent to both."""

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import cast

import pytest
from attrs import define, field
from fakes import FakeClock
from fakes_images import Token
from fakes_platform import site
from local_server import server

from workstation.adapters.sign_on import SignOn
from workstation.adapters.site_client import SiteClient
from workstation.adapters.ways import Moved, Ways
from workstation.errors import SiteSilent, SiteUnavailable
from workstation.protocols.web import Request
from workstation.services.ports.images import PATIENT
from workstation.settings import Site


@define(eq=False)
class Gateway:
    """Answers with `status`, or with nothing while it is `silent`; remembers what it was asked."""

    url: str = ""
    status: int = 200
    silent: bool = False
    over: threading.Event = field(factory=threading.Event)
    asked: list[str] = field(factory=list)
    tokens: list[str] = field(factory=list)

    def handle(self, request: BaseHTTPRequestHandler) -> None:
        request.rfile.read(int(request.headers.get("content-length", 0)))
        self.asked.append(f"{request.command} {request.path}")
        self.tokens.append(request.headers.get("authorization", ""))
        if self.silent:
            self.over.wait(30)
            return
        request.send_response(self.status)
        request.send_header("Retry-After", "5")
        request.send_header("Content-Length", "2")
        request.end_headers()
        request.wfile.write(b"{}")


@define(eq=False)
class Lines:
    """A site with two gateways, as the program asks it."""

    first: Gateway
    second: Gateway
    site: Site
    clock: FakeClock = field(factory=FakeClock)
    pauses: list[float] = field(factory=list)
    moves: list[Moved] = field(factory=list)
    ways: Ways = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.ways = Ways(self.site, self.clock.monotonic, sleep=self.pauses.append)
        self.ways.moved = self.moves.append

    def asks(self, path: str = "/fhir/Task") -> int:
        return self.ways.send(Request("GET", self.first.url + path)).status

    def changes(self) -> int:
        return self.ways.send(Request("POST", f"{self.first.url}/fhir", body=b"{}")).status

    def looks(self) -> int:
        with self.ways.stream(Request("GET", f"{self.first.url}/dicomweb"), PATIENT) as stream:
            stream.read()
            return stream.status


def at(first: str, second: str) -> Site:
    return site(
        issuer=f"{first}/issuer", fhir=f"{first}/fhir", dicomweb=f"{first}/dicomweb",
        second_origin=second, timeout_seconds=0.5,
    )  # fmt: skip


@pytest.fixture
def lines() -> Iterator[Lines]:
    one, two = Gateway(), Gateway()
    with server(one.handle) as first, server(two.handle) as second:
        one.url, two.url = first, second
        made = Lines(one, two, at(first, second))
        yield made
        one.over.set()
        two.over.set()
        made.ways.close()


def nowhere() -> str:
    """An address of this machine at which nothing listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{held.getsockname()[1]}"


@pytest.fixture
def refused(lines: Lines) -> Iterator[Lines]:
    """The first gateway is switched off."""
    one = Gateway(nowhere())
    made = Lines(one, lines.second, at(one.url, lines.second.url))
    yield made
    made.ways.close()


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_gateway_that_says_that_its_site_is_down_costs_a_second(
    lines: Lines, status: int
) -> None:
    """The worklist comes within 5 s, however long the gateway wishes to be left alone."""
    lines.first.status = status

    assert lines.asks() == 200

    assert lines.first.asked == 3 * ["GET /fhir/Task"]
    assert lines.second.asked == ["GET /fhir/Task"]
    assert sum(lines.pauses) <= 1.0
    assert lines.moves == [Moved(second=True, why=str(status))]


def test_what_is_asked_next_goes_by_the_second_at_once(lines: Lines) -> None:
    """A list of sixty series must not try the dead gateway sixty times."""
    lines.first.silent = True
    assert lines.asks() == 200

    assert (lines.asks(), lines.looks(), lines.changes()) == (200, 200, 200)

    assert len(lines.first.asked) == 1
    assert lines.second.asked[1:] == ["GET /fhir/Task", "GET /dicomweb", "POST /fhir"]
    assert lines.moves == [Moved(second=True, why="silent")]


@pytest.mark.parametrize(("status", "silent"), [(503, False), (200, True)])
def test_images_come_by_the_second_too(lines: Lines, status: int, *, silent: bool) -> None:
    """A case that is open goes on when the gateway falls."""
    lines.first.status, lines.first.silent = status, silent

    assert lines.looks() == 200

    assert (len(lines.first.asked), len(lines.second.asked)) == (1, 1)
    assert [each.second for each in lines.moves] == [True]


@pytest.mark.parametrize(("status", "silent"), [(503, False), (200, True)])
def test_a_change_that_may_have_arrived_is_never_sent_by_the_second(
    lines: Lines, status: int, *, silent: bool
) -> None:
    """A report that the first gateway passed on before it fell would be filed twice."""
    lines.first.status, lines.first.silent = status, silent

    if silent:
        with pytest.raises(SiteSilent):
            lines.changes()
    else:
        assert lines.changes() == status

    assert lines.first.asked == ["POST /fhir"]
    assert lines.second.asked == []


def test_after_doubt_it_is_looked_for_by_the_way_that_is_up(lines: Lines) -> None:
    """The sender asks whether the report is there before it sends again: it must get an answer."""
    lines.first.silent = True
    with pytest.raises(SiteSilent):
        lines.changes()

    assert lines.asks("/fhir/DiagnosticReport?identifier=x") == 200

    assert lines.second.asked == ["GET /fhir/DiagnosticReport?identifier=x"]


def test_a_change_that_surely_did_not_leave_goes_by_the_second(refused: Lines) -> None:
    """Nobody took the connection: nothing can be there twice."""
    assert refused.changes() == 200

    assert refused.second.asked == ["POST /fhir"]
    assert refused.moves == [Moved(second=True, why="not-reached")]


def test_a_claim_goes_by_the_second_while_the_first_is_left_alone(lines: Lines) -> None:
    """After three time-outs in a row a fourth is not even tried there."""
    lines.first.silent = True
    for _ in range(3):
        with pytest.raises(SiteSilent):
            lines.changes()

    assert lines.changes() == 200

    assert len(lines.first.asked) == 3
    assert lines.second.asked == ["POST /fhir"]


def test_after_a_pause_a_question_finds_the_first_back_and_all_return(lines: Lines) -> None:
    """The second gateway is often the narrower line."""
    lines.first.status = 503
    lines.asks()
    lines.first.status = 200
    lines.asks()
    assert len(lines.first.asked) == 3  # not before its time

    lines.clock.advance(5.1)
    assert (lines.asks(), lines.changes()) == (200, 200)

    assert lines.first.asked[3:] == ["GET /fhir/Task", "POST /fhir"]
    assert lines.moves[1:] == [Moved(second=False, why="")]


def test_neither_a_change_nor_an_image_tries_the_first_for_the_others(lines: Lines) -> None:
    """A report would be in doubt, and a reader would wait for a time-out."""
    lines.first.silent = True
    lines.asks()
    lines.clock.advance(60.1)

    assert (lines.changes(), lines.looks()) == (200, 200)

    assert len(lines.first.asked) == 1


def test_a_first_that_stays_down_is_tried_ever_less_often(lines: Lines) -> None:
    """Each try of a silent gateway costs one question a time-out."""
    lines.first.status = 503
    tried = []
    for second in range(140):
        before = len(lines.first.asked)
        lines.asks()
        if len(lines.first.asked) > before:
            tried.append(second)
        lines.clock.advance(1)

    assert tried == [0, 5, 15, 35, 75, 135]
    assert len(lines.moves) == 1


def test_a_first_that_comes_and_goes_is_not_believed_so_soon_again(lines: Lines) -> None:
    """Each change of the way is a line in the audit log, and a word on the list."""
    for _ in range(2):
        lines.first.status = 503
        lines.asks()
        lines.first.status = 200
        lines.clock.advance(5.1)
        lines.asks()
    assert [each.second for each in lines.moves] == [True, False, True]

    lines.clock.advance(5.1)
    lines.asks()
    assert [each.second for each in lines.moves] == [True, False, True, False]


def test_where_both_are_down_the_reader_is_told_and_nothing_moves(lines: Lines) -> None:
    """A second gateway that is down too must not be said to be in use."""
    lines.first.status = lines.second.status = 503

    assert lines.asks() == 503
    assert lines.moves == []


def test_a_second_that_is_down_gives_way_to_the_first(lines: Lines) -> None:
    """Whichever of the two answers is used, whatever was in use."""
    lines.first.status = 503
    lines.asks()
    lines.first.status, lines.second.status = 200, 503

    assert lines.asks() == 200
    assert [each.second for each in lines.moves] == [True, False]


@pytest.mark.parametrize("status", [401, 403, 404, 409, 500])
def test_a_hospital_that_says_no_is_not_asked_once_more_elsewhere(
    lines: Lines, status: int
) -> None:
    """It is the same hospital behind both gateways."""
    lines.first.status = status

    assert lines.asks() == status
    assert lines.second.asked == []


def test_addresses_that_the_site_names_are_asked_where_it_is_asked(lines: Lines) -> None:
    """The second page of a list bears the host of whichever gateway wrote it."""
    lines.first.status = 503
    lines.asks()
    for gateway in (lines.first, lines.second):
        lines.ways.send(Request("GET", f"{gateway.url}/fhir?page=2&_id=a%2Cb"))
    assert lines.second.asked[1:] == 2 * ["GET /fhir?page=2&_id=a%2Cb"]

    lines.first.status = 200
    lines.clock.advance(5.1)
    lines.ways.send(Request("GET", f"{lines.second.url}/fhir?page=3"))

    assert lines.first.asked[-1] == "GET /fhir?page=3"


@pytest.fixture
def client(lines: Lines) -> Iterator[SiteClient]:
    made = SiteClient(lines.site, cast(SignOn, Token("secret")), lines.clock)
    yield made
    made.close()


def test_the_token_goes_to_the_second_way_because_the_settings_name_it(
    lines: Lines, client: SiteClient
) -> None:
    """The reader is the same at both gateways."""
    lines.first.silent = True

    client.request(Request("GET", f"{lines.first.url}/fhir"))

    assert lines.second.tokens == ["Bearer secret"]


def test_the_token_never_goes_to_a_third_address(lines: Lines, client: SiteClient) -> None:
    """A page that names a stranger must not get the reader's key, whichever gateway wrote it."""
    stranger = Gateway()
    with server(stranger.handle) as url:
        lines.first.silent = True
        client.request(Request("GET", f"{lines.first.url}/fhir"))

        with pytest.raises(SiteUnavailable, match="not its own"):
            client.request(Request("GET", f"{url}/fhir"))

    assert stranger.asked == []


def test_a_site_without_a_second_way_is_asked_as_ever(lines: Lines) -> None:
    """A busy site is asked again when it says, and a silent one three times."""
    pauses: list[float] = []
    alone = Ways(at(lines.first.url, ""), lines.clock.monotonic, sleep=pauses.append)
    lines.first.status = 503

    assert alone.send(Request("GET", f"{lines.first.url}/fhir")).status == 503

    assert pauses == [5.0, 5.0]
    assert lines.second.asked == []
    alone.close()
