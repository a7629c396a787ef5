"""A view as it is seen becomes an image of the study, and a key image: a rendered volume, a
straightened vessel, a PET over its CT. What no reference to an image and its window could say.

It is filed in the archive of the site as our other documents are.
"""

import base64
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final

import numpy as np
from attrs import evolve, field, frozen
from numpy.typing import NDArray

from workstation.domain.identifiers import (
    FrameKey,
    SeriesUID,
    SiteId,
    SopUID,
    StudyRef,
    derived_uid,
)
from workstation.domain.key_image import KeyImage, KeyTitle
from workstation.domain.reader import Reader
from workstation.domain.worklist import WorklistItem
from workstation.errors import CommandError
from workstation.services.delivery.document_writers import load_writers
from workstation.services.delivery.filings import Filing, FilingKind
from workstation.services.delivery.measurement_filing import MeasurementFiling
from workstation.services.images.described_images import described, head_of
from workstation.services.jobs import Job, Jobs
from workstation.services.ports.clock import Clock
from workstation.services.ports.images import FrameSource
from workstation.services.screen.place_words import number_words, slab_words
from workstation.services.screen.unnamed import WITH_WORDS
from workstation.services.screen.viewed import Shown
from workstation.services.viewer.larger_series import need_every_voxel
from workstation.services.viewer.viewer import Viewer
from workstation.text import tr
from workstation.viewing.curved import Along

if TYPE_CHECKING:
    from workstation.dicom.display_pixels import Drawn, Said

#: The Series Number of what is made here: behind those of a scanner, planes and films.
_NUMBER: Final = 9003


@frozen(eq=False)
class _Asked:
    """A picture, and whose it is."""

    item: WorklistItem
    reader: Reader
    at: datetime
    shown: Shown
    title: KeyTitle
    pixels: NDArray[np.uint8] = field(repr=False)

    def uid(self, what: str, *, alone: bool = True) -> str:
        """PS3.5 B.2; each picture is an object of its own, all of a reader are one series."""
        ref = self.item.ref
        named = [what, ref.site, ref.study, self.reader.id]
        return derived_uid("\n".join([*named, self.at.isoformat()] if alone else named))


class PictureSaving:
    """Owned by the application, home thread."""

    def __init__(
        self,
        viewer: Viewer,
        filing: MeasurementFiling,
        sources: Mapping[SiteId, FrameSource],
        jobs: Jobs,
        clock: Clock,
    ) -> None:
        self._viewer, self._filing = viewer, filing
        self._sources, self._jobs, self._clock = sources, jobs, clock

    def need(self, item: WorklistItem) -> Shown:
        """What the active view shows. Raises CommandError where no picture of it can be saved."""
        shown = self._viewer.shown(self._viewer.active)
        if shown is None or not shown.is_here:
            why = "" if shown is None else shown.missing
            raise CommandError(why or tr("there is no image on this view"))
        made = shown.rendering or shown.reformat
        need_every_voxel(None if made is None else made.volume)
        if self._viewer.overlay(shown.index).wrong_patient:
            raise CommandError(tr("this image is of another patient: it is not saved"))
        own = shown.display_set
        if (own.site, own.study) != (item.site, item.ref.study):
            raise CommandError(tr("a picture is saved in the study of the open case alone"))
        return shown

    def save(
        self, item: WorklistItem, reader: Reader, pixels: NDArray[np.uint8], title: KeyTitle
    ) -> Job[None]:
        """(rows, columns, 3) of the active view, without whose it is.

        Settles when the archive has it. Raises CommandError where it cannot be saved.
        """
        at = self._clock.now().astimezone(self._filing.zone_of(item.site))
        asked = _Asked(
            item, Reader(reader.id, reader.name), at, self.need(item), title, pixels
        )  # fmt: skip
        self._viewer.saved_planes.add(SeriesUID(asked.uid("pictures", alone=False)))
        source, done = self._sources[item.site], Job[None]()
        written = self._jobs.run(lambda: _documents(asked, source), lane=f"series:{item.site}")
        written.then(lambda job: self._file(job, done))
        return done

    def _file(self, written: Job[tuple[Filing, ...]], done: Job[None]) -> None:
        if written.error is not None:
            done.settle(None, written.error)
            return
        filed = self._filing.file(written.result())
        filed.then(lambda job: done.settle(None, job.error))


