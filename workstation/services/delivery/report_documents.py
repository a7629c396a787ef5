"""A signed report for the image archive: SR and encapsulated PDF, where the site asks for them.

Made as the report is sealed and sealed with it, so that the manifest names their bytes; sent
as other documents are, behind the report.
"""

import base64
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, tzinfo
from typing import TYPE_CHECKING

from attrs import evolve

from workstation.domain.identifiers import SeriesUID, SiteId, SopUID, StudyRef
from workstation.domain.reader import Reader
from workstation.domain.report import SignedReport
from workstation.domain.source import Source, Written
from workstation.domain.worklist import WorklistItem
from workstation.services.delivery.document_writers import load_writers
from workstation.services.delivery.filings import Filing, FilingKind
from workstation.services.signal import Signal
from workstation.settings import Site

if TYPE_CHECKING:
    from workstation.dicom.document_head import DocumentHead

NAMES = {FilingKind.REPORT: "sr", FilingKind.REPORT_PDF: "dicom-pdf"}
Make = Callable[[bytes], Sequence[Filing]]


def _unknown(_ref: StudyRef) -> Written | None:
    return None


class ReportDocuments:
    """Owned by the application, home thread; what `prepare` gives works on any lane."""

    def __init__(
        self,
        sites: Mapping[SiteId, Site],
        zones: Mapping[SiteId, tzinfo],
        written: Callable[[StudyRef], Written | None] = _unknown,
    ) -> None:
        self._sites = sites
        self._zones = zones
        self._written = written
        self.sealed: Signal[tuple[Filing, ...]] = Signal()  # to go behind their report

    def prepare(self, signed: SignedReport, item: WorklistItem) -> Make:
        """What makes the documents of a report when its PDF is there; none at most sites."""
        site = self._sites[item.site]
        if not site.dicom_report:
            return lambda _pdf: ()
        written = self._written(item.ref) or Written(Source())
        source = written.source
        if source.patient_id != item.patient.id:
            source = _of_the_order(signed, item)
        at = signed.signed_at.astimezone(self._zones.get(item.site, UTC))
        whole = evolve(signed, signed_at=at)
        return lambda pdf: _made(whole, item, Written(source, written.series), site.name, pdf)


def _of_the_order(signed: SignedReport, item: WorklistItem) -> Source:
    """As the order knows the patient, where the images are not known here."""
    who, at = signed.report.binding.patient, item.acquired or item.listed
    born = who.birth_date.strftime("%Y%m%d") if who.birth_date else ""
    family, _, given = who.name.partition(", ")
    return Source(
        f"{family}^{given}" if given else family, who.id, "", born, who.sex,
        at.strftime("%Y%m%d"), at.strftime("%H%M%S"), "", item.procedure, item.accession,
    )  # fmt: skip


def _made(
    signed: SignedReport, item: WorklistItem, written: Written, place: str, pdf: bytes
) -> Sequence[Filing]:
    load_writers()
    # Only here: the library takes a third of a second, and most sites never need it.
    from workstation.dicom.encapsulated_report import encapsulated_report
    from workstation.dicom.report_document import Predecessor, document_uid, report_document

    before = None
    if signed.predecessor:
        first = signed.predecessor
        before = Predecessor(document_uid(first, "sr"), document_uid(first, "sr series"))
    report = signed.report.id

    def head(what: str) -> "DocumentHead":
        return _head(
            signed, written, document_uid(report, f"{what} series"), document_uid(report, what)
        )

    made = [(FilingKind.REPORT, head("sr"), report_document(head("sr"), signed, place, before))]
    if pdf:
        inside = head("pdf")
        made.append((FilingKind.REPORT_PDF, inside, encapsulated_report(inside, signed, pdf)))
    return tuple(
        Filing(
            each.sop_uid, kind, item.ref, item.accession, signed.signer.id, signed.signed_at, 1,
            base64.b64encode(data).decode(), behind=report,
        )
        for kind, each, data in made
    )  # fmt: skip


def _head(signed: SignedReport, written: Written, series: str, sop: str) -> "DocumentHead":
    from workstation.dicom.document_head import DocumentHead, MarkedImage

    images = {}
    for each in signed.measurements:
        found = written.series.get(SeriesUID(str(each.get("series_uid", ""))))
        if found is not None:
            image = SopUID(str(each["sop_uid"]))
            images[image] = MarkedImage(*found, _frames(each))
    reader = Reader(signed.signer.id, signed.signer.name)
    return DocumentHead(
        signed.report.binding.study, written.source, reader, signed.signed_at, series, sop, images
    )


def _frames(measured: Mapping[str, object]) -> int:
    """More than one where a frame beyond the first is named; so it is named there too."""
    frame = measured.get("frame")
    return frame if isinstance(frame, int) else 1
