"""What of the reader's signed work needs a person: not accepted, refused, or overtaken by images.

A report that a site does not have yet is no report for the patient. What cannot be settled
between two machines is said loudly here, with the telephone number of those who wait.
"""

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from attrs import evolve, frozen

from workstation.domain.identifiers import (
    AccessionNumber,
    ReportId,
    SiteId,
    StudyRef,
    StudyUID,
    TaskId,
    TaskRef,
)
from workstation.domain.worklist import WorklistItem
from workstation.protocols.delivery import Delivery, State
from workstation.services.audit import Audit
from workstation.services.delivery.archive_counts import ArchiveCounts
from workstation.services.delivery.delivery import Deliveries
from workstation.services.jobs import Job, Jobs
from workstation.services.ports.clock import Clock
from workstation.services.ports.keeping import Put, Remove, SealedStore
from workstation.services.queue.worklist import Worklist
from workstation.services.report.open_calls import OpenCalls
from workstation.services.signal import Signal
from workstation.settings import Site

#: Images that come later than this belong to another look at the patient.
_REMEMBERED: Final = timedelta(days=2)
_PREFIX: Final = "signed-with."
_NO_STUDY: Final = StudyUID("")


class Need(StrEnum):
    """Why a person is needed, most pressing first."""

    UNTOLD = "untold"  # a critical result nobody was told of in time
    UNANSWERED = "unanswered"  # a STAT report the site has not accepted in time
    REFUSED = "refused"
    LATE_IMAGES = "late-images"


@frozen
class Alarm:
    """One report and what is wrong with it; `images` came after the signature."""

    need: Need
    site: SiteId
    accession: AccessionNumber
    since: datetime | None = None
    reason: str = ""
    images: int = 0
    attempt: int = 0
    call: str = ""  # who is called, and how; else the site

    @property
    def key(self) -> tuple[Need, SiteId, AccessionNumber, int, int]:
        """An alarm that was dealt with is told again only when something new happened."""
        return self.need, self.site, self.accession, self.images, self.attempt


@frozen
class SignedWith:
    """How many images a report was signed with; `archived` as the archive said soon after."""

    task: TaskRef
    accession: AccessionNumber
    images: int
    at: datetime
    study: StudyUID = _NO_STUDY
    archived: int | None = None
    own: int = 0  # documents of ours that were filed since: a platform may count them as images

    @property
    def ref(self) -> StudyRef:
        return StudyRef(self.task.site, self.study)

    def row(self) -> Put:
        body = {
            "accession": self.accession,
            "images": self.images,
            "at": self.at.isoformat(),
            "study": self.study,
            "archived": self.archived,
            "own": self.own,
        }
        return Put("meta", f"{_PREFIX}{self.task.site}.{self.task.task}", json.dumps(body))

    @classmethod
    def of(cls, key: str, body: str) -> "SignedWith":
        """Raises KeyError, TypeError or ValueError where a row is not one of ours."""
        site, _, task = key.removeprefix(_PREFIX).partition(".")
        found = json.loads(body)
        return cls(
            TaskRef(SiteId(site), TaskId(task)),
            AccessionNumber(found["accession"]),
            int(found["images"]),
            datetime.fromisoformat(found["at"]),
            StudyUID(found.get("study", "")),
            found.get("archived"),
            int(found.get("own", 0)),
        )


