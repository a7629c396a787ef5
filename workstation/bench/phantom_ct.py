"""A CT of the chest that nobody ever had: the input of the loading benchmarks.

Body, lungs, heart, spine, ribs, vessels and noise like a thin-slice CT's, so that codecs
compress it about as far as a real one (2.6 to 3 to 1). Written once for each transfer
syntax, as a study of its own, under names that say nothing about the order.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset
from pydicom.dataset import FileMetaDataset
from pydicom.encaps import encapsulate, get_frame
from pydicom.uid import UID, ExplicitVRLittleEndian, generate_uid

from workstation.bench.figures import SYNTAXES

ROWS: Final = 512
SLICES: Final = 600
_NOISE_FIELDS: Final = 8
_SLICES_ALIKE: Final = 6
_CT_STORAGE: Final = "1.2.840.10008.5.1.4.1.1.2"
_MG_STORAGE: Final = "1.2.840.10008.5.1.4.1.1.1.2"
_MAMMOGRAM: Final = (4000, 3000)  # rows, columns

Stored = NDArray[np.uint16]


def accession(kind: str) -> str:
    return f"B-{kind.upper()}"


def write_series(folder: Path, kinds: Sequence[str], slices: int) -> None:
    """One series of `slices` files in each syntax, in a folder of its name; HU + 1024."""
    rng = np.random.default_rng(7)
    noise = [_noise(rng) for _ in range(_NOISE_FIELDS)]
    bases, names = {kind: _header(kind) for kind in kinds}, rng.permutation(slices)
    for kind in kinds:
        (folder / kind).mkdir(parents=True)
    for at in range(slices):
        if at % _SLICES_ALIKE == 0:  # the noise alone makes each slice another one
            anatomy, body = _anatomy(at / max(1, slices - 1))
        shift = tuple(int(each) for each in rng.integers(0, ROWS, 2))
        values = anatomy + np.roll(noise[at % _NOISE_FIELDS], shift, (0, 1)) * body
        stored = (np.clip(np.rint(values), -1024, 3071) + 1024).astype(np.uint16)
        for kind, base in bases.items():
            image = Dataset()
            image.update(base)
            image.SOPInstanceUID = generate_uid()
            image.InstanceNumber = at + 1
            image.ImagePositionPatient = [-180.0, -180.0, round(-200 + at * 0.625, 4)]
            _save(image, stored, kind, folder / kind / f"{names[at]:04d}.dcm")


def encoded_slice(kind: str) -> tuple[bytes, Stored]:
    """The middle slice as one code stream, and its values."""
    rng = np.random.default_rng(7)
    anatomy, body = _anatomy(0.5)
    values = anatomy + _noise(rng) * body
    stored = (np.clip(np.rint(values), -1024, 3071) + 1024).astype(np.uint16)
    if kind != "rle":
        return _encoded(stored, kind), stored
    image = _header(kind)
    image.Rows, image.Columns = stored.shape
    image.file_meta = FileMetaDataset()
    image.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    image.SOPInstanceUID, image.PixelData = generate_uid(), stored.tobytes()
    image["PixelData"].VR = "OW"
    image.compress(UID(SYNTAXES[kind]), encoding_plugin="pylibjpeg", generate_instance_uid=False)
    return get_frame(image.PixelData, 0, number_of_frames=1), stored


def write_mammogram(folder: Path) -> None:
    """3000 x 4000 pixels of 12 bits, JPEG 2000: a second of decoding for one image."""
    folder.mkdir(parents=True)
    rng = np.random.default_rng(11)
    y, x = np.mgrid[0 : _MAMMOGRAM[0], 0 : _MAMMOGRAM[1]].astype(np.float32)
    breast = (x / 2400) ** 2 + ((y - 2000) / 1900) ** 2 < 1
    texture = 300 * np.sin(x / 37) * np.cos(y / 53) + rng.normal(0, 25, _MAMMOGRAM)
    stored = np.clip(np.where(breast, 1800 + texture, 60), 0, 4095).astype(np.uint16)
    image = _header("j2k")
    image.SOPClassUID, image.Modality = _MG_STORAGE, "MG"
    image.SOPInstanceUID, image.InstanceNumber = generate_uid(), 1
    image.BitsStored, image.HighBit = 12, 11
    image.ImageLaterality, image.ViewPosition = "L", "CC"
    image.PatientOrientation = ["A", "R"]
    image.WindowCenter, image.WindowWidth = 2000, 2000
    image.PixelIntensityRelationship, image.PresentationIntentType = "LIN", "FOR PRESENTATION"
    _save(image, stored, "j2k", folder / "0001.dcm")


def _header(kind: str) -> Dataset:
    image = Dataset()
    image.SOPClassUID, image.Modality = _CT_STORAGE, "CT"
    image.PatientName, image.PatientID = f"BENCH^{kind.upper()}", f"BENCH-{kind}"
    image.PatientBirthDate, image.PatientSex = "19700101", "O"
    image.StudyDate = image.SeriesDate = image.ContentDate = "20260101"
    image.StudyTime = image.ContentTime = "101010"
    image.AccessionNumber, image.StudyID = accession(kind), "1"
    image.ReferringPhysicianName = image.PositionReferenceIndicator = ""
    image.StudyDescription = image.SeriesDescription = f"Bench {kind}"
    image.Manufacturer = "synthetic"
    image.StudyInstanceUID, image.SeriesInstanceUID = generate_uid(), generate_uid()
    image.FrameOfReferenceUID = generate_uid()
    image.SeriesNumber, image.ImageType = 1, ["ORIGINAL", "PRIMARY", "AXIAL"]
    image.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    image.PixelSpacing, image.SliceThickness = [0.703125, 0.703125], 0.625
    image.KVP, image.PatientPosition = 120, "HFS"
    image.RescaleIntercept, image.RescaleSlope, image.RescaleType = -1024, 1, "HU"
    image.WindowCenter, image.WindowWidth = 40, 400
    image.SamplesPerPixel, image.PhotometricInterpretation = 1, "MONOCHROME2"
    image.BitsAllocated, image.BitsStored, image.HighBit = 16, 16, 15
    image.PixelRepresentation = 0
    return image


def _save(image: Dataset, stored: Stored, kind: str, path: Path) -> None:
    image.Rows, image.Columns = stored.shape
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = UID(SYNTAXES[kind])
    meta.MediaStorageSOPClassUID = image.SOPClassUID
    meta.MediaStorageSOPInstanceUID = image.SOPInstanceUID
    image.file_meta = meta
    if kind in ("raw", "rle"):
        image.PixelData = stored.tobytes()
        image["PixelData"].VR = "OW"
        if kind == "rle":
            meta.TransferSyntaxUID = ExplicitVRLittleEndian
            image.compress(
                UID(SYNTAXES[kind]), encoding_plugin="pylibjpeg", generate_instance_uid=False
            )
    else:
        image.PixelData = encapsulate([_encoded(stored, kind)])
        image["PixelData"].VR = "OB"
        image["PixelData"].is_undefined_length = True
    image.save_as(path, enforce_file_format=True)


def _encoded(stored: Stored, kind: str) -> bytes:
    coded: Any
    if kind == "jpeg-lossless":
        coded = imagecodecs.ljpeg_encode(stored)
    elif kind == "jpeg-ls":
        coded = imagecodecs.jpegls_encode(stored)
    elif kind == "htj2k":
        coded = imagecodecs.htj2k_encode(stored)
    else:
        coded = imagecodecs.jpeg2k_encode(
            stored, level=0, codecformat="j2k", reversible=True, bitspersample=16
        )
    return bytes(coded)


def _noise(rng: np.random.Generator) -> NDArray[np.float32]:
    """Neighbours alike, as a reconstruction kernel leaves them; standard deviation about 1."""
    white = rng.normal(0, 1, (ROWS, ROWS)).astype(np.float32)
    beside = sum(np.roll(white, step, axis) for axis in (0, 1) for step in (-1, 1))
    return np.asarray((white + 0.6 * beside) / 1.5, np.float32)


def _anatomy(t: float) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """HU without noise, and how strong the noise is; `t` from 0 at the feet to 1 at the head."""
    axis = np.linspace(-1, 1, ROWS, dtype=np.float32)
    y, x = np.meshgrid(axis, axis, indexing="ij")
    values = np.full((ROWS, ROWS), -1000, np.float32)
    body = (x / (0.82 - 0.06 * np.sin(6 * t))) ** 2 + (y / 0.58) ** 2
    values[body < 1], values[body < 0.88] = -95, 45
    width = 0.27 * np.sin(np.pi * min(max(1.2 * t, 0.05), 0.95)) + 0.02
    for side in (-1, 1):
        values[((x - side * 0.38) / width) ** 2 + ((y + 0.02) / 0.38) ** 2 < 1] = -850
    values[((x + 0.08) / 0.24) ** 2 + ((y + 0.1) / 0.2) ** 2 < 1] = 150 if 0.35 < t < 0.8 else 60
    values[(x / 0.1) ** 2 + ((y - 0.36) / 0.09) ** 2 < 1] = 350 + 250 * np.sin(40 * t)
    for angle in np.arange(14) / 14 * 2 * np.pi + 9 * t:  # ribs
        at_x, at_y = 0.75 * np.cos(angle), 0.5 * np.sin(angle)
        values[((x - at_x) / 0.05) ** 2 + ((y - at_y) / 0.03) ** 2 < 1] = 700
    for vessel in range(24):
        angle, out = vessel * 2.39996, 0.05 + 0.25 * np.sqrt(vessel / 24)
        at_x = 0.38 * np.sign(np.cos(angle)) + 0.9 * out * np.cos(angle) * np.cos(3 * t + vessel)
        near = (x - at_x) ** 2 + (y - 1.3 * out * np.sin(angle)) ** 2
        values[near < (0.012 + 0.01 * (vessel % 3)) ** 2] = 30
    values[(np.abs(y - 0.72) < 0.012) & (np.abs(x) < 0.8)] = 100  # the table
    return values, np.where(body < 1, np.float32(14), np.float32(6))
