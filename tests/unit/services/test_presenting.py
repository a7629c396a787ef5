"""What objects change about an image: said on the view, lifted by the reader, never measured."""

import numpy as np
import pytest
from attrs import evolve
from fakes_viewer import opened, runner, stack

from workstation.domain.measurement import MeasurementKind
from workstation.domain.shutter import Rectangle, Shutter
from workstation.domain.study import DisplaySet
from workstation.errors import CommandError
from workstation.services.viewer import Viewer


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