class Alarms:
    """Owned by the application, lives on the home thread."""

    def __init__(
        self,
        deliveries: Deliveries,
        worklist: Worklist,
        store: SealedStore,
        audit: Audit,
        jobs: Jobs,
        clock: Clock,
        sites: Mapping[SiteId, Site],
        counts: ArchiveCounts,
        calls: OpenCalls,
    ) -> None:
        self.changed: Signal[None] = Signal()
        self.standing: tuple[Alarm, ...] = ()
        self._deliveries, self._worklist, self._store = deliveries, worklist, store
        self._audit, self._jobs, self._clock, self._sites = audit, jobs, clock, sites
        self._dealt: set[object] = set()
        self._seen_at: dict[ReportId, float] = {}  # by the clock that nobody sets
        self._signed: dict[TaskRef, SignedWith] = {}
        self._forget: Callable[[], None] = lambda: None
        self._counts, self._calls = counts, calls
        counts.counted.connect(self._counted)
        calls.changed.connect(lambda _: self.look())
        deliveries.changed.connect(lambda _: self._watch())
        deliveries.changed.connect(lambda _: self.look())
        worklist.changed.connect(lambda _: self.look())

    def phone(self, site: SiteId) -> str:
        """Whom to call."""
        return self._sites[site].phone

    def signed(self, item: WorklistItem) -> Put:
        """What goes into the store with a signature, so that later images are noticed."""
        now = self._clock.now()
        made = SignedWith(item.key, item.accession, item.images_received, now, item.study)
        self._signed[item.key] = made
        return made.row()

    def filed(self, ref: StudyRef) -> None:
        """A document of ours is in a study: what a reader sends is no late image."""
        for made in tuple(self._signed.values()):
            if made.ref == ref:
                self._keep(evolve(made, own=made.own + 1))
        self.look()

    def resume(self) -> None:
        """What earlier runs signed, and forget what is long ago."""
        self._jobs.run(self._stored, lane="store").then(self._take_up)

    def settle(self, accession: str, site: str = "") -> bool:
        """A person has dealt with it: telephoned, or looked. False: there was nothing.
        Without a site every one that numbers a case so is meant."""
        mine = [
            alarm
            for alarm in self.standing
            if alarm.accession == accession and site in ("", alarm.site)
        ]
        for alarm in mine:
            self._dealt.add(alarm.key)
            detail = {"accession": alarm.accession, "need": alarm.need.value}
            self._audit.record("settle", site=alarm.site, detail=detail)
            if alarm.need is Need.UNTOLD:
                self._calls.settle(accession, alarm.site)
        self.look()
        return bool(mine)

    def look(self) -> None:
        """What stands now; asked again by itself when a report's time is over."""
        found = sorted(
            (alarm for alarm in (*self._of_calls(), *self._of_deliveries(), *self._of_images())
             if alarm.key not in self._dealt),
            key=lambda alarm: (list(Need).index(alarm.need), str(alarm.since)),
        )  # fmt: skip
        if tuple(found) != self.standing:
            self.standing = tuple(found)
            self.changed.emit(None)

    # --- inside ---------------------------------------------------------------

    def _stored(self) -> tuple[SignedWith, ...]:
        kept, long_ago = [], self._clock.now() - _REMEMBERED
        for key, body in self._store.all("meta"):
            if not key.startswith(_PREFIX):
                continue
            try:
                made = SignedWith.of(key, body)
            except (KeyError, TypeError, ValueError):
                made = None
            if made is None or made.at < long_ago:
                self._store.change([Remove("meta", key)])
            else:
                kept.append(made)
        return tuple(kept)

    def _take_up(self, job: Job[tuple[SignedWith, ...]]) -> None:
        if job.error is None:
            self._signed = {each.task: each for each in job.result()} | self._signed
            self._watch()
            self.look()

    def _watch(self) -> None:
        """From the acceptance on: before it the worklist and the signature look after it."""
        waiting = {entry.study for entry in self._deliveries.entries if entry.accepted_at is None}
        found = [each.ref for each in self._signed.values() if each.study]
        self._counts.watch(each for each in found if each.study not in waiting)

    def _counted(self, ref: StudyRef) -> None:
        """The first number is what the report was signed with; it outlives the program."""
        for made in tuple(self._signed.values()):
            if made.ref == ref and made.archived is None:
                self._keep(evolve(made, archived=self._counts.of(ref)))
        self.look()

    def _keep(self, made: SignedWith) -> None:
        self._signed[made.task] = made
        self._jobs.run(lambda: self._store.change([made.row()]), lane="store")

    def _of_calls(self) -> list[Alarm]:
        """Critical results whose time is over, of whichever case."""
        self._forget()
        self._forget = lambda: None
        found, now = [], self._clock.now()
        for call in self._calls.standing:
            left = (call.due - now).total_seconds()
            if left > 0:
                self._look_again(left)
            elif call.task.site in self._sites:
                found.append(
                    Alarm(
                        Need.UNTOLD, call.task.site, call.accession, call.due,
                        call=f"{call.to} {call.phone}".strip(),
                    )
                )  # fmt: skip
        return found

    def _of_deliveries(self) -> list[Alarm]:
        found = []
        for entry in self._deliveries.entries:
            if entry.state is State.REFUSED:
                found.append(_alarm(Need.REFUSED, entry))
            elif entry.stat and entry.sealed_at and entry.state is not State.ACKNOWLEDGED:
                waited = self._waited(entry.report, entry.sealed_at)
                left = self._sites[entry.site].stat_answer_seconds - waited
                if left <= 0:
                    found.append(_alarm(Need.UNANSWERED, entry))
                else:
                    self._look_again(left)
        return found

    def _waited(self, report: ReportId, sealed: datetime) -> float:
        """Seconds; by the clock of the wall, and where that was set back by the time gone by."""
        now = self._clock.monotonic()
        seen = now - self._seen_at.setdefault(report, now)
        return max(seen, (self._clock.now() - sealed).total_seconds())

    def _look_again(self, seconds: float) -> None:
        """At the first of the moments that come."""
        before = self._forget
        forget = self._jobs.later(seconds, self.look)

        def both() -> None:
            before()
            forget()

        self._forget = both

    def _of_images(self) -> list[Alarm]:
        found = []
        for made in self._signed.values():
            item = self._worklist.held(made.task) if made.task.site in self._sites else None
            late = item.images_received - made.images - made.own if item is not None else 0
            there = self._counts.of(made.ref)
            if there is not None and made.archived is not None:
                late = max(late, there - made.archived)
            if late > 0:
                found.append(
                    Alarm(Need.LATE_IMAGES, made.task.site, made.accession, made.at, images=late)
                )
        return found


def _alarm(need: Need, entry: Delivery) -> Alarm:
    return Alarm(
        need, entry.site, entry.accession, entry.sealed_at, entry.reason, attempt=entry.attempts
    )
