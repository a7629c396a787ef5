"""Objects whose elements claim what cannot be: sizes, counts, tables, numbers."""

import struct

from attrs import evolve
from hostile.writing import (
    data_set,
    element,
    hostile,
    image,
    item,
    native,
    part10,
    ramp,
    sized,
    text,
    us,
)

_RED, _GREEN, _BLUE = 0x00281201, 0x00281202, 0x00281203
_PALETTE = evolve(sized(64, 64, 8), photometric="PALETTE COLOR")


@hostile("budget")
def four_giga_pixels_in_a_kilobyte() -> bytes:
    return image({0x00280010: ("US", us(65535)), 0x00280011: ("US", us(65535))})


@hostile("bad-format")
def no_rows() -> bytes:
    return image({0x00280010: ("US", us(0))})


@hostile("bad-format")
def no_columns() -> bytes:
    return image({0x00280011: ("US", us(0))})


@hostile("bad-format", "budget")
def two_to_the_thirty_first_frames() -> bytes:
    """Whoever makes a list of its frames first is gone."""
    return image({0x00280008: ("IS", text("2147483648"))})


@hostile("bad-format")
def a_negative_number_of_frames() -> bytes:
    return image({0x00280008: ("IS", text("-5"))})


@hostile("bad-format")
def a_number_of_frames_that_is_no_number() -> bytes:
    return image({0x00280008: ("IS", text("NaN"))})


@hostile("bad-format")
def a_number_of_frames_of_a_thousand_digits() -> bytes:
    """Python turns it into a number without limit, and slowly."""
    return image({0x00280008: ("IS", b"9" * 60_000)})


@hostile("bad-format")
def no_bits() -> bytes:
    return image({0x00280100: ("US", us(0))})


@hostile("bad-format")
def sixty_five_thousand_bits() -> bytes:
    return image({0x00280100: ("US", us(65535))})


@hostile("bad-format")
def more_bits_stored_than_allocated() -> bytes:
    """A shift by a negative number of bits is undefined in C."""
    return image({0x00280101: ("US", us(32)), 0x00280102: ("US", us(31))})


@hostile("bad-format")
def a_high_bit_of_sixty_five_thousand() -> bytes:
    return image({0x00280102: ("US", us(65535))})


@hostile("mismatch", "bad-format")
def no_stored_bits() -> bytes:
    return image({0x00280101: ("US", us(0))})


@hostile("bad-format")
def sixty_five_thousand_samples() -> bytes:
    return image({0x00280002: ("US", us(65535))})


