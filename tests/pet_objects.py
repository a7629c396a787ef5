"""A digital reference object for SUV: PET slices written by pydicom, one rule varied at a time.

What every slice has unless it is said otherwise: stored value 1000 and slope 2, so 2000 Bq/ml;
a man of 80 kg and 1.60 m; 400 MBq injected at 10:00 with a half-life of one hour (no nuclide has
it, and it makes the arithmetic plain); scanned and corrected to 11:00, when 200 MBq are left.
SUVbw is then 2000 Bq/ml * 80,000 g / 200,000,000 Bq = 0.8 g/ml.
"""

import json
from typing import Any

import numpy as np
from dicom_objects import written
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian

from workstation.dicom import header
from workstation.dicom.display_sets import display_sets
from workstation.domain.identifiers import SeriesUID, SiteId, StudyRef, StudyUID
from workstation.domain.study import DisplaySet
from workstation.protocols import dicom_json

PET_IMAGE = "1.2.840.10008.5.1.4.1.1.128"
STUDY, SERIES, SPACE = "1.2.3.1", "1.2.3.2", "1.2.3.3"
STORED = 1000


def pet_slice(number: int = 1, **changes: Any) -> Dataset:
    """`changes` by keyword; None takes an element away. Those of the tracer go into its item."""
    ds, tracer = _image(number), _tracer()
    for keyword, value in changes.items():
        if keyword in ("philips", "ge"):
            _private(ds, keyword, value)
            continue
        into = tracer if keyword.startswith("Radio") else ds
        if value is None:
            delattr(into, keyword)
        else:
            setattr(into, keyword, value)
    if not hasattr(ds, "RadiopharmaceuticalInformationSequence"):
        ds.RadiopharmaceuticalInformationSequence = Sequence([tracer])
    return ds


def read(*slices: Dataset) -> tuple[DisplaySet, ...]:
    """As the program reads files: the child's JSON, the parser, the display sets."""
    rows = [json.loads(header.to_json(written(ds)))[0] for ds in slices]
    ref = StudyRef(SiteId("harbor"), StudyUID(STUDY))
    body = json.dumps(rows).encode()
    return display_sets(ref, dicom_json.series(body, ref, SeriesUID(SERIES)))


def _image(number: int) -> Dataset:
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.SOPClassUID, ds.SOPInstanceUID, ds.Modality = PET_IMAGE, f"1.2.3.4.{number}", "PT"
    ds.StudyInstanceUID, ds.SeriesInstanceUID = STUDY, SERIES
    ds.FrameOfReferenceUID = SPACE
    ds.PatientName, ds.PatientID, ds.PatientSex = "Reference^Object", "DRO", "M"
    ds.PatientWeight, ds.PatientSize = "80", "1.60"
    ds.SeriesDate = ds.AcquisitionDate = ds.StudyDate = "20240301"
    ds.SeriesTime = ds.AcquisitionTime = ds.StudyTime = "110000.00"
    ds.Units, ds.CorrectedImage, ds.DecayCorrection = "BQML", ["DECY", "ATTN", "SCAT"], "START"
    ds.InstanceNumber = number
    ds.ImagePositionPatient, ds.ImageOrientationPatient = [0, 0, 4 * number], [1, 0, 0, 0, 1, 0]
    ds.PixelSpacing, ds.SliceThickness = [4, 4], "4"
    ds.Rows = ds.Columns = 4
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.BitsAllocated = ds.BitsStored = 16
    ds.HighBit, ds.PixelRepresentation = 15, 1
    ds.RescaleSlope, ds.RescaleIntercept = "2", "0"
    ds.PixelData = np.full((4, 4), STORED, "<i2").tobytes()
    return ds


def _tracer() -> Dataset:
    tracer = Dataset()
    tracer.Radiopharmaceutical = "reference tracer"
    tracer.RadiopharmaceuticalStartTime = "100000.00"
    tracer.RadionuclideTotalDose = "400000000"
    tracer.RadionuclideHalfLife = "3600"
    return tracer


def _private(ds: Dataset, vendor: str, elements: dict[int, str]) -> None:
    """The second block of the group, so that a reader must look for its creator."""
    group, creator, vr = {
        "philips": (0x7053, "Philips PET Private Group", "DS"),
        "ge": (0x0009, "GEMS_PETD_01", "DT"),
    }[vendor]
    ds.private_block(group, "SOMEBODY ELSE", create=True).add_new(0x00, "LO", "no factor")
    block = ds.private_block(group, creator, create=True)
    for element, value in elements.items():
        block.add_new(element, vr, value)
