"""Answers of DICOMweb: bodies, ranges, errors; what a request may ask of them."""

import functools
import gzip
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from workstation.demo.archive import etag
from workstation.demo.media import JSON, Multipart, Part, accepted


class WebError(Exception):
    """An answer other than 200, with words for a person."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text


def frame_numbers(text: str) -> list[int]:
    parts = text.split(",")
    if not all(each.isascii() and each.isdigit() and int(each) > 0 for each in parts):
        raise WebError(400, "Frames are numbers from 1, separated by commas.")
    return [int(each) for each in parts]


def not_acceptable(accept: str, kind: str, syntax: str) -> WebError:
    stored = f"It is stored as {kind}; transfer-syntax={syntax}. Ask for transfer-syntax=*."
    return WebError(406, f"{stored} Asked was: {accept[:200]}")


def expect(request: Request, *types: str) -> None:
    ranges = accepted(request.headers.get("accept", ""))
    if not any(each.takes(kind) for each in ranges for kind in types):
        raise WebError(406, f"Only {' or '.join(types)} is served here.")


def joined(parts: list[Part], kind: str) -> Response:
    """One copy into one body: a write for each piece costs more than the copy."""
    joined = Multipart(kind)
    return Response(b"".join(joined.pieces(parts)), headers={"Content-Type": joined.content_type})


def json_response(request: Request, raw: bytes) -> Response:
    mark, small = packed(raw)
    headers = {"ETag": mark, "Vary": "Accept-Encoding"}
    if request.headers.get("if-none-match") == mark:
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        raw = small
        headers["Content-Encoding"] = "gzip"
    return Response(raw, headers=headers, media_type=JSON)


@functools.lru_cache(maxsize=32)
def packed(raw: bytes) -> tuple[str, bytes]:
    """ETag and compressed form; a series is asked for by every reader who opens it."""
    return etag(raw), gzip.compress(raw, 1)


_NO_RANGE: Final = (0, -1)


def whole(request: Request, raw: bytes | memoryview, kind: str, mark: str) -> Response:
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
