"""Files of this machine as a source: the same frames as from a site, everything accounted for."""

import hashlib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pydicom
import pytest
from fakes import FakeClock, InlineJobs
from pydicom.data import get_testdata_file

from workstation.adapters.decoders import Decoders
from workstation.adapters.local_frames import LocalFrames
from workstation.domain.study import Frame
from workstation.services.frames import FrameStore
from workstation.services.loading import Loader
from workstation.services.ports import LOCAL, Fetched, Packed


@pytest.fixture(scope="module")
def decoders() -> Iterator[Decoders]:
    pool = Decoders()
    yield pool
    pool.close()


def ct(folder: Path, name: str = "CT_small.dcm") -> Path:
    """The slice that the pydicom wheel carries, under another name."""
    found = get_testdata_file("CT_small.dcm")
    assert isinstance(found, str)
    (folder / name).write_bytes(Path(found).read_bytes())
    return folder / name


@pytest.mark.parametrize("packed_in", ["folder", "zip", "file"])
def test_a_file_shows_the_pixels_that_another_reader_finds(
    tmp_path: Path, decoders: Decoders, packed_in: str
) -> None:
    """The disc, the archive that came by mail, the single file: one image."""
    path = ct(tmp_path)
    expected = hashlib.sha256(pydicom.dcmread(path).pixel_array.tobytes()).hexdigest()
    if packed_in == "zip":
        with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(path, "deep/IM1")
        path.unlink()
    source = LocalFrames(decoders)
    opened = source.open({"folder": tmp_path, "zip": tmp_path / "a.zip", "file": path}[packed_in])

    assert dict(opened.problems) == {}
    assert opened.studies[0].patient.id == "1CT1"
    store, jobs = FrameStore(), InlineJobs(FakeClock())
    loader = Loader({LOCAL: source}, store, jobs)
    loader.open(opened.studies[0].ref, first=True)
    (shown,) = loader.display_sets(opened.studies[0].ref)
    pixels = store.get(shown.frames[0].key)
    assert pixels is not None
    assert hashlib.sha256(pixels.stored.tobytes()).hexdigest() == expected


def test_what_is_no_image_is_counted(tmp_path: Path, decoders: Decoders) -> None:
    """The viewer that lies on the disc, a copy of an image, one that broke off."""
    path = ct(tmp_path, "a")
    ct(tmp_path, "b")
    (tmp_path / "autorun.inf").write_text("[autorun]")
    (tmp_path / "d").write_bytes(path.read_bytes()[:300])
    opened = LocalFrames(decoders).open(tmp_path)

    assert opened.others == 1
    assert opened.problems == {"duplicate": 1, "truncated": 1}


def test_two_images_under_one_identifier_are_both_shown_and_say_so(
    tmp_path: Path, decoders: Decoders
) -> None:
    """Which of them is right only the sender knows; one of them may hold the finding."""
    path = ct(tmp_path, "a")
    expected = pydicom.dcmread(path).pixel_array
    changed = bytearray(path.read_bytes())
    at = changed.find(expected.tobytes())
    changed[at] ^= 1  # the first pixel
    (tmp_path / "b").write_bytes(changed)
    source, store = LocalFrames(decoders), FrameStore()
    opened = source.open(tmp_path)
    loader = Loader({LOCAL: source}, store, InlineJobs(FakeClock()))
    told: list[str] = []
    loader.problems.connect(lambda problem: told.append(problem[1]))

    loader.open(opened.studies[0].ref, first=True)

    assert dict(opened.problems) == {}
    frames = [f for each in loader.display_sets(opened.studies[0].ref) for f in each.frames]
    shown = [pixels.stored for f in frames if (pixels := store.get(f.key)) is not None]
    assert [int(pixels[0, 0]) for pixels in shown] == [expected[0, 0], expected[0, 0] ^ 1]
    assert [frame.doubts for frame in frames] == [("uid-conflict",), ("uid-conflict",)]
    assert told == ["CT, 2 images: Another image with the same identifier was received."]


def test_without_room_frames_stay_as_they_are_and_decode_to_the_same(
    tmp_path: Path, decoders: Decoders
) -> None:
    """A disc larger than the memory is looked at all the same."""
    source = LocalFrames(decoders)
    expected = pydicom.dcmread(ct(tmp_path)).pixel_array
    opened = source.open(tmp_path)
    ref = opened.studies[0].ref
    (head,) = source.series(ref)
    (frame,) = source.metadata(ref, head.uid).instances[0].frames
    came: list[tuple[Frame, Fetched]] = []

    source.frames([frame], lambda *each: came.append(each), lambda: False, decoded=False)
    packed = came[0][1]

    assert isinstance(packed, Packed)
    np.testing.assert_array_equal(source.unpack(frame, packed).stored, expected)
