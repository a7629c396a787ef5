"""Fetcher: the frames of described display sets, in the order in which they are looked at.

One order for all: the frame on the screen, its neighbours, the rest of the study, its
priors. A frame is fetched once, whoever asks; one that fails is told and the rest goes on,
and what did not come because the line broke is asked for again by itself. What would not
fit the memory stays compressed and is decoded when it is looked at.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from workstation.domain.identifiers import FrameKey, SiteId, StudyRef
from workstation.domain.study import DisplaySet, Frame
from workstation.errors import NotDisplayable, WorkstationError
from workstation.imaging.pixels import FramePixels
from workstation.services.images.counted_sets import CountedSets
from workstation.services.images.counted_sets import Fetching as Fetching  # what is asked of it
from workstation.services.images.counted_sets import SetProgress as SetProgress  # and what it tells
from workstation.services.images.frames import FrameStore, decoded_bytes
from workstation.services.images.line_budget import LineBudget
from workstation.services.jobs import Job, Jobs
from workstation.services.ports.images import Demand, FrameSource

#: Workers of a site for what is looked at, for whole series behind it, and for first images of
#: studies that nobody opened yet.
FRAME_WORKERS: Final = 4
SERIES_WORKERS: Final = 2
AHEAD_WORKERS: Final = 2
#: Neighbours fetched singly around the frame that is looked at.
AHEAD: Final = 4
#: Failures that a second look may cure.
PASSING: Final = frozenset({"not-delivered", "incomplete-answer", "decoder-crashed"})
#: Seconds to the next attempt; the last one is repeated while the study is open.
AGAIN_S: Final = (5.0, 10.0, 20.0, 60.0)

LOOKED, NEIGHBOUR = 0, 2


class Fetcher(CountedSets):
    """Owned by `Loader`, lives on the home thread."""

    def __init__(
        self,
        sources: Mapping[SiteId, FrameSource],
        store: FrameStore,
        jobs: Jobs,
        tell: Callable[[StudyRef, str], None],
        budgets: Mapping[SiteId, LineBudget],
    ) -> None:
        super().__init__(store, jobs)
        self._sources = sources
        self._tell = tell
        self._budgets = budgets
        self._started: set[FrameKey] = set()  # singly, on their way

    def begin(self, study: Fetching) -> None:
        self._studies[study.ref] = study

    def close(self, ref: StudyRef) -> None:
        study = self._studies.pop(ref, None)
        if study is None:
            return
        self.interrupt(study)
        here = [i for i, s in self._sets.items() if (s.shown.site, s.shown.study) == _pair(ref)]
        for set_id in here:
            self.forget(set_id)

    def interrupt(self, study: Fetching) -> None:
        """Nothing more of it now, what is on its way neither; what is here stays."""
        study.put_off = True
        study.stop.set()
        study.stop = threading.Event()
        for queued in study.queued.values():
            for key, job in queued.items():
                job.cancel()
                self._asked.discard(key)
                self._started.discard(key)
            queued.clear()

    # --- asking ---------------------------------------------------------------

    def demand(self, study: Fetching) -> Demand:
        """Of one attempt: an interruption ends it alone."""
        stop = study.stop
        return Demand(stop.is_set, lambda nbytes: self._pace(study, nbytes, stop))

    def look_at(self, shown: DisplaySet, frame_index: int) -> None:
        """That frame next, then outward from it; what was asked before waits behind."""
        study = self._studies.get(StudyRef(shown.site, shown.study))
        if study is None or not shown.frames:
            return
        self._put_back(study, shown.id)
        study.looked[shown.id] = frame_index
        # Neighbours must not push out what is looked at, here or in another viewport.
        half = self._store.room // 2 // max(1, decoded_bytes(shown.frames[0].pixels))
        near = outward(len(shown.frames), frame_index)[: max(1, min(2 * AHEAD + 1, half))]
        for at, index in enumerate(near):
            priority = study.base + (LOOKED if at == 0 else NEIGHBOUR + at)
            self._fetch(study, shown.id, shown.frames[index], priority)

    def fetch_all(self, study: Fetching, shown: DisplaySet, at: int) -> None:
        """The frame in the middle unless the viewer looks elsewhere, then everything else.

        Of a study that nobody opened yet, before that the frame at which its view will begin.
        """
        if self._gone(study) or study.put_off or not shown.frames:
            return
        if study.ahead:
            self._fetch(study, shown.id, shown.frames[0], study.base + NEIGHBOUR)
        if shown.id not in study.looked:
            middle = shown.frames[len(shown.frames) // 2]
            self._fetch(study, shown.id, middle, study.base + NEIGHBOUR + AHEAD)
        if not study.growing:
            self._fetch_rest(study, shown, at)

    def _fetch(self, study: Fetching, set_id: str, frame: Frame, priority: int) -> None:
        """One frame by itself, unless it is here or on its way."""
        key = frame.key
        failure = self._store.failure(key)
        if failure is not None and failure.reason in PASSING:
            self._store.forgive(key)
            self._sets[set_id].failed -= 1
        elif failure is not None:
            return
        if key in self._asked or self._store.get(key) is not None:
            return
        self._asked.add(key)
        source, packed = self._sources[study.ref.site], self._store.packed(key)
        demand = self.demand(study)

        def fetch() -> FramePixels:
            self._started.add(key)
            return source.frame(frame, demand) if packed is None else source.unpack(frame, packed)

        lane = "ahead" if study.ahead else "frames"  # paced: nobody who looks waits behind it
        job = self._jobs.run(fetch, lane=f"{lane}:{study.ref.site}", priority=priority)
        study.queued.setdefault(set_id, {})[key] = job
        job.then(lambda done: self._fetched(study, frame, done))

    def _fetched(self, study: Fetching, frame: Frame, job: Job[FramePixels]) -> None:
        self._asked.discard(frame.key)
        self._started.discard(frame.key)
        study.queued.get(self._set_of.get(frame.key, ""), {}).pop(frame.key, None)
        if isinstance(job.error, WorkstationError):
            self._take(study, frame, _as_failure(job.error))
        elif job.error is None:
            self._take(study, frame, job.result())

    def _fetch_rest(self, study: Fetching, shown: DisplaySet, at: int) -> None:
        """Everything that is not here, in as few requests as the site allows."""
        start = study.looked.get(shown.id, len(shown.frames) // 2)
        order = [shown.frames[i] for i in outward(len(shown.frames), start)]
        frames = [frame for frame in order if not self._store.has(frame.key)]
        self._sets[shown.id].begun = True
        source, decoded = self._sources[study.ref.site], self._sets[shown.id].decoded
        demand = self.demand(study)

        def work() -> None:
            if demand.over():
                return
            source.frames(
                frames,
                lambda frame, result: self._arrived(study, frame, result),
                demand,
                decoded=decoded,
            )

        job = self._jobs.run(work, lane=f"series:{study.ref.site}", priority=study.base + at)
        job.then(lambda done: self._rest_done(study, shown, at, done))

    def _pace(self, study: Fetching, nbytes: int, stop: threading.Event) -> None:
        """On a worker. Once somebody opens the study, it has no budget any more."""
        budget = self._budgets.get(study.ref.site)
        if budget is not None and study.ahead:
            budget.pace(nbytes, lambda seconds: not stop.wait(seconds) and study.ahead)

    # --- afterwards -----------------------------------------------------------

    def _rest_done(self, study: Fetching, shown: DisplaySet, at: int, job: Job[None]) -> None:
        """What did not come is failed, said once for the display set, and asked for again."""
        self._drain()
        if self._gone(study) or shown.id not in self._sets:
            return
        if isinstance(job.error, WorkstationError):
            for frame in shown.frames:
                if not self._store.has(frame.key) and self._store.failure(frame.key) is None:
                    self._take(study, frame, _as_failure(job.error))
        progress = self.progress(shown.id)
        attempt = study.attempts.get(shown.id, 0)
        if progress.failed and not attempt:
            self._tell(study.ref, self._words(shown, progress))
        if any(self._line_broke(frame) for frame in shown.frames):
            study.attempts[shown.id] = attempt + 1
            wait = AGAIN_S[min(attempt, len(AGAIN_S) - 1)]
            self._jobs.later(wait, lambda: self._again(study, shown.id, at))

    def _again(self, study: Fetching, set_id: str, at: int) -> None:
        known = self._sets.get(set_id)
        if not (self._gone(study) or study.put_off) and known is not None:
            self._fetch_rest(study, known.shown, at)

    # --- small ----------------------------------------------------------------

    def _put_back(self, study: Fetching, set_id: str) -> None:
        """Forget what is queued singly for a display set; what is on its way may come."""
        queued = study.queued.get(set_id, {})
        for key in [key for key in queued if key not in self._started]:
            queued.pop(key).cancel()
            self._asked.discard(key)


def outward(count: int, start: int) -> list[int]:
    """Indices from `start` to both sides, nearest first: 5, 4, 6, 3, 7, ..."""
    start = min(max(start, 0), count - 1)
    return sorted(range(count), key=lambda index: (abs(index - start), index > start))


def _pair(ref: StudyRef) -> tuple[str, str]:
    return ref.site, ref.study


def _as_failure(error: WorkstationError) -> NotDisplayable:
    return (
        error if isinstance(error, NotDisplayable) else NotDisplayable(str(error), "not-delivered")
    )


def all_here(progress: Sequence[SetProgress]) -> bool:
    """Every frame is here or its failure is."""
    return all(each.loaded + each.failed == each.total for each in progress)
