"""Images that arrive while a study is open do not move what is looked at."""

from attrs import evolve
from fakes_images import REF, series

from workstation.dicom.display_sets import display_sets
from workstation.services.images.arrivals import more_frames, renamed, same_place

(CHEST,) = display_sets(REF, series("1.5", [float(-z) for z in range(5)]))
(OTHER,) = display_sets(REF, series("1.6", [float(-z) for z in range(3)]))


def test_a_display_set_keeps_its_id_when_another_comes_before_it() -> None:
    """A viewport shows a display set by its id: another number must not be another stack."""
    first, second = renamed([CHEST], [evolve(OTHER, id=CHEST.id), evolve(CHEST, id="1.5#1")])

    assert second.id == CHEST.id
    assert first.id != CHEST.id


def test_a_grown_display_set_keeps_its_id() -> None:
    """Three of five slices were known: it is the same stack, grown."""
    (now,) = renamed([evolve(CHEST, frames=CHEST.frames[1:4])], [evolve(CHEST, id="1.5#7")])

    assert now.id == CHEST.id
    assert more_frames([evolve(CHEST, frames=CHEST.frames[1:4])], [now]) == 2


def test_the_frame_that_is_looked_at_stays() -> None:
    """Slices that arrive in front of it push its index, not the picture."""
    before = evolve(CHEST, frames=CHEST.frames[2:])

    assert same_place(before, 1, CHEST) == 3


def test_a_frame_that_is_gone_leaves_the_index() -> None:
    """Better a neighbour's number than a jump to the first slice."""
    assert same_place(CHEST, 4, OTHER) == 4
    assert same_place(evolve(CHEST, frames=()), 2, CHEST) == 2
