"""Volume rendering on the screen: what is shown and said, what is refused, and the way back."""

import pytest
from attrs import evolve
from fakes_viewer import opened, runner, stack
from volume_phantoms import SCANS, display_set

from workstation.domain.measurement import MeasurementKind
from workstation.domain.study import PixelFormat
from workstation.errors import CommandError
from workstation.imaging.volume import judge
from workstation.services.viewer.viewer import Viewer
from workstation.viewing.planes import Plane
from workstation.viewing.volume_look import VIEWS, From

COUNT, SHAPE = 34, (42, 46)
CT = display_set(SCANS["straight"], COUNT, SHAPE)


def rendered(preset: str = "ct-bone") -> Viewer:
    viewer, _ = opened(CT)
    viewer.resized(0, 400, 300, 1.0)
    viewer.go(20)
    viewer.set_volume(preset)
    return viewer


def beside_planes(index: int, preset: str) -> Viewer:
    """Three planes, and on the view of `index` the volume instead."""
    viewer, _ = opened(CT)
    for each in range(4):
        viewer.resized(each, 400, 300, 1.0)
    viewer.toggle_mpr()
    viewer.activate(index)
    viewer.set_volume(preset)
    return viewer


def words(viewer: Viewer, index: int = 0) -> tuple[str, ...]:
    return viewer.overlay(index).lines


def test_a_view_says_what_it_shows_and_that_it_is_not_for_measuring() -> None:
    """A picture of a curve is no image: design.md, section 4."""
    viewer = rendered()
    shown = viewer.shown(0)

    assert shown is not None
    assert shown.is_here
    assert shown.rendering is not None
    assert {"Volume rendering: Bone", "From A", "not for measurement"} <= set(words(viewer))
    assert not [line for line in words(viewer) if line.startswith("Im ")]
    assert viewer.snapshot(0)["volume"] == {"preset": "ct-bone"}


def test_letters_at_the_edges_follow_the_turn() -> None:
    viewer = rendered()
    viewer.see_volume_from(From.L)

    letters = viewer.overlay(0).letters

    assert (letters.left, letters.top, letters.right, letters.bottom) == ("A", "H", "P", "F")


@pytest.mark.parametrize(("turn", "said"), [
    ((-30.0, 0.0), "LAO 30°  CRA 0°"), ((40.0, -10.0), "RAO 40°  CAU 10°"),
    ((-150.0, 0.0), "LPO 30°  CRA 0°"),
])  # fmt: skip
def test_a_turned_volume_says_from_where_as_angiographers_do(
    turn: tuple[float, float], said: str
) -> None:
    viewer = rendered()
    viewer.turn_volume(*turn)

    found = next(line for line in words(viewer) if "AO " in line or "PO " in line)
    assert found == said


def test_without_a_name_it_comes_and_goes_and_the_stack_is_as_it_was() -> None:
    """Leaving it puts the stack back: image, window, zoom begins anew."""
    viewer, _ = opened(CT)
    viewer.resized(0, 400, 300, 1.0)
    viewer.go(20)
    viewer.set_window("40/400")
    before = viewer.viewports[0]

    viewer.set_volume()
    assert viewer.viewports[0].look is not None
    viewer.set_volume()

    after = viewer.viewports[0]
    assert after.look is None
    assert (after.frame_index, after.voi) == (before.frame_index, before.voi)
    viewer.undo_view()
    assert viewer.viewports[0].look is not None


def test_a_plane_comes_back_as_a_plane() -> None:
    viewer = beside_planes(2, "mip")
    assert viewer.viewports[2].plane is None

    viewer.set_volume()

    assert viewer.viewports[2].plane is Plane.CORONAL


def test_number_keys_choose_presets_there_and_windows_elsewhere() -> None:
    viewer = rendered()
    viewer.set_window("2")
    shown = viewer.shown(0)
    assert shown is not None
    assert shown.rendering is not None
    assert shown.rendering.preset.name == "ct-bone-vessel"
    with pytest.raises(CommandError, match="presets 1 to"):
        viewer.set_window("99")

    viewer.set_volume()
    viewer.set_window("2")

    assert viewer.viewports[0].voi is not None


def test_a_mip_has_a_window_and_says_it() -> None:
    """Its own where the images propose one for lungs."""
    viewer = rendered("ct-mip")

    shown = viewer.shown(0)

    assert shown is not None
    assert shown.voi is not None
    assert (shown.voi.center, shown.voi.width) == (250.0, 700.0)
    assert "W 700  L 250" in words(viewer)


