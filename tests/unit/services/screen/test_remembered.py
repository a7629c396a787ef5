"""Views that are taken back."""

import random

import numpy as np
import pytest
from fakes_viewer import opened, ref, runner, stack, viewed

from workstation.errors import CommandError
from workstation.services.viewer.viewer import Viewer
from workstation.viewing.viewport import Interpolation

CT = stack(5, name="Axial")
LUNG = stack(7, name="Axial lung", series="1.1.2")
PRIOR = stack(4, name="Axial", study="1.2", series="1.2.1", space="9.2")

#: What can be taken back, as a reader does it by key or pointer.
STEPS = (
    "viewport.window lung", "viewport.window auto", "viewport.window 2", "viewport.brighten",
    "viewport.contrast -1", "viewport.zoom 1.25", "viewport.zoom 0.8 3 4", "viewport.pan 3 -2",
    "viewport.nudge left", "viewport.invert", "viewport.rotate", "viewport.turn 7.5",
    "viewport.flip horizontal", "viewport.flip vertical", "viewport.fit", "viewport.one-to-one",
    "viewport.reset", "viewport.interpolation", "viewport.layout 1x1", "viewport.layout 1x2",
    "viewport.layout 2x2", "viewport.maximize", "viewport.next-series",
    "viewport.previous-series", "compare.prior", "viewport.window-by 3 4",
)  # fmt: skip


def reading() -> Viewer:
    viewer, loader = opened(CT)
    viewer.show([viewed(), viewed("1.2", "prior", days_before=379)])
    viewer.study_ready(ref("1.1"), (CT, LUNG))
    viewer.study_ready(ref("1.2"), (PRIOR,))
    viewer.permit(ref("1.2"))
    for each in (CT, LUNG, PRIOR):
        for frame in each.frames:
            loader.arrive(frame, np.arange(64 * 64, dtype=np.int16).reshape(64, 64))
    return viewer


def look(viewer: Viewer) -> tuple[object, ...]:
    """Everything that decides what is painted, view by view."""
    shown = [viewer.shown(index) for index in range(len(viewer.viewports))]
    return (
        viewer.layout,
        viewer.active,
        [viewer.resolved(index) for index in range(len(viewer.viewports))],
        [None if s is None else (s.frame.key, s.voi, s.state.inverted, s.state.interpolation)
         for s in shown],
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(12))
def test_fifty_steps_back_is_where_it_began_and_forth_where_it_ended(seed: int) -> None:
    """F89: a reader who lost his way gets back without starting anew."""
    rng = random.Random(seed)
    viewer = reading()
    run = runner(viewer)
    looks = [look(viewer)]
    while len(looks) <= 50:
        before = viewer.viewports, viewer.layout
        viewer.rest()
        run(rng.choice(STEPS))
        if (viewer.viewports, viewer.layout) != before:
            looks.append(look(viewer))

    back = [look(viewer)]
    for _ in range(50):
        viewer.undo_view()
        back.append(look(viewer))
    forth = [look(viewer)]
    for _ in range(50):
        viewer.redo_view()
        forth.append(look(viewer))

    assert back[::-1] == looks
    assert forth == looks
    with pytest.raises(CommandError, match="nothing was taken back"):
        viewer.redo_view()


def test_at_the_beginning_there_is_nothing_to_take_back() -> None:
    with pytest.raises(CommandError, match="nothing to take back"):
        reading().undo_view()


def test_a_drag_is_taken_back_whole() -> None:
    viewer = reading()
    run = runner(viewer)
    before = look(viewer)
    for _ in range(30):
        run("viewport.window-by 2 1")

    run("viewport.undo")

    assert look(viewer) == before


def test_going_back_in_the_view_does_not_scroll() -> None:
    """The reader is at a finding: a window taken back must leave him there."""
    viewer = reading()
    viewer.set_window("lung")
    viewer.go(3)

    viewer.undo_view()

    shown = viewer.shown(0)
    assert shown is not None
    assert shown.state.frame_index == 3
    assert shown.state.voi is None


def test_measurements_and_views_are_taken_back_apart() -> None:
    """Ctrl+Z after a long zoom takes the line back, not the zoom."""
    viewer = reading()
    run = runner(viewer)
    run("tool.length 1 1 20 20")
    run("viewport.zoom 2")

    run("measurement.undo")

    assert not viewer.measurements
    assert viewer.viewports[0].zoom == 2


def test_the_next_case_has_no_history_of_this_one() -> None:
    viewer = reading()
    viewer.set_window("lung")

    viewer.close()

    with pytest.raises(CommandError):
        viewer.undo_view()


def test_a_series_that_comes_back_has_the_window_it_had() -> None:
    """Lung and soft tissue are windowed once, and gone between by key."""
    viewer = reading()
    run = runner(viewer)
    run("viewport.window bone")
    run("viewport.invert")
    run("viewport.next-series")
    other = viewer.viewports[0]

    run("viewport.previous-series")

    assert (other.voi, other.inverted) == (None, False)
    assert viewer.viewports[0].voi is not None
    assert viewer.viewports[0].voi.name == "Bone"
    assert viewer.viewports[0].inverted


def test_views_begin_with_the_interpolation_of_the_settings() -> None:
    plain, _ = opened(CT)
    assert plain.viewports[0].interpolation is Interpolation.LINEAR
    store, loader = plain._store, plain._loader
    chosen = Viewer(
        store, loader, plain.structures, plain.volumes, interpolation=Interpolation.CUBIC
    )

    chosen.show([viewed()])
    chosen.study_ready(ref("1.1"), (CT,))

    assert chosen.viewports[0].interpolation is Interpolation.CUBIC


def test_a_drag_that_turned_the_picture_is_taken_back_as_one() -> None:
    """Forty small turns of one stroke of the hand are one step."""
    viewer, _ = opened(stack(3))
    run = runner(viewer)
    for _ in range(40):
        run("viewport.turn-by 0.5")
    turned = viewer.viewports[0].degrees

    viewer.undo_view()

    assert turned == 20.0
    assert viewer.viewports[0].degrees == 0.0


def test_fit_shows_all_of_a_picture_that_is_turned() -> None:
    """Turning cuts its corners off rather than make it smaller; F is all of it again."""
    viewer, _ = opened(stack(3))
    viewer.resized(0, 400, 300, 1.0)
    run = runner(viewer)
    run("viewport.turn 30")

    def corners() -> list[tuple[float, float]]:
        view = viewer.resolved(0)
        assert view is not None
        return [view.to_view((x, y)) for x in (-0.5, 63.5) for y in (-0.5, 63.5)]

    cut = corners()
    run("viewport.fit")

    assert min(y for _, y in cut) < 0
    assert min(y for _, y in corners()) == pytest.approx(0)
    run("viewport.turn -30")
    run("viewport.fit")
    assert viewer.viewports[0].zoom == 1.0
