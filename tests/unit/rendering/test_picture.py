"""A frame as it is painted: sampled, windowed, in its place."""

import numpy as np
import pytest
from attrs import evolve
from fakes_viewer import frame
from numpy.typing import NDArray

from workstation.domain.presentation import OverlayPlane, Voi
from workstation.domain.study import PixelFormat
from workstation.imaging.filters import DisplayFilter, equalised, filtered
from workstation.imaging.pixels import FramePixels
from workstation.rendering.picture import FramePainter, Picture, PictureRequest, averaged
from workstation.viewing import viewport as reduce
from workstation.viewing.resolve import ResolvedView
from workstation.viewing.viewport import Interpolation, ViewportState

VOI = Voi(40, 400)
LINEAR = Interpolation.LINEAR


def frozen_pixels(stored: NDArray[np.int16] | NDArray[np.uint8]) -> FramePixels:
    stored = np.ascontiguousarray(stored)
    stored.flags.writeable = False
    return FramePixels(stored)


STORED = np.random.default_rng(2).integers(800, 1400, (64, 64), np.int16)


def painted(
    state: ViewportState, width: int, height: int, voi: Voi = VOI, *, inverted: bool = False
) -> Picture:
    one = frame()
    view = ResolvedView.of(state, one, width, height)
    found = FramePainter().picture(
        PictureRequest(one, frozen_pixels(STORED), view, LINEAR, voi, inverted)
    )
    assert found is not None
    return found


def formula(stored: NDArray[np.int16], voi: Voi) -> NDArray[np.float64]:
    """PS3.3 C.11.2.1.2.1 written down once more, in double precision."""
    hu = stored.astype(np.float64) - 1024
    ramp = (hu - (voi.center - 0.5)) / (voi.width - 1) + 0.5
    return np.floor(np.clip(ramp, 0, 1) * 255 + 0.5)


@pytest.mark.parametrize("inverted", [False, True])
@pytest.mark.parametrize("degrees", [20.0, 45.0, 110.0])
def test_beside_a_turned_image_the_view_is_black(degrees: float, inverted: bool) -> None:
    """A white frame of nothing around an inverted film dazzles, and looks like air or lung."""
    state = evolve(reduce.turn(reduce.one_to_one(ViewportState()), degrees), pan=(0.0, 0.0))
    view = ResolvedView.of(state, frame(), 120, 120)

    found = painted(state, 120, 120, inverted=inverted)

    rows, columns = np.indices(found.pixels.shape)
    x, y = view.to_image((columns + found.left + 0.5, rows + found.top + 0.5))  # type: ignore[arg-type]
    outside = (np.abs(np.asarray(x) - 31.5) > 32.01) | (np.abs(np.asarray(y) - 31.5) > 32.01)
    inside = (np.abs(np.asarray(x) - 31.5) < 31.99) & (np.abs(np.asarray(y) - 31.5) < 31.99)
    assert not found.pixels[outside].any()
    assert abs(int(inside.sum()) - 64 * 64) < 64
    assert (found.pixels[inside] > 0).mean() > 0.9  # STORED has few values beyond the window


def test_an_image_turned_by_degrees_has_its_values_where_the_matrix_says() -> None:
    """Nearest pixels, looked up one by one by the inverse of what drew them."""
    state = evolve(
        reduce.turn(ViewportState(), 33.0), interpolation=Interpolation.NEAREST, flipped=True
    )
    one = frame()
    view = ResolvedView.of(state, one, 200, 200)
    request = PictureRequest(one, frozen_pixels(STORED), view, state.interpolation, VOI, False)

    found = FramePainter().picture(request)

    assert found is not None
    levels = formula(STORED, VOI)
    differing = 0
    for row in range(found.pixels.shape[0]):
        for column in range(0, found.pixels.shape[1], 3):
            x, y = view.to_image((found.left + column + 0.5, found.top + row + 0.5))
            if not (0 <= x <= 63 and 0 <= y <= 63):
                continue
            if min(abs(x % 1 - 0.5), abs(y % 1 - 0.5)) > 1e-3:  # not on the edge of a pixel
                differing += found.pixels[row, column] != levels[round(y), round(x)]
    assert differing == 0


def test_one_to_one_is_the_formula_pixel_by_pixel() -> None:
    found = painted(reduce.one_to_one(ViewportState()), 64, 64)

    assert (found.left, found.top) == (0, 0)
    assert np.array_equal(found.pixels, formula(STORED, VOI))


