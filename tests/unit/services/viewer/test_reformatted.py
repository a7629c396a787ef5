"""Planes on the screen: where they lie, how they go together, what is said and what is refused."""

import gc
import weakref

import numpy as np
import pytest
from attrs import evolve
from fakes_viewer import add_length, build, opened, ref, stack, viewed
from volume_phantoms import SCANS, display_set

from workstation.domain.geometry import Vector
from workstation.domain.registration import Registered, Rigid, SaidBy
from workstation.domain.study import DisplaySet
from workstation.errors import CommandError
from workstation.imaging.volume import judge
from workstation.services.viewer.fusing import colour_maps
from workstation.services.viewer.viewer import Viewer
from workstation.viewing import viewport as reduce
from workstation.viewing.fusion import Fusion
from workstation.viewing.orientation import EdgeLetters
from workstation.viewing.planes import STANDARD, Plane
from workstation.viewing.viewport import SlabMode

COUNT, SHAPE = 34, (42, 46)
CT = display_set(SCANS["straight"], COUNT, SHAPE)
PLANES = {0: Plane.AXIAL, 2: Plane.CORONAL, 3: Plane.SAGITTAL}
STACK = 1  # the view beside the planes


def in_planes(shown: DisplaySet = CT) -> Viewer:
    viewer, _ = opened(shown)
    for index in range(4):
        viewer.resized(index, 400, 300, 1.0)
    viewer.toggle_mpr()
    return viewer


def beside(viewer: Viewer, index: int, point: Vector) -> float:
    """How far a point lies from the plane that a view shows, mm."""
    shown = viewer.shown(index)
    assert shown is not None
    assert shown.frame.plane is not None
    return abs(shown.frame.plane.to_pixel(point)[2])


def at_pixel(viewer: Viewer, index: int, x: float, y: float) -> Vector:
    shown = viewer.shown(index)
    assert shown is not None
    assert shown.frame.plane is not None
    return shown.frame.plane.to_patient(x, y)


def words(viewer: Viewer, index: int) -> tuple[str, ...]:
    return viewer.overlay(index).lines


# --- planes --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SCANS)
def test_planes_are_those_of_the_body_however_the_scanner_lay(name: str) -> None:
    """A coronal of a tilted or left-handed acquisition is a coronal of the patient (F109)."""
    viewer = in_planes(display_set(SCANS[name], COUNT, SHAPE))

    for index, plane in PLANES.items():
        shown = viewer.shown(index)
        assert shown is not None
        assert shown.frame.plane is not None
        assert shown.is_here
        assert shown.frame.plane.row == pytest.approx(STANDARD[plane].row)
        assert shown.frame.plane.column == pytest.approx(STANDARD[plane].column)
    assert viewer.viewports[STACK].plane is None


@pytest.mark.parametrize("name", SCANS)
@pytest.mark.parametrize("index", [0, 2, 3])
def test_a_point_of_one_view_is_shown_by_all(name: str, index: int) -> None:
    """One finding is looked at in three directions: all must show that very place."""
    shown = display_set(SCANS[name], COUNT, SHAPE)
    viewer = in_planes(shown)
    viewer.activate(index)
    point = at_pixel(viewer, index, 24.0, 21.0)

    viewer.point_at((24.0, 21.0))

    assert all(beside(viewer, each, point) < 1e-9 for each in PLANES)
    planes = [frame.plane for frame in shown.frames]
    away = [abs(plane.to_pixel(point)[2]) for plane in planes if plane is not None]
    assert beside(viewer, STACK, point) == pytest.approx(min(away))


def test_planes_begin_where_the_reader_looks() -> None:
    """He goes to the planes for what he has found on a slice."""
    viewer, _ = opened(CT)
    viewer.go(20)

    viewer.toggle_mpr()

    frame = CT.frames[20]
    assert frame.plane is not None
    assert beside(viewer, 0, frame.plane.origin) == pytest.approx(0.0, abs=1e-9)


