"""Volumes that several phases of one place give together: made by a worker, and held while a view
shows them; what they are made of is held as it was.
"""

from collections.abc import Callable, Collection, Sequence

from attrs import define, field

from workstation.domain.identifiers import FrameKey, StudyRef
from workstation.domain.study import DisplaySet
from workstation.imaging.over_time import How, Phase, bytes_of, combined
from workstation.imaging.volume_voxels import Volume
from workstation.services.images.frames import FrameStore
from workstation.services.images.loading import Loader
from workstation.services.jobs import Job
from workstation.services.viewer.volumes import Volumes
from workstation.text import tr

#: Phases by the ids of their display sets, in their order, and what of them.
Asked = tuple[tuple[str, ...], How]


@define(eq=False)
class _Row:
    sets: tuple[DisplaySet, ...]
    how: How
    waiting: set[FrameKey] = field(factory=set)
    volume: Volume | None = None
    why: str = ""
    beside: int = 0
    job: Job[None] = field(factory=Job)

    @property
    def ref(self) -> StudyRef:
        return StudyRef(self.sets[0].site, self.sets[0].study)


class OverTime:
    """Home thread; owned by the screen. `changed` is told when there is another to be seen."""

    def __init__(
        self, volumes: Volumes, store: FrameStore, loader: Loader, changed: Callable[[], None]
    ) -> None:
        self._volumes, self._store, self._loader = volumes, store, loader
        self._changed = changed
        self._rows: dict[Asked, _Row] = {}
        loader.frame_arrived.connect(self._arrived)

    def only(self, asked: Collection[Asked]) -> None:
        """All others are let go of."""
        for gone in [key for key in self._rows if key not in asked]:
            row = self._rows.pop(gone)
            self._store.hold_beside(row.ref, -row.beside)
            row.job.settle(None)

    def being_made(self) -> Job[None] | None:
        """For a command that waits: none while images are on their way, which may never come."""
        made = [row.job for row in self._rows.values() if not row.waiting and not row.job.done]
        return made[-1] if made else None

    def volume(self, sets: Sequence[DisplaySet], how: How) -> tuple[Volume | None, str]:
        """Of these phases in this order, or why it is not here."""
        key = tuple(each.id for each in sets), how
        row = self._rows.get(key)
        if row is None:
            row = self._rows[key] = _Row(tuple(sets), how)
            self._begin(row)
        return row.volume, "" if row.volume is not None else row.why or self._wait(row)

    # --- inside ---

    def _wait(self, row: _Row) -> str:
        if row.waiting:
            total = sum(len(each.frames) for each in row.sets)
            here = total - len(row.waiting)
            return tr("phases wait for all images: {n} of {total} here", n=here, total=total)
        return tr("phases are being put together")

    def _begin(self, row: _Row) -> None:
        row.waiting = {
            frame.key
            for each in row.sets
            for frame in each.frames
            if not self._store.has(frame.key)
        }
        if not row.waiting:
            self._make(row)

    def _arrived(self, key: FrameKey) -> None:
        for row in [each for each in self._rows.values() if key in each.waiting]:
            row.waiting.discard(key)
            if not row.waiting:
                self._make(row)

    def _make(self, row: _Row) -> None:
        needed = bytes_of(row.sets, row.how)
        if needed > self._loader.free:
            row.why = tr("there is not enough memory for what these phases give together")
            row.job.settle(None)
            return
        row.beside = needed
        self._store.hold_beside(row.ref, needed)
        phases = [Phase(each, self._volumes.frames_of(each).pixels) for each in row.sets]
        made = self._volumes.work(lambda: combined(phases, row.how))
        made.then(lambda job: self._came(row, job))

    def _came(self, row: _Row, job: Job[Volume]) -> None:
        if row not in self._rows.values():
            return  # another was asked for, or the case was left
        if job.error is not None:
            row.why = str(job.error)
        else:
            row.volume = job.result()
        row.job.settle(None)
        self._changed()