def test_another_window_is_another_picture_as_the_formula_says() -> None:
    lung = Voi(-600, 1500)

    found = painted(reduce.one_to_one(ViewportState()), 64, 64, lung)

    assert np.array_equal(found.pixels, formula(STORED, lung))


def test_invert_is_the_complement() -> None:
    plain = painted(ViewportState(), 64, 64)
    turned = painted(ViewportState(), 64, 64, inverted=True)

    assert np.array_equal(turned.pixels, 255 - plain.pixels)


@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize("flipped", [False, True])
def test_turns_and_flips_move_pixels_and_change_none(turns: int, flipped: bool) -> None:
    """Checked with numpy's own turns: clockwise on the screen."""
    state = evolve(ViewportState(), quarter_turns=turns, flipped=flipped)
    expected = formula(STORED, VOI)
    expected = np.rot90(np.fliplr(expected) if flipped else expected, -turns)

    assert np.array_equal(painted(state, 64, 64).pixels, expected)


def test_a_picture_lies_in_the_middle_of_a_wide_view() -> None:
    found = painted(ViewportState(), 200, 64)

    assert (found.left, found.top, found.pixels.shape) == (68, 0, (64, 64))


def test_off_the_view_nothing_is_painted() -> None:
    one = frame()
    view = ResolvedView.of(evolve(ViewportState(), pan=(999.0, 0.0)), one, 64, 64)

    assert (
        FramePainter().picture(PictureRequest(one, frozen_pixels(STORED), view, LINEAR, VOI, False))
        is None
    )


def test_without_a_window_grey_is_not_painted() -> None:
    one = frame()
    view = ResolvedView.of(ViewportState(), one, 64, 64)

    assert (
        FramePainter().picture(
            PictureRequest(one, frozen_pixels(STORED), view, LINEAR, None, False)
        )
        is None
    )


def test_colour_needs_no_window() -> None:
    rgb = np.random.default_rng(2).integers(0, 256, (16, 16, 3), np.uint8)
    one = frame(shape=(16, 16), pixels=PixelFormat(16, 16, 8, 8, 7, False, 3, "RGB"))
    view = ResolvedView.of(ViewportState(), one, 16, 16)

    found = FramePainter().picture(
        PictureRequest(one, frozen_pixels(rgb), view, LINEAR, None, False)
    )

    assert found is not None
    assert np.array_equal(found.pixels, rgb)


def test_the_next_frame_never_shows_the_last_ones_pixels() -> None:
    """What is remembered belongs to the pixels it was made of."""
    painter, one = FramePainter(), frame()
    view = ResolvedView.of(ViewportState(), one, 64, 64)
    painter.picture(PictureRequest(one, frozen_pixels(STORED), view, LINEAR, VOI, False))
    other = frozen_pixels(STORED[::-1])

    found = painter.picture(PictureRequest(one, other, view, LINEAR, VOI, False))

    assert found is not None
    assert np.array_equal(found.pixels, formula(STORED[::-1], VOI))
    painter.forget()


def shown_small(stored: NDArray[np.int16], side: int, kind: Interpolation) -> NDArray[np.uint8]:
    one = frame(shape=stored.shape)
    view = ResolvedView.of(ViewportState(), one, side, side)
    found = FramePainter().picture(
        PictureRequest(one, frozen_pixels(stored), view, kind, Voi(524, 1000), False)
    )
    assert found is not None
    return found.pixels


def test_an_image_larger_than_the_screen_is_averaged_not_skipped() -> None:
    """Every other pixel bright: the grey of the mean, not that of whichever was hit."""
    checks = (np.indices((64, 64)).sum(0) % 2 * 1000 + 1024).astype(np.int16)
    mean = formula(np.array([1524], np.int16), Voi(524, 1000))

    half = shown_small(checks, 32, LINEAR)

    assert np.unique(half).tolist() == mean.tolist()


