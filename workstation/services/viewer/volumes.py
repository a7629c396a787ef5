"""The volumes of the open case: made of its frames when somebody asks for a reformat.

Slices are copied on a worker, a few at a time, and then stand in for the frames they came
from: a study is held once, and the step costs the memory of a few slices. Only where voxels
are other values than the frames' (each slice rescales by itself, colour) both are held.
Every view, window and tool takes the one volume of a display set from here. Of a series that
memory has no room for, that is one of fewer voxels, to look at and for nothing else.
"""

from collections.abc import Callable, Iterable
from typing import Any, Final, TypeVar

from attrs import define, field
from numpy.typing import NDArray

from workstation.domain.geometry import ImagePlane
from workstation.domain.identifiers import FrameKey, StudyRef
from workstation.domain.study import DisplaySet
from workstation.errors import WorkstationError
from workstation.imaging.colour import why_not
from workstation.imaging.fewer_voxels import FewerVoxels
from workstation.imaging.pixels import FramePixels
from workstation.imaging.volume_voxels import Volume, VolumeDraft, why_no_volume
from workstation.services.images.frames import FrameStore
from workstation.services.images.loading import Loader
from workstation.services.jobs import Job, Jobs
from workstation.services.signal import Signal
from workstation.services.viewer.larger_series import (
    FramesHeld,
    Thinning,
    is_larger,
    only_seen,
)
from workstation.text import tr
from workstation.viewing.viewport import SlabMode

#: What the pixels of a plane hold, of so many columns and rows, of a slab so thick: values as
#: voxels are stored, NaN where there is none.
Samples = Callable[[Volume, ImagePlane, tuple[int, int], float, SlabMode], NDArray[Any]]

_Made = TypeVar("_Made")

LANE: Final = "volumes"
#: Slices copied in one go: some milliseconds, and some megabytes that are held twice.
_AT_ONCE: Final = 16
#: So much is held twice, and no more.
_MOVED_BYTES: Final = 64 << 20


@define(eq=False)
class _Wanted:
    display_set: DisplaySet
    refusal: str = ""  # it will never be one
    lacking: str = ""  # an image is not to be had now
    job: Job[None] = field(factory=Job)
    begun: bool = False  # of all its frames, which are here
    draft: VolumeDraft | Thinning | None = None
    order: tuple[int, ...] = ()  # of its slices, as they are copied
    done: int = 0  # slices copied
    moved: int = 0  # bytes that nobody needs where they were, and nobody was told of
    beside: int = 0  # bytes taken beside the frames
    volume: Volume | None = None

    @property
    def ref(self) -> StudyRef:
        return StudyRef(self.display_set.site, self.display_set.study)


