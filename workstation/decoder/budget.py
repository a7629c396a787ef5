"""What a header claims, checked in whole numbers before a byte is allocated (SEC-02)."""

from typing import Final

import numpy as np
from attrs import evolve

from workstation.dicom.reasons import Undecodable
from workstation.domain.study import PixelFormat

#: Decoded bytes of one frame. A 100-megapixel 16-bit radiograph stays below it.
FRAME_BYTES: Final = 512 << 20
#: Bytes of one compressed frame or one whole object as it travels.
OBJECT_BYTES: Final = 2 << 30

#: sRGB of every colour of eight bits, as an ICC profile makes it: red, green, blue.
PROFILE_BYTES: Final = 3 << 24

#: A frame up to this size may be compressed to nothing: blank images are honest ones.
BLANK_BYTES: Final = 64 << 20
#: Beyond it, how many times its size a compressed frame may become (SEC-01).
INFLATED_RATIO: Final = 200

#: Chroma for every second column, Y1 Y2 Cb Cr (PS3.3 C.7.6.3.1.2).
HALF_CHROMA: Final = frozenset({"YBR_FULL_422", "YBR_PARTIAL_422"})

#: Photometric interpretations of more than one sample (PS3.3 C.7.6.3.1.2).
_OF_COLOURS: Final = ("RGB", "YBR_", "ARGB", "HSV", "CMYK")
_ALLOCATED: Final = (1, 8, 16, 32, 64)
_FLOATS: Final = (32, 64)


def check_format(pixels: PixelFormat, frame_bytes: int = FRAME_BYTES) -> None:
    """Raise `Undecodable` where the format contradicts itself or asks for too much."""
    if not (0 < pixels.rows <= 0xFFFF and 0 < pixels.columns <= 0xFFFF):
        raise Undecodable("bad-format")
    if pixels.samples not in (1, 3, 4) or pixels.bits_allocated not in _ALLOCATED:
        raise Undecodable("bad-format")
    if pixels.samples == 1 and pixels.photometric.startswith(_OF_COLOURS):
        raise Undecodable("bad-format")
    if pixels.floating and (pixels.samples != 1 or pixels.bits_allocated not in _FLOATS):
        raise Undecodable("bad-format")  # PS3.3 C.7.6.24, C.7.6.25
    if not 1 <= pixels.bits_stored <= pixels.bits_allocated:
        raise Undecodable("bad-format")
    if not pixels.bits_stored - 1 <= pixels.high_bit < pixels.bits_allocated:
        raise Undecodable("bad-format")
    if decoded_size(pixels) > frame_bytes:
        raise Undecodable("budget")


def agreed(own: PixelFormat, claimed: PixelFormat) -> PixelFormat:
    """An object's own format, where it has the size and type that room was made for."""
    same = (
        shape_of(own) == shape_of(claimed)
        and own.bits_allocated == claimed.bits_allocated
        and own.signed == claimed.signed
        and own.bits_stored == claimed.bits_stored
        and own.floating == claimed.floating
    )
    if not same:
        raise Undecodable("mismatch")
    return evolve(own, overlay_bits=claimed.overlay_bits)


def check_inflation(compressed: int, pixels: PixelFormat) -> None:
    """Raise `Undecodable` where a few bytes claim to be hundreds of megabytes."""
    size = decoded_size(pixels)
    if size > BLANK_BYTES and size > INFLATED_RATIO * compressed:
        raise Undecodable("budget")


def dtype_of(pixels: PixelFormat) -> np.dtype[np.generic]:
    """Smallest type of Bits Allocated and Pixel Representation; one bit becomes a byte."""
    if pixels.bits_allocated == 1:
        return np.dtype(np.uint8)
    kind = "f" if pixels.floating else "i" if pixels.signed else "u"
    return np.dtype(f"{kind}{pixels.bits_allocated // 8}")


def shape_of(pixels: PixelFormat) -> tuple[int, ...]:
    plane = (pixels.rows, pixels.columns)
    return plane if pixels.samples == 1 else (*plane, pixels.samples)


def decoded_size(pixels: PixelFormat) -> int:
    """Bytes of one decoded frame."""
    item = max(1, pixels.bits_allocated // 8)
    return pixels.rows * pixels.columns * pixels.samples * item


def reduced(pixels: PixelFormat, halved: int) -> PixelFormat:
    """The format after so many halvings (T.800 B.5, for images that begin at 0)."""
    rows, columns = -(-pixels.rows >> halved), -(-pixels.columns >> halved)
    return evolve(pixels, rows=rows, columns=columns)


def overlays_shape(pixels: PixelFormat) -> tuple[int, int]:
    """Overlays out of the pixels: for each its bytes, eight pixels to one, lowest bit first."""
    return len(pixels.overlay_positions), -(-pixels.rows * pixels.columns // 8)


def room_size(pixels: PixelFormat) -> int:
    """Bytes of one decoded frame and of the overlays that come out of its pixels."""
    planes, size = overlays_shape(pixels)
    return decoded_size(pixels) + planes * size


def native_bits(pixels: PixelFormat) -> int:
    """Bits one uncompressed frame takes in the object (PS3.5 8.1.1, PS3.3 C.7.6.3.1.2)."""
    values = pixels.rows * pixels.columns
    if pixels.photometric in HALF_CHROMA and pixels.samples == 3:
        return values * 2 * pixels.bits_allocated  # Cb and Cr for every second column
    return values * pixels.samples * pixels.bits_allocated