def test_averaging_moves_no_edge() -> None:
    """An edge between pixels 31 and 32 of 64 is in the middle of the view at every size."""
    edge = np.where(np.arange(64) < 32, 24, 4024)[None].repeat(64, 0).astype(np.int16)

    for side in (32, 16, 8):
        row = shown_small(edge, side, LINEAR)[side // 2]
        assert row.tolist() == [0] * (side // 2) + [255] * (side // 2)


def test_nearest_never_averages() -> None:
    checks = (np.indices((64, 64)).sum(0) % 2 * 1000 + 24).astype(np.int16)

    values = set(np.unique(shown_small(checks, 32, Interpolation.NEAREST)).tolist())

    assert values <= {0, 255}


def test_blocks_at_the_end_are_filled_with_their_edge() -> None:
    stored = np.array([[1, 3, 5]], np.int16)

    assert averaged(stored, 2).tolist() == [[2, 5]]
    assert averaged(stored.astype(np.float32), 2).tolist() == [[2.0, 5.0]]
    assert averaged(np.array([[[0, 9], [4, 9]]], np.uint8), 2).tolist() == [[[2, 9]]]


def test_means_of_the_largest_values_do_not_overflow() -> None:
    """A mammogram shrunk to a thumbnail adds up a thousand pixels of 65535 each."""
    white = np.full((64, 64), 65535, np.uint16)

    assert averaged(white, 32).tolist() == [[65535, 65535], [65535, 65535]]
    assert averaged(-white.astype(np.int64), 32).tolist() == [[-65535] * 2] * 2


def test_work_that_was_done_is_not_counted_again() -> None:
    """A window dragged over a mammogram must not pay for the averaging each time."""
    one = frame()
    view = ResolvedView.of(ViewportState(), one, 64, 64)
    painter, pixels = FramePainter(), frozen_pixels(STORED)
    first = PictureRequest(one, pixels, view, LINEAR, VOI, False)

    before = painter.work(first)
    painter.picture(first)
    after = painter.work(evolve(first, voi=Voi(-600, 1500)))

    assert before == 64 * 64 * 2
    assert after == 64 * 64
    off = evolve(first, view=evolve(view, e=999.0))
    assert painter.work(off) == 0


def test_an_overlay_of_the_object_is_white_at_its_pixels() -> None:
    """PS3.3 C.9.2: a mark that a technologist set; turned over it stays white."""
    one = evolve(frame(), overlays=(OverlayPlane(1, 2, 3, 5, b"\3"),))
    view = ResolvedView.of(ViewportState(), one, 64, 64)

    for inverted in (False, True):
        found = FramePainter().picture(
            PictureRequest(one, frozen_pixels(STORED), view, LINEAR, VOI, inverted)
        )
        plain = painted(ViewportState(), 64, 64, inverted=inverted)
        assert found is not None
        assert found.pixels[2, 4:6].tolist() == [255, 255]
        assert (found.pixels != plain.pixels).sum() <= 2


def test_overlays_of_the_object_go_with_the_ink() -> None:
    """What a mark hides must be looked at; one painter draws with it, without it, with it."""
    one = evolve(frame(), overlays=(OverlayPlane(1, 2, 3, 5, b"\3"),))
    view = ResolvedView.of(ViewportState(), one, 64, 64)
    shown = PictureRequest(one, frozen_pixels(STORED), view, LINEAR, VOI, False)
    plain, painter = painted(ViewportState(), 64, 64), FramePainter()

    made = [painter.picture(evolve(shown, marked=marked)) for marked in (True, False, True)]

    found = [each.pixels[2, 4:6].tolist() for each in made if each is not None]
    assert found == [[255, 255], plain.pixels[2, 4:6].tolist(), [255, 255]]


@pytest.mark.parametrize("kind", [DisplayFilter.SMOOTH, DisplayFilter.SHARPEN])
def test_a_filter_changes_the_picture_and_no_value(kind: DisplayFilter) -> None:
    """What is measured through a filter is what was acquired."""
    one, pixels = frame(), frozen_pixels(STORED)
    view = ResolvedView.of(reduce.one_to_one(ViewportState()), one, 64, 64)
    plain = PictureRequest(one, pixels, view, LINEAR, VOI, False)
    painter = FramePainter()
    before, after, again = (
        painter.picture(evolve(plain, filter=each))
        for each in (DisplayFilter.NONE, kind, DisplayFilter.NONE)
    )

    assert before is not None
    assert after is not None
    assert again is not None
    assert np.array_equal(after.pixels, formula(filtered(STORED, one, kind), VOI))
    assert not np.array_equal(after.pixels, before.pixels)
    assert np.array_equal(again.pixels, before.pixels)
    assert np.array_equal(pixels.stored, STORED)


def test_local_contrast_is_made_of_the_window_in_force() -> None:
    one, pixels = frame(), frozen_pixels(STORED)
    view = ResolvedView.of(reduce.one_to_one(ViewportState()), one, 64, 64)
    painter = FramePainter()

    for voi in (VOI, Voi(100, 150)):
        request = PictureRequest(one, pixels, view, LINEAR, voi, False, filter=DisplayFilter.CLAHE)
        found = painter.picture(request)

        assert found is not None
        assert np.array_equal(found.pixels, equalised(formula(STORED, voi).astype(np.uint8)))
