"""Files of this machine as a source: the same frames as from a site, everything accounted for."""

import hashlib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pydicom
import pytest
from dicom_objects import image, written
from fakes import FakeClock, InlineJobs
from pydicom.data import get_testdata_file

from workstation.adapters.decoders import Decoders
from workstation.adapters.local_files import File
from workstation.adapters.local_frames import LocalFrames
from workstation.domain.study import Frame
from workstation.services.images.frames import FrameStore
from workstation.services.images.loading import Loader
from workstation.services.ports.files import LOCAL, Opened
from workstation.services.ports.images import Fetched, Packed


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

    source.frames([frame], lambda *each: came.append(each), decoded=False)
    packed = came[0][1]

    assert isinstance(packed, Packed)
    np.testing.assert_array_equal(source.unpack(frame, packed).stored, expected)


def slices(folder: Path, count: int) -> Path:
    """CT slices 5 mm apart, numbered and named in the order of their places."""
    uids = [pydicom.uid.generate_uid() for _ in range(2)]
    for at in range(count):
        ds = image(np.full((8, 8), at, np.uint16), 12)
        ds.StudyInstanceUID, ds.SeriesInstanceUID = uids
        ds.SOPClassUID, ds.Modality = "1.2.840.10008.5.1.4.1.1.2", "CT"
        ds.ImagePositionPatient, ds.ImageOrientationPatient = [0, 0, -5 * at], [1, 0, 0, 0, 1, 0]
        ds.PixelSpacing, ds.InstanceNumber, ds.SeriesDescription = [1, 1], at + 1, "Axial lung 5"
        (folder / f"{at:03}").write_bytes(written(ds))
    return folder


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of files that were read whole."""
    read: list[str] = []
    whole = File.read

    def read_one(self: File, most: int | None = None) -> bytes:
        if most is None:
            read.append(self.where.name)
        return whole(self, most)

    monkeypatch.setattr(File, "read", read_one)
    return read


def test_the_first_image_is_there_before_the_second_file_is_read(
    tmp_path: Path, decoders: Decoders, counted: list[str]
) -> None:
    """A disc of a thousand slices takes a minute to read; one slice does not."""
    source = LocalFrames(decoders)
    shown: list[tuple[int, int]] = []

    def grown(found: Opened) -> None:
        ref = found.studies[0].ref
        (head,) = source.series(ref)
        (first, *_) = source.metadata(ref, head.uid).instances
        assert source.frame(first.frames[0]).stored[0, 0] == 0
        shown.append((found.read, len(counted)))

    found = source.open(slices(tmp_path, 70), grown)

    assert shown[0] == (1, 1)
    assert [read for read, _ in shown] == [1, 33, 65]
    assert found.read == 70


def test_what_is_closed_while_it_is_read_is_read_no_further(
    tmp_path: Path, decoders: Decoders, counted: list[str]
) -> None:
    """The next case is opened: nothing of the disc may come into memory behind it."""
    source = LocalFrames(decoders)

    found = source.open(slices(tmp_path, 300), lambda _: source.forget())

    assert found.studies == ()
    assert len(counted) < 150


def test_a_growing_series_is_decoded_when_it_is_whole_and_every_frame_once(
    tmp_path: Path, decoders: Decoders
) -> None:
    """Whether all of it fits the memory decoded is known when all of it is known."""
    source, store = LocalFrames(decoders), FrameStore()
    loader = Loader({LOCAL: source}, store, InlineJobs(FakeClock()))
    told: list[str] = []
    loader.news.connect(lambda news: told.append(news[1]))
    loaded: list[tuple[int, int]] = []

    def grown(found: Opened) -> None:
        ref = found.studies[0].ref
        if found.read == 1:
            loader.open(ref, first=True, growing=True)
        else:
            loader.refresh(ref)
        (known,) = loader.display_sets(ref)
        loader.look_at(known, 0)
        progress = loader.progress(known.id)
        loaded.append((progress.loaded, progress.total))

    found = source.open(slices(tmp_path, 70), grown)
    ref = found.studies[0].ref
    assert not loader.complete(ref)
    job = loader.whole(ref)

    assert job.done
    assert loader.complete(ref)
    assert loaded[0] == (1, 1)
    assert all(here <= 12 for here, _ in loaded)  # what is looked at, its neighbours, the middle
    (known,) = loader.display_sets(ref)
    pixels = [store.get(frame.key) for frame in known.frames]
    assert [int(each.stored[0, 0]) for each in pixels if each is not None] == list(range(70))
    assert told == []
