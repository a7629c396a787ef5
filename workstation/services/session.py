"""ReadingSession: the one open case, from claim to release.

It owns the order of things: the right to read is checked before anything is fetched,
the claim is won before the case is shown, the "accessed" record is durable before a
pixel is painted, the report is bound to the study before a word is written.
"""

import logging
from collections.abc import Callable, Iterable, Mapping

from attrs import evolve, frozen

from workstation.domain.identifiers import SiteId, StudyRef, TaskRef
from workstation.domain.patient import Patient
from workstation.domain.reader import Colleague
from workstation.domain.report import IssuedReport, SectionKind
from workstation.domain.study import DisplaySet
from workstation.domain.worklist import ReadState, WorklistItem
from workstation.errors import CommandError, Conflict, Refused, WorkstationError
from workstation.services.audit import Audit
from workstation.services.case import Case, also_of, binding_of, viewed
from workstation.services.desk import Desk
from workstation.services.jobs import Job, Jobs
from workstation.services.lacking import in_short
from workstation.services.live_changes import change
from workstation.services.loading import Loader
from workstation.services.ports import PriorStudy
from workstation.services.priors import relevant
from workstation.services.reporting import Reporting
from workstation.services.signal import Signal
from workstation.services.templates import FREE_TEXT
from workstation.services.viewed import ViewedStudy
from workstation.services.viewer import Viewer
from workstation.services.waiting import All, settled
from workstation.services.worklist import Row, Worklist
from workstation.settings import Site
from workstation.text import tr

log = logging.getLogger("session")

#: The older studies, the draft, and what was issued of the case already.
History = tuple[tuple[PriorStudy, ...], str | None, IssuedReport | None]


