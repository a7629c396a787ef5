"""A FHIRcast hub (3.0.0) of the demonstration: sessions, who listens, what is open.

Written from the specification alone, as one peer among others. It shares versions of content
(2.10) and keeps no content.
"""

import asyncio
import json
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qs
from uuid import uuid4

from attrs import define, field
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from workstation.demo.rules import Caller

_LEASE_S: Final = 3600
_CODES: Final = "https://fhircast.hl7.org/events/syncerror/"
_SYNC_ERROR: Final = "syncerror"


@define(eq=False)
class _Listener:
    """One that subscribed; its line, once it is there."""

    topic: str
    events: tuple[str, ...]
    name: str
    line: WebSocket | None = None
    waiting: dict[str, str] = field(factory=dict)  # id -> name of events it has not answered

    def wants(self, name: str) -> bool:
        return name.lower() in [each.lower() for each in self.events]

    async def send(self, message: dict[str, Any]) -> None:
        if self.line is not None:
            await self.line.send_text(json.dumps(message))


@define
class _Session:
    """What is open, as it was told last."""

    current: dict[str, Any] | None = None
    version: str = ""


class ContextHub:
    """Routes of `{site}/fhircast`."""

    def __init__(
        self,
        address: str,
        who: Callable[[Request], Caller | None],
        now: Callable[[], datetime],
    ) -> None:
        self._address, self._who, self._now = address, who, now
        self._listeners: dict[str, _Listener] = {}
        self._sessions: dict[str, _Session] = {}
        self._order = asyncio.Lock()

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/", self._post, methods=["POST"]),
            Route("/{topic}", self._context),
            WebSocketRoute("/channel/{key}", self._listen),
        ]

    async def _post(self, request: Request) -> Response:
        if self._who(request) is None:
            return PlainTextResponse("Sign in first.", 401)
        body = await request.body()
        if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            return await self._subscribed({k: v[0] for k, v in parse_qs(body.decode()).items()})
        try:
            message = json.loads(body)
            topic, name = message["event"]["hub.topic"], message["event"]["hub.event"]
            _ = message["id"], message["timestamp"], message["event"]["context"]
        except (ValueError, KeyError, TypeError):
            return PlainTextResponse("An event has timestamp, id and event.", 400)
        async with self._order:
            return await self._happened(topic, name, message)

    async def _context(self, request: Request) -> Response:
        """2.9: what is open now."""
        if self._who(request) is None:
            return PlainTextResponse("Sign in first.", 401)
        session = self._sessions.get(request.path_params["topic"], _Session())
        if session.current is None:
            return JSONResponse({"context.type": "", "context": []})
        told = session.current["event"]
        kind = str(told["hub.event"]).partition("-")[0]
        return JSONResponse(
            {
                "context.type": kind,
                "context.versionId": session.version,
                "context": told["context"],
            }
        )

    async def _subscribed(self, asked: dict[str, str]) -> Response:
        if asked.get("hub.channel.type") != "websocket" or not asked.get("hub.topic"):
            return PlainTextResponse("A channel of type websocket, and a topic.", 400)
        channel = asked.get("hub.channel.endpoint", "")
        if asked.get("hub.mode") == "unsubscribe":
            listener = self._listeners.pop(channel.rpartition("/")[2], None)
            if listener is not None and listener.line is not None:
                await listener.line.close()
            return JSONResponse({"hub.channel.endpoint": channel}, 202)
        events = tuple(filter(None, asked.get("hub.events", "").split(",")))
        key = secrets.token_urlsafe(24)
        name = asked.get("subscriber.name", "a program")
        self._listeners[key] = _Listener(asked["hub.topic"], events, name)
        address = self._address.replace("http", "ws", 1)
        return JSONResponse({"hub.channel.endpoint": f"{address}/channel/{key}"}, 202)

    # --- a line ---------------------------------------------------------------

    async def _listen(self, line: WebSocket) -> None:
        key = line.path_params["key"]
        listener = self._listeners.get(key)
        if listener is None:
            await line.close()
            return
        await line.accept()
        async with self._order:
            listener.line = line
            await self._welcome(listener)
        code = 1006
        try:
            while True:
                await self._answered(listener, json.loads(await line.receive_text()))
        except WebSocketDisconnect as ended:
            code = ended.code
        except (ValueError, KeyError, TypeError):
            await line.close(1003)
        self._listeners.pop(key, None)
        listener.line = None
        if code not in (1000, 1001):  # 2.5: it did not leave, it is gone
            for id_, name in listener.waiting.items() or [("", "")]:
                await self._apart(listener, id_, name, "the line to it broke")

    async def _welcome(self, listener: _Listener) -> None:
        await listener.send(
            {
                "hub.mode": "subscribe",
                "hub.topic": listener.topic,
                "hub.events": ",".join(listener.events),
                "hub.lease_seconds": _LEASE_S,
            }
        )
        current = self._sessions.setdefault(listener.topic, _Session()).current
        if current is not None and listener.wants(current["event"]["hub.event"]):
            listener.waiting[current["id"]] = current["event"]["hub.event"]
            await listener.send(current)

    async def _answered(self, listener: _Listener, answer: dict[str, Any]) -> None:
        name = listener.waiting.pop(answer["id"], "")
        status = int(answer["status"])
        if name and name.lower() != _SYNC_ERROR and status >= 400:
            why = "it refuses" if status < 500 else "it failed"
            await self._apart(listener, answer["id"], name, why)

    # --- what happens ---------------------------------------------------------

    async def _happened(self, topic: str, name: str, message: dict[str, Any]) -> Response:
        session = self._sessions.setdefault(topic, _Session())
        told = dict(message["event"])
        if name.lower().endswith("-update"):
            if session.version != told.get("context.versionId"):
                return PlainTextResponse("The content has another version by now.", 409)
            told["context.priorVersionId"] = session.version
        if name.lower().endswith(("-open", "-update")):
            session.version = told["context.versionId"] = str(uuid4())
        message = {**message, "event": told}
        if name.lower().endswith("-open"):
            session.current = message
        elif name.lower().endswith("-close") and _is_same(session.current, told):
            session.current = None
        await self._tell(topic, name, message)
        return Response(status_code=202)

    async def _tell(
        self, topic: str, name: str, message: dict[str, Any], but: _Listener | None = None
    ) -> None:
        for each in tuple(self._listeners.values()):
            if each.topic == topic and each is not but and each.wants(name):
                each.waiting[message["id"]] = name
                try:
                    await each.send(message)
                except (WebSocketDisconnect, RuntimeError):  # its own task finds out
                    continue

    async def _apart(self, who: _Listener, id_: str, name: str, why: str) -> None:
        """3.2.1: the others learn who did not follow."""
        codes = {"eventid": id_, "eventname": name, "subscriber": who.name}
        issue = {
            "severity": "warning",
            "code": "processing",
            "diagnostics": why,
            "details": {"coding": [{"system": _CODES + k, "code": v} for k, v in codes.items()]},
        }
        outcome = {"resourceType": "OperationOutcome", "issue": [issue]}
        message = {
            "timestamp": self._now().isoformat(),
            "id": str(uuid4()),
            "event": {
                "hub.topic": who.topic,
                "hub.event": "SyncError",
                "context": [{"key": "operationoutcome", "resource": outcome}],
            },
        }
        await self._tell(who.topic, "SyncError", message, but=who)


def _is_same(current: dict[str, Any] | None, told: dict[str, Any]) -> bool:
    """What is closed is what is open: by the study, which every program names alike."""
    if current is None:
        return False
    return bool(_studies(current["event"]["context"]) & _studies(told["context"]))


def _studies(context: Sequence[dict[str, Any]]) -> set[str]:
    found = (each.get("resource", {}) for each in context if each.get("key") == "study")
    return {
        str(number.get("value"))
        for study in found
        for number in study.get("identifier", ())
        if number.get("system") == "urn:dicom:uid"
    }
