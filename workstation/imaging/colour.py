"""Stored samples to RGB (PS3.3 C.7.6.3.1.2); display only, never for measuring."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from workstation.domain.presentation import Palette
from workstation.domain.study import Frame, PixelFormat
from workstation.errors import NotDisplayable
from workstation.imaging.voi import auto_window, display_table, to_display
from workstation.text import tr

#: Colour transforms of JPEG 2000 are undone by the decoder: what is stored is RGB.
_RGB: Final = frozenset({"RGB", "YBR_RCT", "YBR_ICT"})
_FULL: Final = frozenset({"YBR_FULL", "YBR_FULL_422"})
_PARTIAL: Final = frozenset({"YBR_PARTIAL_422", "YBR_PARTIAL_420"})


def is_colour(frame: Frame) -> bool:
    """Whether a frame has colours and so no window."""
    return frame.pixels.samples > 1 or frame.palette is not None


def why_not(frame: Frame) -> str:
    """Why the colours of a frame cannot be shown faithfully; empty where they can."""
    photometric = frame.pixels.photometric
    if frame.pixels.samples == 1 and photometric.startswith("MONOCHROME"):
        return ""
    known = (frame.pixels.samples == 3 and photometric in _RGB | _FULL | _PARTIAL) or (
        photometric == "PALETTE COLOR" and frame.palette is not None
    )
    return "" if known else tr("colours stored as {p} cannot be shown", p=photometric)


def to_rgb(
    stored: NDArray[Any],
    frame: Frame,
    colours: str = "",
    entries: NDArray[np.uint8] | None = None,
) -> NDArray[np.uint8]:
    """8-bit RGB, (rows, columns, 3).

    Parameters
    ----------
    stored
        (rows, columns, 3), samples interleaved and chroma at full size, or (rows, columns)
        for palettes.
    colours
        Photometric interpretation that the code stream itself states, where it contradicts
        the header (`FramePixels.colours`).
    entries
        Of the object's ICC profile, where it has one (`ColourTable.entries`): the result
        is sRGB then (PS3.3 C.11.15, PS3.4 N.2.2).

    Raises
    ------
    NotDisplayable
        The photometric interpretation is not one we can show faithfully.
    """
    refusal = why_not(frame)
    if refusal:
        raise NotDisplayable(refusal, reason="photometric")
    rgb = _as_stored(stored, frame, colours)
    if entries is not None:
        rgb = in_srgb(rgb, entries)
    if frame.palette is not None and frame.palette.supplemental:
        return _over_grey(stored, frame, frame.palette, rgb)
    return rgb


def _as_stored(stored: NDArray[Any], frame: Frame, colours: str) -> NDArray[np.uint8]:
    """Red, green and blue of the device that made them."""
    if frame.palette is not None:
        return palette_to_rgb(stored, frame.palette)
    photometric, eight = colours or frame.pixels.photometric, to_8_bits(stored, frame.pixels)
    if photometric in _RGB:
        return eight
    return ybr_full_to_rgb(eight) if photometric in _FULL else ybr_partial_to_rgb(eight)


def in_srgb(rgb: NDArray[np.uint8], entries: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Each colour by its entry in `ColourTable.entries`."""
    wide = rgb.astype(np.int32)
    found: NDArray[np.uint8] = entries[wide[..., 0] << 16 | wide[..., 1] << 8 | wide[..., 2]]
    return found


def _over_grey(
    stored: NDArray[Any], frame: Frame, palette: Palette, coloured: NDArray[np.uint8]
) -> NDArray[np.uint8]:
    """Colours from the first value mapped on, below it the grey image (PS3.3 C.7.6.19)."""
    voi = frame.vois[0] if frame.vois else auto_window(stored, frame)
    table = display_table(frame, voi, inverted=False, dtype=stored.dtype)
    below = np.asarray(stored < palette.first)[..., np.newaxis]
    rgb = np.where(below, to_display(stored, table)[..., np.newaxis], coloured)
    return np.asarray(rgb, np.uint8)


def to_8_bits(stored: NDArray[Any], pixels: PixelFormat) -> NDArray[np.uint8]:
    """The eight upper bits of the stored ones; signed samples start at their lowest value."""
    bits_stored = pixels.bits_stored
    if pixels.signed:
        stored = stored.astype(np.int64) + (1 << (bits_stored - 1))
    if bits_stored <= 8:
        return np.asarray(np.left_shift(stored, 8 - bits_stored), np.uint8)
    return np.asarray(np.right_shift(stored, bits_stored - 8), np.uint8)


def ybr_full_to_rgb(ybr: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The inverse of PS3.3 C.7.6.3.1.2 YBR_FULL, rounded to the nearest."""
    y = ybr[..., 0].astype(np.float32)
    blue = ybr[..., 1].astype(np.float32) - 128
    red = ybr[..., 2].astype(np.float32) - 128
    rgb = np.stack((y + 1.402 * red, y - 0.344136 * blue - 0.714136 * red, y + 1.772 * blue), -1)
    return np.asarray(np.clip(np.rint(rgb), 0, 255), np.uint8)


def ybr_partial_to_rgb(ybr: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The inverse of PS3.3 C.7.6.3.1.2 YBR_PARTIAL_422: black is 16, white 235."""
    y = (ybr[..., 0].astype(np.float32) - 16) * 1.1644
    blue = ybr[..., 1].astype(np.float32) - 128
    red = ybr[..., 2].astype(np.float32) - 128
    rgb = np.stack((y + 1.596 * red, y - 0.3917 * blue - 0.8129 * red, y + 2.0173 * blue), -1)
    return np.asarray(np.clip(np.rint(rgb), 0, 255), np.uint8)


def palette_to_rgb(stored: NDArray[Any], palette: Palette) -> NDArray[np.uint8]:
    """By the lookup tables; values beyond either end take the entry there (C.7.6.3.1.5)."""
    tables = [_table(data, palette.bits) for data in (palette.red, palette.green, palette.blue)]
    lut = np.stack(tables, axis=-1)
    index = np.clip(stored.astype(np.int64) - palette.first, 0, len(lut) - 1)
    picked: NDArray[np.uint8] = lut[index]
    return picked


def in_colours(grey: NDArray[np.uint8], palette: Palette | None) -> NDArray[np.uint8]:
    """Grey levels as the colours of a presentation state, black its first entry and white its
    last (PS3.3 A.33.3, C.7.9); grey where it has none."""
    if palette is None:
        return grey
    entries = len(_table(palette.red, palette.bits))
    place = np.floor(np.arange(256) * (entries - 1) / 255 + 0.5).astype(np.int64)
    colours = palette_to_rgb(place + palette.first, palette)
    shown: NDArray[np.uint8] = colours[grey]
    return shown


def _table(data: bytes, bits: int) -> NDArray[np.uint8]:
    if bits <= 8:
        return np.frombuffer(data, dtype=np.uint8)
    wide = np.frombuffer(data, dtype="<u2")
    return (wide >> 8).astype(np.uint8)
