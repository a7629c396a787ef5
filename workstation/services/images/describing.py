"""What a study is: its series are listed and described, and what is doubtful of them is told."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

from workstation.domain.identifiers import FrameKey, SeriesUID, SiteId, StudyRef
from workstation.domain.study import DisplaySet, Series
from workstation.domain.suv import SuvType
from workstation.services.images import arrivals
from workstation.services.images.described import Described, described
from workstation.services.images.fetching import (
    AHEAD_WORKERS,
    FRAME_WORKERS,
    LOOKED,
    SERIES_WORKERS,
    Fetcher,
)
from workstation.services.images.fetching import (
    SetProgress as SetProgress,  # the loader's own answer
)
from workstation.services.images.frames import FrameStore
from workstation.services.images.line_budget import LineBudget
from workstation.services.images.open_study import OpenStudy, series_order
from workstation.services.jobs import Job, Jobs
from workstation.services.ports.images import FrameSource, PiecewiseSource, SeriesHead
from workstation.services.signal import Signal
from workstation.text import tr

_METADATA: Final = 10
#: Questions about studies and series of one site at a time.
HEAD_WORKERS: Final = 2


class Describing:
    """The half of the loader that asks what there is. Home thread; see `Loader`."""

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
        self._studies: dict[StudyRef, OpenStudy] = {}
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
            jobs.lane(f"ahead:{site}", AHEAD_WORKERS)

    def _tell(self, ref: StudyRef, words: str) -> None:
        study = self._studies.get(ref)
        if study is not None and study.ahead:
            study.untold.append(words)
        else:
            self.problems.emit((ref, words))

    def _list(self, study: OpenStudy) -> None:
        study.asking, study.again = True, False
        last, study.ending = study.ending, False
        source = self._sources[study.ref.site]
        asked = self._jobs.run(
            lambda: source.series(study.ref),
            lane=f"heads:{study.ref.site}",
            priority=study.fetching.base + LOOKED,
        )
        asked.then(lambda job: self._listed(study, job, last))

    def _listed(self, study: OpenStudy, job: Job[tuple[SeriesHead, ...]], last: bool) -> None:
        if self._gone(study):
            return
        if job.error is not None:
            study.asking = False
            self._tell(study.ref, str(job.error))
            study.job.settle(None, job.error)
            return
        heads = sorted(job.result(), key=series_order)
        grown = [head for head in heads if self._has_news(study, head)]
        study.heads |= {head.uid: head for head in heads}
        study.heads = dict(sorted(study.heads.items(), key=lambda item: series_order(item[1])))
        study.waiting |= {head.uid for head in grown}
        if last:
            study.fetching.growing = False
            for uid in study.sets.keys() - study.waiting:
                self._complete(study, study.heads[uid])
        for at, head in enumerate(grown if not study.fetching.put_off else ()):
            self._describe(study, head, at)
        self._settle_when_known(study)

    def _has_news(self, study: OpenStudy, head: SeriesHead) -> bool:
        """A site that does not count instances is asked for the series once more."""
        known = study.heads.get(head.uid)
        return known is None or not head.instances or head.instances != known.instances

    def _describe(self, study: OpenStudy, head: SeriesHead, at: int) -> None:
        source, suv = self._sources[study.ref.site], self._suv
        demand = self._fetcher.demand(study.fetching)

        def came(series: Series, coming: int) -> None:
            part = described(study.ref, series, suv)
            self._jobs.bring_home(lambda: self._partly(study, head, part, coming))

        def work() -> Described:
            if isinstance(source, PiecewiseSource):
                series = source.arriving(study.ref, head.uid, came)
            else:
                series = source.metadata(study.ref, head.uid, demand)
            return described(study.ref, series, suv)

        asked = self._jobs.run(
            work,
            lane=f"heads:{study.ref.site}",
            priority=study.fetching.base + _METADATA + at,
        )
        study.describing[head.uid] = asked
        asked.then(partial(self._described, study, head))

    def _partly(self, study: OpenStudy, head: SeriesHead, part: Described, coming: int) -> None:
        """What came of a series so far: to be looked at. What comes to an open study later is
        told when all of it is here."""
        if self._gone(study) or study.job.done or head.uid not in study.waiting:
            return
        if part.head is not None:
            study.written[head.uid] = part.head
        self._show(study, head, part.sets, coming)

    def _described(self, study: OpenStudy, head: SeriesHead, job: Job[Described]) -> None:
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

    def _take_in(self, study: OpenStudy, head: SeriesHead, sets: Sequence[DisplaySet]) -> None:
        """Count, show, fetch; what was there before stays what it was."""
        before = study.sets.get(head.uid, ())
        marked = self._show(study, head, sets)
        more = arrivals.more_frames(before, study.sets[head.uid])
        if study.job.done and more and not study.ahead:
            name = head.description or head.modality
            self.news.emit((study.ref, tr("{n} more images arrived: {name}", n=more, name=name)))
        self._complete(study, head)
        for uid in marked:
            self._tell_doubts(study, study.heads[uid])

    def _show(
        self, study: OpenStudy, head: SeriesHead, sets: Sequence[DisplaySet], coming: int = 0
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
        if words := study.new_conflict():
            self._tell(study.ref, words)
        return marked

    def _marked(self, study: OpenStudy, newest: SeriesUID) -> set[SeriesUID]:
        """Other series that share an identifier with this one: they say so too, now."""
        found = study.filed.marked(study.sets, newest)
        study.sets.update(found)
        others = found.keys() - {newest}
        for each in (each for uid in others for each in study.sets[uid]):
            self._fetcher.know(each)
        return others

    def _complete(self, study: OpenStudy, head: SeriesHead) -> None:
        """What is doubtful of a series is said, and the rest of it is fetched."""
        if not study.fetching.growing:
            self._tell_doubts(study, head)
        at = list(study.heads).index(head.uid)
        for each in study.sets[head.uid]:
            self._fetcher.fetch_all(study.fetching, each, at)

    def _settle_when_known(self, study: OpenStudy) -> None:
        if study.waiting or self._gone(study):
            return
        study.asking = False
        if not study.fetching.growing:
            study.job.settle(None)
        if study.again and not self._gone(study):
            self._list(study)

    def _gone(self, study: OpenStudy) -> bool:
        return self._studies.get(study.ref) is not study

    def _tell_doubts(self, study: OpenStudy, head: SeriesHead) -> None:
        for words in study.new_doubts(head):
            self._tell(study.ref, words)
