"""Faults that a site can be told to have.

The decisive one is `drop`: the work is done, and the connection closes without an
answer. Knobs of one site (file `--faults`, or `POST control/faults`):

    delay_s                wait before the work
    bytes_per_s            slow answers
    site_down              every connection closes without an answer
    clock_s                the site's clock runs so many seconds ahead; negative: behind
    token_seconds          life of access tokens
    ignore_if_none_exist, ignore_if_match, stale_etag
                           faults of the FHIR server itself
    rules                  list of {match, do, times, ...}; the first that matches is used
    line                   the line to the site (demo.line), a table of its own

A rule matches a regular expression against "METHOD /path?query" below the site; `do` is
`status` (with `status`), `drop`, `drop_before`, `truncate` (after `bytes`), `garbage`,
`delay` (`seconds`), `kill` (the platform ends at once, as by a power cut), `double` (the
work is done twice, as behind a box that repeats what it thinks was lost; the last answer
is given); `times` counts down, absent means always; `chance` is the share of what matches
that it is done to, all of it where absent.
"""

import asyncio
import json
import os
import random
import re
import tomllib
from collections.abc import Mapping, MutableMapping
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any, Final

from attrs import define, field, fields
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from workstation.demo.asked import Asked, Log
from workstation.demo.line import LineKnobs
from workstation.demo.store import wall_clock
from workstation.errors import SettingsError
from workstation.text import tr

_ACTIONS: Final = frozenset(
    ("status", "drop", "drop_before", "truncate", "garbage", "delay", "double", "kill")
)
_GARBAGE: Final = b'{"resourceType": "Bundle", "entry": [{"resou\x00\xff\xfe'
_SLICE_S: Final = 0.05
_KILLED: Final = 137  # as a shell says of a process that SIGKILL ended


@define
class Rule:
    match: re.Pattern[str]
    do: str
    times: int | None = None
    status: int = 503
    seconds: float = 0.0
    bytes: int = 0
    chance: float = 1.0

    def take(self, line: str) -> bool:
        """Whether it applies now; counts itself down."""
        if self.times == 0 or not self.match.search(line):
            return False
        if random.random() >= self.chance:
            return False
        if self.times is not None:
            self.times -= 1
        return True


@define
class SiteFaults:
    """The knobs of one site, changed while it runs."""

    delay_s: float = 0.0
    bytes_per_s: float = 0.0
    site_down: bool = False
    clock_s: float = 0.0
    token_seconds: int = 300
    ignore_if_none_exist: bool = False
    ignore_if_match: bool = False
    stale_etag: bool = False
    rules: list[Rule] = field(factory=list)
    line: LineKnobs = field(factory=LineKnobs)

    def set(self, knobs: Mapping[str, Any]) -> None:
        """Change what is named; raises ValueError for what it does not know."""
        known = {each.name: each for each in fields(SiteFaults)}
        changes = {}
        for name, value in knobs.items():
            if name not in known:
                raise ValueError(f"there is no fault named {name[:40]!r}")
            if name == "rules":
                changes[name] = [_rule(each) for each in value]
                continue
            if name == "line":
                self.line.set(value)
                continue
            kind = type(getattr(SiteFaults(), name))
            if not isinstance(value, (int, float)) or (kind is bool) != isinstance(value, bool):
                raise ValueError(f"{name} is a {kind.__name__}")
            changes[name] = kind(value)
        for name, value in changes.items():
            setattr(self, name, value)

    def now(self) -> datetime:
        """The site's clock."""
        return wall_clock() + timedelta(seconds=self.clock_s)

    def rule(self, line: str) -> Rule | None:
        """What is done to a request, or to a message; a kill is done at once."""
        found = next((each for each in self.rules if each.take(line)), None)
        if found is not None and found.do == "kill":
            os._exit(_KILLED)
        return found


def _rule(raw: Any) -> Rule:
    if not isinstance(raw, Mapping) or raw.get("do") not in _ACTIONS or "match" not in raw:
        raise ValueError(f"a rule has `match` and `do`, one of {', '.join(sorted(_ACTIONS))}")
    names = {each.name for each in fields(Rule)}
    if unknown := set(raw) - names:
        raise ValueError(f"a rule has no {sorted(unknown)[0]!r}")
    try:
        pattern = re.compile(raw["match"])
    except re.error as why:
        raise ValueError(f"{raw['match']!r} is not a regular expression: {why}") from why
    rest = {name: value for name, value in raw.items() if name != "match"}
    return Rule(match=pattern, **rest)


