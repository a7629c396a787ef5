"""Planes and slabs become images of the study: a derived series, or one that is a key image.

Pixels are values, sampled exactly; they are filed in the archive of the site as our other
documents are (`services.delivery.filing_queue`).
"""

from collections.abc import Mapping
from typing import Final

from attrs import evolve, frozen

from workstation.domain.identifiers import SeriesUID, SiteId
from workstation.domain.key_image import KeyTitle
from workstation.domain.reader import Reader
from workstation.domain.worklist import WorklistItem
from workstation.errors import CommandError
from workstation.imaging.stored_planes import StoredPlanes
from workstation.services.delivery.filings import Filing, FilingKind
from workstation.services.delivery.measurement_filing import MeasurementFiling
from workstation.services.delivery.plane_documents import (
    Asked,
    Planned,
    documents_of,
    pixels_of,
)
from workstation.services.jobs import Job, Jobs
from workstation.services.ports.clock import Clock
from workstation.services.ports.images import FrameSource, HeaderSource
from workstation.services.screen.place_words import slab_words
from workstation.services.screen.viewed import Shown, curve_name, plane_name
from workstation.services.viewer.larger_series import need_every_voxel
from workstation.services.viewer.viewer import Viewer
from workstation.services.viewer.volumes import Volumes
from workstation.text import tr, trn
from workstation.viewing.mpr import rectangle
from workstation.viewing.plane_stack import PlaneStack, stack_of

#: What is written at most: images, and bytes of their pixels; beyond, planes lie further apart.
MOST_IMAGES: Final = 1000
MOST_BYTES: Final = 256 << 20
#: Sections along a curve lie so far apart where nobody says.
SECTIONS_MM: Final = 1.0


@frozen
class Written:
    """How many images of a series the archive has."""

    images: int

    @property
    def words(self) -> str:
        return trn(
            self.images, "{n} plane is saved in the study", "{n} planes are saved in the study"
        )


class PlanesSaving:
    """Owned by the application, home thread."""

    def __init__(
        self,
        viewer: Viewer,
        volumes: Volumes,
        filing: MeasurementFiling,
        sources: Mapping[SiteId, FrameSource],
        headers: Mapping[SiteId, HeaderSource],
        jobs: Jobs,
        clock: Clock,
    ) -> None:
        self._viewer, self._volumes, self._filing = viewer, volumes, filing
        self._sources, self._headers, self._jobs = sources, headers, jobs
        self._clock = clock

    def save(
        self, item: WorklistItem, reader: Reader, apart_mm: float | None = None
    ) -> Job[Written]:
        """All planes of the direction that the active view shows, as thick as its slab is; of a
        section all along its curve.

        Settles when the archive has them. Raises CommandError where there is nothing to write.
        """
        shown = self._need_plane()
        assert shown.reformat is not None
        need_every_voxel(shown.reformat.volume)  # each plane would go through all of it
        return self._write(item, reader, self._planned(shown, self._all(shown, apart_mm)))

    def save_key_image(self, item: WorklistItem, reader: Reader, title: KeyTitle) -> Job[Written]:
        """The plane on the active view as an image of its own, selected as a key image."""
        shown = self._need_plane()
        here = self._here(shown)
        return self._write(item, reader, evolve(self._planned(shown, here), title=title))

    # --- what is written ---

    def _here(self, shown: Shown) -> PlaneStack:
        """The one plane that is seen; of a stack that in which its image lies."""
        if shown.curve is not None and shown.frame.plane is not None:
            pixels = shown.frame.pixels
            size = (pixels.columns, pixels.rows)
            return PlaneStack((shown.frame.plane,), size, shown.frame.plane.row_spacing)
        state, box, plane = self._viewer.lies(shown)
        placed = rectangle(state, box, plane)
        return PlaneStack((placed.plane,), placed.size, box.step_mm(state.axes(plane).normal))

    def _all(self, shown: Shown, apart_mm: float | None) -> PlaneStack:
        """Without a distance as far apart as they are thick."""
        thick = shown.state.slab_mm
        if shown.curve is not None:
            return self._viewer.sections(shown, apart_mm or max(thick, SECTIONS_MM))
        state, box, plane = self._viewer.lies(shown)
        step = box.step_mm(state.axes(plane).normal)
        return stack_of(state, box, plane, apart_mm or max(thick, step))

    def _need_plane(self) -> Shown:
        shown = self._viewer.shown(self._viewer.active)
        if shown is None or shown.reformat is None:
            raise CommandError(tr("this view shows no plane or slab of a volume"))
        if not shown.frame.in_patient:
            words = tr("where these planes lie in the patient is not known: they are not saved")
            raise CommandError(words)
        if shown.state.over is not None:
            words = tr("what phases give together is saved as a picture, not as planes")
            raise CommandError(words)
        if not shown.is_here or shown.reformat.volume is None:
            raise CommandError(shown.missing or tr("the image is not here yet"))
        return shown

    def _planned(self, shown: Shown, stack: PlaneStack) -> Planned:
        display_set, made = shown.display_set, shown.reformat
        assert made is not None
        assert made.volume is not None
        columns, rows = stack.size
        count, pixel_bytes = len(stack.planes), 3 if made.volume.voxels.ndim == 4 else 2
        if count > MOST_IMAGES or count * columns * rows * pixel_bytes > MOST_BYTES:
            raise CommandError(
                tr("{n} planes are too many for one series: say how many mm they lie apart",
                   n=count)
            )  # fmt: skip
        name = plane_name(made.plane) if made.plane is not None else tr("slabs")
        if shown.curve is not None:
            name = curve_name(shown.curve.along)
        return Planned(
            display_set, made.volume, shown.frame, stack, made.slab_mm, made.mode, shown.voi,
            ", ".join(filter(None, (name, slab_words(shown)))), shown.state.inverted,
        )  # fmt: skip

    def _write(self, item: WorklistItem, reader: Reader, planned: Planned) -> Job[Written]:
        own = planned.display_set
        if (own.site, own.study) != (item.site, item.ref.study):
            raise CommandError(tr("planes are saved in the study of the open case alone"))
        done: Job[Written] = Job()
        sample = self._volumes.sample
        pixels = self._volumes.work(lambda: pixels_of(planned, sample))
        pixels.then(lambda job: self._describe(item, reader, planned, job, done))
        return done

    def _describe(
        self, item: WorklistItem, reader: Reader, planned: Planned,
        pixels: Job[StoredPlanes], done: Job[Written],
    ) -> None:  # fmt: skip
        if pixels.error is not None:
            done.settle(None, pixels.error)
            return
        source, headers = self._sources[item.site], self._headers[item.site]
        at = self._clock.now().astimezone(self._filing.zone_of(item.site))
        who = Reader(reader.id, reader.name)
        asked = Asked(item, who, at, planned)
        self._viewer.saved_planes.add(SeriesUID(asked.uid("planes")))
        made = self._jobs.run(
            lambda: documents_of(asked, pixels.result(), source, headers),
            lane=f"series:{item.site}",
        )
        made.then(lambda job: self._file(job, done))

    def _file(self, made: Job[tuple[Filing, ...]], done: Job[Written]) -> None:
        if made.error is not None:
            done.settle(None, made.error)
            return
        images = sum(each.kind is FilingKind.PLANES for each in made.result())
        filed = self._filing.file(made.result())
        filed.then(lambda job: done.settle(None if job.error else Written(images), job.error))
