"""Synthetic images for every way from a stored value to a grey level, written by pydicom.

What an image says of its grey is kept beside it as plain numbers: the check works from
these, never from what the program read.
"""

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any, Final

import numpy as np
from attrs import evolve, frozen
from numpy.typing import NDArray
from pydicom import Dataset
from pydicom.dataset import FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

SIDE: Final = 64
_CR: Final = "1.2.840.10008.5.1.4.1.1.1"
FUNCTIONS: Final = ("LINEAR", "LINEAR_EXACT", "SIGMOID")
PHOTOMETRICS: Final = ("MONOCHROME2", "MONOCHROME1")


@frozen
class Table:
    """A Modality or VOI LUT (PS3.3 C.11.1.1.1): the entry of each value from `first` on."""

    first: int
    bits: int
    entries: tuple[int, ...]
    packed: bool = False  # 8-bit entries, two to a word


@frozen
class Window:
    center: float
    width: float
    function: str = "LINEAR"


@frozen(eq=False)
class GreyCase:
    """One image and how it says it is to be shown; `chosen` of its windows is in force."""

    name: str
    stored: NDArray[np.int64]
    bits: int = 12
    signed: bool = False
    photometric: str = "MONOCHROME2"
    inverse: bool = False  # Presentation LUT Shape INVERSE; else it is said with MONOCHROME2
    slope: tuple[float, float] | None = None
    modality: Table | None = None
    windows: tuple[Window, ...] = (Window(2048, 4096),)
    curve: Table | None = None
    padding: tuple[int, int] | None = None
    above: int = 0  # bits above the stored ones that are no part of the value
    chosen: int = 0
    uid: str = ""

    @property
    def allocated(self) -> int:
        return 8 if self.bits <= 8 and not self.above else 16 if self.bits <= 16 else 32


def cases() -> tuple[GreyCase, ...]:
    """Every image of the corpus."""
    made = (*_functions(), *_widths(), *_depths(), *_scaled(), *_modality(), *_curves(), *_filled())
    return tuple(evolve(each, uid=generate_uid()) for each in made)


