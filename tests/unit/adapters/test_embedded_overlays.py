"""Overlays in the high bits of pixels: retired, in every archive, and once a marked lesion."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from attrs import evolve
from dicom_objects import image, saved
from fakes_metadata import header
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.encaps import generate_frames
from pydicom.uid import RLELossless

from workstation.adapters.decoders import Decoders
from workstation.domain.identifiers import SeriesUID, SiteId, StudyRef, StudyUID
from workstation.domain.study import Frame
from workstation.imaging.overlay_planes import marks
from workstation.protocols import dicom_json
from workstation.protocols.dicom_attributes import Attributes

ROWS, COLUMNS = 30, 44
#: A window in which no value is white, so that a white pixel is drawn.
WIDE = ("--set-window", "2048", "20000")


@pytest.fixture(scope="module")
def decoders() -> Iterator[Decoders]:
    pool = Decoders(children=1)
    yield pool
    pool.close()


def drawing(seed: int) -> NDArray[np.uint16]:
    return (np.random.default_rng(seed).random((ROWS, COLUMNS)) < 0.2).astype(np.uint16)


def marked(*, signed: bool = False, positions: tuple[int, ...] = (12, 15)) -> Dataset:
    """12 bits of value, an overlay in bit 12 and one in bit 15, as scanners of 2000 wrote them."""
    y, x = np.mgrid[:ROWS, :COLUMNS]
    cells = ((x * 37 + y * 11) % 4096).astype(np.uint16)
    for position in positions:
        cells |= drawing(position) << np.uint16(position)
    ds = image(cells.view(np.int16) if signed else cells, 12)
    for group, position in zip((0x6000, 0x6002), positions, strict=False):
        ds.add_new((group, 0x0010), "US", ROWS)
        ds.add_new((group, 0x0011), "US", COLUMNS)
        ds.add_new((group, 0x0040), "CS", "G")
        ds.add_new((group, 0x0050), "SS", [1, 1])
        ds.add_new((group, 0x0100), "US", 16)
        ds.add_new((group, 0x0102), "US", position)
    return ds


def described(path: Path) -> Frame:
    said = Attributes(header(path))
    ref = StudyRef(SiteId("s"), StudyUID(said.text("0020000D")))
    series = dicom_json.series_of([said], ref, SeriesUID(said.text("0020000E")))
    return series.instances[0].frames[0]


@pytest.mark.parametrize("signed", [False, True])
def test_a_drawing_in_the_pixels_is_taken_out_of_them(
    decoders: Decoders, tmp_path: Path, signed: bool
) -> None:
    """PS3.5-2003 8.1.2: the value keeps its bits, and the drawing lies at its own pixels."""
    path = saved(tmp_path, marked(signed=signed))
    frame = described(path)

    (found,) = decoders.decode_object(path.read_bytes(), [frame])

    y, x = np.mgrid[:ROWS, :COLUMNS]
    values = (x * 37 + y * 11) % 4096
    expected = np.where(values > 2047, values - 4096, values) if signed else values
    assert np.array_equal(found.stored, expected)
    assert np.array_equal(marks(frame, found.overlays), drawing(12) | drawing(15))


@pytest.mark.peer
def test_dcmtk_draws_the_same(decoders: Decoders, tmp_path: Path) -> None:
    """Another toolkit's reading of a retired part of the standard."""
    path = saved(tmp_path, marked())
    frame = described(path)
    (found,) = decoders.decode_object(path.read_bytes(), [frame])

    def theirs(*how: str) -> NDArray[np.uint8]:
        command = ["dcm2pnm", *how, "--write-raw-pnm", *WIDE, str(path)]
        subprocess.run([*command, str(tmp_path / "it.pgm")], capture_output=True, check=True)
        return np.frombuffer((tmp_path / "it.pgm").read_bytes()[-ROWS * COLUMNS :], np.uint8)

    drawn = (theirs("+O", "0", "+Omr") != theirs("-O")).reshape(ROWS, COLUMNS)

    assert np.array_equal(marks(frame, found.overlays), drawn)


@pytest.mark.parametrize(
    "syntax", ["1.2.840.10008.1.2.5", "1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.90"]
)
def test_a_lossless_code_stream_of_whole_cells_keeps_the_drawing(
    decoders: Decoders, tmp_path: Path, syntax: str
) -> None:
    """An archive that compressed the cells as they were compressed the drawing with them."""
    frame = described(saved(tmp_path, marked()))
    cells = np.frombuffer(marked().PixelData, np.uint16).reshape(ROWS, COLUMNS)

    found = decoders.decode(encoded(cells, syntax), frame, syntax)

    assert np.array_equal(found.stored, cells & 0xFFF)
    assert np.array_equal(marks(frame, found.overlays), drawing(12) | drawing(15))


def encoded(cells: NDArray[np.uint16], syntax: str) -> bytes:
    if syntax.endswith(".80"):
        return bytes(imagecodecs.jpegls_encode(cells))
    if syntax.endswith(".90"):
        return bytes(imagecodecs.jpeg2k_encode(cells, reversible=True, codecformat="j2k"))
    ds = image(cells, 16)
    ds.compress(RLELossless)
    return bytes(next(generate_frames(ds.PixelData, number_of_frames=1)))


def test_a_bit_of_the_value_is_no_drawing(decoders: Decoders, tmp_path: Path) -> None:
    """A header that calls a bit of the value an overlay would paint noise over the image."""
    path = saved(tmp_path, marked(positions=(11,)))
    frame = described(path)

    (found,) = decoders.decode_object(path.read_bytes(), [frame])

    assert frame.pixels.overlay_bits == 0
    assert marks(frame, found.overlays) is None


def test_what_the_pixels_do_not_carry_is_not_drawn(tmp_path: Path) -> None:
    """A frame of another decoder, without its overlays, is an image all the same."""
    frame = described(saved(tmp_path, marked()))

    assert marks(frame) is None
    assert marks(evolve(frame, overlays=()), {12: np.full(165, 255, np.uint8)}) is None
