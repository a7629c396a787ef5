"""Reporting: the one open report, its words, its checks and its way to a signature.

The report is a frozen value; every change makes a new one, so undo is the one before.
It is bound to its study when it is started, and nothing of another patient can enter.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Final

from attrs import evolve

from workstation.domain.identifiers import SiteId
from workstation.domain.patient import Patient
from workstation.domain.report import (
    AlsoOrder,
    Binding,
    IssuedReport,
    ReportState,
    SectionKind,
    SignedReport,
    Signer,
)
from workstation.domain.template import Template
from workstation.domain.worklist import WorklistItem
from workstation.services.checklist import why_not
from workstation.services.checks import Check, Facts, Images
from workstation.services.draft_saving import DraftSaver
from workstation.services.freezing import freeze
from workstation.services.issued import as_report, of_signed
from workstation.services.jobs import Jobs
from workstation.services.ports.clock import Clock
from workstation.services.ports.hosting import HostingPlatform
from workstation.services.ports.keeping import SealedStore
from workstation.services.report_edits import (
    carried,
    first_field,
    order_of,
    prefilled,
)
from workstation.services.signal import Signal
from workstation.services.supporting import Supporting
from workstation.services.templates import by_id, choose
from workstation.text import tr

#: The list of checks follows the words after this pause.
CHECK_AFTER_S: Final = 0.3
#: And never later than this after the first word that changed.
CHECK_BY_S: Final = 3.0


class Reporting(Supporting):
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
        super().__init__(DraftSaver(platforms, store, jobs, clock, zones or {}), store, jobs, clock)
        self.templates = tuple(templates)
        self.checks_changed: Signal[None] = Signal()
        self._reset()

    def _reset(self) -> None:
        self._clear_words()
        self._clear_draft()
        self.template_reasons: tuple[str, ...] = ()
        self._check_by = 0.0
        self._forget_check: Callable[[], None] | None = None
        self._steps: Iterator[None] = iter(())

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
        """Leave the report; it is saved. True: the reader wrote or measured something."""
        wrote = self._wrote or self._measured
        if wrote:
            self._saver.finish()
        self._saver.stop()
        self._reset()
        self._announce()
        return wrote

    def answer_too(self, order: AlsoOrder) -> None:
        """The report answers this order as well; said in its head and under its signature."""
        report = self._report()
        if order.accession not in report.binding.accessions:
            also = (*report.binding.also, order)
            self._change(evolve(report, binding=evolve(report.binding, also=also)))

    def answer_no_more(self, accession: str) -> None:
        """Somebody else answers it: this report does not."""
        report = self.report
        if report is not None:
            also = tuple(e for e in report.binding.also if e.accession != accession)
            self.report = evolve(report, binding=evolve(report.binding, also=also))
            self._written()

    def make_read_only(self, reason: str) -> None:
        """The claim is lost: the text stays to be read and copied, and is saved once more."""
        self._saver.flush()
        self.read_only = reason
        self._announce()

    def know(self, templates: Sequence[Template]) -> None:
        """The templates there are here and now; the report that is open keeps its own."""
        self.templates = tuple(templates)

    def use_template(self, name: str) -> None:
        """Another template; sections that the author wrote in are kept as their own words."""
        report = self._report()
        fresh = by_id(self.templates, name).report(report.binding)
        fresh = evolve(fresh, id=report.id, revision=report.revision + 1)
        self._change(carried(fresh, report))
        self.template_reasons = (tr("chosen by you"),)
        self.current, self.caret = first_field(self._report()), None
        self.moved.emit(None)

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
    def template(self) -> str:
        """The name of the template of the open report; empty where none is open."""
        return self.report.template if self.report is not None else ""

    @property
    def checks(self) -> tuple[Check, ...]:
        """Every rule's verdict on the report as it is now."""
        facts = self._facts_of_checks()
        return self._checklist.of(facts) if facts is not None else ()

    def _facts_of_checks(self) -> Facts | None:
        report, evidence = self.report, self._evidence
        if report is None or self.settled:
            return None
        template = next((t for t in self.templates if t.id == report.template), None)
        return self._checklist.facts(
            report, self.item, template, evidence.known, self.read_only, evidence.has_priors,
            (self.preliminary, self.judged[0]),
        )  # fmt: skip

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
            overread=self.overread,
        )

    def mark_signed(self, signed: SignedReport) -> None:
        """It is sealed: nothing of it is a draft any more, and nothing of it can change."""
        self._saver.stop()
        if self.report is not None:  # sealed in the outbox by now: the draft here may go
            draft = self.report.id
            self._jobs.run(lambda: self._store.remove("draft", draft), lane="store")
        self._issue(of_signed(signed), signed.report)
        self.checks_changed.emit(None)  # at once: nobody may take it for unsigned a moment longer

    def show_issued(self, issued: IssuedReport) -> None:
        """The case was read already: its report takes the place of an empty template."""
        report = self._report()
        self._issue(issued, as_report(issued, report.binding, self._titles(), report.template))
        if self.item is not None:
            self._look_for_draft(self.item)

    def _titles(self) -> Mapping[str, SectionKind]:
        return {s.title: s.kind for t in self.templates for s in t.sections}

    def _written(self, *, typing: bool = False) -> None:
        self._saver.touch()
        super()._written(typing=typing)
        if not typing:
            self.checks_changed.emit(None)

    def _announce(self) -> None:
        super()._announce()
        self._check_soon()

    def _check_soon(self) -> None:
        """After a pause of the hand, or of hands that never pause in the end."""
        now = self._clock.monotonic()
        if self._forget_check is None:
            self._check_by = now + CHECK_BY_S
        else:
            self._forget_check()
        self._steps = iter(())
        wait = min(CHECK_AFTER_S, max(0.0, self._check_by - now))
        self._forget_check = self._jobs.later(wait, self._check_now)

    def _check_now(self) -> None:
        self._forget_check = None
        facts = self._facts_of_checks()
        self._steps = self._checklist.step_by_step(facts) if facts is not None else iter(())
        self._check_on(self._steps)

    def _check_on(self, steps: Iterator[None]) -> None:
        """One rule, and the next on a later turn; a change of the report begins anew."""
        if steps is not self._steps:
            return
        if next(steps, self) is self:
            self.checks_changed.emit(None)
        else:
            self._jobs.later(0.0, lambda: self._check_on(steps))
