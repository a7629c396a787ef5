"""Drafting: what keeps words and measurements until they are signed, and after.

A draft goes to the platform, or is sealed here while that is silent; it comes back to its
study and its reader alone. What is signed stays as it is: an addendum is drafted below it.
"""

from types import MappingProxyType

from attrs import evolve

from workstation.domain.calibration import Calibration
from workstation.domain.key_image import KeyImage
from workstation.domain.measurement import Measurement
from workstation.domain.report import (
    FieldRef,
    IssuedReport,
    Report,
    ReportState,
    SectionKind,
)
from workstation.domain.report_field import OWN_WORDS
from workstation.domain.worklist import ReadState, WorklistItem
from workstation.errors import CommandError
from workstation.services.jobs import Job, Jobs
from workstation.services.ports.clock import Clock
from workstation.services.ports.keeping import SealedStore
from workstation.services.report import drafts
from workstation.services.report.checklist import Checklist
from workstation.services.report.draft_saving import DraftSaver, DraftState
from workstation.services.report.evidence import Evidence
from workstation.services.report.issued import amended, amends, signed_part
from workstation.services.report.reading_over import ReadingOver
from workstation.services.report.report_edits import first_field
from workstation.services.report.report_history import History
from workstation.services.signal import Signal
from workstation.text import tr


class Drafting(ReadingOver):
    """What `Reporting` builds on. Home thread."""

    def __init__(self, saver: DraftSaver, store: SealedStore, jobs: Jobs, clock: Clock) -> None:
        super().__init__(clock)
        self.draft_changed: Signal[None] = Signal()
        self.draft_taken_up: Signal[drafts.Draft] = Signal()  # its measurements are wanted back
        self._store = store
        self._jobs = jobs
        self._saver = saver
        self._saver.changed.connect(lambda _: self.draft_changed.emit(None))
        self._clear_draft()

    def _clear_draft(self) -> None:
        self.item: WorklistItem | None = None
        self.issued: IssuedReport | None = None  # what was signed of this case, by whomever
        self._checklist = Checklist()
        self._evidence = Evidence()
        self._waiting_draft = ""
        self._measurements: tuple[Measurement, ...] = ()
        self._key_images: tuple[KeyImage, ...] = ()
        self._scales: tuple[Calibration, ...] = ()
        self._views = drafts.NO_VIEWS
        self._measured = False

    # --- what was signed, and the addendum ----------------------------------------------

    def _issue(self, issued: IssuedReport, report: Report) -> None:
        self.issued, self.report = issued, report
        self.read_only = tr("signed; what changes it is an addendum or a correction")
        self.notice = ""
        self._announce()

    @property
    def adding(self) -> bool:
        """An addendum to the signed report is being written, a correction or a retraction."""
        draft = self.report is not None and self.report.state is ReportState.DRAFT
        return self.issued is not None and draft

    @property
    def amends(self) -> ReportState:
        """What is being done to the signed report; ADDENDED where nothing is."""
        return amends(self._report()) if self.adding else ReportState.ADDENDED

    @property
    def _keeps_words(self) -> bool:
        """Every word that was signed stays; a correction alone may change them."""
        return self.adding and self.amends is not ReportState.CORRECTED

    @property
    def settled(self) -> bool:
        """The case has its report, and none is being written now."""
        read = self.item is not None and self.item.state is ReadState.FINAL
        return not self.adding and (self.issued is not None or read)

    def may_write(self, ref: FieldRef) -> bool:
        free = not self._keeps_words or ref.section is SectionKind.ADDENDUM
        return super().may_write(ref) and free

    def _change(self, report: Report, typing_in: FieldRef | None = None) -> None:
        if self._keeps_words and signed_part(report) != signed_part(self._report()):
            raise CommandError(tr("what is signed stays as it is; write in the addendum"))
        super()._change(report, typing_in)

    def begin_addendum(self, text: str = "") -> None:
        """Add to the report issued last: its whole text stays, the addendum stands below."""
        if self.issued is not None and self.issued.status is ReportState.RETRACTED:
            raise CommandError(tr("this report was retracted; what is read anew is a correction"))
        self._begin_amendment(ReportState.ADDENDED, text)

    def begin_correction(self, why: str = "") -> None:
        """Issue the report issued last anew: its words may be changed, and why stands below."""
        self._begin_amendment(ReportState.CORRECTED, why)

    def begin_retraction(self, why: str = "") -> None:
        """Take back the report issued last: why stands above, its words stay to be known."""
        self._begin_amendment(ReportState.RETRACTED, why)

    def _begin_amendment(self, how: ReportState, text: str) -> None:
        if self.issued is None or self.item is None:
            raise CommandError(tr("there is no signed report to add to"))
        if not self.issued.first:
            raise CommandError(tr("this report bears no signature that an addendum could follow"))
        report = self._report()
        if self.adding and how is not self.amends:
            raise CommandError(tr("another change to this report is being written: sign it first"))
        self._open_addendum(report if self.adding else amended(report, how, text))

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

    def save_last_words(self) -> Job[None]:
        """Before leaving: settles when what was written is with the site or sealed here."""
        return self._saver.flush()

    def draft_body(self) -> str:
        return drafts.to_json(
            drafts.Draft(
                self._report(),
                self.item.holder_id if self.item else "",
                self._clock.now().isoformat(),
                self._checklist.overrides,
                cited=self._evidence.as_cited,
                measurements=self._measurements,
                key_images=self._key_images,
                scales=self._scales,
                views=self._views,
                judged=self.judged,
            )
        )

    @property
    def measurements(self) -> tuple[Measurement, ...]:
        """All there are now, cited or not."""
        return self._measurements

    @property
    def key_images(self) -> tuple[KeyImage, ...]:
        return self._key_images

    @property
    def views(self) -> drafts.Views:
        """In which the measurements were made, by their names."""
        return self._views

    def _keep(
        self,
        measurements: tuple[Measurement, ...],
        key_images: tuple[KeyImage, ...],
        scales: tuple[Calibration, ...],
        views: drafts.Views,
    ) -> None:
        """Marks are saved with the words; of two drafts the one with newer ones is newer."""
        self._views = views
        now = measurements, key_images, scales
        if now == (self._measurements, self._key_images, self._scales):
            return
        self._measurements, self._key_images, self._scales = now
        if not self.read_only and not self.settled:
            report = self._report()
            self.report = evolve(report, revision=report.revision + 1)
            self._measured = True
            self._saver.touch()

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
                self._measure_again(draft)
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
        self.judged = draft.judged
        self.notice = ""
        self._wrote = True
        self.current, self.caret = first_field(report), None
        if self.item is not None:
            self._saver.begin(self.item, report.id, self.draft_body)
        self._announce()
        self.moved.emit(None)
        self._measure_again(draft)

    def _measure_again(self, draft: drafts.Draft) -> None:
        """What was measured before stands on the images again, beside what is new there."""
        self._measurements, self._key_images = draft.measurements, draft.key_images
        self._scales, self._views = draft.scales, draft.views
        self.draft_taken_up.emit(draft)

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
