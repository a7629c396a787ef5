"""Planes and slabs on a view: coarse while they move and said so, exact at rest, the last wins."""

from typing import Any

import pytest
from fakes import FakeClock, InlineJobs
from fakes_viewer import opened
from numpy.typing import NDArray
from volume_phantoms import SCANS, display_set

from workstation.rendering.engine import CPU, Asked, EngineChoice, NoRoom, Slices
from workstation.rendering.slice_cpu import SliceEngine
from workstation.services.viewer.viewer import Viewer
from workstation.ui.viewer import reformats
from workstation.ui.viewer.pictures import Drawn, Pictures

CT = display_set(SCANS["straight"], 34, (42, 46))
CORONAL = 2


class Pane:
    """One view's pictures by jobs that wait until they are let go; `ready` is counted."""

    def __init__(self, slices: Slices = CPU) -> None:
        self.clock = FakeClock()
        self.jobs = InlineJobs(self.clock)
        self.told = 0
        self.pictures = Pictures(self.jobs, self._ready, slices)
        self.viewer, _ = opened(CT)
        for index in range(4):
            self.viewer.resized(index, 300, 200, 1.0)
        self.viewer.toggle_mpr()
        self.viewer.activate(CORONAL)
        self.jobs.hold()

    def _ready(self) -> None:
        self.told += 1

    def draw(self) -> Drawn:
        return self.pictures.draw(self.viewer.scene(CORONAL))

    def rest(self) -> None:
        self.jobs.advance(reformats.REST_S)


@pytest.fixture(autouse=True)
def timeless(monkeypatch: pytest.MonkeyPatch) -> None:
    """What this machine is doing besides decides nothing here."""
    monkeypatch.setattr(reformats, "perf_counter", lambda: 0.0)


@pytest.fixture
def pane() -> Pane:
    return Pane()


@pytest.fixture
def heavy(monkeypatch: pytest.MonkeyPatch) -> Pane:
    """Every plane has a preview, and the preview is made at once."""
    monkeypatch.setattr(reformats, "PATIENCE_S", 0.0)
    return Pane()


class Half:
    """A card with room for previews alone: of a volume that is larger than it takes."""

    def __init__(self) -> None:
        self.drawn = 0

    def sample(self, asked: Asked) -> NDArray[Any]:
        if asked.request.coarse == 1.0:
            raise NoRoom("a side of 600 voxels, the graphics card takes 256")
        self.drawn += 1
        engine = SliceEngine(asked.voxels, asked.affine, asked.outside, asked.kind.type)
        return engine.slice(asked.request)

    def purge(self) -> None: ...


def number(drawn: Drawn) -> str:
    return next(line for line in drawn.words.lines if line.startswith("Coronal"))


def test_a_small_plane_is_exact_at_once(pane: Pane) -> None:
    drawn = pane.draw()

    assert drawn.picture is not None
    assert drawn.picture.part == 1
    assert not pane.jobs.waiting
    assert "preview ½" not in drawn.words.lines


def test_while_it_moves_a_heavy_plane_is_a_preview_and_says_so(heavy: Pane) -> None:
    """A nodule of three pixels may be missing in it: the reader must know."""
    drawn = heavy.draw()

    assert drawn.picture is not None
    assert drawn.picture.part == 2
    assert "preview ½" in drawn.words.lines


def test_at_rest_it_becomes_exact_off_the_home_thread(heavy: Pane) -> None:
    heavy.draw()

    heavy.rest()
    assert len(heavy.jobs.waiting) == 1
    heavy.jobs.go()

    after = heavy.draw()
    assert heavy.told == 1
    assert after.picture is not None
    assert after.picture.part == 1
    assert "preview ½" not in after.words.lines


def test_as_long_as_it_moves_nothing_exact_is_begun(heavy: Pane) -> None:
    for _ in range(5):
        heavy.viewer.scroll(1)
        heavy.draw()
        heavy.jobs.advance(reformats.REST_S / 2)

    assert not heavy.jobs.waiting


