"""What others drew as ink: a machine's is told from a person's, and words stand apart."""

import itertools

import pytest
from fakes_viewer import frame

from workstation.rendering.figures import ink
from workstation.rendering.ink import Border, Canvas, Letter, Stroke
from workstation.viewing.figures import Caption, Figure
from workstation.viewing.resolve import ResolvedView
from workstation.viewing.viewport import ViewportState

CANVAS = Canvas(
    ResolvedView.of(ViewportState(), frame(), 640, 640), 1.0, None,
    lambda first, _second: (7.0 * len(first), 20.0),
)  # fmt: skip
LINE = ((1.0, 1.0), (9.0, 9.0))


def test_a_machine_draws_dashed_in_its_own_hue_and_a_person_does_not() -> None:
    """Never to be taken for the reader's own."""
    machine, person = ink(CANVAS, [Figure(LINE, machine=True), Figure(LINE)])

    assert isinstance(machine, Stroke)
    assert isinstance(person, Stroke)
    assert (machine.token, machine.dash) == ("hue.ai", "dash")
    assert (person.token, person.dash) == ("text.image", "solid")


def test_a_figure_lies_where_its_pixels_lie() -> None:
    """A 64 x 64 image on 640 x 640: the centre of the first pixel is at 5."""
    (line,) = ink(CANVAS, [Figure(LINE)])

    assert isinstance(line, Stroke)
    assert [part for at in line.points for part in at] == pytest.approx([15, 15, 95, 95])


def test_a_colour_of_the_object_is_kept() -> None:
    (line,) = ink(CANVAS, [Figure(LINE, colour=(1, 2, 3), closed=True, filled=True)])

    assert isinstance(line, Border)
    assert (line.colour, line.filled) == ((1, 2, 3), True)


def test_words_at_one_place_are_not_written_over_one_another() -> None:
    """Several measurements of one lesion: each must be read."""
    captions = [Caption(f"mark {n}", (30.0, 30.0)) for n in range(4)]

    items = [each for each in ink(CANVAS, captions) if isinstance(each, Letter)]

    tops = sorted(each.at[1] for each in items)
    assert all(b - a >= 15 for a, b in itertools.pairwise(tops))


def test_a_point_is_a_cross_and_words_stay_on_the_view() -> None:
    items = ink(CANVAS, [Figure(((5.0, 5.0),)), Caption("far", (900.0, 900.0))])

    assert sum(isinstance(each, Stroke) for each in items) == 2
    (word,) = [each for each in items if isinstance(each, Letter)]
    assert word.at[0] < 640
    assert word.at[1] < 640
