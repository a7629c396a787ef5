"""Descriptions of series over DICOMweb: which there are, and what their frames are."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from workstation.adapters.answers import NOT_SO, Client, parts_of
from workstation.domain.identifiers import FrameKey, SeriesUID, StudyRef, StudyUID
from workstation.domain.study import Series
from workstation.errors import Refused, SiteUnavailable
from workstation.protocols import dicom_bulk, dicom_json, dicom_repeats, dicomweb
from workstation.protocols.dicom_attributes import MAX_BYTES, NotMetadata
from workstation.protocols.dicomweb import Garbled
from workstation.protocols.web import Request
from workstation.services.ports.images import PATIENT, Demand, SeriesHead
from workstation.text import tr


class DicomWebMetadata:
    """The describing half of `services.ports.images.FrameSource`. Safe for any worker thread."""

    def __init__(self, base_of: Callable[[StudyUID], str], client: Client) -> None:
        self._base_of = base_of  # a study says itself where its images are
        self._client = client

    def series(self, ref: StudyRef) -> tuple[SeriesHead, ...]:
        """All pages of the list: sites cap it where they like."""
        found: dict[SeriesUID, dicom_json.Head] = {}
        while True:
            body = self._json(dicomweb.find_series(self._base_of(ref.study), ref.study, len(found)))
            with self._understood():
                page = dicom_json.heads(body, ref)
            new = [head for head in page if head.uid not in found]
            if not new:
                return tuple(
                    SeriesHead(h.uid, h.number, h.modality, h.description, h.instances)
                    for h in found.values()
                )
            found.update({head.uid: head for head in new})

    def metadata(self, ref: StudyRef, series: SeriesUID, demand: Demand = PATIENT) -> Series:
        base = self._base_of(ref.study)
        body = self._json(dicomweb.series_metadata(base, ref.study, series), demand)
        if named := dicom_bulk.addresses(body):
            body = dicom_bulk.filled(body, self._tables(base, named, demand))
        with self._understood():
            return dicom_repeats.once(dicom_json.series(body, ref, series))

    def attributes(self, key: FrameKey) -> bytes:
        """`services.ports.images.HeaderSource`: what the site says of one object."""
        return self._json(dicomweb.instance_metadata(self._base_of(key.study), key))

    def _tables(self, base: str, named: Sequence[str], demand: Demand) -> dict[str, bytes]:
        """Palettes and curves that the metadata only names; what does not come is missing."""
        found, known_as = dict[str, bytes](), self._client.known_as
        for address in named:
            request = dicomweb.bulk_data(known_as(base), known_as(address))
            if request is None:
                continue
            with contextlib.suppress(Garbled, SiteUnavailable, Refused):
                found[address] = self._table(request, demand)
        return found

    def _table(self, request: Request, demand: Demand) -> bytes:
        with self._client.stream(request, also=NOT_SO, demand=demand) as stream:
            if stream.status in NOT_SO:
                raise Garbled("no such table")
            if not stream.headers.get("content-type", "").startswith("multipart/"):
                return stream.read(dicom_bulk.MAX_BYTES)
            parts = list(parts_of(stream, dicom_bulk.MAX_BYTES))
        if len(parts) != 1:
            raise Garbled("one table was asked for")
        return parts[0].body

    @contextmanager
    def _understood(self) -> Iterator[None]:
        try:
            yield
        except NotMetadata as error:
            name = self._client.site.name
            words = tr("{site}: the description of the images could not be understood", site=name)
            raise SiteUnavailable(words) from error

    def _json(self, request: Request, demand: Demand = PATIENT) -> bytes:
        with self._client.stream(request, demand=demand) as stream:
            return stream.read(MAX_BYTES)
