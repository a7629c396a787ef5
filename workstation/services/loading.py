"""Loader: the series of the open studies, from the site's list to what can be looked at.

The first image waits for the metadata of its own series and for nothing else. What arrives
at the site while a study is open is taken in beside what is shown (`services.arrivals`);
`services.fetching` brings the frames.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

from attrs import define, evolve, field

from workstation.dicom.reasons import NOTICES
from workstation.domain.identifiers import FrameKey, SeriesUID, SiteId, StudyRef
from workstation.domain.patient import persons
from workstation.domain.source import Written
from workstation.domain.study import DisplaySet, Series
from workstation.domain.suv import SuvType
from workstation.services import arrivals
from workstation.services.described import Described, Head, described
from workstation.services.fetching import (
    FRAME_WORKERS,
    LOOKED,
    SERIES_WORKERS,
    Fetcher,
    Fetching,
    all_here,
    set_bytes,
)
from workstation.services.fetching import SetProgress as SetProgress  # the loader's own answer
from workstation.services.filed_twice import Filed
from workstation.services.frames import FrameStore
from workstation.services.jobs import Job, Jobs
from workstation.services.line_budget import LineBudget
from workstation.services.ports.images import FrameSource, PiecewiseSource, SeriesHead
from workstation.services.signal import Signal
from workstation.text import tr, trn

#: Objects without images to look at come after those with.
_NOT_IMAGES: Final = frozenset({"SR", "PR", "KO", "DOC", "SEG", "RTSTRUCT", "RTPLAN", "REG"})
_METADATA: Final = 10
#: Questions about studies and series of one site at a time.
HEAD_WORKERS: Final = 2


@define(eq=False)
class _Study:
    fetching: Fetching
    job: Job[None]
    heads: dict[SeriesUID, SeriesHead] = field(factory=dict)  # in the order of reading
    sets: dict[SeriesUID, tuple[DisplaySet, ...]] = field(factory=dict)
    waiting: set[SeriesUID] = field(factory=set)  # metadata on its way
    lost: set[SeriesUID] = field(factory=set)  # series whose metadata could not be had
    filed: Filed = field(factory=Filed)  # images of several series under one identifier
    doubts: set[tuple[SeriesUID, str]] = field(factory=set)  # told of a series
    several_patients: bool = False  # told
    asking: bool = False  # for news
    again: bool = False  # there are more news than those asked for
    ending: bool = False  # all of what is read is there: the next list is the last
    untold: list[str] = field(factory=list)  # problems of one that is fetched ahead
    written: dict[SeriesUID, Head] = field(factory=dict)  # of series with images
    describing: dict[SeriesUID, Job[Described]] = field(factory=dict)
    put_off: bool = False  # the line is another case's, until that is here

    @property
    def ref(self) -> StudyRef:
        return self.fetching.ref

    @property
    def ahead(self) -> bool:
        """Fetched before anybody opened it: nobody is told anything yet."""
        return self.fetching.ahead

    @property
    def known(self) -> tuple[DisplaySet, ...]:
        return tuple(each for uid in self.heads for each in self.sets.get(uid, ()))


class Loader:
    """Owned by the application, lives on the home thread."""

    def __init__(
        self,
        sources: Mapping[SiteId, FrameSource],
        store: FrameStore,
        jobs: Jobs,
        suv: SuvType | None = None,
        budgets: Mapping[SiteId, LineBudget] | None = None,
    ) -> None:
        """`suv`: what PET is read in, where it can be; None: in what its objects say.
        `budgets`: what is fetched ahead may take so much of the line to a site."""
        self._sources = sources
        self._store = store
        self._jobs = jobs
        self._suv = suv
        self._studies: dict[StudyRef, _Study] = {}
        self._coming: dict[str, int] = {}  # display set -> frames on their way, not described yet
        self._fetcher = Fetcher(sources, store, jobs, self._tell, budgets or {})
        self.study_ready: Signal[tuple[StudyRef, tuple[DisplaySet, ...]]] = Signal()
        self.frame_arrived: Signal[FrameKey] = self._fetcher.frame_arrived
        self.problems: Signal[tuple[StudyRef, str]] = Signal()
        #: Images came while the study was open: how many, in the reader's words.
        self.news: Signal[tuple[StudyRef, str]] = Signal()
        for site in sources:
            # What a study is, is never asked behind images that are slow to come.
            jobs.lane(f"heads:{site}", HEAD_WORKERS)
            jobs.lane(f"frames:{site}", FRAME_WORKERS)
            jobs.lane(f"series:{site}", SERIES_WORKERS)

    # --- asking ---------------------------------------------------------------

    def source(self, site: SiteId) -> FrameSource:
        """Where images of a site come from, for those who look without opening."""
        return self._sources[site]

    def open(self, ref: StudyRef, *, first: bool, growing: bool = False) -> Job[None]:
        """Load a study; `first`: the current one, before priors. Settles when every
        series is described; its frames come after that, each by `frame_arrived`.

        A `growing` one is still being read from files: until `whole` only what is looked at
        is decoded, and `refresh` takes in what came.
        """
        if first:
            self._make_way(ref)
        known = self._studies.get(ref)
        if known is not None:
            if known.ahead:
                self._take_over(known, first=first)
            return known.job
        return self._begin(_Study(Fetching(ref, first, growing=growing), Job()))

    def _begin(self, study: _Study) -> Job[None]:
        ref = study.ref
        self._studies[ref] = study
        study.job.then(lambda _: self._resume())
        self._fetcher.begin(study.fetching)
        self._store.protect(ref)
        self._list(study)
        return study.job

    def fetch_ahead(self, ref: StudyRef) -> None:
        """The first image of each series of a study that nobody has opened yet, behind all
        that is open; `whole` fetches the rest, `hold_back` puts that off."""
        if ref not in self._studies:
            fetching = Fetching(ref, first=False, ahead=True, growing=True)
            self._begin(_Study(fetching, Job()))

    def hold_back(self, ref: StudyRef) -> None:
        """Somebody opened another case: of one fetched ahead nothing more is asked for now."""
        study = self._studies.get(ref)
        if study is not None and study.ahead:
            study.fetching.growing = True
            self._fetcher.interrupt(study.fetching)

    def is_described(self, ref: StudyRef) -> bool:
        """Whether every series is known, and the image at which its view begins is here or
        failed."""
        study = self._studies.get(ref)
        if study is None or study.asking or study.waiting or not study.heads:
            return False
        first = [each.frames[0].key for each in study.known if each.frames]
        return all(self._store.has(k) or self._store.failure(k) is not None for k in first)

    def nbytes(self, ref: StudyRef) -> int:
        """What the study takes once all of it is here and decoded."""
        return sum(map(set_bytes, self.display_sets(ref)))

    def _take_over(self, study: _Study, *, first: bool) -> None:
        """What was fetched ahead is opened: what is known of it is shown at once."""
        study.fetching.ahead, study.fetching.first = False, first
        self._go_on(study)
        for words in study.untold:
            self.problems.emit((study.ref, words))
        if study.known:
            self.study_ready.emit((study.ref, study.known))
        if study.fetching.growing:
            self.whole(study.ref)

    def _tell(self, ref: StudyRef, words: str) -> None:
        study = self._studies.get(ref)
        if study is not None and study.ahead:
            study.untold.append(words)
        else:
            self.problems.emit((ref, words))

    def refresh(self, ref: StudyRef) -> None:
        """The site has more images of an open study: what is new is taken in."""
        study = self._studies.get(ref)
        if study is None:
            return
        if study.asking:
            study.again = True
        else:
            self._list(study)

    def whole(self, ref: StudyRef) -> Job[None]:
        """A growing study is there as a whole. Settles as `open` does."""
        study = self._studies[ref]
        study.ending = True
        self.refresh(ref)
        return study.job

    def look_at(self, display_set: DisplaySet, frame_index: int) -> None:
        """That frame next, then outward from it; what was asked before waits behind."""
        self._fetcher.look_at(display_set, frame_index)

    def progress(self, display_set_id: str) -> SetProgress:
        known = self._fetcher.progress(display_set_id)
        return evolve(known, total=known.total + self._coming.get(display_set_id, 0))

    def complete(self, ref: StudyRef) -> bool:
        """Every series is described or told as lost, every frame loaded or failed."""
        study = self._studies.get(ref)
        if study is None or not study.job.done or study.waiting:
            return False
        return all_here([self.progress(each.id) for each in study.known])

    def lost_series(self, ref: StudyRef) -> int:
        """Series of the study that could not even be described: it is incomplete."""
        study = self._studies.get(ref)
        return len(study.lost) if study is not None else 0

    def display_sets(self, ref: StudyRef) -> tuple[DisplaySet, ...]:
        study = self._studies.get(ref)
        return study.known if study is not None else ()

    def written(self, ref: StudyRef) -> Written | None:
        """How the images of a study write whose it is; None while none is described."""
        study = self._studies.get(ref)
        if study is None or not study.written:
            return None
        source, _, _ = next(iter(study.written.values()))
        return Written(
            source, {uid: (sop_class, kind) for uid, (_, sop_class, kind) in study.written.items()}
        )

    def close(self, ref: StudyRef) -> None:
        """Stop fetching and forget the images."""
        study = self._studies.pop(ref, None)
        for each in study.known if study is not None else ():
            self._coming.pop(each.id, None)
        self._fetcher.close(ref)
        self._store.drop(ref)
        self._resume()

    # --- whose the line is ------------------------------------------------------

    def _make_way(self, ref: StudyRef) -> None:
        """Somebody waits for this one: series on their way for cases that nobody opened, which
        come object by object and fill the line, stop where they are."""
        for study in self._studies.values():
            source = self._sources[study.ref.site]
            if study.ahead and study.ref != ref and isinstance(source, PiecewiseSource):
                study.put_off = True
                for job in study.describing.values():
                    job.cancel()
                study.describing.clear()
                source.pause(study.ref)

    def _resume(self) -> None:
        if all(each.ahead or each.job.done for each in self._studies.values()):
            for study in self._studies.values():
                self._go_on(study)

    def _go_on(self, study: _Study) -> None:
        if study.put_off:
            study.put_off = False
            for at, uid in enumerate(uid for uid in study.heads if uid in study.waiting):
                self._describe(study, study.heads[uid], at)

    # --- series ---------------------------------------------------------------

    def _list(self, study: _Study) -> None:
        study.asking, study.again = True, False
        last, study.ending = study.ending, False
        source = self._sources[study.ref.site]
        asked = self._jobs.run(
            lambda: source.series(study.ref),
            lane=f"heads:{study.ref.site}",
            priority=study.fetching.base + LOOKED,
        )
        asked.then(lambda job: self._listed(study, job, last))

    def _listed(self, study: _Study, job: Job[tuple[SeriesHead, ...]], last: bool) -> None:
        if self._gone(study):
            return
        if job.error is not None:
            study.asking = False
            self._tell(study.ref, str(job.error))
            study.job.settle(None, job.error)
            return
        heads = sorted(job.result(), key=_series_order)
        grown = [head for head in heads if self._has_news(study, head)]
        study.heads |= {head.uid: head for head in heads}
        study.heads = dict(sorted(study.heads.items(), key=lambda item: _series_order(item[1])))
        study.waiting |= {head.uid for head in grown}
        if last:
            study.fetching.growing = False
            for uid in study.sets.keys() - study.waiting:
                self._complete(study, study.heads[uid])
        for at, head in enumerate(grown if not study.put_off else ()):
            self._describe(study, head, at)
        self._settle_when_known(study)

    def _has_news(self, study: _Study, head: SeriesHead) -> bool:
        """A site that does not count instances is asked for the series once more."""
        known = study.heads.get(head.uid)
        return known is None or not head.instances or head.instances != known.instances

    def _describe(self, study: _Study, head: SeriesHead, at: int) -> None:
        source, suv = self._sources[study.ref.site], self._suv

        def came(series: Series, coming: int) -> None:
            part = described(study.ref, series, suv)
            self._jobs.bring_home(lambda: self._partly(study, head, part, coming))

        def work() -> Described:
            if isinstance(source, PiecewiseSource):
                series = source.arriving(study.ref, head.uid, came)
            else:
                series = source.metadata(study.ref, head.uid)
            return described(study.ref, series, suv)

        asked = self._jobs.run(
            work,
            lane=f"heads:{study.ref.site}",
            priority=study.fetching.base + _METADATA + at,
        )
        study.describing[head.uid] = asked
        asked.then(partial(self._described, study, head))

    def _partly(self, study: _Study, head: SeriesHead, part: Described, coming: int) -> None:
        """What came of a series so far: to be looked at. What comes to an open study later is
        told when all of it is here."""
        if self._gone(study) or study.job.done or head.uid not in study.waiting:
            return
        if part.head is not None:
            study.written[head.uid] = part.head
        self._show(study, head, part.sets, coming)

    def _described(self, study: _Study, head: SeriesHead, job: Job[Described]) -> None:
        if self._gone(study):
            return
        study.waiting.discard(head.uid)
        study.describing.pop(head.uid, None)
        if job.error is not None:
            study.lost.add(head.uid)
            name = head.description or head.modality
            words = tr("Series {name} is missing: {why}", name=name, why=job.error)
            self._tell(study.ref, words)
        else:
            study.lost.discard(head.uid)
            found = job.result()
            if found.head is not None:
                study.written[head.uid] = found.head
            self._take_in(study, head, found.sets)
        self._settle_when_known(study)

    def _take_in(self, study: _Study, head: SeriesHead, sets: Sequence[DisplaySet]) -> None:
        """Count, show, fetch; what was there before stays what it was."""
        before = study.sets.get(head.uid, ())
        marked = self._show(study, head, sets)
        more = arrivals.more_frames(before, study.sets[head.uid])
        if study.job.done and more and not study.ahead:
            name = head.description or head.modality
            self.news.emit((study.ref, tr("{n} more images arrived: {name}", n=more, name=name)))
        self._complete(study, head)
        for uid in marked:
            self._tell_doubts(study, study.heads[uid], study.sets[uid])

    def _show(
        self, study: _Study, head: SeriesHead, sets: Sequence[DisplaySet], coming: int = 0
    ) -> set[SeriesUID]:
        """Known and told from now on; other series that share an identifier with this one.
        `coming`: so many frames more are listed."""
        before = study.sets.get(head.uid, ())
        study.sets[head.uid] = arrivals.renamed(before, sets)
        marked = self._marked(study, head.uid)
        now = study.sets[head.uid]
        for gone in {each.id for each in before} - {each.id for each in now}:
            self._fetcher.forget(gone)
        for each in before:
            self._coming.pop(each.id, None)
        if coming and now:
            self._coming[max(now, key=lambda each: len(each.frames)).id] = coming
        for each in now:
            self._fetcher.know(each)
        self.study_ready.emit((study.ref, study.known))
        self._tell_patients(study)
        return marked

    def _marked(self, study: _Study, newest: SeriesUID) -> set[SeriesUID]:
        """Other series that share an identifier with this one: they say so too, now."""
        found = study.filed.marked(study.sets, newest)
        study.sets.update(found)
        others = found.keys() - {newest}
        for each in (each for uid in others for each in study.sets[uid]):
            self._fetcher.know(each)
        return others

    def _complete(self, study: _Study, head: SeriesHead) -> None:
        """What is doubtful of a series is said, and the rest of it is fetched."""
        if not study.fetching.growing:
            self._tell_doubts(study, head, study.sets[head.uid])
        at = list(study.heads).index(head.uid)
        for each in study.sets[head.uid]:
            self._fetcher.fetch_all(study.fetching, each, at)

    def _tell_doubts(self, study: _Study, head: SeriesHead, now: Sequence[DisplaySet]) -> None:
        """What is doubtful of images says each of them; that there are such, is said once."""
        doubtful = Counter(code for each in now for frame in each.frames for code in frame.doubts)
        for code, count in doubtful.items():
            if (head.uid, code) not in study.doubts:
                study.doubts.add((head.uid, code))
                name, why = head.description or head.modality, tr(NOTICES[code])
                one, many = "{name}, {n} image: {why}", "{name}, {n} images: {why}"
                self._tell(study.ref, trn(count, one, many, name=name, why=why))

    def _tell_patients(self, study: _Study) -> None:
        """Said once, whenever it shows: with the first images or with those that come late."""
        named = (each.patient for each in study.known if each.patient is not None)
        if not study.several_patients and len(set(persons(named).values())) > 1:
            study.several_patients = True
            self._tell(study.ref, tr(NOTICES["patient-conflict"]))

    def _settle_when_known(self, study: _Study) -> None:
        if study.waiting or self._gone(study):
            return
        study.asking = False
        if not study.fetching.growing:
            study.job.settle(None)
        if study.again and not self._gone(study):
            self._list(study)

    def _gone(self, study: _Study) -> bool:
        return self._studies.get(study.ref) is not study


def _series_order(head: SeriesHead) -> tuple[bool, int, str]:
    """Images before documents, then as the site numbers them."""
    return head.modality in _NOT_IMAGES, head.number or 0, head.uid
