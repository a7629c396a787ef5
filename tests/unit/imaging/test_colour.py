"""Stored samples to RGB."""

import numpy as np
import pytest
from fakes_viewer import frame
from pydicom.pixels.processing import convert_color_space

from workstation.domain.presentation import Palette, Rescale, Voi, VoiFunction
from workstation.domain.study import Frame, PixelFormat
from workstation.errors import NotDisplayable
from workstation.imaging.colour import is_colour, to_8_bits, to_rgb


def colour(photometric: str, bits: int = 8) -> Frame:
    return frame(
        pixels=PixelFormat(1, 1, 16 if bits > 8 else 8, bits, bits - 1, False, 3, photometric)
    )


def test_ybr_full_is_the_inverse_of_the_standards_formula() -> None:
    """PS3.3 C.7.6.3.1.2, computed forwards here; one step of rounding either way."""
    rgb = np.random.default_rng(4).integers(0, 256, (50, 50, 3)).astype(np.float64)
    forward = np.array(
        [[0.2990, 0.5870, 0.1140], [-0.1687, -0.3313, 0.5000], [0.5000, -0.4187, -0.0813]]
    )
    ybr = np.clip(np.rint(rgb @ forward.T + (0, 128, 128)), 0, 255).astype(np.uint8)

    found = to_rgb(ybr, colour("YBR_FULL")).astype(float)

    assert np.abs(found - rgb).max() <= 2


def test_grey_stays_grey() -> None:
    """Neutral chroma has no colour cast at any luminance."""
    ybr = np.full((1, 256, 3), 128, np.uint8)
    ybr[..., 0] = np.arange(256)

    found = to_rgb(ybr, colour("YBR_FULL_422"))

    assert np.array_equal(found, np.repeat(np.arange(256)[None, :, None], 3, 2))


@pytest.mark.parametrize("photometric", ["RGB", "YBR_RCT", "YBR_ICT"])
def test_rgb_is_itself(photometric: str) -> None:
    rgb = np.random.default_rng(4).integers(0, 256, (5, 5, 3), np.uint8)

    assert np.array_equal(to_rgb(rgb, colour(photometric)), rgb)


def test_deep_colour_keeps_its_upper_bits() -> None:
    rgb = np.array([[[0, 4095, 2048]]], np.uint16)

    assert to_rgb(rgb, colour("RGB", 12)).tolist() == [[[0, 255, 128]]]
    assert to_8_bits(np.array([15], np.uint8), PixelFormat(1, 1, 8, 4, 3, False)).tolist() == [240]


def test_a_palette_is_looked_up_and_clamped() -> None:
    """Values before the first take the first entry, values past the last the last."""
    palette = Palette(10, 8, bytes([1, 2, 3]), bytes([11, 12, 13]), bytes([21, 22, 23]))
    one = frame(pixels=PixelFormat(1, 4, 8, 8, 7, False, 1, "PALETTE COLOR"), palette=palette)
    stored = np.array([[0, 10, 12, 200]], np.uint8)

    found = to_rgb(stored, one)

    assert found.tolist() == [[[1, 11, 21], [1, 11, 21], [3, 13, 23], [3, 13, 23]]]
    assert is_colour(one)


def test_sixteen_bit_palettes_are_little_endian() -> None:
    wide = np.array([0x1234, 0xABCD], "<u2").tobytes()
    one = frame(
        pixels=PixelFormat(1, 2, 8, 8, 7, False, 1, "PALETTE COLOR"),
        palette=Palette(0, 16, wide, wide, wide),
    )

    assert to_rgb(np.array([[0, 1]], np.uint8), one)[0, :, 0].tolist() == [0x12, 0xAB]


def test_what_we_do_not_know_is_refused() -> None:
    """A false colour would be read as blood flow or as none."""
    with pytest.raises(NotDisplayable) as refused:
        to_rgb(np.zeros((1, 1, 3), np.uint8), colour("HSV"))

    assert refused.value.reason == "photometric"


def test_grey_is_not_colour() -> None:
    assert not is_colour(frame())
    assert is_colour(colour("RGB"))


def test_ybr_partial_is_the_inverse_of_the_standards_formula() -> None:
    """PS3.3 C.7.6.3.1.2: video levels; shown as full range, black would be grey."""
    rgb = np.random.default_rng(4).integers(0, 256, (50, 50, 3)).astype(np.float64)
    forward = np.array(
        [[0.2568, 0.5041, 0.0979], [-0.1482, -0.2910, 0.4392], [0.4392, -0.3678, -0.0714]]
    )
    ybr = np.rint(rgb @ forward.T + (16, 128, 128)).astype(np.uint8)

    found = to_rgb(ybr, colour("YBR_PARTIAL_422")).astype(float)

    assert np.abs(found - rgb).max() <= 2


def test_the_stream_knows_its_colours_better_than_the_header() -> None:
    """A grey mammogram in a JFIF stream whose header says RGB would be shown green."""
    ybr = np.full((2, 2, 3), 128, np.uint8)
    ybr[..., 0] = 200

    assert (to_rgb(ybr, colour("RGB"), "YBR_FULL") == 200).all()
    assert to_rgb(ybr, colour("YBR_FULL"), "RGB").tolist() == ybr.tolist()


def test_pydicom_converts_ybr_to_the_same_rgb() -> None:
    """A second reading of the standard by other people."""
    ybr = np.random.default_rng(7).integers(0, 256, (64, 64, 3), np.uint8)

    theirs = convert_color_space(ybr, "YBR_FULL", "RGB").astype(int)

    assert np.abs(to_rgb(ybr, colour("YBR_FULL")).astype(int) - theirs).max() <= 1


def test_a_supplemental_palette_colours_only_what_it_maps() -> None:
    """PS3.3 C.7.6.19: activation over anatomy; the anatomy below stays grey by its window."""
    palette = Palette(200, 8, bytes([255, 1]), bytes([0, 2]), bytes([0, 3]), supplemental=True)
    one = frame(
        pixels=PixelFormat(1, 4, 8, 8, 7, False, 1, "MONOCHROME2"),
        palette=palette,
        rescale=Rescale(),
        vois=(Voi(100, 200, VoiFunction.LINEAR_EXACT),),
    )

    found = to_rgb(np.array([[0, 100, 200, 201]], np.uint8), one)

    assert found.tolist() == [[[0, 0, 0], [128, 128, 128], [255, 0, 0], [1, 2, 3]]]


def test_signed_colour_samples_start_at_black() -> None:
    """Pixel Representation 1 with colours exists; as bytes, black would be mid-grey."""
    signed = frame(pixels=PixelFormat(1, 1, 8, 8, 7, True, 3, "RGB"))

    assert to_rgb(np.array([[[-128, 0, 127]]], np.int8), signed).tolist() == [[[0, 128, 255]]]