def test_a_stack_that_nobody_scrolled_begins_in_the_middle() -> None:
    """Its first slice lies above the finding, and the planes through it show nothing."""
    viewer = in_planes()

    assert "Axial MPR 17 / 34" in words(viewer, 0)


def test_scrolling_a_plane_moves_it_alone() -> None:
    viewer = in_planes()
    viewer.activate(2)
    corner = [at_pixel(viewer, index, 0, 0) for index in range(4)]

    viewer.scroll(3)

    moved = np.subtract([at_pixel(viewer, index, 0, 0) for index in range(4)], corner)
    assert np.allclose(moved[[0, 1, 3]], 0)
    assert np.allclose(moved[2], (0.0, 3 * 0.8, 0.0))  # to the back, three voxels
    assert "Coronal MPR 25 / 42" in words(viewer, 2)


def test_the_stack_beside_takes_the_planes_along() -> None:
    viewer = in_planes()
    viewer.activate(STACK)

    viewer.go(4)

    frame = CT.frames[4]
    assert frame.plane is not None
    assert beside(viewer, 0, frame.plane.origin) == pytest.approx(0.0, abs=1e-9)


def test_unlinked_views_stay_where_they_are() -> None:
    viewer = in_planes()
    viewer.toggle_links()
    before = viewer.viewports[STACK]

    viewer.scroll(5)

    assert viewer.viewports[STACK] == before


def test_an_enlarged_view_follows_the_crosshair_out_of_its_edge() -> None:
    viewer = in_planes()
    viewer.activate(2)
    viewer.zoom(8.0)
    viewer.activate(0)

    viewer.point_at((2.0, 2.0))

    cross, view = viewer.crosshair(2), viewer.resolved(2)
    assert cross is not None
    assert view is not None
    x, y = view.to_view(cross.at)
    assert 0 <= x <= view.width
    assert 0 <= y <= view.height


def test_the_words_are_of_the_plane_and_not_of_an_image() -> None:
    """A slice number of the stack on a coronal would send the next reader to another place."""
    viewer = in_planes()
    viewer.set_overlay_level(3)

    said = words(viewer, 3)

    assert not any(line.startswith("Im ") for line in said)
    assert "120 kVp  184 mA" not in said
    assert any(line.startswith("Sagittal MPR") for line in said)
    assert {"A", "P", "H", "F"} <= set(said)


def test_one_window_for_all_planes_and_their_stack() -> None:
    viewer = in_planes()
    viewer.activate(3)

    viewer.set_window("-600/1500")

    for index in range(4):
        shown = viewer.shown(index)
        assert shown is not None
        assert shown.voi is not None
        assert (shown.voi.center, shown.voi.width) == (-600, 1500)


# --- turns -----------------------------------------------------------------------------------


def test_the_hand_turns_lines_and_the_picture_under_it_stays() -> None:
    viewer = in_planes()
    before = viewer.shown(0)

    viewer.turn_planes(20.0)

    after = viewer.shown(0)
    assert before is not None
    assert after is not None
    assert after.frame.plane is not None
    assert before.frame.plane is not None
    for x, y in ((0.0, 0.0), (45.0, 41.0)):
        there = before.frame.plane.to_patient(x, y)
        assert after.frame.plane.to_patient(x, y) == pytest.approx(there)
    assert "Oblique 20.0°" in words(viewer, 2)
    cross = viewer.crosshair(0)
    assert cross is not None
    angles = [
        np.degrees(np.arctan2(y, x)) % 90 for x, y in (line.direction for line in cross.lines)
    ]
    assert angles == pytest.approx([20.0, 20.0])


def test_straightened_planes_pass_through_the_same_point() -> None:
    viewer = in_planes()
    viewer.point_at((30.0, 12.0))
    point = at_pixel(viewer, 0, 30.0, 12.0)
    viewer.turn_planes(33.0, Plane.CORONAL)
    viewer.turn_planes(-12.0, Plane.SAGITTAL)

    viewer.straighten()

    assert all(beside(viewer, index, point) < 1e-9 for index in PLANES)
    assert not any("Oblique" in line for index in PLANES for line in words(viewer, index))


