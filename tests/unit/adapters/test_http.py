"""HTTP to a place that behaves, and to places that do not."""

import gzip
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import httpx2
import pytest
from local_server import Handle, server

from workstation.adapters.browser import LoopbackListener
from workstation.adapters.http import Limits, Wire, plain_errors
from workstation.errors import GivenUp, SettingsError, SignInFailed, SiteUnavailable
from workstation.protocols.web import Request
from workstation.services.ports.images import Demand


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def wire(pauses: list[float]) -> Iterator[Wire]:
    made = Wire("Harbor", "http://127.0.0.1", Limits(timeout_s=0.5), sleep=pauses.append)
    yield made
    made.close()


def answering(*statuses: int, **headers: str) -> tuple[Handle, list[str]]:
    """Answers one status after the other, the last for ever; and what was asked."""
    asked: list[str] = []

    def handle(request: BaseHTTPRequestHandler) -> None:
        request.rfile.read(int(request.headers.get("content-length", 0)))
        asked.append(request.command)
        request.send_response(statuses[min(len(asked), len(statuses)) - 1])
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.send_header("Content-Length", "2")
        request.end_headers()
        request.wfile.write(b"{}")

    return handle, asked


def test_a_question_to_a_busy_site_is_asked_again_when_it_says(
    wire: Wire, pauses: list[float]
) -> None:
    """The pause is the server's wish, within reason."""
    handle, asked = answering(503, 503, 200, Retry_After="2")
    with server(handle) as url:
        answer = wire.send(Request("GET", url))

    assert (answer.status, len(asked)) == (200, 3)
    assert pauses == [2.0, 2.0]


def test_a_site_that_stays_busy_is_left_alone(wire: Wire, pauses: list[float]) -> None:
    """Three times, with growing pauses, then the reader is told."""
    handle, asked = answering(503)
    with server(handle) as url:
        answer = wire.send(Request("GET", url))

    assert (answer.status, len(asked)) == (503, 3)
    assert 0.2 <= pauses[0] <= 0.4 <= pauses[1] <= 0.8


@pytest.mark.parametrize("status", [400, 401, 404, 409, 412, 500])
def test_an_answer_that_will_not_change_is_not_asked_for_again(wire: Wire, status: int) -> None:
    """Only "not now" is worth another question."""
    handle, asked = answering(status)
    with server(handle) as url:
        wire.send(Request("GET", url))

    assert asked == ["GET"]


def test_a_change_is_never_sent_twice(wire: Wire) -> None:
    """503 does not prove that nothing was done."""
    handle, asked = answering(503)
    with server(handle) as url:
        wire.send(Request("POST", url, body=b"{}"))

    assert asked == ["POST"]


def test_redirects_are_not_followed(wire: Wire) -> None:
    """The token would go where the server points."""
    handle, asked = answering(302, Location="https://evil.example/")
    with server(handle) as url:
        assert wire.send(Request("GET", url)).status == 302

    assert asked == ["GET"]


def test_an_answer_without_end_is_cut_off(wire: Wire) -> None:
    """A small compressed answer that grows without limit must not take the machine."""

    def bomb(request: BaseHTTPRequestHandler) -> None:
        body = gzip.compress(bytes(8_000_000))
        request.send_response(200)
        request.send_header("Content-Encoding", "gzip")
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    with server(bomb) as url, pytest.raises(SiteUnavailable, match="Harbor sends more than"):
        wire.send(Request("POST", url), most=1_000_000)


