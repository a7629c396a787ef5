"""Which pixels a region holds: those whose centre lies in it, the outline included."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workstation.domain.measurement import MeasurementKind, PixelPoint
from workstation.imaging.regions import crosses_itself, inside, polygon_area, polygon_mask

SHAPE = (12, 14)


def held(points: list[PixelPoint]) -> set[tuple[int, int]]:
    """(column, row) of every pixel."""
    rows, columns = np.nonzero(polygon_mask(points, SHAPE))
    return set(zip(columns.tolist(), rows.tolist(), strict=True))


def test_a_square_holds_the_centres_on_its_outline() -> None:
    """Corners on centres 2 and 4: three by three pixels."""
    assert held([(2, 2), (4, 2), (4, 4), (2, 4)]) == {(x, y) for x in (2, 3, 4) for y in (2, 3, 4)}


def test_between_centres_only_what_is_inside_counts() -> None:
    assert held([(1.6, 1.6), (3.4, 1.6), (3.4, 3.4), (1.6, 3.4)]) == {
        (2, 2), (3, 2), (2, 3), (3, 3)
    }  # fmt: skip


def test_a_slanted_side_passes_through_centres() -> None:
    """A right triangle with its long side on the diagonal: the diagonal belongs to it."""
    assert held([(0, 0), (4, 0), (4, 4)]) == {(x, y) for x in range(5) for y in range(x + 1)}


def test_a_notch_is_outside() -> None:
    """A horseshoe: what lies between its arms is no part of it."""
    shoe = [(1, 1), (9, 1), (9, 8), (6.5, 8), (6.5, 3.5), (3.5, 3.5), (3.5, 8), (1, 8)]

    found = held(shoe)

    assert (5, 6) not in found
    assert {(2, 6), (8, 6), (5, 2)} <= found


def test_an_outline_over_the_edge_invents_no_pixels() -> None:
    assert held([(-5, -5), (1, -5), (1, 1), (-5, 1)]) == {(0, 0), (1, 0), (0, 1), (1, 1)}
    assert held([(-9, -9), (-5, -9), (-5, -5)]) == set()


def test_pixels_of_a_polygon_are_those_of_a_rectangle_of_the_same_corners() -> None:
    stored = np.arange(SHAPE[0] * SHAPE[1]).reshape(SHAPE)
    corners = [(2.0, 3.0), (7.5, 3.0), (7.5, 9.0), (2.0, 9.0)]
    box = inside(MeasurementKind.RECTANGLE, (corners[0], corners[2]), stored)

    assert sorted(inside(MeasurementKind.POLYGON, corners, stored)) == sorted(box)


@given(
    st.lists(st.floats(2.0, 20.0), min_size=5, max_size=12),
    st.floats(-3, 16), st.floats(-3, 16), st.booleans(),
)  # fmt: skip
def test_any_star_holds_what_the_angles_around_a_centre_say(
    reach: list[float], x: float, y: float, turned: bool
) -> None:
    """Another rule than ours: a point is inside where the corners wind once around it."""
    corners = [
        (x + each * math.cos(at), y + each * math.sin(at))
        for each, at in zip(reach, np.linspace(0, 2 * math.pi, len(reach), False), strict=True)
    ]
    mask = polygon_mask(corners[::-1] if turned else corners, SHAPE)

    for row in range(SHAPE[0]):
        for column in range(SHAPE[1]):
            turns, near = _winding(corners, column, row)
            if near > 1e-6:  # on the outline rounding decides for both
                assert mask[row, column] == (abs(turns) > 0.5)


def _winding(corners: list[PixelPoint], x: float, y: float) -> tuple[float, float]:
    """Turns around a point, and how far the outline is away."""
    total, near = 0.0, math.inf
    for p, q in zip(corners, [*corners[1:], corners[0]], strict=True):
        u, v = complex(p[0] - x, p[1] - y), complex(q[0] - x, q[1] - y)
        side = v - u
        part = (
            0.0 if side == 0 else max(0.0, min(1.0, -(u * side.conjugate()).real / abs(side) ** 2))
        )
        near = min(near, abs(u + part * side))
        if near > 0:
            total += math.atan2((v * u.conjugate()).imag, (v * u.conjugate()).real)
    return total / (2 * math.pi), near


def test_the_area_does_not_depend_on_the_way_round() -> None:
    triangle = [(0.0, 0.0), (4.0, 0.0), (4.0, 3.0)]

    assert polygon_area(triangle) == polygon_area(triangle[::-1]) == 6.0


@pytest.mark.parametrize(
    ("points", "crossing"),
    [
        ([(0, 0), (4, 0), (4, 4), (0, 4)], False),
        ([(0, 0), (4, 4), (4, 0), (0, 4)], True),
        ([(0, 0), (4, 0), (4, 4)], False),
        ([(0, 0), (6, 0), (6, 4), (3, 1), (0, 4)], False),
        ([(0, 0), (6, 0), (6, 4), (3, -1), (0, 4)], True),
    ],
)
def test_a_figure_of_eight_is_recognised(points: list[PixelPoint], crossing: bool) -> None:
    """Its area by the formula would be the difference of its halves: a number, and wrong."""
    assert crosses_itself(points) is crossing
