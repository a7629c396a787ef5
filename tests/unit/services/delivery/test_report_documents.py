"""What goes to the image archive is sealed with the report, named by its digest, and sent."""

import base64
import io
from datetime import UTC

import pytest
from attrs import evolve
from fakes import FakeClock, InlineJobs
from fakes_trust import PATIENT, READER, SITE, STUDY, FakePlatform, item, signed_report
from pydicom import dcmread

from workstation.adapters.memory_store import MemoryStore
from workstation.adapters.secrets import MemorySecrets
from workstation.domain.identifiers import SeriesUID, StudyRef
from workstation.domain.report import ReportState, SignedReport
from workstation.domain.source import Source, Written
from workstation.errors import VerificationFailed
from workstation.protocols.report_bundle import bundle
from workstation.protocols.verification import verify_reports
from workstation.services.audit import Audit
from workstation.services.delivery.filings import PREFIX, Filing, FilingKind, filing_of
from workstation.services.delivery.keys import Keys
from workstation.services.delivery.outbox import Parcel
from workstation.services.delivery.report_documents import ReportDocuments
from workstation.services.delivery.sealing import Outside, Sealer
from workstation.settings import Site

HERE = "http://127.0.0.1:9"
CT = ("1.2.840.10008.5.1.4.1.1.2", "CT")
SECOND = "00000000-0000-4000-8000-000000000002"
PDF = b"%PDF-1.4 as printed\n%%EOF\n"
LENGTH = {
    "id": "A1", "kind": "length", "value": 12.4, "unit": "mm", "study_uid": STUDY,
    "series_uid": "2.25.8", "sop_uid": "2.25.9", "frame": 1,
}  # fmt: skip


def site(*, wants: bool = True) -> Site:
    return Site(
        id=SITE, name="Harbor General", issuer=HERE, fhir=HERE, dicomweb=HERE,
        jurisdiction="US-WA", timezone="America/Los_Angeles", dicom_report=wants,
    )  # fmt: skip


def written(patient_id: str = PATIENT.id) -> Written:
    source = Source("CANARY^ZELDA^M", patient_id, "HG", "19580302", "F", "20261122", "120000")
    return Written(source, {SeriesUID("2.25.8"): CT})


class Desk:
    def __init__(self, known: Written | None, *, wants: bool = True) -> None:
        clock = FakeClock()
        self.store = MemoryStore()
        jobs = InlineJobs(clock)
        keys = Keys(MemorySecrets("a test"), clock)
        platforms = {SITE: FakePlatform()}
        audit = Audit(self.store, jobs, clock, platforms, keys.device, lambda _: READER)  # type: ignore[arg-type]
        asked: list[StudyRef] = []
        documents = ReportDocuments(
            {SITE: site(wants=wants)}, {SITE: UTC}, lambda ref: asked.append(ref) or known
        )  # fmt: skip
        self.owed: list[Filing] = []
        documents.sealed.connect(self.owed.extend)
        outside = Outside(
            platforms, lambda _: READER, lambda _: "Harbor General", printed=lambda _: lambda: PDF,  # type: ignore[arg-type]
            beside=documents.prepare, owe=documents.sealed.emit,
        )  # fmt: skip
        self.sealer = Sealer(self.store, jobs, clock, audit, keys, outside)
        self.asked = asked

    def seal(self, signed: SignedReport) -> bytes:
        parcel: Parcel = self.sealer.seal(signed, item()).result()
        return bundle(parcel.letter, {"id": "7", "status": "completed"})

    def kept(self) -> dict[FilingKind, Filing]:
        rows = [row for row in self.store.all("meta") if row[0].startswith(PREFIX)]
        return {found.kind: found for found in (filing_of(*row) for row in rows)}


def test_both_documents_are_sealed_and_owed_with_their_report() -> None:
    """A crash between the two must leave neither a report without them nor them alone."""
    desk = Desk(written())
    desk.seal(signed_report(measurements=(LENGTH,)))

    kept = desk.kept()
    assert set(kept) == {FilingKind.REPORT, FilingKind.REPORT_PDF}
    assert {each.id for each in desk.owed} == {each.id for each in kept.values()}
    assert {each.behind for each in kept.values()} == {signed_report().report.id}
    read = dcmread(io.BytesIO(base64.b64decode(kept[FilingKind.REPORT].body)))
    assert str(read.PatientName) == "CANARY^ZELDA^M"  # as the images write it
    assert read.StudyInstanceUID == STUDY
    cited = read.CurrentRequestedProcedureEvidenceSequence[0].ReferencedSeriesSequence[0]
    assert cited.ReferencedSOPSequence[0].ReferencedSOPInstanceUID == "2.25.9"
    inside = dcmread(io.BytesIO(base64.b64decode(kept[FilingKind.REPORT_PDF].body)))
    assert inside.EncapsulatedDocument[: inside.EncapsulatedDocumentLength] == PDF


def test_the_manifest_names_them_and_one_changed_byte_is_found() -> None:
    """What lies in the archive is covered by the signature of the report."""
    desk = Desk(written())
    sent = ("1-report.json", desk.seal(signed_report()))
    files = [(f"{n}.dcm", base64.b64decode(each.body)) for n, each in enumerate(desk.owed)]

    (verified,) = verify_reports([sent, *files])
    assert sorted(verified.documents.values()) == ["dicom-pdf", "sr"]
    assert verified.unseen == ()
    (alone,) = verify_reports([sent, files[0]])
    assert alone.line.endswith("; sent with it and not given here: dicom-pdf")
    name, data = files[0]
    changed = bytearray(data)
    changed[-3] ^= 1
    with pytest.raises(VerificationFailed, match=r"0\.dcm: digest: no report given here"):
        verify_reports([sent, (name, bytes(changed)), files[1]])


def test_a_site_that_does_not_ask_gets_none() -> None:
    """Some archives show every document as an image series to be read."""
    desk = Desk(written(), wants=False)
    desk.seal(signed_report())

    assert desk.owed == []
    assert desk.asked == []


@pytest.mark.parametrize("known", [None, written("SOMEBODY-ELSE")])
def test_without_images_of_the_patient_it_is_written_as_the_order_says(
    known: Written | None,
) -> None:
    """A signature does not wait for headers, and another patient's are never copied."""
    desk = Desk(known)
    desk.seal(signed_report())

    read = dcmread(io.BytesIO(base64.b64decode(desk.owed[0].body)))
    assert (read.PatientID, str(read.PatientName)) == (PATIENT.id, "Canary^Zelda")
    assert read.AccessionNumber == item().accession


def test_an_addendum_names_the_document_of_the_first_report() -> None:
    """Both lie side by side in the archive."""
    desk = Desk(written())
    desk.seal(signed_report())
    first = next(each for each in desk.owed if each.kind is FilingKind.REPORT)
    more = signed_report(
        ReportState.ADDENDED, report_id=SECOND, predecessor=signed_report().report.id
    )
    desk.seal(evolve(more))

    second = dcmread(io.BytesIO(base64.b64decode(desk.owed[2].body)))
    before = second.PredecessorDocumentsSequence[0].ReferencedSeriesSequence[0]
    assert before.ReferencedSOPSequence[0].ReferencedSOPInstanceUID == first.id
