"""Critical results that nobody was told of yet, whatever case is open: whom to call, by when.

A clock that nobody sees runs out. What is open outlives the case and the program; it ends when
somebody was told, or the reader says why it is not critical.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from attrs import evolve, frozen

from workstation.domain.identifiers import AccessionNumber, SiteId, TaskId, TaskRef
from workstation.services.jobs import Job, Jobs
from workstation.services.ports.keeping import Put, Remove, SealedStore
from workstation.services.report.critical_results import CriticalResults
from workstation.services.report.reporting import Reporting
from workstation.services.signal import Signal

_PREFIX: Final = "open-call."


@frozen
class OpenCall:
    """One finding that somebody must be told of; `to` is who is called next."""

    task: TaskRef
    accession: AccessionNumber
    finding: str
    due: datetime
    to: str = ""
    phone: str = ""

    @property
    def row(self) -> str:
        return f"{_PREFIX}{self.task.site}.{self.task.task}"

    def kept(self) -> Put:
        body = {
            "accession": self.accession, "finding": self.finding, "due": self.due.isoformat(),
            "to": self.to, "phone": self.phone,
        }  # fmt: skip
        return Put("meta", self.row, json.dumps(body))

    @classmethod
    def of(cls, row: str, body: str) -> "OpenCall":
        """Raises KeyError, TypeError or ValueError where it is none of ours."""
        site, _, task = row.removeprefix(_PREFIX).partition(".")
        found: Mapping[str, str] = json.loads(body)
        return cls(
            TaskRef(SiteId(site), TaskId(task)), AccessionNumber(found["accession"]),
            found["finding"], datetime.fromisoformat(found["due"]), found["to"], found["phone"],
        )  # fmt: skip


class OpenCalls:
    """Owned by the application, lives on the home thread."""

    def __init__(
        self, critical: CriticalResults, reporting: Reporting, store: SealedStore, jobs: Jobs
    ) -> None:
        self.changed: Signal[None] = Signal()
        self._critical, self._reporting = critical, reporting
        self._store, self._jobs = store, jobs
        self._open: dict[TaskRef, OpenCall] = {}
        self._shown: TaskRef | None = None  # whose waiting result was seen in the open report
        reporting.changed.connect(lambda _: self._follow())

    @property
    def standing(self) -> tuple[OpenCall, ...]:
        """The most pressing first."""
        return tuple(sorted(self._open.values(), key=lambda each: each.due))

    def resume(self) -> None:
        """What earlier runs of the program left open."""
        self._jobs.run(self._stored, lane="store").then(self._take_up)

    def settle(self, accession: str, site: str) -> None:
        """A person says that it is dealt with, though no call is in a report."""
        for call in self.standing:
            if (call.accession, call.task.site) == (accession, site):
                self._end(call.task)

    # --- inside ---------------------------------------------------------------

    def _follow(self) -> None:
        report, item = self._reporting.report, self._reporting.item
        if report is None or item is None:
            self._shown = None
            return
        waiting, due = self._critical.waiting, self._critical.due
        if waiting is None or due is None:
            # a draft that is still on its way has none yet: only what was seen here can end here
            if self._shown == item.key:
                self._end(item.key)
            return
        person = self._critical.next_person
        call = OpenCall(item.key, item.accession, waiting.finding, due)
        if person is not None:
            call = evolve(call, to=person.name, phone=person.phone)
        self._shown = item.key
        if self._open.get(item.key) != call:
            self._open[item.key] = call
            self._jobs.run(lambda: self._store.change([call.kept()]), lane="store")
            self.changed.emit(None)

    def _end(self, task: TaskRef) -> None:
        self._shown = None
        call = self._open.pop(task, None)
        if call is not None:
            self._jobs.run(lambda: self._store.change([Remove("meta", call.row)]), lane="store")
            self.changed.emit(None)

    def _stored(self) -> tuple[OpenCall, ...]:
        found = []
        for row, body in self._store.all("meta"):
            if row.startswith(_PREFIX):
                try:
                    found.append(OpenCall.of(row, body))
                except (KeyError, TypeError, ValueError):
                    continue  # of another version of the program
        return tuple(found)

    def _take_up(self, job: Job[tuple[OpenCall, ...]]) -> None:
        if job.error is None:
            self._open = {each.task: each for each in job.result()} | self._open
            self.changed.emit(None)
