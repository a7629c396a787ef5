"""What the metadata say about pixels: a table that lies is left out, an honest one applied."""

import base64
import struct

import numpy as np
import pytest
from fakes_metadata import one
from pydicom.dataset import Dataset
from pydicom.pixels.processing import apply_color_lut

from workstation.domain.presentation import Rescale
from workstation.domain.study import PixelFormat
from workstation.imaging.colour import to_rgb
from workstation.protocols.dicom_attributes import Attributes
from workstation.protocols.dicom_doubts import doubts, drawn_doubts
from workstation.protocols.dicom_overlays import overlay_bits, overlays_of
from workstation.protocols.dicom_palette import palette_of
from workstation.protocols.dicom_pixels import (
    icc_profile_of,
    pixel_format,
    real_world_of,
    rescale_of,
    vois_of,
)

Element = dict[str, object]


def value(*values: object) -> Element:
    return {"vr": "UN", "Value": list(values)}


def inline(data: bytes) -> Element:
    return {"vr": "OW", "InlineBinary": base64.b64encode(data).decode()}


def words(*values: int) -> bytes:
    return struct.pack(f"<{len(values)}H", *values)


def palette(entries: int, first: int, bits: int, data: bytes, tag: str = "0028120") -> Attributes:
    """The same table for the three colours."""
    tables = {f"{tag}{n}": inline(data) for n in (1, 2, 3)}
    described = {f"0028110{n}": value(entries, first, bits) for n in (1, 2, 3)}
    return Attributes({"00280004": value("PALETTE COLOR"), **described, **tables})


def segmented(entries: int, bits: int, data: bytes) -> Attributes:
    return palette(entries, 0, bits, data, "0028122")


# --- palettes -----------------------------------------------------------------------

SEGMENTS = words(0, 3, 0, 100, 65535, 1, 4, 1000, 0, 2, 7, 9, 2, 1, 0, 0)


def test_a_segmented_palette_is_what_pydicom_expands() -> None:
    """PS3.3 C.7.9.2: discrete, linear, and a segment used again.

    The offset is 0: pydicom counts offsets of 16-bit tables in entries, the standard in bytes.
    """
    attributes = segmented(12, 16, SEGMENTS)
    ds = Dataset()
    ds.PhotometricInterpretation, ds.PixelRepresentation = "PALETTE COLOR", 0
    for name in ("Red", "Green", "Blue"):
        setattr(ds, f"{name}PaletteColorLookupTableDescriptor", [12, 0, 16])
        setattr(ds, f"Segmented{name}PaletteColorLookupTableData", SEGMENTS)
    stored = np.arange(12, dtype=np.uint8).reshape(1, 12)
    ds.set_original_encoding(False, True)
    theirs = apply_color_lut(stored, ds)

    found = palette_of(attributes)

    assert found is not None
    assert np.abs(np.frombuffer(found.red, "<u2").astype(int) - theirs[0, :, 0]).max() <= 1


def test_eight_bit_segments_have_offsets_of_four_bytes() -> None:
    """PS3.3 C.7.9.2.3: discrete 5, 6; then the same again by its offset 0."""
    found = palette_of(segmented(4, 8, bytes([0, 2, 5, 6, 2, 1, 0, 0, 0, 0])))

    assert found is not None
    assert found.red == bytes([5, 6, 5, 6])


@pytest.mark.parametrize(
    "data",
    [
        words(2, 1, 0, 0),  # refers to itself
        words(0, 2, 1, 2) + words(2, 65535, 0, 0) * 2000,  # repeats itself without end
        words(1, 65535, 65535),  # more than is claimed
        words(0, 3, 1, 2),  # shorter than it says
        words(7, 1, 1),  # no such segment
        words(0, 0),
        b"",
        b"\1",
    ],
)
def test_a_segmented_palette_that_lies_is_no_palette(data: bytes) -> None:
    """Refused by counting, at once; the image is shown as what it is: without its colours."""
    attributes = segmented(4, 16, data)

    assert palette_of(attributes) is None
    assert "bad-palette" in doubts(attributes)


