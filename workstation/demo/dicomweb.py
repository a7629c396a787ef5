"""The DICOMweb face of a site: QIDO-RS, WADO-RS, STOW-RS (PS3.18 10.4 to 10.6).

What is stored is what is served; a client that asks for another transfer syntax gets
406 and is told to ask for `transfer-syntax=*`.
"""

import functools
import gzip
import json
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from typing import Final

from anyio.to_thread import run_sync
from attrs import frozen
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from workstation.demo import dicom_json, media, qido, rendered, stow
from workstation.demo.archive import Archive, Instance, Loaded, MadeSource, etag
from workstation.demo.media import JSON, Multipart, Part, chosen, pixel_type
from workstation.demo.rules import Caller

Handler = Callable[[Request], Awaitable[Response]]


class WebError(Exception):
    """An answer other than 200, with words for a person."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text


@frozen
class Access:
    """Who may see the images of this site, and what to do with new ones."""

    who: Callable[[Request], Caller | None]
    refuses: Callable[[Caller, str], str]  # study -> why there are no images, or ""
    stored: Callable[[Instance, bytes], None]


class DicomWebFace:
    """Routes of `{site}/dicomweb`."""

    def __init__(self, archive: Archive, base: str, access: Access) -> None:
        self._archive = archive
        self._base = base
        self._access = access
        self._metadata_cache: dict[tuple[str, str, int], bytes] = {}

    def routes(self) -> list[Route]:
        study = "/studies/{study}"
        series = study + "/series/{series}"
        instance = series + "/instances/{sop}"

        def get(path: str, handler: Handler) -> Route:
            return Route(path, self._guarded(handler), methods=["GET"])

        routes = [
            get("/studies", self._search("studies")),
            get("/series", self._search("series")),
            get("/instances", self._search("instances")),
            get(study + "/series", self._search("series")),
            get(study + "/instances", self._search("instances")),
            get(series + "/instances", self._search("instances")),
            get(instance + "/frames/{frames}", self._frames),
            get(instance + "/frames/{frames}/rendered", self._rendered),
            get(instance + "/frames/{frames}/thumbnail", self._rendered),
            get(instance + "/bulk/{tag}", self._bulk),
        ]
        for level in (instance, series, study):
            routes += [
                get(level + "/metadata", self._metadata),
                get(level + "/rendered", self._rendered),
                get(level + "/thumbnail", self._rendered),
                get(level, self._retrieve),
            ]
        for path in ("/studies", study):
            routes.append(Route(path, self._guarded(self._store), methods=["POST"]))
        return routes

    def _guarded(self, handler: Handler) -> Handler:
        async def guarded(request: Request) -> Response:
            try:
                self._check(request)
                return await handler(request)
            except WebError as why:
                headers = {"Content-Type": "text/plain; charset=utf-8"}
                if why.status == 401:
                    headers["WWW-Authenticate"] = 'Bearer error="invalid_token"'
                return Response(why.text, why.status, headers)

        return guarded

    def _check(self, request: Request) -> None:
        caller = self._access.who(request)
        if caller is None:
            raise WebError(401, "Sign in first: the access token is missing or over.")
        why = self._access.refuses(caller, request.path_params.get("study", ""))
        if why:
            raise WebError(403, f"{why} No images.")

    # --- QIDO-RS -------------------------------------------------------------

    def _search(self, level: str) -> Handler:
        async def search(request: Request) -> Response:
            where = request.path_params
            query = request.query_params.multi_items()
            try:
                asked = qido.parse(level, query, where.get("study"), where.get("series"))
            except qido.BadQuery as why:
                raise WebError(400, str(why)) from why
            found = await run_sync(qido.answer, self._archive, asked, self._base)
            return _json_response(request, json.dumps(found).encode())

        return search

    # --- WADO-RS -------------------------------------------------------------

    def _wanted(self, request: Request) -> tuple[Instance, ...]:
        where = request.path_params
        study, series, sop = where["study"], where.get("series"), where.get("sop")
        if sop is not None and series is not None:
            one = self._archive.instance(study, series, sop)
            return self._found((one,) if one else ())
        return self._found(self._archive.instances(study, series))

    def _found(self, found: tuple[Instance, ...]) -> tuple[Instance, ...]:
        if not found:
            raise WebError(404, "There is no such study, series or instance here.")
        return found

    def _one(self, request: Request) -> Instance:
        return self._wanted(request)[0]

    async def _loaded(self, instance: Instance) -> Loaded:
        try:
            return await run_sync(self._archive.loaded, instance)
        except (ValueError, EOFError, AttributeError, KeyError, NotImplementedError) as why:
            text = "The pixel data of this instance is damaged; retrieve the instance itself."
            raise WebError(422, text) from why

    async def _metadata(self, request: Request) -> Response:
        _expect(request, JSON, "application/json")
        instances = self._wanted(request)
        if "sop" in request.path_params:
            body = await run_sync(self._described, instances)
            return _json_response(request, body)
        parts = []
        for series in dict.fromkeys(each.series for each in instances):
            members = [each for each in instances if each.series == series]
            parts.append(await run_sync(self._series_metadata, members))
            self._archive.draw_ahead(members)
        body = parts[0] if len(parts) == 1 else b"[%b]" % b",".join(p[1:-1] for p in parts)
        return _json_response(request, body)

    def _series_metadata(self, members: Sequence[Instance]) -> bytes:
        key = (members[0].study, members[0].series, len(members))
        if key not in self._metadata_cache:
            self._metadata_cache[key] = self._described(members)
        return self._metadata_cache[key]

    def describe_ahead(self, studies: Iterable[str]) -> None:
        """Blocking: what an archive has at hand before it is asked; phantoms are cheap later."""
        for study in studies:
            for series in self._archive.series(study):
                members = self._archive.instances(study, series)
                if not any(isinstance(each.source, MadeSource) for each in members):
                    _packed(self._series_metadata(members))

    def _described(self, instances: Iterable[Instance]) -> bytes:
        found = [dicom_json.metadata(each, self._address(each)) for each in instances]
        return json.dumps(found, separators=(",", ":")).encode()

    def _address(self, each: Instance) -> str:
        return f"{self._base}/studies/{each.study}/series/{each.series}/instances/{each.sop}"

    async def _retrieve(self, request: Request) -> Response:
        instances = self._wanted(request)
        accept = request.headers.get("accept", "")
        single = "sop" in request.path_params
        offer = None
        for each in instances:
            syntax = str(each.transfer_syntax)
            offer = chosen(accept, media.DICOM, syntax)
            if offer is None or not (offer.multipart or single):
                raise _not_acceptable(accept, media.DICOM, syntax)
        assert offer is not None
        if not offer.multipart:
            raw = await run_sync(self._archive.part10, instances[0])
            kind = f"{media.DICOM}; transfer-syntax={instances[0].transfer_syntax}"
            return _whole(request, raw, kind, etag(instances[0].sop, len(raw)))
        joined = Multipart(media.DICOM)
        return StreamingResponse(
            joined.pieces(self._files(instances)), media_type=joined.content_type
        )

    def _files(self, instances: Iterable[Instance]) -> Iterator[Part]:
        for each in instances:
            kind = f"{media.DICOM}; transfer-syntax={each.transfer_syntax}"
            yield Part(kind, self._archive.part10(each), self._address(each))

    async def _frames(self, request: Request) -> Response:
        instance = self._one(request)
        numbers = _frame_numbers(request.path_params["frames"])
        kind, syntax = pixel_type(instance.transfer_syntax)
        accept = request.headers.get("accept", "")
        offer = chosen(accept, kind, syntax)
        if offer is None or (not offer.multipart and len(numbers) > 1):
            raise _not_acceptable(accept, kind, syntax)
        loaded = await self._loaded(instance)
        if not loaded.frames:
            raise WebError(404, "This instance has no frames.")
        if max(numbers) > len(loaded.frames):
            raise WebError(404, f"This instance has {len(loaded.frames)} frames.")
        label = f"{kind}; transfer-syntax={syntax}"
        address = self._address(instance)
        frames = [
            Part(label, loaded.frames[number - 1], f"{address}/frames/{number}")
            for number in numbers
        ]
        if offer.multipart:
            return _joined(frames, kind)
        mark = etag(instance.sop, numbers[0], len(frames[0].body))
        return _whole(request, frames[0].body, label, mark)

    async def _bulk(self, request: Request) -> Response:
        instance = self._one(request)
        loaded = await self._loaded(instance)
        tag = request.path_params["tag"]
        keyword = dicom_json.keyword_of(tag)
        dataset = loaded.dataset()
        known = len(tag) == 8 and keyword and keyword in dataset
        if not known and not (tag.isalnum() and len(tag) == 8 and int(tag, 16) in dataset):
            raise WebError(404, "There is no such bulk data.")
        if keyword in ("PixelData", "FloatPixelData", "DoubleFloatPixelData"):
            kind, syntax = pixel_type(instance.transfer_syntax)
            label = f"{kind}; transfer-syntax={syntax}"
            return _joined([Part(label, each) for each in loaded.frames], kind)
        value = dataset[int(tag, 16)].value
        raw = value if isinstance(value, bytes) else str(value).encode()
        kind = str(dataset.get("MIMETypeOfEncapsulatedDocument") or media.OCTETS)
        label = kind if tag == "00420011" else media.OCTETS
        offer = chosen(request.headers.get("accept", ""), label, "*")
        if offer is not None and offer.multipart:
            return _joined([Part(label, raw)], label)
        return _whole(request, raw, label, etag(instance.sop, tag, len(raw)))

    async def _rendered(self, request: Request) -> Response:
        wanted = self._wanted(request)
        instance = wanted[len(wanted) // 2]
        number = _frame_numbers(request.path_params.get("frames", "1"))[0]
        small = request.url.path.endswith("/thumbnail")
        _expect(request, "image/png")
        loaded = await self._loaded(instance)
        if not 1 <= number <= len(loaded.frames):
            raise WebError(404, "There is no such frame.")
        try:
            png = await run_sync(
                rendered.png,
                loaded.dataset(),
                number - 1,
                request.query_params.get("window"),
                small,
            )
        except rendered.CannotRender as why:
            raise WebError(406, str(why)) from why
        return _whole(request, png, "image/png", etag(instance.sop, number, small, len(png)))

    # --- STOW-RS -------------------------------------------------------------

    async def _store(self, request: Request) -> Response:
        kind = request.headers.get("content-type", "")
        if not kind.startswith("multipart/related"):
            raise WebError(415, "Send multipart/related; type=application/dicom.")
        body = await request.body()
        study = request.path_params.get("study")
        try:
            parts = media.split_parts(kind, body)
        except media.NotMultipart as why:
            raise WebError(400, str(why)) from why
        outcome = stow.store(self._archive, parts, study, self._base)
        for instance, raw in outcome.stored:
            self._access.stored(instance, raw)
        return Response(json.dumps(outcome.body), outcome.status, media_type=JSON)


def _frame_numbers(text: str) -> list[int]:
    parts = text.split(",")
    if not all(each.isascii() and each.isdigit() and int(each) > 0 for each in parts):
        raise WebError(400, "Frames are numbers from 1, separated by commas.")
    return [int(each) for each in parts]


def _not_acceptable(accept: str, kind: str, syntax: str) -> WebError:
    stored = f"It is stored as {kind}; transfer-syntax={syntax}. Ask for transfer-syntax=*."
    return WebError(406, f"{stored} Asked was: {accept[:200]}")


def _expect(request: Request, *types: str) -> None:
    ranges = media.accepted(request.headers.get("accept", ""))
    if not any(each.takes(kind) for each in ranges for kind in types):
        raise WebError(406, f"Only {' or '.join(types)} is served here.")


def _joined(parts: list[Part], kind: str) -> Response:
    """One copy into one body: a write for each piece costs more than the copy."""
    joined = Multipart(kind)
    return Response(b"".join(joined.pieces(parts)), headers={"Content-Type": joined.content_type})


def _json_response(request: Request, raw: bytes) -> Response:
    mark, packed = _packed(raw)
    headers = {"ETag": mark, "Vary": "Accept-Encoding"}
    if request.headers.get("if-none-match") == mark:
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        raw = packed
        headers["Content-Encoding"] = "gzip"
    return Response(raw, headers=headers, media_type=JSON)


@functools.lru_cache(maxsize=32)
def _packed(raw: bytes) -> tuple[str, bytes]:
    """ETag and compressed form; a series is asked for by every reader who opens it."""
    return etag(raw), gzip.compress(raw, 1)


_NO_RANGE: Final = (0, -1)


def _whole(request: Request, raw: bytes | memoryview, kind: str, mark: str) -> Response:
    """One body, or the range of it that was asked for (RFC 9110 14)."""
    headers = {"ETag": mark, "Accept-Ranges": "bytes", "Content-Type": kind}
    if request.headers.get("if-none-match") == mark:
        return Response(status_code=304, headers=headers)
    asked = request.headers.get("range", "")
    if not asked or request.headers.get("if-range", mark) != mark:
        return Response(raw, headers=headers)
    first, last = _range(asked, len(raw))
    if (first, last) == _NO_RANGE:
        headers["Content-Range"] = f"bytes */{len(raw)}"
        return Response(status_code=416, headers=headers)
    headers["Content-Range"] = f"bytes {first}-{last}/{len(raw)}"
    return Response(raw[first : last + 1], 206, headers)


def _range(text: str, size: int) -> tuple[int, int]:
    unit, _, span = text.partition("=")
    low, dash, high = span.partition("-")
    if unit.strip() != "bytes" or not dash or not (low + high).isdigit():
        return _NO_RANGE
    if not low:
        first, last = max(0, size - int(high)), size - 1
    else:
        first, last = int(low), min(int(high or size - 1), size - 1)
    return (first, last) if first <= last else _NO_RANGE