def test_a_turn_is_taken_back_and_the_place_is_kept() -> None:
    viewer = in_planes()
    viewer.turn_planes(20.0)
    viewer.rest()
    viewer.point_at((30.0, 12.0))
    point = at_pixel(viewer, 0, 30.0, 12.0)

    viewer.undo_view()

    assert not any("Oblique" in line for line in words(viewer, 2))
    assert beside(viewer, 2, point) < 1e-9


# --- in and out --------------------------------------------------------------------------------


def test_leaving_the_planes_gives_the_views_back() -> None:
    """At the place that was looked at, in the window it was looked at with."""
    other = stack(8, name="Bone", series="1.1.2")
    viewer, _ = opened(CT, other)
    viewer.set_layout(1, 2)
    before = viewer.viewports
    viewer.toggle_mpr()
    viewer.activate(0)
    viewer.go(9)
    viewer.set_window("-600/1500")

    viewer.toggle_mpr()

    assert viewer.layout == (1, 2)
    assert [state.display_set for state in viewer.viewports] == [
        each.display_set for each in before
    ]
    assert viewer.viewports[1] == before[1]
    first = viewer.shown(0)
    assert first is not None
    assert first.pixels is not None
    assert first.voi is not None
    assert first.voi.width == 1500
    assert first.state.frame_index == COUNT - 1 - 9  # counted from the head, frames from the feet
    assert viewer.tool == "window"


def test_what_geometry_does_not_allow_is_refused_on_the_pane() -> None:
    """Lengths across a gap would be wrong: better no picture than that one (part 7)."""
    frames = tuple(frame for at, frame in enumerate(CT.frames) if at != 12)
    gap = evolve(CT, frames=frames, geometry=judge([frame.plane for frame in frames]))
    viewer, _ = opened(gap)

    with pytest.raises(CommandError, match=r"no reformat: .*missing") as refused:
        viewer.toggle_mpr()

    assert viewer.layout == (1, 1)
    assert str(refused.value) in words(viewer, 0)
    viewer.scroll(1)
    assert str(refused.value) not in words(viewer, 0)


def test_a_single_image_has_no_planes() -> None:
    viewer, _ = opened(stack(1))

    with pytest.raises(CommandError, match="a single image is no volume"):
        viewer.toggle_mpr()


def lacking(viewer: Viewer) -> str:
    """What the plane on the third view waits for; empty where it is here."""
    shown = viewer.shown(2)
    assert shown is not None
    assert shown.is_here == (not shown.missing)
    return shown.missing


def test_planes_wait_for_every_image_and_say_so() -> None:
    """A hole filled from its neighbours would look like tissue."""
    viewer, loader = opened(CT, load=False)
    for frame in CT.frames[:-1]:
        loader.arrive(frame, np.zeros(SHAPE, np.int16))
    viewer.toggle_mpr()
    before = lacking(viewer)

    loader.arrive(CT.frames[-1], np.zeros(SHAPE, np.int16))

    assert before == "reformats wait for all images: 33 of 34 here"
    assert lacking(viewer) == ""


def test_planes_too_wait_for_the_record_of_access() -> None:
    viewer, loader = build()
    viewer.show([viewed()])
    viewer.study_ready(ref("1.1"), (CT,))
    loader.known[CT.id] = CT
    for frame in CT.frames:
        loader.arrive(frame, np.zeros(SHAPE, np.int16))
    viewer.toggle_mpr()

    before = lacking(viewer)
    viewer.permit(ref("1.1"))

    assert before == "waiting for the record of access"
    assert lacking(viewer) == ""


def test_a_measurement_is_shown_on_its_image_and_not_on_a_plane() -> None:
    viewer, _ = opened(CT)
    viewer.go(7)
    add_length(viewer, 1, 1, 9, 9)
    viewer.toggle_mpr()

    viewer.go_to_measurement("A1")

    shown = viewer.shown(viewer.active)
    assert shown is not None
    assert shown.frame.key == CT.frames[7].key
    assert not viewer.in_mpr


