"""Reduced images from the beginning of an HTJ2K stream: exact, or none at all."""

import struct
import subprocess
from functools import cache
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from workstation.decoder.budget import reduced
from workstation.decoder.messages import format_to_json
from workstation.decoder.preview import of_frame, whole_part
from workstation.dicom.reasons import Undecodable
from workstation.domain.study import PixelFormat

ROWS, COLUMNS, LEVELS = 301, 500, 5
PIXELS = PixelFormat(ROWS, COLUMNS, 16, 12, 11, False)
Values = NDArray[np.uint16]


def picture() -> Values:
    """Smooth shapes and noise, of odd size: a last half pixel at every level."""
    y, x = np.mgrid[:ROWS, :COLUMNS]
    smooth = 2000 + 900 * np.sin(x / 23) * np.cos(y / 31)
    noise = np.random.default_rng(3).normal(0, 20, (ROWS, COLUMNS))
    return np.clip(smooth + noise, 0, 4095).astype(np.uint16)


@cache
def stream() -> bytes:
    """Resolutions first, a tile part for each."""
    found: bytes = imagecodecs.htj2k_encode(
        picture(), reversible=True, tlm=True, tilepart=1, resolutions=LEVELS
    )
    return found


def part_ends(stream: bytes) -> list[int]:
    at = stream.index(b"\xff\x90")
    ends = []
    while stream[at : at + 2] == b"\xff\x90":
        at += struct.unpack_from(">I", stream, at + 6)[0]
        ends.append(at)
    return ends


def preview(data: bytes, pixels: PixelFormat = PIXELS) -> tuple[int, Values] | None:
    answer = of_frame(data, {"format": format_to_json(pixels)})
    if not answer:
        return None
    small = reduced(pixels, answer[0])
    return answer[0], np.frombuffer(answer[1:], "<u2").reshape(small.rows, small.columns)


def tool(*words: str | Path) -> None:
    subprocess.run(words, check=True, capture_output=True)


def by_openjpeg(stream: bytes, halved: int, folder: Path) -> Values:
    """The whole stream at that resolution, by another codec (ISO/IEC 15444-1 reduction)."""
    (folder / "a.j2c").write_bytes(stream)
    where = ("-i", folder / "a.j2c", "-o", folder / "a.rawl")
    tool("opj_decompress", *where, "-r", str(halved))
    small = reduced(PIXELS, halved)
    return np.fromfile(folder / "a.rawl", "<u2").reshape(small.rows, small.columns)


@pytest.mark.peer
@pytest.mark.parametrize("level", range(LEVELS))
def test_a_prefix_gives_bit_for_bit_what_openjpeg_makes_of_the_whole_stream(
    level: int, tmp_path: Path
) -> None:
    """What is shown before the image is there must be of the image, not a guess at it."""
    found = preview(stream()[: part_ends(stream())[level]])

    assert found is not None
    halved, values = found
    assert halved == LEVELS - level
    np.testing.assert_array_equal(values, by_openjpeg(stream(), halved, tmp_path))


@settings(max_examples=40, deadline=None)
@given(st.floats(0.0, 1.0))
def test_any_prefix_gives_a_whole_resolution_or_nothing(share: float) -> None:
    """Bytes arrive as the line gives them: half a resolution is never drawn."""
    ends = part_ends(stream())
    cut = max(42, int(share * len(stream())))
    whole = sum(end <= cut for end in ends)

    found = preview(stream()[:cut])

    if 0 < whole <= LEVELS:
        assert found is not None
        halved, values = found
        expected = imagecodecs.htj2k_decode(stream(), skipres=LEVELS + 1 - whole)
        assert halved == LEVELS + 1 - whole
        np.testing.assert_array_equal(values, expected)
    else:
        assert found is None


def changed(stream: bytes, at: int, value: int) -> bytes:
    found = bytearray(stream)
    found[at] = value
    return bytes(found)


def test_in_another_order_there_is_no_preview() -> None:
    """Position before resolution: a prefix is a band of the image, the rest of it garbage."""
    order = stream().index(b"\xff\x52") + 5
    assert preview(stream()[: part_ends(stream())[2]]) is not None
    assert preview(changed(stream(), order, 3)[: part_ends(stream())[2]]) is None


def test_without_a_part_for_each_resolution_there_is_no_preview() -> None:
    """Where nothing says how far a resolution goes, nothing is drawn."""
    stream = imagecodecs.htj2k_encode(picture(), reversible=True, resolutions=LEVELS)

    assert preview(stream[: len(stream) // 2]) is None


@pytest.mark.peer
def test_plain_jpeg_2000_has_no_preview(tmp_path: Path) -> None:
    """In the same order and the same parts: OpenJPH cannot decode its blocks."""
    head = f"P5\n{COLUMNS} {ROWS}\n4095\n".encode()
    (tmp_path / "in.pgm").write_bytes(head + picture().astype(">u2").tobytes())
    tool(
        "opj_compress", "-i", tmp_path / "in.pgm", "-o", tmp_path / "out.j2k",
        "-p", "RPCL", "-TP", "R", "-n", str(LEVELS + 1),
    )  # fmt: skip
    stream = (tmp_path / "out.j2k").read_bytes()

    assert len(part_ends(stream)) == LEVELS + 1
    assert preview(stream[: part_ends(stream)[2]]) is None


def test_parts_that_do_not_follow_one_another_are_not_drawn() -> None:
    """A second tile part that claims to be the third (ITU-T T.800 A.4.2)."""
    second = part_ends(stream())[0]

    assert preview(changed(stream(), second + 10, 2)[: part_ends(stream())[3]]) is None


def test_a_stream_of_another_size_than_its_metadata_has_no_preview() -> None:
    """The image it would stand for is refused as well."""
    other = PixelFormat(ROWS, COLUMNS + 1, 16, 12, 11, False)

    with pytest.raises(Undecodable, match="mismatch"):
        preview(stream()[: part_ends(stream())[1]], other)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2000), st.integers(0, 255))
def test_a_damaged_prefix_ends_in_a_reason_or_in_an_image_of_the_right_size(
    at: int, value: int
) -> None:
    data = changed(stream(), at, value)[: part_ends(stream())[2]]
    try:
        found = preview(data)
    except Undecodable:
        return
    assert found is None or found[1].shape == (
        -(-ROWS >> found[0]), -(-COLUMNS >> found[0]),
    )  # fmt: skip


def test_the_header_of_any_prefix_is_followed_without_reading_beyond_it() -> None:
    for cut in range(60, part_ends(stream())[0] + 20):
        assert whole_part(stream()[:cut])[0] in (0, LEVELS)
