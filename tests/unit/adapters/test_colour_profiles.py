"""ICC profiles: a wound photographed in Adobe RGB is too pale when it is shown as sRGB."""

import io
from collections.abc import Iterator

import imagecodecs
import numpy as np
import pytest
from attrs import evolve
from fakes_viewer import frame
from numpy.typing import NDArray
from PIL import Image, ImageCms

from workstation.adapters.colour_profiles import ColourProfiles
from workstation.adapters.decoders import Decoders
from workstation.domain.presentation import Palette
from workstation.domain.study import Frame, PixelFormat
from workstation.imaging.colour import to_rgb
from workstation.imaging.pixels import FramePixels

NATIVE = "1.2.840.10008.1.2.1"
RGB = PixelFormat(64, 64, 8, 8, 7, False, 3, "RGB")
PHOTO = np.random.default_rng(7).integers(0, 256, (64, 64, 3), np.uint8)
SRGB = bytes(imagecodecs.cms_profile("srgb"))
PROFILES = {
    "adobe": bytes(imagecodecs.cms_profile("adobergb")),
    "gamma 1.8": bytes(
        imagecodecs.cms_profile(
            "rgb",
            whitepoint=[0.3127, 0.329, 1.0],
            primaries=[0.64, 0.33, 0.3, 0.6, 0.15, 0.06],
            gamma=1.8,
        )
    ),
}


@pytest.fixture(scope="module")
def decoders() -> Iterator[Decoders]:
    pool = Decoders(children=1)
    yield pool
    pool.close()


def photo(profile: bytes, pixels: PixelFormat = RGB) -> Frame:
    return evolve(frame(), pixels=pixels, icc_profile=profile)


def shown(found: FramePixels, one: Frame) -> NDArray[np.uint8]:
    assert found.profile is not None
    return to_rgb(found.stored, one, found.colours, found.profile.entries)


@pytest.mark.parametrize("name", PROFILES)
def test_colours_are_those_of_pillows_colour_management(decoders: Decoders, name: str) -> None:
    """PS3.3 C.11.15: within one level of another program around lcms2, by the same intent."""
    one = photo(PROFILES[name])
    theirs = ImageCms.applyTransform(
        Image.fromarray(PHOTO),
        ImageCms.buildTransform(
            io.BytesIO(PROFILES[name]), ImageCms.createProfile("sRGB"), "RGB", "RGB",
            renderingIntent=ImageCms.Intent(PROFILES[name][67]),
        ),
    )  # fmt: skip

    found = shown(decoders.decode(PHOTO.tobytes(), one, NATIVE), one).astype(int)

    assert np.abs(found - np.asarray(theirs)).max() <= 1
    assert np.abs(found - PHOTO).max() > 10  # and it was something to convert


def test_what_is_srgb_already_is_not_touched(decoders: Decoders) -> None:
    """Most profiles say only that: nothing is spent on them, and no value moves."""
    found = decoders.decode(PHOTO.tobytes(), photo(SRGB), NATIVE)

    assert found.profile is not None
    assert (found.profile.entries, found.doubt) == (None, "")
    assert np.array_equal(shown(found, photo(SRGB)), PHOTO)


@pytest.mark.parametrize(
    "profile",
    [
        b"icc",
        PROFILES["adobe"][:200],
        SRGB[:128] + bytes(len(SRGB) - 128),
        bytes(imagecodecs.cms_profile("gray", gamma=2.2)),
    ],
    ids=["no profile", "cut short", "no tags", "of grey"],
)
def test_a_damaged_profile_leaves_the_image_as_it_is_and_says_so(
    decoders: Decoders, profile: bytes
) -> None:
    """An image must not be lost over its colours, and nobody must trust them then."""
    one = photo(profile)

    found = decoders.decode(PHOTO.tobytes(), one, NATIVE)

    assert found.doubt == "The colour profile is not usable; colours are shown as they are stored."
    assert np.array_equal(shown(found, one), PHOTO)


def test_a_case_is_closed_while_a_profile_is_still_at_work() -> None:
    """The reader goes on to the next patient at once, and nothing of this one stays."""
    asked: list[bytes] = []

    def slow(profile: bytes) -> bytes:
        asked.append(profile)
        profiles.forget()  # from another thread it would wait here, were it to wait
        return b""

    profiles = ColourProfiles(slow)
    for _ in range(2):
        profiles.of(photo(SRGB))

    assert asked == [SRGB, SRGB]


def test_a_profile_is_asked_for_once_while_its_case_is_open() -> None:
    """A clip of a hundred frames has one profile a hundred times."""
    asked: list[bytes] = []

    def counted(profile: bytes) -> bytes:
        asked.append(profile)
        return b""

    profiles = ColourProfiles(counted)
    first, second = profiles.of(photo(SRGB)), profiles.of(photo(SRGB))
    profiles.forget()
    profiles.of(photo(SRGB))

    assert first is second
    assert len(asked) == 2


def test_grey_images_have_no_profile(decoders: Decoders) -> None:
    """PS3.3 C.11.15 is about colours: a window is not a colour."""
    grey = photo(PROFILES["adobe"], PixelFormat(64, 64, 8, 8, 7, False, 1, "MONOCHROME2"))

    assert decoders.decode(PHOTO[..., 0].tobytes(), grey, NATIVE).profile is None


def test_colours_of_a_palette_are_converted_after_it(decoders: Decoders) -> None:
    """PS3.4 N.2.2: the profile is of colours, not of the values that stand for them."""
    entries = PHOTO.reshape(-1, 3)[:256]
    pixels = PixelFormat(1, 256, 8, 8, 7, False, 1, "PALETTE COLOR")
    one = evolve(
        photo(PROFILES["adobe"], pixels),
        palette=Palette(0, 8, *(bytes(each) for each in entries.T)),
    )
    found = decoders.decode(bytes(range(256)), one, NATIVE)
    as_rgb = photo(PROFILES["adobe"], evolve(RGB, rows=1, columns=256))

    expected = shown(decoders.decode(entries.tobytes(), as_rgb, NATIVE), as_rgb)

    assert np.array_equal(shown(found, one), expected)
