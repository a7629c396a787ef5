"""Phases of one place: which belong together, the slider through them, and films of them."""

from collections.abc import Callable

import numpy as np
import pytest
from attrs import evolve
from fakes import FakeClock, InlineJobs
from fakes_viewer import FakeLoader, opened
from volume_phantoms import SCANS, display_set

from workstation.domain.identifiers import SeriesUID
from workstation.domain.measurement import MeasurementKind
from workstation.domain.presentation import Voi
from workstation.domain.study import DisplaySet, Frame, FrameContent, Trait
from workstation.domain.technique import Fact, Stated
from workstation.errors import CommandError
from workstation.imaging.over_time import How
from workstation.services.viewer.cine import Cine
from workstation.services.viewer.phase_words import phase_words
from workstation.services.viewer.viewer import Viewer
from workstation.viewing import viewport as reduce
from workstation.viewing.phases import Phases, phases_of, window_of_difference
from workstation.viewing.planes import Plane

COUNT, SHAPE = 12, (20, 24)
Said = tuple[tuple[Trait, str | float], ...]


def stack(number: int, *said: tuple[Trait, str | float], moments: Said = ()) -> DisplaySet:
    """One phase: the same places, other images."""
    content = FrameContent(traits=said, moments=moments)
    made = display_set(SCANS["oblique"], COUNT, SHAPE, content=content)

    def named(frame: Frame) -> Frame:
        return evolve(frame, key=evolve(frame.key, sop=f"{frame.key.sop}.{number}"))

    return evolve(made, id=f"1.1.1#{number}", frames=tuple(map(named, made.frames)))


def heart(count: int = 20) -> tuple[DisplaySet, ...]:
    """By trigger time, as it comes: the order of the display sets is that of the archive."""
    order = np.random.default_rng(3).permutation(count)
    return tuple(
        stack(int(at), moments=((Trait.TRIGGER_TIME, 40.0 * at), (Trait.ACQUISITION, float(at))))
        for at in order
    )


def beating(count: int = 20, *, load: bool = True) -> tuple[Viewer, FakeLoader]:
    viewer, loader = opened(*heart(count), load=load)
    for index in range(4):
        viewer.resized(index, 400, 300, 1.0)
    viewer.show_set("1.1.1#0", 0)
    return viewer, loader


def found(viewer: Viewer, index: int = 0) -> Phases:
    phases = viewer.phases(index)
    assert phases is not None
    return phases


# --- the order they stand in ----------------------------------------------------------------


def test_phases_stand_in_the_order_of_time_whatever_the_archive_sent_first() -> None:
    """A column of thumbnails that goes 3, 17, 5 is searched, not read; the arrow keys that go
    through series go the same way. What is no phase keeps its place."""
    scout = evolve(stack(99), series=SeriesUID("1.1.9"))
    words = evolve(stack(98), series=SeriesUID("1.1.8"), frames=())

    viewer, _ = opened(scout, *heart(), words)

    (ref,) = (study.ref for study in viewer.studies)
    shown = [each.id for each in viewer.display_sets(ref)]
    assert shown == ["1.1.1#99", *(f"1.1.1#{at}" for at in range(20)), "1.1.1#98"]


# --- which belong together -----------------------------------------------------------------


def test_twenty_phases_are_one_slider_in_the_order_of_their_time() -> None:
    """A wall that moves is judged from one moment to the next (F120)."""
    sets = heart()

    made = phases_of(sets[0], sets)

    assert made is not None
    assert made.ids == tuple(f"1.1.1#{at}" for at in range(20))
    assert made.values == tuple(40.0 * at for at in range(20))
    assert made.ids[made.at] == sets[0].id
    assert made.seconds == pytest.approx(0.04)