@pytest.mark.parametrize(
    ("bits", "data", "red"),
    [
        (8, bytes([1, 2, 3, 4]), bytes([1, 2, 3, 4])),
        (8, words(1, 2, 3, 4), bytes([1, 2, 3, 4])),  # eight bits, one to a word
        (16, words(1, 2, 3, 4), words(1, 2, 3, 4)),
    ],
)
def test_entries_of_eight_bits_are_packed_or_not(bits: int, data: bytes, red: bytes) -> None:
    """PS3.3 C.7.6.3.1.6; both kinds are in the archives."""
    found = palette_of(palette(4, 0, bits, data))

    assert found is not None
    assert found.red == red


def test_no_entries_mean_all_of_them() -> None:
    """PS3.3 C.7.6.3.1.5: 65536 does not fit into the descriptor."""
    found = palette_of(palette(0, 0, 16, bytes(2 * 65536)))

    assert found is not None
    assert len(found.red) == 2 * 65536


@pytest.mark.parametrize("data", [b"", words(1, 2)])
def test_a_palette_shorter_than_it_says_is_none(data: bytes) -> None:
    """An index beyond its end would read what is not its own."""
    assert palette_of(palette(4, 0, 16, data)) is None


def test_an_image_gets_its_palette_from_its_metadata() -> None:
    """What the viewer draws with is what came over the wire."""
    tables = {f"t0028110{n}": [2, 0, 8] for n in (1, 2, 3)}
    frame = one(
        t00280004=["PALETTE COLOR"],
        t00280100=[8],
        **tables,
        t00281201=[255 << 8 | 0],
        t00281202=[0],
        t00281203=[0],
    )

    assert to_rgb(np.array([[0, 1]], np.uint8), frame).tolist() == [[[0, 0, 0], [255, 0, 0]]]


# --- modality and VOI tables ----------------------------------------------------------


def lut(first: int, bits: int, *values: int, entries: int | None = None) -> Element:
    count = len(values) if entries is None else entries
    return {"00283002": value(count, first, bits), "00283006": inline(words(*values))}


def test_a_modality_table_takes_the_place_of_the_slope() -> None:
    """PS3.3 C.11.1: they exclude each other; a table is there for a reason."""
    item = lut(100, 12, 1, 2, 4) | {"00283004": value("OD")}
    found = rescale_of(Attributes({"00283000": value(item), "00281053": value(2)}), "CR")

    assert found.lut is not None
    assert (found.lut.first, found.lut.bits, found.unit) == (100, 12, "OD")


def test_a_modality_table_that_is_short_leaves_stored_values() -> None:
    """Half a curve would be a wrong image; stored values are none, and it is said."""
    table = {"vr": "SQ", "Value": [lut(0, 16, 1, 2, entries=300)]}
    attributes = Attributes({"00283000": table})

    assert rescale_of(attributes, "CR").lut is None
    assert "bad-lut" in doubts(attributes)


def test_a_curve_lies_where_its_entries_lie() -> None:
    """PS3.3 C.11.2.1.1: from its first value on, one entry for each value."""
    (found,) = vois_of(Attributes({"00283010": value(lut(50, 10, *range(100)))}))

    assert (found.center, found.width) == (100, 100)
    assert found.lut is not None


def test_the_first_value_of_signed_pixels_may_be_negative() -> None:
    """65436 is -100 where the pixels are signed (PS3.3 C.11.1.1.1); its VR is often wrong."""
    signed = {"00280103": value(1), "00283000": value(lut(65436, 16, 1, 2))}
    found = rescale_of(Attributes(signed), "CT")

    assert found.lut is not None
    assert found.lut.first == -100


# --- format, padding, real world --------------------------------------------------------


