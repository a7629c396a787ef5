"""What objects change about an image: said on the view, lifted by the reader, never measured."""

from datetime import date

import numpy as np
import pytest
from attrs import evolve
from fakes_viewer import opened, runner, stack

from workstation.domain.identifiers import SopUID
from workstation.domain.measurement import MeasurementKind
from workstation.domain.presentation import OverlayPlane, Rescale, Voi
from workstation.domain.presentation_state import (
    Annotation,
    Graphic,
    PresentationState,
    Shape,
    SoftcopyVoi,
    Units,
)
from workstation.domain.referenced import ReferencedImage
from workstation.domain.shutter import Rectangle, Shutter
from workstation.domain.study import DisplaySet, DisplaySetKind
from workstation.errors import CommandError
from workstation.services.viewer.viewer import Viewer
from workstation.ui.viewer.pictures import request_of


def shuttered() -> DisplaySet:
    own = stack(2)
    first = evolve(own.frames[0], shutter=Shutter(Rectangle(11, 30, 21, 40)))
    return evolve(own, frames=(first, own.frames[1]))


def lines(viewer: Viewer) -> tuple[str, ...]:
    return viewer.overlay(0).lines


def test_a_view_says_that_part_of_its_image_is_covered() -> None:
    """Whoever reads must know that there is more; at every level of the words."""
    viewer, _ = opened(shuttered())
    viewer.set_overlay_level(1)

    assert "Shutter" in lines(viewer)


def test_the_shutter_is_lifted_and_closed_by_one_key() -> None:
    viewer, _ = opened(shuttered())
    run = runner(viewer)

    run("shutter.toggle")
    lifted = lines(viewer)
    run("shutter.toggle")

    assert "Shutter lifted" in lifted
    assert "Shutter" not in lifted
    assert "Shutter" in lines(viewer)


def test_an_image_without_a_shutter_has_nothing_to_lift() -> None:
    viewer, _ = opened(shuttered())
    viewer.go(1)

    assert "Shutter" not in lines(viewer)
    with pytest.raises(CommandError, match="no shutter"):
        runner(viewer)("shutter.toggle")


@pytest.mark.parametrize("lifted", [False, True])
def test_a_region_is_measured_on_all_of_its_pixels_covered_or_not(lifted: bool) -> None:
    """Numbers do not depend on what is shown."""
    viewer, loader = opened(shuttered())
    values = np.random.default_rng(4).integers(0, 2000, (64, 64), np.int16)
    loader.arrive(shuttered().frames[0], values)
    if lifted:
        runner(viewer)("shutter.toggle")

    found = viewer.add(MeasurementKind.RECTANGLE, ((0, 0), (40, 40)))

    inside = values[:41, :41].astype(np.float64) - 1024
    assert found.stats["mean"] == pytest.approx(inside.mean(), rel=1e-9)
    assert found.stats["pixels"] == 41 * 41


# --- presentation states ---------------------------------------------------------------


def state_of(images: DisplaySet, *indices: int, label: str = "SHOWN") -> DisplaySet:
    """A display set of one state that speaks of some frames of another."""
    names = tuple(ReferencedImage(images.frames[at].key.sop) for at in indices)
    state = PresentationState(
        SopUID(f"7.{label}"), label, names, creator="Okafor, Ada", created=date(2026, 11, 21),
        vois=(SoftcopyVoi(Voi(50, 100)),), quarter_turns=1,
        rescale=Rescale(2.0, -1024.0, "HU"),
        annotations=(
            Annotation("A", (Graphic(Shape.POLYLINE, Units.PIXEL, ((1.0, 1.0), (9.0, 9.0))),)),
        ),
    )  # fmt: skip
    own = stack(1, series=f"1.1.{label}", study=images.study)
    return evolve(own, kind=DisplaySetKind.PRESENTATION, frames=(), annotation=state)


def test_a_state_is_offered_and_nothing_is_changed_before_it_is_asked_for() -> None:
    """Somebody else's window must not be taken for the image."""
    images = stack(3)
    viewer, _ = opened(images, state_of(images, 0))

    shown = viewer.shown(0)

    assert shown is not None
    assert shown.presented is None
    assert "Presentation state: SHOWN" in lines(viewer)
    assert viewer.scene(0).figures == ()


