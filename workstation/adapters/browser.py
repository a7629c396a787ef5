"""Meeting the identity provider in the reader's own browser (RFC 8252).

The provider sends the browser back to a port on this machine that is open for this
one sign-in. Other visitors of the port are turned away and do not end the wait.
"""

import time
import webbrowser
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import TracebackType
from typing import Final
from urllib.parse import parse_qs, urlsplit

from workstation.errors import NoBrowser, SignInFailed
from workstation.text import tr

WAIT_S: Final = 300.0
_PAGE: Final = "<!doctype html><meta charset=utf-8><title>{title}</title><p>{text}"


class _Server(HTTPServer):
    expected_state = ""
    redirected = ""


class _Visitor(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        state = parse_qs(parts.query).get("state", [""])[0]
        ours = parts.path == "/callback" and state == self.server.expected_state
        if ours:
            host, port = self.server.server_address[:2]
            self.server.redirected = f"http://{host!s}:{port}{self.path}"
        title = tr("Reading workstation")
        text = tr("You can close this page and go back.") if ours else tr("Nothing to see here.")
        body = _PAGE.format(title=title, text=text).encode()
        self.send_response(200 if ours else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - inherited name
        """Say nothing: the address holds the code."""


class LoopbackListener:
    """An open port for one redirect; close it after use (context manager)."""

    def __init__(self, open_browser: Callable[[str], bool] = webbrowser.open) -> None:
        self._open_browser = open_browser
        self._server = _Server(("127.0.0.1", 0), _Visitor)

    def __enter__(self) -> "LoopbackListener":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.server_close()

    @property
    def redirect_uri(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/callback"

    def meet(self, url: str, wait_s: float = WAIT_S) -> str:
        """Send the reader to `url`; the address the provider sent them back to."""
        self._server.expected_state = parse_qs(urlsplit(url).query).get("state", [""])[0]
        if not self._open_browser(url):
            raise NoBrowser(tr("no browser could be opened on this machine"))
        deadline = time.monotonic() + wait_s
        while not self._server.redirected:
            left = deadline - time.monotonic()
            if left <= 0:
                raise SignInFailed(tr("nobody signed in within {n} minutes", n=round(wait_s / 60)))
            self._server.timeout = left
            self._server.handle_request()
        return self._server.redirected
