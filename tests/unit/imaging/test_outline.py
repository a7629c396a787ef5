"""Outlines of masks follow the edges of the pixels, as the standard places them."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workstation.imaging.outline import Line, outlines


def area(line: Line) -> float:
    """Signed, by the shoelace formula; positive clockwise on a screen whose y points down."""
    closed = (*line, line[0])
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(closed)) / 2


def test_one_pixel_is_its_own_square() -> None:
    """A lesion of one pixel must not vanish or grow."""
    mask = np.zeros((5, 7), np.uint8)
    mask[2, 3] = 1

    (line,) = outlines(mask)

    assert sorted(line) == [(2.5, 1.5), (2.5, 2.5), (3.5, 1.5), (3.5, 2.5)]


def test_a_side_has_two_corners_however_long() -> None:
    """A rectangle of any size is four corners: drawing stays quick."""
    mask = np.zeros((40, 60), bool)
    mask[10:30, 5:55] = True

    (line,) = outlines(mask)

    assert len(line) == 4
    assert abs(area(line)) == 20 * 50


def test_a_hole_is_drawn_and_runs_the_other_way() -> None:
    """A necrotic centre that is not part of the tumour must be seen as left out."""
    mask = np.ones((6, 6), bool)
    mask[2:4, 2:4] = False

    areas = sorted(area(line) for line in outlines(mask))

    assert areas == [-4.0, 36.0]


def test_pixels_that_touch_at_a_corner_are_two() -> None:
    """Otherwise two foci would look like one."""
    mask = np.eye(2, dtype=bool)

    assert [abs(area(line)) for line in outlines(mask)] == [1.0, 1.0]


def test_a_mask_up_to_the_border_is_closed() -> None:
    """The edge of the image is an edge of the structure there."""
    (line,) = outlines(np.ones((3, 4), np.uint8))

    assert area(line) == 12


def test_an_empty_mask_has_no_line() -> None:
    assert outlines(np.zeros((4, 4), np.uint8)) == ()


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(st.integers(1, 12), st.integers(1, 12), st.integers(0, 2**32 - 1))
def test_the_lines_enclose_as_many_pixels_as_the_mask_has(
    rows: int, columns: int, seed: int
) -> None:
    """Signed areas of all lines add up to the pixels inside, for any mask (Green's theorem)."""
    mask = np.random.default_rng(seed).random((rows, columns)) < 0.5

    assert sum(area(line) for line in outlines(mask)) == mask.sum()