def test_b_values_are_phases_whatever_their_direction() -> None:
    """A b-value of 0 has no direction, and belongs before the others."""
    none, trace = (Trait.DIRECTIONALITY, "NONE"), (Trait.DIRECTIONALITY, "ISOTROPIC")
    sets = [
        stack(0, (Trait.B_VALUE, 1000.0), trace), stack(1, (Trait.B_VALUE, 0.0), none),
        stack(2, (Trait.B_VALUE, 50.0), trace),
    ]  # fmt: skip

    made = phases_of(sets[0], sets)

    assert made is not None
    assert (made.axis, made.values) == (Trait.B_VALUE, (0.0, 50.0, 1000.0))


def test_magnitude_and_phase_images_are_not_mixed() -> None:
    """A slider that went from one to the other would show flow as anatomy."""
    magnitude, phase = (Trait.COMPONENT, "MAGNITUDE"), (Trait.COMPONENT, "PHASE")
    sets = [
        stack(0, (Trait.ECHO, 2.0), magnitude), stack(1, (Trait.ECHO, 4.0), magnitude),
        stack(2, (Trait.ECHO, 2.0), phase), stack(3, (Trait.ECHO, 4.0), phase),
    ]  # fmt: skip

    made = phases_of(sets[0], sets)

    assert made is not None
    assert made.ids == ("1.1.1#0", "1.1.1#1")


def test_what_lies_elsewhere_is_no_phase() -> None:
    """A slab of another station of the table is another place."""
    here = stack(0, moments=((Trait.TRIGGER_TIME, 0.0),))
    there = stack(1, moments=((Trait.TRIGGER_TIME, 40.0),))
    plane = there.frames[0].plane
    assert plane is not None
    x, y, z = plane.origin
    shifted = evolve(there.frames[0], plane=evolve(plane, origin=(x, y, z + 1.0)))

    assert phases_of(here, [here, evolve(there, frames=(shifted, *there.frames[1:]))]) is None
    assert phases_of(here, [here, evolve(there, frames=there.frames[1:])]) is None


def test_two_of_one_moment_are_no_slider() -> None:
    """Nobody could say which of them comes first."""
    sets = [stack(at, moments=((Trait.TEMPORAL_POSITION, 1.0),)) for at in range(2)]

    assert phases_of(sets[0], sets) is None


# --- a series each -------------------------------------------------------------------------


def series(
    number: int, label: str = "Thorax", *said: tuple[Trait, str | float], moments: Said = (),
    kernel: str = "kernel B30f",
) -> DisplaySet:  # fmt: skip
    """A phase as many scanners send it: the same places again, in a series of its own."""
    made = stack(number, *said, moments=moments)
    uid = SeriesUID(f"1.1.{number + 10}")

    def own(frame: Frame) -> Frame:
        technique = (Stated(Fact.KERNEL, kernel),)
        return evolve(frame, key=evolve(frame.key, series=uid), technique=technique)

    return evolve(made, series=uid, label=label, frames=tuple(map(own, made.frames)))


def test_a_breath_that_comes_as_ten_series_is_one_slider() -> None:
    """4D CT for radiotherapy: no header says the phase, the name of the series does."""
    names = [f"4D chest {10 * at}% 2.0" for at in (3, 0, 9, 1, 2, 4, 8, 5, 7, 6)]
    sets = [series(at, name, moments=((Trait.ACQUISITION, 4.0),)) for at, name in enumerate(names)]

    made = phases_of(sets[0], sets)

    assert made is not None
    assert (made.axis, made.values) == (Trait.CYCLE, tuple(10.0 * at for at in range(10)))
    assert made.ids[:4] == ("1.1.1#1", "1.1.1#3", "1.1.1#4", "1.1.1#0")
    assert made.ids[made.at] == sets[0].id
    assert phase_words(made) == "Phase 30 %, 4 / 10"


def test_a_name_that_says_something_else_beside_is_no_phase_of_it() -> None:
    """The average of all breaths and the slices for the lung are other pictures."""
    lung = series(3, "4D lung 20%")
    sets = [
        series(0, "4D chest 0%"),
        series(1, "4D chest 50%"),
        series(2, "4D chest average"),
        lung,
    ]

    made = phases_of(sets[0], sets)

    assert made is not None
    assert made.ids == ("1.1.1#0", "1.1.1#1")
    assert phases_of(sets[2], sets) is None
    assert phases_of(lung, sets) is None


