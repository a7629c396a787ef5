"""The list of measurements: its order, what it shows again, what it hides."""

from attrs import evolve
from fakes_viewer import add_length, opened, runner, stack

from workstation.domain.presentation import Voi
from workstation.services.screen.placing import OnDuty
from workstation.services.viewer.viewer import Viewer

CT = stack(12)
OTHER = stack(3, series="1.1.2", name="Coronal 3.0")


def listed(viewer: Viewer) -> list[str]:
    return [mark.id for mark in viewer.listed]


def measured(viewer: Viewer, *images: int) -> None:
    for image in images:
        viewer.go(image)
        add_length(viewer, 0, 0, 10, 0)


def test_by_the_name_of_the_lesion_then_by_place() -> None:
    """Two diameters of one nodule stand together, whenever each was made; unnamed ones last."""
    viewer, _ = opened(CT, OTHER)
    measured(viewer, 9, 2, 5, 1)
    for line in ("A1 Nodule left", "A3 nodule LEFT", "A4 Adrenal"):
        runner(viewer)(f"measurement.label {line}")

    assert listed(viewer) == ["A4", "A3", "A1", "A2"]


def test_ten_comes_after_nine_on_one_image() -> None:
    viewer, _ = opened(CT)
    measured(viewer, *([0] * 10))

    assert listed(viewer) == [f"A{n}" for n in range(1, 11)]


def test_going_to_one_restores_the_image_as_it_was_seen() -> None:
    """F103: image, window, zoom, place and orientation, of the time it was measured."""
    viewer, _ = opened(CT)
    viewer.go(4)
    viewer.set_window("-600/1500")
    viewer.zoom(3.0, (20, 30))
    runner(viewer)("viewport.rotate 1")
    add_length(viewer, 0, 0, 10, 0)
    seen = viewer.viewports[0]
    for line in ("viewport.reset", "viewport.go 11", "viewport.window 40/400"):
        runner(viewer)(line)

    runner(viewer)("measurement.go A1")

    assert viewer.viewports[0] == seen
    assert viewer.viewports[0].voi == evolve(
        Voi(-600, 1500), name=seen.voi.name if seen.voi else ""
    )


def test_a_moved_one_is_seen_as_it_was_moved() -> None:
    viewer, _ = opened(CT)
    add_length(viewer, 0, 0, 10, 0)
    viewer.zoom(4.0, (10, 10))
    runner(viewer)("measurement.move A1 0 0 12 0")
    seen = viewer.viewports[0].zoom
    runner(viewer)("viewport.fit")

    runner(viewer)("measurement.go A1")

    assert viewer.viewports[0].zoom == seen


def test_one_is_hidden_alone_and_drawn_again() -> None:
    """The edge under a line must be looked at; the list and the report keep it."""
    viewer, _ = opened(CT)
    measured(viewer, 0, 0)

    drawn = viewer.toggle_measurement("A1")
    hidden = [mark.id for mark in viewer.scene(0).marks]

    assert (drawn, hidden) == (False, ["A2"])
    assert listed(viewer) == ["A1", "A2"]
    assert viewer.toggle_measurement("A1")
    assert [mark.id for mark in viewer.scene(0).marks] == ["A1", "A2"]


def test_steps_stop_at_the_ends_of_the_list() -> None:
    viewer, _ = opened(CT)
    measured(viewer, 3, 2, 1)
    steps = []
    for by in (-1, -1, -1, 1, 1, 1):
        viewer.step_measurement(by)
        steps.append(viewer.selected_measurement)

    assert listed(viewer) == ["A3", "A2", "A1"]
    assert steps == ["A3", "A3", "A3", "A2", "A1", "A1"]


def test_each_says_who_made_it() -> None:
    """A resident measures, a consultant takes the case over: whose value is it."""
    viewer, _ = opened(CT)
    viewer.on_duty = OnDuty(lambda _: "Birch, A.", lambda: None)  # type: ignore[arg-type,return-value]
    measured(viewer, 0, 1)
    viewer.on_duty = OnDuty(lambda _: "Hazel, J.", lambda: None)  # type: ignore[arg-type,return-value]
    runner(viewer)("measurement.move A2 0 0 12 0")

    assert [mark.author for mark in viewer.measurements] == ["Birch, A.", "Hazel, J."]


def test_a_length_is_as_sure_as_the_screen_it_was_drawn_on() -> None:
    """A view of 512 device pixels at a ratio of 2 shows 64 image pixels at 4 logical ones."""
    viewer, _ = opened(stack(1, shape=(1024, 1024)))
    viewer.resized(0, 512, 512, 1.0)
    whole = add_length(viewer, 0, 0, 100, 0).uncertainty
    viewer.zoom(4.0)
    near = add_length(viewer, 0, 0, 100, 0).uncertainty

    assert (whole, near) == (1.0, 0.5)  # half the size: two pixels of 0.5 mm; then one
