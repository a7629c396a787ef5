"""The report as a value: sections of fields, bound to one study from its first moment.

The document a reader types in is a view of this.
"""

import uuid
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from attrs import evolve, field, frozen

from workstation.domain.critical import CriticalResult
from workstation.domain.decision_aid import AidResult
from workstation.domain.identifiers import AccessionNumber, ReportId, SiteId, StudyUID, TaskId
from workstation.domain.patient import Patient
from workstation.domain.report_blocks import numbered
from workstation.domain.report_field import OWN_WORDS, Field, FieldSpec
from workstation.domain.rich_text import RichText, Spans, joined


class SectionKind(StrEnum):
    """In the order in which a report is read; values are what scripts say."""

    INDICATION = "indication"
    TECHNIQUE = "technique"
    COMPARISON = "comparison"
    FINDINGS = "findings"
    IMPRESSION = "impression"
    COMMUNICATION = "communication"
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
        SectionKind.COMMUNICATION: "73568-8",
        SectionKind.ADDENDUM: "55107-7",
    }
)


class ReportState(StrEnum):
    """What each is called in every kind of data: `domain.report_states`."""

    DRAFT = "draft"
    WET_READ = "wet-read"
    PRELIMINARY = "preliminary"
    AWAITING = "awaiting-attending"  # a resident's, until the attending has read it over
    FINAL = "final"
    ADDENDED = "addended"
    CORRECTED = "corrected"
    RETRACTED = "retracted"
    PRELIMINARY_ADDENDED = "preliminary-addended"  # of a report that is not final: nor is this
    PRELIMINARY_CORRECTED = "preliminary-corrected"


@frozen
class FieldRef:
    """Where a field stands; ids are unique within their section."""

    section: SectionKind
    id: str


@frozen
class Section:
    kind: SectionKind
    title: str
    fields: tuple[Field, ...]

    def field(self, name: str) -> Field | None:
        return next((f for f in self.fields if f.spec.id == name), None)

    def with_field(self, changed: Field) -> "Section":
        same = changed.spec.id
        return evolve(self, fields=tuple(changed if f.spec.id == same else f for f in self.fields))

    def in_own_words(self, text: str) -> "Section":
        """The whole section as its author's own text.

        A section of one plain field takes the text there; otherwise every field of the
        template stays, marked as removed by the author, and one new field holds the text.
        """
        words = text.strip()
        if len(self.fields) == 1 and not self.fields[0].spec.label:
            only = self.fields[0].restyled(RichText(words))
            return evolve(self, fields=(evolve(only, links=()),))
        template = (f for f in self.fields if f.spec.id != OWN_WORDS)
        removed = tuple(evolve(f, removed=True, links=()) for f in template)
        own = Field(FieldSpec(OWN_WORDS), text=words, edited=True)
        return evolve(self, fields=(own, *removed))

    @property
    def asked(self) -> tuple[Field, ...]:
        """The fields that are asked now: one that hangs on a choice, while that is chosen."""
        return tuple(each for each in self.fields if self._is_asked(each))

    def _is_asked(self, each: Field, way: tuple[str, ...] = ()) -> bool:
        name, choice = each.spec.only_if
        other = self.field(name) if name else None
        if other is None:
            return True
        chosen = {part.strip().casefold() for part in other.text.split(",")}
        if other.removed or choice.casefold() not in chosen or name in way:
            return False
        return self._is_asked(other, (*way, each.spec.id))

    @property
    def parts(self) -> tuple[RichText, ...]:
        """What each field has to say; an impression is one list of items."""
        made = tuple(each.issued for each in self.asked if each.filled)
        if self.kind is SectionKind.IMPRESSION and made:
            return (numbered(joined(made)),)
        return made

    @property
    def text(self) -> str:
        """The section as plain text: one line a field, its label in front."""
        return "\n".join(part.text for part in self.parts)


@frozen
class AlsoOrder:
    """Another order of the same patient at the same site that the same report answers."""

    accession: AccessionNumber
    task: TaskId
    study: StudyUID
    procedure: str
    order_id: str = ""
    imaging_ref: str = ""


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
    also: tuple[AlsoOrder, ...] = ()

    @property
    def accessions(self) -> tuple[AccessionNumber, ...]:
        """Every order that is answered, the first one first."""
        return (self.accession, *(each.accession for each in self.also))


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
    critical: tuple[CriticalResult, ...] = ()
    aids: tuple[AidResult, ...] = ()  # sentences that decision aids proposed

    def section(self, kind: SectionKind) -> Section | None:
        return next((s for s in self.sections if s.kind is kind), None)

    def with_section(self, changed: Section) -> "Report":
        sections = tuple(changed if s.kind is changed.kind else s for s in self.sections)
        return evolve(self, sections=sections, revision=self.revision + 1)

    def field(self, ref: FieldRef) -> Field | None:
        section = self.section(ref.section)
        return section.field(ref.id) if section else None

    def with_field(self, ref: FieldRef, changed: Field) -> "Report":
        section = self.section(ref.section)
        return self.with_section(section.with_field(changed)) if section else self

    @property
    def fields(self) -> tuple[tuple[FieldRef, Field], ...]:
        """Every field that is asked, in reading order, removed ones too."""
        return tuple((FieldRef(s.kind, f.spec.id), f) for s in self.sections for f in s.asked)

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


class Discrepancy(StrEnum):
    """How a final reading differs from the preliminary one, as the final reader judges it."""

    NONE = "none"
    MINOR = "minor"
    MAJOR = "major"


@frozen
class Overread:
    """The preliminary report that a final reading began with, and how far it departs from it."""

    preliminary: ReportId  # empty where another system wrote it
    author: str
    discrepancy: Discrepancy
    why: str = ""


@frozen
class SignedReport:
    """A report frozen by a signature. What was shown is what is sealed: `text` and `html`
    are the very bytes of the dialog, and everything sent is made from them.

    `predecessor` is the report an addendum belongs to.
    """

    report: Report
    status: ReportState  # never DRAFT
    signer: Signer
    signed_at: datetime
    text: str
    html: str
    predecessor: ReportId | None = None
    measurements: tuple[Mapping[str, object], ...] = field(factory=tuple)
    overread: Overread | None = None


@frozen
class IssuedReport:
    """A signed report as its site holds it: its words, whose they are, and since when."""

    id: ReportId  # empty where another system wrote it
    first: ReportId  # the report that its addenda, and it as one, belong to
    status: ReportState
    text: str
    author: str
    at: datetime | None
    bold: Spans = ()  # of the text

    @property
    def rich(self) -> RichText:
        return RichText(self.text, self.bold)