@pytest.mark.parametrize(
    ("signed", "written", "meant"),
    [(1, 63536, -2000), (1, -2000, -2000), (0, 63536, 63536), (0, -2000, 63536)],
)
def test_padding_has_the_sign_of_the_pixels(signed: int, written: int, meant: int) -> None:
    """Otherwise the air around a CT would be measured and windowed."""
    said = {"00280100": value(16), "00280103": value(signed), "00280120": value(written)}

    assert pixel_format(Attributes(said)).padding == meant


def test_float_pixels_are_told_by_their_tag() -> None:
    """PS3.3 C.7.6.24: there is no Bits Stored, no sign, and no Pixel Data."""
    said = {"00280100": value(32), "7FE00008": {"vr": "OF", "BulkDataURI": "x"}}

    assert pixel_format(Attributes(said)).floating


def test_a_real_world_map_names_its_unit() -> None:
    """PS3.3 C.7.6.16.2.11: an ADC map without it is a grey picture."""
    item = {
        "00409216": value(0), "00409211": value(4095), "00409225": value(1e-6),
        "00409224": value(0), "00409210": value("ADC"),
        "004008EA": value({"00080100": value("mm2/s")}),
    }  # fmt: skip
    (found,) = real_world_of(Attributes({"00409096": value(item)}))

    assert (found.first, found.last, found.slope, found.unit) == (0, 4095, 1e-6, "mm2/s")


def test_a_map_that_maps_all_to_one_is_no_map() -> None:
    """Believed, every lesion would measure the same; taken for 1, it would be no quantity."""
    item = {"00409216": value(0), "00409211": value(9), "00409225": value(0), "00409224": value(1)}

    assert real_world_of(Attributes({"00409096": value(item)})) == ()


def test_a_real_world_map_of_the_functional_groups_reaches_the_frame() -> None:
    """Enhanced objects have it per frame or shared, directly in the group."""
    item = {"00409216": value(0), "00409211": value(9), "00409225": value(2), "00409224": value(1)}
    shared = one(t52009229=[{"00409096": value(item)}], t52009230=[{}])
    own = one(t52009230=[{"00409096": value(item)}])

    assert [each.real_world[0].slope for each in (shared, own)] == [2, 2]


# --- overlays ---------------------------------------------------------------------------


def overlay(rows: int, columns: int, data: bytes, **more: Element) -> Attributes:
    said = {"60000010": value(rows), "60000011": value(columns), "60003000": inline(data)}
    return Attributes(said | {f"6000{tag[1:]}": element for tag, element in more.items()})


def test_an_overlay_knows_its_place() -> None:
    """PS3.3 C.9.2: a 64 x 200 region somewhere in the image is not one in its corner."""
    (found,) = overlays_of(
        overlay(2, 8, b"\x01\x80", t0050=value(401, 101), t0040=value("R"), t1500=value("ROI")), 0
    )

    assert (found.first_row, found.first_column, found.bits) == (401, 101, b"\x01\x80")
    assert (found.region_of_interest, found.label) == (True, "ROI")


def test_frames_of_an_overlay_follow_without_a_gap() -> None:
    """PS3.5 8.1.2: 3 x 3 bits; the second plane begins with the tenth bit."""
    data = (0b101010101 << 9 | 0b111000111).to_bytes(4, "little")
    attributes = overlay(3, 3, data, t0015=value(2), t0051=value(1))

    planes = [overlays_of(attributes, at)[0].bits for at in (0, 1)]

    assert [int.from_bytes(plane, "little") & 0x1FF for plane in planes] == [
        0b111000111,
        0b101010101,
    ]
    assert overlays_of(attributes, 2) == ()


@pytest.mark.parametrize(("rows", "columns"), [(2, 9), (65536, 65536), (0, 8), (65535, 65535)])
def test_an_overlay_that_lies_is_left_out_and_told(rows: int, columns: int) -> None:
    """By arithmetic alone; the image itself is shown."""
    said = overlay(rows, columns, b"\x01\x80")

    assert overlays_of(said, 0) == ()
    assert drawn_doubts(said) == ("bad-overlay",)


