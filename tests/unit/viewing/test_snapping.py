"""The handle that a hand means."""

import pytest

from workstation.viewing.snapping import nearest_within, snapped


def test_of_two_handles_within_reach_the_nearer_is_meant() -> None:
    """Ends of a short line lie 10 pixels apart: the first in the list is not the one meant."""
    assert nearest_within((9, 0), [(0, 0), (10, 0)], 12) == 1
    assert nearest_within((1, 0), [(0, 0), (10, 0)], 12) == 0
    assert nearest_within((30, 0), [(0, 0), (10, 0)], 12) is None
    assert nearest_within((30, 0), [], 12) is None


def test_a_point_falls_on_the_handle_it_is_dropped_on_and_exactly_there() -> None:
    """The image point of the handle itself, not the pixel under the pointer."""
    handles = [((100.0, 50.0), (12.25, 6.5)), ((105.0, 50.0), (13.0, 6.5))]

    assert snapped((103.0, 51.0), handles) == (13.0, 6.5)
    assert snapped((100.5, 50.0), handles) == (12.25, 6.5)


@pytest.mark.parametrize(("away", "falls"), [(5.9, True), (6.1, False)])
def test_a_hand_may_aim_beside_a_handle(away: float, falls: bool) -> None:
    """Snapping that reaches too far would measure what nobody pointed at."""
    assert (snapped((away, 0.0), [((0.0, 0.0), (3.0, 3.0))]) is not None) is falls
