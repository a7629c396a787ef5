"""Documents of ours on their way to the archives: sealed, asked for, sent, asked again.

The same care as for reports: sealed before it is sent, the same SOP Instance UID however
often, and before anything is sent the archive is asked whether it has it. An archive that
does not answer is asked again, later and later; a refusal is kept with its reason.
"""

import base64
import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import tzinfo

from attrs import evolve, frozen

from workstation.domain.identifiers import ReportId, SiteId, SopUID, StudyRef
from workstation.errors import Refused, WorkstationError
from workstation.protocols.delivery import State
from workstation.services.audit import Audit
from workstation.services.delivery import marked_study
from workstation.services.delivery.delivery import patience
from workstation.services.delivery.filing_words import detail_of, elsewhere
from workstation.services.delivery.filings import PREFIX, Filing, FilingKind, filing_of
from workstation.services.delivery.mark_documents import documents_of, left_out
from workstation.services.delivery.marked_study import MarkedStudy
from workstation.services.failpoints import reached
from workstation.services.jobs import Job, Jobs
from workstation.services.ports.clock import Clock
from workstation.services.ports.images import FrameSource, ObjectArchive
from workstation.services.ports.keeping import Change, SealedStore
from workstation.services.signal import Signal
from workstation.services.waiting import All
from workstation.text import tr

log = logging.getLogger("delivery")


@frozen(eq=False)
class Ways:
    """The sites, as far as filing needs them; who is signed in may change while we run."""

    sources: Mapping[SiteId, FrameSource]
    archives: Mapping[SiteId, ObjectArchive]
    zones: Mapping[SiteId, tzinfo]
    reader: Callable[[SiteId], str]  # "Practitioner/17"; empty while signed out
    awaited: Callable[[ReportId], bool]  # whether a report is sealed here and not accepted


