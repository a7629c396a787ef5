"""Deliveries: every signed report reaches its site, exactly once as the site sees it.

Sealed on this machine before the first byte leaves; written down as sent before it is
sent; after any silence the site is asked before anything is sent again; wiped here once
the site has it. `protocols.delivery` decides, this drives it.
"""

import logging
import random
from collections.abc import Callable, Sequence
from typing import Final

from attrs import evolve

from workstation.domain.identifiers import ReportId, TaskRef
from workstation.domain.report import SignedReport
from workstation.domain.worklist import WorklistItem
from workstation.protocols.delivery import Ask, Delivery, Event, State
from workstation.services.audit import Audit
from workstation.services.delivery.courier import Courier
from workstation.services.delivery.keys import Keys
from workstation.services.delivery.outbox import Parcel
from workstation.services.delivery.sealing import Outside, Sealer, study_of, traits
from workstation.services.failpoints import reached
from workstation.services.jobs import Job, Jobs
from workstation.services.ports.clock import Clock
from workstation.services.ports.hosting import Receipt
from workstation.services.ports.keeping import Put, SealedStore
from workstation.services.signal import Signal
from workstation.text import tr

log = logging.getLogger("delivery")

_LONGEST_WAIT_S: Final = 60.0
_PATIENT: Final = 3  # lost races after which we wait before the next


def patience(failures: int) -> float:
    """Seconds until the next attempt: doubling, with jitter, at most a minute or so."""
    return float(min(_LONGEST_WAIT_S, 2.0 ** min(failures, 10)) * random.uniform(0.75, 1.25))


