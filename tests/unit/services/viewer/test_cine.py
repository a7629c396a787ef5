"""Films on views: the clock chooses the frame, no neighbour stands in for one that is missing."""

from collections.abc import Sequence

import numpy as np
import pytest
from attrs import evolve
from fakes import FakeClock
from fakes_viewer import FakeLoader, add_length, build, opened, ref, stack, viewed
from volume_phantoms import SCANS, display_set

from workstation.domain.cine import CineTiming, Timed
from workstation.domain.study import DisplaySet, DisplaySetKind
from workstation.errors import CommandError
from workstation.services.viewer.cine import Cine
from workstation.services.viewer.viewer import Viewer


class Later:
    """`Jobs.later` alone: the test says when a call comes back, and how late."""

    def __init__(self) -> None:
        self.calls: list[tuple[float, object]] = []

    def later(self, seconds: float, fn: object) -> None:
        self.calls.append((seconds, fn))


class Projector:
    """A viewer that plays, and the machine under it."""

    def __init__(self, *sets: DisplaySet, load: bool = True) -> None:
        self.viewer: Viewer
        self.loader: FakeLoader
        self.viewer, self.loader = opened(*sets, load=load)
        self.clock, self.later = FakeClock(), Later()
        self.cine = Cine(self.viewer, self.loader.store, self.later, self.clock)  # type: ignore[arg-type]

    @property
    def frame(self) -> int:
        return self.viewer.viewports[0].frame_index

    def turn(self, late: float = 0.0) -> None:
        """Until the next frame is due, and `late` more."""
        ((seconds, call),) = self.later.calls
        self.later.calls.clear()
        self.clock.advance(seconds + late)
        assert callable(call)
        call()


def filmed(milliseconds: Sequence[float]) -> DisplaySet:
    made = stack(len(milliseconds), modality="US")
    timing = CineTiming(tuple(ms / 1000 for ms in milliseconds), Timed.VECTOR)
    return evolve(made, frames=tuple(evolve(each, timing=timing) for each in made.frames))


def test_each_frame_is_seen_for_its_recorded_time() -> None:
    projector = Projector(filmed([100, 400, 50]))
    projector.cine.toggle()
    seen = []
    for _ in range(4):
        due = projector.later.calls[0][0]
        seen.append((projector.frame, round(due * 1000)))
        projector.turn(late=0.0001)

    assert seen[:3] == [(0, 100), (1, 400), (2, 50)]
    assert seen[3][0] == 0


def test_a_slow_machine_drops_frames_and_keeps_the_time() -> None:
    """A heart that seems to beat slower is a wrong finding: after two seconds of a film of 20 ms
    a frame, painted at 90 ms each, it is where the clock says."""
    projector = Projector(filmed([20] * 300))
    projector.cine.toggle()
    elapsed, shown = 0.0, 0
    while elapsed < 2.0:
        before = projector.clock.monotonic()
        projector.turn(late=0.09)
        elapsed += projector.clock.monotonic() - before
        shown += 1
        assert projector.frame == pytest.approx(elapsed / 0.02, abs=1)
    assert shown < 25


def test_a_frame_that_is_not_here_stops_the_film_until_it_is() -> None:
    projector = Projector(filmed([100] * 5), load=False)
    frames = projector.viewer.display_sets(projector.viewer.studies[0].ref)[0].frames
    for each in frames[:2]:
        projector.loader.arrive(each, np.zeros((64, 64), np.int16))
    projector.cine.toggle()
    for _ in range(12):
        projector.turn(late=0.0001)

    assert projector.frame == 1
    assert "Cine waits for images" in projector.viewer.overlay(0).lines
    projector.loader.arrive(frames[2], np.zeros((64, 64), np.int16))
    projector.turn()
    assert projector.frame == 2


def test_any_scroll_ends_it_where_the_reader_went() -> None:
    projector = Projector(filmed([100] * 5))
    projector.cine.toggle()
    projector.viewer.scroll(3)

    assert not projector.cine.plays(0)
    assert projector.frame == 3
    assert not any("Cine" in line for line in projector.viewer.overlay(0).lines)


def test_the_view_says_the_rate_and_whether_it_was_recorded() -> None:
    recorded, made_up = Projector(filmed([40] * 5)), Projector(stack(5))
    recorded.cine.toggle()
    made_up.cine.toggle()

    assert "Cine 25 a second" in recorded.viewer.overlay(0).lines
    assert "Cine 10 a second, not recorded" in made_up.viewer.overlay(0).lines
    recorded.cine.faster(-1)
    assert "Cine 20 a second, recorded 25" in recorded.viewer.overlay(0).lines


def test_a_single_image_is_no_film() -> None:
    with pytest.raises(CommandError, match="nothing to play"):
        Projector(stack(1)).cine.toggle()


def test_another_series_on_the_view_ends_it() -> None:
    other = stack(3, name="Other", series="1.1.2")
    projector = Projector(filmed([100] * 5), other)
    projector.cine.toggle()
    projector.viewer.show_set(other.id)

    assert not projector.cine.plays(0)


def ultrasound(**more: object) -> DisplaySet:
    return evolve(filmed([100] * 5), **({"kind": DisplaySetKind.CINE} | more))  # type: ignore[arg-type]


