"""Code streams whose headers lie: JPEG, JPEG-LS, JPEG 2000, HTJ2K, JPEG XL.

Made from honest streams by turning single fields, or written marker by marker.
"""

import struct
from functools import cache

import imagecodecs
import numpy as np
from attrs import evolve
from hostile.fragments import JPEG_LS
from hostile.writing import ROOT, compressed, hostile, ramp, sized, us

from workstation.domain.study import PixelFormat

JPEG = f"{ROOT}.4.50"
PROGRESSIVE = f"{ROOT}.4.55"
JPEG_LOSSLESS = f"{ROOT}.4.70"
JPEG_2000 = f"{ROOT}.4.90"
HTJ2K = f"{ROOT}.4.201"
JPEG_XL = f"{ROOT}.4.110"

_EIGHT = sized(64, 64, 8)
_EOI = b"\xff\xd9"


def _grey() -> np.ndarray:
    return np.frombuffer(ramp(), "<u2").reshape(64, 64)


@cache
def _jpeg() -> bytes:
    return bytes(imagecodecs.jpeg8_encode((_grey() >> 4).astype(np.uint8), level=90))


@cache
def _jpeg2000() -> bytes:
    return bytes(imagecodecs.jpeg2k_encode(_grey(), reversible=True, codecformat="j2k"))


@cache
def _htj2k() -> bytes:
    return bytes(imagecodecs.htj2k_encode(_grey()))


@cache
def _jpegxl() -> bytes:
    return bytes(imagecodecs.jpegxl_encode(_grey(), lossless=True))


@cache
def _jpegls() -> bytes:
    return bytes(imagecodecs.jpegls_encode(_grey()))


def _shape(claimed: PixelFormat) -> dict[int, tuple[str, bytes]]:
    return {
        0x00280002: ("US", us(claimed.samples)),
        0x00280010: ("US", us(claimed.rows)),
        0x00280011: ("US", us(claimed.columns)),
        0x00280100: ("US", us(claimed.bits_allocated)),
        0x00280101: ("US", us(claimed.bits_stored)),
        0x00280102: ("US", us(claimed.high_bit)),
    }


def _object(syntax: str, stream: bytes, claimed: PixelFormat) -> bytes:
    """An object whose elements say the same as its claimed format."""
    return compressed(syntax, stream, changes=_shape(claimed))


def _changed(stream: bytes, at: int, new: bytes) -> bytes:
    return stream[:at] + new + stream[at + len(new) :]


def _segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">HH", marker, len(body) + 2) + body


