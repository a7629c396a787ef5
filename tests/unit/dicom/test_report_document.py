"""A report as DICOM, checked by programs that are not ours: dciodvfy, dsrdump, dcm2pdf."""

import io
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

import pytest
from attrs import evolve
from fakes_trust import signed_report
from pydicom import dcmread

from workstation.dicom.document_head import DocumentHead, MarkedImage
from workstation.dicom.encapsulated_report import encapsulated_report
from workstation.dicom.report_document import Predecessor, document_uid, report_document
from workstation.domain.identifiers import SopUID, StudyUID
from workstation.domain.reader import Reader
from workstation.domain.report import ReportState, Section, SectionKind, SignedReport
from workstation.domain.report_field import Field, FieldSpec
from workstation.domain.source import Source

pytestmark = pytest.mark.peer

STUDY, IMAGE, SERIES = StudyUID("1.2.840.99.1"), SopUID("1.2.840.99.3"), "1.2.840.99.2"
CT = "1.2.840.10008.5.1.4.1.1.2"
SOURCE = Source(
    "Yamada^Tarou=山田^太郎=やまだ^たろう", "MRN-000417", "HARBOR", "19580302", "M", "20261122",
    "040000", "1", "CT chest", "HG-20417", "Okafor^Chidi",
)  # fmt: skip
NOW = datetime(2026, 11, 22, 21, 40, tzinfo=UTC)
REPORT = "6f9619ff-8b86-4011-b42d-00c04fc964ff"
LENGTH = MappingProxyType(
    {
        "id": "A1", "kind": "length", "value": 12.4, "unit": "mm", "note": "", "frame": 1,
        "study_uid": STUDY, "series_uid": SERIES, "sop_uid": IMAGE,
    }
)  # fmt: skip


def head(what: str = "sr") -> DocumentHead:
    return DocumentHead(
        STUDY, SOURCE, Reader("Practitioner/17", "Sample, Jo"), NOW,
        document_uid(REPORT, f"{what} series"), document_uid(REPORT, what),
        {IMAGE: MarkedImage(CT, "CT", 1)},
    )  # fmt: skip


def written(status: ReportState = ReportState.FINAL, *, cited: bool = True) -> SignedReport:
    signed = signed_report(
        status, study=STUDY, measurements=(LENGTH,) if cited else (),
        predecessor="00000000-0000-4000-8000-000000000002" if status == "addended" else None,
    )  # fmt: skip
    sections = tuple(
        Section(
            kind, kind.value, (Field(FieldSpec("own"), f"{kind}: ≤ 3 mm, naïve.\nUnd 山.", True),)
        )
        for kind in SectionKind
    )
    return evolve(signed, report=evolve(signed.report, sections=sections))