class Hanging(Projector):
    """A program that plays ultrasound by itself, before anything is hung."""

    def __init__(self, *sets: DisplaySet, begins: bool = True, permitted: bool = True) -> None:
        self.viewer, self.loader = build()
        self.clock, self.later = FakeClock(), Later()
        self.cine = Cine(
            self.viewer,
            self.loader.store,
            self.later,
            self.clock,
            begins=begins,
        )
        self.viewer.show((viewed(),))
        self.viewer.study_ready(ref("1.1"), sets)
        for each in sets:
            self.loader.known[each.id] = each
            for frame in each.frames:
                self.loader.arrive(frame, np.zeros((64, 64), np.int16))
        if permitted:
            self.viewer.permit(ref("1.1"))


def test_moving_ultrasound_begins_by_itself_when_it_is_hung() -> None:
    """F133: a valve that stands still says nothing."""
    projector = Hanging(ultrasound())
    seen = []
    for _ in range(3):
        projector.turn()
        seen.append(projector.frame)

    assert projector.cine.plays(0)
    assert seen == [0, 1, 2]  # it waited for its first image


@pytest.mark.parametrize(
    "still",
    [
        ultrasound(modality="XA"),  # a run of contrast is looked at image by image first
        ultrasound(kind=DisplaySetKind.STACK),  # images of one series, one after the other
        evolve(stack(1, modality="US"), kind=DisplaySetKind.SINGLE),
        stack(5),
    ],
)
def test_nothing_else_moves_by_itself(still: DisplaySet) -> None:
    assert not Hanging(still).cine.plays(0)


def test_the_setting_stops_it() -> None:
    assert not Hanging(ultrasound(), begins=False).cine.plays(0)


def test_what_the_reader_stopped_does_not_begin_again() -> None:
    """Not with another layout, and not when he comes back to it."""
    other = stack(3, name="Other", series="1.1.2")
    projector = Hanging(ultrasound(), other)
    projector.cine.toggle()
    for act in (
        lambda: projector.viewer.set_layout(1, 2),
        lambda: projector.viewer.maximize(),
        lambda: projector.viewer.show_set(other.id, 0),
        lambda: projector.viewer.show_set(ultrasound().id, 0),
    ):
        act()

        assert not projector.cine.plays(0)


def test_what_was_not_stopped_goes_on_when_it_comes_back() -> None:
    other = stack(3, name="Other", series="1.1.2")
    projector = Hanging(ultrasound(), other)
    projector.viewer.show_set(other.id, 0)
    gone = projector.cine.plays(0)
    projector.viewer.show_set(ultrasound().id, 0)

    assert not gone
    assert projector.cine.plays(0)


def test_the_next_case_begins_anew() -> None:
    projector = Hanging(ultrasound())
    projector.cine.toggle()
    projector.viewer.close()
    projector.viewer.show((viewed(),))
    projector.viewer.study_ready(ref("1.1"), (ultrasound(),))
    projector.viewer.permit(ref("1.1"))

    assert projector.cine.plays(0)


def test_a_film_without_recorded_times_goes_at_the_rate_of_the_settings() -> None:
    projector = Projector(stack(5))
    projector.cine = Cine(
        projector.viewer,
        projector.loader.store,
        projector.later,
        projector.clock,
        4.0,
    )
    projector.cine.toggle()

    assert "Cine 4 a second, not recorded" in projector.viewer.overlay(0).lines
    projector.turn()
    assert projector.frame == 1
    assert projector.clock.monotonic() == pytest.approx(FakeClock().monotonic() + 0.25, abs=0.01)


def test_a_film_stops_at_the_image_that_was_measured() -> None:
    """By a script or by voice as well: else the measurement is gone before it was read."""
    projector = Hanging(ultrasound())
    for _ in range(3):
        projector.turn()
    add_length(projector.viewer, 5, 5, 20, 5)

    assert not projector.cine.plays(0)
    assert projector.viewer.measurements[0].frame == ultrasound().frames[projector.frame].key


def test_marks_of_a_draft_stop_no_film() -> None:
    """They come back on another image than the one that is seen."""
    projector = Hanging(ultrasound())
    projector.turn()
    mark = add_length(projector.viewer, 5, 5, 20, 5)
    projector.viewer.delete_measurement()
    projector.cine.toggle()
    projector.viewer.restore_measurements([evolve(mark, frame=ultrasound().frames[4].key)], ["A1"])

    assert projector.cine.plays(0)


def test_planes_of_a_volume_are_played_through() -> None:
    """A vessel is followed through a coronal as through a stack (issue 5, part 2)."""
    projector = Projector(display_set(SCANS["straight"], 34, (42, 46)))
    viewer = projector.viewer
    viewer.toggle_mpr()
    viewer.activate(2)
    viewer.go(40)
    projector.cine.toggle()
    seen = []
    for _ in range(4):
        shown = viewer.shown(2)
        assert shown is not None
        seen.append(shown.place[0])
        projector.turn(late=0.0001)

    assert seen == [40, 41, 0, 1]
    assert projector.cine.plays(2)
    viewer.toggle_mpr()
    assert not projector.cine.plays(2)
