"""Planes and slabs through a volume as DICOM images of a series of their own (CT and MR).

pydicom alone: what stands in an image is what was reckoned here, and what the images it was made
of say of themselves in the same words.
"""

import warnings
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray
from pydicom import Dataset
from pydicom.datadict import dictionary_VR
from pydicom.dataset import FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, MRImageStorage
from pydicom.valuerep import format_number_as_ds

from workstation.dicom.document_head import (
    MANUFACTURER,
    DocumentHead,
    as_file,
    complete,
    identity,
)
from workstation.domain.geometry import ImagePlane, Vector
from workstation.domain.identifiers import FrameKey
from workstation.domain.presentation import Rescale, Voi, VoiFunction

#: What a series of each modality is stored as.
CLASSES: Final = MappingProxyType({"CT": CTImageStorage, "MR": MRImageStorage})
#: Elements of the images it is made of that hold for what is made of them, by modality: tag and
#: whether the image module wants them there though they are empty (type 2).
_ALL: Final = {
    "00080022": False, "00080032": False, "00101010": False, "00101020": False,
    "00101030": False, "00180015": False, "00181030": False, "00185100": True,
    "00200012": True, "00201040": True, "00200060": True,
}  # fmt: skip
_CT: Final = {"00180010": False, "00180060": True, "00181151": False, "00181210": False}
_MR: Final = {
    "00180010": False, "00180020": True, "00180021": True, "00180022": True, "00180023": True,
    "00180024": False, "00180080": True, "00180081": True, "00180082": False, "00180087": False,
    "00180091": True, "00181314": False, "00189087": False,
}  # fmt: skip
CARRIED: Final[Mapping[str, Mapping[str, bool]]] = MappingProxyType(
    {"CT": {**_ALL, **_CT}, "MR": {**_ALL, **_MR}}
)
#: Of the scanner: manufacturer, institution, model.
SCANNER: Final = ("00080070", "00080080", "00081090")
#: PS3.16 CID 7203.
_DERIVATIONS: Final = MappingProxyType(
    {
        "": ("113072", "Multiplanar reformatting"),
        "mip": ("113078", "Maximum intensity projection"),
        "minip": ("113079", "Minimum intensity projection"),
        "mean": ("113072", "Multiplanar reformatting"),
    }
)
_TYPES: Final = MappingProxyType({"": "MPR", "mip": "MIP", "minip": "MINIP", "mean": "MEAN"})
_DIGITS: Final = 64  # of a Series Description (LO)


@frozen(eq=False)
class DerivedSeries:
    """What all images of a series say alike.

    `carried` and `scanner` are values of one of the images it was made of, by tag. `mode` is
    empty for planes; `thickness_mm` is that of a plane's own samples, or of the slab.
    """

    head: DocumentHead
    modality: str
    description: str
    derivation: str
    mode: str
    thickness_mm: float
    apart_mm: float
    frame_of_reference: str
    photometric: str
    rescale: Rescale
    padding: int | None
    voi: Voi | None
    lossy_ratio: float | None
    number: int
    carried: Mapping[str, Sequence[Any]] = field(repr=False)
    scanner: Mapping[str, str] = field(repr=False)


def derived_image(
    series: DerivedSeries,
    sop: str,
    number: int,
    plane: ImagePlane,
    stored: NDArray[Any],
    sources: Sequence[FrameKey],
) -> bytes:
    """One image as a Part 10 file; `stored` is (rows, columns) of 16 bits.

    Raises ValueError where the images it was made of are of another study.
    """
    if any(each.study != series.head.study for each in sources):
        raise ValueError("made of images of another study")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of names and texts as the site wrote them
        made = identity(series.head)
        _identify(made, series, sop, number)
        _carry(made, series)
        _lie(made, series, plane)
        _show(made, series, stored)
        _derive(made, series, sources)
        complete(made, series.head)
        made.file_meta = FileMetaDataset()
        made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        return as_file(made)


def _identify(made: Dataset, series: DerivedSeries, sop: str, number: int) -> None:
    head = series.head
    made.SOPClassUID, made.SOPInstanceUID = CLASSES[series.modality], sop
    made.Modality, made.Manufacturer = series.modality, MANUFACTURER
    made.SeriesInstanceUID, made.SeriesNumber = head.series_uid, series.number
    made.InstanceNumber = number
    made.SeriesDescription = series.description[:_DIGITS]
    made.SeriesDate, made.SeriesTime = head.at.strftime("%Y%m%d"), head.at.strftime("%H%M%S")
    made.ImageType = ["DERIVED", "SECONDARY", _TYPES[series.mode]]
    made.BurnedInAnnotation = "NO"