def test_the_curve_of_a_preset_is_shifted_as_a_window_is() -> None:
    """Bone of a child, or a metal: with the keys of the window, said in the corner; the preset
    chosen again is as it came."""
    viewer = rendered()
    assert "W 1620  L 990" in words(viewer)

    viewer.set_window("500/1000")
    assert "W 1000  L 500" in words(viewer)
    viewer.set_volume("ct-bone")

    assert "W 1620  L 990" in words(viewer)


def test_turning_is_one_step_back_and_reset_stands_upright() -> None:
    viewer = rendered()
    for _ in range(5):
        viewer.turn_volume(10.0, 2.0)
    viewer.undo_view()
    assert viewer.viewports[0].look is not None
    assert viewer.viewports[0].look.axes == VIEWS[From.A]

    viewer.turn_volume(33.0, 0.0)
    runner(viewer)("viewport.reset")

    assert viewer.viewports[0].look is not None
    assert viewer.viewports[0].look.axes == VIEWS[From.A]


def test_a_turn_of_the_picture_is_one_of_the_reader_with_its_letters() -> None:
    """Letters and pixels from the same directions: R turned clockwise is at the top."""
    viewer = rendered()
    run = runner(viewer)
    run("viewport.rotate")

    letters = viewer.overlay(0).letters
    assert (letters.left, letters.top, letters.right, letters.bottom) == ("F", "R", "H", "L")
    assert viewer.viewports[0].quarter_turns == 0
    run("viewport.turn -90")

    assert viewer.viewports[0].look is not None
    assert viewer.viewports[0].look.axes.row == pytest.approx(VIEWS[From.A].row)


def test_a_volume_is_never_mirrored() -> None:
    """The heart would be on the right."""
    viewer = rendered()
    before = viewer.viewports[0]

    with pytest.raises(CommandError, match="not mirrored"):
        runner(viewer)("viewport.flip horizontal")

    assert viewer.viewports[0] == before


def test_a_rendered_volume_is_no_key_image() -> None:
    """No object of the study has these pixels."""
    viewer = rendered()

    with pytest.raises(CommandError, match="mark a slice"):
        viewer.toggle_key_image()

    assert viewer.key_images == ()


def test_to_show_an_image_the_volume_makes_room() -> None:
    viewer, _ = opened(CT)
    viewer.resized(0, 400, 300, 1.0)
    viewer.go(5)
    viewer.toggle_key_image()
    viewer.set_volume("mip")

    viewer.go_to_key_image()

    assert viewer.viewports[0].look is None
    assert viewer.viewports[0].frame_index == 5


def test_nothing_is_measured_on_it() -> None:
    """A point on a rendered surface is a matter of the curve."""
    viewer = rendered()

    with pytest.raises(CommandError, match="not for measuring"):
        viewer.add(MeasurementKind.LENGTH, ((1.0, 1.0), (9.0, 9.0)))
    with pytest.raises(CommandError, match="not for measuring"):
        viewer.show_probe((5.0, 5.0))


def test_scrolling_draws_nearer_and_leaves_the_stack_alone() -> None:
    viewer = rendered()
    before = viewer.viewports[0]

    viewer.scroll(-1)

    after = viewer.viewports[0]
    assert after.zoom == pytest.approx(before.zoom * 1.1)
    assert after.frame_index == before.frame_index


def test_other_views_do_not_follow_where_a_volume_is_looked_at_from() -> None:
    """Nor are there reference lines of a screen that cuts nobody."""
    viewer, _ = opened(CT)
    viewer.set_layout(1, 2)
    viewer.show_set(CT.id, 1)
    viewer.activate(1)
    viewer.go(7)
    viewer.activate(0)
    viewer.set_volume("ct-bone")
    other = viewer.viewports[1]

    viewer.turn_volume(20.0, 20.0)
    viewer.zoom(2.0)
    viewer.nudge(1, 0)

    assert viewer.viewports[1] == other
    assert viewer.crossings(1) == ()
    assert viewer.crossings(0) == ()
    viewer.activate(1)
    viewer.zoom(3.0)
    assert viewer.viewports[0].zoom == 2.0


def test_a_place_that_is_picked_is_shown_by_crosshair_and_stacks() -> None:
    """A fracture seen on the whole is looked at in its slices."""
    viewer = beside_planes(1, "ct-bone")
    plane = CT.frames[9].plane
    assert plane is not None
    point = plane.to_patient(30.0, 11.0)

    viewer.point_to(point)

    for index in (0, 2, 3):
        shown = viewer.shown(index)
        assert shown is not None
        assert shown.frame.plane is not None
        assert abs(shown.frame.plane.to_pixel(point)[2]) < 1e-9
    viewer.set_volume()
    assert viewer.viewports[1].frame_index == 9


