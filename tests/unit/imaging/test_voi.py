"""Windows: a wrong grey hides a lesion, so every formula is checked by hand and by pydicom."""

import numpy as np
import pytest
from attrs import evolve
from pydicom.dataset import Dataset
from pydicom.pixels.processing import apply_modality_lut, apply_voi, apply_windowing

from workstation.domain.identifiers import FrameKey, SeriesUID, SiteId, SopUID, StudyUID
from workstation.domain.presentation import Lut, Rescale, Voi, VoiFunction
from workstation.domain.study import Frame, PixelFormat
from workstation.imaging.voi import (
    auto_window,
    display_table,
    grey,
    grey_level,
    is_padding,
    rescaled,
    to_display,
)

KEY = FrameKey(SiteId("harbor"), StudyUID("1.2"), SeriesUID("1.3"), SopUID("1.4"))
CT = Frame(KEY, PixelFormat(4, 4, 16, 12, 11, False), 1, rescale=Rescale(1.0, -1024.0, "HU"))
LINEAR, EXACT, SIGMOID = VoiFunction.LINEAR, VoiFunction.LINEAR_EXACT, VoiFunction.SIGMOID


def level(value: float, voi: Voi, *, inverted: bool = False) -> int:
    return int(grey_level(np.array([value]), voi, inverted=inverted)[0])


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (-160.0, 0),  # c - 0.5 - (w - 1) / 2: still black
        (-159.0, 1),  # 255 / 399 = 0.639
        (40.0, 128),  # ((0.5) / 399 + 0.5) * 255 = 127.8
        (39.5, 128),  # 127.5 exactly: half is rounded up
        (239.0, 255),
        (1000.0, 255),
        (-1000.0, 0),
    ],
)
def test_linear_is_the_formula_of_the_standard(value: float, expected: int) -> None:
    """PS3.3 C.11.2.1.2.1 for the soft-tissue window: the - 0.5 and - 1 belong to it."""
    assert level(value, Voi(40, 400)) == expected


@pytest.mark.parametrize("width", [2, 3, 16, 52, 256, 511])
def test_half_a_level_is_rounded_up_wherever_it_lies_on_the_ramp(width: int) -> None:
    """In whole numbers: 255 ((x - 127.5) / (w - 1) + 0.5) + 0.5 with both sides doubled."""
    values = np.arange(256)
    doubled = 255 * (2 * values - 255) + 256 * (width - 1)
    expected = np.clip(doubled // (2 * (width - 1)), 0, 255)

    found = grey_level(values.astype(np.float64), Voi(128, width), inverted=False)

    assert found.tolist() == expected.tolist()


@pytest.mark.parametrize(
    ("value", "expected"), [(-160.0, 0), (40.0, 128), (140.0, 191), (240.0, 255)]
)
def test_linear_exact_has_no_half_pixel(value: float, expected: int) -> None:
    """C.11.2.1.3.2: (140 - 40) / 400 + 0.5 = 0.75; times 255 is 191.25."""
    assert level(value, Voi(40, 400, EXACT)) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(40.0, 128), (140.0, 186), (-60.0, 69), (1e9, 255), (-1e9, 0)],
)
def test_sigmoid_is_the_formula_of_the_standard(value: float, expected: int) -> None:
    """C.11.2.1.3.1: 255 / (1 + exp(-4 (x - c) / w)); one quarter width above: 186.4."""
    assert level(value, Voi(40, 400, SIGMOID)) == expected


@pytest.mark.parametrize("function", [LINEAR, EXACT, SIGMOID])
@pytest.mark.parametrize(("center", "width"), [(40, 400), (-600, 1500), (2, 3), (35.5, 80.25)])
def test_pydicom_computes_the_same_grey(function: VoiFunction, center: float, width: float) -> None:
    """A second reading of the standard by other people."""
    ds = Dataset()
    ds.PhotometricInterpretation, ds.BitsStored, ds.PixelRepresentation = "MONOCHROME2", 8, 0
    ds.WindowCenter, ds.WindowWidth, ds.VOILUTFunction = str(center), str(width), function.value
    values = center + width * np.linspace(-4, 4, 6001)

    theirs = apply_windowing(values, ds)

    assert grey(values, Voi(center, width, function)) * 255 == pytest.approx(theirs, abs=1e-9)


