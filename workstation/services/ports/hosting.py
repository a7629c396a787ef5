"""What a site must do for its readers: sign-in, worklist, drafts, reports, audit."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Protocol, runtime_checkable

from attrs import frozen

from workstation.domain.identifiers import ReportId, SiteId, TaskId
from workstation.domain.prior import PriorStudy
from workstation.domain.reader import Colleague, Reader
from workstation.domain.report import IssuedReport
from workstation.domain.worklist import WorklistItem

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
    not_taken: tuple[str, ...] = ()  # messages it sent that were not understood: why, newest last


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