def test_nothing_of_the_volume_stays_when_the_case_is_left() -> None:
    """600 images of the patient before must not cost memory, nor be found there."""
    viewer = in_planes()
    volume = viewer.volumes.get(CT)
    assert volume is not None
    gone = weakref.ref(volume.voxels.base if volume.voxels.base is not None else volume)
    del volume

    viewer.close()
    viewer._store.pixels.clear()  # type: ignore[attr-defined]  # as the loader does
    gc.collect()

    assert gone() is None


def test_all_views_share_one_volume() -> None:
    viewer = in_planes()

    volumes = {id(s.reformat.volume) for i in PLANES if (s := viewer.shown(i)) and s.reformat}

    assert len(volumes) == 1


# --- slabs -------------------------------------------------------------------------------------


def test_a_slab_on_a_plain_stack_says_how_thick_it_is() -> None:
    """A vessel in a MIP is not in one slice: level 1, whatever is hidden (frown 8)."""
    viewer, _ = opened(CT)
    viewer.go(10)
    viewer.set_overlay_level(1)

    viewer.set_slab(12.5, SlabMode.MINIP)

    shown = viewer.shown(0)
    assert shown is not None
    assert shown.reformat is not None
    assert shown.frame == CT.frames[10]
    assert "MinIP 12.5 mm" in words(viewer, 0)
    assert "Im 11 / 34" in words(viewer, 0)


def test_slabs_go_round_and_end_with_the_image_itself() -> None:
    viewer, _ = opened(CT)
    seen = []
    for _ in range(4):
        viewer.next_slab()
        state = viewer.viewports[0]
        seen.append((state.slab_mode.value if state.slab_mm else "", state.slab_mm))

    assert seen == [("mip", 10.0), ("minip", 10.0), ("mean", 10.0), ("", 0.0)]
    shown = viewer.shown(0)
    assert shown is not None
    assert shown.pixels is not None


def test_a_slab_of_one_plane_leaves_the_others() -> None:
    viewer = in_planes()
    viewer.activate(2)

    viewer.set_slab(8.0)
    viewer.thicken(-3.0)

    assert [state.slab_mm for state in viewer.viewports] == [0.0, 0.0, 5.0, 0.0]
    cross = viewer.crosshair(0)
    assert cross is not None
    edges = {line.plane: line.slab for line in cross.lines}
    assert edges[Plane.CORONAL] == pytest.approx((0.0, 2.5 / 0.8))
    assert edges[Plane.SAGITTAL] == (0.0, 0.0)


def test_a_slab_of_uneven_slices_is_refused() -> None:
    frames = tuple(frame for at, frame in enumerate(CT.frames) if at != 12)
    gap = evolve(CT, frames=frames, geometry=judge([frame.plane for frame in frames]))
    viewer, _ = opened(gap)

    with pytest.raises(CommandError, match="no reformat"):
        viewer.set_slab(10.0)

    assert viewer.viewports[0].slab_mm == 0.0


def test_a_plane_is_no_key_image() -> None:
    """There is no object to name: what others would open is not what was seen."""
    viewer = in_planes()

    with pytest.raises(CommandError, match="no image of the series"):
        viewer.toggle_key_image()


def test_reset_leaves_a_plane_a_plane() -> None:
    viewer = in_planes()
    viewer.activate(2)
    viewer.zoom(3.0)
    viewer.set_slab(5.0)

    viewer.change(reduce.reset)

    assert viewer.viewports[2].plane is Plane.CORONAL
    assert viewer.viewports[2].zoom == 1.0
    assert viewer.viewports[2].slab_mm == 0.0


