"""A signed report as DICOM Enhanced SR: TID 2000, Basic Diagnostic Imaging Report (PS3.16).

Every section under its heading (CID 7001), word for word; measurements as NUM with the
images they were made on. Imports highdicom, and is itself imported only where a report is
sealed for a site that wants one.
"""

import warnings
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from attrs import frozen
from highdicom import sr
from pydicom import Dataset
from pydicom.sr.codedict import codes

from workstation.dicom.document_head import (
    DocumentHead,
    as_file,
    complete,
    evidence,
    identity,
    person_name,
    placed,
)
from workstation.dicom.observer import observer
from workstation.domain.identifiers import SeriesUID, SopUID, derived_uid
from workstation.domain.report import Section, SectionKind, SignedReport
from workstation.domain.report_states import STATES
from workstation.domain.units import ucum

ENHANCED_SR: Final = "1.2.840.10008.5.1.4.1.1.88.22"
#: CID 7001, and what stands below each heading (CID 7002).
_HEADINGS: Final = MappingProxyType(
    {
        SectionKind.INDICATION: (codes.LN.IndicationsForProcedure, codes.LN.History),
        SectionKind.TECHNIQUE: (
            codes.LN.CurrentProcedureDescriptions,
            codes.DCM.ProcedureDescription,
        ),
        SectionKind.COMPARISON: (codes.LN.PriorProcedureDescriptions, codes.DCM.PreviousFinding),
        SectionKind.FINDINGS: (codes.LN.Findings, codes.DCM.Finding),
        SectionKind.IMPRESSION: (codes.LN.Impressions, codes.DCM.Impression),
        SectionKind.COMMUNICATION: (codes.LN.CommunicationOfCriticalResults, codes.LN.Summary),
        SectionKind.ADDENDUM: (codes.LN.Addendum, codes.DCM.Conclusion),
    }
)
#: What a number is; the same concepts as in the measurement documents (CID 7469, 7470).
_QUANTITIES: Final = MappingProxyType(
    {
        "length": codes.SCT.Length,
        "segment": codes.SCT.Volume,
        "polyline": codes.SCT.Length,
        "bidirectional": codes.SCT.LongAxis,
        "angle": codes.SCT.Angle,
        "cobb": codes.SCT.CobbAngle,
        "ellipse": codes.SCT.Area,
        "rectangle": codes.SCT.Area,
        "freehand": codes.SCT.Area,
    }
)
_CONTAINS: Final = sr.RelationshipTypeValues.CONTAINS


@frozen
class Predecessor:
    """The document of the report that this one follows."""

    sop_uid: str
    series_uid: str


def document_uid(report: str, what: str) -> str:
    """PS3.5 B.2: always the same for the same report, so that an addendum can name it."""
    return derived_uid(what, UUID(report))


