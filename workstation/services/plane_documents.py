"""Images of planes as documents: pixels as values in 16 bits, and what the site says of whose
they are. On a worker: nothing of a screen is asked here.
"""

import base64
import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from attrs import evolve, frozen
from numpy.typing import NDArray

from workstation.domain.identifiers import FrameKey, SeriesUID, SopUID, StudyRef
from workstation.domain.key_image import KeyImage, KeyTitle
from workstation.domain.presentation import Rescale, Voi
from workstation.domain.reader import Reader
from workstation.domain.study import DisplaySet, Frame, Instance
from workstation.domain.worklist import WorklistItem
from workstation.errors import Refused
from workstation.imaging.volume_voxels import Volume
from workstation.protocols.dicom_attributes import Attributes, NotMetadata, parse
from workstation.services.document_writers import load_writers
from workstation.services.filings import Filing, FilingKind
from workstation.services.ports import FrameSource, HeaderSource
from workstation.services.volumes import Samples
from workstation.text import tr
from workstation.viewing.plane_stack import PlaneStack, made_of
from workstation.viewing.viewport import SlabMode

if TYPE_CHECKING:
    from workstation.dicom.derived_series import DerivedSeries

#: Steps of values that were fractions, in 16 bits; one more is what is outside.
_STEPS: Final = 65534
#: The Series Number of what is made here: behind those of a scanner.
_NUMBER: Final = 9001


@frozen(eq=False)
class Planned:
    """What is to be written, as the view shows it now."""

    display_set: DisplaySet
    volume: Volume
    common: Frame
    stack: PlaneStack
    slab_mm: float
    mode: SlabMode
    voi: Voi | None
    name: str
    inverted: bool
    title: KeyTitle | None = None  # of one plane that is a key image

    @property
    def uid_of(self) -> Sequence[Any]:
        """What makes it this one and no other."""
        first, last = self.stack.planes[0], self.stack.planes[-1]
        lies = [*first.origin, *first.row, *first.column, *last.origin, first.row_spacing]
        said = [self.slab_mm, self.slab_mm and self.mode.value, str(self.title)]
        window = None if self.voi is None else [self.voi.center, self.voi.width]
        many = [len(self.stack.planes), self.stack.apart_mm, *self.stack.size]
        return [self.display_set.id, [round(x, 6) for x in lies], many, said, window]


@frozen(eq=False)
class PlanePixels:
    """Stored values of every plane, 16 bits, and what they mean."""

    planes: Sequence[NDArray[Any]]
    rescale: Rescale
    padding: int | None


def pixels_of(planned: Planned, sample: Samples) -> PlanePixels:
    volume, stack = planned.volume, planned.stack
    found = (
        sample(volume, plane, stack.size, planned.slab_mm, planned.mode) for plane in stack.planes
    )
    if volume.voxels.dtype.kind == "f" or volume.voxels.dtype.itemsize > 2:
        return _fractions(found, volume)
    kind = np.int16 if volume.voxels.dtype.kind == "i" else np.uint16
    nothing = _outside(volume, kind)
    fill = volume.low if nothing is None else nothing
    planes = [np.rint(np.where(np.isnan(each), fill, each)).astype(kind) for each in found]
    return PlanePixels(planes, volume.frame.rescale, nothing)


def _outside(volume: Volume, kind: Any) -> int | None:
    """A value that no voxel has, for what lies outside; that of the images where they have one."""
    span, own = np.iinfo(kind), volume.padding[0]
    if np.isfinite(own) and own == int(own) and not volume.low <= own <= volume.high:
        return int(own)
    if volume.low > span.min:
        return int(span.min) if kind is np.int16 else int(volume.low) - 1
    return int(span.max) if volume.high < span.max else None


def _fractions(found: Iterable[NDArray[Any]], volume: Volume) -> PlanePixels:
    """Values that are no whole numbers, in equal steps between the least and the largest."""
    slope = float((volume.high - volume.low) / _STEPS) or 1.0
    planes = [
        np.where(np.isnan(each), _STEPS + 1, np.rint((each - volume.low) / slope)).astype(np.uint16)
        for each in found
    ]
    own = volume.frame.rescale
    low = float(volume.low) * own.slope + own.intercept
    return PlanePixels(planes, Rescale(slope * own.slope, low, own.unit), _STEPS + 1)


