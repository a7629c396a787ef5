"""Images of planes as documents: pixels as values, and what the site says of whose
they are. On a worker: nothing of a screen is asked here.
"""

import base64
import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from attrs import evolve, frozen

from workstation.domain.identifiers import FrameKey, SeriesUID, SopUID, StudyRef, derived_uid
from workstation.domain.key_image import KeyImage, KeyTitle
from workstation.domain.presentation import Voi
from workstation.domain.reader import Reader
from workstation.domain.study import DisplaySet, Frame
from workstation.domain.worklist import WorklistItem
from workstation.errors import Refused
from workstation.imaging.stored_planes import StoredPlanes, stored_planes
from workstation.imaging.suv import stated_as
from workstation.imaging.volume_voxels import Volume
from workstation.protocols.dicom_attributes import Attributes, NotMetadata, parse
from workstation.protocols.dicom_plain import plain_values
from workstation.services.delivery.document_writers import load_writers
from workstation.services.delivery.filings import Filing, FilingKind
from workstation.services.images.described_images import Described, described, head_of
from workstation.services.ports.images import FrameSource, HeaderSource
from workstation.services.viewer.volumes import Samples
from workstation.text import tr
from workstation.viewing.orientation import letters
from workstation.viewing.plane_stack import PlaneStack, made_of
from workstation.viewing.viewport import SlabMode

if TYPE_CHECKING:
    from workstation.dicom.derived_series import DerivedSeries

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
        each = [[*plane.origin, *plane.row, *plane.column] for plane in self.stack.planes]
        lies = [*itertools.chain(*each), self.stack.planes[0].row_spacing]
        said = [self.slab_mm, self.slab_mm and self.mode.value, str(self.title)]
        window = None if self.voi is None else [self.voi.center, self.voi.width]
        many = [len(self.stack.planes), self.stack.apart_mm, *self.stack.size]
        return [self.display_set.id, [round(x, 6) for x in lies], many, said, window]


def pixels_of(planned: Planned, sample: Samples) -> StoredPlanes:
    volume, stack = planned.volume, planned.stack
    found = (
        sample(volume, plane, stack.size, planned.slab_mm, planned.mode) for plane in stack.planes
    )
    return stored_planes(found, volume, planned.display_set.modality)


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
        return derived_uid(text)

    def filing(self, kind: FilingKind, sop: str, data: bytes) -> Filing:
        ref = StudyRef(self.item.site, self.item.ref.study)
        body = base64.b64encode(data).decode()
        return Filing(sop, kind, ref, self.item.accession, self.reader.id, self.at, 1, body)


def documents_of(
    asked: Asked, pixels: StoredPlanes, source: FrameSource, headers: HeaderSource
) -> tuple[Filing, ...]:
    """Asks the site for what the images of the series say of themselves, then writes.

    Raises Refused where it describes none of them, or says that they are of somebody else.
    """
    load_writers()
    planned = asked.planned
    own = planned.display_set
    instances = described(asked.item, own, source)
    middle = own.frames[len(own.frames) // 2].key
    row = plain_values(_row(headers.attributes(middle)), middle.frame_index)
    try:
        series = _series(asked, pixels, instances, row)
        made = list(_images(asked, series, pixels))
    except ValueError:
        raise Refused(tr("what the images say of themselves cannot be written")) from None
    if planned.title is not None:
        made.append(_selection(asked, series, SopUID(made[0].id), planned.title))
    return tuple(made)


def _images(asked: Asked, series: "DerivedSeries", pixels: StoredPlanes) -> Iterator[Filing]:
    from workstation.dicom.derived_series import derived_image

    planned = asked.planned
    half, frames = planned.slab_mm / 2, planned.display_set.frames
    for number, (plane, stored) in enumerate(zip(planned.stack.planes, pixels.planes, strict=True)):
        sop = asked.uid("plane", number)
        sources = [f.key for f in made_of(plane, half, frames)]
        sides = letters(plane.row), letters(plane.column)
        data = derived_image(series, sop, number + 1, plane, sides, stored, sources)
        yield asked.filing(FilingKind.PLANES, sop, data)


def _row(body: bytes) -> Attributes:
    try:
        return next(iter(parse(body)), Attributes())
    except NotMetadata:
        raise Refused(tr("the description of this image could not be understood")) from None


def _series(
    asked: Asked, pixels: StoredPlanes, instances: Described, row: Attributes
) -> "DerivedSeries":
    from workstation.dicom.derived_kinds import EVERY, kind_of
    from workstation.dicom.derived_series import SCANNER, DerivedSeries

    planned = asked.planned
    own, common = planned.display_set, planned.common
    said = {
        **{tag: row.values(tag) for tag in EVERY if row.values(tag)}, **_pet(row, own, pixels)
    }  # fmt: skip
    kind = kind_of(own.modality, said, colour=planned.volume.voxels.ndim == 4)
    at = asked.at
    if own.modality == "PT" and row.text("00080201"):
        at = at.astimezone(datetime.strptime(row.text("00080201"), "%z").tzinfo)
    head = head_of(own, instances, asked.reader, at, asked.uid("planes"), "")
    thick = planned.slab_mm or planned.stack.apart_mm
    return DerivedSeries(
        head, kind, own.modality, f"{own.label}, {planned.name}", _derivation(planned),
        planned.mode.value if planned.slab_mm else "", thick,
        None if planned.stack.leans else planned.stack.apart_mm,
        len(planned.stack.planes), common.frame_of_reference, common.pixels.photometric,
        pixels.padding, planned.voi, common.lossy_ratio, _NUMBER, said,
        {tag: row.text(tag) for tag in SCANNER},
    )  # fmt: skip


def _pet(row: Attributes, own: DisplaySet, pixels: StoredPlanes) -> Mapping[str, Sequence[Any]]:
    """Of PET: values that were made SUV here say so, and a reformat is of one moment."""
    if own.modality != "PT":
        return {}
    kinds = row.values("00541000")
    said: dict[str, Sequence[Any]] = {}
    if kinds:
        said["00541000"] = [kinds[0] if kinds[0] == "WHOLE BODY" else "STATIC", "IMAGE"]
    stated = stated_as(pixels.planes[0].rescale.unit)
    if stated is not None:
        said["00541001"], said["00541006"] = [stated[0]], [stated[1]]
    return said


def _derivation(planned: Planned) -> str:
    """In the words of DICOM, not of the reader's language (PS3.3 C.7.6.1.1.3)."""
    said = "Trilinear samples of a volume"
    if planned.slab_mm:
        said += f", {planned.mode.value} through a slab of {planned.slab_mm:g} mm"
    return f"{said}; Reading Workstation"


def _selection(asked: Asked, series: "DerivedSeries", sop: SopUID, title: KeyTitle) -> Filing:
    """The key object that names the plane."""
    from workstation.dicom.document_head import MarkedImage
    from workstation.dicom.key_object_document import key_object_document

    own = asked.planned.display_set
    image = MarkedImage(series.kind.sop_class, own.modality, 1)
    name = asked.uid("key image")
    head = evolve(
        series.head, series_uid=asked.uid("key series"), sop_uid=name, images={sop: image}
    )  # fmt: skip
    key = FrameKey(own.site, own.study, SeriesUID(series.head.series_uid), sop)
    return asked.filing(
        FilingKind.KEY_IMAGES, name, key_object_document(head, title, [KeyImage(key, title)])
    )
