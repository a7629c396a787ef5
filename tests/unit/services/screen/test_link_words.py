"""A view says what it shares with others, before the reader moves it."""

import pytest
from attrs import evolve
from fakes_viewer import CORONAL, opened, stack, viewed

from workstation.domain.presentation import Rescale
from workstation.domain.registration import IDENTITY, Registered, SaidBy
from workstation.services.viewer.viewer import Viewer

CURRENT = stack(100, name="Axial lung 2.5")
SOFT = stack(100, name="Axial soft 2.5", series="1.1.2")
PRIOR = stack(49, name="Axial 5.0", study="1.2", series="1.2.1", step=5.0, space="9.2")
PRIOR_SOFT = stack(49, name="Soft", study="1.2", series="1.2.2", step=5.0, space="9.2")
BOTH = (viewed(), viewed("1.2", "prior", days_before=379))


def said(viewer: Viewer, index: int) -> str:
    lines = viewer.overlay(index).lines
    return next((line for line in lines if line.startswith("linked: ")), "")


def test_two_stacks_of_one_space_say_that_they_scroll_and_zoom_together() -> None:
    viewer, _ = opened(CURRENT, SOFT)
    viewer.set_layout(1, 2)
    viewer.show_set(SOFT.id, 1)

    assert [said(viewer, i) for i in (0, 1)] == ["linked: scroll, zoom"] * 2


def test_a_prior_of_another_space_shares_window_and_zoom_and_no_level() -> None:
    """Never by itself: nobody knows which level of one is which of the other."""
    viewer, _ = opened(CURRENT, PRIOR, studies=BOTH)

    assert [said(viewer, i) for i in (0, 1)] == ["linked: zoom, window"] * 2


def test_strangers_never_follow_until_the_reader_says_so() -> None:
    """F77: with links on, every scroll of one leaves the other where it is."""
    viewer, _ = opened(CURRENT, PRIOR, studies=BOTH)
    at = viewer.viewports[1].frame_index
    for by in (1, 20, -7, 50):
        viewer.scroll(by)

        assert viewer.viewports[1].frame_index == at


def test_an_offset_by_hand_is_said_and_survives_another_series() -> None:
    """F77, Weasis #840: a link was lost with the next series that was hung."""
    viewer, _ = opened(CURRENT, SOFT, PRIOR, PRIOR_SOFT, studies=BOTH)
    viewer.toggle_links()
    viewer.go(50)  # z = 125 mm
    viewer.activate(1)
    viewer.go(24)  # z = 120 mm
    viewer.activate(0)
    viewer.join()

    assert said(viewer, 0) == "linked: scroll by offset −5.0 mm, zoom, window"
    assert said(viewer, 1) == "linked: scroll by offset +5.0 mm, zoom, window"
    viewer.show_set(SOFT.id, 0)
    viewer.show_set(PRIOR_SOFT.id, 1)
    viewer.go(60)  # z = 150 mm: 145 mm of the prior
    assert viewer.viewports[1].frame_index == 29
    assert said(viewer, 0) == "linked: scroll by offset −5.0 mm, zoom, window"


def test_what_is_not_shared_is_not_promised() -> None:
    """Links off; across each other; another unit; one view alone; one image alone."""
    across = stack(30, name="Coronal", series="1.1.3", axes=CORONAL)
    counts = tuple(evolve(each, rescale=Rescale(1.0, 0.0, "")) for each in PRIOR.frames)
    viewer, _ = opened(CURRENT, across, evolve(PRIOR, frames=counts), studies=BOTH)
    viewer.set_layout(1, 2)
    viewer.show_set(across.id, 1)
    crossed = said(viewer, 0)
    viewer.show_set(PRIOR.id, 1)
    unlike = said(viewer, 0)
    viewer.toggle_links()
    off = said(viewer, 0)
    viewer.toggle_links()
    viewer.set_layout(1, 1)

    assert (crossed, unlike, off, said(viewer, 0)) == ("", "linked: zoom", "", "")


@pytest.mark.parametrize(("level", "there"), [(1, False), (2, True), (3, True)])
def test_it_is_of_the_usual_words(level: int, there: bool) -> None:
    viewer, _ = opened(CURRENT, PRIOR, studies=BOTH)
    viewer.set_overlay_level(level)

    assert bool(said(viewer, 0)) is there


def test_a_narrow_view_has_no_room_for_it() -> None:
    viewer, _ = opened(CURRENT, PRIOR, studies=BOTH)
    viewer.resized(0, 300, 300, 1.0)
    viewer.resized(1, 720, 720, 2.0)  # 360 of the reader's pixels

    assert [bool(said(viewer, i)) for i in (0, 1)] == [False, True]


def test_a_registration_is_said_on_the_view_and_whether_it_was_accepted() -> None:
    """F122: a level that a machine found is not one that a reader set."""
    viewer, _ = opened(CURRENT, PRIOR, studies=BOTH)

    viewer.register(Registered("9.1", "9.2", IDENTITY, SaidBy.AUTO))
    offered = said(viewer, 1)
    viewer.accept_registration()

    assert offered == "linked: scroll registered (auto), not accepted, zoom, window"
    assert said(viewer, 1) == "linked: scroll registered (auto), zoom, window"
