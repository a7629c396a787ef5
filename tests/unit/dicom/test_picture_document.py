"""A view as it was seen, as DICOM: judged by others, and read by pydicom."""

import io
import subprocess
from pathlib import Path

import numpy as np
import pydicom
import pytest
from attrs import evolve
from fakes_drawn import KEYS, SAID
from programs import need

from workstation.dicom.display_pixels import Drawn
from workstation.dicom.picture_document import picture_document
from workstation.domain.identifiers import StudyUID

#: An odd number of bytes: a value is padded to an even length (PS3.5 7.1).
PIXELS = np.random.default_rng(4).integers(0, 256, (5, 7, 3)).astype(np.uint8)


@pytest.mark.parametrize("drawn", Drawn)
def test_dciodvfy_accepts_it(drawn: Drawn, tmp_path: Path) -> None:
    """A judge of its own; an archive that is strict takes it too."""
    need("dciodvfy")
    path = tmp_path / "picture.dcm"
    path.write_bytes(picture_document(evolve(SAID, drawn=drawn), 3, PIXELS, KEYS))

    checked = subprocess.run(["dciodvfy", path], capture_output=True, text=True, check=False)

    said = (checked.stdout + checked.stderr).splitlines()
    assert "SCImage" in said
    wrong = [line for line in said if line.startswith(("Error", "Warning"))]
    assert [line for line in wrong if "<Laterality>" not in line] == []  # type 2C: empty is known


@pytest.mark.parametrize(
    ("drawn", "code"),
    [
        (Drawn.RENDERING, "113074"), (Drawn.MIP, "113078"), (Drawn.MINIP, "113079"),
        (Drawn.STRAIGHTENED, "113073"), (Drawn.PLANE, "113072"), (Drawn.IMAGE, None),
    ],
)  # fmt: skip
def test_its_pixels_are_what_was_seen_and_it_says_of_what(drawn: Drawn, code: str | None) -> None:
    """Codes of PS3.16 CID 7203; of an image on a screen it has none."""
    data = picture_document(evolve(SAID, drawn=drawn), 3, PIXELS, KEYS)

    made = pydicom.dcmread(io.BytesIO(data))
    assert np.array_equal(made.pixel_array, PIXELS)
    assert list(made.ImageType) == ["DERIVED", "SECONDARY", drawn.value]
    said = [each.CodeValue for each in made.get("DerivationCodeSequence", [])]
    assert said == ([] if code is None else [code])
    assert (made.InstanceNumber, made.BurnedInAnnotation) == (3, "NO")
    assert "PixelSpacing" not in made
    assert "ImagePositionPatient" not in made


def test_images_of_another_study_are_no_source() -> None:
    stranger = evolve(KEYS[0], study=StudyUID("2.2"))

    with pytest.raises(ValueError, match="another study"):
        picture_document(SAID, 1, PIXELS, [*KEYS, stranger])


def test_of_a_photograph_it_is_not_said_that_it_names_nobody() -> None:
    """An ultrasound machine writes the name into its pixels, and they are in the picture."""
    data = picture_document(evolve(SAID, nameless=False), 1, PIXELS, KEYS)

    assert "BurnedInAnnotation" not in pydicom.dcmread(io.BytesIO(data))
