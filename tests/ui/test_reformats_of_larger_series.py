"""Planes of a series that memory has no room for: marked while they are coarse, exact at rest."""

from collections.abc import Callable

import numpy as np
import pytest
from attrs import evolve
from fakes import FakeClock, InlineJobs
from fakes_viewer import opened
from numpy.typing import NDArray
from volume_phantoms import SCANS, display_set, noise

from workstation.domain.presentation import Rescale, Voi
from workstation.domain.study import DisplaySet, Frame
from workstation.imaging.fewer_voxels import FewerVoxels
from workstation.imaging.pixels import FramePixels
from workstation.services.ports.images import Packed
from workstation.services.screen.overlay_lines import Mark
from workstation.ui.viewer import reformats
from workstation.ui.viewer.pictures import Drawn, Pictures
from workstation.viewing.viewport import SlabMode

COUNT, SHAPE = 34, (42, 46)
HU = Rescale(1.0, 0.0, "HU")
CT = display_set(SCANS["straight"], COUNT, SHAPE, rescale=HU)
TILTED = display_set(SCANS["oblique, left-handed, tilted"], COUNT, SHAPE, rescale=HU)
VOXELS = noise((COUNT, *SHAPE))
AXIAL, _, CORONAL, SAGITTAL = range(4)


class Pane:
    """A view of planes, by jobs that wait until they are let go; `room` None: enough."""

    def __init__(self, view: int = CORONAL, room: int | None = None, scan: DisplaySet = CT) -> None:
        self.view, self.clock = view, FakeClock()
        self.jobs = InlineJobs(self.clock)
        self.told = 0
        self.pictures = Pictures(self.jobs, self._ready)
        self.scan = scan
        self.viewer, self.loader = opened(scan, load=False)
        self.loader.free = room or 0
        for index, frame in enumerate(scan.frames):
            came = self.loader.arrive if room is None else self.loader.arrive_packed
            came(frame, VOXELS[index].copy())
        for index in range(4):
            self.viewer.resized(index, 300, 200, 1.0)
        self.viewer.toggle_mpr()
        self.viewer.activate(view)
        self.loader.unpacked.clear()
        self.jobs.hold()

    def _ready(self) -> None:
        self.told += 1

    def draw(self) -> Drawn:
        return self.pictures.draw(self.viewer.scene(self.view))

    def rest(self) -> None:
        self.jobs.advance(reformats.REST_S)

    def pixels(self) -> NDArray[np.uint8]:
        drawn = self.draw()
        assert drawn.picture is not None
        return drawn.picture.pixels

    def at_rest(self) -> NDArray[np.uint8]:
        """Whatever must be waited for: a coarse picture, and the exact one."""
        for _ in range(2):
            self.draw()
            self.work()
            self.rest()
        self.work()
        return self.pixels()

    def work(self) -> None:
        while self.jobs.waiting:
            self.jobs.go()


@pytest.fixture(autouse=True)
def timeless(monkeypatch: pytest.MonkeyPatch) -> None:
    """What this machine is doing besides decides nothing here."""
    monkeypatch.setattr(reformats, "perf_counter", lambda: 0.0)