@pytest.mark.parametrize(
    ("voi", "last_black"),
    [
        (Voi(100, 1), 99.5),
        (Voi(100, 0), 99.5),
        (Voi(100, 0.5), 99.5),
        (Voi(100, 0, EXACT), 100.0),
        (Voi(100, 0, SIGMOID), 100.0),
        (Voi(100, -3, EXACT), 100.0),
    ],
)
def test_a_window_without_width_is_a_threshold(voi: Voi, last_black: float) -> None:
    """Such windows exist in the field; an error would take the image away."""
    assert level(last_black, voi) == 0
    assert level(last_black + 0.01, voi) == 255


def test_the_rescale_comes_before_the_window() -> None:
    """A stored 1064 is 40 HU: the middle of the soft-tissue window."""
    table = display_table(CT, Voi(40, 400), inverted=False, dtype=np.uint16)

    assert to_display(np.array([[1064, 0, 4095]], np.uint16), table).tolist() == [[128, 0, 255]]


@pytest.mark.parametrize(
    "dtype", [np.uint8, np.int8, np.uint16, np.int16, np.int32, np.float32, np.float64]
)
def test_a_table_gives_what_the_formula_gives(dtype: type) -> None:
    """The table is only faster: for each type of pixel, negative ones included."""
    kind = np.dtype(dtype)
    low, high = (-128, 127) if kind.kind in "if" else (0, 255)
    stored = np.arange(low, high + 1).astype(dtype).reshape(16, 16)
    frame = evolve(CT, rescale=Rescale(2.5, -3.0))
    voi = Voi(20, 90, SIGMOID)

    table = display_table(frame, voi, inverted=False, dtype=kind)
    shown = to_display(stored, table)

    assert shown.dtype == np.uint8
    assert (shown == grey_level(rescaled(stored, frame.rescale), voi, inverted=False)).all()


def test_a_table_is_shared_so_it_cannot_be_written() -> None:
    table = display_table(CT, Voi(40, 400), inverted=False, dtype=np.uint16)

    assert table.levels is not None
    assert not table.levels.flags.writeable


@pytest.mark.parametrize(
    ("photometric", "inverted", "expected"),
    [
        ("MONOCHROME2", False, 0),
        ("MONOCHROME2", True, 255),
        ("MONOCHROME1", False, 255),
        ("MONOCHROME1", True, 0),
    ],
)
def test_monochrome1_is_turned_over_once(photometric: str, inverted: bool, expected: int) -> None:
    """A chest film whose bones are black is read as something it is not."""
    frame = evolve(CT, pixels=evolve(CT.pixels, photometric=photometric))

    table = display_table(frame, Voi(40, 400), inverted=inverted, dtype=np.uint16)

    assert to_display(np.array([0], np.uint16), table).tolist() == [expected]


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (None, None, [False] * 4),
        (-2000, None, [True, False, False, False]),
        (-2000, -1999, [True, True, False, False]),
        (-1999, -2000, [True, True, False, False]),
    ],
)
def test_padding_is_a_value_or_a_range(
    first: int | None, last: int | None, expected: list[bool]
) -> None:
    """PS3.3 C.7.5.1.1.2: both ends belong to it, whichever is given first."""
    frame = evolve(CT, pixels=evolve(CT.pixels, padding=first, padding_limit=last))

    assert is_padding(np.array([-2000, -1999, 0, 7]), frame).tolist() == expected


def test_an_automatic_window_leaves_out_hot_pixels_and_padding() -> None:
    """One dead detector element must not turn a whole radiograph black."""
    stored = np.concatenate([np.full(500, -2000), np.arange(1001), [30000]])
    frame = evolve(CT, rescale=Rescale(), pixels=evolve(CT.pixels, padding=-2000))

    voi = auto_window(stored, frame)

    assert voi.function is EXACT
    assert voi.center == pytest.approx(500.5, abs=1)
    assert voi.width == pytest.approx(991, abs=1)


