"""The pictures of a rendered volume: coarse at once, whole at rest, never on the home thread."""

import gc
import weakref

import pytest
from fakes import FakeClock, InlineJobs
from fakes_viewer import larger, opened
from volume_phantoms import SCANS, display_set

from workstation.services.viewer.viewer import Viewer
from workstation.ui.viewer import renderings
from workstation.ui.viewer.pictures import Drawn, Pictures
from workstation.ui.viewer.renderings import point_under

CT = display_set(SCANS["straight"], 34, (42, 46))


class Pane:
    """One view's pictures by jobs that wait until they are let go; `ready` is counted."""

    def __init__(self) -> None:
        self.jobs = InlineJobs(FakeClock())
        self.told = 0
        self.pictures = Pictures(self.jobs, self._ready)
        self.viewer: Viewer
        self.viewer, self.loader = opened(CT)
        self.viewer.resized(0, 700, 500, 1.0)
        self.viewer.set_volume("mip")
        self.jobs.hold()

    def _ready(self) -> None:
        self.told += 1

    def draw(self) -> Drawn:
        return self.pictures.draw(self.viewer.scene(0))

    def rest(self) -> None:
        self.jobs.advance(renderings.REST_S)


@pytest.fixture
def pane() -> Pane:
    return Pane()


def seen_from(drawn: Drawn) -> str:
    return next(line for line in drawn.words.lines if line.startswith(("From", "LAO", "RAO")))


def part(drawn: Drawn) -> int:
    assert drawn.picture is not None
    return drawn.picture.part


def test_nothing_is_rendered_on_the_home_thread(pane: Pane) -> None:
    """A report that is dictated meanwhile never waits for a picture."""
    drawn = pane.draw()

    assert drawn.picture is None
    assert "the picture is being made" in drawn.words.notices
    assert [lane for lane, _ in pane.jobs.waiting] == [renderings.LANE]


def test_it_comes_coarse_then_finer_then_whole(pane: Pane) -> None:
    """And says that it is a preview until it is whole."""
    pane.draw()
    pane.jobs.go()
    coarse = pane.draw()
    pane.rest()
    pane.jobs.go()
    finer = pane.draw()
    pane.jobs.go()
    whole = pane.draw()

    assert part(coarse) > part(finer) > part(whole) == 1
    assert "preview ½" in coarse.words.lines
    assert "preview ½" in finer.words.lines
    assert "preview ½" not in whole.words.lines
    assert not pane.jobs.waiting
    assert pane.told == 3


def test_of_a_series_larger_than_the_memory_it_stays_a_preview(pane: Pane) -> None:
    """At rest too, with every ray: what rays go through are means."""
    larger(pane.viewer, pane.loader, CT)
    while pane.jobs.waiting:
        pane.jobs.go()
    pane.draw()
    for _ in range(3):
        pane.jobs.go()
        pane.rest()
        drawn = pane.draw()

    assert part(drawn) == 1
    assert not pane.jobs.waiting
    assert "preview ½" in drawn.words.lines


def test_of_many_turns_the_last_is_drawn_with_its_own_words(pane: Pane) -> None:
    """While it is made the one before stays, with what was true of it."""
    pane.draw()
    pane.jobs.go()
    pane.draw()
    for _ in range(20):
        pane.viewer.turn_volume(-2.0, 0.0)
        between = pane.draw()
    assert seen_from(between) == "From A"
    assert pane.pictures.behind

    while pane.jobs.waiting:
        pane.jobs.go()

    assert seen_from(pane.draw()).startswith("LAO 40°")
    assert not pane.pictures.behind


def test_a_turn_leaves_the_whole_picture_that_was_under_way(pane: Pane) -> None:
    pane.draw()
    pane.jobs.go()
    pane.rest()
    pane.jobs.go()
    assert [lane for lane, _ in pane.jobs.waiting] == [renderings.LANE_AT_REST]  # the whole one

    pane.viewer.turn_volume(-10.0, 0.0)
    pane.draw()
    pane.jobs.go()

    turned = pane.draw()
    assert seen_from(turned) == "From A"  # it was left, not drawn
    pane.jobs.go()
    assert seen_from(pane.draw()).startswith("LAO 10°")


def test_a_capture_is_whole(pane: Pane) -> None:
    drawn = pane.pictures.draw_now(pane.viewer.scene(0))

    assert part(drawn) == 1
    assert "preview ½" not in drawn.words.lines


def test_what_is_under_the_pointer_lies_on_the_ray(pane: Pane) -> None:
    """The largest value of a MIP is somewhere: there the crosshair goes."""
    drawn = pane.pictures.draw_now(pane.viewer.scene(0))
    seen = pane.pictures.rendering
    assert seen is not None
    assert drawn.scene.view is not None

    found = point_under(seen, (350.5, 250.5))

    assert found is not None
    plane = seen.request.plane
    assert plane.to_pixel(found)[:2] == pytest.approx(drawn.scene.view.to_image((350.5, 250.5)))
    # stored values rise from slice to slice: all along this ray the same; it is the first of them
    assert abs(plane.to_pixel(found)[2]) <= 42 * 0.8 / 2 + 0.5
    assert point_under(seen, (-4.0, 3.0)) is None
    assert point_under(seen, (2.0, 2.0)) is None


def test_a_case_that_is_left_leaves_no_picture(pane: Pane) -> None:
    pane.pictures.draw_now(pane.viewer.scene(0))

    pane.pictures.forget()

    assert pane.pictures.rendering is None


def test_an_image_in_its_place_drops_the_volume(pane: Pane) -> None:
    pane.pictures.draw_now(pane.viewer.scene(0))
    pane.viewer.set_volume()

    drawn = pane.draw()

    assert pane.pictures.rendering is None
    assert drawn.picture is not None


def test_without_memory_the_view_says_so_and_does_not_try_for_ever(
    pane: Pane, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reading goes on; another turn is another try."""

    def fails(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("workstation.rendering.volume_painter.Brick.of", fails)
    pane.draw()
    pane.jobs.go()

    drawn = pane.draw()

    assert drawn.picture is None
    assert any("not enough memory" in line for line in drawn.words.notices)
    assert not pane.jobs.waiting
    pane.viewer.turn_volume(5.0, 0.0)
    pane.draw()
    assert len(pane.jobs.waiting) == 1


def test_a_case_that_is_left_leaves_no_voxel() -> None:
    """Thirty volumes, one after another, are no more memory than one."""
    pane = Pane()
    pane.pictures.draw_now(pane.viewer.scene(0))
    seen = pane.pictures.rendering
    assert seen is not None
    volume = weakref.ref(seen.request.volume)
    del seen

    pane.viewer.close()
    pane.pictures.forget()
    while pane.jobs.waiting:
        pane.jobs.go()
    gc.collect()

    assert volume() is None