@pytest.mark.parametrize(
    ("count", "held", "told"),
    [
        (1, 8, False),  # 64 bits: as many as 8 x 8 need
        (1, 9, False),  # padded to an even length
        (1, 7, True),
        (1, 10, True),  # a row and more too long: its rows are not as long as it says
        (3, 24, False),
        (3, 16, True),  # the last of its frames is missing
    ],
)
def test_data_that_do_not_have_the_size_of_their_overlay_are_told(
    count: int, held: int, told: bool
) -> None:
    """Drawn all the same, a mark would be sheared across the image or end in its middle."""
    said = overlay(8, 8, bytes(held), t0015=value(count), t0051=value(2))

    assert drawn_doubts(said) == (("bad-overlay",) if told else ())


def test_a_group_without_a_plane_is_no_overlay() -> None:
    """Archives leave the elements behind that they emptied."""
    empty: Element = {"vr": "US"}

    assert drawn_doubts(Attributes({"60000010": empty, "60000011": empty})) == ()


def test_a_profile_that_is_too_large_for_one_is_told() -> None:
    """It is not used: whoever looks at the colours must know."""
    said = {"00282000": inline(bytes((4 << 20) + 2))}

    assert icc_profile_of(Attributes(said)) == b""
    assert drawn_doubts(Attributes(said)) == ("bad-profile",)


def test_an_overlay_in_the_pixels_names_its_bit() -> None:
    """Retired in 2004 and still in every archive (PS3.5 8.1.2)."""
    said = overlay(2, 2, b"", t0100=value(16), t0102=value(12))

    assert overlays_of(said, 0)[0].position == 12


@pytest.mark.parametrize(
    ("position", "pixels", "mask"),
    [
        (12, PixelFormat(2, 2, 16, 12, 11, False), 1 << 12),
        (15, PixelFormat(2, 2, 16, 12, 11, True), 1 << 15),
        (3, PixelFormat(2, 2, 16, 12, 15, False), 1 << 3),  # the value lies above it
        (11, PixelFormat(2, 2, 16, 12, 11, False), 0),  # the highest bit of the value
        (12, PixelFormat(2, 2, 16, 12, 15, False), 0),
        (16, PixelFormat(2, 2, 16, 12, 11, False), 0),  # beyond the cell
        (65535, PixelFormat(2, 2, 16, 12, 11, False), 0),
        (12, PixelFormat(2, 2, 16, 12, 11, False, 3, "RGB"), 0),
        (24, PixelFormat(2, 2, 32, 24, 23, False, floating=True), 0),
    ],
)
def test_only_a_bit_beside_the_value_is_an_overlay(
    position: int, pixels: PixelFormat, mask: int
) -> None:
    """PS3.3-2004 C.9.2: a bit of the value drawn in white would hide what it is part of."""
    said = overlay(2, 2, b"", t0100=value(pixels.bits_allocated), t0102=value(position))

    assert overlay_bits(said, pixels) == mask


def test_an_overlay_with_data_of_its_own_is_not_in_the_pixels() -> None:
    """Converters copy Overlay Bit Position along with the data that they took out."""
    said = overlay(2, 2, b"\x0f", t0100=value(16), t0102=value(12))

    assert overlay_bits(said, PixelFormat(2, 2, 16, 12, 11, False)) == 0
    assert overlays_of(said, 0)[0].bits == b"\x0f"


@pytest.mark.parametrize(("said", "unit"), [("GY", "Gy"), ("RELATIVE", "rel."), ("", "")])
def test_a_dose_is_in_gray_by_its_own_scaling(said: str, unit: str) -> None:
    """PS3.3 C.8.8.3: stored numbers of a dose grid mean nothing without it."""
    header = {"3004000E": value(1e-4), "30040002": value(said)}

    assert rescale_of(Attributes(header), "RTDOSE") == Rescale(1e-4, 0.0, unit)
    assert rescale_of(Attributes(header), "CT") == Rescale()