def report_document(
    head: DocumentHead, signed: SignedReport, place: str, before: Predecessor | None = None
) -> bytes:
    """One report as a Part 10 file; `place` is the organization that answers for it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of names and texts as the site wrote them
        document = _document(head, signed, place)
        if before is not None:
            document.PredecessorDocumentsSequence = [_reference(head, before)]
        return as_file(document)


def _document(head: DocumentHead, signed: SignedReport, place: str) -> Dataset:
    said = STATES[signed.status]
    cited = _cited(head, signed)
    known = list(evidence(head, cited)) or [_stub(head)]
    document = sr.EnhancedSR(
        evidence=known,
        content=_content(head, signed, cited),
        **placed(head),
        is_complete=True,
        is_final=said.final,
        is_verified=said.verified,
        institution_name=place[:64],
        verifying_observer_name=person_name(signed.signer.name) if said.verified else None,
        verifying_organization=place[:64] if said.verified else None,
        requested_procedures=[_request(head, signed, n) for n in signed.report.binding.accessions],
        series_description="Report",
        record_evidence=bool(cited),
    )
    document.CompletionFlagDescription = said.printed
    complete(document, head)
    for each in document.get("VerifyingObserverSequence", ()):
        each.VerificationDateTime = head.at.strftime("%Y%m%d%H%M%S%z")
    return document


def _cited(head: DocumentHead, signed: SignedReport) -> Mapping[SopUID, SeriesUID]:
    """Images of this study that a measurement of the report was made on."""
    found = {}
    for each in signed.measurements:
        sop = SopUID(str(each.get("sop_uid", "")))
        if sop in head.images and each.get("study_uid", head.study) == head.study:
            found[sop] = SeriesUID(str(each["series_uid"]))
    return found


def _stub(head: DocumentHead) -> Dataset:
    """Whose it is, where the report cites no image; the library asks for one to read it from."""
    made = identity(head)
    made.SeriesInstanceUID, made.SOPInstanceUID = head.series_uid, head.sop_uid
    made.SOPClassUID = ENHANCED_SR
    return made


def _request(head: DocumentHead, signed: SignedReport, accession: str) -> Dataset:
    made = Dataset()
    made.StudyInstanceUID = head.study
    made.ReferencedStudySequence = []
    made.AccessionNumber = accession
    made.PlacerOrderNumberImagingServiceRequest = ""
    made.FillerOrderNumberImagingServiceRequest = ""
    made.RequestedProcedureID = ""
    made.RequestedProcedureDescription = signed.report.binding.procedure[:64]
    made.RequestedProcedureCodeSequence = []
    return made


def _reference(head: DocumentHead, before: Predecessor) -> Dataset:
    document, series, study = Dataset(), Dataset(), Dataset()
    document.ReferencedSOPClassUID = ENHANCED_SR
    document.ReferencedSOPInstanceUID = before.sop_uid
    series.SeriesInstanceUID = before.series_uid
    series.ReferencedSOPSequence = [document]
    study.StudyInstanceUID = head.study
    study.ReferencedSeriesSequence = [series]
    return study


# --- the tree -----------------------------------------------------------------------


def _content(
    head: DocumentHead, signed: SignedReport, cited: Mapping[SopUID, SeriesUID]
) -> sr.ContainerContentItem:
    root = sr.ContainerContentItem(
        name=codes.LN.DiagnosticImagingReport, is_content_continuous=False, template_id="2000"
    )
    language = sr.CodeContentItem(
        name=codes.DCM.LanguageOfContentItemAndDescendants,
        value=sr.CodedConcept(signed.report.language, "RFC5646", signed.report.language),
        relationship_type=sr.RelationshipTypeValues.HAS_CONCEPT_MOD,
    )
    parts: list[Any] = [language, *observer(head.reader)]
    parts += [_section(each) for each in signed.report.sections if each.text]
    numbers = [*_numbers(head, signed, cited)]
    for part in parts:
        name = part.ConceptNameCodeSequence[0].CodeValue
        if numbers and name == codes.LN.Findings.value:
            part.ContentSequence.extend(numbers)
            numbers = []
    root.ContentSequence = sr.ContentSequence([*parts, *_apart(numbers)], is_root=False)
    return root


def _section(section: Section) -> sr.ContainerContentItem:
    heading, below = _HEADINGS[section.kind]
    made = sr.ContainerContentItem(
        name=heading, is_content_continuous=True, relationship_type=_CONTAINS
    )
    text = sr.TextContentItem(name=below, value=section.text, relationship_type=_CONTAINS)
    made.ContentSequence = sr.ContentSequence([text])
    return made


def _apart(numbers: list[Any]) -> Iterable[sr.ContainerContentItem]:
    """Of a report without findings (an addendum alone): under a heading of their own."""
    if numbers:
        made = sr.ContainerContentItem(
            name=codes.LN.Findings, is_content_continuous=True, relationship_type=_CONTAINS
        )
        made.ContentSequence = sr.ContentSequence(numbers)
        yield made


def _numbers(
    head: DocumentHead, signed: SignedReport, cited: Mapping[SopUID, SeriesUID]
) -> Iterable[sr.NumContentItem]:
    for each in signed.measurements:
        value = each.get("value")
        if not isinstance(value, (int, float)) or value != value:
            continue
        unit = str(each.get("unit", ""))
        number = sr.NumContentItem(
            name=_QUANTITIES.get(str(each["kind"]), codes.SCT.Quantity),
            value=float(value),
            unit=sr.CodedConcept(ucum(unit), "UCUM", unit or "no units"),
            relationship_type=_CONTAINS,
        )
        sop = SopUID(str(each.get("sop_uid", "")))
        if sop in cited:
            number.ContentSequence = sr.ContentSequence([_image(head, sop, each)])
        yield number


def _image(head: DocumentHead, sop: SopUID, measured: Mapping[str, object]) -> Any:
    image, frame = head.images[sop], measured.get("frame")
    several = image.frames > 1 and isinstance(frame, int)
    return sr.ImageContentItem(
        name=codes.DCM.SourceOfMeasurement,
        referenced_sop_class_uid=image.sop_class,
        referenced_sop_instance_uid=sop,
        referenced_frame_numbers=[frame] if several else None,
        relationship_type=sr.RelationshipTypeValues.INFERRED_FROM,
    )
