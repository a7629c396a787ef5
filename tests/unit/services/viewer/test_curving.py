"""Planes along a curve: points on planes, the straight picture, sections, and what is measured."""

import math
from typing import Any

import numpy as np
import pytest
from attrs import evolve
from fakes import FakeClock, InlineJobs
from fakes_viewer import opened, viewed
from volume_phantoms import SCANS, display_set

from workstation.domain.measurement import Measurement, MeasurementKind, is_writable
from workstation.domain.study import DisplaySet, Geometry, GeometryVerdict, PixelFormat
from workstation.errors import CommandError
from workstation.imaging.course import Course, course
from workstation.services.screen import drafted_measurements
from workstation.services.screen.view_lines import Bend
from workstation.services.screen.viewed import Shown
from workstation.services.viewer.curves_kept import CurvesKept
from workstation.services.viewer.viewer import Viewer
from workstation.viewing import viewport as reduce
from workstation.viewing.curved import Along, Traced, sides
from workstation.viewing.orientation import picture_letters
from workstation.viewing.planes import Plane
from workstation.viewing.viewport import SlabMode, ViewportState

COUNT, SHAPE = 34, (42, 46)
CT = display_set(SCANS["straight"], COUNT, SHAPE)
AXIAL, CORONAL, SAGITTAL, STRAIGHT, SECTION, STACK = range(6)


def along_a_curve(shown: DisplaySet = CT, *points: tuple[float, float]) -> Viewer:
    """With points on the coronal, in its pixels; without any a slanting line of three."""
    viewer, _ = opened(shown)
    for index in range(6):
        viewer.resized(index, 400, 300, 1.0)
    viewer.toggle_curved()
    viewer.activate(CORONAL)
    for point in points or ((10.0, 5.0), (20.0, 15.0), (22.0, 28.0)):
        viewer.add_course_point(point)
    return viewer


def shown_on(viewer: Viewer, index: int) -> Shown:
    shown = viewer.shown(index)
    assert shown is not None
    return shown


def traced(viewer: Viewer) -> Traced:
    return viewer.traced(shown_on(viewer, STRAIGHT).display_set)


def bend_on(viewer: Viewer, index: int) -> Bend:
    bend = viewer.bend(index)
    assert bend is not None
    return bend


def words(viewer: Viewer, index: int) -> str:
    return " ".join(viewer.overlay(index).lines)


def middle_row(viewer: Viewer) -> float:
    return shown_on(viewer, STRAIGHT).frame.pixels.rows // 2


# --- in and out ----------------------------------------------------------------------------


def test_it_shows_planes_the_straight_picture_and_a_section() -> None:
    viewer = along_a_curve()

    planes = [state.plane for state in viewer.viewports]
    assert planes == [Plane.AXIAL, Plane.CORONAL, Plane.SAGITTAL, None, None, None]
    assert [state.along for state in viewer.viewports[3:]] == [Along.STRAIGHT, Along.SECTION, None]
    assert shown_on(viewer, STRAIGHT).is_here
    assert shown_on(viewer, SECTION).is_here
    assert viewer.tool == "curve"


def test_leaving_it_brings_back_what_was_there_and_keeps_the_curve() -> None:
    """A reader looks at the source images in between: the points are not set twice."""
    viewer = along_a_curve()
    points = traced(viewer).points

    viewer.toggle_curved()
    before = viewer.layout
    viewer.toggle_curved()

    assert before == (1, 1)
    assert traced(viewer).points == points


@pytest.mark.parametrize("leaves", ["the curve", "the planes", "the case"])
def test_the_tool_of_the_planes_does_not_stay_in_the_hand(leaves: str) -> None:
    """In the next case a click would set a point or go somewhere, where a window was meant."""
    viewer = along_a_curve()
    if leaves == "the curve":
        viewer.toggle_curved()
    elif leaves == "the planes":
        viewer.tool = "cursor3d"
        viewer.toggle_mpr()
    else:
        viewer.forget()

    assert viewer.tool == "window"


def test_a_tool_that_the_reader_took_stays() -> None:
    """Whoever measures on planes measures on in the next case."""
    viewer = along_a_curve()
    viewer.tool = "length"
    viewer.forget()

    assert viewer.tool == "length"


