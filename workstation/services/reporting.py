"""Reporting: the one open report, its words, its checks and its way to a signature.

The report is a frozen value; every change makes a new one, so undo is the one before.
It is bound to its study when it is started, and nothing of another patient can enter.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, tzinfo
from types import MappingProxyType
from typing import Final

from attrs import evolve

from workstation.domain.identifiers import SiteId, StudyRef
from workstation.domain.measurement import Measurement
from workstation.domain.patient import Patient
from workstation.domain.report import (
    OWN_WORDS,
    Binding,
    FieldRef,
    IssuedReport,
    Link,
    Report,
    ReportState,
    SectionKind,
    SignedReport,
    Signer,
)
from workstation.domain.template import Template
from workstation.domain.worklist import ReadState, WorklistItem
from workstation.errors import CommandError
from workstation.services import drafts
from workstation.services.checklist import Checklist, why_not
from workstation.services.checks import Check, Images
from workstation.services.citing import value_words
from workstation.services.draft_saving import DraftSaver, DraftState
from workstation.services.evidence import Evidence, Line
from workstation.services.freezing import freeze
from workstation.services.issued import as_report, of_signed, signed_part, with_addendum
from workstation.services.jobs import Job, Jobs
from workstation.services.ports import Clock, HostingPlatform, SealedStore
from workstation.services.report_edits import (
    carried,
    first_field,
    order_of,
    prefilled,
    with_citation,
)
from workstation.services.report_history import History
from workstation.services.signal import Signal
from workstation.services.templates import by_id, choose
from workstation.services.writing import Writing
from workstation.text import tr

#: The list of checks follows the words after this pause.
CHECK_AFTER_S: Final = 0.3


class Reporting(Writing):
    """Owned by the application, lives on the home thread.

    Parameters
    ----------
    templates
        As `services.templates.load_templates` reads them; `free-text` is among them.
    platforms, store
        Where drafts go: the platform of the site, or sealed here while it is silent.
    zones
        The time zones in which a site's times are told.
    """

    def __init__(
        self,
        templates: Sequence[Template],
        platforms: Mapping[SiteId, HostingPlatform],
        store: SealedStore,
        jobs: Jobs,
        clock: Clock,
        *,
        zones: Mapping[SiteId, tzinfo] | None = None,
    ) -> None:
        super().__init__(clock)
        self.templates = tuple(templates)
        self._store = store
        self._jobs = jobs
        self._saver = DraftSaver(platforms, store, jobs, clock, zones or {})
        self._saver.changed.connect(lambda _: self.draft_changed.emit(None))
        self.checks_changed: Signal[None] = Signal()
        self.draft_changed: Signal[None] = Signal()
        self._reset()

    def _reset(self) -> None:
        self._clear_words()
        self.item: WorklistItem | None = None
        self.notice = ""
        self.issued: IssuedReport | None = None  # what was signed of this case, by whomever
        self.template_reasons: tuple[str, ...] = ()
        self._checklist = Checklist()
        self._evidence = Evidence()
        self._waiting_draft = ""
        self._check_timer = False

    # --- opening and leaving ----------------------------------------------------------

    def start(
        self,
        binding: Binding,
        item: WorklistItem,
        *,
        template: str | None = None,
        prefill: Mapping[SectionKind, tuple[str, str]] | None = None,
        draft: str | None = None,
    ) -> None:
        """A new report for a study, by the template that fits its procedure.

        `prefill` gives a section's text and where it came from. A draft sealed on this
        machine is looked for and taken up by itself.
        """
        self._saver.stop()
        self._reset()
        self.item = item
        order = order_of(item)
        if template is None:
            choice = choose(self.templates, order)
            chosen, self.template_reasons = choice.template, choice.reasons
        else:
            chosen = by_id(self.templates, template)
        self.report = chosen.report(binding)
        for kind, (words, source) in (prefill or {}).items():
            self.report = prefilled(self.report, kind, words, source)
        self.current = first_field(self.report)
        self._saver.begin(item, self.report.id, self.draft_body)
        if draft is not None:
            self.restore(draft)
        self._look_for_draft(item)
        self._announce()

    def close(self) -> bool:
        """Leave the report; what was written is saved. True: the reader wrote something."""
        wrote = self._wrote
        if wrote:
            self._saver.flush()
        self._saver.stop()
        self._reset()
        self._announce()
        return wrote

    def make_read_only(self, reason: str) -> None:
        """The claim is lost: the text stays to be read and copied, and is saved once more."""
        self._saver.flush()
        self.read_only = reason
        self._announce()

    def use_template(self, name: str) -> None:
        """Another template; sections that the author wrote in are kept as their own words."""
        report = self._report()
        fresh = by_id(self.templates, name).report(report.binding)
        fresh = evolve(fresh, id=report.id, revision=report.revision + 1)
        self._change(carried(fresh, report))
        self.template_reasons = (tr("chosen by you"),)
        self.current, self.caret = first_field(self._report()), None
        self.moved.emit(None)

    # --- measurements -----------------------------------------------------------------

    def compared_with(self, ref: StudyRef, patient: Patient, label: str) -> None:
        """An older study of the same patient is on the screen and may be cited."""
        self._evidence.allow_prior(self._report().binding, ref, patient, label)

    def take_measurements(self, measurements: Iterable[Measurement]) -> None:
        """All measurements as they are now; one that is gone was deleted."""
        if self.report is not None:
            self._evidence.take(measurements)
            self._announce()

    @property
    def evidence(self) -> tuple[Line, ...]:
        """Measurements there are, with "" / "linked" / "changed" as the text cites them."""
        return self._evidence.lines(self.report)

    @property
    def known_measurements(self) -> Mapping[tuple[str, str], Measurement | None]:
        """By (study, name), as they are now; None where one was deleted."""
        return self._evidence.known

    def value_now(self, link: Link) -> str:
        """What a cited measurement is now, in the words of the text; empty when deleted."""
        now = self._evidence.known.get((link.study, link.measurement))
        return value_words(now) if now is not None else ""

    def insert_measurement(self, measurement: Measurement) -> None:
        """Put a measurement into the current field, with a link to where it was made.

        A number field takes its number; any other gets the words at the caret, or behind
        its text.

        Raises
        ------
        Refused
            It is not of this study, nor of a prior that is shown beside it.
        """
        self._need_writable()
        prior = self._evidence.label(self._report().binding, measurement)
        self._stay_on_a_field()
        ref = self._current()
        found = self._field(ref)
        changed, caret = with_citation(found, measurement, prior, self.caret)
        self._evidence.cited(measurement)
        self._change(self._report().with_field(ref, changed))
        if caret is not None and self.caret is not None:
            self.go_to(ref, caret)

    def accept_measurement(self, which: str = "") -> None:
        """Take changed values into the text; words of a deleted one stay, without a link.

        `which` names one measurement ("A1"); without it all that changed are taken.
        """
        report = self._evidence.accept(self._report(), which)
        if report is not self.report:
            self._change(report)

    # --- checks and signature ---------------------------------------------------------

    def displays(self, shown: Sequence[tuple[str, Patient]]) -> None:
        """Whose images are on the screen, and where; another patient blocks the signature."""
        if self._checklist.shown != tuple(shown):
            self._checklist.shown = tuple(shown)
            self._announce()

    def received(self, images: Images) -> None:
        """How much of the study has arrived."""
        if images != self._checklist.images:
            self._checklist.images = images
            self._check_soon()

    @property
    def checks(self) -> tuple[Check, ...]:
        """Every rule's verdict on the report as it is now."""
        report = self.report
        if report is None:
            return ()
        template = next((t for t in self.templates if t.id == report.template), None)
        if self.settled:
            return ()
        closed = self.read_only
        return self._checklist.of(report, self.item, template, self._evidence.known, closed)

    def override(self, rule: str, reason: str) -> None:
        """Sign in spite of a check; the reason goes with the report."""
        self._need_writable()
        self._checklist.set_aside(self.checks, rule, reason)
        self._written()

    def next_check(self) -> None:
        """Make the field of the next unsettled check the current one; what blocks comes first."""
        unsettled = [c for c in self.checks if c.severity != "passed"]
        unsettled.sort(key=lambda check: check.severity != "block")
        places = [check.field for check in unsettled if check.field]
        if not places:
            return
        at = places.index(self.current) if self.current in places else -1
        self.current = None
        self.go_to(places[(at + 1) % len(places)])

    @property
    def overrides(self) -> Mapping[str, str]:
        return self._checklist.overrides

    @property
    def why_not_signed(self) -> str:
        """Why the sign button is off, in words; empty when it is on."""
        if self.report is None:
            return tr("no report is open")
        if self.read_only:
            return self.read_only
        return why_not(self.checks)

    def freeze(self, status: ReportState, signer: Signer, at: datetime) -> SignedReport:
        """The report as it will be sealed; text and HTML are made here, once.

        Raises
        ------
        SigningBlocked
            Names what must be settled first.
        """
        report = self._report()
        return freeze(
            report,
            status,
            signer,
            at,
            checks=self.checks,
            measurements=self._evidence.sent_with(report),
            before=self.issued,
        )

    def mark_signed(self, signed: SignedReport) -> None:
        """It is sealed: nothing of it is a draft any more, and nothing of it can change."""
        self._saver.stop()
        if self.report is not None:  # sealed in the outbox by now: the draft here may go
            draft = self.report.id
            self._jobs.run(lambda: self._store.remove("draft", draft), lane="store")
        self._issue(of_signed(signed), signed.report)

    def show_issued(self, issued: IssuedReport) -> None:
        """The case was read already: its report takes the place of an empty template."""
        report = self._report()
        titles = {s.title: s.kind for t in self.templates for s in t.sections}
        self._issue(issued, as_report(issued, report.binding, titles, report.template))
        if self.item is not None:
            self._look_for_draft(self.item)

    def _issue(self, issued: IssuedReport, report: Report) -> None:
        self.issued, self.report = issued, report
        self.read_only = tr("signed; a correction is an addendum")
        self.notice = ""
        self._announce()

    @property
    def adding(self) -> bool:
        """An addendum is being written; nothing else of the report may change."""
        draft = self.report is not None and self.report.state is ReportState.DRAFT
        return self.issued is not None and draft

    @property
    def settled(self) -> bool:
        """The case has its report, and none is being written now."""
        read = self.item is not None and self.item.state is ReadState.FINAL
        return not self.adding and (self.issued is not None or read)

    def may_write(self, ref: FieldRef) -> bool:
        return super().may_write(ref) and (not self.adding or ref.section is SectionKind.ADDENDUM)

    def _change(self, report: Report, typing_in: FieldRef | None = None) -> None:
        if self.adding and signed_part(report) != signed_part(self._report()):
            raise CommandError(tr("what is signed stays as it is; write in the addendum"))
        super()._change(report, typing_in)

    def begin_addendum(self, text: str = "") -> None:
        """Add to the report issued last: its whole text stays, the addendum stands below."""
        if self.issued is None or self.item is None:
            raise CommandError(tr("there is no signed report to add to"))
        if not self.issued.first:
            raise CommandError(tr("this report bears no signature that an addendum could follow"))
        report = self._report()
        self._open_addendum(report if self.adding else with_addendum(report, text))

    def _open_addendum(self, report: Report) -> None:
        self.report, self.read_only = report, ""
        self._history = History(self._clock)  # what was signed is not undone
        if self.item is not None:
            self._saver.begin(self.item, report.id, self.draft_body)
        self.current = FieldRef(SectionKind.ADDENDUM, OWN_WORDS)
        self.caret = len(self._field(self.current).text)
        self._announce()
        self.moved.emit(None)

    # --- drafts -----------------------------------------------------------------------

    @property
    def draft_state(self) -> DraftState:
        """Of what is being written; an issued report is no draft."""
        return DraftState() if self.settled else self._saver.state

    def save_draft(self) -> Job[None]:
        """Save now, without waiting for the pause."""
        self._report()
        if not self.settled:
            self._saver.touch()
        return self._saver.flush()

    def draft_body(self) -> str:
        author = self.item.holder_id if self.item else ""
        saved_at = self._clock.now().isoformat()
        cited = self._evidence.as_cited
        return drafts.to_json(
            drafts.Draft(self._report(), author, saved_at, self.overrides, "", cited)
        )

    def restore(self, body: str) -> None:
        """Go on with a draft of this study by this reader; never over words just written."""
        report = self._report()
        try:
            draft = drafts.from_json(body)
        except drafts.UnreadableDraft:
            self.notice = tr("A draft was found that cannot be read; it was left where it is.")
            self._announce()
            return
        if self.item is None or not draft.is_of(self.item):
            return
        if self.read_only or self.adding:
            if self.issued is not None and draft.report.section(SectionKind.ADDENDUM):
                self._open_addendum(evolve(draft.report, binding=report.binding))
            return
        if draft.report.id == report.id:
            if draft.report.revision > report.revision:
                self._take_up(draft)
        elif self._wrote:
            self._waiting_draft = body
            self.notice = tr("An earlier draft of yours exists.")
            self._announce()
        else:
            self._take_up(draft)

    def restore_waiting(self) -> None:
        """Take the earlier draft instead of the words written since; undo brings them back."""
        if not self._waiting_draft:
            raise CommandError(tr("no earlier draft is waiting"))
        draft, self._waiting_draft = drafts.from_json(self._waiting_draft), ""
        self._history.remember(self._report(), self.current, None)
        self._take_up(draft)

    def _take_up(self, draft: drafts.Draft) -> None:
        # The binding is ours, of this moment; only the words are taken from the draft.
        report = evolve(draft.report, binding=self._report().binding, state=ReportState.DRAFT)
        self.report = report
        self._checklist.overrides = MappingProxyType(dict(draft.overrides))
        self._evidence.restore(draft.cited)
        self.notice = ""
        self._wrote = True
        self.current, self.caret = first_field(report), None
        if self.item is not None:
            self._saver.begin(self.item, report.id, self.draft_body)
        self._announce()
        self.moved.emit(None)

    def _look_for_draft(self, item: WorklistItem) -> None:
        def found(job: Job[tuple[tuple[str, str], ...]]) -> None:
            if self.item is not item or job.error is not None:
                return
            for _, body in reversed(job.result()):
                if drafts.is_of(body, item):
                    self.restore(body)
                    self._saver.found_here()
                    self._saver.touch()
                    return

        self._jobs.run(lambda: self._store.all("draft"), lane="store").then(found)

    def _written(self, *, typing: bool = False) -> None:
        self._saver.touch()
        super()._written(typing=typing)
        if not typing:
            self.checks_changed.emit(None)

    def _announce(self) -> None:
        super()._announce()
        self._check_soon()

    def _check_soon(self) -> None:
        if not self._check_timer:
            self._check_timer = True
            self._jobs.later(CHECK_AFTER_S, self._check_now)

    def _check_now(self) -> None:
        self._check_timer = False
        self.checks_changed.emit(None)