class Deliveries:
    """Owned by the application, lives on the home thread.

    Requests run on lane ``site:<id>``, writing on lane ``store``. Reports of one study
    go one after the other, in the order of their signatures; others do not wait for them.
    """

    def __init__(
        self,
        store: SealedStore,
        jobs: Jobs,
        clock: Clock,
        audit: Audit,
        keys: Keys,
        outside: Outside,
        *,
        wait_s: Callable[[int], float] = patience,
    ) -> None:
        self._store = store
        self._jobs = jobs
        self._clock = clock
        self._audit = audit
        self._sealer = Sealer(store, jobs, clock, audit, keys, outside)
        self._outside = outside
        self._courier = Courier(jobs, clock, audit, outside, self)
        self._wait_s = wait_s
        self.changed: Signal[None] = Signal()
        self._parcels: dict[ReportId, Parcel] = {}
        self._items: dict[TaskRef, WorklistItem] = {}
        self._sealing: dict[ReportId, Job[Delivery]] = {}
        self._busy: set[ReportId] = set()
        self._failures: dict[ReportId, int] = {}
        self._timers: dict[ReportId, Callable[[], None]] = {}

    @property
    def entries(self) -> tuple[Delivery, ...]:
        """In order of sealing; those acknowledged since the program started included."""
        return tuple(parcel.delivery for parcel in self._parcels.values())

    def of(self, report: ReportId) -> Delivery | None:
        parcel = self._parcels.get(report)
        return parcel.delivery if parcel else None

    def awaits(self, report: ReportId) -> bool:
        """Whether it is sealed here and its site has not accepted it."""
        found = self.of(report)
        return found is not None and found.state is not State.ACKNOWLEDGED

    def counts(self) -> tuple[int, int, int]:
        """Queued or sent and not yet settled, in doubt, refused."""
        states = [entry.state for entry in self.entries]
        waiting = states.count(State.QUEUED) + states.count(State.AWAITING_ACK)
        waiting += sum(entry.ask is Ask.CLOSE for entry in self.entries)
        return waiting, states.count(State.IN_DOUBT), states.count(State.REFUSED)

    # --- sealing ----------------------------------------------------------------

    def sign_and_send(
        self, signed: SignedReport, item: WorklistItem, along: Sequence[Put] = ()
    ) -> Job[Delivery]:
        """Settles when the report is sealed durably, and `along` with it; sending goes on.

        A failed job means that nothing was sealed, and so nothing signed.
        """
        report = signed.report.id
        if report in self._sealing:
            return self._sealing[report]
        job = self._sealing[report] = Job()
        sealed = self._sealer.seal(signed, item, along)
        sealed.then(lambda done: self._sealed(signed, item, done, job))
        return job

    def _sealed(
        self, signed: SignedReport, item: WorklistItem, done: Job[Parcel], job: Job[Delivery]
    ) -> None:
        if done.error is not None:
            del self._sealing[signed.report.id]  # the reader may sign again
            job.settle(None, done.error)
            return
        parcel = done.result()
        self._items[item.key] = item
        self.keep(parcel)
        job.settle(parcel.delivery)
        self._go(parcel.delivery.report)

    # --- after a restart, and when a site is back ---------------------------------

    def resume(self) -> Job[None]:
        """Take up what an earlier run left, and try everything again now.

        Called at the start, after each sign-in, and when a site answers again.
        """
        taken: Job[None] = Job()

        def take_up(job: Job[tuple[Parcel, ...]]) -> None:
            if job.error is None:
                self._take_up(job.result())
            taken.settle(None, job.error)

        self._jobs.run(self._stored, lane="store").then(take_up)
        return taken

    def _stored(self) -> tuple[Parcel, ...]:
        found = []
        for report, body in self._store.all("outbox"):
            try:
                found.append(Parcel.of(body))
            except (KeyError, TypeError, ValueError):
                log.error("a row of the outbox cannot be read; it is kept: %s", report)
        return tuple(found)

    def _take_up(self, parcels: tuple[Parcel, ...]) -> None:
        for parcel in parcels:
            report = parcel.delivery.report
            if report in self._parcels or report in self._sealing:
                continue
            if parcel.delivery.state is State.AWAITING_ACK:
                # We were stopped between sending and the answer: it may be filed.
                reason = tr("the program stopped before the site answered")
                parcel = _moved(parcel, Event.SILENCE, reason)
            self.keep(parcel)
            if not parcel.delivery.open and parcel.delivery.state is State.ACKNOWLEDGED:
                self._wipe(report)
        for report in tuple(self._parcels):
            self._failures.pop(report, None)
            self._go(report)

    def retry(self, report: ReportId) -> None:
        """The reader asks again for a refused report."""
        parcel = self._parcels[report]
        self.keep(_moved(parcel, Event.RETRIED, ""))
        self._go(report)

    # --- one step ------------------------------------------------------------------

    def _go(self, report: ReportId) -> None:
        parcel = self._parcels[report]
        delivery = parcel.delivery
        forget = self._timers.pop(report, None)
        if forget is not None:
            forget()
        if report in self._busy or not delivery.open or not self._has_turn(delivery):
            return
        if self._outside.reader(delivery.site) != delivery.signer:
            return  # only its signer's own session sends it
        self._busy.add(report)
        match delivery.ask:
            case Ask.LOOK_UP:
                self._courier.look_up(parcel)
            case Ask.CLOSE:
                self._courier.close(parcel)
            case _:
                self._courier.prepare(parcel)

    def _has_turn(self, delivery: Delivery) -> bool:
        for other in self.entries:
            if other.report == delivery.report:
                return True
            if (other.site, other.study) == (delivery.site, delivery.study) and other.open:
                return False
        return True

    # --- what the courier tells (services.courier.Ledger) ------------------------------

    def item(self, key: TaskRef) -> WorklistItem | None:
        return self._outside.held(key) or self._items.get(key)

    def write(self, parcel: Parcel) -> Job[None]:
        return self._jobs.run(lambda: self._store.change([parcel.row()]), lane="store")

    def keep(self, parcel: Parcel) -> None:
        self._parcels[parcel.delivery.report] = parcel
        self.changed.emit(None)

    def accepted(self, parcel: Parcel, receipt: Receipt) -> None:
        delivery = parcel.delivery.after(Event.ACCEPTED)
        delivery = evolve(delivery, location=receipt.location, accepted_at=receipt.at)
        parcel = evolve(parcel, delivery=delivery)
        record = self._audit.entry("deliver", study=study_of(delivery), detail=traits(delivery))

        def work() -> None:
            self._audit.write(record, [parcel.row()])
            reached("delivery.acknowledged")

        self._jobs.run(work, lane="store").then(lambda job: self._has_it(parcel, job.error))

    def _has_it(self, parcel: Parcel, error: BaseException | None) -> None:
        """Recorded or not, the site has it: nothing is ever sent again for this report."""
        log.info("%s has the report", parcel.delivery.site)
        self._busy.discard(parcel.delivery.report)
        self._failures.pop(parcel.delivery.report, None)
        self.keep(parcel)
        if parcel.delivery.open:  # its case is still to be completed
            self._go(parcel.delivery.report)
        else:
            self._done_with(parcel, wipe=error is None)
        self._audit.forward()

    def closed(self, parcel: Parcel) -> None:
        parcel = _moved(parcel, Event.CLOSED, "")

        def written(job: Job[None]) -> None:
            self._busy.discard(parcel.delivery.report)
            self.keep(parcel)
            self._done_with(parcel, wipe=job.error is None)

        self.write(parcel).then(written)

    def _done_with(self, parcel: Parcel, *, wipe: bool) -> None:
        if wipe:
            self._wipe(parcel.delivery.report)
        for other in tuple(self._parcels):  # the next one of this study has its turn
            self._go(other)

    def _wipe(self, report: ReportId) -> None:
        def work() -> None:
            reached("delivery.before-wipe")
            self._store.remove("outbox", report)
            reached("delivery.wiped")

        self._jobs.run(work, lane="store")

    def happened(self, parcel: Parcel, event: Event, reason: str) -> None:
        """Anything but acceptance: write it down, then go on, now or after a while."""
        report = parcel.delivery.report
        moved = _moved(parcel, event, reason)
        if event is not Event.UNKNOWN_THERE:
            self._failures[report] = self._failures.get(report, 0) + 1
        log.info("%s: %s, now %s", moved.delivery.site, event.value, moved.delivery.state.value)

        def go_on(_: Job[None]) -> None:
            self._busy.discard(report)
            self.keep(moved)
            if moved.delivery.state is State.REFUSED:
                self._refused(moved.delivery)
            elif event is Event.SILENCE or self._failures.get(report, 0) > _PATIENT:
                seconds = self._wait_s(self._failures.get(report, 0))
                self._timers[report] = self._jobs.later(seconds, lambda: self._go(report))
            else:
                self._go(report)

        self.write(moved).then(go_on)

    def _refused(self, delivery: Delivery) -> None:
        self._audit.record(
            "deliver",
            study=study_of(delivery),
            outcome="failure",
            detail=traits(delivery),
        )
        for other in tuple(self._parcels):
            self._go(other)


def _moved(parcel: Parcel, event: Event, reason: str) -> Parcel:
    return evolve(parcel, delivery=parcel.delivery.after(event, reason=reason))