def test_a_plane_that_nearly_lies_in_the_slice_draws_no_line_on_it() -> None:
    """A head 10° askew: where body and scan planes meet is nowhere that anybody looks for."""
    lean = np.eye(4)
    angle = np.radians(10.0)
    lean[:3, :3] = [
        [1, 0, 0],
        [0, np.cos(angle), -np.sin(angle)],
        [0, np.sin(angle), np.cos(angle)],
    ]
    viewer = in_planes(display_set(lean, COUNT, SHAPE))

    letters = [line.letter for line in viewer.crossings(STACK)]

    assert letters == ["C", "S"]


# --- current and prior ---------------------------------------------------------------------------


def priors(space: str) -> Viewer:
    """A prior whose slices lie 8 mm lower in the room, in a space of its own or in the same."""
    lower = np.array(SCANS["straight"])
    lower[2, 3] -= 8.0
    made = display_set(lower, COUNT, SHAPE, study="1.2", series="1.2.1", space=space)
    prior = evolve(made, id="1.2.1-0", study="1.2", series="1.2.1")
    viewer, _ = opened(CT, prior, studies=(viewed(), viewed("1.2", "prior", days_before=379)))
    for index in range(6):
        viewer.resized(index, 400, 300, 1.0)
    viewer.activate(0)
    viewer.toggle_mpr()
    viewer.compare_prior()
    return viewer


def seen(viewer: Viewer, index: int) -> tuple[str, Plane | None]:
    state = viewer.viewports[index]
    return str(state.display_set), state.plane


def test_beside_planes_the_prior_is_shown_in_the_same_planes() -> None:
    """Growth is judged in one plane on both."""
    viewer = priors("9.1")

    assert [seen(viewer, index) for index in range(4)] == [
        ("1.1.1-0", Plane.AXIAL), ("1.2.1-0", Plane.AXIAL),
        ("1.1.1-0", Plane.CORONAL), ("1.2.1-0", Plane.CORONAL),
    ]  # fmt: skip


def test_planes_of_the_prior_go_with_those_of_the_current_study() -> None:
    """The same point of one patient space, turned alike."""
    viewer = priors("9.1")
    viewer.activate(0)
    point = at_pixel(viewer, 0, 20.0, 24.0)

    viewer.point_at((20.0, 24.0))
    viewer.turn_planes(17.0, Plane.AXIAL)

    for index in range(4):
        assert beside(viewer, index, point) < 1e-9
    for own, other in ((0, 1), (2, 3)):
        a, b = viewer.shown(own), viewer.shown(other)
        assert a is not None
        assert b is not None
        assert a.frame.plane is not None
        assert b.frame.plane is not None
        assert b.frame.plane.row == pytest.approx(a.frame.plane.row)
        assert b.frame.plane.column == pytest.approx(a.frame.plane.column)


def test_a_registered_prior_goes_along_and_a_stranger_stays() -> None:
    """Of two patient spaces nothing is known until somebody says it."""
    viewer = priors("9.7")
    viewer.activate(0)
    before = at_pixel(viewer, 1, 0.0, 0.0)
    viewer.scroll(3)
    assert at_pixel(viewer, 1, 0.0, 0.0) == before
    angle = np.radians(5.0)
    matrix = np.eye(4)
    matrix[:2, :2] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    matrix[:3, 3] = (2.0, -1.0, -8.0)
    rigid = Rigid.of(matrix)

    viewer.register(Registered("9.1", "9.7", rigid, SaidBy.AUTO, accepted=True))
    viewer.point_at((20.0, 24.0))

    point = at_pixel(viewer, 0, 20.0, 24.0)
    assert beside(viewer, 1, rigid.point(point)) < 1e-9
    assert beside(viewer, 3, rigid.point(point)) < 1e-9
    a, b = viewer.shown(2), viewer.shown(3)
    assert a is not None
    assert b is not None
    assert a.frame.plane is not None
    assert b.frame.plane is not None
    assert b.frame.plane.row == pytest.approx(rigid.direction(a.frame.plane.row))