@pytest.mark.parametrize("name", ["ASIR 40% 60%", "Dose 140%", "SafeCT 1.30.5%", "Cor"])
def test_only_one_number_of_a_cycle_is_one(name: str) -> None:
    """A share of iteration beside a share of the cycle: nobody can say which is which."""
    sets = [series(0, name), series(1, name.replace("40", "50").replace("140", "150"))]

    assert phases_of(sets[0], sets) is None


@pytest.mark.parametrize("axis", [Trait.CARDIAC_PHASE, Trait.TRIGGER_TIME, Trait.TEMPORAL_POSITION])
def test_a_heart_that_comes_as_series_goes_by_what_its_images_say(axis: Trait) -> None:
    sets = [series(at, moments=((axis, value),)) for at, value in enumerate((70.0, 40.0, 50.0))]

    made = phases_of(sets[1], sets)

    assert made is not None
    assert (made.axis, made.values, made.at) == (axis, (40.0, 50.0, 70.0), 0)


def test_native_arterial_and_venous_are_gone_through_at_one_place() -> None:
    """A lesion of the liver is read by how it fills: the same plane, one acquisition on."""
    agent = (Trait.CONTRAST, "Iomeron")
    sets = [
        series(0, "Venous 2.0", agent, moments=((Trait.ACQUISITION, 5.0),)),
        series(1, "Native 2.0", moments=((Trait.ACQUISITION, 2.0),)),
        series(2, "Arterial 2.0", agent, moments=((Trait.ACQUISITION, 4.0),)),
        series(3, "Bone 2.0", agent, moments=((Trait.ACQUISITION, 5.0),), kernel="kernel B60f"),
    ]

    made = phases_of(sets[0], sets)

    assert made is not None
    assert made.ids == ("1.1.1#1", "1.1.1#2", "1.1.1#0")
    assert phase_words(made) == "Acquisition 5, 3 / 3"


def test_two_pictures_of_one_acquisition_are_no_two_moments() -> None:
    """Thin slices for planes and the same again with less noise: which of them came first?"""
    sets = [series(at, moments=((Trait.ACQUISITION, 5.0),)) for at in range(2)]

    assert phases_of(sets[0], sets) is None


def test_sequences_of_mr_are_no_phases_though_one_was_made_after_the_other() -> None:
    """T1 without and with fat saturation differ in more than time."""
    sets = [
        evolve(series(at, moments=((Trait.ACQUISITION, float(at)),)), modality="MR")
        for at in range(3)
    ]

    assert phases_of(sets[0], sets) is None


def test_phases_of_one_series_go_before_other_series() -> None:
    """A perfusion that was scanned twice is two sliders, not one of everything."""
    first = [stack(at, moments=((Trait.TRIGGER_TIME, 40.0 * at),)) for at in range(3)]
    second = series(7, moments=((Trait.TRIGGER_TIME, 500.0),))

    made = phases_of(first[0], [*first, second])

    assert made is not None
    assert made.ids == ("1.1.1#0", "1.1.1#1", "1.1.1#2")


def test_planes_keep_their_place_from_series_to_series() -> None:
    """A tumour that breathes: the margin is read where the crosshair stands."""
    viewer, _ = opened(*(series(at, f"4D chest {50 * at}%") for at in range(2)))
    for index in range(4):
        viewer.resized(index, 400, 300, 1.0)
    viewer.show_set("1.1.1#0", 0)
    viewer.toggle_mpr()
    viewer.point_at((9.0, 8.0))
    before = viewer.shown(2)

    viewer.next_phase(1)

    after = viewer.shown(2)
    assert before is not None
    assert after is not None
    assert after.display_set.id == "1.1.1#1"
    assert after.frame.plane == before.frame.plane
    assert "Phase 50 %, 2 / 2" in viewer.overlay(0).lines


