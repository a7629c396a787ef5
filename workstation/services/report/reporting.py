"""Reporting: the one open report, its words, its checks and its way to a signature.

The report is a frozen value; every change makes a new one, so undo is the one before.
It is bound to its study when it is started, and nothing of another patient can enter.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo

from attrs import evolve

from workstation.domain.identifiers import SiteId
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
from workstation.services.jobs import Jobs
from workstation.services.ports.clock import Clock
from workstation.services.ports.hosting import HostingPlatform
from workstation.services.ports.keeping import SealedStore
from workstation.services.report.checking import Checking
from workstation.services.report.draft_saving import DraftSaver
from workstation.services.report.freezing import freeze
from workstation.services.report.issued import as_report, of_signed
from workstation.services.report.report_edits import (
    carried,
    first_field,
    order_of,
    prefilled,
)
from workstation.services.report.templates import by_id, choose
from workstation.text import tr


class Reporting(Checking):
    """Owned by the application, lives on the home thread.

    Parameters
    ----------
    templates
        As `services.report.templates.load_templates` reads them; `free-text` is among them.
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
        self._reset()

    def _reset(self) -> None:
        self._clear_words()
        self._clear_draft()
        self.template_reasons: tuple[str, ...] = ()

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

    @property
    def template(self) -> str:
        """The name of the template of the open report; empty where none is open."""
        return self.report.template if self.report is not None else ""

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
