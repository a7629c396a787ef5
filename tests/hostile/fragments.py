"""Encapsulated pixels that lie about where a frame is (PS3.5 A.4, PS3.3 C.7.6.3.1.8)."""

import struct
from functools import cache

import imagecodecs
import numpy as np
from hostile.writing import (
    RLE,
    ROOT,
    UNDEFINED,
    compressed,
    data_set,
    element,
    encapsulated,
    hostile,
    item,
    part10,
    ramp,
    text,
    us,
)

JPEG_LS = f"{ROOT}.4.80"


@cache
def stream() -> bytes:
    """The good image as JPEG-LS, of even length."""
    made = bytes(imagecodecs.jpegls_encode(np.frombuffer(ramp(), "<u2").reshape(64, 64)))
    return made + b"\0" * (len(made) % 2)


def halves() -> tuple[bytes, bytes]:
    middle = len(stream()) // 4 * 2
    return stream()[:middle], stream()[middle:]


TWO_FRAMES = {0x00280008: ("IS", text("2"))}


def _two_frames(table: bytes) -> bytes:
    """Two frames of two fragments each: only the table says which belong together."""
    return compressed(JPEG_LS, *halves(), *halves(), changes=TWO_FRAMES, table=table)


@hostile("", index=1)
def an_offset_table_that_is_true() -> bytes:
    """The control: this one must be shown."""
    return _two_frames(struct.pack("<II", 0, len(stream()) + 16))


@hostile("", index=1)
def an_offset_table_of_negative_numbers() -> bytes:
    """Read as signed, it points before the pixels; the streams themselves still tell."""
    return _two_frames(struct.pack("<ii", 0, -8))


@hostile("", index=1)
def an_offset_table_beyond_the_end() -> bytes:
    return _two_frames(struct.pack("<II", 0, 0xFFFFFFF0))


@hostile("", index=1)
def an_offset_table_that_overlaps() -> bytes:
    """Both frames begin at the same fragment."""
    return _two_frames(struct.pack("<II", 0, 0))


@hostile("", index=1)
def an_offset_table_that_goes_backwards() -> bytes:
    return _two_frames(struct.pack("<II", len(stream()) + 16, 0))


@hostile("", index=1)
def an_offset_table_into_the_middle_of_a_fragment() -> bytes:
    return _two_frames(struct.pack("<II", 0, 10))


@hostile("", index=1)
def an_offset_table_of_five_bytes() -> bytes:
    return _two_frames(b"\0\0\0\0\1")


@hostile("", index=1)
def an_extended_offset_table_that_lies() -> bytes:
    """64-bit offsets: their sum with the start of the pixels overflows in C."""
    offsets = element(0x7FE00001, "OV", struct.pack("<QQ", 0, 0xFFFFFFFFFFFFFFF0))
    lengths = element(0x7FE00002, "OV", struct.pack("<QQ", 1 << 63, 1 << 63))
    pixels = encapsulated(*halves(), *halves())
    return part10(data_set(TWO_FRAMES) + offsets + lengths + pixels, JPEG_LS)


@hostile("", index=1)
def an_extended_offset_table_of_odd_length() -> bytes:
    offsets = element(0x7FE00001, "OV", bytes(13))
    pixels = encapsulated(*halves(), *halves())
    return part10(data_set(TWO_FRAMES) + offsets + pixels, JPEG_LS)


@hostile("missing-frame", index=1)
def one_stream_for_two_frames() -> bytes:
    """The second frame must not be the first one again."""
    return compressed(JPEG_LS, stream(), changes=TWO_FRAMES)


@hostile("damaged")
def three_streams_for_two_frames() -> bytes:
    """Which two of the three?"""
    return compressed(JPEG_LS, *halves(), stream(), stream(), changes=TWO_FRAMES)


@hostile("truncated")
def a_fragment_longer_than_the_file() -> bytes:
    pixels = item(b"") + item(stream(), length=0x7FFFFFF0)
    return part10(data_set() + element(0x7FE00010, "OB", pixels, length=UNDEFINED), JPEG_LS)


