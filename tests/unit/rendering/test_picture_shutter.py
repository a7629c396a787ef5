"""A shutter on the glass: it covers what it says, at every zoom, and can be lifted."""

import numpy as np
import pytest
from attrs import evolve
from fakes_viewer import frame
from numpy.typing import NDArray

from workstation.domain.presentation import OverlayPlane, Voi
from workstation.domain.shutter import Rectangle, Shutter
from workstation.domain.study import Frame, PixelFormat
from workstation.imaging.pixels import FramePixels
from workstation.rendering.picture import FramePainter, PictureRequest
from workstation.viewing import viewport as reduce
from workstation.viewing.resolve import ResolvedView
from workstation.viewing.viewport import Interpolation, ViewportState

STORED = np.random.default_rng(2).integers(800, 1400, (64, 64), np.int16)
SHUTTERED = evolve(frame(), shutter=Shutter(Rectangle(11, 30, 21, 40), level=0x8080))
SEEN = (slice(20, 40), slice(10, 30))  # rows 21 to 40, columns 11 to 30


def request(
    one: Frame = SHUTTERED, *, lifted: bool = False, zoom: float = 1.0, inverted: bool = False,
    stored: NDArray[np.generic] = STORED,
) -> PictureRequest:  # fmt: skip
    stored = np.ascontiguousarray(stored)
    stored.flags.writeable = False
    size = int(64 * zoom)
    state = reduce.one_to_one(ViewportState()) if zoom == 1 else ViewportState()
    view = ResolvedView.of(state, one, size, size)
    return PictureRequest(
        one, FramePixels(stored), view, Interpolation.LINEAR, Voi(40, 400), inverted,
        shuttered=not lifted,
    )  # fmt: skip


def painted(asked: PictureRequest) -> NDArray[np.uint8]:
    found = FramePainter().picture(asked)
    assert found is not None
    return found.pixels


def test_what_is_covered_has_the_grey_of_the_shutter_and_the_rest_is_the_image() -> None:
    with_shutter, without = painted(request()), painted(request(lifted=True))

    assert np.array_equal(with_shutter[SEEN], without[SEEN])
    outside = np.ones((64, 64), bool)
    outside[SEEN] = False
    assert set(with_shutter[outside].tolist()) == {0x80}


def test_inverting_the_image_leaves_the_shutter_dark() -> None:
    """Its grey is a P-value: a white surround would blind the reader."""
    turned = painted(request(inverted=True))

    assert turned[0, 0] == 0x80


@pytest.mark.parametrize("zoom", [0.5, 3.0])
def test_the_edge_lies_where_the_pixels_lie_at_every_zoom(zoom: float) -> None:
    grey = painted(request(stored=np.full((64, 64), 1164, np.int16), zoom=zoom))

    ys, xs = np.nonzero(grey != 0x80)
    found = (xs.min() / zoom, (xs.max() + 1) / zoom, ys.min() / zoom, (ys.max() + 1) / zoom)
    assert found == pytest.approx((10, 30, 20, 40), abs=1 / zoom)


def test_lifting_and_closing_makes_a_new_picture() -> None:
    """The painter remembers: not the picture from before the key was pressed."""
    painter, asked = FramePainter(), request()
    shut = painter.picture(asked)
    lifted = painter.picture(evolve(asked, shuttered=False))
    again = painter.picture(asked)

    assert shut is not None
    assert lifted is not None
    assert again is not None
    assert not np.array_equal(shut.pixels, lifted.pixels)
    assert np.array_equal(shut.pixels, again.pixels)


def test_an_overlay_is_drawn_over_the_shutter() -> None:
    """Words burnt in as overlay stand beside the collimated image."""
    plane = OverlayPlane(1, 1, 1, 1, b"\1")

    found = painted(request(evolve(SHUTTERED, overlays=(plane,))))

    assert found[0, 0] == 255
    assert found[0, 1] == 0x80


def test_a_colour_image_is_covered_too() -> None:
    """Ultrasound and endoscopy bring round shutters."""
    one = evolve(SHUTTERED, pixels=PixelFormat(64, 64, 8, 8, 7, False, 3, "RGB"), plane=None)

    found = painted(request(one, stored=np.full((64, 64, 3), (9, 99, 199), np.uint8)))

    assert found[0, 0].tolist() == [0x80, 0x80, 0x80]
    assert found[30, 20].tolist() == [9, 99, 199]