def test_what_is_applied_is_said_with_its_maker_and_day() -> None:
    images = stack(3)
    viewer, _ = opened(images, state_of(images, 0))

    runner(viewer)("presentation.apply shown")

    shown = viewer.shown(0)
    assert shown is not None
    assert shown.voi == Voi(50, 100)
    assert shown.framing.quarter_turns == 1
    assert "Shown as SHOWN by Okafor, Ada, 21 Nov 2026" in lines(viewer)
    assert len(viewer.scene(0).figures) == 1


def test_the_next_image_that_it_does_not_name_is_as_it_came() -> None:
    """Weasis #631."""
    images = stack(3)
    viewer, _ = opened(images, state_of(images, 0))
    runner(viewer)("presentation.next")

    viewer.go(1)

    shown = viewer.shown(0)
    assert shown is not None
    assert shown.presented is None
    assert shown.voi == Voi(40, 400, name="Soft tissue")
    assert "Not of this image: SHOWN" in lines(viewer)
    assert viewer.scene(0).figures == ()


def test_one_key_goes_through_the_states_and_back_to_none() -> None:
    images = stack(3)
    viewer, _ = opened(images, state_of(images, 0, label="A"), state_of(images, 0, label="B"))
    run, seen = runner(viewer), []

    for _ in range(3):
        run("presentation.next")
        shown = viewer.shown(0)
        assert shown is not None
        seen.append(shown.state.presentation)

    assert sorted(seen) == ["", "7.A", "7.B"]
    assert seen[-1] == ""


def test_leaving_a_state_shows_the_image_as_it_came() -> None:
    images = stack(3)
    viewer, _ = opened(images, state_of(images, 0))
    run = runner(viewer)
    run("presentation.apply 1")

    run("presentation.off")

    shown = viewer.shown(0)
    assert shown is not None
    assert (shown.presented, shown.state.presentation) == (None, "")
    with pytest.raises(CommandError, match="no presentation state is applied"):
        run("presentation.off")


@pytest.mark.parametrize("line", ["presentation.apply NOBODY", "presentation.apply 2"])
def test_a_state_that_is_not_there_is_not_found_and_the_others_are_named(line: str) -> None:
    images = stack(3)
    viewer, _ = opened(images, state_of(images, 0))

    with pytest.raises(CommandError, match="1 SHOWN"):
        runner(viewer)(line)


def test_a_state_that_speaks_of_images_elsewhere_is_not_offered() -> None:
    """References to images that are not in the study."""
    images = stack(3)
    viewer, _ = opened(images, state_of(stack(2, series="9.9"), 0))

    with pytest.raises(CommandError, match="no presentation state speaks"):
        runner(viewer)("presentation.next")


def test_values_are_those_of_the_image_under_a_state_with_another_rescale() -> None:
    """A state may map values to greys as it likes; HU stay HU."""
    images = stack(3)
    viewer, _ = opened(images, state_of(images, 0))
    runner(viewer)("presentation.next")

    found = viewer.add(MeasurementKind.RECTANGLE, ((2, 2), (5, 5)))

    assert found.stats["mean"] == pytest.approx(1000 - 1024)


def test_the_letters_follow_the_turn_of_a_state() -> None:
    """A turned image with letters of the upright one puts the liver on the wrong side."""
    images = stack(3)
    viewer, _ = opened(images, state_of(images, 0))
    assert viewer.overlay(0).letters.left == "R"

    runner(viewer)("presentation.next")

    assert viewer.overlay(0).letters.top == "R"


def test_no_state_of_one_case_reaches_the_next() -> None:
    images = stack(3)
    viewer, _ = opened(images, state_of(images, 0))

    viewer.close()

    assert viewer.presenting.offered(images) == ()


def test_overlays_of_the_image_are_hidden_by_themselves_and_that_is_said() -> None:
    """A drawing may hide a finding; a hidden drawing may hide another's word."""
    own = stack(1)
    plane = OverlayPlane(1, 1, 1, 1, b"\1")
    viewer, _ = opened(evolve(own, frames=(evolve(own.frames[0], overlays=(plane,)),)))
    run = runner(viewer)

    run("overlay.planes")

    scene = viewer.scene(0)
    request = request_of(scene)
    assert request is not None
    assert request.marked is False
    assert scene.inked is True
    assert "Overlay of the image hidden" in lines(viewer)


def test_an_image_without_overlays_has_none_to_hide() -> None:
    viewer, _ = opened(stack(1))

    with pytest.raises(CommandError, match="no overlay"):
        runner(viewer)("overlay.planes")
