"""ReadingSession: the one open case, from claim to release.

It owns the order of things: the right to read is checked before anything is fetched,
the claim is won before the case is shown, the "accessed" record is durable before a
pixel is painted, the report is bound to the study before a word is written.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime

from attrs import evolve, field, frozen

from workstation.domain.identifiers import SiteId, StudyRef, TaskId
from workstation.domain.report import Binding, SectionKind
from workstation.domain.worklist import ReadState, WorklistItem
from workstation.errors import CommandError, Refused
from workstation.services.audit import Audit
from workstation.services.jobs import Job, Jobs
from workstation.services.loading import Loader
from workstation.services.ports import PriorStudy
from workstation.services.priors import relevant
from workstation.services.reporting import Reporting
from workstation.services.signal import Signal
from workstation.services.viewer import ViewedStudy, Viewer
from workstation.services.waiting import All, settled
from workstation.services.worklist import Row, Worklist
from workstation.settings import Site
from workstation.text import tr

log = logging.getLogger("session")


@frozen
class Case:
    """What is open: the task as we hold it, and the older studies of the patient."""

    item: WorklistItem
    read_only: bool = False
    priors: tuple[PriorStudy, ...] = ()
    shown_priors: tuple[StudyRef, ...] = ()
    put_aside: bool = False

    @property
    def ref(self) -> StudyRef:
        return self.item.ref

    @property
    def refs(self) -> tuple[StudyRef, ...]:
        return (self.ref, *self.shown_priors)


@frozen(eq=False)
class Services:
    """The services a session conducts."""

    worklist: Worklist
    viewer: Viewer
    loader: Loader
    reporting: Reporting
    audit: Audit
    jobs: Jobs
    sites: Mapping[SiteId, Site] = field(factory=dict)


class ReadingSession:
    """Owned by the application, lives on the home thread."""

    def __init__(self, services: Services) -> None:
        self._s = services
        self.case: Case | None = None
        self.aside: tuple[Case, ...] = ()
        self.changed: Signal[None] = Signal()
        self._stop_heartbeat: Callable[[], None] = lambda: None
        self._asides: dict[TaskId, Callable[[], None]] = {}
        services.loader.study_ready.connect(self._study_ready)
        services.worklist.claim_lost.connect(self._claim_lost)

    def site(self, site: SiteId) -> Site:
        return self._s.sites[site]

    # --- opening --------------------------------------------------------------

    def open(self, row: Row) -> Job[None]:
        """Claim and show a case. Settles when its series are known and its priors shown."""
        if self.case is not None and self.case.item.task == row.item.task:
            return settled()
        if not row.verdict.allowed:
            raise Refused(row.verdict.reason)
        self.close()
        opened: Job[None] = Job()
        mine = self._mine(row.item)
        if row.item.state is ReadState.FINAL or mine:
            self._begin(row.item, read_only=row.item.state is ReadState.FINAL, opened=opened)
        else:
            claimed = self._s.worklist.claim(row)
            claimed.then(lambda job: self._claimed(job, opened))
        return opened

    def _mine(self, item: WorklistItem) -> bool:
        reader = self._s.worklist.reader(item.site)
        return reader is not None and bool(item.holder_id) and item.holder_id == reader.id

    def _claimed(self, job: Job[WorklistItem], opened: Job[None]) -> None:
        if job.error is not None:
            opened.settle(None, job.error)
            return
        item = job.result()
        self._s.audit.record("claim", study=item.ref)
        self._begin(item, read_only=False, opened=opened)

    def _begin(self, item: WorklistItem, *, read_only: bool, opened: Job[None]) -> None:
        self.case = Case(item, read_only)
        if not read_only:
            self._stop_heartbeat = self._s.worklist.keep(item)
        self._s.viewer.show(self._viewed())
        self._start_report(item)
        waiting = All(opened)
        waiting.add(self._permit(item.ref))
        waiting.add(self._s.loader.open(item.ref, first=True))
        platform = self._s.worklist.platform(item.site)
        asked = self._s.jobs.run(
            lambda: (platform.priors(item), platform.load_draft(item)), lane=f"site:{item.site}"
        )
        asked.then(lambda job: self._history(item, job, waiting))
        waiting.add(asked, optional=True)
        waiting.close()
        self.changed.emit(None)

    def _permit(self, ref: StudyRef) -> Job[None]:
        """Nothing of a study is painted before its "accessed" record is durable."""
        return self._s.audit.record("accessed", study=ref).then(
            lambda job: self._s.viewer.permit(ref) if job.error is None else None
        )

    def _history(
        self,
        item: WorklistItem,
        job: Job[tuple[tuple[PriorStudy, ...], str | None]],
        waiting: All,
    ) -> None:
        case = self.case
        if case is None or case.item.task != item.task or job.error is not None:
            if job.error is not None:
                log.warning("no priors: %s", type(job.error).__name__)
            return
        priors, draft = job.result()
        ordered = relevant(priors, item)
        shown = tuple(p.ref for p in ordered[:1])
        self.case = evolve(case, priors=tuple(ordered), shown_priors=shown)
        self._s.viewer.show(self._viewed())
        if draft is not None:
            self._s.reporting.restore(draft)
        for prior in ordered[:1]:
            when = prior.started.date().isoformat() if prior.started else tr("undated")
            words = f"{prior.description} {when}."
            self._s.reporting.prefill(SectionKind.COMPARISON, words, tr("prior shown"))
            waiting.add(self._permit(prior.ref))
            waiting.add(self._s.loader.open(prior.ref, first=False), optional=True)
        self.changed.emit(None)

    def _viewed(self) -> tuple[ViewedStudy, ...]:
        """The current study and the priors beside it, as the viewer marks them."""
        case = self.case
        if case is None:
            return ()
        item, site = case.item, self.site(case.item.site)
        viewed = [
            ViewedStudy(
                item.ref, item.patient, item.acquired, "current", tr("CURRENT"), None,
                item.accession, item.procedure, site.name,
            )
        ]  # fmt: skip
        for n, prior in enumerate((p for p in case.priors if p.ref in case.shown_priors), 1):
            viewed.append(
                ViewedStudy(
                    prior.ref, item.patient, prior.started, "prior", tr("PRIOR {n}", n=n),
                    _days_between(prior.started, item.acquired), prior.accession,
                    prior.description, site.name,
                )
            )  # fmt: skip
        return tuple(viewed)

    def _start_report(self, item: WorklistItem) -> None:
        binding = Binding(
            item.site, item.study, item.accession, item.task, item.patient, item.procedure,
            item.order_id, item.patient_ref, item.imaging_ref,
        )  # fmt: skip
        prefill = {}
        if item.indication:
            prefill[SectionKind.INDICATION] = (item.indication, tr("order"))
        self._s.reporting.start(binding, item, prefill=prefill)

    def _study_ready(self, ready: tuple[StudyRef, object]) -> None:
        ref, _ = ready
        case = self.case
        if case is None or ref not in case.refs:
            return
        sets = self._s.loader.display_sets(ref)
        self._s.viewer.study_ready(ref, sets)
        if ref == case.ref:
            frame = next((s.frames[0] for s in sets if s.frames), None)
            if frame is not None and frame.technique:
                words = ", ".join(frame.technique) + "."
                self._s.reporting.prefill(SectionKind.TECHNIQUE, words, tr("images"))
        self.changed.emit(None)

    # --- leaving --------------------------------------------------------------

    def close(self) -> Job[None]:
        """Save what is written, give the claim back, forget the images."""
        case = self.case
        if case is None:
            return settled()
        self._leave(case)
        reader_wrote = self._s.reporting.close()
        if case.read_only or not self._mine(case.item) or reader_wrote:
            return settled()
        return self.release_item(case.item)

    def release_item(self, item: WorklistItem, reason: str = "") -> Job[None]:
        current = self._s.worklist.held(item.task) or item
        self._s.audit.record("release", study=item.ref)
        return _none(self._s.worklist.release(current, reason))

    def release(self, reason: str) -> Job[None]:
        """Give the open case back to the queue; the draft stays on the platform."""
        case = self.need_case()
        self._leave(case)
        self._s.reporting.close()
        return self.release_item(case.item, reason)

    def put_aside(self) -> None:
        """Leave the case as it is and keep the claim."""
        case = self.need_case()
        stop = self._stop_heartbeat
        self._stop_heartbeat = lambda: None
        self._leave(case)
        self._s.reporting.close()
        self.aside = (*(c for c in self.aside if c.item.task != case.item.task), case)
        self._asides[case.item.task] = stop
        self.changed.emit(None)

    def resume(self) -> Job[None]:
        """Open again what was put aside last."""
        if not self.aside:
            raise CommandError(tr("nothing was put aside"))
        case = self.aside[-1]
        row = self._s.worklist.find(case.item.accession)
        if row is None:
            raise CommandError(tr("the case is no longer on the list"))
        self.aside = self.aside[:-1]
        return self.open(row)

    def _leave(self, case: Case) -> None:
        self._stop_heartbeat()
        self._stop_heartbeat = lambda: None
        for ref in case.refs:
            self._s.loader.close(ref)
        self._s.viewer.close()
        self.case = None
        self.changed.emit(None)

    def need_case(self) -> Case:
        if self.case is None:
            raise CommandError(tr("no case is open"))
        return self.case

    def signed(self) -> None:
        """The report is sealed: the claim ends with the platform's acknowledgement."""
        self._stop_heartbeat()
        self._stop_heartbeat = lambda: None
        self.changed.emit(None)

    def _claim_lost(self, item: WorklistItem) -> None:
        if self.case is not None and self.case.item.task == item.task:
            who = item.holder or tr("another reader")
            self._s.reporting.make_read_only(tr("claimed by {who}; your text is kept", who=who))
            self.case = evolve(self.case, item=item, read_only=True)
            self.changed.emit(None)


def _days_between(prior: datetime | None, current: datetime | None) -> int | None:
    if prior is None or current is None:
        return None
    return (current.date() - prior.date()).days


def _none(job: Job[WorklistItem]) -> Job[None]:
    done: Job[None] = Job()
    job.then(lambda j: done.settle(None, j.error))
    return done