@frozen(eq=False)
class Asked:
    """Whose series it is."""

    item: WorklistItem
    reader: Reader
    at: datetime
    planned: Planned

    def uid(self, what: str, *content: Any) -> str:
        """PS3.5 B.2: a UUID as a UID; the same planes saved again are the same objects."""
        ref = self.item.ref
        named = [what, ref.site, ref.study, self.reader.id, *self.planned.uid_of, *content]
        text = json.dumps(named, sort_keys=True, ensure_ascii=True)
        return f"2.25.{uuid.uuid5(uuid.NAMESPACE_OID, text).int}"

    def filing(self, kind: FilingKind, sop: str, data: bytes) -> Filing:
        ref = StudyRef(self.item.site, self.item.ref.study)
        body = base64.b64encode(data).decode()
        return Filing(sop, kind, ref, self.item.accession, self.reader.id, self.at, 1, body)


def documents_of(
    asked: Asked, pixels: PlanePixels, source: FrameSource, headers: HeaderSource
) -> tuple[Filing, ...]:
    """Asks the site for what the images of the series say of themselves, then writes.

    Raises Refused where it describes none of them, or says that they are of somebody else.
    """
    load_writers()
    from workstation.dicom.derived_series import derived_image

    planned = asked.planned
    own = planned.display_set
    described = source.metadata(StudyRef(own.site, own.study), own.series).instances
    keys = {frame.key.sop for frame in own.frames}
    instances = {each.sop: each for each in described if each.sop in keys}
    if set(instances) != keys:
        raise Refused(tr("the site does not describe the images that these planes are made of"))
    for each in instances.values():
        if each.patient is not None and not asked.item.patient.may_be(each.patient):
            raise Refused(tr("the images are of another patient than the order"))
    row = _row(headers.attributes(own.frames[len(own.frames) // 2].key))
    series = _series(asked, pixels, instances, row)
    made = []
    for number, (plane, stored) in enumerate(zip(planned.stack.planes, pixels.planes, strict=True)):
        sop = asked.uid("plane", number)
        sources = [f.key for f in made_of(plane, planned.slab_mm / 2, own.frames)]
        data = derived_image(series, sop, number + 1, plane, stored, sources)
        made.append(asked.filing(FilingKind.PLANES, sop, data))
    if planned.title is not None:
        made.append(_selection(asked, series, SopUID(made[0].id), planned.title))
    return tuple(made)


def _row(body: bytes) -> Attributes:
    try:
        return next(iter(parse(body)), Attributes())
    except NotMetadata:
        raise Refused(tr("the description of this image could not be understood")) from None


def _series(
    asked: Asked, pixels: PlanePixels, instances: Mapping[SopUID, Instance], row: Attributes
) -> "DerivedSeries":
    from workstation.dicom.derived_series import CARRIED, SCANNER, DerivedSeries
    from workstation.dicom.document_head import DocumentHead, MarkedImage

    planned = asked.planned
    own, common = planned.display_set, planned.common
    known = {
        sop: MarkedImage(each.sop_class, each.modality, len(each.frames))
        for sop, each in instances.items()
    }
    source = next(iter(instances.values())).source
    head = DocumentHead(
        own.study, source, asked.reader, asked.at, asked.uid("planes"), "", known
    )  # fmt: skip
    thick = planned.slab_mm or planned.stack.apart_mm
    return DerivedSeries(
        head, own.modality, f"{own.label}, {planned.name}", _derivation(planned),
        planned.mode.value if planned.slab_mm else "", thick, planned.stack.apart_mm,
        common.frame_of_reference, common.pixels.photometric, pixels.rescale, pixels.padding,
        planned.voi, common.lossy_ratio, _NUMBER,
        {tag: row.values(tag) for tag in CARRIED[own.modality] if row.values(tag)},
        {tag: row.text(tag) for tag in SCANNER},
    )  # fmt: skip


def _derivation(planned: Planned) -> str:
    """In the words of DICOM, not of the reader's language (PS3.3 C.7.6.1.1.3)."""
    said = "Trilinear samples of a volume"
    if planned.slab_mm:
        said += f", {planned.mode.value} through a slab of {planned.slab_mm:g} mm"
    return f"{said}; Reading Workstation"


def _selection(asked: Asked, series: "DerivedSeries", sop: SopUID, title: KeyTitle) -> Filing:
    """The key object that names the plane."""
    from workstation.dicom.derived_series import CLASSES
    from workstation.dicom.document_head import MarkedImage
    from workstation.dicom.key_object_document import key_object_document

    own = asked.planned.display_set
    image = MarkedImage(str(CLASSES[own.modality]), own.modality, 1)
    name = asked.uid("key image")
    head = evolve(
        series.head, series_uid=asked.uid("key series"), sop_uid=name, images={sop: image}
    )  # fmt: skip
    key = FrameKey(own.site, own.study, SeriesUID(series.head.series_uid), sop)
    return asked.filing(
        FilingKind.KEY_IMAGES, name, key_object_document(head, title, [KeyImage(key, title)])
    )
