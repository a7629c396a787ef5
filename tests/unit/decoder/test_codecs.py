"""Pixels are right or refused: each transfer syntax against values known otherwise."""

import csv
import hashlib
import struct
from pathlib import Path
from unittest import mock

import imagecodecs
import numpy as np
import pytest
from attrs import evolve

from workstation.decoder import budget, codecs
from workstation.dicom import reader
from workstation.dicom.reasons import Undecodable
from workstation.domain.study import PixelFormat

ROOT = "1.2.840.10008.1.2"
GREY = PixelFormat(48, 64, 16, 12, 11, False, photometric="MONOCHROME2")
DATA = Path(__file__).parents[4] / "shared/data"


def ramp() -> np.ndarray:
    """12 bits, no two rows alike."""
    y, x = np.mgrid[:48, :64]
    return ((x * 61 + y * 17) % 4096).astype(np.uint16)


def encoded(syntax: str) -> bytes:
    made = {
        "4.80": lambda: imagecodecs.jpegls_encode(ramp()),
        "4.90": lambda: imagecodecs.jpeg2k_encode(ramp(), reversible=True, codecformat="j2k"),
        "4.201": lambda: imagecodecs.htj2k_encode(ramp()),
        "4.70": lambda: imagecodecs.ljpeg_encode(ramp(), bitspersample=12),
    }[syntax]()
    return bytes(made)


LOSSLESS = ("4.70", "4.80", "4.90", "4.201")


@pytest.mark.parametrize("syntax", LOSSLESS)
def test_a_lossless_syntax_gives_back_the_very_values(syntax: str) -> None:
    """A value that changes on the way changes a measurement."""
    decoded = codecs.decode(encoded(syntax), GREY, f"{ROOT}.{syntax}")

    assert np.array_equal(decoded, ramp())


@pytest.mark.parametrize("syntax", LOSSLESS)
@pytest.mark.parametrize("share", [0.1, 0.5, 0.97])
def test_a_truncated_frame_is_refused_before_any_codec_sees_it(syntax: str, share: float) -> None:
    """Codecs draw a truncated frame as a whole one, or take seconds to fail."""
    whole = encoded(syntax)
    calls = {f"{n}_decode": mock.DEFAULT for n in ("jpeg8", "jpegls", "jpeg2k", "htj2k")}

    with mock.patch.multiple(imagecodecs, **calls) as spies, pytest.raises(Undecodable) as refused:
        codecs.decode(whole[: int(len(whole) * share)], GREY, f"{ROOT}.{syntax}")

    assert refused.value.reason == "truncated"
    assert not any(spy.called for spy in spies.values())


@pytest.mark.parametrize("syntax", LOSSLESS)
def test_a_code_stream_of_another_size_is_refused_before_decoding(syntax: str) -> None:
    """A stream larger than its header would be written beyond the memory made for it."""
    with pytest.raises(Undecodable) as refused:
        codecs.decode(encoded(syntax), evolve(GREY, rows=24), f"{ROOT}.{syntax}")

    assert refused.value.reason == "mismatch"


@pytest.mark.parametrize("size", [(0, 512), (512, 0), (70000, 1)])
def test_a_size_that_cannot_be_is_refused(size: tuple[int, int]) -> None:
    """Zero or more than 65535 rows are no image."""
    with pytest.raises(Undecodable) as refused:
        budget.check_format(evolve(GREY, rows=size[0], columns=size[1]))

    assert refused.value.reason == "bad-format"


def test_a_claim_of_four_giga_pixels_is_refused_by_arithmetic_alone() -> None:
    """65535 x 65535 in a small file once asked for 8 GiB."""
    with pytest.raises(Undecodable) as refused:
        budget.check_format(evolve(GREY, rows=65535, columns=65535))

    assert refused.value.reason == "budget"


