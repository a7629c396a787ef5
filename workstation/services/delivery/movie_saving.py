"""A rendered volume turned once around, as a film in the study: any viewer plays it.

Its pictures are made one by one while the reader looks and writes, and stand still while he moves
anything; the film is filed in the archive of the site as our other documents are.
"""

import base64
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final, Protocol

import numpy as np
from attrs import define, field
from numpy.typing import NDArray

from workstation.domain.identifiers import SeriesUID, SiteId, StudyRef, derived_uid
from workstation.domain.reader import Reader
from workstation.domain.worklist import WorklistItem
from workstation.errors import CommandError
from workstation.imaging.surface import Surface
from workstation.imaging.volume_voxels import Volume
from workstation.services.delivery.document_writers import load_writers
from workstation.services.delivery.filings import Filing, FilingKind
from workstation.services.delivery.measurement_filing import MeasurementFiling
from workstation.services.images.described_images import described, head_of
from workstation.services.jobs import Job, Jobs
from workstation.services.ports.clock import Clock
from workstation.services.ports.images import FrameSource
from workstation.services.screen.viewed import Shown
from workstation.services.viewer.larger_series import need_every_voxel
from workstation.services.viewer.turntable import USUAL_S
from workstation.services.viewer.viewer import Viewer
from workstation.services.viewer.volumes import Volumes
from workstation.text import tr
from workstation.viewing.volume_look import VolumeLook, turned

