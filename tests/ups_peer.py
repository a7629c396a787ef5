"""A small UPS-RS server of the tests' own, written from PS3.18 11 and PS3.4 CC.2.1.

None that others wrote was to be had here (Orthanc has no UPS). It keeps work items in memory
and holds to the table of states and to the lock; whatever it does not know it refuses.
"""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from attrs import define, field

TOKEN: Final = "test-token"
STATE, LOCK = "00741000", "00081195"
#: PS3.4 CC.1.1-2: from a state, by a state that is asked for.
_GOES: Final = {
    ("SCHEDULED", "IN PROGRESS"), ("IN PROGRESS", "COMPLETED"), ("IN PROGRESS", "CANCELED"),
}  # fmt: skip
#: PS3.4 CC.2.5.1.2: what COMPLETED needs of the performed procedure.
_FINAL: Final = ("00404019", "00404028", "00404050", "00404051")


@define(eq=False)
class Ups:
    """The running server: its work items by UID, and what it was asked."""

    url: str
    items: dict[str, dict[str, Any]] = field(factory=dict)
    locks: dict[str, str] = field(factory=dict)
    studies: list[dict[str, Any]] = field(factory=list)
    asked: list[str] = field(factory=list)
    silent: bool = False

    def state(self, uid: str) -> str:
        found: str = self.items[uid][STATE]["Value"][0]
        return found

    def change(self, uid: str, body: Mapping[str, Any]) -> int:
        item = self.items.get(uid)
        if item is None:
            return 404
        to, lock = body[STATE]["Value"][0], body[LOCK]["Value"][0]
        now = self.state(uid)
        if (now, to) not in _GOES:
            return 409
        if now == "IN PROGRESS" and self.locks[uid] != lock:
            return 409
        step = item.get("00741216", {}).get("Value", [{}])[0]
        if to == "COMPLETED" and any(tag not in step for tag in _FINAL):
            return 409
        item[STATE] = {"vr": "CS", "Value": [to]}
        self.locks[uid] = lock
        return 200

    def update(self, uid: str, lock: str, body: Mapping[str, Any]) -> int:
        if uid not in self.items:
            return 404
        if STATE in body or self.state(uid) not in ("SCHEDULED", "IN PROGRESS"):
            return 409
        if self.state(uid) == "IN PROGRESS" and self.locks.get(uid) != lock:
            return 409
        self.items[uid] |= body
        return 200

    def found(self, path: str, query: Mapping[str, list[str]]) -> list[dict[str, Any]] | None:
        if path.endswith("/studies"):
            wanted = query.get("StudyInstanceUID") or query.get("PatientID")
            return [each for each in self.studies if not wanted or wanted[0] in json.dumps(each)]
        if path.endswith("/workitems"):
            start = int(query.get("offset", ["0"])[0])
            return list(self.items.values())[start : start + int(query["limit"][0])]
        uid = path.rpartition("/")[2]
        return [self.items[uid]] if uid in self.items else None


@contextmanager
def running() -> Iterator[Ups]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    ups = Ups(f"http://127.0.0.1:{server.server_port}/rs")
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def answer(self, status: int, rows: object = None) -> None:
            body = json.dumps(rows).encode() if rows is not None else b""
            self.send_response(503 if ups.silent else status)
            self.send_header("Content-Type", "application/dicom+json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def begin(self) -> tuple[str, dict[str, list[str]]]:
            parts = urlsplit(self.path)
            ups.asked.append(f"{self.command} {parts.path}")
            assert self.headers["Authorization"] == f"Bearer {TOKEN}"
            return parts.path, parse_qs(parts.query)

        def body(self) -> dict[str, Any]:
            (found,) = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            return dict(found)

        def do_GET(self) -> None:
            path, query = self.begin()
            rows = ups.found(path, query)
            self.answer(404 if rows is None else 200, rows)

        def do_PUT(self) -> None:
            path, _ = self.begin()
            with lock:
                self.answer(ups.change(path.split("/")[-2], self.body()))

        def do_POST(self) -> None:
            path, query = self.begin()
            with lock:
                named = query.get("transaction-uid", [""])[0]
                self.answer(ups.update(path.rpartition("/")[2], named, self.body()))

        def log_message(self, *_args: object) -> None:
            """Quiet."""

    server.RequestHandlerClass = Handler
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield ups
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
