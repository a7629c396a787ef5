"""What a reader marked becomes documents in the archive of the site that its study belongs to.

Measurements, key images and how images were seen, of the case's study and of its priors at
the same site; what lies elsewhere is said.
"""

from collections.abc import Sequence
from datetime import UTC, tzinfo
from functools import partial

from attrs import evolve, frozen

from workstation.domain.identifiers import FrameKey, ReportId, SiteId, StudyRef
from workstation.domain.key_image import KeyImage, SeenAs, SeenFrame
from workstation.domain.measurement import Measurement
from workstation.domain.reader import Reader
from workstation.domain.worklist import WorklistItem
from workstation.errors import CommandError
from workstation.protocols.delivery import State
from workstation.services.delivery import marked_study
from workstation.services.delivery.filing_queue import FilingQueue
from workstation.services.delivery.filing_words import detail_of, elsewhere
from workstation.services.delivery.filings import PREFIX, Filing, FilingKind
from workstation.services.delivery.marked_study import MarkedStudy
from workstation.services.jobs import Job
from workstation.services.report.drafts import NO_VIEWS, Views
from workstation.services.waiting import All
from workstation.text import tr, trn
from workstation.viewing.viewport import ViewportState


@frozen
class Sent:
    """How many marks went, and how many did not because they lie elsewhere."""

    sent: int
    left_out: int = 0

    @property
    def words(self) -> str:
        said = trn(self.sent, "{n} mark sent", "{n} marks sent")
        if not self.left_out:
            return said
        return said + "; " + elsewhere(self.left_out)