# --- the slider ----------------------------------------------------------------------------


def test_the_slider_keeps_image_zoom_and_window() -> None:
    viewer, _ = beating()
    viewer.go(5)
    viewer.set_window("100/300")
    viewer.change(lambda state: reduce.zoom(state, 2.0, (3.0, 4.0), (0.0, 0.0)))
    before = viewer.viewports[0]

    viewer.go_phase(7)

    assert viewer.viewports[0] == evolve(before, display_set="1.1.1#7")
    assert "Trigger 280 ms, 8 / 20" in viewer.overlay(0).lines


def test_planes_keep_their_place_and_turn() -> None:
    """A lesion is followed through the phases in the plane that shows it."""
    viewer, _ = beating()
    viewer.toggle_mpr()
    viewer.activate(2)
    viewer.point_at((9.0, 8.0))
    viewer.turn_planes(25.0)
    before = [viewer.shown(index) for index in (0, 2, 3)]

    viewer.go_phase(4)

    after = [viewer.shown(index) for index in (0, 2, 3)]
    for one, other in zip(before, after, strict=True):
        assert one is not None
        assert other is not None
        assert other.frame.plane == one.frame.plane
        assert other.display_set.id == "1.1.1#4"
        assert other.is_here


def test_a_phase_beside_another_one_stays_for_comparing() -> None:
    """End of diastole beside end of systole."""
    viewer, _ = beating()
    viewer.set_layout(1, 2)
    viewer.show_set("1.1.1#9", 1)
    viewer.activate(0)

    viewer.go_phase(3)

    assert [state.display_set for state in viewer.viewports] == ["1.1.1#3", "1.1.1#9"]


def test_the_next_phase_goes_round() -> None:
    """A cycle has no end."""
    viewer, _ = beating()

    viewer.next_phase(-1)
    last = found(viewer).at
    viewer.next_phase(1)

    assert (last, found(viewer).at) == (19, 0)


def test_the_brightness_of_a_bolus_is_compared_in_one_window() -> None:
    """A window of its own for each phase would hide that it washes out."""
    viewer, _ = beating()
    shown = viewer.shown(0)
    assert shown is not None

    viewer.go_phase(5)

    assert viewer.viewports[0].voi == shown.voi


def test_a_step_of_the_slider_can_be_taken_back() -> None:
    viewer, _ = beating()

    viewer.go_phase(5)
    viewer.undo_view()

    assert viewer.viewports[0].display_set == "1.1.1#0"


def test_a_series_of_one_phase_says_so() -> None:
    viewer, _ = opened(stack(0))

    assert viewer.phases(0) is None
    with pytest.raises(CommandError, match="one phase"):
        viewer.next_phase(1)


@pytest.mark.parametrize(
    ("axis", "words"),
    [
        (Trait.CARDIAC_PHASE, "Phase 40 % RR, 2 / 2"),
        (Trait.B_VALUE, "b 40, 2 / 2"),
        (Trait.TEMPORAL_POSITION, "Time 40, 2 / 2"),
        (Trait.ECHO, "Echo 40 ms, 2 / 2"),
    ],
)
def test_each_axis_is_named(axis: Trait, words: str) -> None:
    assert phase_words(Phases(axis, ("a", "b"), (0.0, 40.0), 1)) == words


def test_a_count_is_not_said_twice() -> None:
    """The second of five times that are numbered 1 to 5."""
    times = Phases(Trait.TEMPORAL_POSITION, ("a", "b", "c"), (1.0, 2.0, 3.0), 1)
    assert phase_words(times) == "Time 2 / 3"


# --- films ---------------------------------------------------------------------------------


def film(count: int = 20, *, load: bool = True) -> tuple[Viewer, Cine, Callable[[float], None]]:
    viewer, loader = beating(count, load=load)
    clock = FakeClock()
    jobs = InlineJobs(clock)
    cine = Cine(viewer, loader.store, jobs, clock)  # type: ignore[arg-type]
    return viewer, cine, jobs.advance