def _carry(made: Dataset, series: DerivedSeries) -> None:
    for tag, wanted in CARRIED[series.modality].items():
        values = [_written(value) for value in series.carried.get(tag, ())]
        if values or wanted:
            made.add_new(int(tag, 16), _kind(tag), _value(values))
    equipment = Dataset()
    equipment.PurposeOfReferenceCodeSequence = [_code("109101", "Acquisition Equipment")]
    equipment.Manufacturer = series.scanner.get("00080070") or "unknown"
    if series.scanner.get("00080080"):
        equipment.InstitutionName = series.scanner["00080080"]
    if series.scanner.get("00081090"):
        equipment.ManufacturerModelName = series.scanner["00081090"]
    made.ContributingEquipmentSequence = [equipment]


def _kind(tag: str) -> str:
    return str(dictionary_VR(int(tag, 16)))


def _written(value: Any) -> Any:
    return format_number_as_ds(value) if isinstance(value, float) else value


def _value(values: Sequence[Any]) -> Any:
    if not values:
        return None
    return values[0] if len(values) == 1 else list(values)


def _lie(made: Dataset, series: DerivedSeries, plane: ImagePlane) -> None:
    """PS3.3 C.7.6.2."""
    made.FrameOfReferenceUID = series.frame_of_reference
    made.PixelSpacing = _numbers((plane.row_spacing, plane.column_spacing))
    made.ImageOrientationPatient = _numbers((*plane.row, *plane.column))
    made.ImagePositionPatient = _numbers(plane.origin)
    made.SliceThickness = _number(series.thickness_mm)
    made.SpacingBetweenSlices = _number(series.apart_mm)
    made.SliceLocation = _number(plane.position_mm)


def _show(made: Dataset, series: DerivedSeries, stored: NDArray[Any]) -> None:
    made.SamplesPerPixel, made.PhotometricInterpretation = 1, series.photometric
    made.Rows, made.Columns = stored.shape
    made.BitsAllocated = made.BitsStored = 16
    made.HighBit, made.PixelRepresentation = 15, int(stored.dtype.kind == "i")
    kind = "<i2" if stored.dtype.kind == "i" else "<u2"
    made.PixelData = np.ascontiguousarray(stored, kind).tobytes()
    made["PixelData"].VR = "OW"
    if series.padding is not None:
        made.add_new(0x00280120, "SS" if stored.dtype.kind == "i" else "US", series.padding)
    if series.modality == "CT" or (series.rescale.slope, series.rescale.intercept) != (1.0, 0.0):
        made.RescaleIntercept = _number(series.rescale.intercept)
        made.RescaleSlope = _number(series.rescale.slope)
        made.RescaleType = series.rescale.unit if series.rescale.unit == "HU" else "US"
    voi = series.voi
    if voi is not None and voi.lut is None:
        made.WindowCenter, made.WindowWidth = _number(voi.center), _number(voi.width)
        if voi.function is not VoiFunction.LINEAR:
            made.VOILUTFunction = voi.function.value
    made.LossyImageCompression = "00" if series.lossy_ratio is None else "01"
    if series.lossy_ratio:
        made.LossyImageCompressionRatio = _number(series.lossy_ratio)


def _derive(made: Dataset, series: DerivedSeries, sources: Sequence[FrameKey]) -> None:
    """What it was made of, and how (PS3.3 C.7.6.1.1.3, C.12.4)."""
    value, meaning = _DERIVATIONS[series.mode]
    made.DerivationDescription = series.derivation
    made.DerivationCodeSequence = [_code(value, meaning)]
    made.SourceImageSequence = list(_sources(series, sources))


def _sources(series: DerivedSeries, sources: Sequence[FrameKey]) -> Iterable[Dataset]:
    frames: dict[str, list[int]] = {}
    for each in sources:
        frames.setdefault(each.sop, []).append(each.frame_index + 1)
    for sop, numbers in frames.items():
        item, image = Dataset(), series.head.images[next(k.sop for k in sources if k.sop == sop)]
        item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = image.sop_class, sop
        if image.frames > 1:
            item.ReferencedFrameNumber = sorted(numbers)
        item.PurposeOfReferenceCodeSequence = [
            _code("121322", "Source image for image processing operation")
        ]
        yield item


def _code(value: str, meaning: str) -> Dataset:
    made = Dataset()
    made.CodeValue, made.CodingSchemeDesignator, made.CodeMeaning = value, "DCM", meaning
    return made


def _number(value: float) -> str:
    return str(format_number_as_ds(float(value)))


def _numbers(values: Sequence[float] | Vector) -> list[str]:
    return [_number(value) for value in values]
