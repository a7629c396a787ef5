"""Objects whose structure lies: lengths, nesting, counts, syntaxes (PS3.5 7, PS3.10 7)."""

import struct
import zlib

from hostile.writing import (
    BIG_ENDIAN,
    DEFLATED,
    EXPLICIT,
    IMPLICIT,
    ITEM_END,
    SEQUENCE_END,
    UNDEFINED,
    data_set,
    element,
    good,
    hostile,
    implicit,
    item,
    meta,
    native,
    part10,
    ramp,
    sequence,
    uid,
    us,
)

_DEEP = 40_000
_PRIVATE_SEQUENCE = 0x00091001


def _deflated(body: bytes) -> bytes:
    maker = zlib.compressobj(9, zlib.DEFLATED, -15)
    return maker.compress(body) + maker.flush()


@hostile("budget")
def an_inflation_bomb() -> bytes:
    """512 MiB of zeros out of half a megabyte: a library that inflates first is gone."""
    maker = zlib.compressobj(9, zlib.DEFLATED, -15)
    head = data_set() + element(0x7FE00010, "OW", b"", length=512 << 20)
    parts = [maker.compress(head)] + [maker.compress(bytes(1 << 20)) for _ in range(512)]
    return part10(b"".join(parts) + maker.flush(), DEFLATED)


@hostile("damaged")
def a_deflated_object_that_is_not_deflated() -> bytes:
    """The syntax says so, the bytes do not."""
    return part10(b"\xff" * 4096, DEFLATED)


