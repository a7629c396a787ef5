"""Planes and slabs through a volume as DICOM images of a series of their own.

pydicom alone: what stands in an image is what was reckoned here, and what the images it was made
of say of themselves in the same words.
"""

import warnings
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from attrs import field, frozen
from pydicom import Dataset
from pydicom.dataset import FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian
from pydicom.valuerep import format_number_as_ds

from workstation.dicom.carried import add_element
from workstation.dicom.derivation import code, made_of
from workstation.dicom.derived_kinds import Kind, is_capture
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
from workstation.imaging.stored_planes import StoredPlane

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
    empty for planes; `thickness_mm` is that of a plane's own samples, or of the slab; of planes
    that cut each other no distance holds (`apart_mm` None).
    """

    head: DocumentHead
    kind: Kind
    modality: str
    description: str
    derivation: str
    mode: str
    thickness_mm: float
    apart_mm: float | None
    count: int
    frame_of_reference: str
    photometric: str
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
    sides: tuple[str, str],
    stored: StoredPlane,
    sources: Sequence[FrameKey],
) -> bytes:
    """One image as a Part 10 file; `sides` of the patient are those that its rows and columns
    lead to.

    Raises ValueError where the images it was made of are of another study, or say of themselves
    what cannot be written.
    """
    if any(each.study != series.head.study for each in sources):
        raise ValueError("made of images of another study")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of names and texts as the site wrote them
        made = identity(series.head)
        _identify(made, series, sop, number)
        _carry(made, series)
        _lie(made, series, plane)
        made.PatientOrientation = list(sides)
        _show(made, series, stored)
        _derive(made, series, sources)
        complete(made, series.head)
        _date(made, series)
        made.file_meta = FileMetaDataset()
        made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        return as_file(made)


def _identify(made: Dataset, series: DerivedSeries, sop: str, number: int) -> None:
    head = series.head
    made.SOPClassUID, made.SOPInstanceUID = series.kind.sop_class, sop
    made.Modality, made.Manufacturer = series.modality, MANUFACTURER
    made.SeriesInstanceUID, made.SeriesNumber = head.series_uid, series.number
    made.InstanceNumber = number
    made.SeriesDescription = series.description[:_DIGITS]
    made.SeriesDate, made.SeriesTime = head.at.strftime("%Y%m%d"), head.at.strftime("%H%M%S")
    pixels = "PRIMARY" if series.modality == "PT" else "SECONDARY"  # PS3.3 C.8.9.4.1.3
    made.ImageType = ["DERIVED", pixels, _TYPES[series.mode]]
    made.BurnedInAnnotation = "NO"
    if is_capture(series.kind):
        made.ConversionType = "WSD"
    elif series.modality == "PT":
        made.ImageIndex, made.NumberOfSlices = number, series.count


def _carry(made: Dataset, series: DerivedSeries) -> None:
    for tag, wanted in series.kind.wanted(series.carried).items():
        values = series.carried.get(tag, ())
        if values or wanted:
            add_element(made, tag, values)
    equipment = Dataset()
    equipment.PurposeOfReferenceCodeSequence = [code("109101", "Acquisition Equipment")]
    equipment.Manufacturer = series.scanner.get("00080070") or "unknown"
    if series.scanner.get("00080080"):
        equipment.InstitutionName = series.scanner["00080080"]
    if series.scanner.get("00081090"):
        equipment.ManufacturerModelName = series.scanner["00081090"]
    made.ContributingEquipmentSequence = [equipment]


def _date(made: Dataset, series: DerivedSeries) -> None:
    """Carried times are of the scanner's own clock: no zone of ours makes them others."""
    if "00080201" in series.kind.carried and not series.carried.get("00080201"):
        del made.TimezoneOffsetFromUTC


def _lie(made: Dataset, series: DerivedSeries, plane: ImagePlane) -> None:
    """PS3.3 C.7.6.2."""
    made.FrameOfReferenceUID = series.frame_of_reference
    made.PixelSpacing = _numbers((plane.row_spacing, plane.column_spacing))
    made.ImageOrientationPatient = _numbers((*plane.row, *plane.column))
    made.ImagePositionPatient = _numbers(plane.origin)
    made.SliceThickness = _number(series.thickness_mm)
    if series.apart_mm is not None:
        made.SpacingBetweenSlices = _number(series.apart_mm)
    made.SliceLocation = _number(plane.position_mm)


def _show(made: Dataset, series: DerivedSeries, stored: StoredPlane) -> None:
    made.Rows, made.Columns = stored.values.shape[:2]
    if stored.values.ndim == 3:
        _in_colour(made, stored)
    else:
        _in_grey(made, series, stored)
    made["PixelData"].VR = "OW"
    made.LossyImageCompression = "00" if series.lossy_ratio is None else "01"
    if series.lossy_ratio:
        made.LossyImageCompressionRatio = _number(series.lossy_ratio)


def _in_colour(made: Dataset, stored: StoredPlane) -> None:
    made.SamplesPerPixel, made.PhotometricInterpretation, made.PlanarConfiguration = 3, "RGB", 0
    made.BitsAllocated = made.BitsStored = 8
    made.HighBit, made.PixelRepresentation = 7, 0
    data = np.ascontiguousarray(stored.values, np.uint8).tobytes()
    made.PixelData = data + b"\0" * (len(data) % 2)


def _in_grey(made: Dataset, series: DerivedSeries, stored: StoredPlane) -> None:
    signed = stored.values.dtype.kind == "i"
    made.SamplesPerPixel, made.PhotometricInterpretation = 1, series.photometric
    made.BitsAllocated = made.BitsStored = 16
    made.HighBit, made.PixelRepresentation = 15, int(signed)
    made.PixelData = np.ascontiguousarray(stored.values, "<i2" if signed else "<u2").tobytes()
    if series.padding is not None:
        made.add_new(0x00280120, "SS" if signed else "US", series.padding)
    _mean(made, series, stored.rescale)
    voi = series.voi
    if voi is not None and voi.lut is None:
        made.WindowCenter, made.WindowWidth = _number(voi.center), _number(voi.width)
        if voi.function is not VoiFunction.LINEAR:
            made.VOILUTFunction = voi.function.value


def _mean(made: Dataset, series: DerivedSeries, rescale: Rescale) -> None:
    """From stored numbers to values; PET says their unit by itself."""
    if series.modality in ("CT", "PT") or (rescale.slope, rescale.intercept) != (1.0, 0.0):
        made.RescaleIntercept = _number(rescale.intercept)
        made.RescaleSlope = _number(rescale.slope)
        if series.modality != "PT" or is_capture(series.kind):
            made.RescaleType = rescale.unit if rescale.unit == "HU" else "US"


def _derive(made: Dataset, series: DerivedSeries, sources: Sequence[FrameKey]) -> None:
    """What it was made of, and how (PS3.3 C.7.6.1.1.3, C.12.4)."""
    value, meaning = _DERIVATIONS[series.mode]
    made.DerivationDescription = series.derivation
    made.DerivationCodeSequence = [code(value, meaning)]
    made.SourceImageSequence = list(made_of(series.head, sources))


def _number(value: float) -> str:
    return str(format_number_as_ds(float(value)))


def _numbers(values: Sequence[float] | Vector) -> list[str]:
    return [_number(value) for value in values]
