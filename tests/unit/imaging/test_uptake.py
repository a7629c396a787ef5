"""PET in SUV as display sets: the picture stays, the numbers change."""

import numpy as np
import pytest
from attrs import evolve
from pet_objects import pet_slice, read

from workstation.domain.presentation import RealWorldMap, Voi, VoiFunction
from workstation.domain.study import DisplaySet
from workstation.domain.suv import SuvType
from workstation.domain.technique import Fact
from workstation.imaging.measure import value_at
from workstation.imaging.pixels import FramePixels
from workstation.imaging.uptake import in_suv, on_white
from workstation.imaging.voi import display_table, to_display

STORED = np.arange(-500, 3000, 7, dtype=np.int16).reshape(20, 25)


def windowed(voi: Voi, **changes: object) -> DisplaySet:
    (found,) = read(pet_slice(**changes))
    return evolve(found, frames=tuple(evolve(frame, vois=(voi,)) for frame in found.frames))


@pytest.mark.parametrize("function", list(VoiFunction))
@pytest.mark.parametrize(("center", "width"), [(2000.0, 4000.0), (1.5, 2.0), (40.0, 1.0)])
def test_a_window_of_the_object_makes_the_same_picture(
    function: VoiFunction, center: float, width: float
) -> None:
    """Windows stand in Bq/ml. LINEAR cannot be scaled: it has a half and a one in its formula."""
    before = windowed(Voi(center, width, function))
    (after,) = in_suv([before], SuvType.BW)
    grey = [
        to_display(STORED, display_table(frame, frame.vois[-1], inverted=False, dtype=np.int16))
        for frame in (before.frames[0], after.frames[0])
    ]

    assert grey[0].min() < grey[0].max()
    assert np.abs(grey[0].astype(int) - grey[1]).max() <= 1  # halves may round either way
    assert np.mean(grey[0] == grey[1]) > 0.99


def test_every_slice_is_shown_in_one_window_first() -> None:
    """Else brightness jumps from slice to slice, and a liver looks hot in one study alone."""
    brought = pet_slice(2, WindowCenter="30157", WindowWidth="54282")
    (after,) = in_suv(read(pet_slice(1), brought), SuvType.BW)

    first = {frame.vois[0] for frame in after.frames}
    assert first == {Voi(3.5, 7.0, VoiFunction.LINEAR_EXACT, "SUV 0 to 7")}


def test_a_map_to_activity_is_read_in_suv_too() -> None:
    """Else the probe would go by the map, and the window by the transform."""
    (found,) = read(pet_slice())
    mapped = (RealWorldMap(-2000, 3000, 2.0, 0.0, "Bq/ml"),)
    found = evolve(found, frames=(evolve(found.frames[0], real_world=mapped),))
    (after,) = in_suv([found], SuvType.BW)

    stored = np.full((4, 4), 1000, np.int16)
    stored.setflags(write=False)
    read_at = value_at((0.0, 0.0), after.frames[0], FramePixels(stored))

    assert read_at is not None
    assert (read_at.value, read_at.unit) == (pytest.approx(0.8), "SUVbw")


def test_a_map_to_something_else_is_left_alone() -> None:
    """SUV of the scanner's own making, for instance, is what its maker says it is."""
    (found,) = read(pet_slice())
    mapped = (RealWorldMap(-2000, 3000, 0.001, 0.0, "g/ml{SUVbw}"),)
    found = evolve(found, frames=(evolve(found.frames[0], real_world=mapped),))

    assert in_suv([found], SuvType.LBM)[0].frames[0].real_world == mapped


def test_the_view_says_the_unit_that_is_shown() -> None:
    (after,) = in_suv(read(pet_slice()), SuvType.BSA)
    words = {each.fact: each.words for each in after.frames[0].technique}

    assert words[Fact.UNITS] == "SUVbsa"


def test_pet_is_black_on_white() -> None:
    """As every reader of PET knows it; a white lesion on black is looked for elsewhere."""
    (found,) = map(on_white, in_suv(read(pet_slice()), SuvType.BW))
    table = display_table(found.frames[0], found.frames[0].vois[0], inverted=False, dtype=np.int16)

    assert to_display(np.array([0, 30000], np.int16), table).tolist() == [255, 0]
    assert on_white(read(pet_slice(Modality="CT"))[0]) == read(pet_slice(Modality="CT"))[0]


def test_what_is_no_pet_is_what_it_was() -> None:
    before = read(pet_slice(Modality="CT"))

    assert in_suv(before, SuvType.BW) == before
