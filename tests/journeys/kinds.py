"""A small study of every kind that a viewport may have to show, written by pydicom.

Each maker fills a folder; `KINDS` names them. Numbers are invented, patients are nobody.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import pdf_writing
from dicom_objects import image, written
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import JPEGBaseline8Bit, generate_uid

CT, MR, CR = (f"1.2.840.10008.5.1.4.1.1.{n}" for n in ("2", "4", "1"))
PT, XA, ENHANCED_MR = (f"1.2.840.10008.5.1.4.1.1.{n}" for n in ("128", "12.1", "4.1"))
MG, US_MULTIFRAME = "1.2.840.10008.5.1.4.1.1.1.2", "1.2.840.10008.5.1.4.1.1.3.1"
TEXT_REPORT = "1.2.840.10008.5.1.4.1.1.88.11"


def noise(*shape: int, top: int = 2000) -> NDArray[np.uint16]:
    return np.random.default_rng(7).integers(0, top, shape).astype(np.uint16)


def object_of(
    sop_class: str, modality: str, pixels: NDArray[Any], bits: int = 12, **tags: Any
) -> Dataset:
    made = image(pixels, bits)
    made.SOPClassUID, made.Modality = sop_class, modality
    made.StudyDate, made.SeriesDescription = "20260102", f"{modality} of nobody"
    for keyword, value in tags.items():
        setattr(made, keyword, value)
    return made


def write(folder: Path, *objects: Dataset) -> None:
    for number, each in enumerate(objects):
        (folder / f"{number:03}.dcm").write_bytes(written(each))


def stack(sop_class: str, modality: str, **tags: Any) -> list[Dataset]:
    study, series, space = generate_uid(), generate_uid(), generate_uid()
    return [
        object_of(
            sop_class, modality, noise(48, 64),
            StudyInstanceUID=study, SeriesInstanceUID=series, FrameOfReferenceUID=space,
            InstanceNumber=n + 1, ImagePositionPatient=[0, 0, n * 3],
            ImageOrientationPatient=[1, 0, 0, 0, 1, 0], PixelSpacing=[0.8, 0.7],
            SliceThickness="3", **tags,
        )
        for n in range(7)
    ]  # fmt: skip


def ct(folder: Path) -> None:
    write(folder, *stack(CT, "CT", RescaleSlope="1", RescaleIntercept="-1024", KVP="120"))


def cr(folder: Path) -> None:
    pixels = noise(60, 50, top=1000)
    write(folder, object_of(CR, "CR", pixels, PhotometricInterpretation="MONOCHROME1"))


def mg(folder: Path) -> None:
    tags = {"ImagerPixelSpacing": [0.1, 0.1], "ImageLaterality": "R", "ViewPosition": "MLO"}
    curve = Dataset()
    curve.LUTDescriptor = [4096, 0, 16]
    curve.LUTData = np.arange(0, 65536, 16, np.uint16).tobytes()
    write(folder, object_of(MG, "MG", noise(80, 60), VOILUTSequence=Sequence([curve]), **tags))


def us(folder: Path) -> None:
    """Two regions: centimetres above, a Doppler trace below."""
    regions = []
    for low, high, units in ((0, 19, (3, 3)), (20, 39, (4, 7))):
        region = Dataset()
        region.RegionSpatialFormat = 1 if low == 0 else 3
        region.RegionDataType, region.RegionFlags = 1 if low == 0 else 3, 0
        region.RegionLocationMinX0, region.RegionLocationMaxX1 = 0, 49
        region.RegionLocationMinY0, region.RegionLocationMaxY1 = low, high
        region.PhysicalUnitsXDirection, region.PhysicalUnitsYDirection = units
        region.PhysicalDeltaX, region.PhysicalDeltaY = 0.05, 0.05
        regions.append(region)
    pixels = noise(5, 40, 50, 3, top=255).astype(np.uint8)
    tags = {"SequenceOfUltrasoundRegions": Sequence(regions), "FrameTime": "40"}
    write(folder, object_of(US_MULTIFRAME, "US", pixels, 8, **tags))


def xa(folder: Path) -> None:
    tags = {"FrameTime": "66", "PositionerPrimaryAngle": "30", "RecommendedDisplayFrameRate": 15}
    write(folder, object_of(XA, "XA", noise(6, 40, 40, top=255).astype(np.uint8), 8, **tags))


def enhanced_mr(folder: Path) -> None:
    """Positions frame by frame, in functional groups (PS3.3 C.7.6.16)."""
    shared, frames = Dataset(), []
    measures, orientation = Dataset(), Dataset()
    measures.PixelSpacing, measures.SliceThickness = [1, 1], "2"
    orientation.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    shared.PixelMeasuresSequence = Sequence([measures])
    shared.PlaneOrientationSequence = Sequence([orientation])
    for n in range(5):
        group, position = Dataset(), Dataset()
        position.ImagePositionPatient = [0, 0, n * 2]
        group.PlanePositionSequence = Sequence([position])
        frames.append(group)
    write(
        folder,
        object_of(
            ENHANCED_MR, "MR", noise(5, 30, 30), FrameOfReferenceUID=generate_uid(),
            SharedFunctionalGroupsSequence=Sequence([shared]),
            PerFrameFunctionalGroupsSequence=Sequence(frames),
        ),
    )  # fmt: skip


def pt(folder: Path) -> None:
    write(folder, *stack(PT, "PT", RescaleSlope="2.5", RescaleIntercept="0", Units="BQML"))


def capture(folder: Path) -> None:
    write(folder, image(noise(40, 60, 3, top=255).astype(np.uint8), 8))


def report(folder: Path) -> None:
    made = object_of(TEXT_REPORT, "SR", noise(2, 2))
    for keyword in ("Rows", "Columns", "PixelData", "BitsAllocated", "BitsStored", "HighBit"):
        delattr(made, keyword)
    for keyword in ("SamplesPerPixel", "PhotometricInterpretation", "PixelRepresentation"):
        delattr(made, keyword)
    made.ValueType, made.ContinuityOfContent = "CONTAINER", "SEPARATE"
    made.ConceptNameCodeSequence = Sequence([code("18748-4", "LN", "Diagnostic imaging report")])
    item = Dataset()
    item.RelationshipType, item.ValueType = "CONTAINS", "TEXT"
    item.ConceptNameCodeSequence = Sequence([code("121071", "DCM", "Finding")])
    item.TextValue = "Nothing of note.\n" * 60
    made.ContentSequence = Sequence([item])
    write(folder, made)


def code(value: str, scheme: str, meaning: str) -> Dataset:
    made = Dataset()
    made.CodeValue, made.CodingSchemeDesignator, made.CodeMeaning = value, scheme, meaning
    return made


def pdf(folder: Path) -> None:
    document = pdf_writing.written((200, 280), (200, 280))
    (folder / "000.dcm").write_bytes(pdf_writing.encapsulated(document))


def refused(folder: Path) -> None:
    """The first image of two cannot be decoded: its stream ends before it begins."""
    good, bad = stack(CT, "CT", RescaleSlope="1", RescaleIntercept="-1024")[:2]
    bad.file_meta.TransferSyntaxUID = JPEGBaseline8Bit
    bad.BitsAllocated, bad.BitsStored, bad.HighBit = 8, 8, 7
    bad.PixelData = (
        b"\xfe\xff\x00\xe0\0\0\0\0\xfe\xff\x00\xe0\x02\0\0\0\xff\xd8\xfe\xff\xdd\xe0\0\0\0\0"
    )
    bad["PixelData"].VR = "OB"
    bad["PixelData"].is_undefined_length = True
    write(folder, bad, good)


#: "not-here" is a CT of which no image arrives: the walk holds them back.
KINDS: Final[Mapping[str, Callable[[Path], None]]] = {
    "ct": ct, "cr": cr, "mg": mg, "us": us, "xa": xa, "enhanced-mr": enhanced_mr, "pt": pt,
    "capture": capture, "report": report, "pdf": pdf, "refused": refused, "not-here": ct,
}  # fmt: skip

#: What images of a case can be; one study has all of these, each a series of its own.
OF_CASE: Final = tuple(kind for kind in KINDS if kind not in ("refused", "not-here"))
