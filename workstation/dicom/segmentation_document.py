"""Segments that a reader drew, as a DICOM Segmentation (PS3.3 A.51), binary, by highdicom."""

import warnings
from collections.abc import Mapping, Sequence
from typing import Final

import highdicom
import numpy as np
from attrs import field, frozen
from highdicom.color import CIELabColor
from highdicom.seg import Segmentation, SegmentDescription
from highdicom.sr import CodedConcept
from numpy.typing import NDArray
from pydicom import Dataset
from pydicom.sr.codedict import codes
from pydicom.uid import UID, CTImageStorage, ImplicitVRLittleEndian
from pydicom.valuerep import format_number_as_ds

from workstation.dicom.document_head import (
    MANUFACTURER,
    DocumentHead,
    as_file,
    complete,
    identity,
    person_name,
)
from workstation.domain.geometry import ImagePlane
from workstation.domain.identifiers import SeriesUID, SopUID, derived_uid
from workstation.domain.segment_kind import SegmentKind, coded

_NUMBER: Final = 9101
_LABEL: Final = 64


@frozen(eq=False)
class DrawnImage:
    """A slice that was drawn on, as the object refers to it: an instance, or a frame of one that
    has several, counted from 0."""

    sop: SopUID
    frame: int
    plane: ImagePlane
    thickness_mm: float


@frozen(eq=False)
class DrawnPart:
    """One segment: masks (rows, columns) by the number of the image in the list."""

    name: str
    colour: tuple[int, int, int]
    uid: str  # by which it is tracked
    by_threshold: bool
    kind: SegmentKind
    masks: Mapping[int, NDArray[np.bool_]] = field(repr=False)


def segmentation_document(
    head: DocumentHead,
    series: SeriesUID,
    frame_of_reference: str,
    images: Sequence[DrawnImage],
    parts: Sequence[DrawnPart],
) -> bytes:
    """A Part 10 file. `images` are slices of one series with one shape, any of them drawn on."""
    shape = next(iter(parts[0].masks.values())).shape
    pixels = np.zeros((len(images), *shape, len(parts)), np.uint8)
    for at, part in enumerate(parts):
        for number, mask in part.masks.items():
            pixels[number, :, :, at] = mask
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of names and texts as the site wrote them
        made = Segmentation(
            [_source(head, series, frame_of_reference, each, shape) for each in images],
            pixels,
            "BINARY",
            [_described(number, part) for number, part in enumerate(parts, 1)],
            head.series_uid,
            _NUMBER,
            head.sop_uid,
            1,
            MANUFACTURER,
            MANUFACTURER,
            "1",
            "none",
            content_creator_name=person_name(head.reader.name),
            content_label="SEGMENTATION",
            content_description="Segments drawn by the reader",
        )
        made.SeriesDescription = "Segments drawn by the reader"
        _name_frames(made, head, images)
        complete(made, head)
        return as_file(made)


def _described(number: int, part: DrawnPart) -> SegmentDescription:
    red, green, blue = part.colour
    how = (
        highdicom.AlgorithmIdentificationSequence(
            "Connected threshold", codes.cid7162.NeighborhoodAnalysis, "1"
        )
        if part.by_threshold
        else None
    )
    return SegmentDescription(
        number,
        part.name[:_LABEL],
        *(CodedConcept(each.value, "SCT", each.meaning) for each in coded(part.kind)),
        "SEMIAUTOMATIC" if part.by_threshold else "MANUAL",
        how,
        tracking_uid=part.uid,
        tracking_id=part.name[:_LABEL],
        display_color=CIELabColor.from_rgb(red, green, blue),
    )


def _source(
    head: DocumentHead,
    series: SeriesUID,
    frame_of_reference: str,
    image: DrawnImage,
    shape: tuple[int, ...],
) -> Dataset:
    """As much of the slice's header as the object needs."""
    made, plane = identity(head), image.plane
    known = head.images[image.sop]
    made.file_meta = Dataset()
    made.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    made.SOPInstanceUID = UID(_name(head, image))
    made.SOPClassUID = CTImageStorage if known.frames > 1 else UID(known.sop_class)
    made.SeriesInstanceUID, made.Modality = series, known.modality
    made.FrameOfReferenceUID = frame_of_reference
    made.Rows, made.Columns = shape
    made.PixelSpacing = _numbers((plane.row_spacing, plane.column_spacing))
    made.ImageOrientationPatient = _numbers((*plane.row, *plane.column))
    made.ImagePositionPatient = _numbers(plane.origin)
    made.SliceThickness = _numbers((image.thickness_mm,))[0]
    return made


def _name(head: DocumentHead, image: DrawnImage) -> str:
    """Of an instance, or one of our own for a frame of it: the library takes slices, each an
    instance of its own and of a class that has one frame."""
    several = head.images[image.sop].frames > 1
    return derived_uid(f"{image.sop} {image.frame}") if several else image.sop


def _name_frames(made: Dataset, head: DocumentHead, images: Sequence[DrawnImage]) -> None:
    """The frames of instances that have several, in place of our own names and class for them
    (PS3.3 C.7.6.16.2.6, 10.3)."""
    drawn = {_name(head, each): each for each in images if head.images[each.sop].frames > 1}
    for group in made.PerFrameFunctionalGroupsSequence if drawn else ():
        for derived in group.DerivationImageSequence:
            for source in derived.SourceImageSequence:
                image = drawn[source.ReferencedSOPInstanceUID]
                source.ReferencedSOPInstanceUID = image.sop
                source.ReferencedSOPClassUID = head.images[image.sop].sop_class
                source.ReferencedFrameNumber = image.frame + 1
    for series in made.ReferencedSeriesSequence if drawn else ():
        kept = {}
        for instance in series.ReferencedInstanceSequence:
            sop = drawn[instance.ReferencedSOPInstanceUID].sop
            instance.ReferencedSOPInstanceUID = sop
            instance.ReferencedSOPClassUID = head.images[sop].sop_class
            kept[sop] = instance
        series.ReferencedInstanceSequence = list(kept.values())


def _numbers(values: Sequence[float]) -> list[str]:
    return [str(format_number_as_ds(float(value))) for value in values]
