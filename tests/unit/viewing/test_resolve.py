"""Where image pixels lie on a view."""

import numpy as np
import pytest
from attrs import evolve
from fakes_viewer import frame

from workstation.domain.study import PixelSpacing, SpacingOrigin
from workstation.viewing import viewport as reduce
from workstation.viewing.resolve import ResolvedView, aspect, whole
from workstation.viewing.viewport import ViewportState

SQUARE = frame(shape=(100, 100))
WIDE = frame(shape=(100, 200))
TALL_PIXELS = frame(shape=(100, 100), spacing=(2.0, 1.0))
NO_SPACING = frame(shape=(50, 100), axes=None)


def test_the_whole_image_fits_the_view() -> None:
    view = ResolvedView.of(ViewportState(), WIDE, 400, 400)

    assert view.to_view((-0.5, -0.5)) == pytest.approx((0, 100))
    assert view.to_view((199.5, 99.5)) == pytest.approx((400, 300))
    assert view.scale == pytest.approx(2.0)
    assert view.centre == (99.5, 49.5)


def test_pixels_that_are_not_square_are_drawn_in_proportion() -> None:
    """A circle in the patient must be one on the screen (F95)."""
    view = ResolvedView.of(ViewportState(), TALL_PIXELS, 400, 400)
    across = view.to_view((99.5, 0))[0] - view.to_view((-0.5, 0))[0]
    down = view.to_view((0, 99.5))[1] - view.to_view((0, -0.5))[1]

    assert down == pytest.approx(2 * across)
    assert down == pytest.approx(400)


def test_spacing_of_a_projection_counts_as_well() -> None:
    projection = evolve(NO_SPACING, spacing=PixelSpacing(0.2, 0.1, SpacingOrigin.DETECTOR))

    assert aspect(projection) == (1.0, 2.0)
    assert aspect(NO_SPACING) == (1.0, 1.0)


@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize("flipped", [False, True])
def test_there_and_back_is_the_same_place(turns: int, flipped: bool) -> None:
    """A measurement is placed by the inverse of what drew the pixels."""
    state = evolve(ViewportState(), quarter_turns=turns, flipped=flipped, zoom=1.7, pan=(9, -3))
    view = ResolvedView.of(state, TALL_PIXELS, 640, 480)

    assert view.to_image(view.to_view((12.25, 71.5))) == pytest.approx((12.25, 71.5))


def test_a_clockwise_turn_puts_the_top_left_to_the_top_right() -> None:
    view = ResolvedView.of(reduce.rotate(ViewportState(), 1), SQUARE, 100, 100)

    assert view.to_view((-0.5, -0.5)) == pytest.approx((100, 0))
    assert view.to_view((99.5, -0.5)) == pytest.approx((100, 100))


def test_a_flip_after_a_turn_mirrors_the_screen() -> None:
    turned = reduce.rotate(ViewportState(), 1)
    before = ResolvedView.of(turned, SQUARE, 100, 100).to_view((10, 20))
    after = ResolvedView.of(reduce.flip_horizontal(turned), SQUARE, 100, 100).to_view((10, 20))

    assert after == pytest.approx((100 - before[0], before[1]))


def test_a_turned_image_fits_by_its_new_sides() -> None:
    view = ResolvedView.of(reduce.rotate(ViewportState(), 1), WIDE, 400, 400)

    assert view.covered() == (100, 0, 200, 400)


def test_one_to_one_is_one_device_pixel() -> None:
    view = ResolvedView.of(reduce.one_to_one(ViewportState()), SQUARE, 640, 480)

    assert view.scale == 1.0
    assert view.covered() == (270, 190, 100, 100)


def test_only_what_lies_on_the_view_is_covered() -> None:
    far = evolve(ViewportState(), pan=(1000.0, 0.0))
    near = evolve(ViewportState(), pan=(50.0, 0.0))

    assert ResolvedView.of(far, SQUARE, 200, 200).covered() is None
    assert ResolvedView.of(near, SQUARE, 200, 200).covered() == (0, 0, 100, 200)


