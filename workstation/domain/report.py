"""The report as a value: sections of fields, bound to one study from its first moment.

The document a reader types in is a view of this; a field that is deleted there stays
here as `removed`, so that it is never taken for filled (a known trap of editors that
scan their own text).
"""

import uuid
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from attrs import evolve, field, frozen

from workstation.domain.identifiers import AccessionNumber, ReportId, SiteId, StudyUID, TaskId
from workstation.domain.patient import Patient


class SectionKind(StrEnum):
    """In the order in which a report is read; values are what scripts say."""

    INDICATION = "indication"
    TECHNIQUE = "technique"
    COMPARISON = "comparison"
    FINDINGS = "findings"
    IMPRESSION = "impression"
    ADDENDUM = "addendum"


#: LOINC codes of the sections, as DICOM CID 7001 and FHIR documents use them
#: (loinc.org document sections; also in DICOM PS3.16 CID 7001 mapping).
SECTION_LOINC: Mapping[SectionKind, str] = MappingProxyType(
    {
        SectionKind.INDICATION: "18785-6",
        SectionKind.TECHNIQUE: "55111-9",
        SectionKind.COMPARISON: "18834-2",
        SectionKind.FINDINGS: "59776-5",
        SectionKind.IMPRESSION: "19005-8",
        SectionKind.ADDENDUM: "55107-7",
    }
)


class FieldKind(StrEnum):
    """MRRT data-field-type, in our words."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    TIME = "time"
    PICK_ONE = "pick-one"
    PICK_MANY = "pick-many"
    CHECKBOX = "checkbox"


class ReportState(StrEnum):
    DRAFT = "draft"
    PRELIMINARY = "preliminary"
    FINAL = "final"
    ADDENDED = "addended"


@frozen
class FieldSpec:
    """What the template asks for. A required field must be filled before signing."""

    id: str
    label: str = ""  # "Lungs"; empty for a section's only field
    kind: FieldKind = FieldKind.TEXT
    default: str = ""
    required: bool = False
    unit: str = ""
    options: tuple[str, ...] = ()


@frozen
class Link:
    """A measurement cited in a text: which, as it was when it was cited."""

    measurement: str  # "A1"
    revision: int
    text: str  # the words in the field that belong to it


@frozen
class Field:
    """One answer. `source` names where an unedited text came from ("order", "images")."""

    spec: FieldSpec
    text: str = ""
    edited: bool = False
    removed: bool = False
    source: str = ""
    links: tuple[Link, ...] = ()

    @property
    def filled(self) -> bool:
        return bool(self.text.strip()) and not self.removed


@frozen
class Section:
    kind: SectionKind
    title: str
    fields: tuple[Field, ...]

    @property
    def text(self) -> str:
        """The section as plain text: one line a field, its label in front."""
        lines = []
        for each in self.fields:
            if not each.filled:
                continue
            words = each.text.strip()
            if each.spec.kind is FieldKind.NUMBER and each.spec.unit:
                words = f"{words} {each.spec.unit}"
            lines.append(f"{each.spec.label}: {words}" if each.spec.label else words)
        return "\n".join(lines)


@frozen
class Binding:
    """What a report is about, fixed at its creation (wrong-patient guard, R28)."""

    site: SiteId
    study: StudyUID
    accession: AccessionNumber
    task: TaskId
    patient: Patient
    procedure: str
    order_id: str = ""
    patient_ref: str = ""
    imaging_ref: str = ""


def new_report_id() -> ReportId:
    return ReportId(str(uuid.uuid4()))


@frozen
class Report:
    id: ReportId
    binding: Binding
    template: str
    sections: tuple[Section, ...]
    state: ReportState = ReportState.DRAFT
    revision: int = 1  # of the draft: grows with each change
    language: str = "en"

    def section(self, kind: SectionKind) -> Section | None:
        return next((s for s in self.sections if s.kind is kind), None)

    def with_section(self, changed: Section) -> "Report":
        sections = tuple(changed if s.kind is changed.kind else s for s in self.sections)
        return evolve(self, sections=sections, revision=self.revision + 1)

    @property
    def plain_text(self) -> str:
        """Deterministic: the same report is the same text, byte for byte."""
        written = [f"{s.title}\n{s.text}" for s in self.sections if s.text]
        return "\n\n".join(written) + "\n"


@frozen
class Signer:
    """Who signed, how they proved it, and by which right they read there."""

    id: str  # "Practitioner/17"
    name: str
    licence: str
    authenticated_at: datetime
    method: str  # "password", "browser"


@frozen
class SignedReport:
    """A report frozen by a signature. What was shown is what is sealed: `text` and `html`
    are the very bytes of the dialog, and everything sent is made from them.

    `predecessor` is the report an addendum belongs to.
    """

    report: Report
    status: ReportState  # PRELIMINARY, FINAL or ADDENDED
    signer: Signer
    signed_at: datetime
    text: str
    html: str
    predecessor: ReportId | None = None
    measurements: tuple[Mapping[str, object], ...] = field(factory=tuple)
