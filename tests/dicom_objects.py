"""Small DICOM objects made by pydicom: another writer than our own readers' author."""

from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"


def image(pixels: NDArray[np.generic], bits: int, photometric: str = "") -> Dataset:
    """A secondary capture of (frames,) rows, columns(, samples); the first axis may be absent."""
    colour = pixels.ndim > 2 and pixels.shape[-1] == 3
    frames = pixels.shape[0] if pixels.ndim == (4 if colour else 3) else 1
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.SOPClassUID, ds.SOPInstanceUID = SECONDARY_CAPTURE, generate_uid()
    ds.StudyInstanceUID, ds.SeriesInstanceUID = generate_uid(), generate_uid()
    ds.PatientName, ds.PatientID, ds.Modality = "Nobody", "1", "OT"
    shape = pixels.shape[1:] if pixels.ndim == (4 if colour else 3) else pixels.shape
    ds.Rows, ds.Columns = shape[:2]
    ds.SamplesPerPixel = 3 if colour else 1
    ds.PhotometricInterpretation = photometric or ("RGB" if colour else "MONOCHROME2")
    if colour:
        ds.PlanarConfiguration = 0
    ds.BitsAllocated, ds.BitsStored, ds.HighBit = pixels.dtype.itemsize * 8, bits, bits - 1
    ds.PixelRepresentation = int(pixels.dtype.kind == "i")
    if frames > 1:
        ds.NumberOfFrames = frames
    ds.PixelData = pixels.tobytes()
    ds["PixelData"].VR = "OB" if pixels.dtype.itemsize == 1 else "OW"
    return ds


def written(ds: Dataset) -> bytes:
    file = BytesIO()
    ds.save_as(file, enforce_file_format=True)
    return file.getvalue()


def encapsulated(ds: Dataset, streams: list[bytes], syntax: str, **how: object) -> bytes:
    """The same object with code streams for its frames; `how` goes to pydicom's `encapsulate`."""
    ds.file_meta.TransferSyntaxUID = syntax
    ds.PixelData = encapsulate(streams, **how)
    ds["PixelData"].VR = "OB"
    return written(ds)


def saved(folder: Path, ds: Dataset) -> Path:
    path = folder / "plain.dcm"
    path.write_bytes(written(ds))
    return path
