"""Presentation states, key objects and reports about other images, made by pydicom alone."""

from collections.abc import Iterable
from typing import Any

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import generate_uid

GRAYSCALE = "1.2.840.10008.5.1.4.1.1.11.1"


def reference(image: Dataset, frames: Iterable[int] = ()) -> Dataset:
    """An item of Referenced Image Sequence; `frames` count from 1."""
    item = Dataset()
    item.ReferencedSOPClassUID = image.SOPClassUID
    item.ReferencedSOPInstanceUID = image.SOPInstanceUID
    if found := list(frames):
        item.ReferencedFrameNumber = found
    return item


def area(image: Dataset, **given: Any) -> Dataset:
    """All of an image, scaled to fit, unless told otherwise."""
    item = Dataset()
    item.DisplayedAreaTopLeftHandCorner = [1, 1]
    item.DisplayedAreaBottomRightHandCorner = [image.Columns, image.Rows]
    item.PresentationSizeMode = "SCALE TO FIT"
    item.PresentationPixelAspectRatio = [1, 1]
    for name, value in given.items():
        setattr(item, name, value)
    return item


def window(center: float, width: float) -> Dataset:
    item = Dataset()
    item.WindowCenter, item.WindowWidth = center, width
    return item


def graphic(kind: str, points: Iterable[float], **given: Any) -> Dataset:
    """A figure in pixels, not filled, unless told otherwise."""
    item = Dataset()
    item.GraphicAnnotationUnits = "PIXEL"
    item.GraphicDimensions = 2
    item.GraphicData = list(points)
    item.NumberOfGraphicPoints = len(item.GraphicData) // 2
    item.GraphicType = kind
    item.GraphicFilled = "N"
    for name, value in given.items():
        setattr(item, name, value)
    return item


def annotation(
    graphics: Iterable[Dataset] = (), texts: Iterable[Dataset] = (), layer: str = "MARKS"
) -> Dataset:
    item = Dataset()
    item.GraphicLayer = layer
    if found := list(graphics):
        item.GraphicObjectSequence = Sequence(found)
    if found := list(texts):
        item.TextObjectSequence = Sequence(found)
    return item


def layer(name: str = "MARKS", order: int = 1) -> Dataset:
    item = Dataset()
    item.GraphicLayer, item.GraphicLayerOrder = name, order
    return item


def presentation_state(*images: Dataset, sop_class: str = GRAYSCALE, **given: Any) -> Dataset:
    """A state of these images, all of one series; what is `given` is set last."""
    first = images[0]
    ds = Dataset()
    ds.file_meta = first.file_meta
    ds.SOPClassUID, ds.SOPInstanceUID = sop_class, generate_uid()
    ds.StudyInstanceUID, ds.SeriesInstanceUID = first.StudyInstanceUID, generate_uid()
    ds.PatientName, ds.PatientID, ds.Modality = first.PatientName, first.PatientID, "PR"
    ds.PatientBirthDate = ds.PatientSex = ds.StudyDate = ds.StudyTime = ds.StudyID = ""
    ds.ReferringPhysicianName = ds.AccessionNumber = ""
    ds.SeriesNumber = ds.InstanceNumber = 1
    ds.Manufacturer = "tests"
    ds.PresentationCreationDate, ds.PresentationCreationTime = "20261121", "173100"
    ds.ContentLabel, ds.ContentDescription = "SHOWN", "as the reader left it"
    ds.ContentCreatorName = "Okafor^Ada"
    series = Dataset()
    series.SeriesInstanceUID = first.SeriesInstanceUID
    series.ReferencedImageSequence = Sequence([reference(image) for image in images])
    ds.ReferencedSeriesSequence = Sequence([series])
    ds.DisplayedAreaSelectionSequence = Sequence([area(first)])
    if sop_class == GRAYSCALE:
        ds.PresentationLUTShape = "IDENTITY"
    for name, value in given.items():
        setattr(ds, name, value)
    return ds
