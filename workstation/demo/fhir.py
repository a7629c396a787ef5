"""The FHIR R4 face of a site: HTTP around the engine."""

import gzip
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, Protocol
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from workstation.demo import search
from workstation.demo.engine import KINDS, Engine
from workstation.demo.fhir_values import Answer, FhirError, Interaction
from workstation.demo.rules import SIGNED, WRITABLE, Caller
from workstation.demo.store import Resource, instant

MEDIA_TYPE: Final = "application/fhir+json"
_ROOT: Final = "/fhir"
_MOST_BYTES: Final = 16 * 1024 * 1024

WhoAsks = Callable[[Request], Caller | None]
Handler = Callable[[Request], Awaitable[Response]]


class Received(Protocol):
    """Keeps what came, as it came; called before the answer leaves."""

    def delivery(self, body: bytes, suffix: str) -> None: ...

    def other(self, body: bytes, what: str) -> None: ...


class FhirFace:
    """Routes of `{site}/fhir`."""

    def __init__(
        self,
        engine: Engine,
        who: WhoAsks,
        received: Received,
        smart: Mapping[str, Any],
    ) -> None:
        self._engine = engine
        self._who = who
        self._received = received
        self._smart = smart

    def routes(self) -> list[Route]:
        def route(path: str, handler: Handler, *methods: str) -> Route:
            return Route(_ROOT + path, self._guarded(handler), methods=list(methods))

        return [
            Route(_ROOT + "/metadata", self._metadata),
            Route(_ROOT + "/.well-known/smart-configuration", self._smart_configuration),
            route("/", self._base, "GET", "POST"),
            route("", self._base, "GET", "POST"),
            route("/{kind}", self._kind, "GET", "POST", "PUT", "DELETE"),
            route("/{kind}/_search", self._posted_search, "POST"),
            route("/{kind}/{id}", self._instance, "GET", "PUT", "DELETE"),
            route("/{kind}/{id}/_history", self._history, "GET"),
            route("/{kind}/{id}/_history/{version}", self._version, "GET"),
        ]

    def _guarded(self, handler: Handler) -> Handler:
        async def guarded(request: Request) -> Response:
            try:
                return await handler(request)
            except FhirError as why:
                response = self._json(request, why.outcome(), why.status)
                if why.status == 401:
                    response.headers["WWW-Authenticate"] = 'Bearer error="invalid_token"'
                return response

        return guarded

    def _caller(self, request: Request) -> Caller:
        caller = self._who(request)
        if caller is None:
            raise FhirError(401, "login", "Sign in first: the access token is missing or over.")
        return caller

    # --- handlers ------------------------------------------------------------

    async def _base(self, request: Request) -> Response:
        caller = self._caller(request)
        if request.method == "GET":
            query = request.query_params
            if "_page" not in query:
                raise FhirError(404, "not-found", "Search by resource type.")
            bundle = self._engine.page(query["_page"], int(query.get("_offset", "0") or 0))
            return self._json(request, bundle)
        raw = await request.body()
        body = _parsed(raw)
        if body.get("resourceType") != "Bundle":
            raise FhirError(400, "structure", "Only a Bundle is posted to the base.")
        try:
            answer = self._engine.bundle(caller, body)
        except FhirError:
            self._received.other(raw, "refused")
            raise
        self._keep(raw, [each.get("resource") or {} for each in body.get("entry", ())])
        return self._json(request, answer)

    async def _kind(self, request: Request) -> Response:
        caller = self._caller(request)
        kind = request.path_params["kind"]
        query = tuple(parse_qsl(request.url.query, keep_blank_values=True))
        if request.method in ("PUT", "DELETE") and not query:
            raise FhirError(400, "required", "Name one resource, by id or by criteria.")
        raw = await request.body() if request.method in ("POST", "PUT") else b""
        return self._single(request, caller, raw, Interaction(request.method, kind, query=query))

    async def _posted_search(self, request: Request) -> Response:
        caller = self._caller(request)
        form = (await request.body()).decode("utf-8", "replace")
        query = tuple(parse_qsl(form, keep_blank_values=True))
        asked = Interaction("GET", request.path_params["kind"], query=query)
        return self._single(request, caller, b"", asked)

    async def _instance(self, request: Request) -> Response:
        caller = self._caller(request)
        kind, ident = request.path_params["kind"], request.path_params["id"]
        raw = await request.body() if request.method == "PUT" else b""
        return self._single(request, caller, raw, Interaction(request.method, kind, ident))

    def _single(self, request: Request, caller: Caller, raw: bytes, asked: Interaction) -> Response:
        headers = request.headers
        answer = self._engine.single(
            caller,
            Interaction(
                asked.method,
                asked.kind,
                asked.id,
                asked.query,
                _parsed(raw) if raw or asked.method in ("POST", "PUT") else None,
                headers.get("if-match", ""),
                headers.get("if-none-match", ""),
                headers.get("if-none-exist", ""),
            ),
        )
        if raw:
            self._keep(raw, [_parsed(raw)])
        return self._answered(request, answer)

    async def _history(self, request: Request) -> Response:
        caller = self._caller(request)
        kind, ident = request.path_params["kind"], request.path_params["id"]
        return self._json(request, self._engine.history(caller, kind, ident))

    async def _version(self, request: Request) -> Response:
        caller = self._caller(request)
        where = request.path_params
        answer = self._engine.read_version(caller, where["kind"], where["id"], where["version"])
        return self._answered(request, answer)

    async def _metadata(self, request: Request) -> Response:
        return self._json(request, capability_statement(self._engine.base))

    async def _smart_configuration(self, request: Request) -> Response:
        return Response(json.dumps(dict(self._smart)), media_type="application/json")

    # --- answers -------------------------------------------------------------

    def _keep(self, raw: bytes, resources: list[Resource]) -> None:
        """Signed reports are deliveries; drafts, claims and audit are other traffic."""
        kinds = {str(each.get("resourceType", "")) for each in resources}
        signed = any(
            each.get("resourceType") == "DiagnosticReport" and each.get("status") in SIGNED
            for each in resources
        )
        if signed:
            self._received.delivery(raw, "report.json")
        else:
            self._received.other(raw, "-".join(sorted(kinds & WRITABLE)) or "other")

    def _answered(self, request: Request, answer: Answer) -> Response:
        if answer.body is None:
            response = Response(status_code=answer.status)
        else:
            response = self._json(request, answer.body, answer.status)
        if answer.etag:
            response.headers["ETag"] = answer.etag
        if answer.location:
            response.headers["Location"] = f"{self._engine.base}/{answer.location}"
        if answer.last_modified:
            response.headers["X-Last-Modified"] = instant(answer.last_modified)
        return response

    def _json(self, request: Request, body: Resource, status: int = 200) -> Response:
        raw = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        headers = {"Cache-Control": "no-store"}
        if len(raw) > 1000 and "gzip" in request.headers.get("accept-encoding", ""):
            raw = gzip.compress(raw, 1)
            headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        return Response(raw, status, headers, MEDIA_TYPE)


