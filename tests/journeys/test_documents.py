"""Reports and documents of real archives, opened in the real program by script."""

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from demo_platform import DemoPlatform, start_platform
from numpy.typing import NDArray
from PySide6.QtGui import QImage
from reading import SHARED, Done, Reading

pytestmark = [
    pytest.mark.slow,
    pytest.mark.data,
    pytest.mark.skipif(not SHARED.is_dir(), reason="../shared/data is not here"),
]

#: contracts.md: "DEMO-" and 8 digits of SHA-256 of the Study UID of `sr/test-SR.dcm`.
REPORT, DOCUMENT = "DEMO-702dd924", "DERIVEDPRIOR1"
LINES = (
    "case.open {accession}", "wait loaded", "state {{state}}", "capture {{picture}} viewer",
    "viewport.scroll 6", "state {{after}}", "tool.length 10 10 90 90",
)  # fmt: skip


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoPlatform]:
    studies = [SHARED / "sr", SHARED / "encapsulated_pdf"]
    with start_platform(tmp_path_factory.mktemp("documents"), studies) as running:
        yield running


def opened(platform: DemoPlatform, folder: Path, accession: str) -> Done:
    """Scripts end at the first line that is refused: measuring is the last."""
    return Reading(folder / "reader").run(
        platform, [line.format(accession=accession) for line in LINES]
    )


def picture(done: Done) -> NDArray[np.uint8]:
    image = QImage(os.fspath(done.file("picture.png"))).convertToFormat(
        QImage.Format.Format_Grayscale8
    )
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
    return rows[:, : image.width()].copy()


def test_a_structured_report_is_read_on_the_viewport(
    platform: DemoPlatform, tmp_path: Path
) -> None:
    """The values are those that dsrdump of dcmtk reads of the same file."""
    done = opened(platform, tmp_path, REPORT)

    (view,) = done.state("state")["viewports"]
    assert view["painted"]
    assert view["title"] == "Diagnosis"
    assert "Verified by: Riesmeier, Jörg, OFFIS e.V., 2001-02-13 18:47:46" in view["text"]
    assert view["text"].index("Text Code: A mass of") < view["text"].index(
        "Diameter: 3 Length Unit"
    )
    assert "CURRENT" in view["overlay"]
    (after,) = done.state("after")["viewports"]
    assert after["text"] == view["text"][6:]
    assert done.code != 0
    assert "report" in done.stderr.splitlines()[-1]
    assert 0.002 < (picture(done) > 120).mean() < 0.15


def test_an_encapsulated_pdf_is_read_on_the_viewport(
    platform: DemoPlatform, tmp_path: Path
) -> None:
    """Its one page, as wide as the view, grey and not white, with dark letters on it."""
    done = opened(platform, tmp_path, DOCUMENT)

    (view,) = done.state("state")["viewports"]
    assert (view["painted"], view["frame"], view["frames"]) == (True, 1, 1)
    assert "Page 1 / 1" in view["overlay"]
    assert view["patient_id"] == "CMB-CRC-MSB-01068"
    assert done.code != 0
    assert "nothing to measure" in done.stderr.splitlines()[-1]
    grey = picture(done)
    assert 0.3 < (grey == 200).mean() < 0.9
    assert (grey[200:-200, 200:-500] < 60).mean() > 0.01
