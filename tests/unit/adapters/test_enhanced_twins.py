"""An enhanced object is read as the classic images that it was made of (F85)."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import volume_objects
from fakes import FakeClock, InlineJobs
from volume_phantoms import SCANS, noise

from workstation.adapters.decoders import Decoders
from workstation.adapters.local_frames import LocalFrames
from workstation.domain.study import DisplaySet
from workstation.services.images.frames import FrameStore
from workstation.services.images.loading import Loader
from workstation.services.ports.files import LOCAL

TWINS = Path(__file__).parents[4] / "shared/data/enhanced"


@pytest.fixture(scope="module")
def decoders() -> Iterator[Decoders]:
    pool = Decoders()
    yield pool
    pool.close()


def opened(decoders: Decoders, folder: Path) -> tuple[DisplaySet, FrameStore]:
    source, store = LocalFrames(decoders), FrameStore()
    (study,) = source.open(folder).studies
    loader = Loader({LOCAL: source}, store, InlineJobs(FakeClock()))
    loader.open(study.ref, first=True)
    (shown,) = loader.display_sets(study.ref)
    return shown, store


def same(one: tuple[DisplaySet, FrameStore], other: tuple[DisplaySet, FrameStore]) -> None:
    """Pixels, places, order, unit and what may be made of them."""
    (classic, of_classic), (enhanced, of_enhanced) = one, other
    assert len(classic.frames) == len(enhanced.frames)
    assert enhanced.geometry.verdict is classic.geometry.verdict
    assert enhanced.kind is classic.kind
    for first, second in zip(classic.frames, enhanced.frames, strict=True):
        assert first.plane is not None
        assert second.plane is not None
        for x, y in ((0.0, 0.0), (22.0, 37.0), (10.5, 3.25)):
            expected = first.plane.to_patient(x, y)
            assert second.plane.to_patient(x, y) == pytest.approx(expected, abs=1e-3)
        assert (second.rescale, second.spacing) == (first.rescale, first.spacing)
        stored, again = of_classic.get(first.key), of_enhanced.get(second.key)
        assert stored is not None
        assert again is not None
        assert np.array_equal(stored.stored, again.stored)


@pytest.mark.data
def test_a_converted_object_shows_what_its_source_slices_show(decoders: Decoders) -> None:
    """Three real slices, and the object that another program made of them."""
    classic = opened(decoders, TWINS / "legacy_image")
    enhanced = opened(decoders, TWINS / "legacy_multiframe")

    same(classic, enhanced)
    spaces = {frame.frame_of_reference for each in (classic, enhanced) for frame in each[0].frames}
    assert len(classic[0].frames) == 3
    assert len(spaces) == 1  # what was measured on one may be looked for on the other


def test_frames_in_an_order_of_their_own_are_the_slices_in_theirs(
    decoders: Decoders, tmp_path: Path
) -> None:
    """An oblique acquisition, its frames stored every other one first."""
    voxels, placed = noise((9, 20, 24)), SCANS["oblique"]
    for name in ("classic", "enhanced"):
        (tmp_path / name).mkdir()
    volume_objects.slices(tmp_path / "classic", voxels, placed)
    volume_objects.enhanced(tmp_path / "enhanced", voxels, placed)

    classic = opened(decoders, tmp_path / "classic")
    same(classic, opened(decoders, tmp_path / "enhanced"))

    held = [classic[1].get(frame.key) for frame in classic[0].frames]
    assert len({each.stored.tobytes() for each in held if each is not None}) == 9
