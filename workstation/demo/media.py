"""Media types of DICOMweb: what a client accepts, how parts are labelled and joined."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final
from uuid import uuid4

from attrs import field, frozen
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

OCTETS: Final = "application/octet-stream"
DICOM: Final = "application/dicom"
JSON: Final = "application/dicom+json"

#: Media type of compressed pixels by transfer syntax (PS3.18 8.7.3.3).
_COMPRESSED: Final[Mapping[str, str]] = {
    "1.2.840.10008.1.2.5": "image/dicom-rle",
    "1.2.840.10008.1.2.4.50": "image/jpeg",
    "1.2.840.10008.1.2.4.51": "image/jpeg",
    "1.2.840.10008.1.2.4.57": "image/jpeg",
    "1.2.840.10008.1.2.4.70": "image/jpeg",
    "1.2.840.10008.1.2.4.80": "image/jls",
    "1.2.840.10008.1.2.4.81": "image/jls",
    "1.2.840.10008.1.2.4.90": "image/jp2",
    "1.2.840.10008.1.2.4.91": "image/jp2",
    "1.2.840.10008.1.2.4.92": "image/jpx",
    "1.2.840.10008.1.2.4.93": "image/jpx",
    "1.2.840.10008.1.2.4.100": "video/mpeg2",
    "1.2.840.10008.1.2.4.101": "video/mpeg2",
    "1.2.840.10008.1.2.4.102": "video/mp4",
    "1.2.840.10008.1.2.4.103": "video/mp4",
    "1.2.840.10008.1.2.4.104": "video/mp4",
    "1.2.840.10008.1.2.4.105": "video/mp4",
    "1.2.840.10008.1.2.4.106": "video/mp4",
    "1.2.840.10008.1.2.4.107": "video/H265",
    "1.2.840.10008.1.2.4.108": "video/H265",
    "1.2.840.10008.1.2.4.201": "image/jphc",
    "1.2.840.10008.1.2.4.202": "image/jphc",
    "1.2.840.10008.1.2.4.203": "image/jphc",
}


@frozen
class Range:
    """One entry of an Accept header."""

    type: str
    parameters: Mapping[str, str] = field(factory=dict)

    def takes(self, media_type: str) -> bool:
        kind = self.type.removesuffix("*")
        return (
            self.type == "*/*"
            or media_type == self.type
            or (self.type.endswith("/*") and media_type.startswith(kind))
        )

    def takes_syntax(self, syntax: str) -> bool:
        """Without the parameter the default is Explicit VR Little Endian (PS3.18 8.7.3.3.2)."""
        wanted = self.parameters.get("transfer-syntax", ExplicitVRLittleEndian)
        return wanted in ("*", syntax)


def accepted(header: str) -> tuple[Range, ...]:
    """Parse Accept; parameters may also stand inside the quoted `type`, as some clients write."""
    ranges = []
    for part in _split(header or "*/*", ","):
        main, *rest = _split(part, ";")
        parameters: dict[str, str] = {}
        for each in rest:
            name, _, value = each.partition("=")
            inner, *more = _split(value.strip().strip('"'), ";")
            parameters[name.strip().lower()] = inner.strip()
            for extra in more:
                key, _, text = extra.partition("=")
                parameters[key.strip().lower()] = text.strip().strip('"')
        ranges.append(Range(main.strip().lower(), parameters))
    return tuple(ranges)


def _split(text: str, separator: str) -> list[str]:
    """Split where the separator does not stand between quotes."""
    pattern = rf'(?:[^{separator}"]|"[^"]*"?)+'
    return [each.strip() for each in re.findall(pattern, text) if each.strip()]


def pixel_type(syntax: UID) -> tuple[str, str]:
    """Media type and transfer syntax as which frames of a stored syntax are served.

    Deflated and implicit files hold the same pixel bytes as explicit little endian ones,
    and the web does not know those syntaxes.
    """
    if syntax in (ImplicitVRLittleEndian, DeflatedExplicitVRLittleEndian):
        return OCTETS, str(ExplicitVRLittleEndian)
    return _COMPRESSED.get(str(syntax), OCTETS), str(syntax)


@frozen
class Offer:
    """What the client takes of what we have: alone, or as parts of a whole."""

    multipart: bool
    type: str


def chosen(header: str, media_type: str, syntax: str, *, parts: bool = True) -> Offer | None:
    """How to answer with this media type; None is 406."""
    for each in accepted(header):
        if each.type == "multipart/related" and parts:
            inner = each.parameters.get("type", OCTETS)
            fits = Range(inner.lower()).takes(media_type) or inner == OCTETS
            if fits and (each.takes_syntax(syntax) or _named(inner, media_type, each)):
                return Offer(True, media_type)
        elif each.type == "*/*":
            return Offer(parts, media_type)
        elif each.takes(media_type) and (each.takes_syntax(syntax) or _named("", "", each)):
            return Offer(False, media_type)
    return None


def _named(inner: str, media_type: str, asked: Range) -> bool:
    """A compressed media type asked for by name, without a transfer syntax."""
    return inner == media_type != OCTETS and "transfer-syntax" not in asked.parameters


@frozen
class Part:
    type: str
    body: bytes | memoryview = field(repr=False)
    location: str = ""


class Multipart:
    """multipart/related: the header of the answer, and its bytes piece by piece."""

    def __init__(self, inner: str) -> None:
        self._boundary = uuid4().hex
        quoted = inner.split(";")[0]
        self.content_type = f'multipart/related; type="{quoted}"; boundary={self._boundary}'

    def head(self, part: Part) -> bytes:
        lines = [f"--{self._boundary}", f"Content-Type: {part.type}"]
        if part.location:
            lines.append(f"Content-Location: {part.location}")
        lines.append(f"Content-Length: {len(part.body)}")
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    def pieces(self, parts: Iterable[Part]) -> Iterator[bytes | memoryview]:
        """Bodies go out as they are; only heads are made."""
        for part in parts:
            yield self.head(part)
            yield part.body
            yield b"\r\n"
        yield f"--{self._boundary}--\r\n".encode()


class NotMultipart(Exception):
    """The body is not the multipart/related that its header promises."""


def split_parts(content_type: str, body: bytes) -> list[tuple[str, bytes]]:
    """Content type and bytes of each part of a body that was sent to us."""
    found = re.search(r'boundary="?([^";,]+)"?', content_type)
    if not found:
        raise NotMultipart("multipart/related without a boundary")
    mark = b"--" + found[1].encode()
    parts = list[tuple[str, bytes]]()
    for chunk in (b"\r\n" + body).split(b"\r\n" + mark)[1:]:
        if chunk.startswith(b"--"):
            return parts
        head, blank, content = chunk.partition(b"\r\n\r\n")
        if not blank:
            raise NotMultipart("a part without a head")
        parts.append((_content_type(head), content))
    raise NotMultipart("the body ends before its last part")


def _content_type(head: bytes) -> str:
    for line in head.decode("latin-1").split("\r\n"):
        name, _, value = line.partition(":")
        if name.strip().lower() == "content-type":
            return value.strip().lower()
    return OCTETS