def test_a_heart_beats_as_fast_as_it_was_recorded() -> None:
    """40 ms from one phase to the next: after 0.2 s the fifth."""
    viewer, cine, wait = film()

    cine.toggle_phases()
    for _ in range(20):
        wait(0.0101)

    assert found(viewer).at == 5
    assert "Cine 25 a second" in " ".join(viewer.overlay(0).lines)


def test_planes_beat_too_and_the_crosshair_stays() -> None:
    viewer, cine, wait = film(4)
    viewer.toggle_mpr()
    viewer.activate(2)
    shown = viewer.shown(2)
    assert shown is not None

    cine.toggle_phases()
    for _ in range(10):
        wait(0.0101)

    after = viewer.shown(2)
    assert after is not None
    assert after.state.plane is Plane.CORONAL
    assert found(viewer, 2).at == 2
    assert after.frame.plane == shown.frame.plane


def test_a_phase_that_is_not_here_is_waited_for() -> None:
    """Another phase shown for it would be another moment of the heart."""
    viewer, cine, wait = film(load=False)

    cine.toggle_phases()
    for _ in range(10):
        wait(0.05)

    assert found(viewer).at == 0
    assert "Cine waits for images" in viewer.overlay(0).lines


def test_playing_again_stops_it() -> None:
    viewer, cine, wait = film()
    cine.toggle_phases()
    wait(0.0401)
    wait(0.0401)

    cine.toggle_phases()
    at = found(viewer).at
    wait(1.0)

    assert found(viewer).at == at


def test_a_series_of_one_phase_is_not_played() -> None:
    viewer, loader = opened(stack(0))
    clock = FakeClock()
    cine = Cine(viewer, loader.store, InlineJobs(clock), clock)  # type: ignore[arg-type]

    with pytest.raises(CommandError, match="nothing to play"):
        cine.toggle_phases()


# --- what they give together ---------------------------------------------------------------


def washing_in(*values: int) -> tuple[Viewer, FakeLoader]:
    """A native, arterial and venous CT: each one value all over, stored; HU are 1024 less."""
    agent = (Trait.CONTRAST, "Iomeron")
    sets = [
        series(at, f"CT {at}", *([agent] if at else []), moments=((Trait.ACQUISITION, float(at)),))
        for at in range(len(values))
    ]
    viewer, loader = opened(*sets, load=False)
    for each, value in zip(sets, values, strict=True):
        for frame in each.frames:
            loader.arrive(frame, np.full(SHAPE, value, np.int16))
    for index in range(4):
        viewer.resized(index, 400, 300, 1.0)
    viewer.show_set("1.1.1#1", 0)
    return viewer, loader


def value(viewer: Viewer) -> float | None:
    return viewer.show_probe((10.0, 8.0)).number


def test_the_most_of_all_phases_is_shown_on_the_stack_and_said() -> None:
    """F120: an artery that fills early and a vein that fills late, on one picture."""
    viewer, _ = washing_in(1060, 1224, 1174)

    for how, expected, words in (
        (How.MIP, 200.0, "MIP of 3 phases"),
        (How.MINIP, 36.0, "MinIP of 3 phases"),
        (How.MEAN, (36 + 200 + 150) / 3, "Mean of 3 phases"),
    ):
        viewer.project_phases(how)

        assert value(viewer) == pytest.approx(expected, abs=1e-4)
        assert words in viewer.overlay(0).lines
    viewer.project_phases()
    assert value(viewer) == 200.0
    assert "Acquisition 1, 2 / 3" in viewer.overlay(0).lines


def test_planes_show_it_too_and_the_crosshair_stays() -> None:
    """An aneurysm is looked for in the plane that shows its neck, at all moments at once."""
    viewer, _ = washing_in(1060, 1224, 1174)
    viewer.toggle_mpr()
    viewer.activate(2)
    before = viewer.shown(2)

    viewer.next_projection()

    after = viewer.shown(2)
    assert before is not None
    assert after is not None
    assert after.frame.plane == before.frame.plane
    assert value(viewer) == pytest.approx(200.0)
    assert all("MIP of 3 phases" in viewer.overlay(at).lines for at in range(4))


