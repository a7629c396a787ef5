"""The line to a hub, against a small one of the test's own on real sockets."""

import json
import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from typing import Any, cast
from urllib.parse import parse_qs

import pytest
from fakes import FakeClock
from fakes_images import Token
from fakes_platform import site
from local_server import server
from websockets.sync.server import ServerConnection, serve

from workstation.adapters.fhircast import HubLine
from workstation.adapters.sign_on import SignOn
from workstation.errors import Refused, SignInFailed
from workstation.protocols.fhircast import Confirmed, Event, Message, Unreadable

CONFIRMED = {"hub.mode": "subscribe", "hub.topic": "desk-1", "hub.events": "SyncError"}
OPENED = {
    "timestamp": "2026-11-26T08:00:00Z", "id": "e1",
    "event": {"hub.topic": "desk-1", "hub.event": "DiagnosticReport-open", "context": []},
}  # fmt: skip


class Hub:
    """Confirms, tells one event, and keeps what it is told; `status` answers what is posted."""

    def __init__(self) -> None:
        self.channel = ""
        self.status, self.date, self.clock = 202, "", FakeClock()
        self.asked: queue.Queue[tuple[dict[str, Any], str]] = queue.Queue()
        self.heard: queue.Queue[dict[str, Any]] = queue.Queue()
        self.lines: queue.Queue[ServerConnection] = queue.Queue()
        self.ended: queue.Queue[int | None] = queue.Queue()

    def handle(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers["Content-Length"])).decode()
        form = request.headers["Content-Type"] == "application/x-www-form-urlencoded"
        found = {k: v for k, (v,) in parse_qs(body).items()} if form else json.loads(body)
        self.asked.put((found, request.headers["Authorization"]))
        answer = json.dumps({"hub.channel.endpoint": self.channel}).encode()
        request.send_response_only(self.status)
        request.send_header("Content-Length", str(len(answer)))
        if self.date:
            request.send_header("Date", self.date)
        request.end_headers()
        request.wfile.write(answer)

    def listen(self, line: ServerConnection) -> None:
        line.send(json.dumps(CONFIRMED))
        line.send("no JSON")
        line.send(json.dumps(OPENED))
        self.lines.put(line)
        for text in line:
            self.heard.put(json.loads(text))
        self.ended.put(line.close_code)


@contextmanager
def hub() -> Iterator[tuple[Hub, HubLine, "queue.Queue[Message | None]"]]:
    made, came = Hub(), queue.Queue[Message | None]()
    with server(made.handle) as url, serve(made.listen, "127.0.0.1", 0) as sockets:
        thread = threading.Thread(target=sockets.serve_forever)
        thread.start()
        made.channel = f"ws://127.0.0.1:{sockets.socket.getsockname()[1]}/secret"
        harbor = site(fhircast_hub=f"{url}/hub", fhircast_topic="desk-1", timeout_seconds=5.0)
        line = HubLine(harbor, cast(SignOn, Token("t")), made.clock)
        try:
            yield made, line, came
        finally:
            line.end()
            sockets.shutdown()
            thread.join()


def test_it_subscribes_as_the_reader_hears_answers_and_leaves_in_order() -> None:
    """What is no event is handed on as such: the line lives on."""
    with hub() as (made, line, came):
        line.open(came.put)
        assert [came.get(timeout=10) for _ in range(2)] == [Confirmed(), Unreadable()]
        event = came.get(timeout=10)
        assert isinstance(event, Event)
        asked, token = made.asked.get(timeout=10)
        assert (asked["hub.mode"], asked["hub.topic"], token) == (
            "subscribe", "desk-1", "Bearer t",
        )  # fmt: skip

        line.answer(event.id, 202)
        line.post(json.dumps(OPENED).encode())

        assert made.heard.get(timeout=10) == {"id": "e1", "status": "202"}
        assert made.asked.get(timeout=10)[0] == OPENED
        line.close()
        assert made.ended.get(timeout=10) == 1000
        left, _ = made.asked.get(timeout=10)
        assert (left["hub.mode"], left["hub.channel.endpoint"]) == ("unsubscribe", made.channel)


def test_a_line_that_breaks_is_taken_up_again() -> None:
    """A hub is restarted at noon: nobody does anything at the desk."""
    with hub() as (made, line, came):
        line.open(came.put)
        made.lines.get(timeout=10).close(1011)
        found = [came.get(timeout=10) for _ in range(5)]

    assert found[0] == found[4] == Confirmed()
    assert found[3] is None


def test_its_clock_is_the_hubs_and_never_goes_back() -> None:
    """The hub names whole seconds: two events of one second stay in their order."""
    with hub() as (made, line, _):
        made.date = "Thu, 26 Nov 2026 08:00:00 GMT"
        line.post(b"{}")
        made.clock.advance(0.9)
        before = line.now()
        line.post(b"{}")

        assert before == line.now() == datetime(2026, 11, 26, 8, 0, 0, 900_000, UTC)
        made.date = "Thu, 26 Nov 2026 07:00:00 GMT"  # somebody set it right
        line.post(b"{}")
        assert line.now() == datetime(2026, 11, 26, 7, tzinfo=UTC)


def test_without_a_line_an_answer_is_dropped_and_a_refusal_is_said() -> None:
    """A hub that does not know the reader is no reason to renew the sign-in of the site."""
    with hub() as (made, line, _):
        line.answer("e1", 200)
        for status, error in ((403, Refused), (401, SignInFailed)):
            made.status = status
            with pytest.raises(error):
                line.post(b"{}")
        assert made.asked.qsize() == 2
