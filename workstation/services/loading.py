"""Loader: what is fetched next. What is looked at, then outward from it, then the rest.

The first image waits for the metadata of its own series and for nothing else. A frame
is fetched once, whoever asks; a series or frame that fails is told and the rest goes on.
"""

import threading
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Final

from attrs import define, field, frozen

from workstation.dicom.display_sets import display_sets
from workstation.domain.identifiers import FrameKey, SeriesUID, SiteId, StudyRef
from workstation.domain.study import DisplaySet, Frame
from workstation.errors import NotDisplayable, WorkstationError
from workstation.imaging.pixels import FramePixels
from workstation.services.frames import FrameStore
from workstation.services.jobs import Job, Jobs
from workstation.services.ports import FrameSource, SeriesHead
from workstation.services.signal import Signal
from workstation.text import tr

#: Workers of a site for what is looked at, and for whole series behind it.
FRAME_WORKERS: Final = 4
SERIES_WORKERS: Final = 2
#: Neighbours fetched singly around the frame that is looked at.
AHEAD: Final = 4
#: Failures that a second look may cure.
PASSING: Final = frozenset({"not-delivered", "incomplete-answer", "decoder-crashed"})
#: Objects without images to look at come after those with.
_NOT_IMAGES: Final = frozenset({"SR", "PR", "KO", "DOC", "SEG", "RTSTRUCT", "RTPLAN", "REG"})

_LIST, _LOOKED, _NEIGHBOUR, _METADATA = 0, 0, 2, 10
_PRIOR: Final = 1000


@frozen
class SetProgress:
    """How far a display set is."""

    loaded: int
    failed: int
    total: int


@define(eq=False)
class _Study:
    ref: StudyRef
    first: bool
    job: Job[None]
    stop: threading.Event = field(factory=threading.Event)
    order: list[SeriesUID] = field(factory=list)
    sets: dict[SeriesUID, tuple[DisplaySet, ...]] = field(factory=dict)
    waiting: set[SeriesUID] = field(factory=set)  # metadata on its way
    lost: int = 0  # series whose metadata could not be had
    looked: dict[str, int] = field(factory=dict)  # display set -> frame index
    queued: dict[str, dict[FrameKey, Job[FramePixels]]] = field(factory=dict)

    @property
    def base(self) -> int:
        return 0 if self.first else _PRIOR

    @property
    def known(self) -> tuple[DisplaySet, ...]:
        return tuple(each for uid in self.order for each in self.sets.get(uid, ()))


@define(eq=False)
class _Count:
    total: int
    loaded: int = 0
    failed: int = 0


