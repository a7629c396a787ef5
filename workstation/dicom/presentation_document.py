"""A presentation state as a DICOM object, so that other viewers draw what ours drew.

Grayscale (PS3.3 A.33.1) for grey images, Color (A.33.2) for others. pydicom alone: what
stands in it is what was asked for, and nothing that a library proposes.
"""

import math
import warnings
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from types import MappingProxyType
from typing import Final

import numpy as np
from pydicom import Dataset
from pydicom.dataset import FileMetaDataset
from pydicom.uid import (
    UID,
    ColorSoftcopyPresentationStateStorage,
    ExplicitVRLittleEndian,
    GrayscaleSoftcopyPresentationStateStorage,
)
from pydicom.valuerep import format_number_as_ds

from workstation.dicom.document_head import (
    MANUFACTURER,
    DocumentHead,
    as_file,
    complete,
    identity,
    person_name,
)
from workstation.domain.measurement import CENTRE, PixelPoint
from workstation.domain.presentation import Lut, Rescale, Voi
from workstation.domain.presentation_state import (
    Annotation,
    DisplayedArea,
    Graphic,
    Layer,
    PresentationState,
    SoftcopyVoi,
    StateKind,
    Words,
)
from workstation.domain.referenced import ReferencedImage

_CLASSES: Final[Mapping[StateKind, UID]] = MappingProxyType(
    {
        StateKind.GRAYSCALE: GrayscaleSoftcopyPresentationStateStorage,
        StateKind.COLOUR: ColorSoftcopyPresentationStateStorage,
    }
)


def presentation_document(
    head: DocumentHead, state: PresentationState, icc_profile: bytes = b""
) -> bytes:
    """A Part 10 file. A colour state has the profile of its images, else that of sRGB.

    Raises ValueError where an image is of another study, or not known.
    """
    for each in state.images:
        if each.study != head.study or each.sop not in head.images:
            raise ValueError("an image of another study")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of names and texts as the site wrote them
        made = identity(head)
        _identify(made, head, state)
        made.ReferencedSeriesSequence = list(_series(head, state.images))
        made.DisplayedAreaSelectionSequence = [_area(head, each) for each in state.areas]
        if state.annotations:
            made.GraphicAnnotationSequence = [_annotation(head, a) for a in state.annotations]
            made.GraphicLayerSequence = [_layer(each) for each in state.layers]
        if state.quarter_turns or state.flipped:
            made.ImageRotation = 90 * state.quarter_turns
            made.ImageHorizontalFlip = "Y" if state.flipped else "N"
        if state.kind is StateKind.COLOUR:
            made.ICCProfile = icc_profile or _srgb()
        else:
            _grey(made, head, state)
        complete(made, head)
        made.file_meta = FileMetaDataset()
        made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        return as_file(made)


def _identify(made: Dataset, head: DocumentHead, state: PresentationState) -> None:
    made.SOPClassUID, made.SOPInstanceUID = _CLASSES[state.kind], head.sop_uid
    made.Modality, made.Manufacturer = "PR", MANUFACTURER
    made.SeriesInstanceUID, made.SeriesNumber, made.InstanceNumber = head.series_uid, 1, 1
    made.SeriesDescription, made.Laterality = "Marks", ""
    made.ContentLabel, made.ContentDescription = state.label, state.description
    made.PresentationCreationDate = head.at.strftime("%Y%m%d")
    made.PresentationCreationTime = head.at.strftime("%H%M%S")
    made.ContentCreatorName = person_name(head.reader.name)


def _series(head: DocumentHead, images: Iterable[ReferencedImage]) -> Iterable[Dataset]:
    ordered = sorted(images, key=lambda each: (each.series, each.sop))
    for series, own in groupby(ordered, key=lambda each: each.series):
        item = Dataset()
        item.SeriesInstanceUID = series
        item.ReferencedImageSequence = [_reference(head, each) for each in own]
        yield item


def _reference(head: DocumentHead, image: ReferencedImage) -> Dataset:
    known, item = head.images[image.sop], Dataset()
    item.ReferencedSOPClassUID = known.sop_class
    item.ReferencedSOPInstanceUID = image.sop
    if image.frames and known.frames > 1:
        item.ReferencedFrameNumber = [index + 1 for index in image.frames]
    return item


def _area(head: DocumentHead, area: DisplayedArea) -> Dataset:
    item = Dataset()
    item.ReferencedImageSequence = [_reference(head, each) for each in area.images]
    item.DisplayedAreaTopLeftHandCorner = list(area.first)
    item.DisplayedAreaBottomRightHandCorner = list(area.last)
    item.PresentationSizeMode = area.mode.value
    if area.spacing is not None:
        item.PresentationPixelSpacing = [_ds(side) for side in area.spacing]
    else:
        item.PresentationPixelAspectRatio = list(area.aspect or (1, 1))
    return item