@pytest.mark.parametrize(
    ("stored", "high", "signed", "cell", "value"),
    [
        (12, 11, False, 0xF123, 0x123),  # overlay bits above
        (12, 15, False, 0x1234, 0x123),  # value in the high bits
        (12, 11, True, 0x0FFF, -1),
        (12, 11, True, 0x07FF, 2047),
        (12, 15, True, 0x8005, -2048),
    ],
)
def test_only_the_stored_bits_count(
    stored: int, high: int, signed: bool, cell: int, value: int
) -> None:
    """PS3.5 8.1.1: what stands beside the stored bits is not the sample."""
    format_ = PixelFormat(1, 1, 16, stored, high, signed)

    decoded = codecs.decode(struct.pack("<H", cell), format_, f"{ROOT}.1")

    assert decoded[0, 0] == value


def test_one_bit_pixels_start_at_the_lowest_bit() -> None:
    """PS3.5 8.1.1: packed pixels fill a byte from its least significant bit."""
    decoded = codecs.decode(bytes([0b0000_0101]), PixelFormat(2, 4, 1, 1, 0, False), f"{ROOT}.1")

    assert decoded.tolist() == [[1, 0, 1, 0], [0, 0, 0, 0]]


def test_big_endian_cells_are_turned() -> None:
    """Old archives are full of them."""
    decoded = codecs.decode(b"\x01\x02", PixelFormat(1, 1, 16, 16, 15, False), f"{ROOT}.2")

    assert decoded[0, 0] == 0x0102


def test_chroma_of_422_belongs_to_two_columns() -> None:
    """PS3.3 C.7.6.3.1.2: Y1 Y2 Cb Cr."""
    format_ = PixelFormat(1, 2, 8, 8, 7, False, 3, "YBR_FULL_422")

    decoded = codecs.decode(bytes([10, 20, 30, 40]), format_, f"{ROOT}.1")

    assert decoded.tolist() == [[[10, 30, 40], [20, 30, 40]]]


@pytest.mark.parametrize(
    ("syntax", "reason"),
    [(f"{ROOT}.4.102", "video"), (f"{ROOT}.4.107", "video"), ("1.2.3.4", "unsupported-syntax")],
)
def test_what_cannot_be_decoded_is_named(syntax: str, reason: str) -> None:
    """A reader must know whether an image is damaged or merely not supported."""
    with pytest.raises(Undecodable) as refused:
        codecs.decode(b"", GREY, syntax)

    assert refused.value.reason == reason


def test_an_rle_segment_that_ends_early_is_refused() -> None:
    """The codec returns what it has, without a word."""
    header = struct.pack("<16I", 1, 64, *[0] * 14)
    literal = bytes([3, 1, 2, 3, 4])

    with pytest.raises(Undecodable) as refused:
        codecs.decode(header + literal, PixelFormat(2, 4, 8, 8, 7, False), f"{ROOT}.5")

    assert refused.value.reason in ("truncated", "damaged")


