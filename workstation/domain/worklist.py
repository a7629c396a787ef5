"""What is waiting to be read, for whom, and by when."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from attrs import evolve, field, frozen

from workstation.domain.identifiers import (
    AccessionNumber,
    SiteId,
    StudyRef,
    StudyUID,
    TaskId,
    TaskRef,
)
from workstation.domain.patient import Patient


class ReadState(StrEnum):
    UNREAD = "unread"
    CLAIMED = "claimed"
    PRELIMINARY = "preliminary"
    FINAL = "final"


#: Every change of state there is. `FINAL` has no exit: a signed report is
#: corrected by an addendum, never reopened (docs/adr/0007-addenda.md).
TRANSITIONS: Final = {
    ReadState.UNREAD: {ReadState.CLAIMED},
    ReadState.CLAIMED: {ReadState.UNREAD, ReadState.PRELIMINARY, ReadState.FINAL},
    ReadState.PRELIMINARY: {ReadState.CLAIMED, ReadState.FINAL},
    ReadState.FINAL: set[ReadState](),
}


class Priority(StrEnum):
    """FHIR request priority, most urgent first."""

    STAT = "stat"
    ASAP = "asap"
    URGENT = "urgent"
    ROUTINE = "routine"

    @property
    def rank(self) -> int:
        return list(Priority).index(self)


class Tier(StrEnum):
    """What was promised: a preliminary or a final read."""

    PRELIMINARY = "preliminary"
    FINAL = "final"


class Lack(StrEnum):
    """What the list that a case comes from cannot say or do."""

    CLAIM = "claim"  # no other reader sees that it is being read
    DUE = "due"  # nobody promised anything, or it is not said
    STATUS = "status"  # whether it was read already
    RELEASE = "release"  # a claim cannot be given back
    DRAFTS = "drafts"  # unfinished words stay on this machine
    READERS = "readers"  # a case cannot be given to a reader by name


#: Radiography, digital or from plates (PS3.3 C.7.3.1.1.1).
FILMS: Final = frozenset({"CR", "DX", "RG"})


class IllegalTransition(Exception):
    """A bug: a worklist item was asked to change state in a way that does not exist."""


def _aware(_item: object, _field: object, value: datetime) -> None:
    if value.tzinfo is None:
        raise ValueError("times carry their zone: sites and readers differ")


@frozen
class WorklistItem:
    """One study, at one site, that somebody must read.

    `due` is the contract's promise, computed by the hosting platform. We show it; we
    never recompute it. `version` is what the platform last told us: every change is
    asked for against it, so that two readers cannot both win.
    """

    site: SiteId
    task: TaskId
    version: str
    study: StudyUID
    accession: AccessionNumber
    patient: Patient
    procedure: str
    procedure_code: str
    modality: str
    priority: Priority
    tier: Tier
    due: datetime = field(validator=_aware)
    listed: datetime = field(validator=_aware)
    acquired: datetime | None
    jurisdiction: str  # where the patient was scanned: ISO 3166-2, "US-WA"
    state: ReadState = ReadState.UNREAD
    holder: str = ""  # as shown
    holder_id: str = ""  # "Practitioner/17"
    lease_until: datetime | None = None
    images_received: int = 0
    images_expected: int | None = None
    prior_count: int = 0
    indication: str = ""
    body_part: str = ""
    laterality: str = ""
    common_code: str = ""  # of the procedure, as templates know it
    unmapped: bool = False  # the site has a list of its codes, and this one is not in it
    order_id: str = ""  # "ServiceRequest/9"
    patient_ref: str = ""  # "Patient/4"
    imaging_ref: str = ""  # "ImagingStudy/5"
    routed: str = ""  # why the platform has it read here
    meant_for: str = ""  # the reader it was given to by name, as shown
    meant_for_id: str = ""  # "Practitioner/8"
    handed_over: str = ""  # what the one who had it before says to the next
    lacks: frozenset[Lack] = frozenset()
    announced: bool = False  # by a message alone: the site's worklist does not list it yet

    @property
    def is_film(self) -> bool:
        """A plain film: read in a minute, one after the other."""
        return self.modality in FILMS

    @property
    def key(self) -> TaskRef:
        """What tells it from every other item; `task` alone is unique at its site only."""
        return TaskRef(self.site, self.task)

    @property
    def ref(self) -> StudyRef:
        return StudyRef(self.site, self.study)

    @property
    def is_promised(self) -> bool:
        """Whether somebody promised a time; else `due` is a place in the queue and no more."""
        return Lack.DUE not in self.lacks

    @property
    def is_tracked(self) -> bool:
        """Whether the site says when it listed the case; else `listed` is when it was scanned."""
        return Lack.STATUS not in self.lacks

    def time_left(self, now: datetime) -> timedelta:
        """Negative once the promise is broken."""
        return self.due - now

    def moved_to(self, state: ReadState) -> "WorklistItem":
        if state not in TRANSITIONS[self.state]:
            raise IllegalTransition(f"{self.state.name} cannot become {state.name}")
        return evolve(self, state=state)