def test_without_points_the_views_say_what_to_do() -> None:
    viewer, _ = opened(CT)
    viewer.toggle_curved()

    assert "set points along a vessel" in words(viewer, STRAIGHT)
    assert not shown_on(viewer, SECTION).is_here
    assert viewer.bend(AXIAL) is None


def test_what_geometry_does_not_allow_is_refused_with_its_reason() -> None:
    """Millimetres along a vessel through missing slices would be wrong."""
    reason = "3 slices are missing"
    uneven = evolve(CT, geometry=Geometry(GeometryVerdict.MISSING_SLICES, reason))
    viewer, _ = opened(uneven)

    with pytest.raises(CommandError, match=reason):
        viewer.toggle_curved()


# --- points --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SCANS)
def test_a_point_is_the_place_of_the_patient_under_the_hand(name: str) -> None:
    viewer = along_a_curve(display_set(SCANS[name], COUNT, SHAPE), (12.0, 8.0), (20.0, 20.0))
    plane = shown_on(viewer, CORONAL).frame.plane
    assert plane is not None

    expected = [plane.to_patient(12.0, 8.0), plane.to_patient(20.0, 20.0)]

    assert np.allclose(traced(viewer).points, expected)
    assert np.allclose(bend_on(viewer, CORONAL).points, [(12.0, 8.0), (20.0, 20.0)])


def test_a_point_on_the_curve_comes_between_its_neighbours() -> None:
    """A bend that was cut short is mended where it is."""
    viewer = along_a_curve()
    before = traced(viewer).points

    viewer.add_course_point((15.0, 11.0), between=True)

    after = traced(viewer).points
    assert (after[0], after[2:]) == (before[0], before[1:])


def test_a_dragged_point_is_one_step_back() -> None:
    viewer = along_a_curve()
    before = traced(viewer).points
    viewer.rest()

    for x in range(3):
        viewer.move_course_point(2, (20.0 + x, 16.0))
    moved = traced(viewer).points
    viewer.undo_view()

    assert moved[1] != before[1]
    assert traced(viewer).points == before


def test_points_are_deleted_and_come_back() -> None:
    viewer = along_a_curve()
    before = traced(viewer).points

    viewer.delete_course_point()
    last_gone = traced(viewer).points
    viewer.delete_course_point(1)
    viewer.undo_view()
    viewer.undo_view()

    assert last_gone == before[:-1]
    assert traced(viewer).points == before


def test_two_points_are_not_set_on_one_place() -> None:
    viewer = along_a_curve()

    with pytest.raises(CommandError, match="a point of the curve already"):
        viewer.add_course_point((22.0, 28.0))


def test_no_point_is_set_where_there_is_no_patient() -> None:
    viewer = along_a_curve()
    viewer.activate(STRAIGHT)

    with pytest.raises(CommandError, match="on planes and images"):
        viewer.add_course_point((3.0, 3.0))


# --- sections ------------------------------------------------------------------------------