def test_a_prior_of_which_nothing_is_known_begins_as_far_from_the_middle() -> None:
    """Not linked by that, but near: nobody begins to compare at the other end."""
    viewer = priors("9.7")
    viewer.activate(0)
    viewer.scroll(4)

    viewer.compare_prior()

    number = {line for line in words(viewer, 0) if line.startswith("Axial MPR")}
    assert number == {line for line in words(viewer, 1) if line.startswith("Axial MPR")}
    assert number == {"Axial MPR 21 / 34"}


def test_planes_are_enlarged_together_about_the_crosshair() -> None:
    """A small lesion is looked at in three directions, as large in each."""
    viewer = in_planes()
    viewer.activate(0)
    viewer.point_at((30.0, 12.0))
    before = {}
    for index in (2, 3):
        cross, view = viewer.crosshair(index), viewer.resolved(index)
        assert cross is not None
        assert view is not None
        before[index] = view.to_view(cross.at)

    viewer.zoom(3.0, (30.0, 12.0))

    assert [viewer.viewports[index].zoom for index in PLANES] == [3.0, 3.0, 3.0]
    for index, place in before.items():
        cross, view = viewer.crosshair(index), viewer.resolved(index)
        assert cross is not None
        assert view is not None
        assert view.to_view(cross.at) == pytest.approx(place)
    viewer.toggle_links()
    viewer.zoom(2.0)
    assert [viewer.viewports[index].zoom for index in PLANES] == [6.0, 3.0, 3.0]


def test_another_series_comes_into_all_planes_at_the_same_point() -> None:
    """Lung and soft tissue of one scan, or two sequences, are compared at the lesion."""
    soft = evolve(
        display_set(SCANS["straight"], COUNT, SHAPE, series="1.1.2"), id="1.1.2-0", series="1.1.2"
    )
    viewer, _ = opened(CT, soft)
    for index in range(4):
        viewer.resized(index, 400, 300, 1.0)
    viewer.toggle_mpr()
    viewer.activate(2)
    viewer.set_slab(6.0)
    viewer.point_at((30.0, 12.0))
    viewer.turn_planes(20.0, Plane.AXIAL)
    point = at_pixel(viewer, 2, 30.0, 12.0)

    viewer.next_series(1)

    assert {state.display_set for state in viewer.viewports} == {"1.1.2-0"}
    assert [state.plane for state in viewer.viewports] == [
        Plane.AXIAL, None, Plane.CORONAL, Plane.SAGITTAL,
    ]  # fmt: skip
    assert viewer.viewports[2].slab_mm == 6.0
    assert all(beside(viewer, index, point) < 1e-9 for index in PLANES)
    assert "Oblique 20.0°" in words(viewer, 2)


def test_a_series_that_is_no_volume_comes_onto_its_view_alone() -> None:
    viewer, _ = opened(CT, stack(1, name="Scout", series="1.1.3"))
    viewer.toggle_mpr()

    viewer.show_set("1.1.3-0", 2)

    assert [state.plane for state in viewer.viewports] == [Plane.AXIAL, None, None, Plane.SAGITTAL]
    assert viewer.viewports[2].display_set == "1.1.3-0"


def test_what_is_laid_over_the_stack_is_laid_over_its_planes() -> None:
    """PET over CT does not vanish when the reader turns to the coronal."""
    viewer, _ = opened(CT)
    colours = next(iter(colour_maps()))
    viewer.change(lambda state: evolve(state, fusion=Fusion("1.1.9-0", colours)))

    viewer.toggle_mpr()

    assert [state.fusion for state in viewer.viewports] == [Fusion("1.1.9-0", colours)] * 4


def test_planes_beside_a_rendered_volume_begin_in_its_middle() -> None:
    """The rendering stays in the fourth view, as in the design, each in its own window."""
    viewer, _ = opened(CT)
    viewer.set_window("-600/1500")
    viewer.set_volume()

    viewer.toggle_mpr()

    assert [state.plane for state in viewer.viewports] == [
        Plane.AXIAL, None, Plane.CORONAL, Plane.SAGITTAL,
    ]  # fmt: skip
    assert viewer.viewports[STACK].look is not None
    rays = viewer.viewports[STACK].voi
    assert {_width(viewer, index) for index in PLANES} == {1500}
    viewer.set_window("40/350")
    assert {_width(viewer, index) for index in PLANES} == {350}
    assert viewer.viewports[STACK].voi == rays
    cross = viewer.crosshair(0)
    assert cross is not None
    assert cross.at == pytest.approx((22.5, 20.5), abs=0.51)


