"""DICOMweb without I/O: what to ask, and how to take the answer apart (PS3.18 8, 10).

Every request asks for `transfer-syntax=*`: what is stored is what travels, and decoding
is ours. Identifiers become part of an address only where they are valid UIDs (SEC-04).
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final
from urllib.parse import urlencode, urljoin

from attrs import field, frozen

from workstation.domain.identifiers import FrameKey, SeriesUID, StudyUID, is_uid
from workstation.errors import Refused
from workstation.protocols.web import Request
from workstation.text import tr

JSON: Final = "application/dicom+json"
_FRAMES: Final = 'multipart/related; type="application/octet-stream"; transfer-syntax=*'
_OBJECTS: Final = 'multipart/related; type="application/dicom"; transfer-syntax=*'
_SERIES_FIELDS: Final = "0008103E"

_EXPLICIT_LE: Final = "1.2.840.10008.1.2.1"
#: Media types that name a compression where the site gives no transfer syntax (PS3.18 8.7.3).
_BY_MEDIA_TYPE: Final = {
    "image/jpeg": "1.2.840.10008.1.2.4.50",
    "image/jls": "1.2.840.10008.1.2.4.80",
    "image/x-jls": "1.2.840.10008.1.2.4.80",
    "image/jp2": "1.2.840.10008.1.2.4.90",
    "image/jpx": "1.2.840.10008.1.2.4.90",
    "image/jphc": "1.2.840.10008.1.2.4.201",
    "image/jxl": "1.2.840.10008.1.2.4.110",
    "image/dicom-rle": "1.2.840.10008.1.2.5",
    "image/x-dicom-rle": "1.2.840.10008.1.2.5",
}


class Garbled(Exception):
    """The answer breaks off or does not keep to its own form."""


# --- asking -------------------------------------------------------------------


def _path(base: str, study: StudyUID, series: SeriesUID | None = None, sop: str = "") -> str:
    for uid in (study, *([series] if series is not None else []), *([sop] if sop else [])):
        if not is_uid(uid):
            raise Refused(tr("an identifier of this study cannot be used in an address"))
    path = f"{base.rstrip('/')}/studies/{study}"
    if series is not None:
        path += f"/series/{series}"
    return f"{path}/instances/{sop}" if sop else path


def find_studies(base: str, limit: int) -> Request:
    """The first studies of a site, whichever they are."""
    query = urlencode({"limit": limit})
    return Request("GET", f"{base.rstrip('/')}/studies?{query}", {"Accept": JSON})


def find_series(base: str, study: StudyUID, offset: int = 0, limit: int = 200) -> Request:
    """One page of the series of a study; sites cap their lists."""
    query = urlencode({"includefield": _SERIES_FIELDS, "limit": limit, "offset": offset})
    return Request("GET", f"{_path(base, study)}/series?{query}", {"Accept": JSON})


def series_metadata(base: str, study: StudyUID, series: SeriesUID) -> Request:
    return Request("GET", f"{_path(base, study, series)}/metadata", {"Accept": JSON})


def instance_metadata(base: str, key: FrameKey) -> Request:
    """All that the site says of one object."""
    address = f"{_path(base, key.study, key.series, key.sop)}/metadata"
    return Request("GET", address, {"Accept": JSON})


def bulk_data(base: str, named: str) -> Request | None:
    """A table that the metadata names; None where it is not the site's own (SEC-11)."""
    address = urljoin(f"{base}/", named)
    inside = address.startswith(f"{base}/") and "/../" not in address
    return Request("GET", address, {"Accept": _FRAMES}) if inside else None


def frames(base: str, key: FrameKey, indices: Sequence[int]) -> Request:
    """Frames of one instance, by index from 0; the site counts from 1."""
    listed = ",".join(str(index + 1) for index in indices)
    address = f"{_path(base, key.study, key.series, key.sop)}/frames/{listed}"
    return Request("GET", address, {"Accept": _FRAMES})


def instance(base: str, key: FrameKey) -> Request:
    """A whole object: for sites that refuse its frames."""
    address = _path(base, key.study, key.series, key.sop)
    return Request("GET", address, {"Accept": _OBJECTS})


def whole_series(base: str, study: StudyUID, series: SeriesUID) -> Request:
    """Every object of a series as one stream, in the site's order."""
    return Request("GET", _path(base, study, series), {"Accept": _OBJECTS})


# --- taking apart -------------------------------------------------------------

_PARAMETER: Final = re.compile(r';\s*([\w-]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^;"]*)')


@frozen
class MediaType:
    """A Content-Type. Parameters that some sites write inside the quotes count as well."""

    name: str
    parameters: dict[str, str]

    @classmethod
    def parse(cls, text: str) -> "MediaType":
        name, _, _ = text.partition(";")
        parameters: dict[str, str] = {}
        for key, value in _PARAMETER.findall(text[: 4 << 10]):
            plain = value.strip().strip('"')
            first, *inner = plain.split(";")
            parameters[key.lower()] = first.strip()
            for each in inner:  # type="image/jp2; transfer-syntax=1.2..."
                inner_key, _, inner_value = each.partition("=")
                parameters.setdefault(inner_key.strip().lower(), inner_value.strip())
        return cls(name.strip().lower(), parameters)


