"""ReadingSession: the one open case, from claim to release.

It owns the order of things: the right to read is checked before anything is fetched,
the claim is won before the case is shown, the "accessed" record is durable before a
pixel is painted, the report is bound to the study before a word is written.
"""

import logging

from attrs import evolve

from workstation.domain.identifiers import SiteId, StudyRef, TaskRef
from workstation.domain.prior import PriorStudy
from workstation.domain.reader import Colleague
from workstation.domain.report import IssuedReport, SectionKind
from workstation.domain.study import DisplaySet
from workstation.domain.worklist import ReadState, WorklistItem
from workstation.errors import CommandError, Refused
from workstation.services.jobs import Job
from workstation.services.queue.lacking import in_short
from workstation.services.queue.worklist import Row
from workstation.services.reading.case import Case, binding_of
from workstation.services.reading.conducted import Services as Services
from workstation.services.reading.desk import Desk
from workstation.services.reading.further_orders import FurtherOrders
from workstation.services.reading.hung_priors import HungPriors
from workstation.services.reading.live_case import LiveCase
from workstation.services.reading.own_claims import OwnClaims
from workstation.services.reading.prior_reports import PriorReports
from workstation.services.reading.priors import relevant
from workstation.services.report.templates import FREE_TEXT
from workstation.services.signal import Signal
from workstation.services.waiting import All, settled
from workstation.settings import Site
from workstation.text import tr

log = logging.getLogger("session")

#: The older studies, the draft, and what was issued of the case already.
History = tuple[tuple[PriorStudy, ...], str | None, IssuedReport | None]


