"""Which frame of a linked view shows the same place."""

import pytest
from fakes_viewer import CORONAL, frame, stack

from workstation.domain.registration import Registered, Rigid, SaidBy
from workstation.viewing.linking import Follow, Links, space

THIN = stack(40, step=2.5).frames
THICK = stack(20, series="1.1.2", start=10.0, step=5.0).frames
PRIOR = stack(20, study="1.2", series="1.2.1", step=5.0, space="9.2").frames
ON = Links(on=True)


def test_a_shared_frame_of_reference_links_by_position() -> None:
    """z = 50 mm is image 20 of one and image 8 of the other."""
    assert ON.follow(THIN[20], THICK) == Follow(8)
    assert ON.follow(THICK[0], THIN) == Follow(4)


def test_beyond_the_end_the_nearest_is_shown() -> None:
    assert ON.follow(THIN[0], THICK) == Follow(0)


def test_strangers_are_never_linked_by_the_program() -> None:
    """Two frames of reference have no common millimetres; a guess would compare two levels."""
    assert ON.follow(THIN[20], PRIOR) is None


def test_the_reader_may_link_strangers() -> None:
    """z = 50 is put beside z = 45: the prior follows 5 mm lower."""
    links = Links().joined(THIN[20], PRIOR[9])

    assert links.on
    assert links.follow(THIN[22], PRIOR) == Follow(10, -5.0)
    assert links.follow(PRIOR[10], THIN) == Follow(22, 5.0)


def test_a_manual_link_survives_a_change_of_series() -> None:
    """It is between frames of reference, not between series."""
    links = Links().joined(THIN[20], PRIOR[9])

    assert links.follow(THICK[8], PRIOR) == Follow(9, -5.0)


def test_a_manual_link_may_be_given_in_millimetres_and_replaced() -> None:
    links = Links().joined(THIN[20], PRIOR[9]).joined(PRIOR[9], THIN[20], 10.0)

    assert len(links.manual) == 1
    assert links.follow(PRIOR[4], THIN) == Follow(12, 10.0)


def test_an_offset_turns_with_the_normal() -> None:
    """A series scanned feet first has its normal the other way round; the place is the same."""
    upside_down = stack(
        20, study="1.2", series="1.2.2", step=5.0, space="9.2",
        axes=((1.0, 0.0, 0.0), (0.0, -1.0, 0.0)),
    ).frames  # fmt: skip
    links = Links().joined(THIN[20], PRIOR[9])

    assert links.follow(upside_down[9], THIN) == Follow(20, -5.0)


def test_without_a_place_there_is_no_offset() -> None:
    links = Links().joined(THIN[20], PRIOR[9])

    assert links.offset_mm(frame(axes=None, frame_of_reference="9.1"), PRIOR[0]) is None
    assert links.offset_mm(THIN[0], PRIOR[0]) == -5.0


def test_off_is_off() -> None:
    assert Links().follow(THIN[20], THICK) is None
    assert not ON.toggled().on


def test_images_without_a_place_are_not_linked() -> None:
    nowhere = frame(axes=None)

    assert ON.follow(nowhere, THIN) is None
    assert ON.follow(THIN[0], (nowhere,)) is None
    with pytest.raises(ValueError, match="parallel"):
        Links().joined(THIN[0], nowhere)
    with pytest.raises(ValueError, match="parallel"):
        Links().joined(nowhere, THIN[0])


def test_images_across_each_other_do_not_follow() -> None:
    across = stack(5, series="1.1.9", axes=CORONAL).frames

    assert ON.follow(THIN[0], across) is None
    with pytest.raises(ValueError, match="parallel"):
        Links().joined(THIN[0], across[0])


def test_an_axial_offset_says_nothing_about_coronals() -> None:
    links = Links().joined(THIN[20], PRIOR[9])
    coronal = frame(axes=CORONAL)
    prior_coronal = frame(study="1.2", series="1.2.5", axes=CORONAL, space="9.2")

    assert links.follow(coronal, (prior_coronal,)) is None


def test_frames_without_a_place_are_passed_over() -> None:
    nowhere = frame(axes=None)

    assert ON.follow(THIN[4], (nowhere, *THICK)) == Follow(1)


def test_without_a_frame_of_reference_a_series_is_alone() -> None:
    assert space(frame(space="")) == "series 1.1.1"
    assert space(frame(space="9.1")) == "9.1"


def test_a_registration_leads_from_one_study_to_the_other_and_back() -> None:
    """z = 50 mm lies at 62 mm of the prior: its image 12 (60 mm), and from there image 19."""
    rigid = Rigid(((1.0, 0.0, 0.0, 3.0), (0.0, 1.0, 0.0, -4.0), (0.0, 0.0, 1.0, 12.0)))
    links = Links().with_registration(Registered("9.1", "9.2", rigid, SaidBy.AUTO))

    assert links.on
    assert links.follow(THIN[20], PRIOR) == Follow(12)
    assert links.follow(PRIOR[12], THIN) == Follow(19)  # 60 - 12 = 48 mm: 47.5, not 50
    assert links.follow(THIN[20], THICK) == Follow(8)  # of the same space, as before


def test_a_turned_prior_is_followed_at_the_middle_of_the_image() -> None:
    """Ten degrees about the axis from left to right: 16 mm behind it would be 3 mm off."""
    c, s = 0.9848077530, 0.1736481777
    rigid = Rigid(((1.0, 0.0, 0.0, 0.0), (0.0, c, -s, 0.0), (0.0, s, c, 0.0)))
    links = Links().with_registration(Registered("9.1", "9.2", rigid, SaidBy.AUTO))
    middle = 63 / 2 * 0.5  # mm of the image's own middle, behind its corner
    fine = stack(80, study="1.2", series="1.2.1", step=1.25, space="9.2").frames
    goal = s * middle + c * 50.0  # 51.97 mm; of the corner 49.24

    assert links.follow(THIN[20], fine) == Follow(round(goal / 1.25)) == Follow(42)


def test_what_was_said_last_of_two_studies_counts() -> None:
    rigid = Rigid(((1.0, 0.0, 0.0, 0.0), (0.0, 1.0, 0.0, 0.0), (0.0, 0.0, 1.0, 10.0)))
    found = Registered("9.1", "9.2", rigid, SaidBy.AUTO)
    by_hand = Links().joined(THIN[20], PRIOR[9])

    registered = by_hand.with_registration(found)
    again = registered.joined(THIN[20], PRIOR[9])

    assert (registered.manual, registered.registered) == ((), (found,))
    assert again.registered == ()
    assert again.follow(THIN[22], PRIOR) == Follow(10, -5.0)
