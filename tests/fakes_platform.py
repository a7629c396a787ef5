"""A hosting platform in memory: one site as `services.queue.worklist` needs it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from attrs import evolve
from fakes import FakeClock

from workstation.domain.identifiers import AccessionNumber, ReportId, SiteId, StudyUID, TaskId
from workstation.domain.patient import Patient
from workstation.domain.prior import PriorStudy
from workstation.domain.reader import Licence, Reader
from workstation.domain.report import IssuedReport
from workstation.domain.worklist import Priority, ReadState, Tier, WorklistItem
from workstation.errors import Conflict, SignInFailed, WorkstationError
from workstation.services.ports.hosting import Credentials, FeedPage, Receipt, StepUp
from workstation.settings import Site

WASHINGTON = Licence("MD-1", "US-WA", date(2020, 1, 1), date(2026, 12, 31))
READER = Reader("Practitioner/17", "Dr. Jo Sample", ("radiologist",), (WASHINGTON,))
OTHER = Reader("Practitioner/4", "Dr. Kim Ash", ("radiologist",), (WASHINGTON,))


def site(name: str = "harbor", **changes: Any) -> Site:
    values: dict[str, Any] = {
        "id": SiteId(name),
        "name": name.title(),
        "issuer": f"https://{name}.example/oidc",
        "fhir": f"https://{name}.example/fhir",
        "dicomweb": f"https://{name}.example/dicomweb",
        "jurisdiction": "US-WA",
        "timezone": "America/Los_Angeles",
    }
    return Site(**{**values, **changes})


def item(number: int, now: datetime, **changes: Any) -> WorklistItem:
    """A case due in two hours; `number` makes its identifiers."""
    values: dict[str, Any] = {
        "site": SiteId("harbor"),
        "task": TaskId(str(number)),
        "version": "1",
        "study": StudyUID(f"1.2.{number}"),
        "accession": AccessionNumber(f"A-{number}"),
        "patient": Patient("Alder, Robin", "P-1", "urn:h", None, "M"),
        "procedure": "CT chest",
        "procedure_code": "CTCH",
        "modality": "CT",
        "priority": Priority.ROUTINE,
        "tier": Tier.FINAL,
        "due": now + timedelta(hours=2),
        "listed": now - timedelta(minutes=5),
        "acquired": None,
        "jurisdiction": "US-WA",
        "body_part": "Chest",
    }
    return WorklistItem(**{**values, **changes})


class FakePlatform:
    """`services.ports.hosting.HostingPlatform`, in memory. `fails` is raised by the next calls."""

    def __init__(self, name: str, clock: FakeClock, items: Sequence[WorklistItem] = ()) -> None:
        self._name = SiteId(name)
        self._clock = clock
        self.ahead = timedelta(0)  # the site's clock runs ahead of ours
        self.reader = READER
        self.fails: WorkstationError | None = None
        self.overtaken: FeedPage | None = None  # an answer that was under way for long
        self.calls: list[str] = []
        self.reasons: list[str] = []  # with which cases were given back
        self._items: dict[TaskId, WorklistItem] = {}
        self._changes: list[TaskId] = []
        self._gone: set[TaskId] = set()
        for each in items:
            self.put(evolve(each, site=self._name))

    # --- what happens at the site ---------------------------------------------------

    def put(self, item: WorklistItem) -> WorklistItem:
        """It is listed or changed there."""
        version = str(int(self._items[item.task].version) + 1) if item.task in self._items else "1"
        self._items[item.task] = evolve(item, version=version)
        self._changes.append(item.task)
        return self._items[item.task]

    def change(self, task: str, **changes: Any) -> WorklistItem:
        return self.put(evolve(self._items[TaskId(task)], **changes))

    def withdraw(self, task: str) -> None:
        self._gone.add(TaskId(task))
        self._changes.append(TaskId(task))

    # --- HostingPlatform ---------------------------------------------------------------

    @property
    def site(self) -> SiteId:
        return self._name

    def sign_in(self, credentials: Credentials | None) -> Reader:
        self._called("sign-in")
        return self.reader

    def step_up(self, credentials: Credentials | None) -> StepUp:
        self._called("step-up")
        return StepUp(self.reader.id, self._now(), "password")

    def sign_out(self) -> None:
        self._called("sign-out")

    def feed(self, cursor: str) -> FeedPage:
        self._called(f"feed {cursor}")
        if self.overtaken is not None:
            page, self.overtaken = self.overtaken, None
            return page
        changed = dict.fromkeys(self._changes[int(cursor or 0) :])
        return FeedPage(
            tuple(self._items[task] for task in changed if task not in self._gone),
            str(len(self._changes)),
            self._now(),
            tuple(task for task in changed if task in self._gone),
        )

    def claim(self, item: WorklistItem) -> WorklistItem:
        self._called("claim")
        there = self._mine(item, or_free=True)
        return self.put(
            evolve(
                there,
                state=ReadState.CLAIMED,
                holder=self.reader.name,
                holder_id=self.reader.id,
                lease_until=self._now() + timedelta(minutes=15),
            )
        )

    def heartbeat(self, item: WorklistItem) -> WorklistItem:
        self._called("heartbeat")
        there = self._mine(item)
        return self.put(evolve(there, lease_until=self._now() + timedelta(minutes=15)))

    def release(self, item: WorklistItem, reason: str) -> WorklistItem:
        self._called("release")
        self.reasons.append(reason)
        there = self._mine(item)
        return self.put(evolve(there, state=ReadState.UNREAD, holder="", holder_id=""))

    def priors(self, item: WorklistItem) -> tuple[PriorStudy, ...]:
        self._called("priors")
        return ()

    def save_draft(self, item: WorklistItem, report: ReportId, body: str) -> None:
        self._called("save-draft")

    def load_draft(self, item: WorklistItem) -> str | None:
        self._called("load-draft")
        return None

    def issued(self, item: WorklistItem) -> IssuedReport | None:
        self._called("issued")
        return None

    def resource(self, reference: str) -> Mapping[str, Any] | None:
        self._called("resource")
        return None

    def deliver(self, payload: bytes) -> Receipt:
        raise NotImplementedError("reports are delivered to tests/fakes_trust.py")

    def find_report(self, report: ReportId) -> Receipt | None:
        self._called("find-report")
        return None

    def send_audit(self, events: Sequence[Mapping[str, Any]]) -> None:
        self._called("send-audit")

    def _mine(self, item: WorklistItem, *, or_free: bool = False) -> WorklistItem:
        there = self._items[item.task]
        if there.holder_id == self.reader.id or (or_free and not there.holder_id):
            return there
        raise Conflict(f"{there.holder} holds this case.", there.holder)

    def _called(self, what: str) -> None:
        self.calls.append(what)
        if self.fails is not None:
            raise self.fails

    def _now(self) -> datetime:
        return self._clock.now() + self.ahead


def ended() -> SignInFailed:
    return SignInFailed("Your session has ended.")
