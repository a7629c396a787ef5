"""A rendered volume cut along a line, seen from near, turned by itself; and taken back."""

import pytest
from attrs import evolve
from fakes import FakeClock, InlineJobs
from fakes_viewer import FakeStore, opened, runner
from volume_phantoms import SCANS, display_set

from workstation.errors import CommandError
from workstation.services.viewer.cine import Cine
from workstation.services.viewer.turntable import USUAL_S
from workstation.services.viewer.viewer import Viewer
from workstation.viewing.cursor3d import Spot
from workstation.viewing.linking import space
from workstation.viewing.volume_look import VolumeLook, angles

CT = display_set(SCANS["straight"], 34, (42, 46))
TRIANGLE = ((5.0, 5.0), (30.0, 5.0), (30.0, 30.0))


def rendered() -> Viewer:
    viewer, _ = opened(CT)
    viewer.resized(0, 400, 300, 1.0)
    viewer.set_volume("ct-bone")
    return viewer


def look(viewer: Viewer) -> VolumeLook:
    found = viewer.viewports[0].look
    assert found is not None
    return found


def test_a_cut_is_one_step_back_and_the_hand_turns_again() -> None:
    viewer = rendered()
    viewer.take_lasso(inside=True)
    assert viewer.tool == "lasso"

    viewer.cut_freehand(TRIANGLE)

    assert len(look(viewer).cuts) == 1
    assert viewer.tool == "window"
    viewer.cut_freehand(TRIANGLE, inside=False)
    viewer.undo_view()
    assert [cut.inside for cut in look(viewer).cuts] == [True]
    viewer.undo_view()
    assert look(viewer).cuts == ()


def test_the_whole_volume_is_whole_again() -> None:
    viewer = rendered()
    viewer.cut_freehand(TRIANGLE)
    viewer.cut_volume(10.0)

    viewer.uncut_volume()

    assert look(viewer).cuts == ()
    assert not any(look(viewer).cut)


def test_a_view_says_that_something_was_cut_away() -> None:
    """A missing part is never mistaken for one that is not there."""
    viewer = rendered()
    viewer.cut_freehand(TRIANGLE)

    assert "Cut open" in " ".join(viewer.overlay(0).lines)


def test_a_line_that_encloses_nothing_is_refused() -> None:
    viewer = rendered()
    with pytest.raises(CommandError, match="three points"):
        viewer.cut_freehand(TRIANGLE[:2])
    viewer.set_volume()
    with pytest.raises(CommandError, match="no volume"):
        viewer.take_lasso(inside=True)


def test_from_near_is_said_and_the_eye_turns_with_the_reader() -> None:
    """Lengths are not of one scale then: the view says so."""
    viewer = rendered()
    viewer.toggle_perspective()

    shown = viewer.shown(0)
    assert shown is not None
    assert shown.rendering is not None
    before = shown.rendering.eye
    assert before is not None
    assert not shown.has_scale
    assert "Perspective" in " ".join(viewer.overlay(0).lines)
    viewer.turn_volume(90.0, 0.0)
    shown = viewer.shown(0)
    assert shown is not None
    assert shown.rendering is not None
    assert shown.rendering.eye != before
    viewer.toggle_perspective()
    assert "Perspective" not in " ".join(viewer.overlay(0).lines)


def test_the_crosshair_is_seen_where_its_ray_is() -> None:
    """Off the middle and in front: from near it is seen further out, by similar triangles."""
    viewer = rendered()
    shown = viewer.shown(0)
    assert shown is not None
    assert shown.frame.plane is not None
    plane = shown.frame.plane
    middle = plane.to_patient(
        *[(count - 1) / 2 for count in (shown.frame.pixels.columns, shown.frame.pixels.rows)]
    )
    x, y, z = middle
    viewer._spot = Spot((x + 5.0, y - 10.0, z), space(CT.frames[0]))
    flat = viewer.located_on(shown)
    viewer.toggle_perspective()
    shown = viewer.shown(0)
    assert shown is not None
    assert shown.rendering is not None
    assert shown.rendering.eye is not None
    near = viewer.located_on(shown)

    assert flat is not None
    assert near is not None
    away = abs(shown.rendering.eye[1] - y)
    centre = plane.to_pixel(middle)[0]
    assert near.at[0] - centre == pytest.approx((flat.at[0] - centre) * away / (away - 10.0))


def turning(viewer: Viewer) -> tuple[Cine, InlineJobs, FakeClock]:
    clock = FakeClock()
    jobs = InlineJobs(clock)
    return Cine(viewer, FakeStore(), jobs, clock), jobs, clock


def test_cine_turns_a_volume_once_around_by_the_clock() -> None:
    """A machine that is slow leaves pictures out: it turns as fast."""
    viewer = rendered()
    cine, jobs, _ = turning(viewer)
    cine.toggle()
    assert any("Turning" in line for line in viewer.overlay(0).lines)

    jobs.advance(USUAL_S / 4)

    assert angles(look(viewer).axes)[0] == pytest.approx(-90.0, abs=3.0)
    cine.toggle()
    stands = look(viewer).axes
    jobs.advance(5.0)
    assert look(viewer).axes == stands
    assert not any("Turning" in line for line in viewer.overlay(0).lines)


def test_a_volume_that_is_left_turns_no_more() -> None:
    viewer = rendered()
    cine, jobs, _ = turning(viewer)
    cine.toggle()

    viewer.set_volume()
    jobs.advance(1.0)

    assert not cine.plays(0)


def test_turning_by_itself_is_no_step_of_the_reader() -> None:
    """Undo takes back what he did, not how far it turned since."""
    viewer = rendered()
    cine, jobs, _ = turning(viewer)
    viewer.cut_freehand(TRIANGLE)
    cine.toggle()
    jobs.advance(2.0)
    cine.toggle()

    viewer.undo_view()

    assert look(viewer).cuts == ()


def test_it_turns_faster_by_the_keys_of_a_film() -> None:
    viewer = rendered()
    cine, jobs, _ = turning(viewer)
    cine.faster(4)
    cine.toggle()
    jobs.advance(1.0)

    turned = abs(angles(look(viewer).axes)[0])
    assert turned == pytest.approx(360 / USUAL_S * 1.25**4, abs=4.0)


def test_commands_draw_the_line_of_a_script() -> None:
    viewer = rendered()
    run = runner(viewer)

    run("volume.cut-line outside 5 5 30 5 30 30")

    assert [cut.inside for cut in look(viewer).cuts] == [False]
    run("volume.lasso outside")
    assert viewer.tool == "lasso-outside"
    assert evolve(look(viewer)).perspective is False
