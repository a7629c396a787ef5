"""The curve of a rendered volume under a hand: order, ends, colours."""

import pytest

from workstation.errors import CommandError
from workstation.imaging.transfer import Stop
from workstation.viewing.volume_curve import (
    COLOURS,
    added,
    between,
    colour_named,
    coloured,
    height,
    moved,
    opacity_at,
    removed,
)

CURVE = (
    Stop(100.0, 0.0, (1.0, 0.0, 0.0)), Stop(200.0, 0.5, (0.0, 1.0, 0.0)),
    Stop(400.0, 1.0, (0.0, 0.0, 1.0)),
)  # fmt: skip


def test_a_point_goes_where_the_hand_is() -> None:
    assert moved(CURVE, 1, 250.0, 0.25)[1] == Stop(250.0, 0.25, (0.0, 1.0, 0.0))


@pytest.mark.parametrize(("value", "opacity", "there"), [
    (50.0, -0.5, (100.0, 0.0)), (900.0, 1.5, (400.0, 1.0)),
])  # fmt: skip
def test_no_point_passes_its_neighbour_and_nothing_is_denser_than_dense(
    value: float, opacity: float, there: tuple[float, float]
) -> None:
    """Else values would have two opacities, and a file of it could not be read again."""
    found = moved(CURVE, 1, value, opacity)[1]

    assert (found.value, found.opacity) == there


def test_the_ends_may_go_further_out() -> None:
    assert moved(CURVE, 0, -1000.0, 0.0)[0].value == -1000.0
    assert moved(CURVE, 2, 3000.0, 1.0)[2].value == 3000.0


def test_a_point_that_is_added_on_the_curve_changes_nothing_seen() -> None:
    """Half way: half of opacity and of colour, by arithmetic."""
    made, index = added(CURVE, 300.0)

    assert index == 2
    assert made[2] == Stop(300.0, 0.75, (0.0, 0.5, 0.5))
    assert (*made[:2], made[3]) == CURVE


def test_beyond_its_ends_a_curve_is_as_it_ends() -> None:
    assert between(CURVE, 0.0).opacity == 0.0
    assert between(CURVE, 9999.0) == Stop(9999.0, 1.0, (0.0, 0.0, 1.0))
    assert added(CURVE, 50.0, 2.0)[0][0].opacity == 1.0


def test_where_two_points_stand_at_one_value_the_curve_steps() -> None:
    steep = (Stop(0.0, 0.0), Stop(0.0, 1.0), Stop(1.0, 1.0))

    assert between(steep, 0.5).opacity == 1.0
    assert between((Stop(0.0, 0.0), Stop(5.0, 0.2), Stop(5.0, 0.8)), 5.0).opacity == 0.2


def test_two_points_are_left_and_not_too_many_come() -> None:
    two = removed(CURVE, 1)
    assert [stop.value for stop in two] == [100.0, 400.0]

    with pytest.raises(CommandError, match="two points"):
        removed(two, 0)
    many = CURVE
    with pytest.raises(CommandError, match="at most"):  # noqa: PT012  (until it is full)
        for value in range(100):
            many, _ = added(many, 100.0 + value)


def test_colours_have_names_and_numbers() -> None:
    assert colour_named("Bone") == COLOURS["bone"]
    assert colour_named("#ff8000") == pytest.approx((1.0, 128 / 255, 0.0))
    assert coloured(CURVE, 0, (0.0, 0.0, 0.0))[0].colour == (0.0, 0.0, 0.0)


@pytest.mark.parametrize("word", ["puce", "#ff80", "#gggggg"])
def test_an_unknown_colour_is_answered_with_those_there_are(word: str) -> None:
    with pytest.raises(CommandError, match="bone"):
        colour_named(word)


def test_heights_go_both_ways_and_show_what_is_faint() -> None:
    """Lungs are seen at 0.4 % of 1 mm: on even heights no hand could set that."""
    assert [opacity_at(height(each)) for each in (0.0, 0.004, 0.5, 1.0)] == pytest.approx(
        [0.0, 0.004, 0.5, 1.0]
    )
    assert height(0.004) > 0.1
    assert (opacity_at(-1.0), opacity_at(2.0)) == (0.0, 1.0)