@hostile("bad-format")
def one_bit_of_three_colours() -> bytes:
    one = {0x00280100: ("US", us(1)), 0x00280101: ("US", us(1)), 0x00280102: ("US", us(0))}
    return image({**one, 0x00280002: ("US", us(3))}, bytes(64 * 64 * 3 // 8))


def _palette(**tables: tuple[bytes, bytes]) -> bytes:
    """8-bit palette image; each table is a descriptor and its data."""
    eight = {0x00280100: ("US", us(8)), 0x00280101: ("US", us(8)), 0x00280102: ("US", us(7))}
    changes = {**eight, 0x00280004: ("CS", text("PALETTE COLOR"))}
    for tag, name in ((0x00281101, "red"), (0x00281102, "green"), (0x00281103, "blue")):
        changes[tag] = ("US", tables[name][0])
        changes[tag + 0x100] = ("OW", tables[name][1])
    return image(changes, ramp()[: 64 * 64])


@hostile("", "bad-palette")
def a_palette_shorter_than_it_says() -> bytes:
    """65536 entries claimed, two there: an index beyond reads what is not its own."""
    lie = (us(0, 0, 16), us(1, 2))
    return _palette(red=lie, green=lie, blue=lie)


@hostile("", "bad-palette")
def a_palette_of_no_bytes() -> bytes:
    lie = (us(256, 0, 8), b"")
    return _palette(red=lie, green=lie, blue=lie)


@hostile("", "bad-palette")
def a_palette_descriptor_of_one_number() -> bytes:
    lie = (us(256), bytes(256))
    return _palette(red=lie, green=lie, blue=lie)


def _segmented(segments: bytes) -> bytes:
    eight = {0x00280100: ("US", us(8)), 0x00280101: ("US", us(8)), 0x00280102: ("US", us(7))}
    changes = {**eight, 0x00280004: ("CS", text("PALETTE COLOR"))}
    for tag in (0x00281101, 0x00281102, 0x00281103):
        changes[tag] = ("US", us(0, 0, 16))
        changes[tag + 0x120] = ("OW", segments)
    return image(changes, ramp()[: 64 * 64])


@hostile("", "bad-palette")
def a_segmented_palette_that_refers_to_itself() -> bytes:
    """An indirect segment that points at itself (PS3.3 C.7.9.2.3): a loop without end."""
    return _segmented(us(2, 1, 0, 0))


@hostile("", "bad-palette")
def a_segmented_palette_bomb() -> bytes:
    """Indirect segments that repeat indirect segments: doubling with every eight bytes."""
    discrete = us(0, 2, 1, 2)
    return _segmented(discrete + b"".join(us(2, 65535, 0, 0) for _ in range(2000)))


@hostile("", "bad-palette")
def a_segmented_palette_of_sixty_thousand_entries_at_once() -> bytes:
    """A linear segment before there is a first value to begin from."""
    return _segmented(us(1, 65535, 65535))


@hostile("", "bad-lut")
def a_modality_lut_shorter_than_it_says() -> bytes:
    lut = element(0x00283002, "US", us(0, 0, 16)) + element(0x00283006, "OW", us(1, 2))
    return image({0x00283000: ("SQ", item(lut))})


@hostile("", "bad-lut")
def a_window_lut_shorter_than_it_says() -> bytes:
    lut = element(0x00283002, "US", us(65535, 0, 16)) + element(0x00283006, "OW", us(1, 2))
    return image({0x00283010: ("SQ", item(lut))})


@hostile("", "bad-rescale")
def a_rescale_that_is_not_a_number() -> bytes:
    """Every value would be NaN: a black image, or a crash in the arithmetic."""
    return image({0x00281052: ("DS", text("NaN")), 0x00281053: ("DS", text("NaN"))})


@hostile("", "bad-rescale")
def a_rescale_without_end() -> bytes:
    """1e400 is infinite; infinity minus infinity is no number."""
    return image({0x00281052: ("DS", text("-1e400")), 0x00281053: ("DS", text("1e400"))})


@hostile("", "bad-rescale")
def a_rescale_of_zero() -> bytes:
    """Every value becomes the same: HU that are none."""
    return image({0x00281052: ("DS", text("0")), 0x00281053: ("DS", text("0"))})


@hostile("", "bad-window")
def a_window_without_width() -> bytes:
    """Division by zero in every formula of C.11.2."""
    return image({0x00281050: ("DS", text("40")), 0x00281051: ("DS", text("0"))})


@hostile("", "bad-window")
def a_window_of_negative_width() -> bytes:
    return image({0x00281050: ("DS", text("40")), 0x00281051: ("DS", text("-400"))})


@hostile("", "bad-window")
def a_window_that_is_not_a_number() -> bytes:
    return image({0x00281050: ("DS", text("NaN\\40")), 0x00281051: ("DS", text("inf"))})


@hostile("", "bad-spacing")
def a_spacing_of_zero() -> bytes:
    """A length of 0 mm for every finding."""
    return image({0x00280030: ("DS", text("0\\0"))})


@hostile("", "bad-spacing")
def a_negative_spacing() -> bytes:
    return image({0x00280030: ("DS", text("-1\\-1"))})


@hostile("", "bad-spacing")
def a_spacing_that_is_not_a_number() -> bytes:
    return image({0x00280030: ("DS", text("NaN\\1e999"))})


@hostile("", "bad-position")
def an_orientation_without_direction() -> bytes:
    """Two vectors of no length: a plane that is none."""
    return image({0x00200037: ("DS", text("0\\0\\0\\0\\0\\0"))})


@hostile("", "bad-position")
def an_orientation_with_both_axes_the_same() -> bytes:
    return image({0x00200037: ("DS", text("1\\0\\0\\1\\0\\0"))})


@hostile("", "bad-position")
def a_position_that_is_not_a_number() -> bytes:
    return image({0x00200032: ("DS", text("NaN\\inf\\-inf"))})


@hostile("", "bad-position")
def a_position_of_two_numbers() -> bytes:
    return image({0x00200032: ("DS", text("1\\2"))})


@hostile("", "bad-overlay")
def an_overlay_of_four_giga_pixels() -> bytes:
    """Half a gigabyte of overlay in two bytes."""
    return image(
        {
            0x60000010: ("US", us(65535)),
            0x60000011: ("US", us(65535)),
            0x60000040: ("CS", text("G")),
            0x60000050: ("SS", struct.pack("<hh", -32768, 32767)),
            0x60000100: ("US", us(1)),
            0x60000102: ("US", us(0)),
            0x60003000: ("OW", b"\1\2"),
        }
    )


@hostile("")
def an_icc_profile_of_noise() -> bytes:
    """A colour library that believes offsets reads outside of it."""
    return image({0x00282000: ("OB", struct.pack(">I", 0xFFFFFFFF) + b"acsp" * 64)})


@hostile("")
def a_padding_value_of_the_wrong_kind() -> bytes:
    """Signed padding of unsigned pixels, and a range that ends before it begins."""
    return image({0x00280120: ("SS", struct.pack("<h", -2000)), 0x00280121: ("US", us(1))})


@hostile("bad-format")
def one_sample_of_three_colours() -> bytes:
    """RGB with one sample per pixel."""
    return image({0x00280004: ("CS", text("RGB"))})


@hostile("budget")
def float_pixels_and_no_others() -> bytes:
    """Float Pixel Data of four giga-values in four bytes."""
    many = {0x00280010: ("US", us(65535)), 0x00280011: ("US", us(65535))}
    thirty = {0x00280100: ("US", us(32)), 0x00280101: None, 0x00280102: None, 0x00280103: None}
    return part10(data_set({**many, **thirty}) + element(0x7FE00008, "OF", bytes(4)))


@hostile("truncated", "some-frames", index=9)
def ten_frames_promised_and_one_there() -> bytes:
    return part10(data_set({0x00280008: ("IS", text("10"))}) + native())