@hostile("truncated")
def fragments_without_an_end() -> bytes:
    """The file was cut between two frames."""
    return part10(data_set() + encapsulated(stream(), end=b""), JPEG_LS)


@hostile("damaged")
def a_fragment_of_undefined_length() -> bytes:
    pixels = item(b"") + item(stream(), length=UNDEFINED)
    return part10(data_set() + element(0x7FE00010, "OB", pixels, length=UNDEFINED), JPEG_LS)


@hostile("no-pixels")
def an_offset_table_and_no_fragment() -> bytes:
    return compressed(JPEG_LS)


@hostile("damaged")
def a_fragment_of_no_bytes() -> bytes:
    return compressed(JPEG_LS, b"")


@hostile("damaged")
def half_a_million_fragments_of_no_bytes() -> bytes:
    return compressed(JPEG_LS, *[b""] * 500_000)


@hostile("damaged")
def encapsulated_by_its_syntax_and_native_in_truth() -> bytes:
    """A defined length where fragments must be: its pixels would be read as items."""
    return part10(data_set() + element(0x7FE00010, "OB", ramp()), JPEG_LS)


def _rle(*segments: bytes, count: int | None = None, offsets: list[int] | None = None) -> bytes:
    starts, at = [], 64
    for each in segments:
        starts.append(at)
        at += len(each)
    table = starts if offsets is None else offsets
    number = len(segments) if count is None else count
    return struct.pack("<16I", number, *table, *[0] * (15 - len(table))) + b"".join(segments)


def _literal(plane: bytes) -> bytes:
    """A plane as literal runs of 128 bytes."""
    return b"".join(bytes([127]) + plane[at : at + 128] for at in range(0, len(plane), 128))


_HIGH, _LOW = _literal(ramp()[1::2]), _literal(ramp()[0::2])


@hostile("")
def honest_rle() -> bytes:
    """The control."""
    return compressed(RLE, _rle(_HIGH, _LOW))


@hostile("budget")
def rle_of_65535_by_65535() -> bytes:
    """A fragment of a hundred bytes once asked for 8 GiB."""
    big = {0x00280010: ("US", us(65535)), 0x00280011: ("US", us(65535))}
    return compressed(RLE, _rle(b"\x81\0" * 16, b"\x81\0" * 16), changes=big)


@hostile("budget")
def rle_of_half_a_gigabyte_out_of_nothing() -> bytes:
    """Inside the frame budget, and yet 512 MB that no hundred bytes of RLE can hold."""
    big = {0x00280010: ("US", us(16000)), 0x00280011: ("US", us(16000))}
    return compressed(RLE, _rle(b"\x81\0" * 16, b"\x81\0" * 16), changes=big)


@hostile("damaged")
def an_rle_bomb() -> bytes:
    """64 times its size, into a frame of 8 KB: 256 MB out of 4 MB."""
    run = b"\x81\0" * (1 << 20)
    return compressed(RLE, _rle(run, run))


@hostile("mismatch")
def rle_of_four_thousand_million_segments() -> bytes:
    return compressed(RLE, _rle(_HIGH, _LOW, count=0xFFFFFFFF))


@hostile("damaged")
def rle_segments_that_overlap() -> bytes:
    return compressed(RLE, _rle(_HIGH, _LOW, offsets=[64, 64]))


@hostile("truncated")
def rle_segments_beyond_the_end() -> bytes:
    return compressed(RLE, _rle(_HIGH, _LOW, offsets=[64, 0xFFFFFFFF]))


@hostile("truncated")
def rle_of_ten_bytes() -> bytes:
    """Shorter than its own header."""
    return compressed(RLE, b"\2\0\0\0\x40\0\0\0\0\0")


@hostile("damaged")
def rle_whose_last_run_is_cut() -> bytes:
    """The literal of 128 bytes has 3."""
    return compressed(RLE, _rle(_HIGH, _LOW[:-125]))
