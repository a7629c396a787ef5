"""What is pointed at on one view is marked on the others: the 3D cursor of a whole board."""

import pytest
from attrs import evolve
from fakes_viewer import CORONAL, opened, ref, stack, viewed

from workstation.commands import catalogue
from workstation.domain.geometry import ImagePlane
from workstation.domain.registration import Registered, Rigid, SaidBy
from workstation.domain.study import DisplaySet
from workstation.errors import CommandError

AXIAL = stack(40, name="Axial 2.5")
THICK = stack(20, name="Axial 5.0", series="1.1.2", step=5.0, thickness_mm=5.0)
PRIOR = stack(40, name="Axial", study="1.2", series="1.2.1", space="9.2")
BOTH = (viewed(), viewed("1.2", "prior", days_before=379))


def coronals() -> DisplaySet:
    """Along y, 0.5 mm apart; z falls from 31.5 mm."""
    made = stack(64, name="Coronal", series="1.1.3", axes=CORONAL, thickness_mm=0.5)
    frames = tuple(
        evolve(each, plane=ImagePlane((0.0, i * 0.5, 31.5), *CORONAL, 0.5, 0.5))
        for i, each in enumerate(made.frames)
    )
    return evolve(made, frames=frames)


def test_one_point_is_marked_on_every_view_of_its_space_and_they_go_there() -> None:
    """F76: the nodule of the axial is found on the coronal and in the thick slices at once."""
    viewer, _ = opened(AXIAL, THICK, coronals())
    viewer.set_layout(2, 2)
    for index, each in enumerate((AXIAL, THICK, coronals())):
        viewer.show_set(each.id, index)
    viewer.toggle_links()
    viewer.activate(0)
    viewer.go(8)  # z = 20 mm

    viewer.point_at((30, 24))  # x = 15, y = 12 mm

    assert [state.frame_index for state in viewer.viewports[:3]] == [8, 4, 24]
    spots = [viewer.scene(index).spot for index in range(3)]
    assert [s.at for s in spots if s] == [
        pytest.approx((30, 24)),
        pytest.approx((30, 24)),
        pytest.approx((30, 23)),  # (31.5 - 20) / 0.5
    ]
    assert all(s.inside for s in spots if s)
    assert viewer.active == 0


def test_a_stranger_is_neither_marked_nor_moved() -> None:
    """A prior of another frame of reference: even linked by hand its pixels are elsewhere."""
    viewer, _ = opened(AXIAL, PRIOR, studies=BOTH)
    viewer.toggle_links()
    viewer.activate(1)
    viewer.go(3)
    viewer.activate(0)

    viewer.point_at((30, 24))

    assert viewer.viewports[1].frame_index == 3
    assert viewer.scene(0).spot is not None
    assert viewer.scene(1).spot is None


def test_the_mark_stays_a_place_of_the_patient_when_the_view_is_scrolled() -> None:
    viewer, _ = opened(AXIAL)
    viewer.go(8)
    viewer.point_at((30, 24))
    viewer.scroll(2)

    spot = viewer.scene(0).spot

    assert spot is not None
    assert spot.off_mm == pytest.approx(-5.0)
    assert not spot.inside


def test_what_is_pointed_at_is_gone_with_a_word_and_with_the_case() -> None:
    """Of the last patient no mark may stand on the next one."""
    viewer, _ = opened(AXIAL)
    viewer.point_at((30, 24))
    viewer.forget_spot()
    cleared = viewer.scene(0).spot
    viewer.point_at((30, 24))
    viewer.magnify(on=True)

    viewer.close()
    viewer.show((viewed(),))
    viewer.study_ready(ref("1.1"), (AXIAL,))
    viewer.permit(ref("1.1"))

    assert cleared is None
    assert viewer.scene(0).spot is None
    assert not viewer.magnifies


@pytest.mark.parametrize("at", [(-5.0, 3.0), (64.0, 3.0), (3.0, 1e9)])
def test_beside_the_image_there_is_nothing_to_point_at(at: tuple[float, float]) -> None:
    viewer, _ = opened(AXIAL)

    with pytest.raises(CommandError, match="beside the image"):
        viewer.point_at(at)


def test_an_image_without_a_place_is_refused_in_words() -> None:
    viewer, _ = opened(stack(1, name="Chest", modality="CR", axes=None))

    with pytest.raises(CommandError, match="no place in a patient"):
        viewer.point_at((3, 3))


def test_hidden_ink_does_not_hide_what_is_pointed_at() -> None:
    """The reader asks for it by a key that he holds: that is not the ink he hid."""
    viewer, _ = opened(AXIAL)
    viewer.toggle_ink()
    viewer.point_at((30, 24))

    assert viewer.scene(0).spot is not None
    assert not viewer.scene(0).inked


def test_a_point_is_two_numbers() -> None:
    found, words = catalogue.registry().find("tool.cursor3d 3")

    with pytest.raises(CommandError, match="pairs"):
        found.run(None, **found.parse(words))


def test_a_registered_prior_is_pointed_at_where_it_lies() -> None:
    """F154: 12 mm higher and 3 mm to the left in the prior's own millimetres."""
    viewer, _ = opened(AXIAL, PRIOR, studies=BOTH)
    rigid = Rigid(((1.0, 0.0, 0.0, 3.0), (0.0, 1.0, 0.0, 0.0), (0.0, 0.0, 1.0, 12.5)))
    viewer.register(Registered("9.1", "9.2", rigid, SaidBy.AUTO))
    viewer.go(8)  # z = 20 mm

    viewer.point_at((20, 24))  # x = 10 mm

    spot = viewer.scene(1).spot
    assert viewer.viewports[1].frame_index == 13  # 32.5 mm
    assert spot is not None
    assert spot.at == pytest.approx((26, 24))
    viewer.reject_registration()
    assert viewer.scene(1).spot is None