def _width(viewer: Viewer, index: int) -> float:
    shown = viewer.shown(index)
    assert shown is not None
    assert shown.voi is not None
    return shown.voi.width


def test_planes_turn_and_straighten_from_a_view_of_their_space() -> None:
    """Beside the planes lies another series of the same space: its keys act on those planes."""
    scout = evolve(display_set(SCANS["straight"], 1, SHAPE, series="1.1.2"), id="scout")
    viewer, _ = opened(CT, scout)
    for index in range(4):
        viewer.resized(index, 400, 300, 1.0)
    viewer.toggle_mpr()
    viewer.show_set("scout", STACK)
    viewer.activate(STACK)

    viewer.turn_planes(20.0, Plane.AXIAL)
    shown = viewer.shown(2)
    assert shown is not None
    assert shown.frame.plane is not None
    turned = shown.frame.plane.row
    viewer.straighten()

    after = viewer.shown(2)
    assert after is not None
    assert after.frame.plane is not None
    assert turned != pytest.approx(STANDARD[Plane.CORONAL].row)
    assert after.frame.plane.row == pytest.approx(STANDARD[Plane.CORONAL].row)


def test_planes_begun_beside_hidden_planes_go_back_to_what_was_before_all() -> None:
    """The stack was put alone, and planes asked for anew: leaving them leads out of planes."""
    viewer = in_planes()
    viewer.activate(STACK)
    viewer.maximize()

    viewer.toggle_mpr()
    viewer.toggle_mpr()

    assert viewer.layout == (1, 1)
    assert not viewer.in_mpr


# --- volumes that do not lie in the patient ------------------------------------------------


def of_a_probe() -> DisplaySet:
    """As an ultrasound volume says it: in millimetres, along axes of its own."""
    frames = tuple(evolve(frame, in_patient=False) for frame in CT.frames)
    return evolve(CT, modality="US", label="Uterus 3D", frames=frames)


def test_planes_of_an_ultrasound_volume_are_a_b_and_c_and_name_no_side() -> None:
    """Called axial, with an R at its edge, a plane along a probe would be believed."""
    viewer = in_planes(of_a_probe())

    for index, letter in {0: "A", 2: "C", 3: "B"}.items():
        said = " ".join(words(viewer, index))
        assert f"Plane {letter} " in said
        assert "axes of the probe" in said
        assert not any(name in said for name in ("Axial", "Coronal", "Sagittal"))
        assert viewer.overlay(index).letters == EdgeLetters()
        hair = viewer.crosshair(index)
        assert hair is not None
        assert {line.letter for line in hair.lines} == {"A", "B", "C"} - {letter}
    assert {line.letter for line in viewer.crossings(STACK)} == {"B", "C"}
    viewer.activate(3)
    where = viewer.resolved(3)
    shown = viewer.shown(3)
    assert where is not None
    assert shown is not None
    assert shown.frame.plane is not None
    assert shown.frame.plane.row == (0.0, 1.0, 0.0)  # deeper
    (x, y), (x1, y1) = where.to_view((0.0, 0.0)), where.to_view((10.0, 0.0))
    assert x1 == pytest.approx(x)
    assert y1 > y  # and that goes down the screen


def test_an_ultrasound_volume_is_not_said_to_be_seen_from_a_side_of_the_patient() -> None:
    """From A would be from the patient's front."""
    viewer, _ = opened(of_a_probe())
    viewer.resized(0, 400, 300, 1.0)

    viewer.set_volume("ct-bone")

    assert viewer.overlay(0).letters == EdgeLetters()
    assert not any(line.startswith("From ") for line in words(viewer, 0))