@pytest.mark.parametrize("padding", [None, 7])
def test_an_image_of_one_value_still_has_a_window(padding: int | None) -> None:
    frame = evolve(CT, rescale=Rescale(), pixels=evolve(CT.pixels, padding=padding))

    assert auto_window(np.full((4, 4), 7), frame) == Voi(7, 1, EXACT)


CURVE = np.array([0, 10, 300, 4000, 65535], "<u2")


def with_tables(first: int, bits: int, values: list[int]) -> Dataset:
    """A data set for pydicom with one table as its modality and VOI LUT."""
    item = Dataset()
    item.add_new(0x00283002, "SS", [len(values), first, bits])
    item.add_new(0x00283006, "US", values)
    item.ModalityLUTType = "US"
    ds = Dataset()
    ds.PhotometricInterpretation, ds.BitsStored, ds.PixelRepresentation = "MONOCHROME2", 12, 1
    ds.ModalityLUTSequence, ds.VOILUTSequence = [item], [item]
    return ds


@pytest.mark.parametrize("first", [-3, 0, 100])
def test_a_modality_table_gives_what_pydicom_gives(first: int) -> None:
    """PS3.3 C.11.1.1.1; both ends go on beyond the table."""
    stored = np.arange(first - 5, first + 10, dtype=np.int16)
    theirs = apply_modality_lut(stored, with_tables(first, 16, CURVE.tolist()))

    ours = rescaled(stored, Rescale(lut=Lut(first, 16, CURVE.tobytes())))

    assert ours.tolist() == theirs.tolist()


def test_a_curve_of_the_object_is_its_own_grey() -> None:
    """PS3.3 C.11.2.1.1: a mammogram's curve is what makes its dense parts readable."""
    values = np.array([0, 1, 5, 8, 9], "<u2")  # 4-bit entries would be 0..15; here 12 bits
    lut = Lut(100, 12, (values * 400).astype("<u2").tobytes())
    inputs = np.arange(95.0, 110.0)
    theirs = apply_voi(inputs.astype(np.int16), with_tables(100, 12, (values * 400).tolist()))

    ours = grey(inputs, Voi(102.5, 5, lut=lut))

    assert ours == pytest.approx(theirs / 4095.0)


def test_a_curve_can_be_stretched_like_a_window() -> None:
    """Twice the width: each entry serves two values; the middle stays the middle."""
    lut = Lut(0, 8, np.array([0, 85, 170, 255], "<u2").tobytes())

    stretched = grey(np.array([-2.0, 0.0, 2.0, 4.0]), Voi(2, 8, lut=lut)) * 255

    assert stretched.tolist() == [0, 85, 170, 255]


def test_presentation_inverse_and_monochrome1_are_one_inversion() -> None:
    """PS3.3 C.8.11.3.1.2: DX images say it twice; turned over twice it would be wrong."""
    dx = evolve(CT, pixels=evolve(CT.pixels, photometric="MONOCHROME1"), inverse=True)
    only = evolve(CT, pixels=evolve(CT.pixels, photometric="MONOCHROME2"), inverse=True)

    for frame in (dx, only):
        table = display_table(frame, Voi(40, 400), inverted=False, dtype=np.uint16)
        assert to_display(np.array([0, 4000], np.uint16), table).tolist() == [255, 0]


@pytest.mark.parametrize("dtype", [np.uint16, np.float32])
def test_padding_stays_black_when_an_image_is_turned_over(dtype: type) -> None:
    """PS3.3 C.7.5.1.1.2: a white frame around a mammogram blinds the reader."""
    pixels = evolve(CT.pixels, photometric="MONOCHROME1", padding=0, padding_limit=5)
    table = display_table(evolve(CT, pixels=pixels), Voi(40, 400), inverted=False, dtype=dtype)

    shown = to_display(np.array([0, 5, 6, 4000], dtype), table)

    assert shown.tolist() == [0, 0, 255, 0]


def test_what_is_not_a_number_is_no_measurement() -> None:
    """Float pixels may hold NaN where nothing was measured; one of them must not spoil a mean."""
    frame = evolve(CT, rescale=Rescale(), pixels=evolve(CT.pixels, floating=True))
    values = np.array([1.0, np.nan, 3.0], np.float32)

    assert is_padding(values, frame).tolist() == [False, True, False]
    assert auto_window(values, frame).center == 2.0