def is_picture(shown: Shown) -> bool:
    """What is seen there is no image or plane of a series, whatever its window."""
    straight = shown.curve is not None and shown.curve.along is Along.STRAIGHT
    fused_plane = shown.reformat is not None and shown.fused is not None
    several = shown.reformat is not None and shown.state.over is not None
    return shown.rendering is not None or straight or fused_plane or several


def _documents(asked: _Asked, source: FrameSource) -> tuple[Filing, ...]:
    """On a worker: the image, and the selection that names it."""
    load_writers()
    from workstation.dicom.document_head import MarkedImage
    from workstation.dicom.key_object_document import key_object_document
    from workstation.dicom.picture_document import picture_document

    said, sop = _said(asked, source), SopUID(asked.uid("picture"))
    own, series = asked.shown.display_set, SeriesUID(said.head.series_uid)
    number = int(asked.at.strftime("%H%M%S"))  # in the order of saving
    data = picture_document(said, number, asked.pixels, _sources_of(asked.shown))
    image = MarkedImage("1.2.840.10008.5.1.4.1.1.7", own.modality, 1)
    head = evolve(
        said.head, series_uid=asked.uid("key series"), sop_uid=asked.uid("key image"),
        images={sop: image},
    )  # fmt: skip
    key = KeyImage(FrameKey(own.site, own.study, series, sop), asked.title)
    selection = key_object_document(head, asked.title, [key])
    return (
        _filing(asked, FilingKind.PICTURE, sop, data),
        _filing(asked, FilingKind.KEY_IMAGES, head.sop_uid, selection),
    )


def _filing(asked: _Asked, kind: FilingKind, sop: str, data: bytes) -> Filing:
    ref = StudyRef(asked.item.site, asked.item.ref.study)
    body = base64.b64encode(data).decode()
    return Filing(sop, kind, ref, asked.item.accession, asked.reader.id, asked.at, 1, body)


def _said(asked: _Asked, source: FrameSource) -> "Said":
    from workstation.dicom.display_pixels import Said

    shown = asked.shown
    own, series = shown.display_set, asked.uid("pictures", alone=False)
    instances = described(asked.item, own, source)
    head = head_of(own, instances, asked.reader, asked.at, series, asked.uid("picture"))
    above = "" if shown.fused is None else f"{shown.fused.display_set.modality} over "
    how = f"{above}{own.modality}, as seen" if above else "as seen"
    return Said(
        head, own.modality, _name(shown), _drawn(shown), how, _NUMBER, shown.frame.lossy_ratio,
        nameless=own.modality not in WITH_WORDS,
    )  # fmt: skip


def _name(shown: Shown) -> str:
    """Of the series: "Lung, Volume rendering: Bone"; no number of an image."""
    words = [shown.series_words]
    if shown.rendering is not None:
        words.append(number_words(shown))
    if shown.fused is not None:
        words.append(tr("Fused {label}", label=shown.fused.display_set.label))
    return ", ".join(filter(None, [*words, slab_words(shown)]))


def _drawn(shown: Shown) -> "Drawn":
    from workstation.dicom.display_pixels import Drawn

    if shown.rendering is not None:
        return Drawn.by(shown.rendering.preset.projection)
    if shown.curve is not None and shown.curve.along is Along.STRAIGHT:
        return Drawn.STRAIGHTENED
    return Drawn.PLANE if shown.reformat is not None else Drawn.IMAGE


def _sources_of(shown: Shown) -> list[FrameKey]:
    """The image that is seen, or all of the volume that a picture was made of."""
    whole = shown.reformat is not None or shown.rendering is not None or shown.curve is not None
    return [each.key for each in shown.display_set.frames] if whole else [shown.frame.key]
