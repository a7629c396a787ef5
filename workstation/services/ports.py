"""What the program needs from the outside, as Protocols; adapters fulfil them.

Methods here may block and are called on a worker lane, never on the home thread.
They raise `WorkstationError`s in the reader's words. Adapters know no services.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Protocol, runtime_checkable

from attrs import field, frozen

from workstation.domain.identifiers import (
    FrameKey,
    ReportId,
    SeriesUID,
    SiteId,
    SopUID,
    StudyRef,
    TaskId,
)
from workstation.domain.patient import Patient
from workstation.domain.prior import PriorStudy as PriorStudy  # services name it from here
from workstation.domain.reader import Colleague, Reader
from workstation.domain.report import IssuedReport
from workstation.domain.study import Frame, Series
from workstation.domain.worklist import WorklistItem
from workstation.errors import NotDisplayable
from workstation.imaging.pixels import FramePixels


class Clock(Protocol):
    """The only way to the wall clock outside adapters."""

    def now(self) -> datetime:
        """Aware, UTC, as this machine believes."""
        ...

    def monotonic(self) -> float: ...


# --- the hosting platform, one per site --------------------------------------


@frozen
class Credentials:
    """A name and password, kept no longer than the sign-in that uses them."""

    user: str
    password: str

    def __repr__(self) -> str:
        return "Credentials(…)"


#: Nobody types anything and no browser opens: what the keyring keeps of an earlier sign-in
#: (`stay_signed_in`), or no sign-in. Compared by identity.
KEPT: Final = Credentials("", "")


@frozen
class StepUp:
    """Proof that the reader authenticated just now, for one signature."""

    reader_id: str
    authenticated_at: datetime
    method: str


@frozen
class RowProblem:
    """A row that could not be understood: which, and why. It is counted, never hidden."""

    task: TaskId
    why: str


@frozen
class FeedPage:
    """What changed since a cursor. `server_time` is the site's clock (HTTP Date)."""

    items: tuple[WorklistItem, ...]
    cursor: str
    server_time: datetime
    gone: tuple[TaskId, ...] = ()  # withdrawn by the site
    problems: tuple[RowProblem, ...] = ()


@frozen
class Receipt:
    """The platform has it: where, since when, by its own clock."""

    location: str  # "DiagnosticReport/12"
    at: datetime
    status: str


class HostingPlatform(Protocol):
    """One site's platform. Every call is against `item.version`; a lost race is `Conflict`."""

    @property
    def site(self) -> SiteId: ...

    def sign_in(self, credentials: Credentials | None) -> Reader:
        """With credentials: a loopback issuer's form is filled in; without: system browser."""
        ...

    def step_up(self, credentials: Credentials | None) -> StepUp: ...

    def sign_out(self) -> None: ...

    def feed(self, cursor: str) -> FeedPage:
        """Everything on an empty cursor, then what changed."""
        ...

    def claim(self, item: WorklistItem) -> WorklistItem: ...

    def heartbeat(self, item: WorklistItem) -> WorklistItem: ...

    def release(self, item: WorklistItem, reason: str) -> WorklistItem: ...

    def priors(self, item: WorklistItem) -> tuple[PriorStudy, ...]: ...

    def save_draft(self, item: WorklistItem, report: ReportId, body: str) -> None:
        """The reader's unfinished words, on the platform, visible to the reader alone."""
        ...

    def load_draft(self, item: WorklistItem) -> str | None: ...

    def issued(self, item: WorklistItem) -> IssuedReport | None:
        """The newest signed report of the case's order, whoever signed it."""
        ...

    def resource(self, reference: str) -> Mapping[str, Any] | None:
        """A FHIR resource as the platform holds it now, whole ("Task/7"); None: 404 or 410."""
        ...

    def deliver(self, payload: bytes) -> Receipt:
        """File one signed report: a FHIR transaction, made by `protocols.report_bundle`.

        `Refused`: the site answered no, nothing was filed. `Conflict`: the Task moved
        (412). Anything that leaves doubt whether it was filed is `SiteUnavailable`.
        """
        ...

    def find_report(self, report: ReportId) -> Receipt | None:
        """Ask before sending again: is it there already?"""
        ...

    def close_case(self, payload: bytes) -> None:
        """The second step of a report that went another way (`protocols.report_closing`);
        may be asked any number of times."""
        ...

    def send_audit(self, events: Sequence[Mapping[str, Any]]) -> None:
        """FHIR AuditEvents; idempotent by their id."""
        ...


@runtime_checkable
class Staffed(Protocol):
    """A platform that knows who reads there, and takes a case for one of them by name."""

    def colleagues(self) -> tuple[Colleague, ...]: ...

    def reassign(self, item: WorklistItem, to: Colleague, reason: str) -> WorklistItem:
        """Give a case of ours back for this reader; the reason goes with it."""
        ...


class ReportLine(Protocol):
    """Where a site takes reports as messages: its HL7 v2 listener."""

    def send(self, message: bytes) -> Receipt:
        """One message and its acknowledgement.

        `Refused`: the site answered no. `Conflict`: it says that it has it; to be asked.
        Anything that leaves doubt whether it was taken is `SiteUnavailable`.
        """
        ...


@frozen
class SeriesHead:
    uid: SeriesUID
    number: int | None
    modality: str
    description: str
    instances: int


@frozen
class Packed:
    """A frame as it travelled, decoded when somebody looks at it.

    Without a transfer syntax `data` is the whole object, held once for all its frames.
    """

    data: bytes = field(repr=False)
    transfer_syntax: str = ""


Fetched = FramePixels | Packed | NotDisplayable


def freely(nbytes: int) -> None:
    """Nobody counts what comes over the line."""


