"""Where a presentation state puts an image, and which images it leaves alone."""

from datetime import date
from typing import Any

import pytest
from attrs import evolve
from fakes_viewer import frame, stack

from workstation.domain.identifiers import SopUID
from workstation.domain.presentation import OverlayPlane, Rescale, Voi, VoiFunction
from workstation.domain.presentation_state import (
    Annotation,
    DisplayedArea,
    Layer,
    PresentationState,
    SizeMode,
    SoftcopyVoi,
    StateKind,
)
from workstation.domain.referenced import ReferencedImage
from workstation.domain.shutter import Rectangle, Shutter
from workstation.domain.study import Frame, PixelFormat
from workstation.viewing import viewport as reduce
from workstation.viewing.presenting import Presented, offered, presented, whole_range
from workstation.viewing.resolve import ResolvedView, oriented
from workstation.viewing.viewport import ViewportState

ONE = frame(shape=(40, 60), axes=None)


def of(*frames: Frame) -> tuple[ReferencedImage, ...]:
    return tuple(ReferencedImage(each.key.sop, (each.key.frame_index,)) for each in frames)


STATE = PresentationState(SopUID("7.7"), "SHOWN", of(ONE))


def made(state: PresentationState, one: Frame = ONE) -> Presented:
    found = presented(state, one)
    assert found is not None
    return found


def lies(state: PresentationState, width: int, height: int, **reader: Any) -> ResolvedView:
    found = made(state)
    return ResolvedView.of(
        evolve(ViewportState(), **reader), found.frame, width, height, found.framing
    )


def test_an_image_that_is_not_named_is_left_alone() -> None:
    """Weasis #631: a state of one image was applied to all of its series."""
    assert presented(STATE, frame(1)) is None


def test_another_frame_of_the_same_object_is_left_alone() -> None:
    other = evolve(ONE, key=evolve(ONE.key, frame_index=1))

    assert presented(STATE, other) is None


def test_the_area_fills_the_view() -> None:
    """Columns 11 to 30 and rows 6 to 15 of a 60 x 40 image, twenty-fold."""
    area = DisplayedArea((11, 6), (30, 15))

    view = lies(evolve(STATE, areas=(area,)), 400, 200)

    assert view.scale == pytest.approx(20)
    assert view.to_image((0, 0)) == pytest.approx((9.5, 4.5))
    assert view.to_image((400, 200)) == pytest.approx((29.5, 14.5))


def test_a_turned_area_begins_with_the_corner_it_names() -> None:
    """Turned clockwise, the lower left pixel comes to the top left (PS3.3 C.10.4)."""
    area = DisplayedArea((11, 15), (30, 6))

    view = lies(evolve(STATE, areas=(area,), quarter_turns=1), 200, 400)

    assert view.to_image((0, 0)) == pytest.approx((9.5, 14.5))
    assert view.to_image((200, 0)) == pytest.approx((9.5, 4.5))


def test_magnified_is_so_many_screen_pixels_whatever_the_view() -> None:
    area = DisplayedArea((1, 1), (60, 40), SizeMode.MAGNIFY, magnification=3.0)

    assert lies(evolve(STATE, areas=(area,)), 900, 900).scale == pytest.approx(3)


def test_pixels_take_the_shape_the_state_gives_them() -> None:
    """Aspect ratio is height by width (PS3.3 C.10.4)."""
    area = DisplayedArea((1, 1), (60, 40), aspect=(2, 1))

    view = lies(evolve(STATE, areas=(area,)), 600, 900)

    assert [view.a, view.d] == pytest.approx([10, 20])


def test_the_reader_zooms_and_moves_from_there() -> None:
    area = DisplayedArea((11, 6), (30, 15))

    view = lies(evolve(STATE, areas=(area,)), 400, 200, zoom=2.0, pan=(1.0, 0.0))

    assert view.scale == pytest.approx(40)
    assert view.to_image((200, 100)) == pytest.approx((19.5 + 1, 9.5))


@pytest.mark.parametrize("quarter_turns", range(4))
@pytest.mark.parametrize("flipped", [False, True])
def test_what_the_reader_turns_comes_on_top(quarter_turns: int, flipped: bool) -> None:
    """A turned and flipped state, turned once more on the screen: the same matrix as one
    turn of what was on the screen."""
    state = evolve(STATE, quarter_turns=quarter_turns, flipped=flipped)
    before = lies(state, 100, 100)

    after = lies(state, 100, 100, quarter_turns=1)

    x, y = before.to_view((7, 3))
    assert after.to_view((7, 3)) == pytest.approx((100 - y, x))


