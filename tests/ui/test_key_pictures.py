"""Key images on paper: as they were seen, of the patient reported, each with whose it is."""

import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from attrs import evolve
from fakes_trust import signed_report
from fakes_viewer import SITE, ref, stack
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from workstation.domain.key_image import KeyImage, KeyTitle, SeenAs
from workstation.domain.measurement import Measurement, MeasurementKind
from workstation.domain.presentation import Voi
from workstation.imaging.pixels import FramePixels
from workstation.ui.report_pdf import PaperImage, report_pdf
from workstation.ui.viewer.key_pictures import KeyPictures

IMAGES = stack(3)
FRAME = IMAGES.frames[1]
#: -1024 HU on the left, 976 HU on the right.
STORED = np.repeat(np.array([[0, 2000]], np.int16), 64, axis=0).repeat(32, axis=1)
STORED.flags.writeable = False
WIDE = Voi(0.0, 4000.0)


def key(number: int = 2, title: KeyTitle = KeyTitle.OF_INTEREST, **seen: object) -> KeyImage:
    frame = IMAGES.frames[number - 1]
    return KeyImage(frame.key, title, SeenAs(WIDE, **seen), number, "Axial 2.5")  # type: ignore[arg-type]


def pictures(*keys: KeyImage, here: bool = True) -> tuple[PaperImage, ...]:
    stored = FramePixels(STORED)
    made = KeyPictures(lambda _ref: (IMAGES,), lambda _key: stored if here else None)
    line = Measurement(
        "A1", MeasurementKind.LENGTH, FRAME.key, ((40.0, 10.0), (60.0, 10.0)), 10.0, "mm"
    )
    return made(ref("1.1"), keys, (line,))


def grey(image: QImage | None, x: float, y: float) -> int:
    assert image is not None
    return image.pixelColor(int(x * image.width()), int(y * image.height())).red()


def test_it_looks_as_it_was_seen_and_bears_its_measurement(qtbot: QtBot) -> None:
    """The window in which a finding was seen is part of the finding (LINEAR, PS3.3 C.11.2.1.2)."""
    (made,) = pictures(key())

    assert made.words == "Axial 2.5, image 2 · A1: 10 mm"
    assert grey(made.picture, 0.2, 0.8) == pytest.approx((-1024 + 2000) / 4000 * 255, abs=1.5)
    assert grey(made.picture, 0.8, 0.8) == pytest.approx((976 + 2000) / 4000 * 255, abs=1.5)
    plain = pictures(key(1))[0]
    assert plain.words == "Axial 2.5, image 1"
    assert made.picture != plain.picture  # the line is drawn on its image alone


@pytest.mark.parametrize(
    ("seen", "left"), [({"inverted": True}, "high"), ({"flipped": True}, "high"), ({}, "low")]
)
def test_inverted_and_mirrored_as_it_was(qtbot: QtBot, seen: dict[str, bool], left: str) -> None:
    """A picture with other sides than the reader saw is a wrong-side error on paper."""
    (made,) = pictures(key(**seen))

    darker = grey(made.picture, 0.2, 0.8) < grey(made.picture, 0.8, 0.8)
    assert darker is (left == "low")


def test_only_what_is_meant_for_the_reader_of_the_report_goes_on_paper(qtbot: QtBot) -> None:
    """A teaching file or a quality complaint is no part of the report; nor is another study."""
    other = evolve(key(), frame=evolve(FRAME.key, study=ref("9.9").study))
    hidden = [key(title=t) for t in (KeyTitle.FOR_TEACHING, KeyTitle.QUALITY_ISSUE)]

    assert [p.words for p in pictures(key(3), *hidden, other, key(1))] == [
        "Axial 2.5, image 3",
        "Axial 2.5, image 1",
    ]
    assert FRAME.key.site == SITE


def test_an_image_that_is_not_at_hand_is_named(qtbot: QtBot) -> None:
    """Left out in silence, the report would seem to have had none."""
    (made,) = pictures(key(), here=False)

    assert made.picture is None
    assert made.words.startswith("Axial 2.5, image 2")


@pytest.mark.peer
def test_each_page_of_images_says_whose_they_are(qtbot: QtBot, tmp_path: Path) -> None:
    """Pages go astray; pictures most of all."""
    file = tmp_path / "report.pdf"
    images = (*pictures(key(1), key(2), key(3)), *pictures(key(1), here=False), *pictures(key(2)))
    file.write_bytes(report_pdf(signed_report(), "Harbor General", images))
    tools = [shutil.which(each) for each in ("pdftotext", "pdfimages")]
    assert all(tools), "installers/linux/packages-test.txt names poppler-utils"
    words = subprocess.run(
        [str(tools[0]), "-layout", str(file), "-"], capture_output=True, text=True, check=True
    ).stdout
    listed = subprocess.run(
        [str(tools[1]), "-list", str(file)], capture_output=True, text=True, check=True
    ).stdout

    pages = words.split("\f")[:-1]
    assert len(pages) == 3
    assert all("Canary, Zelda" in page and "Electronically signed by" in page for page in pages)
    assert "Axial 2.5, image 2 · A1: 10 mm" in pages[1]
    assert "it is in the archive" in " ".join(pages[1].split())
    assert len(re.findall(r"^ *[23] +\d+ image", listed, re.M)) == 4
    assert "smask" not in listed  # PDF/A-1 knows no transparency (ISO 19005-1 6.4)
