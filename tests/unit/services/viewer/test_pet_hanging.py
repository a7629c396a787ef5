"""PET over CT with its MIP beside it: what hangs where, and that it belongs together."""

import pytest
from attrs import evolve
from fakes import FakeClock, InlineJobs
from fakes_viewer import FakeStore, opened, stack

from workstation.domain.presentation import Rescale, Voi, VoiFunction
from workstation.domain.study import DisplaySet, Geometry, GeometryVerdict
from workstation.domain.suv import SuvBasis
from workstation.errors import CommandError
from workstation.services.viewer.cine import Cine
from workstation.services.viewer.viewer import Viewer
from workstation.viewing.planes import Plane

VOLUME = Geometry(GeometryVerdict.REGULAR, mpr=True)
SUV = Voi(3.5, 7.0, VoiFunction.LINEAR_EXACT, "SUV 0 to 7")


def ct() -> DisplaySet:
    return evolve(stack(20), geometry=VOLUME)


def pet(space: str = "9.1") -> DisplaySet:
    made = stack(
        10, name="PET AC", series="1.1.9", step=4.0, modality="PT", shape=(16, 16),
        spacing=(4.0, 4.0), space=space, vois=(SUV,), rescale=Rescale(0.001, 0.0, "SUVbw"),
        suv_basis=SuvBasis("BQML"),
    )  # fmt: skip
    return evolve(made, geometry=VOLUME)


def hung(*sets: DisplaySet) -> Viewer:
    viewer, _ = opened(*(sets or (ct(), pet())))
    for index in range(4):
        viewer.resized(index, 400, 300, 1.0)
    return viewer


def test_three_fused_planes_and_the_mip_of_the_pet_beside_them() -> None:
    """As a PET/CT is read: the MIP leads, the planes show where."""
    viewer = hung()

    index, _ = viewer.hang_fusion()

    views = [viewer.shown(at) for at in range(4)]
    planes = [shown.state.plane for shown in views if shown is not None]
    assert set(planes) == {*Plane, None}
    for at, shown in enumerate(views):
        assert shown is not None
        if at == index:
            assert shown.rendering is not None
            assert shown.rendering.preset.name == "pt-mip"
            assert shown.display_set.modality == "PT"
            assert shown.voi == SUV
        else:
            assert shown.display_set.modality == "CT"
            assert shown.fused is not None
            assert shown.fused.display_set.modality == "PT"


def test_from_the_pet_it_is_the_same() -> None:
    """Whichever series the reader stands on."""
    viewer = hung(pet(), ct())
    viewer.show_set(pet().id)

    viewer.hang_fusion()

    shown = viewer.shown(0)
    assert shown is not None
    assert shown.display_set.modality == "CT"
    assert shown.fused is not None


def test_once_more_hangs_it_anew() -> None:
    viewer = hung()
    viewer.hang_fusion()
    viewer.activate(1)

    viewer.hang_fusion()

    assert sum(state.plane is not None for state in viewer.viewports) == 3
    assert sum(state.look is not None for state in viewer.viewports) == 1


def test_a_point_of_the_mip_moves_the_crosshair_of_the_ct() -> None:
    """What glows is looked at in the planes with one click, and marked on the MIP."""
    viewer = hung()
    index, _ = viewer.hang_fusion()
    viewer.activate(index)
    before = viewer.crosshair(0)

    viewer.point_to((6.0, 8.0, 20.0))

    assert viewer.crosshair(0) != before
    shown = viewer.shown(index)
    assert shown is not None
    mark = viewer.located_on(shown)
    assert mark is not None
    assert shown.frame.plane is not None
    assert shown.frame.plane.to_patient(*mark.at)[0] == pytest.approx(6.0, abs=0.6)
    assert shown.frame.plane.to_patient(*mark.at)[2] == pytest.approx(20.0, abs=2.1)


def test_the_mip_turns_by_itself() -> None:
    viewer = hung()
    index, _ = viewer.hang_fusion()
    clock = FakeClock()
    jobs = InlineJobs(clock)
    cine = Cine(viewer, FakeStore(), jobs, clock)
    look = viewer.viewports[index].look

    cine.turn(index)
    jobs.advance(1.0)

    assert cine.plays(index)
    assert viewer.viewports[index].look != look
    assert viewer.viewports[0].plane is not None


def test_without_a_partner_it_says_so() -> None:
    """Nothing is hung halfway."""
    viewer = hung(ct())
    with pytest.raises(CommandError, match="no PET"):
        viewer.hang_fusion()
    assert not viewer.in_mpr
    alone = hung(pet())
    with pytest.raises(CommandError, match="no CT or MR"):
        alone.hang_fusion()