class ReadingSession:
    """Owned by the application, lives on the home thread."""

    def __init__(self, services: Services) -> None:
        self._s = services
        self._desk = Desk(services.viewer, services.loader, services.reporting)
        self.case: Case | None = None
        self.aside: tuple[Case, ...] = ()
        self.changed: Signal[None] = Signal()
        #: A case is asked for; the job settles when it is open, or could not be opened.
        self.opening: Signal[tuple[StudyRef, Job[None]]] = Signal()
        self.told: Signal[str] = Signal()  # of cases that are not open
        self._coming: tuple[TaskRef, Job[None]] | None = None  # its claim is under way
        self.priors = HungPriors(self, services)
        self.prior_reports = PriorReports(self, services)
        self.further = FurtherOrders(self, services)
        self._claims = OwnClaims(services)
        self._live = LiveCase(self, services, self._desk)
        services.loader.study_ready.connect(self._study_ready)
        services.worklist.claim_lost.connect(self.further.lost)

    def site(self, site: SiteId) -> Site:
        return self._s.sites[site]

    def need_case(self) -> Case:
        if self.case is None:
            raise CommandError(tr("no case is open"))
        return self.case

    # --- opening --------------------------------------------------------------

    def open(self, row: Row) -> Job[None]:
        """Claim and show a case. Settles when its series are known and its priors shown.

        Raises Refused, before anything is asked of the site, where the reader may not
        read there. The job fails with Conflict where another reader was faster.
        """
        if self.case is not None and self.case.item.key == row.item.key:
            return settled()
        if self._coming is not None and self._coming[0] == row.item.key:
            return self._coming[1]  # asked twice
        if not row.verdict.allowed:
            raise Refused(row.verdict.reason)
        opened: Job[None] = Job()
        self.opening.emit((row.item.ref, opened))
        self.close()
        self._coming = row.item.key, opened
        final = row.item.state is ReadState.FINAL
        if final or self.is_mine(row.item):
            self._begin(row.item, read_only=final, opened=opened)
        else:
            self._s.worklist.claim(row).then(lambda job: self._claimed(job, opened))
        return opened

    def is_mine(self, item: WorklistItem) -> bool:
        reader = self._s.worklist.reader(item.site)
        claimed = item.state is ReadState.CLAIMED
        return claimed and reader is not None and item.holder_id == reader.id

    def _claimed(self, job: Job[WorklistItem], opened: Job[None]) -> None:
        still_wanted = self._coming is not None and self._coming[1] is opened
        if job.error is not None:
            self._coming = None if still_wanted else self._coming
            opened.settle(None, job.error)
            return
        item = job.result()
        self._s.audit.record("claim", study=item.ref)
        if still_wanted:
            self._begin(item, read_only=False, opened=opened)
            return
        # The reader turned to another case, or left, before the site had answered.
        self._claims.leave(item).then(lambda left: opened.settle(None, left.error))

    def _begin(self, item: WorklistItem, *, read_only: bool, opened: Job[None]) -> None:
        self._coming = None
        self.case = Case(item, read_only, news="" if read_only else in_short(item))
        if not read_only:
            self.keep(item)
        self._s.viewer.show(self.priors.viewed())
        self._start_report(item, read=read_only)
        waiting = All(opened)
        waiting.add(self.permit(item.ref))
        waiting.add(self._s.loader.open(item.ref, first=True))
        platform = self._s.worklist.platform(item.site)
        asked: Job[History] = self._s.jobs.run(
            lambda: (
                platform.priors(item),
                platform.load_draft(item),
                platform.issued(item),
            ),
            lane=f"site:{item.site}",
        )
        asked.then(lambda job: self._history(item, job, waiting))
        waiting.add(asked, optional=True)
        waiting.close()
        self.changed.emit(None)

    def permit(self, ref: StudyRef) -> Job[None]:
        """Nothing of a study is painted before its "accessed" record is durable."""
        return self._s.audit.record("accessed", study=ref).then(
            lambda job: self._s.viewer.permit(ref) if job.error is None else None
        )

    def _history(self, item: WorklistItem, job: Job[History], waiting: All) -> None:
        case = self.case
        if case is None or case.item.key != item.key:
            return
        if job.error is not None:
            log.warning("priors and draft not known: %s", type(job.error).__name__)
            self._no_report(item)
            return
        priors, draft, issued = job.result()
        ordered = relevant(filter(self.priors.may_see, (*priors, *case.priors)), item)
        shown = ordered[:1]
        self.case = evolve(case, priors=ordered, shown_priors=tuple(p.ref for p in shown))
        self._s.viewer.show(self.priors.viewed())
        if issued is None:
            self._no_report(item)
        elif case.read_only:
            self._s.reporting.show_issued(issued)
        else:
            self._s.reporting.read_over(issued)
        if draft is not None:
            self._s.reporting.restore(draft)
            self.further.again()
        for beside, prior in zip(self.priors.viewed()[1:], shown, strict=True):
            self.priors.cite(beside, prior)
            waiting.add(self.permit(prior.ref))
            waiting.add(self._s.loader.open(prior.ref, first=False), optional=True)
        self.changed.emit(None)

    def _no_report(self, item: WorklistItem) -> None:
        if item.state is ReadState.FINAL:
            name = self.site(item.site).name
            self._s.reporting.make_read_only(tr("read already; {site} gave no report", site=name))

    def note(self, words: str) -> None:
        """Said in the bar of the open case."""
        if self.case is not None:
            self.case = evolve(self.case, news=words)
            self.changed.emit(None)

    def _start_report(self, item: WorklistItem, *, read: bool) -> None:
        """The template that fits; for a case that is read, an empty page until its report is here.

        A template's own words ("No nodule.") must never stand where a report is looked for.
        """
        prefill = {}
        if item.indication and not read:
            prefill[SectionKind.INDICATION] = (item.indication, tr("order"))
        template = FREE_TEXT if read else None
        self._s.reporting.start(binding_of(item), item, template=template, prefill=prefill)
        if read:
            self._s.reporting.make_read_only(tr("read already; its report is on its way"))
        self._desk.set_out(item)

    def _study_ready(self, ready: tuple[StudyRef, tuple[DisplaySet, ...]]) -> None:
        ref, sets = ready
        if self.case is None or ref not in self.case.refs:
            return
        self._s.viewer.study_ready(ref, sets)
        if ref == self.case.ref:
            self._desk.describe_technique(sets)
        self.changed.emit(None)

    # --- leaving --------------------------------------------------------------

    def close(self) -> Job[None]:
        """Save what is written and forget the images.

        A claim on which nothing was written goes back to the queue; one with a draft is
        kept, so that the next reader does not begin where somebody else has words. Leaving
        never fails: a claim that the site does not take back now ends by its lease.
        """
        case, self._coming = self.case, None
        if case is None:
            return settled()
        wrote = self._leave()
        for item in () if wrote or case.read_only else case.also:
            self._claims.give_back(item, "")
        if wrote or case.read_only or not self.is_mine(case.item):
            return settled()
        return self._claims.leave(case.item)

    def release(self, reason: str, to: Colleague | None = None) -> Job[None]:
        """Give the open case back to the queue, or to one reader; the draft stays on the
        platform."""
        case = self.need_case()
        if case.read_only:
            raise CommandError(tr("this case is not claimed by you"))
        self._leave()
        for item in case.also:
            self._claims.give_back(item, reason)
        self._s.worklist.passed.add(case.item.key)
        return self._claims.give_back(case.item, reason, to)

    def put_aside(self) -> None:
        """Leave the case as it is and keep the claim alive."""
        case = self.need_case()
        if case.read_only:
            raise CommandError(tr("this case is not claimed by you"))
        self._leave(keep_claim=True)
        self.aside = (*(c for c in self.aside if c.item.key != case.item.key), case)
        self.changed.emit(None)

    def resume(self) -> Job[None]:
        """Open again what was put aside last."""
        if not self.aside:
            raise CommandError(tr("nothing was put aside"))
        case = self.aside[-1]
        row = self._s.worklist.find(case.item.accession, case.item.site)
        if row is None:
            raise CommandError(tr("the case is no longer on the list"))
        self.aside = self.aside[:-1]
        return self.open(row)

    def not_aside(self, item: WorklistItem) -> None:
        """Somebody else has a case that was put aside."""
        self.aside = tuple(each for each in self.aside if each.item.key != item.key)
        self.changed.emit(None)

    def forget_aside(self) -> None:
        """The reader leaves: what was put aside is a draft on the platform, its lease ends."""
        self._claims.rest(*(case.item for case in self.aside))
        self.aside = ()
        self.changed.emit(None)

    def _leave(self, *, keep_claim: bool = False) -> bool:
        case = self.need_case()
        if not keep_claim:
            self._claims.rest(case.item, *case.also)
        for ref in case.refs:
            self._s.loader.close(ref)
        wrote = self._s.reporting.close()  # first: an emptied viewer has no measurements to save
        self._s.viewer.close()
        self._desk.clear()
        self.case = None
        self.changed.emit(None)
        return wrote

    def keep(self, item: WorklistItem) -> None:
        """Renew the claim from now on."""
        self._claims.keep(item)

    def signed(self) -> None:
        """The report is sealed: the claim ends with the site's acknowledgement."""
        case = self.need_case()
        self._claims.rest(case.item, *case.also)
        self.case = evolve(case, read_only=True)
        self.changed.emit(None)

    def note_export(self, kind: str) -> None:
        """A picture or a file of the open case leaves the program: the audit knows."""
        if self.case is not None:
            self._s.audit.record("export", study=self.case.ref, detail={"kind": kind})