def _sof(marker: int, rows: int, columns: int, bits: int = 8, parts: bytes = b"\1\x11\0") -> bytes:
    head = struct.pack(">BHHB", bits, rows, columns, len(parts) // 3)
    return _segment(marker, head + parts)


_SOS = _segment(0xFFDA, b"\1\1\0\0\x3f\0")
_TABLE = _segment(0xFFDB, b"\0" + b"\1" * 64)
#: Huffman tables of one code each: DC "no difference", AC "end of block".
_CODES = _segment(0xFFC4, b"\0" + b"\1" + bytes(15) + b"\0")
_CODES += _segment(0xFFC4, b"\x10" + b"\1" + bytes(15) + b"\0")


def _with_sof(rows: int, columns: int, at: int = 5) -> bytes:
    """The honest JPEG with another size in its frame header."""
    start = _jpeg().index(b"\xff\xc0")
    return _changed(_jpeg(), start + at, struct.pack(">HH", rows, columns))


@hostile("")
def honest_jpeg() -> bytes:
    """The control."""
    return _object(JPEG, _jpeg(), _EIGHT)


@hostile("truncated")
def jpeg_of_65535_by_65535_in_a_small_image() -> bytes:
    """The elements say 64, the stream says 65535: the decoder would write 4 GB."""
    return _object(JPEG, _with_sof(65535, 65535), _EIGHT)


@hostile("budget")
def jpeg_of_400_megapixels_in_a_kilobyte() -> bytes:
    """Elements and stream agree and are in the budget; the data cannot hold it.

    libjpeg fills what is missing with grey: 400 MB of invented image.
    """
    return _object(JPEG, _with_sof(20000, 20000), sized(20000, 20000, 8))


@hostile("mismatch")
def jpeg_of_no_rows() -> bytes:
    """Zero lines mean `see the DNL marker`, which is not there (T.81 B.2.5)."""
    return _object(JPEG, _with_sof(0, 64), _EIGHT)


@hostile("damaged")
def jpeg_with_two_frame_headers() -> bytes:
    """The first for who checks, the second for who decodes."""
    start = _jpeg().index(b"\xff\xc0")
    second = _sof(0xFFC0, 65535, 65535)
    return _object(JPEG, _jpeg()[:start] + second + _jpeg()[start:], _EIGHT)


@hostile("mismatch")
def jpeg_of_no_components() -> bytes:
    return _object(
        JPEG, b"\xff\xd8" + _sof(0xFFC0, 64, 64, parts=b"") + _SOS + b"\0\0" + _EOI, _EIGHT
    )


@hostile("mismatch")
def jpeg_of_255_components() -> bytes:
    parts = b"".join(bytes([i, 0x11, 0]) for i in range(255))
    return _object(
        JPEG, b"\xff\xd8" + _sof(0xFFC0, 64, 64, parts=parts) + _SOS + b"\0\0" + _EOI, _EIGHT
    )


@hostile("damaged")
def jpeg_with_sampling_factors_of_zero() -> bytes:
    """A division by zero in the size of a block row."""
    start = _jpeg().index(b"\xff\xc0")
    return _object(JPEG, _changed(_jpeg(), start + 11, b"\0"), _EIGHT)


@hostile("damaged")
def jpeg_without_tables() -> bytes:
    """A scan that refers to Huffman tables nobody defined."""
    return _object(JPEG, b"\xff\xd8" + _sof(0xFFC0, 64, 64) + _SOS + b"\0" * 64 + _EOI, _EIGHT)


@hostile("damaged")
def jpeg_with_an_overfull_huffman_table() -> bytes:
    """255 codes of every length: CVE class of every hand-written Huffman decoder."""
    full = _segment(0xFFC4, b"\0" + b"\xff" * 16 + bytes(4080))
    return _object(
        JPEG, b"\xff\xd8" + _TABLE + full + _sof(0xFFC0, 64, 64) + _SOS + b"\0" * 64 + _EOI, _EIGHT
    )


@hostile("damaged")
def jpeg_with_a_segment_of_length_zero() -> bytes:
    """A loop that never goes on."""
    return _object(JPEG, b"\xff\xd8\xff\xe0\0\0" + _jpeg()[2:], _EIGHT)


@hostile("damaged")
def jpeg_of_a_million_markers() -> bytes:
    return _object(JPEG, b"\xff\xd8" + b"\xff\xe0\0\2" * 1_000_000 + _jpeg()[2:], _EIGHT)


@hostile("truncated")
def jpeg_of_fill_bytes_alone() -> bytes:
    return _object(JPEG, b"\xff\xd8" + b"\xff" * 2_000_000, _EIGHT)


@hostile("budget")
def jpeg_of_ten_thousand_scans() -> bytes:
    """Each scan says `nothing new` in a few bytes and costs a walk over 64 megapixels."""
    flat = b"\xff\xd8" + _TABLE + _sof(0xFFC2, 8000, 8000) + _CODES
    ends = _segment(0xFFC4, b"\x10" + b"\1" + bytes(15) + b"\xe0")  # EOBRUN of 16384 and more
    first = _segment(0xFFDA, b"\1\1\0\0\0\0") + bytes(1000 * 1000 // 8 + 1)
    again = _segment(0xFFDA, b"\1\1\0\1\x3f\0") + b"\x3f" * (2 * 62)
    return _object(PROGRESSIVE, flat + first + ends + again * 10_000 + _EOI, sized(8000, 8000, 8))


@hostile("budget")
def lossless_jpeg_of_half_a_gigabyte_in_a_kilobyte() -> bytes:
    """Each sample needs a bit at least; here are too few for the first row."""
    stream = b"\xff\xd8" + _sof(0xFFC3, 16000, 16000, 16)
    stream += _segment(0xFFC4, b"\0" + b"\1" + bytes(15) + b"\0")
    stream += _segment(0xFFDA, b"\1\1\0\1\0\0") + bytes(512) + _EOI
    return _object(JPEG_LOSSLESS, stream, sized(16000, 16000))


@hostile("")
def honest_jpeg_ls() -> bytes:
    """The control."""
    return _object(JPEG_LS, _jpegls(), sized(64, 64))


@hostile("mismatch")
def jpeg_ls_of_65535_by_65535_in_a_small_image() -> bytes:
    start = _jpegls().index(b"\xff\xf7")
    return _object(JPEG_LS, _changed(_jpegls(), start + 5, b"\xff" * 4), sized(64, 64))


@hostile("budget")
def jpeg_ls_of_half_a_gigabyte_in_a_kilobyte() -> bytes:
    """Run mode: 512 MB of one value in less than a kilobyte, and a true stream at that."""
    start = _jpegls().index(b"\xff\xf7")
    stream = _changed(_jpegls(), start + 5, struct.pack(">HH", 16000, 16000))
    return _object(JPEG_LS, stream, sized(16000, 16000))


@hostile("damaged")
def jpeg_ls_with_a_near_beyond_its_depth() -> bytes:
    """NEAR 255 with three levels of quantisation that cannot be."""
    start = _jpegls().index(b"\xff\xda")
    return _object(JPEG_LS, _changed(_jpegls(), start + 7, b"\xff"), sized(64, 64))


@hostile("")
def jpeg_ls_with_impossible_thresholds() -> bytes:
    """LSE before there is a frame: thresholds out of order, RESET 0; the codec has its own."""
    preset = _segment(0xFFF8, b"\1" + struct.pack(">5H", 0, 65535, 0, 1, 0))
    return _object(JPEG_LS, _jpegls()[:2] + preset + _jpegls()[2:], sized(64, 64))


@hostile("damaged")
def jpeg_ls_of_noise() -> bytes:
    """Random bits behind a true header: one codec takes seconds to fail."""
    start = _jpegls().index(b"\xff\xda") + 10
    noise = np.random.default_rng(7).integers(0, 127, 200_000, np.uint8).tobytes()
    return _object(JPEG_LS, _jpegls()[:start] + noise + _EOI, sized(64, 64))


@hostile("")
def honest_jpeg_2000() -> bytes:
    """The control."""
    return _object(JPEG_2000, _jpeg2000(), sized(64, 64))


def _siz(stream: bytes, at: int, *values: int) -> bytes:
    """SIZ with other 32-bit fields; `at` counts from Xsiz (T.800 A.5.1)."""
    return _changed(stream, 8 + at, struct.pack(f">{len(values)}I", *values))


@hostile("mismatch")
def jpeg_2000_of_four_thousand_million_columns() -> bytes:
    return _object(JPEG_2000, _siz(_jpeg2000(), 0, 0xFFFFFFFF, 0xFFFFFFFF), sized(64, 64))


@hostile("mismatch")
def jpeg_2000_that_begins_behind_its_end() -> bytes:
    """The image offset is beyond the image: a size below zero."""
    return _object(JPEG_2000, _siz(_jpeg2000(), 8, 0xFFFFFFFF, 0xFFFFFFFF), sized(64, 64))


@hostile("damaged")
def jpeg_2000_whose_area_wraps_around() -> bytes:
    """Xsiz - XOsiz is 64, and both are near 2**32; no tile reaches there (T.800 B.3)."""
    return _object(
        JPEG_2000,
        _siz(_jpeg2000(), 0, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFBF, 0xFFFFFFBF),
        sized(64, 64),
    )


@hostile("damaged")
def jpeg_2000_with_tiles_of_no_size() -> bytes:
    """A division by zero in the number of tiles."""
    return _object(JPEG_2000, _siz(_jpeg2000(), 16, 0, 0), sized(64, 64))


@hostile("budget")
def jpeg_2000_of_a_quarter_milliard_tiles() -> bytes:
    """Tiles of one pixel: a structure for each of 256 million (T.800 allows 65535)."""
    stream = _siz(_jpeg2000(), 0, 16000, 16000, 0, 0, 1, 1)
    return _object(JPEG_2000, stream, sized(16000, 16000))


@hostile("budget")
def jpeg_2000_of_half_a_gigabyte_in_a_kilobyte() -> bytes:
    """Empty packets: one bit each, and a whole image of zeros."""
    stream = _siz(_jpeg2000(), 0, 16000, 16000, 0, 0, 16000, 16000)
    return _object(JPEG_2000, stream, sized(16000, 16000))


@hostile("unsupported-syntax")
def jpeg_2000_with_a_sampling_of_zero() -> bytes:
    return _object(JPEG_2000, _changed(_jpeg2000(), 43, b"\0\0"), sized(64, 64))


@hostile("unsupported-syntax")
def jpeg_2000_with_a_sampling_of_255() -> bytes:
    """A component of one pixel in an image of 64 by 64."""
    return _object(JPEG_2000, _changed(_jpeg2000(), 43, b"\xff\xff"), sized(64, 64))


@hostile("damaged")
def jpeg_2000_of_sixteen_thousand_components() -> bytes:
    return _object(JPEG_2000, _changed(_jpeg2000(), 40, struct.pack(">H", 16384)), sized(64, 64))


@hostile("mismatch")
def jpeg_2000_of_38_bits() -> bytes:
    return _object(JPEG_2000, _changed(_jpeg2000(), 42, b"\x25"), sized(64, 64))


def _cod(stream: bytes, at: int, new: bytes) -> bytes:
    """COD with other bytes; `at` counts from its marker (T.800 A.6.1)."""
    return _changed(stream, stream.index(b"\xff\x52") + at, new)


@hostile("damaged")
def jpeg_2000_of_255_resolutions() -> bytes:
    return _object(JPEG_2000, _cod(_jpeg2000(), 9, b"\xff"), sized(64, 64))


@hostile("")
def jpeg_2000_of_sixty_five_thousand_layers() -> bytes:
    """Layers times resolutions times precincts of packets that are not there."""
    return _object(JPEG_2000, _cod(_jpeg2000(), 6, b"\xff\xff"), sized(64, 64))


@hostile("damaged")
def jpeg_2000_with_code_blocks_of_a_megabyte() -> bytes:
    """Exponents 15 and 15; at most 12 in all (T.800 table A.18)."""
    return _object(JPEG_2000, _cod(_jpeg2000(), 10, b"\x0f\x0f"), sized(64, 64))


@hostile("truncated")
def jpeg_2000_with_a_tile_longer_than_the_stream() -> bytes:
    start = _jpeg2000().index(b"\xff\x90")
    return _object(JPEG_2000, _changed(_jpeg2000(), start + 6, b"\x7f\xff\xff\xff"), sized(64, 64))


@hostile("damaged")
def jpeg_2000_with_a_tile_that_does_not_exist() -> bytes:
    """Tile 65534 of one."""
    start = _jpeg2000().index(b"\xff\x90")
    return _object(JPEG_2000, _changed(_jpeg2000(), start + 4, b"\xff\xfe"), sized(64, 64))


@hostile("damaged")
def jpeg_2000_of_a_million_tile_parts() -> bytes:
    """Tile-parts of twelve bytes that hold nothing."""
    start = _jpeg2000().index(b"\xff\x90")
    part = struct.pack(">HHHIBB", 0xFF90, 10, 0, 14, 0, 0) + b"\xff\x93"
    return _object(JPEG_2000, _jpeg2000()[:start] + part * 1_000_000 + _EOI, sized(64, 64))


@hostile("damaged")
def jpeg_2000_in_boxes_of_no_length() -> bytes:
    """JP2 boxes of length 0 and 1: a loop that never goes on."""
    boxes = b"\x00\x00\x00\x0cjP  \r\n\x87\n" + struct.pack(">I4sQ", 1, b"ftyp", 0)
    return _object(JPEG_2000, boxes + _jpeg2000(), sized(64, 64))


@hostile("")
def honest_htj2k() -> bytes:
    """The control."""
    return _object(HTJ2K, _htj2k(), sized(64, 64))


@hostile("mismatch")
def htj2k_of_four_thousand_million_columns() -> bytes:
    return _object(HTJ2K, _siz(_htj2k(), 0, 0xFFFFFFFF, 0xFFFFFFFF), sized(64, 64))


@hostile("budget")
def htj2k_of_half_a_gigabyte_in_a_kilobyte() -> bytes:
    stream = _siz(_htj2k(), 0, 16000, 16000, 0, 0, 16000, 16000)
    return _object(HTJ2K, stream, sized(16000, 16000))


@hostile("budget")
def htj2k_of_a_quarter_milliard_tiles() -> bytes:
    return _object(HTJ2K, _siz(_htj2k(), 0, 16000, 16000, 0, 0, 1, 1), sized(16000, 16000))


@hostile("damaged")
def htj2k_with_tiles_of_no_size() -> bytes:
    return _object(HTJ2K, _siz(_htj2k(), 16, 0, 0), sized(64, 64))


@hostile("damaged")
def htj2k_whose_first_tile_begins_inside_the_image() -> bytes:
    """The codec walked for minutes for the rows above it (fuzzing; T.800 B.3 forbids it)."""
    return _object(HTJ2K, _siz(_htj2k(), 24, 0, 63), sized(64, 64))


@hostile("unsupported-syntax")
def htj2k_with_a_sampling_of_zero() -> bytes:
    return _object(HTJ2K, _changed(_htj2k(), 43, b"\0\0"), sized(64, 64))


@hostile("damaged")
def htj2k_of_255_resolutions() -> bytes:
    return _object(HTJ2K, _cod(_htj2k(), 9, b"\xff"), sized(64, 64))


@hostile("")
def htj2k_with_noise_for_code_blocks() -> bytes:
    """A true header; the block decoder reads what comes, and nobody can tell."""
    start = _htj2k().index(b"\xff\x93") + 2
    noise = np.random.default_rng(7).integers(0, 254, len(_htj2k()) - start - 2, np.uint8).tobytes()
    return _object(HTJ2K, _htj2k()[:start] + noise + _EOI, sized(64, 64))


@hostile("")
def honest_jpeg_xl() -> bytes:
    """The control."""
    return _object(JPEG_XL, _jpegxl(), sized(64, 64))


@hostile("mismatch")
def jpeg_xl_larger_than_it_says() -> bytes:
    """The stream is an honest one, of 2048 by 2048."""
    big = bytes(imagecodecs.jpegxl_encode(np.zeros((2048, 2048), np.uint16), lossless=True))
    return _object(JPEG_XL, big, sized(64, 64))


@hostile("mismatch")
def jpeg_xl_of_a_milliard_columns() -> bytes:
    """SizeHeader with 30 bits each: 2**30 by 2**30 (ISO/IEC 18181-1 D.3)."""
    bits = "0" + "11" + format((1 << 30) - 1, "030b")[::-1] + "000" + "11"
    bits += format((1 << 30) - 1, "030b")[::-1]
    return _object(JPEG_XL, b"\xff\x0a" + _packed(bits) + _jpegxl()[4:], sized(64, 64))


def _packed(bits: str) -> bytes:
    """Lowest bit first."""
    whole = bits + "0" * (-len(bits) % 8)
    return bytes(int(whole[i : i + 8][::-1], 2) for i in range(0, len(whole), 8))


@hostile("unsupported-syntax")
def jpeg_xl_of_many_frames() -> bytes:
    """An animation where one image belongs."""
    many = np.zeros((200, 64, 64), np.uint8)
    return _object(JPEG_XL, bytes(imagecodecs.jpegxl_encode(many, lossless=True)), sized(64, 64))


@hostile("budget")
def jpeg_xl_of_half_a_gigabyte_in_a_kilobyte() -> bytes:
    """16000 by 16000 pixels of nothing are an honest stream of a few bytes."""
    bits = "0" + "01" + format(16000 - 1, "018b")[::-1] + "100"
    return _object(JPEG_XL, b"\xff\x0a" + _packed(bits) + _jpegxl()[4:], sized(16000, 16000))


@hostile("damaged")
def jpeg_xl_in_boxes_of_no_length() -> bytes:
    boxes = b"\x00\x00\x00\x0cJXL \r\n\x87\n" + struct.pack(">I4s", 0, b"ftyp") * 1000
    return _object(JPEG_XL, boxes, sized(64, 64))


@hostile("damaged")
def jpeg_xl_cut_in_half() -> bytes:
    return _object(JPEG_XL, _jpegxl()[: len(_jpegxl()) // 2], sized(64, 64))


@hostile("mismatch")
def grey_jpeg_for_a_colour_image() -> bytes:
    """Two thirds of the room stay unwritten: what was in it before would be shown."""
    return _object(JPEG, _jpeg(), evolve(_EIGHT, samples=3, photometric="RGB"))