def test_a_point_is_on_the_image_or_beside_it() -> None:
    view = ResolvedView.of(ViewportState(), SQUARE, 200, 200)

    assert view.contains((-0.5, 99.5))
    assert not view.contains((-0.6, 50))
    assert not view.contains((50, 100))


@pytest.mark.parametrize("degrees", [10.0, 45.0, 100.0, -33.3])
def test_a_picture_turned_by_degrees_keeps_its_shape(degrees: float) -> None:
    """Free rotation straightens a patient who lay askew: nothing is stretched."""
    view = ResolvedView.of(reduce.turn(ViewportState(), degrees), TALL_PIXELS, 400, 300)
    right = np.subtract(view.to_view((11, 10)), view.to_view((10, 10)))
    down = np.subtract(view.to_view((10, 11)), view.to_view((10, 10)))

    assert np.degrees(np.arctan2(right[1], right[0])) == pytest.approx(degrees)
    assert np.dot(right, down) == pytest.approx(0)
    assert np.hypot(*down) == pytest.approx(2 * np.hypot(*right))


@pytest.mark.parametrize("degrees", [0.1, 30.0, 45.0, 89.9, 135.0])
def test_a_picture_does_not_shrink_while_it_turns(degrees: float) -> None:
    """Straightening a head by ten degrees must not change how large it is seen."""
    before = ResolvedView.of(ViewportState(), SQUARE, 400, 300)
    turned = ResolvedView.of(reduce.turn(ViewportState(), degrees), SQUARE, 400, 300)

    assert turned.scale == pytest.approx(before.scale)


def test_one_that_is_not_square_goes_evenly_from_fit_to_fit() -> None:
    """From 2.0 as it lies to 1.0 upright, without a jump and never smaller than either."""
    scales = [
        ResolvedView.of(reduce.turn(ViewportState(), degrees), WIDE, 400, 200).scale
        for degrees in np.linspace(0, 90, 91)
    ]

    assert (scales[0], scales[-1]) == (pytest.approx(2.0), pytest.approx(1.0))
    assert max(np.abs(np.diff(scales))) < 0.02
    assert min(scales) >= 1.0 - 1e-9


@pytest.mark.parametrize("degrees", [10.0, 45.0, 100.0, -33.3])
def test_it_is_known_how_much_a_turned_picture_stands_out(degrees: float) -> None:
    """What fits whole shows all four corners, and touches two sides of the view."""
    state = reduce.turn(ViewportState(), degrees)
    zoom = whole(ResolvedView.of(state, TALL_PIXELS, 400, 300))
    view = ResolvedView.of(reduce.fit(state, zoom), TALL_PIXELS, 400, 300)
    corners = np.array([view.to_view((x, y)) for x in (-0.5, 99.5) for y in (-0.5, 99.5)])

    assert corners.min() >= -1e-6
    assert (corners.max(axis=0) <= (400 + 1e-6, 300 + 1e-6)).all()
    assert np.isclose(np.ptp(corners, axis=0), (400, 300)).any()


def test_small_turns_add_up_to_a_quarter() -> None:
    """After 900 steps of a tenth the pixels lie on those of the screen again."""
    state = ViewportState()
    for _ in range(900):
        state = reduce.turn(state, 0.1)

    assert state == reduce.rotate(ViewportState(), 1)
    assert reduce.turn(state, -90) == ViewportState()


def test_a_flip_after_a_turn_by_degrees_mirrors_the_screen() -> None:
    turned = reduce.turn(ViewportState(), 25)
    before = ResolvedView.of(turned, SQUARE, 100, 100).to_view((10, 20))
    after = ResolvedView.of(reduce.flip_horizontal(turned), SQUARE, 100, 100).to_view((10, 20))

    assert after == pytest.approx((100 - before[0], before[1]))
    assert reduce.flip_horizontal(reduce.flip_horizontal(turned)) == turned