def test_the_crosshair_of_the_planes_is_marked_on_the_volume_beside_them() -> None:
    """Where in the whole the slice is that is looked at; it follows, also a turn."""
    viewer = beside_planes(1, "ct-bone")
    viewer.turn_volume(25.0, 10.0)
    told: list[int] = []
    viewer.viewport_changed.connect(told.append)
    viewer.activate(0)
    told.clear()
    viewer.point_at((30.0, 12.0))

    shown, plane = viewer.shown(1), viewer.shown(0)
    assert shown is not None
    assert plane is not None
    assert shown.frame.plane is not None
    assert plane.frame.plane is not None
    point = plane.frame.plane.to_patient(30.0, 12.0)
    spot = viewer.located_on(shown)
    assert spot is not None
    assert spot.at == pytest.approx(shown.frame.plane.to_pixel(point)[:2])
    assert spot.inside
    assert 1 in told


def test_what_geometry_does_not_allow_is_refused_on_the_view() -> None:
    frames = CT.frames[:9] + CT.frames[16:]
    gap = evolve(CT, frames=frames, geometry=judge([frame.plane for frame in frames]))
    viewer, _ = opened(gap)

    with pytest.raises(CommandError, match="no reformat"):
        viewer.set_volume("ct-bone")

    assert viewer.viewports[0].look is None
    assert any("no reformat" in line for line in words(viewer))


def test_what_is_not_there_is_answered_with_what_there_is() -> None:
    viewer, _ = opened(CT)

    with pytest.raises(CommandError, match="ct-bone, "):
        viewer.set_volume("bones")
    with pytest.raises(CommandError, match="begin with volume rendering"):
        viewer.turn_volume(1.0, 1.0)


def test_colour_is_refused() -> None:
    rgb = PixelFormat(42, 46, 8, 8, 7, False, samples=3, photometric="RGB")
    viewer, _ = opened(display_set(SCANS["straight"], COUNT, SHAPE, pixels=rgb), load=False)

    with pytest.raises(CommandError, match="in colour"):
        viewer.set_volume("mip")


def test_until_all_images_are_here_the_view_says_how_many() -> None:
    viewer, loader = opened(CT, load=False)
    viewer.set_volume("mip")

    assert any("0 of 34 here" in line for line in words(viewer))
    assert loader is not None


def test_another_series_is_a_stack_again() -> None:
    other = stack(5, series="1.1.2")
    viewer, _ = opened(CT, other)
    viewer.set_volume("mip")

    viewer.show_set(other.id, 0)

    assert viewer.viewports[0].look is None


def test_the_table_of_a_ct_is_left_out_and_that_is_said() -> None:
    """And comes back where the reader asks for it: a lead or a limb may lie on it."""
    viewer = rendered()
    assert "Table removed" in words(viewer)

    viewer.toggle_table()

    shown = viewer.shown(0)
    assert shown is not None
    assert shown.rendering is not None
    assert not shown.rendering.without_table
    assert "Table removed" not in words(viewer)


def test_of_mr_nothing_is_left_out() -> None:
    viewer, _ = opened(evolve(CT, modality="MR"))
    viewer.set_volume("mr-head")

    assert "Table removed" not in words(viewer)
    with pytest.raises(CommandError, match="in CT alone"):
        viewer.toggle_table()


def test_what_is_in_front_is_cut_away_and_that_is_said() -> None:
    """Alt and the wheel: from the side that the reader sees."""
    viewer = rendered()
    viewer.see_volume_from(From.L)
    for _ in range(3):
        viewer.thicken(1.0)
    shown = viewer.shown(0)
    assert shown is not None
    assert shown.rendering is not None
    assert shown.rendering.crop is not None
    corners = [frame.plane.to_patient(SHAPE[1] - 0.5, 0.0) for frame in CT.frames if frame.plane]
    assert shown.rendering.crop[0][1] == pytest.approx(max(x for x, _, _ in corners) - 12.0, abs=4)
    assert "Cut open" in words(viewer)

    viewer.undo_view()
    assert "Cut open" not in words(viewer)
    viewer.cut_volume(5.0, From.H)
    viewer.uncut_volume()

    assert "Cut open" not in words(viewer)
