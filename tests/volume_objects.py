"""Volumes as DICOM objects, written by pydicom: one object a slice, or one for all of them."""

from pathlib import Path
from typing import Any

import numpy as np
from dicom_objects import written
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid
from pydicom.valuerep import DSfloat

CT_IMAGE = "1.2.840.10008.5.1.4.1.1.2"
ENHANCED_CT = "1.2.840.10008.5.1.4.1.1.2.1"
Floats = NDArray[np.float64]


def slices(folder: Path, voxels: NDArray[Any], placed: Floats, **elements: Any) -> Path:
    """One classic CT object a slice, in files whose names say nothing of the order."""
    study, series, space = generate_uid(), generate_uid(), generate_uid()
    for index, stored in enumerate(voxels):
        ds = _common(CT_IMAGE, study, series, space, stored)
        ds.InstanceNumber = index + 1
        ds.ImagePositionPatient = _decimals((placed @ [0, 0, index, 1])[:3])
        ds.ImageOrientationPatient = _decimals(_cosines(placed))
        ds.PixelSpacing = _decimals(_spacing(placed))
        ds.PixelData = stored.tobytes()
        for name, value in elements.items():
            setattr(ds, name, value[index] if isinstance(value, list) else value)
        (folder / f"{(index * 7) % 100:02d}-{index}.dcm").write_bytes(written(ds))
    return folder


def enhanced(folder: Path, voxels: NDArray[Any], placed: Floats) -> Path:
    """One enhanced CT object, its frames in an order of their own."""
    ds = _common(ENHANCED_CT, generate_uid(), generate_uid(), generate_uid(), voxels[0])
    order = [*range(0, len(voxels), 2), *range(1, len(voxels), 2)]
    ds.NumberOfFrames = len(voxels)
    shared, orientation, measures, value = Dataset(), Dataset(), Dataset(), Dataset()
    orientation.ImageOrientationPatient = _decimals(_cosines(placed))
    measures.PixelSpacing, measures.SliceThickness = _decimals(_spacing(placed)), "1"
    value.RescaleIntercept, value.RescaleSlope, value.RescaleType = "0", "1", "HU"
    shared.PlaneOrientationSequence, shared.PixelMeasuresSequence = [orientation], [measures]
    shared.PixelValueTransformationSequence = [value]
    ds.SharedFunctionalGroupsSequence = [shared]
    ds.PerFrameFunctionalGroupsSequence = []
    for index in order:
        group, position = Dataset(), Dataset()
        position.ImagePositionPatient = _decimals((placed @ [0, 0, index, 1])[:3])
        group.PlanePositionSequence = [position]
        ds.PerFrameFunctionalGroupsSequence.append(group)
    ds.PixelData = voxels[order].tobytes()
    (folder / "enhanced.dcm").write_bytes(written(ds))
    return folder


def _common(sop_class: str, study: str, series: str, space: str, stored: NDArray[Any]) -> Dataset:
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.SOPClassUID, ds.SOPInstanceUID = sop_class, generate_uid()
    ds.StudyInstanceUID, ds.SeriesInstanceUID = study, series
    ds.FrameOfReferenceUID = space
    ds.PatientName, ds.PatientID, ds.Modality = "Nobody", "1", "CT"
    ds.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    ds.Rows, ds.Columns = stored.shape
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 16, 15, 1
    if sop_class == CT_IMAGE:
        ds.RescaleSlope, ds.RescaleIntercept, ds.RescaleType = "1", "0", "HU"
    return ds


def _cosines(placed: Floats) -> Floats:
    directions = placed[:3, :2] / np.linalg.norm(placed[:3, :2], axis=0)
    return np.asarray(directions.T.ravel())


def _spacing(placed: Floats) -> Floats:
    """Between rows, between columns."""
    return np.asarray(np.linalg.norm(placed[:3, (1, 0)], axis=0))


def _decimals(values: Floats) -> list[DSfloat]:
    return [DSfloat(float(value), auto_format=True) for value in values]