class Volumes:
    """Owned by the application, lives on the home thread."""

    def __init__(self, store: FrameStore, loader: Loader, jobs: Jobs, sample: Samples) -> None:
        self.sample = sample
        #: A volume is here, is further, or cannot be made: by the id of its display set.
        self.changed: Signal[str] = Signal()
        #: Slices of a volume stand in for the frames of this study they came from: what held
        #: those beside us may let go.
        self.moved: Signal[StudyRef] = Signal()
        self._store = store
        self._loader = loader
        self._jobs = jobs
        self._wanted: dict[str, _Wanted] = {}
        jobs.lane(LANE, 1)
        loader.frame_arrived.connect(self._arrived)

    def want(self, display_set: DisplaySet) -> Job[None]:
        """Make it as soon as all its frames are here; settles when it is, or cannot be made."""
        wanted = self._wanted.get(display_set.id)
        if wanted is None:
            refusal = why_no_volume(display_set)
            wanted = self._wanted[display_set.id] = _Wanted(display_set, refusal)
            self._try(wanted)
        return wanted.job

    def being_made(self, display_set: DisplaySet) -> Job[None] | None:
        """`want`, for a command that waits: none while images are still on their way, which
        may never come; the view says how many are here."""
        job, progress = self.want(display_set), self._loader.progress(display_set.id)
        return job if progress.loaded + progress.failed >= progress.total else None

    def get(self, display_set: DisplaySet) -> Volume | None:
        """With every voxel; None where it is not here, or memory has no room for it."""
        volume = self.to_see(display_set)
        return None if isinstance(volume, FewerVoxels) else volume

    def to_see(self, display_set: DisplaySet) -> Volume | None:
        """The same, or one of fewer voxels: to look at, and for nothing else."""
        wanted = self._wanted.get(display_set.id)
        return None if wanted is None else wanted.volume

    def frames_of(self, display_set: DisplaySet) -> FramesHeld:
        """One by one, for a worker that needs no more than a few of them at a time."""
        return FramesHeld.of(display_set, self._store, self._loader)

    def work(self, make: Callable[[], _Made]) -> Job[_Made]:
        """Something that is made of voxels, by the worker that makes volumes."""
        return self._jobs.run(make, lane=LANE)

    def missing(self, display_set: DisplaySet) -> str:
        """Why it is not here with every voxel, in the reader's words; empty where it is."""
        if isinstance(self.to_see(display_set), FewerVoxels):
            return only_seen()
        return self.not_seen(display_set)

    def not_seen(self, display_set: DisplaySet) -> str:
        """Why there is nothing of it to look at; empty where there is."""
        wanted = self._wanted.get(display_set.id)
        if wanted is None or wanted.volume is not None:
            return ""
        if why := wanted.refusal or wanted.lacking:
            return tr("no reformat: {why}", why=why)
        total = len(display_set.frames)
        if wanted.draft is not None:
            return tr("the volume is being made: {n} of {total}", n=wanted.done, total=total)
        here = self._loader.progress(display_set.id).loaded
        return tr("reformats wait for all images: {n} of {total} here", n=here, total=total)

    def know(self, display_sets: Iterable[DisplaySet]) -> None:
        """More images came to a series: what was made of fewer is made again."""
        for each in display_sets:
            wanted = self._wanted.get(each.id)
            if wanted is not None and len(wanted.display_set.frames) != len(each.frames):
                del self._wanted[each.id]
                self._store.hold_beside(wanted.ref, -wanted.beside)
                wanted.job.settle(None)
                self.want(each)

    def forget(self) -> None:
        """The case is left: its voxels go with its frames."""
        left = list(self._wanted.values())
        self._wanted.clear()
        for each in left:
            self._store.hold_beside(each.ref, -each.beside)
            each.job.settle(None)
        self._jobs.run(left.clear, lane=LANE)  # the system takes its time for so much memory

    # --- inside --------------------------------------------------------------------------

    def _arrived(self, key: FrameKey) -> None:
        for wanted in list(self._wanted.values()):
            own = wanted.display_set.series == key.series
            if own and not (wanted.begun or wanted.refusal):
                self._try(wanted)

    def _try(self, wanted: _Wanted) -> None:
        progress = self._loader.progress(wanted.display_set.id)
        complete = progress.total and progress.loaded + progress.failed >= progress.total
        wanted.lacking = self._lacking(wanted.display_set) if complete else ""
        if wanted.refusal or wanted.lacking:
            wanted.job.settle(None)
        elif complete:
            self._begin(wanted)
        self.changed.emit(wanted.display_set.id)

    def _lacking(self, display_set: DisplaySet) -> str:
        """Which image is not there: what lies in its place is not guessed."""
        for number, frame in enumerate(display_set.frames, 1):
            failure = self._store.failure(frame.key)
            reason = why_not(frame) or (str(failure) if failure is not None else "")
            if reason:
                return tr("image {n} cannot be shown: {why}", n=number, why=reason)
        return ""

    def _begin(self, wanted: _Wanted) -> None:
        wanted.begun = True
        if is_larger(wanted.display_set, self._store):
            self._thin(wanted)
            return
        first = self._store.get(wanted.display_set.frames[0].key)
        if first is None:
            self._give_up(wanted, tr("image {n} is not here any more", n=1))
            return
        wanted.draft = VolumeDraft.begun(wanted.display_set, first)
        wanted.order = self._as_they_lie(wanted.display_set)
        self._copy_next(wanted)

    # --- of fewer voxels

    def _thin(self, wanted: _Wanted) -> None:
        series, room = self.frames_of(wanted.display_set), self._loader.free
        asked = self._jobs.run(lambda: Thinning.begun(series, room), lane=LANE)
        asked.then(lambda job: self._thinned(wanted, job))

    def _thinned(self, wanted: _Wanted, job: Job[Thinning]) -> None:
        """Some slices more of it are done."""
        if self._wanted.get(wanted.display_set.id) is not wanted:  # the case was left
            return
        if job.error is not None:
            self._give_up(wanted, str(job.error))
            return
        made = job.result()
        if wanted.draft is None:
            wanted.draft, wanted.beside = made, made.nbytes
            self._store.hold_beside(wanted.ref, made.nbytes)
        wanted.done, volume = made.done, made.volume
        if volume is None:
            on = self._jobs.run(made.go_on, lane=LANE)  # while the views say how far it is
            self.changed.emit(wanted.display_set.id)
            on.then(lambda job: self._thinned(wanted, job))
        else:
            self._finish(wanted, volume)

    # --- of every voxel

    def _as_they_lie(self, display_set: DisplaySet) -> tuple[int, ...]:
        """Slices in the order of memory: they came in another than they lie in the patient, and
        each block they came in can be let go as soon as all of it was copied."""

        def place(index: int) -> int:
            pixels = self._store.get(display_set.frames[index].key)
            return 0 if pixels is None else pixels.stored.ctypes.data

        return tuple(sorted(range(len(display_set.frames)), key=place))

    def _copy_next(self, wanted: _Wanted) -> None:
        assert isinstance(wanted.draft, VolumeDraft)
        draft, frames = wanted.draft, wanted.display_set.frames
        part = wanted.order[wanted.done : wanted.done + _AT_ONCE]
        sources = {index: self._store.get(frames[index].key) for index in part}

        def copy() -> dict[int, FramePixels]:
            """What stands in for the frames from now on."""
            views = {}
            for index, pixels in sources.items():
                if pixels is None:
                    raise WorkstationError(tr("image {n} is not here any more", n=index + 1))
                draft.fill(index, pixels)
                view = draft.slice_pixels(index, pixels)
                if view is not None:
                    views[index] = view
            sources.clear()
            return views

        asked = self._jobs.run(copy, lane=LANE)
        asked.then(lambda job: self._copied(wanted, wanted.done + len(part), job))

    def _copied(self, wanted: _Wanted, done: int, job: Job[dict[int, FramePixels]]) -> None:
        if self._wanted.get(wanted.display_set.id) is not wanted:  # the case was left
            return
        frames = wanted.display_set.frames
        if job.error is not None:
            self._give_up(wanted, str(job.error))
            return
        for index, view in job.result().items():
            self._store.put(frames[index].key, view)
        wanted.moved += sum(view.nbytes for view in job.result().values())
        wanted.done = done
        if wanted.moved >= _MOVED_BYTES or (wanted.moved and done == len(frames)):
            wanted.moved = 0
            self.moved.emit(wanted.ref)
        if done < len(frames):
            self.changed.emit(wanted.display_set.id)
            self._copy_next(wanted)
            return
        assert isinstance(wanted.draft, VolumeDraft)
        self._finish(wanted, wanted.draft.finished())

    # --- at the end

    def _finish(self, wanted: _Wanted, volume: Volume) -> None:
        wanted.volume, wanted.draft = volume, None
        self.changed.emit(wanted.display_set.id)
        wanted.job.settle(None)

    def _give_up(self, wanted: _Wanted, why: str) -> None:
        self._store.hold_beside(wanted.ref, -wanted.beside)
        wanted.refusal, wanted.draft, wanted.beside = why, None, 0
        wanted.job.settle(None)
        self.changed.emit(wanted.display_set.id)