def test_the_section_is_square_to_the_curve_and_through_it() -> None:
    """A diameter in a section that leans is too large."""
    viewer = along_a_curve(CT, (10.0, 5.0), (10.0, 25.0))  # straight down

    viewer.go_along_course(8.0)

    plane = shown_on(viewer, SECTION).frame.plane
    assert plane is not None
    assert plane.normal == pytest.approx((0.0, 0.0, -1.0))
    start = np.asarray(traced(viewer).points[0])
    pixels = shown_on(viewer, SECTION).frame.pixels
    middle = plane.to_patient(pixels.columns // 2, pixels.rows // 2)
    assert np.allclose(middle, start - (0.0, 0.0, 8.0), atol=1e-6)
    assert "At 8.0 / 16.0 mm" in words(viewer, SECTION)


def test_scrolling_goes_along_the_curve_and_takes_the_planes_along() -> None:
    viewer = along_a_curve(CT, (10.0, 5.0), (10.0, 25.0))
    viewer.activate(SECTION)

    viewer.scroll(5)

    plane = shown_on(viewer, AXIAL).frame.plane
    assert plane is not None
    assert traced(viewer).at_mm == pytest.approx(5 * 0.8)
    assert plane.origin[2] == pytest.approx(traced(viewer).points[0][2] - 5 * 0.8)


def test_a_click_on_the_straight_picture_goes_there_everywhere() -> None:
    """One point is shown by all: section, planes and stack."""
    viewer = along_a_curve(CT, (10.0, 5.0), (10.0, 25.0))
    viewer.activate(STRAIGHT)

    spot = viewer.point_at((10.0, middle_row(viewer) + 4))

    start = np.asarray(traced(viewer).points[0])
    away = np.asarray(spot.point) - start
    assert away[2] == pytest.approx(-8.0)
    assert np.hypot(away[0], away[1]) == pytest.approx(4 * 0.8)
    for index in (AXIAL, CORONAL, SAGITTAL, SECTION):
        plane = shown_on(viewer, index).frame.plane
        assert plane is not None
        assert abs(plane.to_pixel(spot.point)[2]) < 1e-6


def test_the_section_stays_on_a_curve_that_becomes_shorter() -> None:
    viewer = along_a_curve()
    viewer.go_along_course(20.0)

    viewer.delete_course_point(3)

    view = shown_on(viewer, SECTION).curve
    assert view is not None
    assert view.at_mm <= view.length_mm


def test_turning_on_the_straight_picture_turns_it_and_not_the_planes() -> None:
    viewer = along_a_curve()
    viewer.activate(STRAIGHT)
    before = shown_on(viewer, AXIAL).frame.plane

    viewer.turn_planes(30.0)

    assert traced(viewer).turn == 30.0
    assert shown_on(viewer, AXIAL).frame.plane == before


def test_a_panoramic_may_be_thick() -> None:
    viewer = along_a_curve()
    viewer.activate(STRAIGHT)

    viewer.set_slab(6.0, SlabMode.MIP)

    assert "MIP 6 mm" in words(viewer, STRAIGHT)


# --- measuring -----------------------------------------------------------------------------


def on_straight(viewer: Viewer, *points: tuple[float, float]) -> Measurement:
    viewer.activate(STRAIGHT)
    return viewer.add(MeasurementKind.LENGTH, points)


def test_a_length_along_the_curve_is_that_of_the_vessel() -> None:
    """Around a right-angled bend it is the way along it, not across the corner."""
    points = [(8.0, 6.0), (8.0, 14.0), (8.0, 22.0), (16.0, 30.0), (24.0, 30.0), (32.0, 30.0)]
    viewer = along_a_curve(CT, *points)
    middle, columns = middle_row(viewer), shown_on(viewer, STRAIGHT).frame.pixels.columns

    mark = on_straight(viewer, (0.0, middle), (columns - 1.0, middle + 1))

    view = shown_on(viewer, STRAIGHT).curve
    assert view is not None
    assert mark.value == pytest.approx(view.length_mm, abs=0.8)
    assert mark.unit == "mm"
    assert "along the curve" in mark.note
    places = np.asarray(mark.in_patient)
    walked = np.linalg.norm(np.diff(places, axis=0), axis=1).sum()
    assert walked == pytest.approx(mark.value, rel=0.01)
    assert math.dist(mark.in_patient[0], mark.in_patient[-1]) < 0.85 * (mark.value or 0.0)


def test_a_length_square_to_the_curve_is_that_in_the_section() -> None:
    """A lumen measured on the straight picture is the same in the section."""
    viewer = along_a_curve(CT, (10.0, 5.0), (10.0, 25.0))
    middle = middle_row(viewer)

    mark = on_straight(viewer, (10.0, middle - 5), (10.0, middle + 5))

    a, b = mark.in_patient
    assert mark.value == pytest.approx(10 * 0.8)
    assert math.dist(a, b) == pytest.approx(10 * 0.8)
    assert abs((np.asarray(b) - a)[2]) < 1e-6


def test_a_length_across_the_bend_is_refused_with_its_reason() -> None:
    """The picture is straightened: between these points it has no millimetres."""
    viewer = along_a_curve()
    middle = middle_row(viewer)

    with pytest.raises(CommandError, match="millimetres are not known"):
        on_straight(viewer, (2.0, middle - 10), (20.0, middle + 10))
    viewer.activate(STRAIGHT)
    with pytest.raises(CommandError, match="lengths along its line and square to it alone"):
        viewer.add(MeasurementKind.ELLIPSE, ((2.0, 2.0), (9.0, 9.0)))
    assert "mm along the line and square to it only" in words(viewer, STRAIGHT)


def test_any_measurement_is_made_in_the_section() -> None:
    """It is a plane of the patient."""
    viewer = along_a_curve()
    viewer.activate(SECTION)

    mark = viewer.add(MeasurementKind.ELLIPSE, ((10.0, 10.0), (20.0, 20.0)))

    assert mark.value == pytest.approx(math.pi * 4.0**2, rel=1e-6)
    (drawn,) = viewer.measurements_on(shown_on(viewer, SECTION).frame)
    assert drawn.points == (pytest.approx((10.0, 10.0)), pytest.approx((20.0, 20.0)))


def test_a_length_along_is_drawn_on_its_curve_and_not_on_another() -> None:
    viewer = along_a_curve()
    middle = middle_row(viewer)
    on_straight(viewer, (3.0, middle), (15.0, middle))

    here = viewer.measurements_on(shown_on(viewer, STRAIGHT).frame)
    viewer.activate(CORONAL)
    viewer.move_course_point(2, (30.0, 15.0))
    elsewhere = viewer.measurements_on(shown_on(viewer, STRAIGHT).frame)

    assert [mark.points for mark in here] == [
        (pytest.approx((3.0, middle), abs=0.1), pytest.approx((15.0, middle), abs=0.1))
    ]
    assert elsewhere == ()


def test_it_is_kept_in_the_draft_and_can_be_sent() -> None:
    viewer = along_a_curve()
    middle = middle_row(viewer)

    mark = on_straight(viewer, (3.0, middle), (15.0, middle))

    assert drafted_measurements.from_plain(drafted_measurements.to_plain(mark)) == mark
    assert is_writable(mark)
    assert mark.frame in [each.key for each in CT.frames]


def test_a_straightened_picture_is_no_key_image() -> None:
    viewer = along_a_curve()
    viewer.activate(STRAIGHT)

    with pytest.raises(CommandError, match="no image of the series"):
        viewer.toggle_key_image()


# --- what others do ------------------------------------------------------------------------


def test_the_curve_is_not_drawn_on_another_patient_space() -> None:
    """Alike as they look, nobody said that the two lie on one another."""
    other = evolve(
        display_set(SCANS["straight"], 5, SHAPE, study="2.1", series="2.1.1", space="9.9"),
        id="other",
    )
    viewer, _ = opened(CT, other, studies=(viewed(), viewed("2.1", "prior", days_before=90)))
    viewer.toggle_curved()
    viewer.activate(CORONAL)
    viewer.add_course_point((10.0, 5.0))
    viewer.add_course_point((20.0, 15.0))
    viewer.show_set(other.id, STACK)

    assert shown_on(viewer, STACK).display_set == other
    assert viewer.bend(STACK) is None
    assert viewer.bend(AXIAL) is not None


def test_the_next_case_has_no_curve() -> None:
    """A curve of one patient on the next one's vessel would be somebody else's."""
    viewer = along_a_curve()

    viewer.close()

    assert viewer.traced(CT) == Traced()


def test_what_lies_beside_a_plane_is_drawn_as_such() -> None:
    """Nobody takes the dotted part for a vessel that is seen there."""
    viewer = along_a_curve()

    on_axial = bend_on(viewer, AXIAL)

    assert on_axial.beside
    assert bend_on(viewer, CORONAL).beside == ()
    assert not all(on_axial.near)


def test_images_of_the_stack_take_points_too() -> None:
    viewer = along_a_curve()
    viewer.activate(STACK)
    viewer.go(10)

    viewer.add_course_point((30.0, 30.0))

    plane = CT.frames[10].plane
    assert plane is not None
    assert traced(viewer).points[-1] == pytest.approx(plane.to_patient(30.0, 30.0))


def test_another_series_of_the_space_is_seen_along_the_same_curve() -> None:
    """The vessel of the arterial phase is looked at in the venous one."""
    other = display_set(SCANS["straight"], COUNT, SHAPE, series="1.1.2")
    viewer, _ = opened(CT, evolve(other, id="venous"))
    viewer.toggle_curved()
    viewer.activate(CORONAL)
    for point in ((10.0, 5.0), (20.0, 15.0)):
        viewer.add_course_point(point)
    points = traced(viewer).points

    viewer.show_set("venous")

    assert shown_on(viewer, STRAIGHT).display_set.id == "venous"
    assert shown_on(viewer, STRAIGHT).is_here
    assert traced(viewer).points == points


def test_a_section_is_not_crossed_by_the_lines_of_the_planes() -> None:
    """They meet where the vessel is."""
    viewer = along_a_curve()
    viewer.go_along_course(6.0)

    assert viewer.crossings(SECTION) == ()
    assert viewer.crossings(STACK) != ()


def test_colour_is_straightened_as_it_is() -> None:
    """An ultrasound volume is YBR in its files and RGB as a volume: twice converted it is green."""
    pixels = PixelFormat(*SHAPE, 8, 8, 7, False, samples=3, photometric="YBR_FULL")
    own = display_set(SCANS["straight"], COUNT, SHAPE, pixels=pixels)
    viewer, loader = opened(own, load=False)
    for frame in own.frames:
        loader.arrive(frame, np.full((*SHAPE, 3), 128, np.uint8))  # neutral grey
    for index in range(6):
        viewer.resized(index, 400, 300, 1.0)
    viewer.toggle_curved()
    viewer.activate(CORONAL)
    viewer.add_course_point((10.0, 5.0))
    viewer.add_course_point((20.0, 15.0))

    straight = shown_on(viewer, STRAIGHT)

    assert straight.pixels is not None
    assert straight.frame.pixels.photometric == "RGB"
    assert np.unique(straight.pixels.stored[straight.pixels.stored > 0]).tolist() == [128]


def test_going_to_a_length_along_a_curve_shows_it_there_after_a_restart_too() -> None:
    """The report names 14 mm of stenosis: the next reader sees which."""
    first = along_a_curve()
    middle = middle_row(first)
    mark = on_straight(first, (3.0, middle), (22.0, middle))
    viewer, _ = opened(CT)  # the draft comes back, the curve does not
    for index in range(6):
        viewer.resized(index, 400, 300, 1.0)
    viewer.restore_measurements([mark], [])

    viewer.go_to_measurement(mark.id)

    shown = shown_on(viewer, STRAIGHT)
    assert viewer.active == STRAIGHT
    assert shown.is_here
    (drawn,) = viewer.measurements_on(shown.frame)
    ends = [point[0] * 0.8 for point in drawn.points]
    assert ends[1] - ends[0] == pytest.approx(mark.value, abs=0.3)
    assert shown.curve is not None
    assert shown.curve.at_mm == pytest.approx(ends[0], abs=0.8)


def test_the_straight_picture_may_fill_the_window_and_be_left_from_there() -> None:
    """A panoramic is read alone, as large as the screen."""
    viewer = along_a_curve()
    viewer.activate(STRAIGHT)
    viewer.maximize()
    alone = viewer.viewports

    viewer.toggle_curved()

    assert [state.along for state in alone] == [Along.STRAIGHT]
    assert viewer.layout == (1, 1)
    assert [(state.plane, state.along) for state in viewer.viewports] == [(None, None)]


def test_planes_of_the_body_can_be_asked_for_from_a_straight_picture_alone() -> None:
    viewer = along_a_curve()
    viewer.activate(STRAIGHT)
    viewer.maximize()

    viewer.toggle_mpr()

    assert [state.along for state in viewer.viewports] == [None] * 4
    assert all(shown_on(viewer, index).is_here for index in range(4))


def test_it_is_left_where_other_series_lie_over_its_planes() -> None:
    other = display_set(SCANS["straight"], 5, SHAPE, series="1.1.2", space="9.9")
    viewer, _ = opened(CT, evolve(other, id="other", geometry=Geometry()))
    viewer.toggle_curved()
    for index in (AXIAL, CORONAL, SAGITTAL):
        viewer.show_set("other", index)

    viewer.toggle_curved()

    assert not any(state.along for state in viewer.viewports)


def test_a_single_image_has_no_curve_to_turn_about() -> None:
    """It has no volume: the sentence says what is missing, and nothing breaks."""
    viewer, _ = opened(display_set(SCANS["straight"], 1, SHAPE))

    with pytest.raises(CommandError, match="a curve needs two points"):
        viewer.turn_course(15.0)


# --- kept with the case --------------------------------------------------------------------


class Sealed:
    """The sealed store's "meta", in a dictionary."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    def put(self, _table: str, key: str, body: str) -> None:
        self.kept[key] = body

    def get(self, _table: str, key: str) -> str | None:
        return self.kept.get(key)

    def remove(self, _table: str, key: str) -> None:
        self.kept.pop(key, None)


def kept(viewer: Viewer, store: Sealed, who: str = "17") -> CurvesKept:
    jobs: Any = InlineJobs(FakeClock())
    return CurvesKept(viewer, store, jobs, lambda _: who)  # type: ignore[arg-type]


def test_a_curve_is_there_again_when_its_case_is() -> None:
    """Put aside for a STAT and taken up again: the arch that was traced is not traced anew."""
    store, viewer = Sealed(), along_a_curve(CT, (10.0, 10.0), (20.0, 14.0), (30.0, 12.0))
    kept(viewer, store)
    viewer.turn_course(20.0)
    before = traced(viewer)
    viewer.close()

    again, _ = opened(CT)
    kept(again, store)
    again.changed.emit(None)

    now = again.traced(CT)
    assert now.points == before.points
    assert (now.turn, now.at_mm, now.wide_mm) == (before.turn, before.at_mm, before.wide_mm)


def test_a_curve_of_another_reader_is_not_ones_own() -> None:
    store, viewer = Sealed(), along_a_curve(CT, (10.0, 10.0), (20.0, 14.0))
    kept(viewer, store)
    viewer.close()

    again, _ = opened(CT)
    kept(again, store, "18")
    again.changed.emit(None)

    assert again.traced(CT).points == ()


def test_a_curve_that_was_cleared_stays_cleared() -> None:
    store, viewer = Sealed(), along_a_curve(CT, (10.0, 10.0), (20.0, 14.0))
    keeping = kept(viewer, store)
    keeping.keep()
    written = dict(store.kept)
    viewer.clear_course()

    keeping.keep()

    assert written
    assert store.kept == {}


# --- sides -------------------------------------------------------------------------------


def jaw(*, back: bool = False, bend_mm: float = 30.0) -> Course:
    """A dental arch from the patient's right to his left through the front, LPS; or the way
    back."""
    angles = np.radians(np.arange(180, -1, -20))
    points = [(25 * math.cos(a), -bend_mm * math.sin(a), 0.0) for a in angles]
    found = course(points[::-1] if back else points, 0.5)
    assert found is not None
    return found


def test_a_panoramic_says_where_right_and_left_are() -> None:
    """The wrong tooth is pulled from a picture that does not say which side it begins on."""
    state = ViewportState()

    there = picture_letters(state, *sides(jaw()))
    back = picture_letters(state, *sides(jaw(back=True)))
    mirrored = picture_letters(reduce.flip_horizontal(state), *sides(jaw()))

    assert (there.left, there.right) == ("R", "L")
    assert {there.top, there.bottom} == {"H", "F"}
    assert (back.left, back.right) == ("L", "R")
    assert (mirrored.left, mirrored.right) == ("L", "R")


def test_of_a_curve_that_comes_back_no_side_is_said() -> None:
    """A loop of bowel: its end lies beside its beginning."""
    angles = np.radians(np.arange(0, 351, 30))
    loop = course([(25 * math.cos(a), 25 * math.sin(a), 0.0) for a in angles], 0.5)
    assert loop is not None

    found = picture_letters(ViewportState(), *sides(loop))

    assert (found.left, found.right) == ("", "")


def test_the_letters_stand_on_the_straight_picture() -> None:
    viewer = along_a_curve(CT, (4.0, 10.0), (14.0, 11.0), (24.0, 10.0))  # R to L

    letters = viewer.overlay(STRAIGHT).letters

    assert (letters.left, letters.right) == ("R", "L")