class Loader:
    """Owned by the application, lives on the home thread."""

    def __init__(
        self, sources: Mapping[SiteId, FrameSource], store: FrameStore, jobs: Jobs
    ) -> None:
        self._sources = sources
        self._store = store
        self._jobs = jobs
        self._studies: dict[StudyRef, _Study] = {}
        self._counts: dict[str, _Count] = {}
        self._set_of: dict[FrameKey, str] = {}
        self._asked: set[FrameKey] = set()  # singly, queued or on their way
        self._started: set[FrameKey] = set()  # singly, on their way
        self._lock = threading.Lock()
        self._arrivals: deque[tuple[_Study, Frame, FramePixels | NotDisplayable]] = deque()
        self.study_ready: Signal[tuple[StudyRef, tuple[DisplaySet, ...]]] = Signal()
        self.frame_arrived: Signal[FrameKey] = Signal()
        self.problems: Signal[tuple[StudyRef, str]] = Signal()
        for site in sources:
            jobs.lane(f"frames:{site}", FRAME_WORKERS)
            jobs.lane(f"series:{site}", SERIES_WORKERS)

    # --- asking ---------------------------------------------------------------

    def open(self, ref: StudyRef, *, first: bool) -> Job[None]:
        """Load a study; `first`: the current one, before priors. Settles when every
        series is described; its frames come after that, each by `frame_arrived`."""
        if ref in self._studies:
            return self._studies[ref].job
        study = _Study(ref, first, Job())
        self._studies[ref] = study
        self._store.protect(ref)
        source = self._sources[ref.site]
        asked = self._jobs.run(
            lambda: source.series(ref), lane=f"frames:{ref.site}", priority=study.base + _LIST
        )
        asked.then(lambda job: self._listed(study, job))
        return study.job

    def look_at(self, display_set: DisplaySet, frame_index: int) -> None:
        """That frame next, then outward from it; what was asked before waits behind."""
        study = self._studies.get(StudyRef(display_set.site, display_set.study))
        if study is None or not display_set.frames:
            return
        self._put_back(study, display_set.id)
        study.looked[display_set.id] = frame_index
        near = outward(len(display_set.frames), frame_index)[: 2 * AHEAD + 1]
        for at, index in enumerate(near):
            priority = study.base + (_LOOKED if at == 0 else _NEIGHBOUR + at)
            self._fetch(study, display_set.id, display_set.frames[index], priority)

    def progress(self, display_set_id: str) -> SetProgress:
        count = self._counts.get(display_set_id, _Count(0))
        return SetProgress(count.loaded, count.failed, count.total)

    def complete(self, ref: StudyRef) -> bool:
        """Every series is described or told as lost, every frame loaded or failed."""
        study = self._studies.get(ref)
        if study is None or not study.job.done:
            return False
        counts = [self._counts[each.id] for each in study.known]
        return all(count.loaded + count.failed == count.total for count in counts)

    def lost_series(self, ref: StudyRef) -> int:
        """Series of the study that could not even be described: it is incomplete."""
        study = self._studies.get(ref)
        return study.lost if study is not None else 0

    def display_sets(self, ref: StudyRef) -> tuple[DisplaySet, ...]:
        study = self._studies.get(ref)
        return study.known if study is not None else ()

    def close(self, ref: StudyRef) -> None:
        """Stop fetching and forget the images."""
        study = self._studies.pop(ref, None)
        if study is not None:
            study.stop.set()
            for each in study.known:
                self._counts.pop(each.id, None)
                for frame in each.frames:
                    self._set_of.pop(frame.key, None)
                    self._asked.discard(frame.key)
            for set_id in list(study.queued):
                self._put_back(study, set_id)
        self._store.drop(ref)

    # --- series ---------------------------------------------------------------

    def _listed(self, study: _Study, job: Job[tuple[SeriesHead, ...]]) -> None:
        if self._gone(study):
            return
        if job.error is not None:
            self._tell(study, str(job.error))
            study.job.settle(None, job.error)
            return
        heads = sorted(job.result(), key=_series_order)
        study.order = [head.uid for head in heads]
        study.waiting = set(study.order)
        source = self._sources[study.ref.site]
        for at, head in enumerate(heads):

            def described(uid: SeriesUID = head.uid) -> tuple[DisplaySet, ...]:
                return display_sets(study.ref, source.metadata(study.ref, uid))

            asked = self._jobs.run(
                described,
                lane=f"frames:{study.ref.site}",
                priority=study.base + _METADATA + at,
            )
            asked.then(lambda job, head=head: self._described(study, head, job))  # type: ignore[misc]
        self._settle_when_known(study)

    def _described(self, study: _Study, head: SeriesHead, job: Job[tuple[DisplaySet, ...]]) -> None:
        if self._gone(study):
            return
        study.waiting.discard(head.uid)
        if job.error is not None:
            study.lost += 1
            name = head.description or head.modality
            self._tell(study, tr("Series {name} is missing: {why}", name=name, why=job.error))
        else:
            study.sets[head.uid] = job.result()
            self._begin(study, job.result())
        self._settle_when_known(study)

    def _begin(self, study: _Study, sets: Sequence[DisplaySet]) -> None:
        """Count, show, fetch: the frame in the middle unless the viewer looks elsewhere."""
        for each in sets:
            self._counts[each.id] = _Count(len(each.frames))
            self._set_of.update({frame.key: each.id for frame in each.frames})
        self.study_ready.emit((study.ref, study.known))
        for each in sets:
            if self._gone(study) or not each.frames:
                continue
            if each.id not in study.looked:
                middle = len(each.frames) // 2
                self._fetch(study, each.id, each.frames[middle], study.base + _NEIGHBOUR + AHEAD)
            self._fetch_rest(study, each)

    def _settle_when_known(self, study: _Study) -> None:
        if not study.waiting:
            study.job.settle(None)

    # --- frames ---------------------------------------------------------------

    def _fetch(self, study: _Study, set_id: str, frame: Frame, priority: int) -> None:
        """One frame by itself, unless it is here or on its way."""
        key = frame.key
        failure = self._store.failure(key)
        if failure is not None and failure.reason in PASSING:
            self._store.forgive(key)
            self._counts[set_id].failed -= 1
        elif failure is not None:
            return
        if key in self._asked or self._store.get(key) is not None:
            return
        self._asked.add(key)
        source = self._sources[study.ref.site]

        def fetch() -> FramePixels:
            self._started.add(key)
            return source.frame(frame)

        job = self._jobs.run(fetch, lane=f"frames:{study.ref.site}", priority=priority)
        study.queued.setdefault(set_id, {})[key] = job
        job.then(lambda done: self._fetched(study, frame, done))

    def _fetched(self, study: _Study, frame: Frame, job: Job[FramePixels]) -> None:
        self._asked.discard(frame.key)
        self._started.discard(frame.key)
        study.queued.get(self._set_of.get(frame.key, ""), {}).pop(frame.key, None)
        if isinstance(job.error, WorkstationError):
            self._take(study, frame, _as_failure(job.error))
        elif job.error is None:
            self._take(study, frame, job.result())

    def _fetch_rest(self, study: _Study, display_set: DisplaySet) -> None:
        """Everything else of a display set, in as few requests as the site allows."""
        start = study.looked.get(display_set.id, len(display_set.frames) // 2)
        frames = [display_set.frames[i] for i in outward(len(display_set.frames), start)]
        source = self._sources[study.ref.site]
        at = study.order.index(display_set.series)

        def work() -> None:
            source.frames(
                frames, lambda frame, result: self._arrived(study, frame, result), study.stop.is_set
            )

        job = self._jobs.run(work, lane=f"series:{study.ref.site}", priority=study.base + at)
        job.then(lambda done: self._rest_done(study, display_set, done))

    def _arrived(self, study: _Study, frame: Frame, result: FramePixels | NotDisplayable) -> None:
        """On a worker: bring it home, many at a time."""
        with self._lock:
            first = not self._arrivals
            self._arrivals.append((study, frame, result))
        if first:
            self._jobs.bring_home(self._drain)

    def _drain(self) -> None:
        with self._lock:
            arrived = list(self._arrivals)
            self._arrivals.clear()
        for study, frame, result in arrived:
            self._take(study, frame, result)

    def _take(self, study: _Study, frame: Frame, result: FramePixels | NotDisplayable) -> None:
        """Into the store, counted once; a frame that is here is not replaced."""
        key = frame.key
        if self._gone(study) or self._store.get(key) is not None:
            return
        count = self._counts[self._set_of[key]]
        failed_before = self._store.failure(key) is not None
        if isinstance(result, NotDisplayable):
            self._store.fail(key, result)
            count.failed += 0 if failed_before else 1
        else:
            self._store.put(key, result)
            count.failed -= 1 if failed_before else 0
            count.loaded += 1
        self.frame_arrived.emit(key)

    def _rest_done(self, study: _Study, display_set: DisplaySet, job: Job[None]) -> None:
        """What did not come is failed, and said once for the display set."""
        self._drain()
        if self._gone(study):
            return
        if isinstance(job.error, WorkstationError):
            for frame in display_set.frames:
                missing = self._store.get(frame.key) is None
                if missing and self._store.failure(frame.key) is None:
                    self._take(study, frame, _as_failure(job.error))
        progress = self.progress(display_set.id)
        if progress.failed:
            self._tell(study, self._words(display_set, progress))

    def _words(self, display_set: DisplaySet, progress: SetProgress) -> str:
        failures = (self._store.failure(frame.key) for frame in display_set.frames)
        why = next((str(each) for each in failures if each is not None), "")
        return tr(
            "{label}: {failed} of {total} images cannot be shown. {why}",
            label=display_set.label,
            failed=progress.failed,
            total=progress.total,
            why=why,
        )

    # --- small ----------------------------------------------------------------

    def _gone(self, study: _Study) -> bool:
        return self._studies.get(study.ref) is not study

    def _tell(self, study: _Study, words: str) -> None:
        self.problems.emit((study.ref, words))

    def _put_back(self, study: _Study, set_id: str) -> None:
        """Forget what is queued singly for a display set; what is on its way may come."""
        queued = study.queued.get(set_id, {})
        for key in [key for key in queued if key not in self._started]:
            queued.pop(key).cancel()
            self._asked.discard(key)


def outward(count: int, start: int) -> list[int]:
    """Indices from `start` to both sides, nearest first: 5, 4, 6, 3, 7, ..."""
    start = min(max(start, 0), count - 1)
    return sorted(range(count), key=lambda index: (abs(index - start), index > start))


def _series_order(head: SeriesHead) -> tuple[bool, int, str]:
    """Images before documents, then as the site numbers them."""
    return head.modality in _NOT_IMAGES, head.number or 0, head.uid


def _as_failure(error: WorkstationError) -> NotDisplayable:
    return (
        error if isinstance(error, NotDisplayable) else NotDisplayable(str(error), "not-delivered")
    )