def _annotation(head: DocumentHead, annotation: Annotation) -> Dataset:
    item = Dataset()
    item.ReferencedImageSequence = [_reference(head, each) for each in annotation.images]
    item.GraphicLayer = annotation.layer
    if annotation.words:
        item.TextObjectSequence = [_text(each) for each in annotation.words]
    if annotation.graphics:
        item.GraphicObjectSequence = [_graphic(each) for each in annotation.graphics]
    return item


def _text(words: Words) -> Dataset:
    item = Dataset()
    item.UnformattedTextValue = words.text[:1024].replace("\n", "\r\n")
    if words.anchor is not None:
        item.AnchorPointAnnotationUnits = words.anchor_units.value
        item.AnchorPoint = _flat((words.anchor,))
        item.AnchorPointVisibility = "Y" if words.anchor_shown else "N"
    return item


def _graphic(graphic: Graphic) -> Dataset:
    item = Dataset()
    item.GraphicAnnotationUnits = graphic.units.value
    item.GraphicDimensions = 2
    item.NumberOfGraphicPoints = len(graphic.points)
    item.GraphicData = _flat(graphic.points)
    item.GraphicType = graphic.shape.value
    item.GraphicFilled = "Y" if graphic.filled else "N"
    return item


def _flat(points: Sequence[PixelPoint]) -> list[float]:
    return [value + CENTRE for point in points for value in point]


def _layer(layer: Layer) -> Dataset:
    item = Dataset()
    item.GraphicLayer, item.GraphicLayerOrder = layer.name, layer.order
    item.GraphicLayerDescription = layer.description
    return item


# --- how grey values look ---------------------------------------------------------------------


def _grey(made: Dataset, head: DocumentHead, state: PresentationState) -> None:
    if state.rescale != Rescale():
        _rescale(made, state.rescale)
    if state.vois:
        made.SoftcopyVOILUTSequence = [_voi(head, each) for each in state.vois]
    made.PresentationLUTShape = "INVERSE" if state.inverse else "IDENTITY"


def _rescale(made: Dataset, rescale: Rescale) -> None:
    """The state's own: with a state, that of the image counts no more (PS3.4 N.2)."""
    kind = rescale.unit if rescale.unit in ("HU", "OD") else "US"
    if rescale.lut is not None:
        item = _lut(rescale.lut)
        item.ModalityLUTType = kind
        made.ModalityLUTSequence = [item]
        return
    made.RescaleIntercept, made.RescaleSlope = _ds(rescale.intercept), _ds(rescale.slope)
    made.RescaleType = kind


def _voi(head: DocumentHead, softcopy: SoftcopyVoi) -> Dataset:
    voi, item = softcopy.voi, Dataset()
    item.ReferencedImageSequence = [_reference(head, each) for each in softcopy.images]
    if voi.lut is not None:
        item.VOILUTSequence = [_lut(_as_shown(voi, voi.lut))]
        return item
    item.WindowCenter, item.WindowWidth = _ds(voi.center), _ds(voi.width)
    item.VOILUTFunction = voi.function.value
    if voi.name:
        item.WindowCenterWidthExplanation = voi.name[:64]
    return item


def _as_shown(voi: Voi, lut: Lut) -> Lut:
    """The curve where a reader moved and stretched it: an entry for each whole value."""
    start, scale = voi.center - voi.width / 2, lut.entries / voi.width
    first = math.floor(start)
    count = min(65536, math.ceil(voi.width) + 1)
    entry = np.floor((np.arange(first, first + count) - start) * scale + 0.5)
    kept = np.clip(entry, 0, lut.entries - 1).astype(np.int64)
    return Lut(first, lut.bits, np.frombuffer(lut.data, "<u2")[kept].tobytes())


def _lut(lut: Lut) -> Dataset:
    item = Dataset()
    entries = 0 if lut.entries == 65536 else lut.entries  # PS3.3 C.11.1.1.1
    kind = "SS" if lut.first < 0 else "US"
    item.add_new("LUTDescriptor", kind, [entries, lut.first, lut.bits])
    item.add_new("LUTData", "OW", lut.data)
    return item


def _ds(value: float) -> str:
    """As many digits as a decimal string has room for (PS3.5 6.2)."""
    return str(format_number_as_ds(float(value)))


def _srgb() -> bytes:
    """The profile of sRGB, the same bytes each time."""
    from PIL import ImageCms  # only here: most states are grey

    made = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    made[24:36] = bytes((7, 231, 0, 1, 0, 1)) + bytes(6)  # its date: ICC.1 7.2.8
    return bytes(made)
