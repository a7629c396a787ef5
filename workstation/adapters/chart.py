"""The chart of a patient over FHIR R4: `services.reading.chart.ChartSource`."""

import base64
import hashlib
from typing import Final
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

from workstation.adapters.site_client import SiteClient
from workstation.domain.chart import ChartDocument, Found, HistoryEntry, Kind, LabResult
from workstation.domain.worklist import WorklistItem
from workstation.errors import Refused
from workstation.protocols import platform as wire
from workstation.protocols.chart import (
    binary_of,
    documents_from,
    history_from,
    laboratory_from,
)
from workstation.protocols.web import Request
from workstation.text import tr

#: Of each kind the newest so many: a chart of decades is not what is read beside an image.
_MOST: Final = "200"
_HISTORY: Final = {
    Kind.ALLERGY: "AllergyIntolerance",
    Kind.CONDITION: "Condition",
    Kind.PROCEDURE: "Procedure",
}


class FhirChart:
    """Safe to use from any worker thread; asks as the signed-in reader."""

    def __init__(self, client: SiteClient) -> None:
        self._client = client
        self._ask = wire.Platform(client.site.fhir)
        self._zone = ZoneInfo(client.site.timezone)

    def laboratory(self, item: WorklistItem) -> Found[LabResult]:
        page = self._newest("Observation", item, category="laboratory", _sort="-date")
        return Found(laboratory_from(page.matches, self._zone), bool(page.next))

    def history(self, item: WorklistItem, kind: Kind) -> Found[HistoryEntry]:
        page = self._newest(_HISTORY[kind], item)
        return Found(history_from(page.matches), bool(page.next))

    def documents(self, item: WorklistItem) -> Found[ChartDocument]:
        page = self._newest("DocumentReference", item, status="current", _sort="-date")
        found = documents_from(page.matches, item.order_id, self._zone)
        return Found(found, bool(page.next))

    def content(self, document: ChartDocument) -> bytes:
        data = document.data or self._fetched(document)
        digest = hashlib.sha1(data, usedforsecurity=False).digest()
        if document.digest and base64.b64encode(digest).decode() != document.digest:
            raise Refused(tr("the document is not the one that was listed"))
        return data

    def _fetched(self, document: ChartDocument) -> bytes:
        if not document.url:
            raise Refused(tr("{site} does not say where it is", site=self._client.site.name))
        address = urljoin(self._client.site.fhir.rstrip("/") + "/", document.url)
        accept = {"Accept": f"{document.media_type}, {wire.FHIR_JSON};q=0.9"}
        return binary_of(self._client.request(Request("GET", address, accept)))

    def _newest(self, kind: str, item: WorklistItem, **asked: str) -> wire.Page:
        request = self._ask.get(kind, patient=item.patient_ref, _count=_MOST, **asked)
        return wire.page(self._client.request(request))