class MeasurementFiling(FilingQueue):
    """Owned by the application, home thread."""

    # --- sealing ----------------------------------------------------------------------

    def send(
        self,
        item: WorklistItem,
        reader: Reader,
        measurements: Sequence[Measurement],
        key_images: Sequence[KeyImage] = (),
        views: Views = NO_VIEWS,
    ) -> Job[Sent]:
        """Those on studies of the case's site, each to its study. Settles when all are there.

        The job fails with `Refused` where the archive says no, and with `SiteUnavailable`
        where it is not known: then they stay sealed, and it is asked again by itself.
        """
        packed, others = self._packed(item, reader, measurements, key_images, views)
        if not packed:
            raise CommandError(elsewhere(others) if others else tr("nothing is marked here"))
        rows = [each.row() for each in packed]
        done: Job[Sent] = Job()
        self._jobs.run(lambda: self._store.change(rows), lane="store").then(
            lambda job: self._send(packed, others, job, done)
        )
        return done

    def _send(
        self, packed: Sequence[Filing], others: int, sealed: Job[None], done: Job[Sent]
    ) -> None:
        if sealed.error is not None:
            done.settle(None, sealed.error)
            return
        missed: list[int] = []
        total = sum(each.count for each in packed)

        def over(job: Job[None]) -> None:
            left = sum(missed)
            sent = None if job.error else Sent(total - left, others + left)
            done.settle(sent, job.error)

        ended: Job[None] = Job()
        ended.then(over)
        waiting = All(ended)
        for each in packed:
            self._take(each)
            attempt = self._go(each.id)
            attempt.then(lambda one: missed.append(one.value or 0))
            waiting.add(attempt)
        waiting.close()

    def pack(
        self,
        item: WorklistItem,
        reader: Reader,
        measurements: Sequence[Measurement],
        key_images: Sequence[KeyImage] = (),
        views: Views = NO_VIEWS,
        *,
        behind: ReportId,
    ) -> tuple[Filing, ...]:
        """To be sealed with a report, in one transaction: the draft ends there.

        It needs no site. `owe` what was sealed; it goes by `resume`, behind the report, also
        after a restart.
        """
        packed, others = self._packed(item, reader, measurements, key_images, views)
        if others:
            self.told.emit(elsewhere(others))
        return tuple(evolve(each, behind=behind) for each in packed)

    # --- documents that are made already -------------------------------------------------

    def file(self, made: Sequence[Filing]) -> Job[None]:
        """As they are: sealed with their records, then one goes behind the other, so that
        nothing else that the site is asked waits for all of them. Settles when it has them."""
        done: Job[None] = Job()
        entries = [
            self._audit.entry("export", study=each.ref, detail=detail_of(each)) for each in made
        ]

        def seal() -> None:
            for each, entry in zip(made, entries, strict=True):
                if self._store.get("meta", PREFIX + each.id) is None:
                    self._audit.write(entry, (each.row(),))

        def sealed(job: Job[None]) -> None:
            if job.error is not None:
                done.settle(None, job.error)
                return
            for each in made:
                self._take(each)
            self._go_next([each.id for each in made], done)

        self._jobs.run(seal, lane="store").then(sealed)
        return done

    def _go_next(self, left: list[str], done: Job[None]) -> None:
        if not left:
            done.settle(None)
            return

        def went(job: Job[int]) -> None:
            if job.error is None:
                self._go_next(left[1:], done)
                return
            for name in left[1:]:  # asked again by themselves, like the one that failed
                again = partial(self._again, name)
                self._timers[name] = self._jobs.later(self._wait_s(1), again)
            done.settle(None, job.error)

        self._go(left[0]).then(went)

    def zone_of(self, site: SiteId) -> tzinfo:
        """In which documents of a site are dated."""
        return self._ways.zones.get(site, UTC)

    def take_back(self, accession: str, site: str = "") -> int:
        """What the site of a case refused is not offered again: it is nowhere then, and that
        is on record. Gives how many documents there were."""
        refused = [
            each
            for each in self.entries
            if each.state is State.REFUSED
            and each.accession == accession
            and site in ("", each.ref.site)
        ]
        for each in refused:
            self._give_up(each)
        self.changed.emit(None)
        return len(refused)

    def _give_up(self, filing: Filing) -> None:
        detail = {**detail_of(filing), "how": "taken back"}
        entry = self._audit.entry("deliver", study=filing.ref, outcome="failure", detail=detail)
        del self._filings[filing.id]
        self._jobs.run(lambda: self._audit.write(entry, (filing.gone(),)), lane="store")

    def _packed(
        self,
        item: WorklistItem,
        reader: Reader,
        measurements: Sequence[Measurement],
        key_images: Sequence[KeyImage],
        views: Views,
    ) -> tuple[tuple[Filing, ...], int]:
        """By study, those of the case's site; and how many marks are on others."""
        at = self._clock.now().astimezone(self._ways.zones.get(item.site, UTC))
        who, packed = Reader(reader.id, reader.name), list[Filing]()
        refs = [_study_of(m.frame) for m in measurements] + [_study_of(k.frame) for k in key_images]
        for ref in dict.fromkeys(ref for ref in refs if ref.site == item.site):
            marked = MarkedStudy(
                ref, item.accession, item.patient, who, at,
                tuple(m for m in measurements if _study_of(m.frame) == ref),
                tuple(k for k in key_images if _study_of(k.frame) == ref),
                tuple(_seen(m, views[m.id]) for m in measurements
                      if m.id in views and m.on is None and _study_of(m.frame) == ref),
            )  # fmt: skip
            body = marked_study.to_json(marked)
            packed.append(
                Filing(marked.id, FilingKind.MARKS, ref, item.accession, who.id, at, marked.count,
                       body)
            )  # fmt: skip
        return tuple(packed), sum(ref.site != item.site for ref in refs)


def _seen(mark: Measurement, view: ViewportState) -> SeenFrame:
    seen = SeenAs(view.voi, view.inverted, view.quarter_turns, view.flipped)
    return SeenFrame(mark.frame, seen, view.own_window)


def _study_of(frame: FrameKey) -> StudyRef:
    return StudyRef(frame.site, frame.study)
