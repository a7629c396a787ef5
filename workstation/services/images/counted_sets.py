"""What came of the display sets of the open studies: counted, kept, told, each frame once."""

import threading
from collections import deque
from typing import Final

from attrs import define, evolve, field, frozen

from workstation.domain.identifiers import FrameKey, StudyRef
from workstation.domain.study import DisplaySet, Frame
from workstation.errors import NotDisplayable
from workstation.imaging.pixels import FramePixels
from workstation.services.images.frames import FrameStore, decoded_bytes
from workstation.services.jobs import Job, Jobs
from workstation.services.ports.images import Fetched
from workstation.services.signal import Signal
from workstation.text import tr

#: Failures of the line: what they cost is asked for again without anybody looking.
BROKEN_LINE: Final = frozenset({"not-delivered", "incomplete-answer"})
PRIOR: Final = 1000


@frozen
class SetProgress:
    """How far a display set is."""

    loaded: int
    failed: int
    total: int


@define(eq=False)
class Fetching:
    """One open study: what is looked at, and what is under way."""

    ref: StudyRef
    first: bool
    stop: threading.Event = field(factory=threading.Event)
    looked: dict[str, int] = field(factory=dict)  # display set -> frame index
    queued: dict[str, dict[FrameKey, Job[FramePixels]]] = field(factory=dict)
    attempts: dict[str, int] = field(factory=dict)  # display set -> broken-off attempts
    ahead: bool = False  # nobody opened it yet: it has a budget of the line
    growing: bool = False  # more of it is being read: nothing is fetched but what is looked at
    put_off: bool = False  # the line is another one's: nothing is fetched

    @property
    def base(self) -> int:
        return 0 if self.first else PRIOR


@define(eq=False)
class _Set:
    """One display set, and how far it is."""

    shown: DisplaySet
    decoded: bool  # everything of it fits the memory decoded
    loaded: int = 0
    failed: int = 0
    begun: bool = False  # the rest of it was asked for


class CountedSets:
    """What `services.images.fetching.Fetcher` builds on. Home thread."""

    def __init__(self, store: FrameStore, jobs: Jobs) -> None:
        self.frame_arrived: Signal[FrameKey] = Signal()
        self._store, self._jobs = store, jobs
        self._studies: dict[StudyRef, Fetching] = {}
        self._sets: dict[str, _Set] = {}
        self._set_of: dict[FrameKey, str] = {}
        self._asked: set[FrameKey] = set()  # singly, queued or on their way
        self._lock = threading.Lock()
        self._arrivals: deque[tuple[Fetching, Frame, Fetched]] = deque()

    def know(self, shown: DisplaySet) -> None:
        """A display set, or more frames of one that was known: counted from what is here."""
        before = self._sets.get(shown.id)
        keys = [frame.key for frame in shown.frames]
        begun = before is not None and before.begun
        decoded = before.decoded if before is not None and begun else self._fits(shown)
        self._sets[shown.id] = _Set(
            shown,
            decoded,
            sum(self._store.has(key) for key in keys),
            sum(self._store.failure(key) is not None for key in keys),
            begun,
        )
        self._set_of.update(dict.fromkeys(keys, shown.id))

    def forget(self, set_id: str) -> None:
        """A display set that is no more; its frames may be in another one by now."""
        known = self._sets.pop(set_id, None)
        for frame in known.shown.frames if known is not None else ():
            if self._set_of.get(frame.key) == set_id:
                del self._set_of[frame.key]
                self._asked.discard(frame.key)

    def progress(self, set_id: str) -> SetProgress:
        known = self._sets.get(set_id)
        if known is None:
            return SetProgress(0, 0, 0)
        return SetProgress(known.loaded, known.failed, len(known.shown.frames))

    # --- arriving -------------------------------------------------------------

    def _arrived(self, study: Fetching, frame: Frame, result: Fetched) -> None:
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

    def _take(self, study: Fetching, frame: Frame, result: Fetched) -> None:
        """Into the store, counted once; a frame that is here is not replaced."""
        key = frame.key
        known = self._sets.get(self._set_of.get(key, ""))
        if self._gone(study) or known is None:
            return
        if (here := self._store.get(key)) is not None:
            if isinstance(result, FramePixels) and result.note != here.note:  # said afterwards
                self._store.put(key, evolve(here, note=result.note))
                self.frame_arrived.emit(key)
            return
        was_here, failed_before = self._store.has(key), self._store.failure(key) is not None
        if isinstance(result, NotDisplayable):
            self._store.fail(key, result)
            known.failed += 0 if failed_before or was_here else 1
        else:
            self._store.put(key, result)
            known.failed -= 1 if failed_before else 0
            known.loaded += 0 if was_here else 1
        self.frame_arrived.emit(key)

    # --- small ----------------------------------------------------------------

    def _line_broke(self, frame: Frame) -> bool:
        failure = self._store.failure(frame.key)
        return failure is not None and failure.reason in BROKEN_LINE

    def _words(self, shown: DisplaySet, progress: SetProgress) -> str:
        failures = (self._store.failure(frame.key) for frame in shown.frames)
        why = next((str(each) for each in failures if each is not None), "")
        return tr(
            "{label}: {failed} of {total} images cannot be shown. {why}",
            label=shown.label,
            failed=progress.failed,
            total=progress.total,
            why=why,
        )

    @property
    def free(self) -> int:
        """Bytes of the ceiling that are promised to no display set."""
        promised = (set_bytes(each.shown) for each in self._sets.values() if each.decoded)
        return max(0, self._store.room - sum(promised))

    def _fits(self, shown: DisplaySet) -> bool:
        """Whether all of it may be held decoded beside what is promised already."""
        others = (each for set_id, each in self._sets.items() if set_id != shown.id)
        promised = [each.shown for each in others if each.decoded]
        return self._store.room >= sum(map(set_bytes, [*promised, shown]))

    def _gone(self, study: Fetching) -> bool:
        return self._studies.get(study.ref) is not study


def set_bytes(shown: DisplaySet) -> int:
    """What all its frames take, decoded."""
    return sum(decoded_bytes(frame.pixels) for frame in shown.frames)