class FilingQueue:
    """What `MeasurementFiling` builds on. Home thread; requests run on the lanes of the site."""

    def __init__(
        self,
        ways: Ways,
        store: SealedStore,
        audit: Audit,
        jobs: Jobs,
        clock: Clock,
        *,
        wait_s: Callable[[int], float] = patience,
    ) -> None:
        self._ways = ways
        self._store = store
        self._audit = audit
        self._jobs = jobs
        self._clock = clock
        self._wait_s = wait_s
        self._filings: dict[str, Filing] = {}
        self._busy: dict[str, Job[int]] = {}
        self._owed: set[str] = set()  # sealed with a signature, to go behind its report
        self._failures: dict[str, int] = {}
        self._timers: dict[str, Callable[[], None]] = {}
        self.changed: Signal[None] = Signal()
        self.told: Signal[str] = Signal()  # what the reader must know of a sending by itself
        self.accepted: Signal[StudyRef] = Signal()  # one document more is in a study

    @property
    def entries(self) -> tuple[Filing, ...]:
        """In the order of sealing; those accepted since the program started included, but for
        images of planes: they are many, and the study has them."""
        gone = State.ACKNOWLEDGED
        every = self._filings.values()
        return tuple(x for x in every if (x.kind, x.state) != (FilingKind.PLANES, gone))

    @property
    def idle(self) -> bool:
        """Nothing is being sent, and nothing waits for its report to be acknowledged."""
        return not self._busy and not self._owed

    # --- what is in it ------------------------------------------------------------------

    def owe(self, packed: Iterable[Filing]) -> None:
        """Sealed with a report: behind its acknowledgement `resume` sends them."""
        for each in packed:
            self._take(each)
            self._owed.add(each.id)
        self.changed.emit(None)

    def _take(self, sealed: Filing) -> None:
        """One that was refused before is tried anew: the reader asks again."""
        if sealed.id not in self._busy:
            self._filings[sealed.id] = sealed

    # --- after a restart, behind a report, and when a site is back ------------------------

    def resume(self) -> None:
        """Try everything that is sealed here and not accepted; the archive is asked first."""

        def found(job: Job[tuple[tuple[str, str], ...]]) -> None:
            for key, body in job.value or ():
                if key.startswith(PREFIX):
                    self._take_up(key, body)
            for each in self.entries:
                self._failures.pop(each.id, None)
                self._again(each.id)

        self._jobs.run(lambda: self._store.all("meta"), lane="store").then(found)

    def _take_up(self, key: str, body: str) -> None:
        try:
            filing = filing_of(key, body)
            if filing.kind is FilingKind.MARKS:
                marked_study.from_json(filing.body)
        except (KeyError, TypeError, ValueError):
            log.error("sealed marks cannot be read; they are kept")
            return
        if filing.ref.site in self._ways.archives:
            self._filings.setdefault(filing.id, filing)

    def retry(self, accession: str = "", site: str = "") -> int:
        """The reader asks again for what was refused; how many there are."""
        refused = [
            each
            for each in self.entries
            if each.state is State.REFUSED
            and accession in ("", each.accession)
            and site in ("", each.ref.site)
        ]
        for each in refused:
            self._keep(each.moved(State.QUEUED))
            self._go(each.id)
        return len(refused)

    # --- one attempt --------------------------------------------------------------------

    def _go(self, name: str) -> Job[int]:
        """Settles at the end of the attempt, with the number of marks that have no place."""
        if name in self._busy:
            return self._busy[name]  # one sending at a time, or it would be there twice
        filing, job = self._filings[name], Job[int]()
        if not filing.open or self._ways.reader(filing.ref.site) != filing.signer:
            job.settle(0)
            return job
        if filing.behind and self._ways.awaited(ReportId(filing.behind)):
            job.settle(0)  # `resume` comes again when the site has it
            return job
        self._timers.pop(name, lambda: None)()
        self._owed.discard(name)
        self._busy[name] = job
        job.then(lambda _: self._over(name))
        if filing.kind is FilingKind.MARKS:
            self._make(filing, job)
        else:
            self._ask(filing, job)
        return job

    def _over(self, name: str) -> None:
        del self._busy[name]
        self.changed.emit(None)

    def _make(self, filing: Filing, job: Job[int]) -> None:
        """Documents of marks: sealed, and then each goes by itself."""
        marked, site = marked_study.from_json(filing.body), filing.ref.site
        source = self._ways.sources[site]
        made = self._jobs.run(lambda: documents_of(marked, source), lane=f"series:{site}")
        made.then(lambda done: self._made(filing, marked, done, job))

    def _made(
        self, filing: Filing, marked: MarkedStudy, made: Job[tuple[Filing, ...]], job: Job[int]
    ) -> None:
        if made.error is not None:
            self._failed(filing, made.error, job)
            return
        entries = [
            self._audit.entry("export", study=each.ref, detail=detail_of(each))
            for each in made.result()
        ]

        def seal() -> list[Filing]:
            sealed = []
            reached("filing.before-seal")
            for each, entry in zip(made.result(), entries, strict=True):
                kept = self._store.get("meta", PREFIX + each.id)
                if kept is None:
                    self._audit.write(entry, (each.row(),))
                # Else the bytes that were sealed first, and perhaps sent.
                sealed.append(each if kept is None else filing_of(PREFIX + each.id, kept))
            self._store.change([filing.gone()])
            reached("filing.sealed")
            return sealed

        self._jobs.run(seal, lane="store").then(
            lambda done: self._sealed(filing, left_out(marked, made.result()), done, job)
        )

    def _sealed(self, filing: Filing, left: int, sealed: Job[list[Filing]], job: Job[int]) -> None:
        if sealed.error is not None:
            self._failed(filing, sealed.error, job)
            return
        self._filings.pop(filing.id, None)
        ended: Job[None] = Job()
        ended.then(lambda end: job.settle(None if end.error else left, end.error))
        waiting = All(ended)
        for each in sealed.result():
            if each.id not in self._busy:
                self._filings[each.id] = each.moved(State.QUEUED)
            waiting.add(self._go(each.id))
        waiting.close()

    def _ask(self, filing: Filing, job: Job[int]) -> None:
        """Perhaps an attempt whose answer was lost, or one before a restart."""
        archive, sop = self._ways.archives[filing.ref.site], SopUID(filing.id)
        lane = f"site:{filing.ref.site}"

        def asked(held: Job[bool]) -> None:
            if held.error is not None:
                self._failed(filing, held.error, job)
            elif held.result():
                self._accepted(filing, job)
            else:
                self._put(filing, job)

        self._jobs.run(lambda: archive.holds(filing.ref, sop), lane=lane).then(asked)

    def _put(self, filing: Filing, job: Job[int]) -> None:
        archive, sop = self._ways.archives[filing.ref.site], SopUID(filing.id)
        data, sent = base64.b64decode(filing.body), filing.moved(State.AWAITING_ACK)
        self._keep(sent)

        def work() -> None:
            reached("filing.before-send")
            archive.file(filing.ref, sop, data)
            reached("filing.sent")

        def answered(done: Job[None]) -> None:
            if done.error is None:
                self._accepted(sent, job)
            else:
                self._failed(sent, done.error, job)

        self._jobs.run(work, lane=f"site:{filing.ref.site}").then(answered)

    def _accepted(self, filing: Filing, job: Job[int]) -> None:
        """On record, and nothing is kept here any more."""
        entry = self._audit.entry("deliver", study=filing.ref, detail=detail_of(filing))
        done = evolve(filing.moved(State.ACKNOWLEDGED), body="", accepted_at=self._clock.now())
        self.accepted.emit(filing.ref)

        def kept(written: Job[None]) -> None:
            self._failures.pop(filing.id, None)
            self._keep(done)
            job.settle(0, written.error)

        self._jobs.run(lambda: self._audit.write(entry, (filing.gone(),)), lane="store").then(kept)

    def _failed(self, filing: Filing, error: BaseException, job: Job[int]) -> None:
        """Refused: kept with the reason. Anything else is silence: asked again later."""
        words = str(error) if isinstance(error, WorkstationError) else tr("an error here")
        if isinstance(error, Refused):
            self._refused(filing.moved(State.REFUSED, words), error, job)
            return
        sent = filing.state in (State.AWAITING_ACK, State.IN_DOUBT)
        self._keep(filing.moved(State.IN_DOUBT if sent else State.QUEUED, words))
        failures = self._failures[filing.id] = self._failures.get(filing.id, 0) + 1
        again = self._jobs.later(self._wait_s(failures), lambda: self._again(filing.id))
        self._timers[filing.id] = again
        log.info("%s does not take marks now, asked again later", filing.ref.site)
        job.settle(None, error)

    def _again(self, name: str) -> None:
        """By itself, so nobody waits for its words."""
        if name in self._filings:
            self._go(name).then(
                lambda job: self.told.emit(elsewhere(job.value)) if job.value else None
            )

    def _refused(self, filing: Filing, error: Refused, job: Job[int]) -> None:
        entry = self._audit.entry(
            "deliver", study=filing.ref, outcome="failure", detail=detail_of(filing)
        )
        changes: tuple[Change, ...] = (filing.row(),)

        def kept(_: Job[None]) -> None:
            self._keep(filing)
            self.told.emit(tr("Marks not filed: {why}", why=error))
            job.settle(None, error)

        self._jobs.run(lambda: self._audit.write(entry, changes), lane="store").then(kept)

    def _keep(self, filing: Filing) -> None:
        self._filings[filing.id] = filing
        self.changed.emit(None)