def catalogue() -> list[dict[str, str]]:
    with (DATA / "CATALOG.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["decode"] == "ok"]
    return [row for row in rows if row["open"] == "ok"]


@pytest.mark.data
@pytest.mark.slow
def test_every_lossless_file_of_the_shared_data_has_the_pixels_of_the_reference() -> None:
    """523 real files, decoded by other decoders than ours; lossy ones are compared elsewhere."""
    wrong = []
    checked = 0
    for row in catalogue():
        found = reader.read((DATA / row["path"]).read_bytes())
        pixels = found.pixels
        codec = codecs.codec(found.syntax)
        bits = budget.native_bits(pixels)
        if codec.lossy and found.syntax[-2:] in ("50", "51"):
            continue  # the inverse cosine transform may differ by one
        digest = hashlib.sha256()
        for index in range(found.frame_count):
            raw = reader.frame_bytes(found, index, bits, codec.encapsulated)
            values = codecs.decode(raw, pixels, found.syntax)
            digest.update(values.astype(budget.dtype_of(pixels)).tobytes())
        checked += 1
        if digest.hexdigest() != row["decode_sha256_raw"]:
            wrong.append(row["path"])

    assert wrong == []
    assert checked > 450


@pytest.mark.parametrize("syntax", ["4.50", "4.70"])
def test_an_image_that_its_bits_cannot_hold_is_not_invented(syntax: str) -> None:
    """libjpeg fills what is missing before an end marker with grey, without an error."""
    eight = evolve(GREY, rows=8192, columns=4096, bits_allocated=8, bits_stored=8, high_bit=7)
    if syntax == "4.50":
        stream = bytes(imagecodecs.jpeg8_encode(np.zeros((64, 64), np.uint8)))
    else:
        stream = bytes(imagecodecs.ljpeg_encode(np.zeros((64, 64), np.uint8), bitspersample=8))
    start = max(stream.find(b"\xff\xc0"), stream.find(b"\xff\xc3"))
    large = stream[: start + 5] + struct.pack(">HH", 8192, 4096) + stream[start + 9 :]

    with pytest.raises(Undecodable) as refused:
        codecs.decode(large, eight, f"{ROOT}.{syntax}")

    assert refused.value.reason == "truncated"


def test_a_stream_of_a_thousand_scans_is_refused_before_decoding() -> None:
    """A scan of a few bytes walks over the whole image: minutes out of kilobytes."""
    stream = bytes(imagecodecs.jpeg8_encode(np.zeros((48, 64), np.uint8)))
    start = stream.index(b"\xff\xda")
    scans = stream[:start] + stream[start:-2] * 1000 + b"\xff\xd9"

    with pytest.raises(Undecodable) as refused:
        codecs.decode(
            scans, evolve(GREY, bits_allocated=8, bits_stored=8, high_bit=7), f"{ROOT}.4.50"
        )

    assert refused.value.reason == "budget"


def test_colours_need_more_than_one_sample() -> None:
    """A red plane shown as grey is an image of something else."""
    with pytest.raises(Undecodable) as refused:
        budget.check_format(evolve(GREY, photometric="YBR_FULL"))

    assert refused.value.reason == "bad-format"


@pytest.mark.data
def test_the_lossless_versions_of_one_image_are_one_image() -> None:
    """Which syntax an archive chose must not change a single value of a patient's CT."""
    found = {}
    for path in sorted((DATA / "transfer_syntax").glob("CTImage.dcm_*")):
        image = reader.read(path.read_bytes())
        codec, bits = codecs.codec(image.syntax), budget.native_bits(image.pixels)
        if not codec.lossy:
            raw = reader.frame_bytes(image, 0, bits, codec.encapsulated)
            values = codecs.decode(raw, image.pixels, image.syntax)
            found[image.syntax] = values.astype("<i2").tobytes()

    assert len(found) == 9
    assert len(set(found.values())) == 1


@pytest.mark.parametrize("syntax", ["4.50", "4.70"])
@pytest.mark.parametrize("share", [0.4, 0.7, 0.9])
def test_an_end_marker_that_stands_too_early_is_not_believed(syntax: str, share: float) -> None:
    """A broken transfer closed by an end marker: libjpeg draws the rest grey, without an error."""
    eight = evolve(GREY, bits_allocated=8, bits_stored=8, high_bit=7)
    if syntax == "4.50":
        stream = bytes(imagecodecs.jpeg8_encode((ramp() >> 4).astype(np.uint8)))
    else:
        stream = bytes(imagecodecs.ljpeg_encode((ramp() >> 4).astype(np.uint8), bitspersample=8))
    assert codecs.decode(stream, eight, f"{ROOT}.{syntax}").shape == (48, 64)

    cut = stream[: int(len(stream) * share)] + b"\xff\xd9"
    with pytest.raises(Undecodable) as refused:
        codecs.decode(cut, eight, f"{ROOT}.{syntax}")

    assert refused.value.reason == "truncated"


def test_an_image_that_is_grey_to_its_end_is_shown() -> None:
    """Middle grey alone proves nothing: a flat field may be just that."""
    eight = evolve(GREY, bits_allocated=8, bits_stored=8, high_bit=7)
    flat = bytes(imagecodecs.jpeg8_encode(np.full((48, 64), 128, np.uint8)))

    assert np.all(codecs.decode(flat, eight, f"{ROOT}.4.50") == 128)
