"""Current and prior side by side: one window, one scale, and never a false level."""

import pytest
from attrs import evolve
from fakes_viewer import CORONAL, opened, ref, stack, viewed

from workstation.domain.presentation import Rescale, Voi
from workstation.viewing import viewport as reduce

LUNG = Voi(-600, 1500, name="Lung")
CURRENT = stack(100, name="Axial lung 2.5", vois=(LUNG,))
#: Pixels twice as large, a window of its own, and its own frame of reference.
PRIOR = stack(
    49, name="Axial 5.0", study="1.2", series="1.2.1", step=5.0, space="9.2", spacing=(1.0, 1.0)
)
BOTH = (viewed(), viewed("1.2", "prior", days_before=379))


def test_the_prior_is_hung_in_the_window_of_the_current_study() -> None:
    """A nodule in a lung window beside itself in a soft-tissue window is no comparison."""
    viewer, _ = opened(CURRENT, PRIOR, studies=BOTH)
    prior = viewer.shown(1)

    assert prior is not None
    assert prior.voi == LUNG
    assert PRIOR.frames[0].vois[0] != LUNG


def test_a_prior_that_comes_late_takes_the_window_the_reader_chose() -> None:
    viewer, _ = opened(CURRENT, studies=BOTH)
    viewer.set_window("bone")

    viewer.study_ready(ref("1.2"), (PRIOR,))

    current, prior = viewer.shown(0), viewer.shown(1)
    assert current is not None
    assert prior is not None
    assert prior.voi == current.voi
    assert prior.voi is not None
    assert prior.voi.name == "Bone"


def test_a_window_set_on_one_is_set_on_the_other() -> None:
    """By name, by numbers, by a drag, and from either side."""
    viewer, _ = opened(CURRENT, PRIOR, studies=BOTH)

    viewer.set_window("40/400")
    both = [viewer.shown(i) for i in (0, 1)]
    viewer.activate(1)
    viewer.drag_window(10, 0)
    after = [viewer.shown(i) for i in (0, 1)]

    assert [(s.voi.center, s.voi.width) for s in both if s and s.voi] == [(40, 400)] * 2
    assert after[0] is not None
    assert after[1] is not None
    assert after[0].voi == after[1].voi != both[0].voi  # type: ignore[union-attr]


def test_a_prior_that_is_reset_is_as_it_was_hung() -> None:
    """Its own window would change the current images too, behind the reader's back."""
    viewer, _ = opened(CURRENT, PRIOR, studies=BOTH)
    viewer.set_window("bone")
    viewer.activate(1)
    viewer.drag_window(5, 5)
    viewer.activate(0)
    viewer.change(reduce.reset)
    viewer.activate(1)

    viewer.change(reduce.reset)

    shown = [viewer.shown(i) for i in (0, 1)]
    assert [s.voi for s in shown if s] == [LUNG, LUNG]


def test_a_window_stays_in_its_row() -> None:
    """Lung above and soft tissue below: a drag above must not make both the same."""
    viewer, _ = opened(CURRENT, PRIOR, studies=BOTH)
    viewer.set_layout(2, 2)
    below = [viewer.viewports[i].voi for i in (2, 3)]

    viewer.set_window("-500/1400")

    assert [v.voi and v.voi.width for v in viewer.viewports[:2]] == [1400, 1400]
    assert [viewer.viewports[i].voi for i in (2, 3)] == below


@pytest.mark.parametrize(
    "other",
    [
        stack(49, study="1.2", series="1.2.1", modality="MR", rescale=Rescale(unit="")),
        stack(49, study="1.2", series="1.2.1", rescale=Rescale(unit="")),
    ],
)
def test_grey_values_of_different_meaning_share_no_window(other) -> None:  # type: ignore[no-untyped-def]
    """A number of an MR means something in its own study only; copied, it hides a lesion."""
    viewer, _ = opened(CURRENT, other, studies=BOTH)

    viewer.set_window("bone")

    assert viewer.viewports[1].voi is None


def test_unlinked_views_keep_their_window_and_scale() -> None:
    viewer, _ = opened(CURRENT, PRIOR, studies=BOTH)
    viewer.toggle_links()
    before = viewer.viewports[1]

    viewer.set_window("bone")
    viewer.zoom(2.0)

    assert viewer.viewports[1] == before


def test_the_scale_is_the_same_in_millimetres() -> None:
    """64 pixels of 0.5 mm and 64 of 1 mm on equal views: fitted, the prior is half as large.

    At twice the fit of the current study the prior needs four times its own.
    """
    viewer, _ = opened(CURRENT, PRIOR, studies=BOTH)

    viewer.zoom(2.0)

    views = [viewer.resolved(i) for i in (0, 1)]
    assert views[0] is not None
    assert views[1] is not None
    assert viewer.viewports[1].zoom == pytest.approx(4.0)
    assert views[0].scale / 0.5 == pytest.approx(views[1].scale / 1.0)


def test_the_prior_comes_up_as_far_along_and_says_that_it_is_not_linked() -> None:
    """Half way down one chest is near half way down the other; more is not claimed."""
    viewer, _ = opened(CURRENT, studies=BOTH)
    viewer.go(66)

    viewer.study_ready(ref("1.2"), (PRIOR,))
    hung = viewer.viewports[1].frame_index
    viewer.scroll(10)

    assert hung == 32  # 66 / 99 of 48 steps
    assert viewer.viewports[1].frame_index == 32
    assert viewer.link_words.startswith("Scrolling not linked: no common frame of reference")


def test_a_prior_of_the_same_space_comes_up_at_the_level_being_read() -> None:
    """z = 100 mm is image 40 of the current study, and image 20 of the prior."""
    same = stack(49, study="1.2", series="1.2.1", step=5.0)
    viewer, _ = opened(CURRENT, studies=BOTH)
    viewer.go(40)

    viewer.study_ready(ref("1.2"), (same,))

    assert viewer.viewports[1].frame_index == 20
    assert viewer.link_words == "Linked by position"


def test_comparing_puts_the_prior_at_the_level_and_in_the_window() -> None:
    viewer, _ = opened(CURRENT, PRIOR, studies=BOTH)
    viewer.set_layout(1, 1)
    viewer.set_window("bone")
    viewer.go(66)

    viewer.compare_prior()

    prior = viewer.viewports[1]
    assert prior.frame_index == 32
    assert prior.voi is not None
    assert prior.voi.name == "Bone"


def test_another_series_of_the_study_begins_where_it_begins() -> None:
    """A coronal beside the axial has no level in common with it."""
    coronal = evolve(stack(20, series="1.1.2", axes=CORONAL), label="Coronal")
    viewer, _ = opened(CURRENT, coronal)
    viewer.go(50)

    viewer.set_layout(1, 2)

    assert viewer.viewports[1].display_set == coronal.id
    assert viewer.viewports[1].frame_index == 0