@pytest.mark.parametrize("quarter_turns", range(4))
def test_a_flip_by_the_reader_mirrors_what_was_on_the_screen(quarter_turns: int) -> None:
    found = made(evolve(STATE, quarter_turns=quarter_turns, flipped=True))
    before = ResolvedView.of(ViewportState(), found.frame, 100, 100, found.framing)

    flipped = reduce.flip_horizontal(ViewportState())
    after = ResolvedView.of(flipped, found.frame, 100, 100, found.framing)

    x, y = before.to_view((7, 3))
    assert after.to_view((7, 3)) == pytest.approx((100 - x, y))
    assert oriented(flipped, found.framing).flipped is False


def test_window_shutter_and_overlays_are_those_of_the_state() -> None:
    """What it does not say is not taken from the image (PS3.4 N.2)."""
    shut = Shutter(Rectangle(1, 2, 3, 4))
    planes = (OverlayPlane(1, 1, 1, 1, b"\1", group=0x6000), OverlayPlane(1, 1, 1, 2, b"\1"))
    busy = evolve(ONE, shutter=shut, overlays=planes, inverse=True)
    busy = evolve(busy, pixels=evolve(busy.pixels, photometric="MONOCHROME1"))

    found = made(STATE, busy).frame

    assert (found.shutter, found.overlays, found.inverse) == (None, (), False)
    assert found.pixels.photometric == "MONOCHROME2"
    assert found.rescale == Rescale()
    assert busy.shutter == shut


def test_an_overlay_is_drawn_where_its_group_is_active() -> None:
    """Of the image or of the state itself; that of the state wins (PS3.3 C.11.7)."""
    of_image = OverlayPlane(1, 1, 1, 1, b"\1", group=0x6002)
    hidden = OverlayPlane(1, 1, 1, 1, b"\1", group=0x6004)
    own = OverlayPlane(2, 2, 1, 1, b"\1", group=0x6000)
    theirs = OverlayPlane(1, 1, 9, 9, b"\1", group=0x6000)
    state = evolve(STATE, planes=(own,), active_planes=((0x6000, "A"), (0x6002, "A")))

    found = made(state, evolve(ONE, overlays=(theirs, of_image, hidden))).frame

    assert found.overlays == (own, of_image)


def test_a_window_for_other_images_is_not_this_ones() -> None:
    other, mine = Voi(1, 2), Voi(30, 40)
    state = evolve(STATE, vois=(SoftcopyVoi(other, of(frame(1))), SoftcopyVoi(mine, of(ONE))))

    assert made(state).frame.vois == (mine,)


@pytest.mark.parametrize(
    ("bits", "signed", "slope", "expected"),
    [(8, False, 1.0, (0, 255)), (12, True, 2.0, (-4096, 4094)), (8, False, -1.0, (-255, 0))],
)
def test_without_a_window_every_value_is_seen(
    bits: int, signed: bool, slope: float, expected: tuple[float, float]
) -> None:
    pixels = PixelFormat(4, 4, 16, bits, bits - 1, signed)

    found = whole_range(pixels, Rescale(slope, 0.0))

    low, high = found.center - found.width / 2, found.center + found.width / 2
    assert (low, high, found.function) == (*expected, VoiFunction.LINEAR_EXACT)


def test_colours_of_an_image_are_not_windowed() -> None:
    """A colour state on a colour image turns and frames it; its values stay."""
    coloured = evolve(ONE, pixels=PixelFormat(40, 60, 8, 8, 7, False, 3, "RGB"))
    state = evolve(STATE, kind=StateKind.COLOUR, quarter_turns=1)

    found = made(state, coloured)

    assert found.frame.pixels == coloured.pixels
    assert found.framing.quarter_turns == 1


def test_layers_are_drawn_from_the_lowest_and_only_for_their_images() -> None:
    """A layer that nobody described lies under all others."""
    state = evolve(
        STATE,
        layers=(Layer("LOW", 1), Layer("HIGH", 2)),
        annotations=(
            Annotation("HIGH"),
            Annotation("LOW"),
            Annotation("NOWHERE"),
            Annotation("LOW", images=of(frame(1))),
        ),
    )

    assert [each.layer for each in made(state).annotations] == ["NOWHERE", "LOW", "HIGH"]


def test_states_are_offered_where_they_speak_of_the_images_newest_first() -> None:
    images = stack(3).frames
    old = PresentationState(SopUID("1"), "OLD", of(images[0]), created=date(2020, 1, 1))
    new = evolve(old, sop=SopUID("2"), label="NEW", created=date(2026, 1, 1))
    elsewhere = evolve(old, sop=SopUID("3"), images=of(frame(9, series="9.9")))

    found = offered((old, elsewhere, new), images)

    assert [each.label for each in found] == ["NEW", "OLD"]