@hostile("truncated")
def a_deflated_object_cut_in_half() -> bytes:
    """What was inflated so far looks like a whole header."""
    whole = _deflated(data_set() + native())
    return part10(whole[: len(whole) // 2], DEFLATED)


@hostile("budget")
def forty_thousand_nested_sequences() -> bytes:
    """A parser that recurses loses its stack, and the program with it."""
    opened = element(_PRIVATE_SEQUENCE, "SQ", b"", length=UNDEFINED) + item(b"", length=UNDEFINED)
    closed = ITEM_END + SEQUENCE_END
    return part10(opened * _DEEP + closed * _DEEP + data_set() + native())


@hostile("budget")
def forty_thousand_nested_sequences_of_stated_length() -> bytes:
    """The same with lengths: whoever steps over it by length must still not walk into it."""
    heads: list[bytes] = []
    inner = 0
    for _ in range(_DEEP):
        heads.append(item(b"", length=inner))
        heads.append(element(0x00081140, "SQ", b"", length=inner + 8))
        inner += 20
    return part10(b"".join(reversed(heads)) + data_set() + native())


@hostile("budget")
def forty_thousand_nested_unknown_values() -> bytes:
    """UN of undefined length is a sequence in implicit VR (PS3.5 6.2.2): nesting unseen."""
    opened = implicit(_PRIVATE_SEQUENCE, b"", length=UNDEFINED) + item(b"", length=UNDEFINED)
    first = element(_PRIVATE_SEQUENCE, "UN", b"", length=UNDEFINED) + item(b"", length=UNDEFINED)
    closed = ITEM_END + SEQUENCE_END
    body = first + opened * (_DEEP - 1) + closed * _DEEP
    return part10(body + data_set() + native())


@hostile("truncated")
def an_element_longer_than_the_file() -> bytes:
    """4 GB claimed, ten bytes there."""
    return part10(data_set() + element(0x00420011, "OB", b"0123456789", length=0xFFFFFFF0))


@hostile("truncated")
def pixels_longer_than_the_file() -> bytes:
    """Pixel Data claims 2 GB; a reader that allocates what is claimed is gone."""
    return part10(data_set() + native(length=0x7FFFFFFE))


@hostile("truncated")
def pixels_one_byte_short() -> bytes:
    """The last pixel would be made up."""
    return part10(data_set() + native(ramp()[:-1]))


@hostile("truncated")
def a_header_cut_in_the_middle_of_an_element() -> bytes:
    return part10(data_set()[:-5])


@hostile("truncated")
def a_file_meta_cut_in_the_middle() -> bytes:
    """Group 2 ends in its Transfer Syntax: what follows cannot be read as anything."""
    return b"\0" * 128 + b"DICM" + meta(EXPLICIT)[:-9]


@hostile("truncated")
def nothing_but_a_prefix() -> bytes:
    return b"\0" * 128 + b"DICM"


@hostile("")
def a_file_meta_that_lies_about_its_length() -> bytes:
    """Group length 4 GB: it must not be believed, and is not needed."""
    lying = element(0x00020000, "UL", struct.pack("<I", 0xFFFFFFFF)) + meta(EXPLICIT)[12:]
    return b"\0" * 128 + b"DICM" + lying + data_set() + native()


@hostile("damaged")
def a_file_meta_of_undefined_length() -> bytes:
    """A sequence in group 2, never closed."""
    return b"\0" * 128 + b"DICM" + element(0x00020102, "OB", b"\0" * 64, length=UNDEFINED)


@hostile("unsupported-syntax")
def a_transfer_syntax_of_sixty_thousand_characters() -> bytes:
    """Whatever is logged, shown or looked up must not be this long."""
    long = element(0x00020010, "UI", b"1." * 30_000)
    return b"\0" * 128 + b"DICM" + long + data_set() + native()


@hostile("unsupported-syntax")
def a_transfer_syntax_that_is_markup() -> bytes:
    """The unknown syntax is named to the reader: never as it stands."""
    return part10(data_set() + native(), "<img src=file:///etc/passwd>")


def _private(count: int) -> bytes:
    """Elements of odd groups behind the identity and before the pixels."""
    many = (
        element((0x1001 + 2 * (i >> 12)) << 16 | (0x1000 + (i & 0xFFF)), "UN", b"\1\2")
        for i in range(count)
    )
    return b"".join(many)


@hostile("")
def a_hundred_thousand_private_elements() -> bytes:
    """Some vendors come near: it must be shown, and not cost seconds."""
    return part10(data_set() + _private(100_000) + native())


@hostile("budget")
def half_a_million_private_elements() -> bytes:
    """A small file that costs a parser seconds and a data set hundreds of megabytes."""
    return part10(data_set() + _private(500_000) + native())


@hostile("budget")
def a_million_empty_items() -> bytes:
    """Eight bytes each: a list of a million data sets out of 8 MB."""
    many = item(b"") * 1_000_000
    return part10(
        element(0x00081140, "SQ", many + SEQUENCE_END, length=UNDEFINED) + data_set() + native()
    )


@hostile("truncated")
def a_sequence_that_is_never_closed() -> bytes:
    """Everything after it, pixels included, would belong to its last item."""
    opened = element(0x00081140, "SQ", b"", length=UNDEFINED) + item(b"", length=UNDEFINED)
    return part10(opened + data_set() + native())


@hostile("damaged")
def an_item_longer_than_its_sequence() -> bytes:
    """A length inside that reaches over the end outside: two readers, two data sets."""
    inner = item(element(0x00081150, "UI", uid("1.2")), length=4000)
    return part10(element(0x00081140, "SQ", inner) + data_set() + native())


@hostile("damaged")
def something_else_than_an_item_in_a_sequence() -> bytes:
    """Elements where items belong."""
    inner = element(0x00081150, "UI", uid("1.2.3.4")) + SEQUENCE_END
    return part10(element(0x00081140, "SQ", inner, length=UNDEFINED) + data_set() + native())


@hostile("")
def a_delimiter_without_a_sequence() -> bytes:
    """An end of something that was never begun: it says nothing, and the image is whole."""
    return part10(data_set() + ITEM_END + SEQUENCE_END + native())


@hostile("damaged")
def a_value_representation_that_does_not_exist() -> bytes:
    return part10(data_set() + element(0x00420001, "ZZ", b"1234") + native())


@hostile("damaged")
def big_endian_by_name_alone() -> bytes:
    """Tags read in the wrong order become lengths of gigabytes."""
    return part10(data_set() + native(), BIG_ENDIAN)


@hostile("")
def implicit_by_name_and_explicit_in_truth() -> bytes:
    """A common violation: the VR letters would be read as lengths."""
    return part10(data_set() + native(), IMPLICIT)


@hostile("budget")
def rows_stated_twice() -> bytes:
    """64, and then 65535: whoever checks the one and uses the other is taken in."""
    twice = element(0x00280010, "US", us(65535)) + element(0x00280011, "US", us(65535))
    return part10(data_set() + twice + native())


@hostile("bad-format")
def rows_as_a_long() -> bytes:
    """VR confusion: 65600 in four bytes is 64 in two."""
    return part10(data_set({0x00280010: ("UL", struct.pack("<I", 65_600))}) + native())


@hostile("bad-format")
def rows_as_a_sequence() -> bytes:
    """VR confusion: a number that is a tree."""
    return part10(
        data_set({0x00280010: ("SQ", item(element(0x00280010, "US", us(64))))}) + native()
    )


@hostile("bad-format")
def rows_of_one_byte() -> bytes:
    """An odd length where two bytes are needed."""
    return part10(data_set({0x00280010: ("US", b"\x40")}) + native())


@hostile("bad-format")
def rows_of_sixty_thousand_bytes() -> bytes:
    """A list of thirty thousand Rows."""
    return part10(data_set({0x00280010: ("US", us(64) * 30_000)}) + native())


@hostile("bad-format")
def rows_missing() -> bytes:
    return part10(data_set({0x00280010: None}) + native())


@hostile("no-pixels")
def pixels_inside_a_sequence_alone() -> bytes:
    """An icon is not the image."""
    icon = sequence(0x00880200, data_set() + native())
    return part10(data_set() + icon)


@hostile("not-dicom")
def a_page_of_text() -> bytes:
    return b"<html><script>alert(1)</script></html>\n" * 100


@hostile("not-dicom")
def zeros() -> bytes:
    return bytes(1 << 20)


@hostile("truncated", "not-dicom")
def an_empty_file() -> bytes:
    return b""


@hostile("not-dicom")
def a_program_with_a_dicom_name() -> bytes:
    """An ELF header and nothing of DICOM."""
    return b"\x7fELF\2\1\1" + bytes(4096)


@hostile("")
def a_program_in_the_preamble() -> bytes:
    """CVE-2019-11687: a Windows program that is a whole image too; nothing runs it here."""
    return b"MZ\x90\0" + bytes(124) + good()[128:]


@hostile("damaged")
def native_pixels_of_undefined_length() -> bytes:
    """Uncompressed by its syntax, fragments by its length."""
    return part10(data_set() + element(0x7FE00010, "OW", ramp() + SEQUENCE_END, length=UNDEFINED))