def test_an_exact_picture_that_comes_too_late_is_not_shown(heavy: Pane) -> None:
    """Pixels of one plane under the number of another would be a finding in the wrong place."""
    heavy.draw()
    heavy.rest()
    heavy.viewer.scroll(3)
    moved = heavy.draw()

    heavy.jobs.go()
    after = heavy.draw()

    assert number(after) == number(moved)
    assert after.picture is not None
    assert after.picture.part == 2
    assert len(heavy.jobs.waiting) == 1  # the exact one of where it is now
    heavy.jobs.go()
    exact = heavy.draw()
    assert number(exact) == number(moved)
    assert exact.picture is not None
    assert exact.picture.part == 1


def test_what_a_worker_makes_keeps_the_words_before_it(
    pane: Pane, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = pane.draw()
    monkeypatch.setattr(reformats, "AT_ONCE_S", 0.0)

    for _ in range(4):
        pane.viewer.scroll(1)
        meanwhile = pane.draw()

    assert number(meanwhile) == number(before)
    assert pane.pictures.behind
    assert len(pane.jobs.waiting) == 1
    pane.jobs.go()  # the first of the four; the last is asked for, those between never
    pane.jobs.go()
    assert not pane.jobs.waiting
    assert number(pane.draw()) == "Coronal MPR 26 / 42"


def test_a_capture_waits_for_the_exact_plane(heavy: Pane) -> None:
    heavy.draw()
    heavy.viewer.scroll(2)

    drawn = heavy.pictures.draw_now(heavy.viewer.scene(CORONAL))

    assert drawn.picture is not None
    assert drawn.picture.part == 1
    assert number(drawn) == "Coronal MPR 24 / 42"


def test_a_closed_case_leaves_no_voxels(heavy: Pane) -> None:
    viewer: Viewer = heavy.viewer
    heavy.draw()
    heavy.rest()

    viewer.close()
    gone = heavy.draw()
    heavy.jobs.go()

    assert gone.picture is None
    assert heavy.draw().picture is None


def test_a_slow_machine_has_previews_where_a_quick_one_has_none(
    pane: Pane, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hand must feel no difference between the desk in the hospital and the laptop at home."""
    monkeypatch.setattr(reformats, "AT_ONCE_S", 0.0)
    clock = iter(range(1000))  # a second for each picture
    pane.viewer.resized(CORONAL, 900, 700, 1.0)
    monkeypatch.setattr(reformats, "perf_counter", lambda: next(clock))
    parts = []
    for _ in range(12):
        pane.viewer.scroll(1)
        pane.draw()
        pane.jobs.go()
        drawn = pane.draw()
        assert drawn.picture is not None
        parts.append(drawn.picture.part)

    assert parts[0] == 1
    assert parts[-1] == 2


def test_of_a_volume_too_large_for_a_card_what_moves_is_a_preview_and_what_rests_is_exact(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Issue 5, part 1. That the card is quick says nothing of the processor: what is exact would
    hold the hand up."""
    card, slices = Half(), Slices()
    slices.use(card, EngineChoice("gpu"))
    monkeypatch.setattr(reformats, "PATIENCE_S", 0.0005)  # exact at the usual pace: some 0.7 ms
    clock = (0.000_001 * tick for tick in range(1000))  # nobody is quicker
    pane = Pane(slices)

    def drawn() -> Drawn:
        pane.draw()
        pane.jobs.go()
        return pane.draw()

    first = drawn()
    pane.rest()
    pane.jobs.go()
    rested = pane.draw()
    monkeypatch.setattr(reformats, "perf_counter", lambda: next(clock))
    parts = []
    for _ in range(20):
        pane.viewer.scroll(1)
        moved = drawn().picture
        assert moved is not None
        parts.append(moved.part)

    assert "preview ½" in first.words.lines
    assert rested.picture is not None
    assert rested.picture.part == 1
    assert "preview ½" not in rested.words.lines
    assert parts == [2] * 20
    assert card.drawn == 21