def test_one_phase_less_another_shows_what_the_agent_did() -> None:
    """F124: an enhancement of 30 HU is seen where 80 beside 50 are not."""
    viewer, _ = washing_in(1060, 1224, 1174)

    viewer.subtract_phase(1)
    assert value(viewer) == 164.0
    assert "Acquisition 1, 2 / 3, less phase 1" in viewer.overlay(0).lines
    viewer.next_phase(1)
    assert value(viewer) == 114.0
    viewer.subtract_phase(1)
    assert value(viewer) == 150.0
    viewer.go_phase(0)
    with pytest.raises(CommandError, match="go to another one"):
        viewer.subtract_phase(1)
    with pytest.raises(CommandError, match="phases 1 to 3"):
        viewer.subtract_phase(4)


def test_a_difference_has_a_window_about_nothing_and_the_phase_gets_its_own_back() -> None:
    """In a lung window everything that did not change is white, and so is what did."""
    viewer, _ = washing_in(1060, 1224, 1174)
    viewer.set_window("-700/1500")
    viewer.toggle_mpr()
    before = [state.voi for state in viewer.viewports]

    viewer.subtract_phase(1)
    during = {viewer.shown(at).voi for at in range(4)}  # type: ignore[union-attr]
    viewer.subtract_phase(3)
    again = {viewer.shown(at).voi for at in range(4)}  # type: ignore[union-attr]
    viewer.project_phases(How.MIP)
    after = [state.voi for state in viewer.viewports]

    assert during == again == {Voi(50.0, 250.0)}
    assert after == before
    assert window_of_difference(Voi(300.0, 600.0), "") == Voi(75.0, 300.0)  # of MR: -75 to 225


def test_nothing_is_measured_or_counted_as_seen_on_what_no_scanner_made() -> None:
    """A region of a difference in the report would be taken for the density of a lesion."""
    viewer, _ = washing_in(1060, 1224, 1174)
    viewer.project_phases(How.MIP)
    shown, view = viewer.shown(0), viewer.resolved(0)
    assert shown is not None
    assert view is not None
    before = list(viewer.frame_states("1.1.1#1"))

    viewer.mark_painted(shown, view, whole=True)

    assert list(viewer.frame_states("1.1.1#1")) == before
    with pytest.raises(CommandError, match="measure on one phase"):
        viewer.add(MeasurementKind.LENGTH, ((2.0, 2.0), (9.0, 2.0)))


def test_it_waits_for_images_that_are_on_their_way_and_says_how_many() -> None:
    viewer, loader = washing_in(1060, 1224)
    late = viewer.display_sets(viewer.studies[0].ref)[0].frames[3]
    loader.store.pixels.pop(late.key)

    viewer.project_phases(How.MIP)
    waiting = viewer.shown(0)
    loader.arrive(late, np.full(SHAPE, 1060, np.int16))

    assert waiting is not None
    assert not waiting.is_here
    assert "23 of 24" in waiting.missing
    assert value(viewer) == 200.0


def test_where_memory_is_short_it_is_said_and_nothing_is_made() -> None:
    viewer, loader = washing_in(1060, 1224)
    loader.free = COUNT * SHAPE[0] * SHAPE[1]  # a byte each: half of it

    viewer.project_phases(How.MIP)

    shown = viewer.shown(0)
    assert shown is not None
    assert "not enough memory" in shown.missing


def test_memory_is_given_back_when_it_is_shown_no_more() -> None:
    viewer, loader = washing_in(1060, 1224, 1174)

    def shown_less(number: int) -> None:
        viewer.subtract_phase(number)
        viewer.shown(0)

    shown_less(1)
    held = loader.store.beside
    shown_less(3)
    assert loader.store.beside == held > 0
    viewer.project_phases()
    assert loader.store.beside == 0