def asked(folder: Path, data: bytes, tool: str, *options: str) -> subprocess.CompletedProcess[str]:
    program = shutil.which(tool)
    assert program, f"installers/linux/packages-test.txt names {tool}'s package"
    (folder / "report.dcm").write_bytes(data)
    line = [program, *options, str(folder / "report.dcm")]
    return subprocess.run(line, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("status", [s for s in ReportState if s is not ReportState.DRAFT])
@pytest.mark.parametrize("cited", [True, False])
def test_an_archive_finds_nothing_wrong_with_it(
    tmp_path: Path, status: ReportState, cited: bool
) -> None:
    """A refused document is a report that the ward does not see."""
    before = Predecessor("1.2.3.4", "1.2.3.5") if status is ReportState.ADDENDED else None
    for data in (
        report_document(head(), written(status, cited=cited), "Harbor General", before),
        encapsulated_report(head("pdf"), written(status), b"%PDF-1.4 odd"),
    ):
        said = asked(tmp_path, data, "dciodvfy", "-new").stderr

        assert not [line for line in said.splitlines() if line.startswith(("Error", "Warning"))], (
            said
        )


def test_every_word_stands_under_its_heading(tmp_path: Path) -> None:
    """In any script; PS3.16 CID 7001."""
    data = report_document(head(), written(), "Harbor General")
    said = asked(tmp_path, data, "dsrdump", "+U8", "+Pl", "-Ei").stdout

    for heading, kind in (
        ("Indications for Procedure", "indication"),
        ("Findings", "findings"),
        ("Impressions", "impression"),
        ("Addendum", "addendum"),
        ("Communication of Critical Results", "communication"),
    ):
        assert heading in said, said
        assert f"{kind}: ≤ 3 mm, naïve." in said.replace("\\n", "\n"), said
    assert "Diagnostic Imaging Report" in said
    assert "Sample^Jo" in said


def test_a_number_is_a_number_with_its_image() -> None:
    """A receiver that trends nodules reads NUM, not prose."""
    read = dcmread(io.BytesIO(report_document(head(), written(), "Harbor General")))
    findings = next(
        each for each in read.ContentSequence
        if each.ConceptNameCodeSequence[0].CodeValue == "59776-5"
    )  # fmt: skip
    number = findings.ContentSequence[1]

    assert number.ValueType == "NUM"
    assert float(number.MeasuredValueSequence[0].NumericValue) == 12.4
    assert number.MeasuredValueSequence[0].MeasurementUnitsCodeSequence[0].CodeValue == "mm"
    source = number.ContentSequence[0].ReferencedSOPSequence[0]
    assert source.ReferencedSOPInstanceUID == IMAGE
    evidence = read.CurrentRequestedProcedureEvidenceSequence[0]
    assert evidence.StudyInstanceUID == STUDY


@pytest.mark.parametrize(
    ("status", "flags"),
    [
        (ReportState.WET_READ, ("COMPLETE", "UNVERIFIED", "PRELIMINARY", "Wet read")),
        (ReportState.FINAL, ("COMPLETE", "VERIFIED", "FINAL", "Final report")),
    ],
)
def test_its_flags_say_what_it_is(status: ReportState, flags: tuple[str, ...]) -> None:
    """PS3.3 C.17.2: who finds it in the archive knows whether anybody answers for it."""
    read = dcmread(io.BytesIO(report_document(head(), written(status), "Harbor General")))

    assert (
        read.CompletionFlag, read.VerificationFlag, read.PreliminaryFlag,
        read.CompletionFlagDescription,
    ) == flags  # fmt: skip
    assert (read.VerificationFlag == "VERIFIED") == ("VerifyingObserverSequence" in read)
    assert str(read.PatientName) == SOURCE.patient_name
    assert read.ReferencedRequestSequence[0].AccessionNumber == "HG-20417"


@pytest.mark.parametrize(
    "pdf", [b"%PDF-1.4 .\n%%EOF\n", b"%PDF-1.4\n%%EOF\n", b"%PDF-1.4 .\n%%EOF", b"%PDF-1.4\n%%EOF"]
)
def test_the_pdf_comes_out_as_it_went_in(tmp_path: Path, pdf: bytes) -> None:
    """A signature in it holds only over the very bytes."""
    (tmp_path / "in.dcm").write_bytes(encapsulated_report(head("pdf"), written(), pdf))
    program = shutil.which("dcm2pdf")
    assert program
    subprocess.run([program, str(tmp_path / "in.dcm"), str(tmp_path / "out.pdf")], check=True)

    assert (tmp_path / "out.pdf").read_bytes() == pdf


def test_an_addendum_names_the_document_before_it() -> None:
    """Both lie in the archive: which follows which must not be guessed from their times."""
    first = document_uid(REPORT, "sr")
    data = report_document(
        head(), written(ReportState.ADDENDED), "Harbor", Predecessor(first, "1.2.3")
    )
    before = dcmread(io.BytesIO(data)).PredecessorDocumentsSequence[0]

    named = before.ReferencedSeriesSequence[0].ReferencedSOPSequence[0]
    assert named.ReferencedSOPInstanceUID == first == document_uid(REPORT, "sr")