#: Pictures of once around, five degrees apart, and pixels along a side of each.
PICTURES: Final = 72
SIDE: Final = 384
LANE: Final = "movie"
#: So long after something on the views has moved, they have the processor for themselves.
PAUSE_S: Final = 0.5
_LOOK_S: Final = 0.02
#: It takes a minute or more: how far it is, is said.
_TOLD: Final = (PICTURES // 4, PICTURES // 2, 3 * PICTURES // 4)
#: The Series Number of what is made here: behind those of a scanner, and of saved planes.
_NUMBER: Final = 9002


class Painter(Protocol):
    """Remembers the voxels from picture to picture; any thread, one at a time."""

    def __call__(
        self, shown: Shown, surfaces: tuple[Surface, ...], side: int, waits: Callable[[], None]
    ) -> NDArray[np.uint8]:
        """What a view of so many pixels along each side shows, (side, side, 3); `waits` is
        called every few milliseconds, and may."""
        ...


@define(eq=False)
class _Making:
    """A movie, as far as it is made."""

    item: WorklistItem
    reader: Reader
    at: datetime
    shown: Shown
    look: VolumeLook
    volume: Volume
    painter: Painter
    told: Callable[[int], None]
    done: Job[int] = field(factory=Job)
    pictures: list[NDArray[np.uint8]] = field(factory=list)

    def uid(self, what: str) -> str:
        """PS3.5 B.2: a UUID as a UID; each movie is an object of its own."""
        ref = self.item.ref
        named = [what, ref.site, ref.study, self.reader.id, self.shown.display_set.id]
        text = "\n".join((*named, self.at.isoformat()))
        return derived_uid(text)


class MovieSaving:
    """Owned by the application, home thread."""

    def __init__(
        self,
        viewer: Viewer,
        volumes: Volumes,
        filing: MeasurementFiling,
        sources: Mapping[SiteId, FrameSource],
        painter: Callable[[], Painter],
        jobs: Jobs,
        clock: Clock,
    ) -> None:
        self._viewer, self._volumes, self._filing = viewer, volumes, filing
        self._sources, self._painter, self._jobs = sources, painter, jobs
        self._clock = clock
        self._making: _Making | None = None
        self._moved = -PAUSE_S
        viewer.viewport_changed.connect(self._move)
        jobs.lane(LANE, 1)

    def save(
        self, item: WorklistItem, reader: Reader, told: Callable[[int], None] = lambda _: None
    ) -> Job[int]:
        """The volume on the active view, from where it is seen once around to the right.

        Settles with the number of pictures when the archive has it; `told` how many are made,
        now and then. Raises CommandError where no volume is shown, or a movie is being made
        already.
        """
        shown = self._viewer.shown(self._viewer.active)
        look = None if shown is None else shown.state.look
        if shown is None or look is None or shown.rendering is None:
            raise CommandError(tr("this view shows no volume: begin with volume rendering"))
        if shown.rendering.volume is None or not shown.is_here:
            raise CommandError(shown.missing or tr("the image is not here yet"))
        need_every_voxel(shown.rendering.volume)
        own = shown.display_set
        if (own.site, own.study) != (item.site, item.ref.study):
            raise CommandError(tr("a movie is saved in the study of the open case alone"))
        if self._making is not None:
            raise CommandError(tr("a movie is being made already"))
        at = self._clock.now().astimezone(self._filing.zone_of(item.site))
        made = self._making = _Making(
            item, Reader(reader.id, reader.name), at, shown, look, shown.rendering.volume,
            self._painter(), told,
        )  # fmt: skip
        self._viewer.saved_planes.add(SeriesUID(made.uid("series")))
        made.done.then(lambda _: self._end())
        self._next(made)
        return made.done

    # --- inside ---

    def _move(self, _index: int) -> None:
        self._moved = self._clock.monotonic()

    def _wait(self) -> None:
        """On the worker."""
        while self._clock.monotonic() < self._moved + PAUSE_S:
            time.sleep(_LOOK_S)

    def _end(self) -> None:
        self._making = None

    def _next(self, made: _Making) -> None:
        """One picture more, as long as the case is open."""
        if self._volumes.get(made.shown.display_set) is not made.volume:
            made.done.settle(None, CommandError(tr("the case was left: no movie was saved")))
            return
        if len(made.pictures) == PICTURES:
            self._write(made)
            return
        look = turned(made.look, len(made.pictures) * 360.0 / PICTURES, 0.0)
        shown = self._viewer.seen_with(made.shown, look)
        surfaces = self._viewer.structures.surfaces(shown)
        drawn = self._jobs.run(lambda: made.painter(shown, surfaces, SIDE, self._wait), lane=LANE)
        drawn.then(lambda job: self._drawn(made, job))

    def _drawn(self, made: _Making, job: Job[NDArray[np.uint8]]) -> None:
        if job.error is not None:
            made.done.settle(None, job.error)
            return
        made.pictures.append(job.result())
        if len(made.pictures) in _TOLD:
            made.told(len(made.pictures))
        self._next(made)

    def _write(self, made: _Making) -> None:
        source = self._sources[made.item.site]
        written = self._jobs.run(lambda: _document(made, source), lane=f"series:{made.item.site}")
        written.then(lambda job: self._file(made, job))

    def _file(self, made: _Making, written: Job[Filing]) -> None:
        if written.error is not None:
            made.done.settle(None, written.error)
            return
        filed = self._filing.file((written.result(),))  # sealed from here on, whatever comes
        filed.then(lambda job: made.done.settle(None if job.error else PICTURES, job.error))


def _document(made: _Making, source: FrameSource) -> Filing:
    load_writers()
    from workstation.dicom.display_pixels import Drawn, Said
    from workstation.dicom.movie_document import Movie, movie_document

    own, rendering = made.shown.display_set, made.shown.rendering
    assert rendering is not None
    instances = described(made.item, own, source)
    sop = made.uid("movie")
    head = head_of(own, instances, made.reader, made.at, made.uid("series"), sop)
    said = Said(
        head, own.modality, f"{own.label}, {rendering.preset.title}, turning",
        Drawn.by(rendering.preset.projection), "turned once around", _NUMBER,
        made.shown.frame.lossy_ratio,
    )  # fmt: skip
    frames = np.stack(made.pictures)
    made.pictures.clear()
    movie = Movie(said, USUAL_S / PICTURES)
    data = movie_document(movie, frames, [frame.key for frame in own.frames])
    ref = StudyRef(made.item.site, made.item.ref.study)
    body = base64.b64encode(data).decode()
    return Filing(sop, FilingKind.MOVIE, ref, made.item.accession, made.reader.id, made.at, 1, body)
