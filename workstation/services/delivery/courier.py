"""One step of one delivery: ask the site, look at the case, send, complete the case.

Every step is one piece of work on lane ``site:<id>``; what came of it is told to the ledger,
which writes it down and decides what is next.
"""

import logging
from collections.abc import Callable
from typing import Protocol, TypeVar

from attrs import evolve

from workstation.domain.identifiers import TaskRef
from workstation.domain.worklist import WorklistItem
from workstation.errors import Conflict, Refused, WorkstationError
from workstation.protocols.delivery import Event
from workstation.services.audit import Audit
from workstation.services.delivery.outbox import Parcel
from workstation.services.delivery.sealing import Outside, study_of
from workstation.services.delivery.sending import Attempt, close, deliver, prepare
from workstation.services.jobs import Job, Jobs
from workstation.services.ports.clock import Clock
from workstation.services.ports.hosting import Receipt
from workstation.text import tr

log = logging.getLogger("delivery")

T = TypeVar("T")


class Ledger(Protocol):
    """Who is told what became of a step."""

    def write(self, parcel: Parcel) -> Job[None]: ...

    def keep(self, parcel: Parcel) -> None: ...

    def happened(self, parcel: Parcel, event: Event, reason: str) -> None: ...

    def accepted(self, parcel: Parcel, receipt: Receipt) -> None: ...

    def closed(self, parcel: Parcel) -> None: ...

    def item(self, key: TaskRef) -> WorklistItem | None: ...


class Courier:
    """Part of `Deliveries`; lives with it on the home thread."""

    def __init__(
        self, jobs: Jobs, clock: Clock, audit: Audit, outside: Outside, ledger: Ledger
    ) -> None:
        self._jobs = jobs
        self._clock = clock
        self._audit = audit
        self._outside = outside
        self._ledger = ledger

    def look_up(self, parcel: Parcel) -> None:
        report = parcel.delivery.report
        platform = self._outside.platforms[parcel.delivery.site]
        log.info("asking %s whether it has the report", parcel.delivery.site)

        def answered(job: Job[Receipt | None]) -> None:
            if job.error is not None:
                self._silence(parcel, job.error)
            elif job.value is not None:
                self._ledger.accepted(parcel, job.value)
            else:
                self._ledger.happened(parcel, Event.UNKNOWN_THERE, "")

        self._run(parcel, lambda: platform.find_report(report)).then(answered)

    def prepare(self, parcel: Parcel) -> None:
        """Look at the Task as it stands now; nothing is sent yet."""
        platform = self._outside.platforms[parcel.delivery.site]
        item = self._item(parcel)

        def done(job: Job[Receipt | Attempt]) -> None:
            match job.error, job.value:
                case Refused(), _:
                    self._ledger.happened(parcel, Event.REJECTED, words_of(job.error))
                case None, Receipt() as receipt:
                    self._ledger.accepted(parcel, receipt)
                case None, Attempt(payload, claimed):
                    self._told_of_claim(parcel, claimed)
                    self._send(parcel, payload)
                case _:
                    self._silence(parcel, job.error)

        self._run(parcel, lambda: prepare(platform, parcel, item)).then(done)

    def _send(self, parcel: Parcel, payload: bytes) -> None:
        """Written down as sent, then sent: a crash between the two asks once too often."""
        sent = evolve(
            parcel, delivery=evolve(parcel.delivery.after(Event.SENT), sent_at=self._clock.now())
        )
        way = self._way(parcel)

        def go(job: Job[None]) -> None:
            if job.error is not None:  # not written, so not sent
                self._silence(parcel, job.error)
                return
            self._ledger.keep(sent)
            log.info("sending a report to %s", sent.delivery.site)
            self._run(sent, lambda: deliver(way, payload)).then(
                lambda answer: self._answered(sent, answer)
            )

        self._ledger.write(sent).then(go)

    def _way(self, parcel: Parcel) -> Callable[[bytes], Receipt]:
        """As a message where it was sealed as one, else as a transaction."""
        site = parcel.delivery.site
        if parcel.message:
            return self._outside.lines[site].send
        return self._outside.platforms[site].deliver

    def _answered(self, parcel: Parcel, answer: Job[Receipt]) -> None:
        match answer.error:
            case None:
                self._ledger.accepted(parcel, answer.result())
            case Conflict():
                self._ledger.happened(parcel, Event.MOVED, words_of(answer.error))
            case Refused():
                self._ledger.happened(parcel, Event.REJECTED, words_of(answer.error))
            case _:
                self._silence(parcel, answer.error)

    def close(self, parcel: Parcel) -> None:
        """The site has the report; its case is completed. It never keeps the report from being
        accepted: what the site refuses here is its own affair, and stands in the log.
        """
        platform = self._outside.platforms[parcel.delivery.site]
        item = self._item(parcel)

        def done(job: Job[bool]) -> None:
            match job.error:
                case None:
                    self._told_of_claim(parcel, job.result())
                    self._ledger.closed(parcel)
                case Refused() if not isinstance(job.error, Conflict):
                    site = parcel.delivery.site
                    log.warning("%s has the report and does not let its case be completed", site)
                    self._ledger.closed(parcel)
                case _:
                    self._silence(parcel, job.error)

        self._run(parcel, lambda: close(platform, parcel, item)).then(done)

    def _told_of_claim(self, parcel: Parcel, claimed: bool) -> None:
        if claimed:
            self._audit.record("claim", study=study_of(parcel.delivery))

    def _item(self, parcel: Parcel) -> WorklistItem | None:
        return self._ledger.item(TaskRef(parcel.delivery.site, parcel.delivery.task))

    def _silence(self, parcel: Parcel, error: BaseException | None) -> None:
        self._ledger.happened(parcel, Event.SILENCE, words_of(error))

    def _run(self, parcel: Parcel, fn: Callable[[], T]) -> Job[T]:
        return self._jobs.run(fn, lane=f"site:{parcel.delivery.site}")


def words_of(error: BaseException | None) -> str:
    """What went wrong, as the reader is told."""
    if isinstance(error, WorkstationError):
        return str(error)
    return tr("an error in this program; it is in its log")
