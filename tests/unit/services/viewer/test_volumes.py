"""Volumes of the open case: held once, made of all images or of none, gone with the case."""

import numpy as np
import pytest
from attrs import evolve
from fakes import FakeClock, InlineJobs
from fakes_viewer import FakeLoader, FakeStore
from numpy.typing import NDArray
from volume_phantoms import SCANS, display_set, noise

from workstation.domain.presentation import Rescale
from workstation.domain.study import DisplaySet, Frame
from workstation.errors import NotDisplayable
from workstation.imaging.fewer_voxels import FewerVoxels
from workstation.imaging.pixels import FramePixels
from workstation.rendering.volume_slice import plane_samples
from workstation.services.ports.images import Packed
from workstation.services.viewer import volumes
from workstation.services.viewer.volumes import Volumes

COUNT, SHAPE = 34, (42, 46)
CT = display_set(SCANS["straight"], COUNT, SHAPE)
VOXELS = noise((COUNT, *SHAPE))


class Case:
    def __init__(self, shown: DisplaySet = CT) -> None:
        self.shown = shown
        self.store = FakeStore()
        self.loader = FakeLoader(self.store)
        self.loader.known[shown.id] = shown
        self.jobs = InlineJobs(FakeClock())
        self.volumes = Volumes(self.store, self.loader, self.jobs, plane_samples)  # type: ignore[arg-type]

    def arrive(self, *indices: int) -> None:
        for index in indices or range(len(self.shown.frames)):
            self.loader.arrive(self.shown.frames[index], VOXELS[index].copy())

    def voxels(self) -> NDArray[np.generic]:
        volume = self.volumes.get(self.shown)
        assert volume is not None
        return volume.voxels


def test_slices_stand_in_for_the_frames_they_came_from() -> None:
    """600 images twice in memory is what makes the laptop at home swap (F109, memory)."""
    case = Case()
    case.arrive()

    case.volumes.want(CT)

    for index, frame in enumerate(CT.frames):
        held = case.store.get(frame.key)
        assert held is not None
        assert np.shares_memory(held.stored, case.voxels())
        assert np.array_equal(held.stored, VOXELS[index])


