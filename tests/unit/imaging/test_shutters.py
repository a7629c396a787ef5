"""Which pixels a shutter leaves open: written down once more from PS3.3 C.7.6.11."""

import numpy as np
from numpy.typing import NDArray

from workstation.domain.presentation import OverlayPlane
from workstation.domain.shutter import Circle, Polygon, Rectangle, Shutter
from workstation.imaging.shutters import covered, open_pixels

SHAPE = (48, 64)
ROW, COLUMN = np.mgrid[1:49, 1:65]  # as the standard counts
INSIDE_BOX: NDArray[np.bool_] = (COLUMN >= 10) & (COLUMN <= 20) & (ROW >= 5) & (ROW <= 9)
BOX = Rectangle(10, 20, 5, 9)


def test_a_rectangle_keeps_its_edges() -> None:
    """A pixel at the edge is rather seen."""
    assert np.array_equal(open_pixels(Shutter(BOX), SHAPE), INSIDE_BOX)


def test_a_rectangle_beyond_the_image_covers_nothing() -> None:
    """Collimators reach over the detector."""
    assert open_pixels(Shutter(Rectangle(-30, 900, -1, 900)), SHAPE).all()


def test_a_rectangle_beside_the_image_covers_all() -> None:
    assert not open_pixels(Shutter(Rectangle(-30, -2, -9, -1)), SHAPE).any()


def test_a_circle_keeps_what_is_no_farther_than_its_radius() -> None:
    expected = (ROW - 20) ** 2 + (COLUMN - 30) ** 2 <= 100

    assert np.array_equal(open_pixels(Shutter(circle=Circle((30, 20), 10)), SHAPE), expected)


def test_a_circle_is_round_in_the_patient_where_pixels_are_not_square() -> None:
    """Its radius counts pixels along a row (PS3.3 C.7.6.11)."""
    expected = (2 * (ROW - 20)) ** 2 + (COLUMN - 30) ** 2 <= 100

    found = open_pixels(Shutter(circle=Circle((30, 20), 10)), SHAPE, tall=2.0)

    assert np.array_equal(found, expected)


def test_a_polygon_keeps_its_inside() -> None:
    """A triangle by its three half planes."""
    corners = ((5, 5), (45, 5), (5, 45))
    expected = (COLUMN >= 5) & (ROW >= 5) & (COLUMN + ROW <= 50)

    assert np.array_equal(open_pixels(Shutter(polygon=Polygon(corners)), SHAPE), expected)


def test_of_two_shapes_both_must_leave_a_pixel_open() -> None:
    """PS3.3 C.7.6.11.1.1: combined shapes cover what any of them covers."""
    round_one = (ROW - 7) ** 2 + (COLUMN - 10) ** 2 <= 9

    found = open_pixels(Shutter(BOX, Circle((10, 7), 3)), SHAPE)

    assert np.array_equal(found, INSIDE_BOX & round_one)


def test_a_bitmap_covers_where_its_bits_are_set() -> None:
    """PS3.3 C.7.6.15: 1 is covered."""
    bits = np.packbits(INSIDE_BOX.ravel(), bitorder="little").tobytes()

    found = open_pixels(Shutter(bitmap=OverlayPlane(48, 64, 1, 1, bits)), SHAPE)

    assert np.array_equal(found, ~INSIDE_BOX)


def test_the_grey_of_a_shutter_is_a_p_value() -> None:
    """65535 is white, whatever the photometric interpretation."""
    shown = np.full(SHAPE, 100, np.uint8)

    found = covered(shown, INSIDE_BOX, Shutter(BOX, level=65535))

    assert set(found[INSIDE_BOX].tolist()) == {100}
    assert set(found[~INSIDE_BOX].tolist()) == {255}
    assert (shown == 100).all()  # the picture that was made is not touched


def test_a_colour_makes_a_picture_of_colours() -> None:
    found = covered(np.full(SHAPE, 100, np.uint8), INSIDE_BOX, Shutter(BOX, colour=(9, 20, 30)))

    assert found.shape == (48, 64, 3)
    assert set(map(tuple, found[INSIDE_BOX].tolist())) == {(100, 100, 100)}
    assert set(map(tuple, found[~INSIDE_BOX].tolist())) == {(9, 20, 30)}


def test_a_grey_colour_leaves_a_grey_picture() -> None:
    found = covered(np.full(SHAPE, 100, np.uint8), INSIDE_BOX, Shutter(BOX, colour=(7, 7, 7)))

    assert found.ndim == 2
    assert set(found[~INSIDE_BOX].tolist()) == {7}
