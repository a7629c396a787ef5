"""What a reader drew becomes a DICOM Segmentation of the study, in the site's archive."""

import base64
import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from attrs import frozen

from workstation.domain.identifiers import SiteId, StudyRef, derived_uid
from workstation.domain.reader import Reader
from workstation.domain.study import DisplaySet
from workstation.domain.worklist import WorklistItem
from workstation.errors import CommandError
from workstation.services.delivery.document_writers import load_writers
from workstation.services.delivery.filings import Filing, FilingKind
from workstation.services.delivery.measurement_filing import MeasurementFiling
from workstation.services.images.described_images import described, head_of
from workstation.services.jobs import Job, Jobs
from workstation.services.ports.clock import Clock
from workstation.services.ports.images import FrameSource
from workstation.services.signal import Signal
from workstation.services.viewer.drawn_segments import Segment
from workstation.services.viewer.segmenting import Segmenting
from workstation.text import tr


@frozen(eq=False)
class _Asked:
    """Whose segments they are, and on which images they lie."""

    item: WorklistItem
    reader: Reader
    at: datetime
    own: DisplaySet
    segments: Sequence[Segment]

    def uid(self, what: str, *content: object) -> str:
        """PS3.5 B.2: a UUID as a UID; each saving is an object of its own."""
        ref = self.item.ref
        named = [what, ref.site, ref.study, self.reader.id, self.own.id, self.at.isoformat()]
        text = json.dumps([*named, *map(str, content)], ensure_ascii=True)
        return derived_uid(text)


class SegmentsSaving:
    """Owned by the application, home thread."""

    def __init__(
        self,
        segmenting: Segmenting,
        filing: MeasurementFiling,
        sources: Mapping[SiteId, FrameSource],
        jobs: Jobs,
        clock: Clock,
    ) -> None:
        self._segmenting, self._filing = segmenting, filing
        self._sources, self._jobs, self._clock = sources, jobs, clock
        self.saved: Signal[DisplaySet] = Signal()  # the archive has them

    def save(self, item: WorklistItem, reader: Reader) -> Job[int]:
        """All segments of the series on the active view; settles with how many the archive has.

        Raises CommandError where there is nothing to write, or it lies in another study.
        """
        own, segments = self._segmenting.to_save()
        if (own.site, own.study) != (item.site, item.ref.study):
            raise CommandError(tr("segments are saved in the study of the open case alone"))
        if not own.frames[0].in_patient:
            words = tr("where these images lie in the patient is not known: nothing is saved")
            raise CommandError(words)
        at = self._clock.now().astimezone(self._filing.zone_of(item.site))
        asked = _Asked(item, Reader(reader.id, reader.name), at, own, segments)
        source, done = self._sources[item.site], Job[int]()
        made = self._jobs.run(lambda: _document(asked, source), lane=f"series:{item.site}")
        made.then(lambda job: self._file(job, len(segments), done))
        return done.then(lambda job: None if job.error else self.saved.emit(own))

    def _file(self, made: Job[Filing], count: int, done: Job[int]) -> None:
        if made.error is not None:
            done.settle(None, made.error)
            return
        filed = self._filing.file((made.result(),))  # sealed from here on, whatever comes
        filed.then(lambda job: done.settle(None if job.error else count, job.error))


def _document(asked: _Asked, source: FrameSource) -> Filing:
    load_writers()
    from workstation.dicom.segmentation_document import (
        DrawnImage,
        DrawnPart,
        segmentation_document,
    )

    own = asked.own
    instances = described(asked.item, own, source)
    numbers = sorted({number for each in asked.segments for number in each.slices})
    place = {number: at for at, number in enumerate(numbers)}
    images = []
    for number in numbers:
        frame = own.frames[number]
        assert frame.plane is not None
        thick = frame.thickness_mm or own.geometry.spacing_mm[2] or 1.0
        images.append(DrawnImage(frame.key.sop, frame.key.frame_index, frame.plane, thick))
    parts = [
        DrawnPart(
            each.name, each.colour, asked.uid("tracked", each.number), each.grown, each.kind,
            {place[number]: mask for number, mask in each.slices.items()},
        )
        for each in asked.segments
    ]  # fmt: skip
    head = head_of(own, instances, asked.reader, asked.at, asked.uid("series"), asked.uid("object"))
    space = own.frames[0].frame_of_reference
    data = segmentation_document(head, own.series, space, images, parts)
    body = base64.b64encode(data).decode()
    ref = StudyRef(asked.item.site, asked.item.ref.study)
    return Filing(
        head.sop_uid, FilingKind.SEGMENTS, ref, asked.item.accession, asked.reader.id, asked.at,
        len(parts), body,
    )  # fmt: skip