def _parsed(raw: bytes) -> Resource:
    if len(raw) > _MOST_BYTES:
        raise FhirError(413, "too-long", "The body is larger than this server takes.")
    try:
        body = json.loads(raw)
    except ValueError as why:
        raise FhirError(400, "structure", "The body is not JSON.") from why
    if not isinstance(body, dict):
        raise FhirError(400, "structure", "The body is not a JSON object.")
    return body


def capability_statement(base: str) -> Resource:
    """What this server does, so that a client need not guess what it does not."""
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": "2026-11-22",
        "kind": "instance",
        "implementation": {"description": "Demonstration site", "url": base},
        "software": {"name": "workstation demo platform"},
        "fhirVersion": "4.0.1",
        "format": ["json"],
        "rest": [
            {
                "mode": "server",
                "security": {"service": [{"text": "OAuth2 bearer tokens, SMART"}]},
                "resource": [_capability(kind) for kind in KINDS],
                "interaction": [{"code": "transaction"}, {"code": "batch"}],
            }
        ],
    }


def _capability(kind: str) -> Resource:
    codes = ["read", "vread", "history-instance", "search-type"]
    if kind in WRITABLE:
        codes += ["create", "update", "delete"]
    tables = (search.REFERENCES, search.TOKENS, search.DATES)
    types = ("reference", "token", "date")
    return {
        "type": kind,
        "interaction": [{"code": code} for code in codes],
        "versioning": "versioned-update" if kind == "Task" else "versioned",
        "conditionalCreate": kind in WRITABLE,
        "conditionalUpdate": kind in WRITABLE,
        "conditionalDelete": "single" if kind in WRITABLE else "not-supported",
        "conditionalRead": "not-match",
        "updateCreate": kind in WRITABLE,
        "searchInclude": [f"{kind}:{name}" for name in search.REFERENCES.get(kind, {})],
        "searchParam": [
            {"name": name, "type": type_}
            for table, type_ in zip(tables, types, strict=True)
            for name in table.get(kind, {})
        ]
        + [{"name": "_id", "type": "token"}, {"name": "_lastUpdated", "type": "date"}],
    }