def test_what_held_the_frames_before_is_told_that_it_may_let_go(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Decoder children keep their side of the memory until they hear of it: twice the study."""
    monkeypatch.setattr(volumes, "_MOVED_BYTES", 20 * VOXELS[0].nbytes)
    case = Case()
    case.arrive()
    told: list[int] = []
    case.volumes.moved.connect(lambda _: told.append(len(_standing(case))))

    case.volumes.want(CT)

    assert told == [32, 34]  # 16 slices in one go


def test_a_block_of_frames_is_done_with_before_the_next_is_begun() -> None:
    """Frames come in another order than they lie in the patient, many in one block of memory. Of
    blocks that are each half copied none can be let go: twice the study, for a while."""
    case = Case()
    came = np.random.default_rng(2).permutation(COUNT)
    blocks = np.empty((COUNT, *SHAPE), np.int16)
    for place, index in enumerate(came):
        blocks[place] = VOXELS[index]
        case.loader.arrive(CT.frames[index], blocks[place])
    case.jobs.hold()
    case.volumes.want(CT)

    case.jobs.go()

    held = [case.store.get(frame.key) for frame in CT.frames]
    copied = [i for i, each in enumerate(held) if not np.shares_memory(each.stored, blocks)]  # type: ignore[union-attr]
    assert copied == sorted(came[:16])
    case.jobs.go()
    case.jobs.go()
    assert np.array_equal(case.voxels(), VOXELS)


def _standing(case: Case) -> list[int]:
    """Slices that stand in for their frames."""
    held = [case.store.get(frame.key) for frame in CT.frames]
    owners = [None if each is None else each.stored.base for each in held]
    return [index for index, owner in enumerate(owners) if owner is not None and owner.ndim == 3]


def test_a_series_whose_slices_rescale_each_by_itself_is_held_beside_its_frames() -> None:
    """A PET: its voxels are values, and the frames stay what they were (PS3.3 C.8.9.4)."""
    frames = tuple(
        evolve(frame, rescale=Rescale(1.0 + at, 0.0, "BQML")) for at, frame in enumerate(CT.frames)
    )
    case = Case(evolve(CT, frames=frames))
    case.arrive()

    case.volumes.want(case.shown)

    assert case.voxels().dtype == np.float32
    assert np.array_equal(case.voxels()[3], VOXELS[3] * np.float32(4.0))
    held = case.store.get(frames[3].key)
    assert held is not None
    assert np.array_equal(held.stored, VOXELS[3])


def test_a_volume_is_made_when_the_last_image_is_here() -> None:
    case = Case()
    case.arrive(*range(COUNT - 1))
    job = case.volumes.want(CT)
    waiting = case.volumes.missing(CT)

    case.arrive(COUNT - 1)

    assert waiting == "reformats wait for all images: 33 of 34 here"
    assert job.done
    assert case.volumes.missing(CT) == ""
    assert np.array_equal(case.voxels(), VOXELS)


def test_nobody_waits_for_images_that_may_never_come() -> None:
    """A command that asks for planes ends at once; the view counts what is here meanwhile."""
    case = Case()
    case.arrive(*range(COUNT - 1))

    assert case.volumes.being_made(CT) is None

    case.arrive(COUNT - 1)
    job = case.volumes.being_made(CT)
    assert job is not None
    assert job.done


def test_an_image_that_cannot_be_shown_is_no_hole_in_a_volume() -> None:
    """What lies in its place is not guessed; when it comes after all, the volume does."""
    case = Case()
    failed = CT.frames[5].key
    case.store.failures[failed] = NotDisplayable("truncated", "truncated")
    case.arrive(*(index for index in range(COUNT) if index != 5))

    job = case.volumes.want(CT)
    why = case.volumes.missing(CT)
    del case.store.failures[failed]
    case.arrive(5)

    assert job.done
    assert why == "no reformat: image 6 cannot be shown: truncated"
    assert np.array_equal(case.voxels(), VOXELS)


def test_more_images_of_a_series_make_its_volume_anew() -> None:
    fewer = evolve(CT, frames=CT.frames[:-4])
    case = Case(fewer)
    case.arrive()
    case.volumes.want(fewer)
    case.loader.known[CT.id] = case.shown = CT
    case.arrive(*range(COUNT - 4, COUNT))

    case.volumes.know([CT])

    assert case.voxels().shape == (COUNT, *SHAPE)


def larger(room: int, shown: DisplaySet = CT) -> Case:
    """Its frames came, and memory had no room for them decoded."""
    case = Case(shown)
    case.loader.free = room
    for index, frame in enumerate(shown.frames):
        case.loader.arrive_packed(frame, VOXELS[index])
    return case


def test_of_a_series_larger_than_the_memory_there_is_a_volume_of_fewer_voxels() -> None:
    """A dissection from the neck to the knees has planes, and nobody takes them for more than
    they are: what is worked out of every voxel is refused with the reason."""
    case = larger(VOXELS.nbytes // 2)

    job = case.volumes.want(CT)

    assert job.done
    volume = case.volumes.to_see(CT)
    assert isinstance(volume, FewerVoxels)
    assert volume.fewer.most == 2
    assert volume.voxels.nbytes <= VOXELS.nbytes // 4
    assert (volume.low, volume.high) == (VOXELS.min(), VOXELS.max())
    assert case.volumes.not_seen(CT) == ""
    assert case.volumes.get(CT) is None
    assert case.volumes.missing(CT) == (
        "the series is larger than the memory images may take: its planes and its volume are"
        " shown, nothing else is made of its voxels"
    )


def test_its_frames_are_decoded_once_each_in_order_and_not_kept() -> None:
    case = larger(VOXELS.nbytes // 2)
    case.jobs.hold()
    case.volumes.want(CT)
    told = [case.volumes.not_seen(CT)]
    while case.jobs.waiting:
        case.jobs.go()
        told.append(case.volumes.not_seen(CT))

    assert case.loader.unpacked == [frame.key for frame in CT.frames]
    assert told == [
        "reformats wait for all images: 34 of 34 here",
        "the volume is being made: 1 of 34",
        "the volume is being made: 17 of 34",
        "the volume is being made: 33 of 34",
        "",
    ]
    assert case.store.pixels == {}


def test_an_image_that_is_looked_at_meanwhile_does_not_begin_it_again() -> None:
    """Its neighbours are decoded for the view just then: each would begin 2,000 slices anew."""
    case = larger(VOXELS.nbytes // 2)
    case.jobs.hold()
    case.volumes.want(CT)
    for index in range(5):
        case.loader.arrive(CT.frames[index], VOXELS[index])

    assert len(case.jobs.waiting) == 1
    while case.jobs.waiting:
        case.jobs.go()
    assert len(case.loader.unpacked) == COUNT


def test_what_it_takes_counts_against_the_ceiling_until_the_case_is_left() -> None:
    """Else the ceiling is one in name: images, coarse voxels and the slices of an exact plane."""
    case = larger(VOXELS.nbytes // 2)
    case.volumes.want(CT)
    volume = case.volumes.to_see(CT)
    assert isinstance(volume, FewerVoxels)

    run = volume.every.at_once * VOXELS[0].nbytes
    assert case.store.beside == volume.voxels.nbytes + run
    assert case.store.beside <= VOXELS.nbytes // 2

    case.volumes.forget()
    assert case.store.beside == 0


def test_more_images_of_it_are_no_more_memory_taken_twice() -> None:
    fewer = evolve(CT, frames=CT.frames[:-4])
    case = larger(VOXELS.nbytes // 2, fewer)
    case.volumes.want(fewer)
    before = case.store.beside
    case.loader.known[CT.id] = case.shown = CT
    for index in range(COUNT - 4, COUNT):
        case.loader.arrive_packed(CT.frames[index], VOXELS[index])

    case.volumes.know([CT])

    volume = case.volumes.to_see(CT)
    assert isinstance(volume, FewerVoxels)
    assert volume.every.shape == (COUNT, *SHAPE)
    assert before <= case.store.beside < 2 * before


@pytest.mark.parametrize("room", [0, 1000])
def test_where_there_is_no_room_even_for_that_it_is_said(room: int) -> None:
    case = larger(room)

    job = case.volumes.want(CT)

    assert job.done
    assert case.volumes.to_see(CT) is None
    assert case.volumes.not_seen(CT) == (
        "no reformat: the series is larger than the memory images may take"
    )
    assert case.store.beside == 0


def test_where_memory_has_room_by_now_it_is_a_volume_like_any_other() -> None:
    """The series beside it was closed since."""
    case = larger(3 * VOXELS.nbytes)

    case.volumes.want(CT)

    assert np.array_equal(case.voxels(), VOXELS)
    assert case.store.beside == VOXELS.nbytes


def test_a_series_that_grew_larger_than_the_memory_is_not_held_twice() -> None:
    """Frames that are here decoded stay; what is made of them has fewer voxels."""
    case = Case()
    case.store.room = VOXELS.nbytes - 1
    case.loader.free = VOXELS.nbytes // 2
    case.arrive()

    case.volumes.want(CT)

    assert isinstance(case.volumes.to_see(CT), FewerVoxels)
    assert case.loader.unpacked == []


def test_a_larger_series_that_is_left_while_it_is_made_is_dropped() -> None:
    case = larger(VOXELS.nbytes // 2)
    case.jobs.hold()
    job = case.volumes.want(CT)
    case.jobs.go()
    case.volumes.forget()
    while case.jobs.waiting:
        case.jobs.go()

    assert job.done
    assert case.volumes.to_see(CT) is None
    assert case.store.beside == 0
    assert len(case.loader.unpacked) <= 17


def test_a_frame_that_is_broken_is_named_and_nothing_is_guessed() -> None:
    case = larger(VOXELS.nbytes // 2)

    def unpack(frame: Frame, _packed: Packed) -> FramePixels:
        if frame.key == CT.frames[7].key:
            raise NotDisplayable("the image is damaged", "truncated")
        return FramePixels(_read_only(VOXELS[CT.frames.index(frame)]))

    case.loader.unpack = unpack  # type: ignore[method-assign]
    case.volumes.want(CT)

    assert case.volumes.to_see(CT) is None
    assert case.volumes.not_seen(CT) == "no reformat: the image is damaged"
    assert case.store.beside == 0


def _read_only(stored: NDArray[np.int16]) -> NDArray[np.int16]:
    own = stored.copy()
    own.flags.writeable = False
    return own


def test_what_is_still_being_made_when_the_case_is_left_is_dropped() -> None:
    case = Case()
    case.arrive()
    case.jobs.hold()
    job = case.volumes.want(CT)
    assert case.volumes.missing(CT) == "the volume is being made: 0 of 34"
    case.jobs.go()
    assert case.volumes.missing(CT) == "the volume is being made: 16 of 34"
    before = dict(case.store.pixels)

    case.volumes.forget()
    while case.jobs.waiting:
        case.jobs.go()

    assert job.done
    assert case.volumes.get(CT) is None
    assert case.store.pixels == before


@pytest.mark.parametrize("count", [1, 2])
def test_too_few_images_are_no_volume(count: int) -> None:
    few = display_set(SCANS["straight"], count, SHAPE)
    case = Case(few)
    case.arrive()

    assert case.volumes.want(few).done
    assert case.volumes.missing(few).startswith("no reformat: ")
