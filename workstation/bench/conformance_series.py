"""Synthetic series whose every modality value is known, written by pydicom.

What a series says of its values is kept beside the file as plain numbers: the check works
from these, never from what the program read.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
from attrs import evolve, frozen
from numpy.typing import NDArray
from pydicom import Dataset
from pydicom.dataset import FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

_ROWS, _COLUMNS = 48, 64
_CT: Final = "1.2.840.10008.5.1.4.1.1.2"
_ENHANCED_CT: Final = "1.2.840.10008.5.1.4.1.1.2.1"
_MR: Final = "1.2.840.10008.5.1.4.1.1.4"
_ENHANCED_MR: Final = "1.2.840.10008.5.1.4.1.1.4.1"
_PET: Final = "1.2.840.10008.5.1.4.1.1.128"
_NM: Final = "1.2.840.10008.5.1.4.1.1.20"
_CR: Final = "1.2.840.10008.5.1.4.1.1.1"
_CAPTURE: Final = "1.2.840.10008.5.1.4.1.1.7"

Values = NDArray[np.float64]


@frozen
class Table:
    """A Modality LUT: the entry for each stored value from `first` on (PS3.3 C.11.1.1.1)."""

    first: int
    entries: tuple[int, ...]


@frozen(eq=False)
class Synthetic:
    """One series: stored values frame by frame, and how each frame says they are meant.

    `stored` is (frames, rows, columns); `slopes` has one slope and intercept for each frame,
    or is empty. `enhanced`: the frames are one object with functional groups.
    """

    name: str
    stored: NDArray[Any]
    sop_class: str = _CT
    modality: str = "CT"
    bits: int = 16
    slopes: tuple[tuple[float, float], ...] = ()
    table: Table | None = None
    padding: tuple[int, int] | None = None
    spacing: tuple[float, float] = (0.7, 0.7)  # between rows, between columns
    enhanced: bool = False
    above: int = 0  # bits above Bits Stored that are no part of the value (overlays)
    uid: str = ""

    @property
    def millimetres(self) -> tuple[float, float] | None:
        """None where Pixel Spacing is said and proves nothing: a captured screen."""
        return None if self.sop_class == _CAPTURE else self.spacing

    def modality_values(self, index: int) -> Values:
        """NaN where a pixel only fills the frame."""
        raw = self.stored[index].astype(np.int64)
        values: Values = raw.astype(np.float64)
        if self.table is not None:
            last = len(self.table.entries) - 1
            picked = np.clip(raw - self.table.first, 0, last)
            values = np.array(self.table.entries, np.float64)[picked]
        elif self.slopes:
            slope, intercept = self.slopes[index]
            values = values * slope + intercept
        if self.padding is not None:
            low, high = self.padding
            values[(raw >= low) & (raw <= high)] = np.nan
        return values


def synthetic() -> tuple[Synthetic, ...]:
    """Every series, each for a way in which values were shown wrong somewhere."""
    rng = np.random.default_rng(96)
    made = (*_computed(rng), *_parallel(rng), *_tables(rng), *_plain(rng))
    return tuple(evolve(each, uid=generate_uid()) for each in made)


def _noise(
    rng: np.random.Generator, low: int, high: int, kind: str, frames: int = 1
) -> NDArray[Any]:
    return rng.integers(low, high, (frames, _ROWS, _COLUMNS), endpoint=True).astype(kind)


def _filled(stored: NDArray[Any], value: int) -> NDArray[Any]:
    """The corner outside the circle of a scanner, and a few pixels within."""
    stored[:, :, :20] = value
    stored[:, 24, 40:44] = value
    return stored


def _computed(rng: np.random.Generator) -> Iterator[Synthetic]:
    """Slope and intercept of a whole object, signed and padded values."""
    hu = ((1.0, -1024.0),)
    yield Synthetic("CT", _noise(rng, 0, 4095, "u2"), bits=12, slopes=hu)
    yield Synthetic("CT, signed", _noise(rng, -1024, 3071, "i2"), slopes=((1.0, 0.0),))
    yield Synthetic("CT, 12 bits signed", _noise(rng, -2048, 2047, "i2"), bits=12, slopes=hu)
    padded = _filled(_noise(rng, -1000, 1000, "i2"), -2000)
    yield Synthetic("CT, padded", padded, slopes=((1.0, 0.0),), padding=(-2000, -2000))
    ranged = _filled(_noise(rng, 100, 4000, "u2"), 30)
    yield Synthetic("CT, padded by a range", ranged, slopes=hu, padding=(0, 63))
    yield Synthetic("CT, not square", _noise(rng, 0, 4095, "u2"), slopes=hu, spacing=(1.25, 0.4))
    yield Synthetic("CT, localizer", _noise(rng, -512, 511, "i2"), slopes=((2.0, 0.5),))
    tiny = partial(Synthetic, sop_class=_MR, modality="MR")
    yield tiny("ADC, slope 1e-6", _noise(rng, 0, 4095, "u2"), slopes=((1e-6, 0.0),))
    yield tiny("ADC, slope 1e-6 beside 1000", _noise(rng, 0, 4095, "u2"), slopes=((1e-6, 1000.0),))
    yield tiny("MR, scaled", _noise(rng, 0, 4095, "u2"), slopes=((0.0037, -12.5),))
    yield tiny("slope below zero", _noise(rng, 0, 4095, "u2"), slopes=((-1.5, 77.0),))
    yield tiny("slope 1e6", _noise(rng, 0, 65535, "u2"), slopes=((1e6, 0.25),))


def _parallel(rng: np.random.Generator) -> Iterator[Synthetic]:
    """A slope of its own for every image or every frame."""
    slopes = tuple((0.5 + 1.25 * at, 0.0) for at in range(4))
    pet = partial(Synthetic, sop_class=_PET, modality="PT")
    yield pet("PET, rescaled image by image", _noise(rng, 0, 32767, "i2", 4), slopes=slopes)
    yield pet("PET, large slope", _noise(rng, 0, 32767, "i2"), slopes=((12345.678, 0.0),))
    groups = partial(Synthetic, sop_class=_ENHANCED_CT, enhanced=True)
    yield groups(
        "enhanced, rescaled frame by frame",
        _noise(rng, 0, 4095, "u2", 4),
        slopes=tuple((1.0 + at, -1024.0 + 100 * at) for at in range(4)),
    )
    yield groups(
        "enhanced, signed and padded",
        _filled(_noise(rng, -900, 900, "i2", 2), -2000),
        slopes=((1.0, 0.0), (2.0, 5.0)),
        padding=(-2000, -2000),
    )
    yield Synthetic(
        "enhanced MR, slopes of 1e-6",
        _noise(rng, 0, 4095, "u2", 3),
        slopes=((1e-6, 0.0), (2e-6, 1e-4), (3e-6, 0.0)),
        sop_class=_ENHANCED_MR,
        modality="MR",
        enhanced=True,
    )
    yield groups(
        "enhanced, not square",
        _noise(rng, 0, 4095, "u2", 2),
        slopes=((1.0, 0.0), (0.1, 3.0)),
        spacing=(0.5954, 0.5454),
    )
    yield Synthetic("NM, counts of many frames", _noise(rng, 0, 900, "u2", 3), sop_class=_NM,
                    modality="NM")  # fmt: skip


def _tables(rng: np.random.Generator) -> Iterator[Synthetic]:
    """Modality LUT Sequences: no slope at all."""
    square = Table(0, tuple(at * at >> 8 for at in range(4096)))
    cr = partial(Synthetic, sop_class=_CR, modality="CR")
    stored = _noise(rng, 0, 4095, "u2")
    yield cr("Modality LUT", stored, bits=12, table=square)
    narrow = Table(100, tuple(int(v) for v in rng.integers(0, 65535, 512)))
    yield cr("Modality LUT, values beyond both ends", stored, bits=12, table=narrow)
    below = Table(-300, tuple(range(600)))
    yield cr("Modality LUT, first value below zero", _noise(rng, -500, 500, "i2"), table=below)
    whole = Table(0, tuple(65535 - at for at in range(65536)))
    yield cr("Modality LUT of 65536 entries", _noise(rng, 0, 65535, "u2"), table=whole)
    yield cr("Modality LUT, eight bits", _noise(rng, 0, 255, "u1"), bits=8,
                    table=Table(0, tuple(3 * at for at in range(256))))  # fmt: skip


def _plain(rng: np.random.Generator) -> Iterator[Synthetic]:
    """Stored values are the values; widths and signs of every kind."""
    cr = partial(Synthetic, sop_class=_CR, modality="CR")
    shot = partial(Synthetic, sop_class=_CAPTURE, modality="OT")
    yield cr("CR, 10 bits", _noise(rng, 0, 1023, "u2"), bits=10)
    yield cr("CR, 14 bits", _noise(rng, 0, 16383, "u2"), bits=14, spacing=(0.05, 0.05))
    yield shot("capture, eight bits", _noise(rng, 0, 255, "u1"), bits=8)
    yield shot("every bit, unsigned", _noise(rng, 0, 65535, "u2"))
    yield shot("every bit, signed", _noise(rng, -32768, 32767, "i2"))
    yield cr("overlay bits above 12", _noise(rng, 0, 4095, "u2"), bits=12, above=0xA000)
    yield cr("one value everywhere", np.full((1, _ROWS, _COLUMNS), 41, "u2"))
    yield shot("0 and 1", _noise(rng, 0, 1, "u1"), bits=8)


def write(folder: Path, each: Synthetic, study: str) -> None:
    """One file for each frame, or one for all where they are one object."""
    whole = each.enhanced or each.modality == "NM"
    parts: Sequence[range] = (
        [range(len(each.stored))]
        if whole
        else [range(at, at + 1) for at in range(len(each.stored))]
    )
    for part in parts:
        image = _image(each, part, study)
        image.save_as(folder / f"{image.SOPInstanceUID}.dcm", enforce_file_format=True)


def _image(each: Synthetic, part: range, study: str) -> Dataset:
    made = Dataset()
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made.SOPClassUID, made.SOPInstanceUID = each.sop_class, generate_uid()
    made.StudyInstanceUID, made.SeriesInstanceUID = study, each.uid
    made.Modality, made.PatientName, made.PatientID = each.modality, "Nobody", "0"
    made.InstanceNumber = part.start + 1
    _pixels(made, each, part)
    if each.table is not None:
        made.ModalityLUTSequence = [_lut(each)]
    if each.enhanced:
        made.PerFrameFunctionalGroupsSequence = [_groups(each, at) for at in part]
        return made
    made.PixelSpacing = list(each.spacing)
    if each.modality in ("CT", "MR", "PT"):
        made.ImagePositionPatient = [0, 0, 3 * part.start]
        made.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    if each.slopes:
        made.RescaleSlope, made.RescaleIntercept = each.slopes[part.start]
    return made


def _pixels(made: Dataset, each: Synthetic, part: range) -> None:
    stored = each.stored[part.start : part.stop]
    mask = (1 << each.bits) - 1
    width = stored.dtype.itemsize
    written = (stored.astype(np.int64) & mask | each.above).astype(f"<u{width}")
    made.Rows, made.Columns = stored.shape[1:]
    made.SamplesPerPixel, made.PhotometricInterpretation = 1, "MONOCHROME2"
    made.BitsAllocated, made.BitsStored, made.HighBit = 8 * width, each.bits, each.bits - 1
    made.PixelRepresentation = int(stored.dtype.kind == "i")
    if len(part) > 1:
        made.NumberOfFrames = len(part)
    if each.padding is not None:
        made.PixelPaddingValue = each.padding[0]
        if each.padding[1] != each.padding[0]:
            made.PixelPaddingRangeLimit = each.padding[1]
    made.PixelData = written.tobytes()
    made["PixelData"].VR = "OB" if width == 1 else "OW"


def _lut(each: Synthetic) -> Dataset:
    assert each.table is not None
    item = Dataset()
    first, entries = each.table.first, each.table.entries
    item.LUTDescriptor = [len(entries) % 65536, first, 16]
    item["LUTDescriptor"].VR = "SS" if first < 0 else "US"
    item.LUTData = np.array(entries, "<u2").tobytes()
    item["LUTData"].VR = "OW"
    item.ModalityLUTType = "US"
    return item


def _groups(each: Synthetic, index: int) -> Dataset:
    frame, transform, measures, position, turned = (Dataset() for _ in range(5))
    transform.RescaleSlope, transform.RescaleIntercept = each.slopes[index]
    transform.RescaleType = "US"
    measures.PixelSpacing = list(each.spacing)
    position.ImagePositionPatient = [0, 0, 3 * index]
    turned.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    frame.PixelValueTransformationSequence = [transform]
    frame.PixelMeasuresSequence = [measures]
    frame.PlanePositionSequence = [position]
    frame.PlaneOrientationSequence = [turned]
    return frame