def load(path: Path) -> dict[str, Any]:
    """The faults file: TOML or JSON, a table per site."""
    try:
        text = path.read_text("utf-8")
        found = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except (OSError, ValueError) as why:
        raise SettingsError(tr("{file}: {why}", file=path, why=why)) from why
    if not isinstance(found, dict) or not all(isinstance(each, dict) for each in found.values()):
        raise SettingsError(tr("{file}: a table for each site is expected", file=path))
    return found


class FaultySite:
    """A site behind its faults: the outermost layer, so that it sees the connection."""

    def __init__(self, app: ASGIApp, site: str, faults: SiteFaults, log: Log) -> None:
        self._app = app
        self._site = site
        self._faults = faults
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self._app(scope, receive, send)
            return
        line = self._log.begin(self._site, scope)
        if self._faults.site_down:
            line.fault = "site_down"
            await _hang_up(send, receive)
            return
        await asyncio.sleep(self._faults.delay_s)
        query = f"?{line.query}" if line.query else ""
        rule = self._faults.rule(f"{line.method} {line.path}{query}")
        line.fault = rule.do if rule else ""
        answer = _Answer(send, line, rule, self._faults)
        if rule is None:
            await self._app(scope, receive, answer.pass_on)
        else:
            await self._under(rule, scope, receive, answer)

    async def _under(self, rule: Rule, scope: Scope, receive: Receive, answer: "_Answer") -> None:
        match rule.do:
            case "drop_before":
                await _hang_up(answer.send, receive)
            case "status":
                text = f"The site answers {rule.status}.".encode()
                await answer.whole(rule.status, b"text/plain", text)
            case "garbage":
                await answer.whole(200, b"application/fhir+json", _GARBAGE)
            case "drop":
                await self._app(scope, receive, answer.swallow)
                await _hang_up(answer.send, receive)
            case "double":
                again = _Heard(receive)
                await self._app(scope, again.first, answer.swallow)
                await self._app(scope, again.second, answer.pass_on)
            case "truncate":
                await self._app(scope, receive, answer.cut)
                await _hang_up(answer.send, receive)
            case _:
                await asyncio.sleep(rule.seconds)
                await self._app(scope, receive, answer.pass_on)


@define
class _Heard:
    """A request that is given to the site a second time."""

    _receive: Receive
    _messages: list[Message] = field(factory=list)

    async def first(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self._messages.append(message)
        return message

    async def second(self) -> Message:
        return self._messages.pop(0) if self._messages else await self._receive()


@define
class _Answer:
    """What becomes of the answer of the site."""

    send: Send
    line: Asked
    rule: Rule | None
    faults: SiteFaults
    _sent: int = 0

    async def _begin(self, message: Message) -> None:
        self.line.status = message["status"]
        date = format_datetime(self.faults.now(), usegmt=True).encode()  # RFC 9110 6.6.1
        await self.send({**message, "headers": [*message.get("headers", ()), (b"date", date)]})

    async def pass_on(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            await self._begin(message)
        elif self.faults.bytes_per_s and message.get("body"):
            await self._slowly(message)
        else:
            await self.send(message)

    async def _slowly(self, message: MutableMapping[str, Any]) -> None:
        body = bytes(message["body"])
        bytes_per_s = self.faults.bytes_per_s
        step = max(1, int(bytes_per_s * _SLICE_S))
        for start in range(0, len(body), step):
            last = start + step >= len(body)
            more = message.get("more_body", False) or not last
            piece = body[start : start + step]
            await self.send({"type": "http.response.body", "body": piece, "more_body": more})
            await asyncio.sleep(len(piece) / bytes_per_s)

    async def swallow(self, message: Message) -> None:
        """The work was done; nobody is told."""

    async def cut(self, message: Message) -> None:
        """Heads promise everything; the body ends early."""
        if message["type"] == "http.response.start":
            await self._begin(message)
            return
        assert self.rule is not None
        left = self.rule.bytes - self._sent
        body = bytes(message.get("body", b""))[: max(0, left)]
        self._sent += len(body)
        if body:
            await self.send({"type": "http.response.body", "body": body, "more_body": True})

    async def whole(self, status: int, kind: bytes, body: bytes) -> None:
        length = str(len(body)).encode()
        headers = [(b"content-type", kind), (b"content-length", length)]
        await self._begin({"type": "http.response.start", "status": status, "headers": headers})
        await self.send({"type": "http.response.body", "body": body})


async def _hang_up(send: Send, receive: Receive) -> None:
    """Close the connection without (the rest of) an answer.

    ASGI has no word for it; uvicorn's `send` is a method of the object that holds the
    transport, and this class is the outermost layer, so nothing wraps it.
    """
    transport = send.__self__.transport  # type: ignore[attr-defined]
    transport.abort()
    while (await receive())["type"] != "http.disconnect":
        pass
