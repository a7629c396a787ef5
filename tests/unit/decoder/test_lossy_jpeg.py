"""Lossy JPEG against dcmtk's own decoder: another code base, another cosine transform."""

import subprocess
from pathlib import Path

import numpy as np
import pytest

from workstation.decoder import budget, codecs
from workstation.dicom import reader

DATA = Path(__file__).parents[4] / "shared/data"
FILES = [
    "transfer_syntax/CTImage.dcm_JPEGProcess1TransferSyntax_1.2.840.10008.1.2.4.50.dcm",
    "transfer_syntax/CTImage.dcm_JPEGProcess2_4TransferSyntax_1.2.840.10008.1.2.4.51.dcm",
    "transfer_syntax/CTImage.dcm_JPEGProcess6_8TransferSyntax_1.2.840.10008.1.2.4.53.dcm",
    "transfer_syntax/CTImage.dcm_JPEGProcess10_12TransferSyntax_1.2.840.10008.1.2.4.55.dcm",
    "enhanced/CT0012.fragmented_no_bot_jpeg_baseline.51.dcm",
    "xa/jpeg8bit.dcm",
]


def values(path: Path) -> np.ndarray:
    """The first frame, through our reader and codecs."""
    found = reader.read(path.read_bytes())
    bits, codec = budget.native_bits(found.pixels), codecs.codec(found.syntax)
    raw = reader.frame_bytes(found, 0, bits, codec.encapsulated)
    return codecs.decode(raw, found.pixels, found.syntax)


@pytest.mark.data
@pytest.mark.peer
@pytest.mark.slow
@pytest.mark.parametrize("name", FILES)
def test_lossy_jpeg_is_within_one_grey_level_of_another_decoder(name: str, tmp_path: Path) -> None:
    """The standard leaves the rounding of the cosine transform open, and nothing else."""
    plain = tmp_path / "plain.dcm"
    subprocess.run(["dcmdjpeg", str(DATA / name), str(plain)], check=True, capture_output=True)

    ours = values(DATA / name).astype(int)

    assert np.abs(ours - values(plain).astype(int)).max() <= 1
