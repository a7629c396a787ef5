"""The DICOMweb face of a site: QIDO-RS, WADO-RS, STOW-RS (PS3.18 10.4 to 10.6).

What is stored is what is served; a client that asks for another transfer syntax gets
406 and is told to ask for `transfer-syntax=*`.
"""

import json
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence

from anyio.to_thread import run_sync
from attrs import frozen
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from workstation.demo import dicom_json, media, qido, rendered, stow
from workstation.demo.archive import Archive, Instance, Loaded, MadeSource, etag
from workstation.demo.media import JSON, Multipart, Part, chosen, pixel_type
from workstation.demo.rules import Caller
from workstation.demo.web_answers import (
    WebError,
    expect,
    frame_numbers,
    joined,
    json_response,
    not_acceptable,
    packed,
    whole,
)

Handler = Callable[[Request], Awaitable[Response]]


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
            return json_response(request, json.dumps(found).encode())

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
        expect(request, JSON, "application/json")
        instances = self._wanted(request)
        if "sop" in request.path_params:
            body = await run_sync(self._described, instances)
            return json_response(request, body)
        parts = []
        for series in dict.fromkeys(each.series for each in instances):
            members = [each for each in instances if each.series == series]
            parts.append(await run_sync(self._series_metadata, members))
            self._archive.draw_ahead(members)
        body = parts[0] if len(parts) == 1 else b"[%b]" % b",".join(p[1:-1] for p in parts)
        return json_response(request, body)

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
                    packed(self._series_metadata(members))

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
                raise not_acceptable(accept, media.DICOM, syntax)
        assert offer is not None
        if not offer.multipart:
            raw = await run_sync(self._archive.part10, instances[0])
            kind = f"{media.DICOM}; transfer-syntax={instances[0].transfer_syntax}"
            return whole(request, raw, kind, etag(instances[0].sop, len(raw)))
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
        numbers = frame_numbers(request.path_params["frames"])
        kind, syntax = pixel_type(instance.transfer_syntax)
        accept = request.headers.get("accept", "")
        offer = chosen(accept, kind, syntax)
        if offer is None or (not offer.multipart and len(numbers) > 1):
            raise not_acceptable(accept, kind, syntax)
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
            return joined(frames, kind)
        mark = etag(instance.sop, numbers[0], len(frames[0].body))
        return whole(request, frames[0].body, label, mark)

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
            return joined([Part(label, each) for each in loaded.frames], kind)
        value = dataset[int(tag, 16)].value
        raw = value if isinstance(value, bytes) else str(value).encode()
        kind = str(dataset.get("MIMETypeOfEncapsulatedDocument") or media.OCTETS)
        label = kind if tag == "00420011" else media.OCTETS
        offer = chosen(request.headers.get("accept", ""), label, "*")
        if offer is not None and offer.multipart:
            return joined([Part(label, raw)], label)
        return whole(request, raw, label, etag(instance.sop, tag, len(raw)))

    async def _rendered(self, request: Request) -> Response:
        wanted = self._wanted(request)
        instance = wanted[len(wanted) // 2]
        number = frame_numbers(request.path_params.get("frames", "1"))[0]
        small = request.url.path.endswith("/thumbnail")
        expect(request, "image/png")
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
        return whole(request, png, "image/png", etag(instance.sop, number, small, len(png)))

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