def test_an_answer_that_nobody_waits_for_any_more_is_left_where_it_is(wire: Wire) -> None:
    """Half a mammogram that was fetched ahead must not come whole while another case is opened:
    the connection breaks, and the site stops sending."""
    told, wanted = threading.Event(), threading.Event()
    wanted.set()
    took: list[int] = []

    def endless(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        try:
            while True:
                request.wfile.write(bytes(64 * 1024))
        except OSError:  # nobody reads
            told.set()

    demand = Demand(lambda: not wanted.is_set(), took.append)

    def read(url: str) -> None:
        with wire.stream(Request("GET", url), demand) as stream:
            for number, _ in enumerate(stream.chunks()):
                if number == 3:
                    wanted.clear()

    with server(endless) as url:
        with pytest.raises(GivenUp):
            read(url)
        assert told.wait(10)

    assert took == [64 * 1024] * 4


def test_a_refused_connection_names_the_site(wire: Wire) -> None:
    """ "Connection refused" is not a sentence for a radiologist."""
    with server(answering(200)[0]) as url:
        pass

    with pytest.raises(SiteUnavailable, match="Harbor cannot be reached") as refused:
        wire.send(Request("GET", url))

    assert refused.value.unsent


@pytest.mark.parametrize(
    ("error", "unsent"),
    [
        (httpx2.ConnectTimeout(""), True),
        (httpx2.ReadTimeout(""), False),
        (httpx2.WriteTimeout(""), False),
        (httpx2.WriteError(""), False),
        (httpx2.RemoteProtocolError(""), False),
    ],
)
def test_only_without_a_connection_it_is_sure_that_nothing_left(
    error: httpx2.HTTPError, *, unsent: bool
) -> None:
    """Half a report that was written may have been read."""
    with pytest.raises(SiteUnavailable) as told, plain_errors("Harbor"):
        raise error

    assert told.value.unsent is unsent


def test_what_broke_off_may_have_arrived(wire: Wire) -> None:
    """A report whose answer is lost must be asked for, not sent again."""

    def hangs_up(request: BaseHTTPRequestHandler) -> None:
        request.close_connection = True

    with server(hangs_up) as url, pytest.raises(SiteUnavailable, match="broke off") as lost:
        wire.send(Request("POST", url, body=b"{}"))

    assert not lost.value.unsent


def test_who_has_another_way_to_ask_waits_for_no_busy_site(wire: Wire, pauses: list[float]) -> None:
    """Its wish to be left alone for 5 s is for those who have no other."""
    handle, asked = answering(503, 503, 200, Retry_After="5")
    with server(handle) as url:
        answer = wire.send(Request("GET", url), hurried=True)

    assert (answer.status, len(asked)) == (200, 3)
    assert sum(pauses) <= 1.0


def test_plain_http_leaves_this_machine_never(wire: Wire) -> None:
    """Even where a server's own link says so."""
    with pytest.raises(SiteUnavailable, match="not https"):
        wire.send(Request("GET", "http://harbor.example/fhir"))


def test_a_server_without_a_trusted_certificate_is_not_believed(wire: Wire) -> None:
    """Here: one that speaks no TLS at all on a TLS address."""
    with server(answering(200)[0]) as url, pytest.raises(SiteUnavailable):
        wire.send(Request("POST", url.replace("http://", "https://")))


def test_a_certificate_file_without_certificates_is_a_wrong_setting() -> None:
    """Found at the start, not in the middle of a shift."""
    with pytest.raises(SettingsError, match="no certificates"):
        Wire("Harbor", "https://h.example", Limits(ca_file=Path(__file__)))


# --- the way back from the browser ------------------------------------------------------------


def visiting(*paths: str) -> Callable[[str], bool]:
    """A browser that calls these paths of the redirect address, one after the other."""

    def opened(url: str) -> bool:
        back = httpx2.URL(url).params["redirect_uri"]

        def visit() -> None:
            for path in paths:
                httpx2.get(httpx2.URL(back).join(path), timeout=5)

        threading.Thread(target=visit).start()
        return True

    return opened


def test_the_browser_comes_back_and_others_are_turned_away() -> None:
    """Any page in the reader's browser can call a local port; only ours knows the state."""
    opened = visiting("/favicon.ico", "/callback?code=evil&state=x", "/callback?code=c&state=s")
    with LoopbackListener(opened) as listener:
        url = f"https://login.example/authorize?state=s&redirect_uri={listener.redirect_uri}"

        back = listener.meet(url, 5)

        assert back == f"{listener.redirect_uri}?code=c&state=s"


def test_nobody_waits_for_ever_for_a_browser() -> None:
    """The reader closed the tab."""
    with (
        LoopbackListener(lambda _url: True) as listener,
        pytest.raises(SignInFailed, match="nobody"),
    ):
        listener.meet("https://login.example/authorize?state=s", 0.05)


def test_a_machine_without_a_browser_says_so() -> None:
    """Instead of a wait of five minutes."""
    with (
        LoopbackListener(lambda _url: False) as listener,
        pytest.raises(SignInFailed, match="browser"),
    ):
        listener.meet("https://login.example/authorize?state=s", 5)
