"""A film of a rendered volume as DICOM: judged by others, and played by us."""

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
from workstation.dicom.movie_document import Movie, movie_document
from workstation.domain.cine import Timed
from workstation.domain.identifiers import StudyUID
from workstation.imaging.transfer import Projection
from workstation.protocols.dicom_attributes import Attributes
from workstation.protocols.dicom_cine import timing_of

MOVIE = Movie(SAID, 1 / 6)
#: An odd number of bytes: a value is padded to an even length (PS3.5 7.1).
FRAMES = np.random.default_rng(4).integers(0, 256, (3, 5, 7, 3)).astype(np.uint8)


def read(movie: Movie = MOVIE) -> pydicom.Dataset:
    return pydicom.dcmread(io.BytesIO(movie_document(movie, FRAMES, KEYS)))


@pytest.mark.parametrize("projection", Projection)
@pytest.mark.parametrize("lossy", [None, 0.0, 12.5])
def test_dciodvfy_accepts_it(projection: Projection, lossy: float | None, tmp_path: Path) -> None:
    """A judge of its own; an archive that is strict takes it too."""
    need("dciodvfy")
    path, said = tmp_path / "movie.dcm", evolve(SAID, drawn=Drawn.by(projection), lossy_ratio=lossy)
    path.write_bytes(movie_document(evolve(MOVIE, said=said), FRAMES, KEYS))

    checked = subprocess.run(["dciodvfy", path], capture_output=True, text=True, check=False)

    said = (checked.stdout + checked.stderr).splitlines()
    assert "MultiframeTrueColorSCImage" in said
    wrong = [line for line in said if line.startswith(("Error", "Warning"))]
    assert [line for line in wrong if "<Laterality>" not in line] == []  # type 2C: empty is known
    assert len(wrong) == 1


def test_its_pixels_are_what_was_drawn() -> None:
    """Read by pydicom, who knows nothing of us."""
    assert np.array_equal(read().pixel_array, FRAMES)


def test_it_plays_here_as_long_as_everywhere() -> None:
    """Each picture for a sixth of a second, round and round."""
    timing = timing_of(Attributes(read().to_json_dict()), 3)

    assert timing is not None
    assert timing.source is Timed.FRAME_TIME
    assert timing.seconds == pytest.approx((1 / 6,) * 3, abs=1e-9)
    assert (timing.first, timing.last) in ((0, 2), (0, -1))


def test_of_a_mip_it_says_so() -> None:
    made = read(evolve(MOVIE, said=evolve(SAID, drawn=Drawn.by(Projection.MIP))))

    assert list(made.ImageType) == ["DERIVED", "SECONDARY", "MIP"]
    assert made.DerivationCodeSequence[0].CodeValue == "113078"


def test_images_of_another_study_are_no_source() -> None:
    stranger = evolve(KEYS[0], study=StudyUID("2.2"))

    with pytest.raises(ValueError, match="another study"):
        movie_document(MOVIE, FRAMES, [*KEYS, stranger])