def larger(view: int = CORONAL, scan: DisplaySet = CT) -> Pane:
    return Pane(view, VOXELS.nbytes // 2, scan)


def marked(drawn: Drawn) -> list[str]:
    lines = drawn.words.bottom_left
    return [each.text for each in lines if each.mark is Mark.DOUBT and "preview" in each.text]


def test_it_is_a_preview_until_it_is_exact() -> None:
    """A reader who takes means of eight voxels for the image misses the nodule in one of them."""
    pane = larger()
    first = pane.draw()
    assert first.picture is not None
    assert marked(first) == ["preview ½"]

    pane.rest()
    assert [lane for lane, _ in pane.jobs.waiting] == ["every-voxel"]
    assert marked(pane.draw()) == ["preview ½"]
    pane.jobs.go()

    assert pane.told == 1
    assert marked(pane.draw()) == []


@pytest.mark.parametrize("scan", [CT, TILTED])
@pytest.mark.parametrize("view", [AXIAL, CORONAL, SAGITTAL])
@pytest.mark.parametrize("slab", [(0.0, SlabMode.MEAN), *((8.0, mode) for mode in SlabMode)])
def test_at_rest_it_is_what_enough_memory_shows(
    scan: DisplaySet, view: int, slab: tuple[float, SlabMode]
) -> None:
    """Every plane, turned too, every kind of slab: the same grey, to one level of 256."""
    panes = [larger(view, scan), Pane(view, scan=scan)]
    for pane in panes:
        pane.viewer.turn_planes(17.0)
        pane.viewer.set_slab(*slab)

    found, right = (pane.at_rest().astype(int) for pane in panes)

    assert found.shape == right.shape
    assert np.abs(found - right).max() <= 1
    assert marked(panes[0].draw()) == []


def test_an_axial_plane_waits_for_one_slice_alone() -> None:
    pane = larger(AXIAL)
    pane.at_rest()

    assert len(pane.loader.unpacked) == 1


def test_a_plane_along_the_slices_does_not_wait_for_those_across_them() -> None:
    """Half a minute for a coronal of 2,000 slices; the axial beside it takes one of them."""
    lanes = []
    for view in (CORONAL, AXIAL):
        pane = larger(view)
        pane.draw()
        pane.rest()
        lanes += [lane for lane, _ in pane.jobs.waiting]

    assert lanes == ["every-voxel", "pictures"]


def test_what_has_moved_before_it_began_is_not_begun() -> None:
    pane = larger()
    pane.draw()
    pane.rest()
    pane.viewer.scroll(3)
    moved = pane.draw()

    pane.jobs.go()

    assert pane.loader.unpacked == []
    assert marked(moved) == marked(pane.draw()) == ["preview ½"]
    pane.at_rest()
    assert marked(pane.draw()) == []


def _after(pane: Pane, count: int, what: Callable[[], object]) -> None:
    """While that many slices of an exact plane have been decoded."""
    plain = pane.loader.unpack

    def unpack(frame: Frame, packed: Packed) -> FramePixels:
        if len(pane.loader.unpacked) == count:
            what()
        return plain(frame, packed)

    pane.loader.unpack = unpack  # type: ignore[method-assign]


def test_what_moves_is_left_in_the_middle_and_begun_anew_at_rest() -> None:
    """A hand on the wheel never waits for 2,000 slices of where it was."""
    pane = larger()
    _after(pane, 5, lambda: (pane.viewer.scroll(3), pane.draw()))
    pane.draw()
    pane.rest()

    pane.jobs.go()

    assert len(pane.loader.unpacked) == 6
    assert marked(pane.draw()) == ["preview ½"]
    right = Pane()
    right.viewer.scroll(3)
    assert np.abs(pane.at_rest().astype(int) - right.at_rest()).max() <= 1
    assert marked(pane.draw()) == []


def test_a_window_is_drawn_on_what_is_exact_without_decoding_it_again() -> None:
    pane = larger()
    pane.at_rest()
    decoded = len(pane.loader.unpacked)
    before = pane.pixels().copy()

    pane.viewer.change(lambda state: evolve(state, voi=Voi(300.0, 200.0)))

    assert marked(pane.draw()) == []
    assert not np.array_equal(pane.pixels(), before)
    assert len(pane.loader.unpacked) == decoded
    assert not pane.jobs.waiting


def test_a_window_that_is_drawn_meanwhile_ends_nothing() -> None:
    pane = larger()
    pane.draw()
    pane.rest()
    pane.viewer.change(lambda state: evolve(state, voi=Voi(300.0, 200.0)))
    pane.draw()

    pane.work()

    assert len(pane.loader.unpacked) == COUNT
    assert marked(pane.draw()) == []


def test_a_case_that_is_left_ends_it() -> None:
    pane = larger()
    _after(pane, 3, pane.pictures.forget)
    pane.draw()
    pane.rest()

    pane.jobs.go()

    assert len(pane.loader.unpacked) == 4
    assert pane.told == 0


def test_a_picture_that_must_be_there_at_once_says_that_it_is_coarse() -> None:
    """A copy for a slide is made of what the view shows, with its mark; exact if the view is."""
    pane = larger()
    scene = pane.viewer.scene(CORONAL)
    assert marked(pane.pictures.draw_now(scene)) == ["preview ½"]
    pane.at_rest()

    assert marked(pane.pictures.draw_now(scene)) == []


def test_the_volume_behind_it_is_coarse() -> None:
    """The test of the tests: with every voxel held none of the above would say anything."""
    volume = larger().viewer.volumes.to_see(CT)
    assert isinstance(volume, FewerVoxels)
    assert volume.fewer.most == 2
