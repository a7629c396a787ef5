"""Frames out of fragments: tables help, and are not believed."""

import struct
from collections.abc import Sequence

import imagecodecs
import numpy as np
import pytest
from dicom_objects import encapsulated, image, written

from workstation.decoder import budget, codecs
from workstation.dicom import reader
from workstation.dicom.reasons import Undecodable

JPEG_LS, RLE = "1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.5"
FRAMES = (np.arange(3 * 16 * 16).reshape(3, 16, 16) * 37 % 4096).astype(np.uint16)
STREAMS = [bytes(imagecodecs.jpegls_encode(frame)) for frame in FRAMES]


def decoded(data: bytes) -> list[np.ndarray]:
    """Every frame, through reader and codec."""
    found = reader.read(data)
    codec, bits = codecs.codec(found.syntax), budget.native_bits(found.pixels)
    raw = (
        reader.frame_bytes(found, index, bits, codec.encapsulated)
        for index in range(found.frame_count)
    )
    return [codecs.decode(each, found.pixels, found.syntax) for each in raw]


def item(data: bytes) -> bytes:
    return struct.pack("<HHI", 0xFFFE, 0xE000, len(data)) + data


def fragmented(fragments: Sequence[bytes], table: Sequence[int] = ()) -> bytes:
    """An object whose frames lie in these fragments, with any basic offset table at all."""
    body = item(struct.pack(f"<{len(table)}I", *table)) + b"".join(map(item, fragments))
    data = encapsulated(image(FRAMES, 12), STREAMS, JPEG_LS)
    at = data.index(struct.pack("<HH2s", 0x7FE0, 0x0010, b"OB")) + 12
    return data[:at] + body + struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)


def even(data: bytes) -> bytes:
    return data + b"\0" * (len(data) % 2)


def halves(stream: bytes) -> list[bytes]:
    middle = len(stream) // 4 * 2
    return [stream[:middle], even(stream[middle:])]


PIECES = [piece for stream in STREAMS for piece in halves(stream)]
OFFSETS = [sum(len(piece) + 8 for piece in PIECES[: 2 * at]) for at in range(3)]


@pytest.mark.parametrize("has_bot", [True, False])
@pytest.mark.parametrize("fragments_per_frame", [1, 2, 4])
def test_pydicom_writes_and_we_find_every_frame(has_bot: bool, fragments_per_frame: int) -> None:
    """With and without a basic offset table, frames in one fragment and in several."""
    how = {"has_bot": has_bot, "fragments_per_frame": fragments_per_frame}
    data = encapsulated(image(FRAMES, 12), STREAMS, JPEG_LS, **how)

    assert np.array_equal(decoded(data), FRAMES)


@pytest.mark.parametrize(
    "table",
    [
        OFFSETS,
        [],
        [0, 4, 8],  # into the middle of fragments
        [0, OFFSETS[1], OFFSETS[1]],  # twice the same
        [0, len(PIECES[0]) + 8, OFFSETS[2]],  # at a fragment, but in the middle of a frame
        [OFFSETS[2], OFFSETS[1], 0],
        [0, 0xFFFFFFFF, 1],
        [0, OFFSETS[1]],  # a frame too few
        [*OFFSETS, 99],
    ],
)
def test_a_table_that_lies_changes_nothing(table: list[int]) -> None:
    """Half of one image joined to half of the next would be a patient that does not exist."""
    assert np.array_equal(decoded(fragmented(PIECES, table)), FRAMES)


@pytest.mark.parametrize("lie", [False, True])
def test_the_extended_offset_table_is_used_and_not_believed(lie: bool) -> None:
    """PS3.3 C.7.6.3.1.8; large multi-frame objects have it instead of the basic one."""
    ds = image(FRAMES, 12)
    offsets = [0, 3, 5] if lie else OFFSETS
    ds.ExtendedOffsetTable = struct.pack("<3Q", *offsets)
    ds.ExtendedOffsetTableLengths = struct.pack("<3Q", *(len(each) for each in STREAMS))
    data = encapsulated(ds, STREAMS, JPEG_LS, has_bot=False)
    at = data.index(struct.pack("<HH2s", 0x7FE0, 0x0010, b"OB")) + 12
    body = item(b"") + b"".join(map(item, PIECES)) + struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)

    assert np.array_equal(decoded(data[:at] + body), FRAMES)


@pytest.mark.parametrize(
    ("fragments", "reason"),
    [
        ([], "no-pixels"),
        (PIECES[:2] + PIECES[4:], "missing-frame"),
        (PIECES[:1] + PIECES[2:], "truncated"),  # a frame without its second half
    ],
)
def test_what_is_not_there_is_missed(fragments: list[bytes], reason: str) -> None:
    """A frame that was lost on the way is named, not replaced by its neighbour."""
    with pytest.raises(Undecodable) as refused:
        decoded(fragmented(fragments))

    assert refused.value.reason == reason


def test_an_item_longer_than_the_file_is_truncated() -> None:
    """Found by its length, before anything is read."""
    whole = fragmented(PIECES)

    with pytest.raises(Undecodable) as refused:
        decoded(whole[:-40])

    assert refused.value.reason == "truncated"


def test_packed_frames_of_one_bit_do_not_begin_on_a_byte() -> None:
    """PS3.5 8.1.1: 3 x 5 x 5 bits fill 10 bytes; a segmentation shifted by 3 pixels lies."""
    frames = np.random.default_rng(3).integers(0, 2, (3, 5, 5)).astype(np.uint8)
    ds = image(frames, 8)
    ds.BitsAllocated = ds.BitsStored = 1
    ds.HighBit = 0
    ds.PixelData = np.packbits(frames.ravel(), bitorder="little").tobytes()

    assert np.array_equal(decoded(written(ds)), frames)
    assert np.array_equal(ds.pixel_array, frames)  # pydicom reads it so, too
