"""The reducers of a viewport."""

import pytest
from attrs import evolve

from workstation.domain.presentation import Voi, VoiFunction
from workstation.viewing import viewport as reduce
from workstation.viewing.viewport import Interpolation, ViewportState

STATE = ViewportState(display_set="s", frame_index=3)


def test_scrolling_stops_at_both_ends() -> None:
    """Round again would put the apex under the base without a word."""
    assert reduce.scroll(STATE, 100, 10).frame_index == 9
    assert reduce.scroll(STATE, -100, 10).frame_index == 0
    assert reduce.go(STATE, 7, 10).frame_index == 7


def test_zoom_keeps_the_point_under_the_pointer() -> None:
    """The nodule the reader zooms in on must not run away."""
    about, centre = (100.0, 40.0), (255.5, 255.5)
    zoomed = reduce.zoom(STATE, 3.0, about, centre)

    def offset(state: ViewportState) -> tuple[float, float]:
        return (
            state.zoom * (about[0] - centre[0] - state.pan[0]),
            state.zoom * (about[1] - centre[1] - state.pan[1]),
        )

    assert zoomed.zoom == 3.0
    assert offset(zoomed) == pytest.approx(offset(STATE))


def test_zoom_has_limits() -> None:
    """A view that shows less than a pixel, or a dot, shows nothing."""
    assert reduce.zoom(STATE, 1e9, (0, 0), (0, 0)).zoom == reduce.ZOOM_LIMITS[1]
    assert reduce.zoom(STATE, 1e-9, (0, 0), (0, 0)).zoom == reduce.ZOOM_LIMITS[0]


def test_pan_moves_the_picture_with_the_hand() -> None:
    assert reduce.pan(STATE, 10, -4).pan == (-10, 4)


def test_fit_and_one_to_one_are_two_scales() -> None:
    one = reduce.one_to_one(reduce.pan(reduce.zoom(STATE, 4, (0, 0), (0, 0)), 5, 5))

    assert (one.one_to_one, one.zoom) == (True, 1.0)
    assert reduce.fit(one) == STATE


def test_flip_is_what_the_eye_sees_whatever_the_rotation() -> None:
    """Flip after a rotation mirrors left and right on the screen, not in the file."""
    turned = reduce.rotate(STATE, 1)

    assert reduce.flip_horizontal(reduce.flip_horizontal(turned)) == turned
    assert reduce.flip_vertical(STATE) == evolve(STATE, quarter_turns=2, flipped=True)
    assert reduce.flip_horizontal(turned) == evolve(STATE, quarter_turns=3, flipped=True)
    assert reduce.rotate(STATE, -1).quarter_turns == 3


def test_invert_twice_is_nothing() -> None:
    assert reduce.invert(reduce.invert(STATE)) == STATE


def test_reset_stays_on_the_frame() -> None:
    """Reset restores the look, not the place."""
    changed = reduce.invert(reduce.rotate(reduce.zoom(STATE, 2, (0, 0), (0, 0)), 1))
    changed = reduce.window(reduce.touch(changed), Voi(40, 400))

    assert reduce.reset(changed) == STATE


def test_another_display_set_starts_anew_but_keeps_interpolation() -> None:
    state = reduce.interpolate(reduce.invert(STATE), Interpolation.NEAREST)

    shown = reduce.show(state, "other")

    assert shown == ViewportState(display_set="other", interpolation=Interpolation.NEAREST)


def test_a_window_drag_follows_the_range_of_the_values() -> None:
    """The same stroke must work on CT and on an ADC map of 0.003 mm2/s."""
    ct = reduce.drag_window(STATE, Voi(40, 400), 300, 0, 4096.0).voi
    adc = reduce.drag_window(STATE, Voi(0.0015, 0.003, VoiFunction.LINEAR_EXACT), 300, 0, 0.003).voi

    assert ct == Voi(40, 800)
    assert adc is not None
    assert abs(adc.width - 0.006) < 1e-12
    assert adc.function is VoiFunction.LINEAR_EXACT


def test_down_is_brighter_and_right_is_wider() -> None:
    dragged = reduce.drag_window(STATE, Voi(40, 400, name="Soft tissue"), 30, 30, 4096.0).voi

    assert dragged == Voi(0, 440)


def test_a_window_never_closes() -> None:
    """LINEAR has no width below 1; other functions none of 0."""
    narrow = reduce.drag_window(STATE, Voi(40, 2), -1e6, 0, 4096.0).voi
    exact = Voi(40, 2, VoiFunction.LINEAR_EXACT)
    tiny = reduce.drag_window(STATE, exact, -1e6, 0, 4096.0).voi

    assert narrow is not None
    assert narrow.width == 1.0
    assert tiny is not None
    assert tiny.width == 4096.0 / 10_000


def test_narrow_data_leave_the_linear_function() -> None:
    """Between 0 and 1 there is no LINEAR window; the exact one serves."""
    moved = reduce.drag_window(STATE, Voi(0.5, 1.0), 10, 0, 0.0).voi

    assert moved is not None
    assert moved.function is VoiFunction.LINEAR_EXACT
