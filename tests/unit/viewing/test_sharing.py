"""Window and scale of linked views, by arithmetic."""

import pytest
from attrs import evolve
from fakes_viewer import CORONAL, frame, stack

from workstation.domain.presentation import Rescale
from workstation.viewing.resolve import ResolvedView
from workstation.viewing.sharing import at_scale, relative_index, share_windows
from workstation.viewing.viewport import ViewportState

SIZE = (512, 512)
#: 64 x 64 pixels of 0.5 mm; its middle is at 15.75 mm, 15.75 mm.
HERE = frame()
ZOOMED = ViewportState(zoom=2.0, pan=(8.0, -4.0))


def view(state: ViewportState = ZOOMED) -> ResolvedView:
    return ResolvedView.of(state, HERE, *SIZE)


def test_a_shared_space_keeps_the_same_place_of_the_patient_in_the_middle() -> None:
    """Another reconstruction, its corner 10 mm further: the same vessel is in the middle."""
    there = frame(series="1.1.2", spacing=(1.0, 1.0), origin=(10.0, 0.0, 0.0))

    found = at_scale(view(), HERE, ViewportState(), there, SIZE)

    assert found is not None
    middle = ResolvedView.of(found, there, *SIZE).to_image((256, 256))
    assert middle == pytest.approx((15.75 + 8 * 0.5 - 10.0, 15.75 - 4 * 0.5))
    assert ResolvedView.of(found, there, *SIZE).scale == pytest.approx(view().scale * 2)


def test_without_a_shared_space_it_is_as_far_from_the_middle_along_the_patient() -> None:
    """A prior whose rows run to the other side: left stays left."""
    mirrored = frame(study="1.2", space="9.2", axes=((-1.0, 0.0, 0.0), (0.0, 1.0, 0.0)))

    found = at_scale(view(), HERE, ViewportState(), mirrored, SIZE)

    assert found is not None
    assert found.pan == pytest.approx((-8.0, -4.0))


def test_the_zoom_limits_hold() -> None:
    """A prior of huge pixels would need a hundred times its fit: the largest zoom is 40."""
    huge = frame(study="1.2", space="9.2", spacing=(50.0, 50.0))

    found = at_scale(view(), HERE, ViewportState(one_to_one=True), huge, SIZE)

    assert found is not None
    assert not found.one_to_one
    assert found.zoom == 40.0


@pytest.mark.parametrize("other", [frame(axes=CORONAL), frame(axes=None)])
def test_images_across_each_other_or_without_a_place_share_no_scale(other) -> None:  # type: ignore[no-untyped-def]
    """A millimetre on a detector is none in the patient."""
    assert at_scale(view(), HERE, ViewportState(), other, SIZE) is None
    assert at_scale(view(), evolve(HERE, plane=None), ViewportState(), HERE, SIZE) is None


def test_as_far_along_the_stack() -> None:
    """First to first, last to last, one image to the first."""
    assert relative_index(0, 100, 49) == 0
    assert relative_index(99, 100, 49) == 48
    assert relative_index(0, 1, 49) == 0
    assert relative_index(5, 10, 1) == 0


def test_only_hounsfield_units_are_the_same_on_every_scanner() -> None:
    """PS3.3 C.11.1.1.2: what has no unit is a number of its own scanner."""
    ct, empty = stack(2), evolve(stack(2), frames=())
    counts = stack(2, modality="CT", rescale=Rescale(unit="US"))

    assert share_windows(ct, stack(3, study="1.2", series="1.2.1"))
    assert not share_windows(ct, stack(2, modality="MR"))
    assert not share_windows(ct, counts)
    assert not share_windows(counts, counts)
    assert not share_windows(ct, empty)
    assert not share_windows(empty, ct)