@frozen
class Part:
    """One part of an answer, complete."""

    media: MediaType
    body: bytes = field(repr=False)


def transfer_syntax(part: Part, stored: str) -> str:
    """How a frame is coded: as the part says, else as it is stored, else by media type."""
    said = part.media.parameters.get("transfer-syntax", "")
    if said and said != "*":
        return said
    by_type = _BY_MEDIA_TYPE.get(part.media.name, "")
    if part.media.name == "application/octet-stream":
        return stored or _EXPLICIT_LE
    return stored or by_type or _EXPLICIT_LE


class Multipart:
    """Takes a multipart/related body in pieces and gives its parts as they complete.

    A body without its closing boundary was cut off: `finish` raises `Garbled`. An answer
    that is no multipart at all is one part.
    """

    HEADER_BYTES: Final = 16 << 10

    def __init__(self, content_type: str, part_bytes: int) -> None:
        media = MediaType.parse(content_type)
        self._limit = part_bytes
        self._buffer = bytearray()
        self._single = None if media.name.startswith("multipart/") else media
        boundary = media.parameters.get("boundary", "")
        if self._single is None and not 1 <= len(boundary) <= 200:
            raise Garbled("no boundary")
        self._mark = b"\r\n--" + boundary.encode("latin-1", "replace")
        if self._single is None:
            self._buffer += b"\r\n"  # so that the first boundary looks like the others
        self._ended = False
        self._media: MediaType | None = None
        self._length: int | None = None
        self._searched = 0

    @property
    def held(self) -> int:
        """Bytes of the part that is on its way."""
        return len(self._buffer)

    def coming(self) -> Part | None:
        """The part that is on its way, as far as it is here; its end may hold a boundary."""
        media = self._single or self._media
        return Part(media, bytes(self._buffer)) if media is not None else None

    def feed(self, chunk: bytes) -> Iterator[Part]:
        if self._ended:
            return  # an epilogue is to be ignored (RFC 2046 5.1.1)
        self._buffer += chunk
        if self._single is not None:
            self._bound(len(self._buffer))
            return
        while not self._ended:
            if self._media is None:
                if not self._header():
                    return
            else:
                part = self._body(self._media)
                if part is None:
                    return
                yield part

    def finish(self) -> Iterator[Part]:
        """The body is over: was it whole?"""
        if self._single is not None:
            yield Part(self._single, bytes(self._buffer))
        elif not self._ended:
            raise Garbled("the answer broke off")

    def _bound(self, size: int) -> None:
        if size > self._limit:
            raise Garbled("a part is larger than agreed")

    def _header(self) -> bool:
        """Boundary line and header of the next part; False: needs more bytes."""
        start = self._buffer.find(self._mark)
        if start < 0:
            if len(self._buffer) > self.HEADER_BYTES:
                raise Garbled("no boundary where one belongs")
            return False
        after = start + len(self._mark)
        if len(self._buffer) < after + 2:
            return False
        if self._buffer[after : after + 2] == b"--":
            self._ended = True
            self._buffer.clear()
            return False
        end = self._buffer.find(b"\r\n\r\n", after)
        if end < 0:
            if len(self._buffer) - after > self.HEADER_BYTES:
                raise Garbled("a part's header does not end")
            return False
        self._read_header(bytes(self._buffer[after:end]))
        del self._buffer[: end + 4]
        self._searched = 0
        return True

    def _read_header(self, raw: bytes) -> None:
        fields = {}
        for line in raw.decode("latin-1").split("\r\n"):
            name, colon, value = line.partition(":")
            if colon:
                fields[name.strip().lower()] = value.strip()
        self._media = MediaType.parse(fields.get("content-type", "application/octet-stream"))
        length = fields.get("content-length", "")
        self._length = int(length) if length.isascii() and length.isdigit() else None
        if self._length is not None:
            self._bound(self._length)

    def _body(self, media: MediaType) -> Part | None:
        end = self._body_end()
        if end is None:
            return None
        with memoryview(self._buffer) as view:
            body = bytes(view[:end])
        del self._buffer[:end]
        self._media, self._length = None, None
        return Part(media, body)

    def _body_end(self) -> int | None:
        """Where the part ends: by its length where that leads to a boundary, else searched."""
        length = self._length
        if length is not None:
            if len(self._buffer) < length + len(self._mark):
                return None
            if self._buffer.startswith(self._mark, length):
                return length
            self._length = None  # the length lies; the boundary decides
        found = self._buffer.find(self._mark, self._searched)
        if found < 0:
            self._searched = max(0, len(self._buffer) - len(self._mark))
            self._bound(self._searched)
            return None
        self._bound(found)
        return found