class FrameSource(Protocol):
    """Where images come from: a site's DICOMweb, or files of this machine."""

    def series(self, ref: StudyRef) -> tuple[SeriesHead, ...]:
        """Quick: what there is, before any metadata (QIDO)."""
        ...

    def metadata(self, ref: StudyRef, series: SeriesUID) -> Series:
        """Every instance and frame of a series, described (WADO-RS metadata)."""
        ...

    def frame(self, frame: Frame) -> FramePixels:
        """Fetch and decode one frame. Raises NotDisplayable with the reason."""
        ...

    def frames(
        self,
        frames: Sequence[Frame],
        arrived: Callable[[Frame, Fetched], None],
        cancelled: Callable[[], bool],
        *,
        decoded: bool = True,
        took: Callable[[int], None] = freely,
    ) -> None:
        """The rest of a series, in as few requests as the site allows; calls from this thread.

        Not `decoded`: there is no room for all of them, they come as `Packed`. `took` is told
        how many bytes came over the line, piece by piece, and may wait before the next.
        """
        ...

    def unpack(self, frame: Frame, packed: Packed) -> FramePixels:
        """Decode what came as `Packed`. Raises NotDisplayable with the reason."""
        ...


@runtime_checkable
class PiecewiseSource(FrameSource, Protocol):
    """Where a series comes object by object, its description with its pixels (DIMSE): what came
    is looked at while the rest is on its way."""

    def arriving(
        self, ref: StudyRef, series: SeriesUID, came: Callable[[Series, int], None]
    ) -> Series:
        """As `metadata`. `came` is told now and then, on another thread, what is here so far and
        how many frames more are listed."""
        ...

    def pause(self, ref: StudyRef) -> None:
        """Stop what is on its way; asked again, it goes on from there."""
        ...

    def forget(self, ref: StudyRef) -> None:
        """Nothing of the study stays, and no more of it comes."""
        ...


class HeaderSource(Protocol):
    """What an object says of itself, whole: from a site, or from a file of this machine."""

    def attributes(self, key: FrameKey) -> bytes:
        """The object's header as DICOM JSON (PS3.18 F), an array of one. Raises
        `NotDisplayable`, `Refused` or `SiteUnavailable`."""
        ...


class ObjectArchive(Protocol):
    """Where documents of ours are filed: a site's DICOMweb."""

    def holds(self, ref: StudyRef, sop: SopUID) -> bool:
        """Asked before anything is sent, so that nothing is there twice."""
        ...

    def file(self, ref: StudyRef, sop: SopUID, data: bytes) -> None:
        """`Refused`: the archive said no. In doubt whether it has it: `SiteUnavailable`."""
        ...


#: The site that files of this machine come from; it has no worklist and takes no report.
LOCAL: Final = SiteId("local-files")


@frozen
class LocalStudy:
    """A study found among files, as its first object says."""

    ref: StudyRef
    patient: Patient
    date: str  # as written, YYYYMMDD; may be empty
    description: str
    accession: str


@frozen
class Opened:
    """What files held: nothing is left out without a number here."""

    studies: tuple[LocalStudy, ...]
    problems: Mapping[str, int]  # reason code -> files
    others: int  # files that are not DICOM
    listed: int = 0  # files that its DICOMDIRs list
    missing: tuple[str, ...] = ()  # of those
    unlisted: int = 0  # files beside a DICOMDIR that it does not list: they are not read
    read: int = 0  # objects that were read, so far


class FileOpener(Protocol):
    """Files of this machine, read to memory and served as a `FrameSource`."""

    def open(self, path: Path, grown: Callable[[Opened], None] = ...) -> Opened:
        """`grown` is told, on this thread, of what can be shown while the rest is read: at the
        first object, and now and then."""
        ...

    def forget(self) -> None:
        """Nothing of the files stays; what is being read is read no further."""
        ...


# --- what is kept on this machine --------------------------------------------


class SecretStore(Protocol):
    """Keys and tokens: with the operating system, or in memory alone."""

    @property
    def ram_only(self) -> str:
        """Why nothing outlives the program, in the reader's words; empty when kept."""
        ...

    def get(self, name: str) -> str | None: ...

    def set(self, name: str, value: str) -> None: ...

    def forget(self, name: str) -> None: ...


@frozen
class Put:
    """Insert or replace one entry."""

    table: str
    key: str
    body: str


@frozen
class Remove:
    table: str
    key: str


@frozen
class Append:
    """One more leaf of the audit log."""

    leaf: str


Change = Put | Remove | Append


class SealedStore(Protocol):
    """The reader's own unsent words and the audit queue: sealed, or in memory alone.

    Every write is durable when it returns (synchronous=FULL) where `durable` is true.
    """

    @property
    def durable(self) -> bool:
        """False: no keyring, so nothing is written; a banner says so."""
        ...

    def put(self, table: str, key: str, body: str) -> None:
        """Insert or replace. Tables: "draft", "outbox" (keys are report ids), "meta"."""
        ...

    def get(self, table: str, key: str) -> str | None: ...

    def all(self, table: str) -> tuple[tuple[str, str], ...]:
        """(key, body) in order of insertion."""
        ...

    def remove(self, table: str, key: str) -> None: ...

    def move(self, key: str, source: str, target: str, body: str) -> None:
        """One transaction: out of one table, into another (draft -> outbox at signing)."""
        ...

    def change(self, changes: Sequence[Change]) -> None:
        """All of them or none, in one durable transaction."""
        ...

    def append_audit(self, leaf: str) -> int:
        """Next index of the audit log."""
        ...

    def audit(self, start: int = 0) -> tuple[str, ...]:
        """The leaves from index `start` on that are still kept here."""
        ...

    def drop_audit(self, before: int) -> None:
        """Forget leaves with a smaller index; indices are never used again."""
        ...

    def close(self) -> None: ...