@frozen(eq=False)
class Services:
    """The services a session conducts."""

    worklist: Worklist
    viewer: Viewer
    loader: Loader
    reporting: Reporting
    audit: Audit
    jobs: Jobs
    sites: Mapping[SiteId, Site]


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
        self._heartbeats: dict[TaskRef, Callable[[], None]] = {}
        services.loader.study_ready.connect(self._study_ready)
        services.worklist.claim_lost.connect(self._claim_lost)
        services.worklist.changed.connect(self._row_changed)

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
        if not row.verdict.allowed:
            raise Refused(row.verdict.reason)
        opened: Job[None] = Job()
        self.opening.emit((row.item.ref, opened))
        self.close()
        final = row.item.state is ReadState.FINAL
        if final or self._is_mine(row.item):
            self._begin(row.item, read_only=final, opened=opened)
        else:
            self._s.worklist.claim(row).then(lambda job: self._claimed(job, opened))
        return opened

    def _is_mine(self, item: WorklistItem) -> bool:
        reader = self._s.worklist.reader(item.site)
        claimed = item.state is ReadState.CLAIMED
        return claimed and reader is not None and item.holder_id == reader.id

    def _claimed(self, job: Job[WorklistItem], opened: Job[None]) -> None:
        if job.error is not None:
            opened.settle(None, job.error)
            return
        item = job.result()
        self._s.audit.record("claim", study=item.ref)
        self._begin(item, read_only=False, opened=opened)

    def _begin(self, item: WorklistItem, *, read_only: bool, opened: Job[None]) -> None:
        self.case = Case(item, read_only, news="" if read_only else in_short(item))
        if not read_only:
            self._stop_heartbeat(item.key)
            self._heartbeats[item.key] = self._s.worklist.keep(item)
        self._s.viewer.show(self._viewed())
        self._start_report(item, read=read_only)
        waiting = All(opened)
        waiting.add(self._permit(item.ref))
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

    def _permit(self, ref: StudyRef) -> Job[None]:
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
        ordered = relevant(filter(self.may_see, priors), item)
        shown = ordered[:1]
        self.case = evolve(case, priors=ordered, shown_priors=tuple(p.ref for p in shown))
        self._s.viewer.show(self._viewed())
        if issued is None:
            self._no_report(item)
        elif case.read_only:
            self._s.reporting.show_issued(issued)
        else:
            self._s.reporting.read_over(issued)
        if draft is not None:
            self._s.reporting.restore(draft)
            self._answer_again()
        for beside, prior in zip(self._viewed()[1:], shown, strict=True):
            self._cite(beside, prior)
            waiting.add(self._permit(prior.ref))
            waiting.add(self._s.loader.open(prior.ref, first=False), optional=True)
        self.changed.emit(None)

    def may_see(self, prior: PriorStudy) -> bool:
        """A study that is listed, and may not be read by this reader, is no prior for them."""
        rows = self._s.worklist.rows
        return all(row.verdict.allowed for row in rows if row.item.ref == prior.ref)

    def _no_report(self, item: WorklistItem) -> None:
        if item.state is ReadState.FINAL:
            name = self.site(item.site).name
            self._s.reporting.make_read_only(tr("read already; {site} gave no report", site=name))

    def _cite(self, beside: ViewedStudy, prior: PriorStudy) -> None:
        """The comparison line names what is displayed, and nothing that is not."""
        case = self.need_case()
        confirmed = beside.patient in case.known_as  # by the reader: it is the patient, then
        who = case.item.patient if confirmed else beside.patient
        self._s.reporting.compared_with(prior.ref, who, beside.label)
        shown = [each for each in case.priors if each.ref in case.shown_priors]
        words = " ".join(map(_dated, shown))
        self._s.reporting.prefill(SectionKind.COMPARISON, words, tr("prior shown"))

    def _viewed(self) -> tuple[ViewedStudy, ...]:
        case = self.need_case()
        return viewed(case, lambda site: self.site(site).name)

    # --- priors that the reader asks for -----------------------------------------

    def add_priors(self, patient: Patient, priors: Iterable[PriorStudy]) -> None:
        """Of the same person at another site, as the reader confirmed; nothing is fetched."""
        case = self.need_case()
        known = {prior.ref for prior in case.priors}
        new = [evolve(p, patient=patient) for p in priors if p.ref not in known and self.may_see(p)]
        if new or patient not in case.known_as:
            self.case = evolve(
                case,
                priors=relevant((*case.priors, *new), case.item),
                known_as=(*case.known_as, patient),
            )
            self._s.viewer.show(self._viewed())
            self.changed.emit(None)

    def note(self, words: str) -> None:
        """Said in the bar of the open case."""
        if self.case is not None:
            self.case = evolve(self.case, news=words)
            self.changed.emit(None)

    def show_prior(self, number: int) -> Job[None]:
        """Fetch one of the case's priors and hang it beside it; 1 is the most relevant."""
        case = self.need_case()
        if not 1 <= number <= len(case.priors):
            raise CommandError(tr("there is no prior {n}", n=number))
        prior = case.priors[number - 1]
        if prior.ref in case.shown_priors:
            return settled()
        self.case = evolve(case, shown_priors=(*case.shown_priors, prior.ref))
        self._s.viewer.show(self._viewed())
        beside = next(each for each in self._viewed() if each.ref == prior.ref)
        self._cite(beside, prior)
        shown: Job[None] = Job()
        waiting = All(shown)
        waiting.add(self._permit(prior.ref))
        waiting.add(self._s.loader.open(prior.ref, first=False))
        waiting.close()
        self.changed.emit(None)
        return shown

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

    # --- one report for several orders -------------------------------------------

    def answer_too(self, row: Row) -> Job[None]:
        """The report of the open case answers another order of the patient as well.

        That case is claimed like any other; its images belong to the study it names.
        """
        case, item = self.need_case(), row.item
        if case.read_only:
            raise CommandError(tr("this case is not claimed by you"))
        same = (item.site, item.patient, item.patient_ref) == (
            case.item.site, case.item.patient, case.item.patient_ref,
        )  # fmt: skip
        if not same or item.key == case.item.key:
            raise CommandError(tr("one report answers orders of one patient at one site"))
        done: Job[None] = Job()
        if self._is_mine(item):
            self._answers_too(case, item)
            done.settle(None)
            return done

        def claimed(job: Job[WorklistItem]) -> None:
            if job.error is None and self.case is not None and self.case.item.key == case.item.key:
                self._s.audit.record("claim", study=item.ref)
                self._answers_too(self.case, job.result())
            done.settle(None, job.error)

        self._s.worklist.claim(row).then(claimed)
        return done

    def _answers_too(self, case: Case, item: WorklistItem) -> None:
        self._stop_heartbeat(item.key)
        self._heartbeats[item.key] = self._s.worklist.keep(item)
        self._s.reporting.answer_too(also_of(item))
        news = tr("This report answers {a} too", a=item.accession)
        self.case = evolve(case, also=(*case.also, item), news=news)
        self.changed.emit(None)

    def _answer_again(self) -> None:
        """A draft came back that answers several orders: they are claimed again, or it does not."""
        case, report = self.case, self._s.reporting.report
        if case is None or report is None or case.read_only:
            return
        for order in report.binding.also:
            row = self._s.worklist.find(order.accession, case.item.site)
            mine = row is not None and self._is_mine(row.item)
            if row is None or not (mine or row.is_free):
                self._s.reporting.answer_no_more(order.accession)
            elif row.item.key not in {each.key for each in case.also}:
                self.answer_too(row)

    # --- leaving --------------------------------------------------------------

    def close(self) -> Job[None]:
        """Save what is written and forget the images.

        A claim on which nothing was written goes back to the queue; one with a draft is
        kept, so that the next reader does not begin where somebody else has words. Leaving
        never fails: a claim that the site does not take back now ends by its lease.
        """
        case = self.case
        if case is None:
            return settled()
        wrote = self._leave()
        for item in () if wrote or case.read_only else case.also:
            self._give_back(item, "")
        if wrote or case.read_only or not self._is_mine(case.item):
            return settled()
        left: Job[None] = Job()
        self._give_back(case.item, "").then(lambda job: left.settle(None, _grave(job.error)))
        return left

    def release(self, reason: str, to: Colleague | None = None) -> Job[None]:
        """Give the open case back to the queue, or to one reader; the draft stays on the
        platform."""
        case = self.need_case()
        if case.read_only:
            raise CommandError(tr("this case is not claimed by you"))
        self._leave()
        for item in case.also:
            self._give_back(item, reason)
        self._s.worklist.passed.add(case.item.key)
        return self._give_back(case.item, reason, to)

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

    def forget_aside(self) -> None:
        """The reader leaves: what was put aside is a draft on the platform, its lease ends."""
        for case in self.aside:
            self._stop_heartbeat(case.item.key)
        self.aside = ()
        self.changed.emit(None)

    def _leave(self, *, keep_claim: bool = False) -> bool:
        case = self.need_case()
        if not keep_claim:
            for item in (case.item, *case.also):
                self._stop_heartbeat(item.key)
        for ref in case.refs:
            self._s.loader.close(ref)
        wrote = self._s.reporting.close()  # first: an emptied viewer has no measurements to save
        self._s.viewer.close()
        self._desk.clear()
        self.case = None
        self.changed.emit(None)
        return wrote

    def _give_back(self, item: WorklistItem, reason: str, to: Colleague | None = None) -> Job[None]:
        current = self._s.worklist.held(item.key) or item
        self._s.audit.record("release", study=item.ref)
        done: Job[None] = Job()
        self._s.worklist.release(current, reason, to).then(
            lambda job: done.settle(None, None if isinstance(job.error, Conflict) else job.error)
        )  # a claim that is gone already needs no giving back
        return done

    def _stop_heartbeat(self, key: TaskRef) -> None:
        self._heartbeats.pop(key, lambda: None)()

    def signed(self) -> None:
        """The report is sealed: the claim ends with the site's acknowledgement."""
        case = self.need_case()
        for item in (case.item, *case.also):
            self._stop_heartbeat(item.key)
        self.case = evolve(case, read_only=True)
        self.changed.emit(None)

    def note_export(self, kind: str) -> None:
        """A picture or a file of the open case leaves the program: the audit knows."""
        if self.case is not None:
            self._s.audit.record("export", study=self.case.ref, detail={"kind": kind})

    # --- what happens meanwhile -----------------------------------------------

    def _claim_lost(self, item: WorklistItem) -> None:
        case = self.case
        if case is not None and item.key in {each.key for each in case.also}:
            self._s.reporting.answer_no_more(item.accession)
            also = tuple(each for each in case.also if each.key != item.key)
            news = tr("{a} is another reader's now: not answered here", a=item.accession)
            self.case = evolve(case, also=also, news=news)
            self.changed.emit(None)
        if case is not None and case.item.key == item.key and not case.read_only:
            who = item.holder or tr("another reader")
            words = tr("claimed by {who}; your text is kept", who=who)
            withdrawn = change(case.item, self._s.worklist.held(item.key))
            if withdrawn is not None and withdrawn.stops:
                words, item = withdrawn.words, case.item
            self._s.reporting.make_read_only(words)
            self.case = evolve(case, item=item, read_only=True, news=words)
            self.changed.emit(None)

    def _row_changed(self, _: None) -> None:
        """The site told news of the open case: images arrived, status changed."""
        case = self.case
        if case is None:
            return
        item = self._s.worklist.held(case.item.key)
        if item is None or item == case.item:
            return
        found = change(case.item, item)
        if found is not None and found.stops:
            self._stop(case, found.words)
        else:
            self.case = evolve(case, item=item, news=found.words if found else case.news)
            self._desk.set_out(item)
            if item.images_received != case.item.images_received:
                self._s.loader.refresh(item.ref)
            self.changed.emit(None)

    def _stop(self, case: Case, words: str) -> None:
        """What is open stays what was opened: never one patient's images by another's name."""
        if case.news != words:
            self._s.reporting.make_read_only(words)
            self.case = evolve(case, read_only=True, news=words)
            self.changed.emit(None)


def _dated(prior: PriorStudy) -> str:
    when = prior.started.date().isoformat() if prior.started else tr("undated")
    return f"{prior.description} {when}."


def _grave(error: BaseException | None) -> BaseException | None:
    """What the site said to a release on the way out is for the log; a bug is a bug."""
    if isinstance(error, WorkstationError):
        log.info("claim not given back: %s", type(error).__name__)
        return None
    return error
