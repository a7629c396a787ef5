"""Wash-in and wash-out of a region: its mean at each moment, and nothing guessed."""

import math

import numpy as np
import pytest
from attrs import evolve
from fakes_viewer import FakeLoader, opened
from volume_phantoms import SCANS, display_set

from workstation.domain.measurement import MeasurementKind
from workstation.domain.study import DisplaySet, Frame, FrameContent, Trait
from workstation.errors import CommandError
from workstation.services.viewer.viewer import Viewer

COUNT, SHAPE, SECONDS = 4, (20, 24), 12
CORNERS = ((4.0, 4.0), (12.0, 12.0))


def wash_in(second: int) -> float:
    """A bolus by arithmetic: 40 before it, 340 at its height, and slowly down again."""
    after = max(0.0, second - 2.0)
    return 40.0 + 300.0 * (after / 4.0) * math.exp(1.0 - after / 4.0)


def phase(second: int) -> DisplaySet:
    content = FrameContent(moments=((Trait.TRIGGER_TIME, 1000.0 * second),))
    made = display_set(SCANS["straight"], COUNT, SHAPE, content=content)

    def named(frame: Frame) -> Frame:
        return evolve(frame, key=evolve(frame.key, sop=f"{frame.key.sop}.{second}"))

    return evolve(made, id=f"1.1.1#{second}", frames=tuple(map(named, made.frames)))


def arrive(loader: FakeLoader, each: DisplaySet, second: int) -> None:
    """Noise about the value of that moment in the region, 0 around it."""
    dice = np.random.default_rng(second)
    for frame in each.frames:
        stored = np.zeros(SHAPE)
        noise = dice.normal(0.0, 5.0, (9, 9))
        stored[4:13, 4:13] = wash_in(second) - frame.rescale.intercept + noise - noise.mean()
        loader.arrive(frame, np.rint(stored).astype(np.int16))


def room(*, without: int = -1) -> Viewer:
    phases = [phase(second) for second in range(SECONDS)]
    viewer, loader = opened(*phases, load=False)
    for second, each in enumerate(phases):
        if second != without:
            arrive(loader, each, second)
    viewer.resized(0, 400, 300, 1.0)
    viewer.show_set("1.1.1#0", 0)
    return viewer


def test_the_curve_of_a_bolus_is_the_bolus_within_one_per_cent() -> None:
    """F124: a malignant wash-in is told from a benign one by these numbers."""
    viewer = room()
    viewer.add(MeasurementKind.RECTANGLE, CORNERS)

    viewer.toggle_phase_curve()

    made = viewer.phase_curve
    assert made is not None
    assert made.at == tuple(float(second) for second in range(SECONDS))
    for second, mean in enumerate(made.means):
        assert mean == pytest.approx(wash_in(second), rel=0.01)
    assert "HU at 6.0 s" in made.words  # the height of this bolus


def test_an_image_that_is_not_here_has_no_value() -> None:
    """A gap is a gap: a line through it would be a guess."""
    viewer = room(without=5)
    viewer.add(MeasurementKind.RECTANGLE, CORNERS)
    viewer.toggle_phase_curve()

    made = viewer.phase_curve
    assert made is not None
    assert made.means[5] is None
    assert len(made.known) == SECONDS - 1


def test_it_follows_the_region_and_the_phase() -> None:
    viewer = room()
    made = viewer.add(MeasurementKind.RECTANGLE, CORNERS)
    viewer.toggle_phase_curve()
    viewer.go_phase(6)
    viewer.show_set("1.1.1#0", 0)
    viewer.move_measurement(made.id, ((14.0, 14.0), (20.0, 18.0)))

    now = viewer.phase_curve
    assert now is not None
    assert set(now.means) == {viewer.measurements[0].stats["mean"]}


def test_asked_for_again_it_is_away() -> None:
    viewer = room()
    viewer.add(MeasurementKind.RECTANGLE, CORNERS)
    viewer.toggle_phase_curve()

    viewer.toggle_phase_curve()

    assert viewer.phase_curve is None


def test_a_length_has_no_curve() -> None:
    viewer = room()
    viewer.add(MeasurementKind.LENGTH, CORNERS)

    with pytest.raises(CommandError, match="draw a region"):
        viewer.toggle_phase_curve()
    assert viewer.phase_curve_of == ""


def test_a_series_of_one_phase_has_no_curve() -> None:
    viewer, _ = opened(display_set(SCANS["straight"], COUNT, SHAPE))
    viewer.add(MeasurementKind.RECTANGLE, CORNERS)

    with pytest.raises(CommandError, match="one phase"):
        viewer.toggle_phase_curve()