def _spread(low: int, high: int, seed: int = 66) -> NDArray[np.int64]:
    """As many values between the two as an image has pixels, both ends among them."""
    rng = np.random.default_rng(seed)
    ramp = np.linspace(low, high, SIDE * SIDE // 2).round().astype(np.int64)
    noise = rng.integers(low, high, SIDE * SIDE - ramp.size, dtype=np.int64, endpoint=True)
    return np.concatenate((ramp, noise)).reshape(SIDE, SIDE)


def _ends(bits: int, *, signed: bool) -> tuple[int, int]:
    return (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)


def _functions() -> Iterator[GreyCase]:
    """Every function, both photometrics, both shapes, values with a sign and without."""
    sorts = product(FUNCTIONS, PHOTOMETRICS, (False, True), (False, True))
    for function, photometric, inverse, signed in sorts:
        low, high = _ends(12, signed=signed)
        words = [function, photometric, *["INVERSE"] * inverse, *["signed"] * signed]
        window = Window((low + high) / 4, 1021.0, function)
        yield GreyCase(
            ", ".join(words), _spread(low, high), photometric=photometric, inverse=inverse,
            signed=signed, windows=(window,),
        )  # fmt: skip


def _widths() -> Iterator[GreyCase]:
    """Narrow, fractional, of whole powers, wider than the values; ends of ramps lie on values."""
    stored = _spread(0, 255)
    linear = (1.0, 1.5, 2.0, 3.0, 16.0, 256.0, 257.0, 511.0, 86.25, 1e6)
    exact = (1e-3, 0.25, 1.0, 2.0, 51.0, 255.0, 256.0, 510.0, 33.3)
    for function, widths in zip(FUNCTIONS, (linear, exact, exact), strict=True):
        for width, center in product(widths, (128.0, 127.5, 100.3)):
            name = f"{function}, center {center:g} width {width:g}"
            window = Window(center, width, function)
            yield GreyCase(name, stored, bits=8, windows=(window,))


def _depths() -> Iterator[GreyCase]:
    """1 to 32 bits, with a sign from 2 on."""
    for bits, signed in product(range(1, 33), (False, True)):
        if signed and bits == 1:
            continue
        low, high = _ends(bits, signed=signed)
        window = Window((low + high) / 2 + 0.5, float(1 << bits), FUNCTIONS[bits % 3])
        sign = "signed" if signed else "unsigned"
        name = f"{bits} bits {sign}, {window.function}"
        yield GreyCase(name, _spread(low, high), bits=bits, signed=signed, windows=(window,))
    yield GreyCase("12 bits, others above", _spread(0, 4095), above=0xA000)


def _scaled() -> Iterator[GreyCase]:
    """Slope and intercept first, the window in their unit."""
    ct = (1.0, -1024.0)
    yield GreyCase("CT soft tissue", _spread(0, 4095), slope=ct, windows=(Window(40, 400),))
    yield GreyCase("CT lung", _spread(0, 4095), slope=ct, windows=(Window(-600, 1500),))
    yield GreyCase("slope below zero", _spread(0, 4095), slope=(-0.5, 77.0),
                   windows=(Window(-900, 1200, "SIGMOID"),))  # fmt: skip
    yield GreyCase("slope 0.1", _spread(0, 4095), slope=(0.1, 0.0), windows=(Window(200, 333),))
    for function in FUNCTIONS[1:]:
        yield GreyCase(f"slope 1e-6, {function}", _spread(0, 4095), slope=(1e-6, 0.0),
                       windows=(Window(2e-3, 1e-3, function),))  # fmt: skip
    yield GreyCase("second window of three", _spread(0, 4095), chosen=1,
                   windows=(Window(10, 20), Window(900, 700), Window(40, 400)))  # fmt: skip


def _modality() -> Iterator[GreyCase]:
    """A Modality LUT: the window is in what it gives."""
    square = Table(0, 16, tuple(at * at >> 8 for at in range(4096)))
    for function in FUNCTIONS:
        yield GreyCase(f"Modality LUT, {function}", _spread(0, 4095), modality=square,
                       windows=(Window(30000, 40000, function),))  # fmt: skip
    short = Table(100, 12, tuple(4095 - 8 * at for at in range(512)))
    yield GreyCase("Modality LUT, values beyond both ends", _spread(0, 4095), modality=short)
    below = Table(-300, 16, tuple(7 * at for at in range(600)))
    yield GreyCase("Modality LUT, first below zero", _spread(-500, 500), bits=11, signed=True,
                   modality=below)  # fmt: skip
    whole = Table(0, 16, tuple(65535 - at for at in range(65536)))
    yield GreyCase("Modality LUT of 65536 entries", _spread(0, 65535), bits=16, modality=whole,
                   windows=(Window(32768, 65536),))  # fmt: skip
    for packed in (False, True):
        bytes_ = Table(0, 8, tuple(at // 2 + 100 for at in range(256)), packed)
        yield GreyCase(f"Modality LUT of 8 bits, {'packed' if packed else 'in words'}",
                       _spread(0, 255), bits=8, modality=bytes_,
                       windows=(Window(128, 256),))  # fmt: skip


def _curves() -> Iterator[GreyCase]:
    """A VOI LUT instead of a window."""
    for bits, packed in ((8, False), (8, True), (10, False), (12, False), (16, False)):
        top = (1 << bits) - 1
        bend = Table(0, bits, tuple(round(top * (at / 4095) ** 0.6) for at in range(4096)), packed)
        name = f"VOI LUT of {bits} bits{', packed' if packed else ''}"
        for photometric in PHOTOMETRICS:
            yield GreyCase(f"{name}, {photometric}", _spread(0, 4095), curve=bend, windows=(),
                           photometric=photometric)  # fmt: skip
    falling = tuple(4095 - 4 * at for at in range(1024))
    signed = _spread(-2048, 2047)
    yield GreyCase("VOI LUT, first below zero", signed, signed=True, windows=(),
                   curve=Table(-700, 12, falling))  # fmt: skip
    yield GreyCase("VOI LUT, first above zero, INVERSE", _spread(0, 4095), windows=(),
                   inverse=True, curve=Table(900, 12, falling))  # fmt: skip
    yield GreyCase("VOI LUT after a slope", _spread(0, 4095), slope=(1.0, -1024.0), windows=(),
                   curve=Table(-500, 16, tuple(63 * at for at in range(1001))))  # fmt: skip
    yield GreyCase("VOI LUT after a Modality LUT", _spread(0, 4095), windows=(),
                   modality=Table(0, 16, tuple(at * at >> 8 for at in range(4096))),
                   curve=Table(0, 12, tuple(at >> 4 for at in range(65536))))  # fmt: skip
    yield GreyCase("VOI LUT beside a window", _spread(0, 4095), chosen=1,
                   curve=Table(0, 12, tuple(range(4096))))  # fmt: skip


def _filled() -> Iterator[GreyCase]:
    """Padding is no part of the image: black, whatever else is turned over."""
    for photometric, inverse in product(PHOTOMETRICS, (False, True)):
        shape = ", INVERSE" if inverse else ""
        yield GreyCase(f"padded, {photometric}{shape}", _spread(0, 63), padding=(0, 0),
                       photometric=photometric, inverse=inverse,
                       windows=(Window(32, 64),))  # fmt: skip
    yield GreyCase("padded by a range", _spread(0, 4095), padding=(0, 63))
    yield GreyCase("padded, signed", _spread(-2000, 1000), bits=16, signed=True,
                   padding=(-2000, -2000), windows=(Window(40, 400),))  # fmt: skip
    yield GreyCase("padded by a range, 32 bits", _spread(-90, 90), bits=32, signed=True,
                   padding=(-90, -80), windows=(Window(0, 101, "SIGMOID"),))  # fmt: skip


def write(folder: Path, each: GreyCase, study: str) -> Path:
    """The file of one image."""
    path = folder / f"{each.uid}.dcm"
    _image(each, study).save_as(path, enforce_file_format=True)
    return path


def _image(each: GreyCase, study: str) -> Dataset:
    made = Dataset()
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made.SOPClassUID, made.SOPInstanceUID = _CR, generate_uid()
    made.StudyInstanceUID, made.SeriesInstanceUID = study, each.uid
    made.Modality, made.PatientName, made.PatientID = "CR", "Nobody", "0"
    made.InstanceNumber = 1
    _pixels(made, each)
    if each.inverse:
        made.PresentationLUTShape = "INVERSE"
    elif each.photometric == "MONOCHROME2":
        made.PresentationLUTShape = "IDENTITY"
    if each.slope is not None:
        made.RescaleSlope, made.RescaleIntercept = each.slope
    if each.modality is not None:
        made.ModalityLUTSequence = [_lut(each.modality)]
        made.ModalityLUTSequence[0].ModalityLUTType = "US"
    if each.windows:
        made.WindowCenter = [window.center for window in each.windows]
        made.WindowWidth = [window.width for window in each.windows]
        made.VOILUTFunction = each.windows[0].function
    if each.curve is not None:
        made.VOILUTSequence = [_lut(each.curve)]
    return made


def _pixels(made: Dataset, each: GreyCase) -> None:
    mask = (1 << each.bits) - 1
    made.Rows, made.Columns = each.stored.shape
    made.SamplesPerPixel, made.PhotometricInterpretation = 1, each.photometric
    made.BitsAllocated, made.BitsStored, made.HighBit = each.allocated, each.bits, each.bits - 1
    made.PixelRepresentation = int(each.signed)
    if each.padding is not None:
        made.PixelPaddingValue, last = each.padding
        if last != each.padding[0]:
            made.PixelPaddingRangeLimit = last
        for name in ("PixelPaddingValue", "PixelPaddingRangeLimit")[
            : 1 + (last != each.padding[0])
        ]:
            made[name].VR = "SS" if each.signed else "US"
    made.PixelData = (each.stored & mask | each.above).astype(f"<u{each.allocated // 8}").tobytes()
    made["PixelData"].VR = "OB" if each.allocated == 8 else "OW"


def _lut(table: Table) -> Dataset:
    item = Dataset()
    item.LUTDescriptor = [len(table.entries) % 65536, table.first, table.bits]
    item["LUTDescriptor"].VR = "SS" if table.first < 0 else "US"
    kind: Any = "u1" if table.packed else "<u2"
    item.LUTData = np.array(table.entries, kind).tobytes()
    item["LUTData"].VR = "OW"
    return item
