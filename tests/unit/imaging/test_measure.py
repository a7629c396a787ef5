"""Measurements: a millimetre that is not one ends in a report."""

import math

import numpy as np
import pytest
from attrs import evolve

from workstation.domain.identifiers import FrameKey, SeriesUID, SiteId, SopUID, StudyUID
from workstation.domain.measurement import MeasurementKind
from workstation.domain.presentation import RealWorldMap, Rescale
from workstation.domain.study import Frame, PixelFormat, PixelSpacing, SpacingOrigin
from workstation.imaging.measure import Reading, measure, region_statistics, value_at
from workstation.imaging.pixels import FramePixels

KEY = FrameKey(SiteId("harbor"), StudyUID("1.2"), SeriesUID("1.3"), SopUID("1.4"))
FRAME = Frame(
    KEY,
    PixelFormat(10, 10, 16, 12, 11, False),
    1,
    spacing=PixelSpacing(2.0, 0.5, SpacingOrigin.PATIENT),
    rescale=Rescale(2.0, -100.0, "HU"),
)
LENGTH, ELLIPSE, RECTANGLE = (
    MeasurementKind.LENGTH,
    MeasurementKind.ELLIPSE,
    MeasurementKind.RECTANGLE,
)


def pixels(stored: np.ndarray) -> FramePixels:
    stored = stored.copy()
    stored.setflags(write=False)
    return FramePixels(stored)


#: Value = 10 * row + column.
RAMP = pixels(np.arange(100, dtype=np.uint16).reshape(10, 10))


def test_a_length_uses_the_spacing_of_each_direction() -> None:
    """6 columns of 0.5 mm and 2 rows of 2 mm: a 3-4-5 triangle, whatever the pixels' shape."""
    made = measure(LENGTH, ((1.0, 1.0), (7.0, 3.0)), FRAME, RAMP)

    assert (made.value, made.unit, made.note) == (5.0, "mm", "")
    assert made.stats == {}
    assert made.frame == KEY


def test_without_spacing_a_length_is_in_pixels() -> None:
    """House rule: no spacing, no millimetres."""
    made = measure(LENGTH, ((0.0, 0.0), (3.0, 4.0)), evolve(FRAME, spacing=PixelSpacing()), RAMP)

    assert (made.value, made.unit, made.note) == (5.0, "px", "")


@pytest.mark.parametrize(
    ("origin", "note"),
    [
        (SpacingOrigin.PATIENT, ""),
        (SpacingOrigin.DETECTOR, "detector"),
        (SpacingOrigin.CALIBRATED, "calibrated"),
        (SpacingOrigin.REGION, "region"),
    ],
)
def test_a_length_says_whose_millimetres_it_has(origin: SpacingOrigin, note: str) -> None:
    """On a radiograph the detector's millimetres are some 5 to 20 % too long."""
    frame = evolve(FRAME, spacing=PixelSpacing(0.2, 0.2, origin))

    assert measure(LENGTH, ((0.0, 0.0), (0.0, 5.0)), frame, RAMP).note == note


def test_a_rectangle_includes_the_centres_on_its_outline() -> None:
    """Columns 2 to 4, rows 1 to 2: stored 12, 13, 14, 22, 23, 24, that is 2 x - 100 HU."""
    made = measure(RECTANGLE, ((4.0, 2.0), (2.0, 1.0)), FRAME, RAMP)

    assert dict(made.stats) == {
        "mean": -64.0,
        "sd": pytest.approx(2 * math.sqrt((25 * 6 + 4 * 1) / 6)),
        "min": -76.0,
        "max": -52.0,
        "pixels": 6.0,
    }
    assert (made.value, made.unit, made.stats_unit) == (2.0, "mm²", "HU")


def test_an_ellipse_includes_the_centres_on_its_outline() -> None:
    """A circle of radius 2 around (5, 5) holds 13 centres; four of them lie on it."""
    made = measure(ELLIPSE, ((3.0, 3.0), (7.0, 7.0)), FRAME, RAMP)

    assert made.stats["pixels"] == 13
    assert made.stats["mean"] == 10.0  # 55 * 2 - 100
    assert (made.stats["min"], made.stats["max"]) == (-30.0, 50.0)
    assert made.value == pytest.approx(math.pi * (2 * 0.5) * (2 * 2.0))


def test_a_region_counts_only_what_the_image_has() -> None:
    """An outline drawn over the edge must not invent pixels there."""
    made = measure(RECTANGLE, ((-5.0, -5.0), (1.0, 0.4)), FRAME, RAMP)

    assert made.stats["pixels"] == 2
    assert made.stats["mean"] == -99.0


@pytest.mark.parametrize(
    "points",
    [
        ((-9.0, -9.0), (-4.0, -4.0)),
        ((30.0, 30.0), (40.0, 40.0)),
        ((2.1, 2.1), (2.9, 2.9)),
    ],
)
@pytest.mark.parametrize("kind", [ELLIPSE, RECTANGLE])
def test_a_region_without_a_pixel_has_no_mean(
    kind: MeasurementKind, points: tuple[tuple[float, float], ...]
) -> None:
    """Zero would be a value; there is none."""
    made = measure(kind, points, FRAME, RAMP)

    assert made.stats == {}
    assert made.stats_unit == ""


def test_an_ellipse_may_be_a_line() -> None:
    """Both corners in one row: the centres between them, no division by zero."""
    stats, _ = region_statistics(ELLIPSE, ((2.0, 3.0), (5.0, 3.0)), FRAME, RAMP)

    assert (stats["pixels"], stats["mean"]) == (4, 2 * 33.5 - 100)


def test_padding_is_no_tissue() -> None:
    """The fill around a CT's circle is -2000: it would drag a mean far off."""
    frame = evolve(FRAME, pixels=evolve(FRAME.pixels, padding=0, padding_limit=1))
    made = measure(RECTANGLE, ((0.0, 0.0), (3.0, 0.0)), frame, RAMP)

    assert (made.stats["pixels"], made.stats["mean"]) == (2, -95.0)


def test_colour_has_an_area_and_no_mean() -> None:
    colour = pixels(np.zeros((10, 10, 3), np.uint8))
    made = measure(RECTANGLE, ((0.0, 0.0), (4.0, 1.0)), FRAME, colour)

    assert (made.value, made.stats) == (4.0, {})


def test_means_are_summed_in_double_precision() -> None:
    """A float32 sum over a large region of 12-bit values is off in the first decimal."""
    large = pixels(np.full((1000, 1000), 4095, np.uint16))
    frame = evolve(FRAME, rescale=Rescale(0.1, 0.0))

    stats, _ = region_statistics(RECTANGLE, ((0.0, 0.0), (999.0, 999.0)), frame, large)

    assert stats["mean"] == pytest.approx(409.5, abs=1e-9)
    assert stats["sd"] == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(
    ("point", "expected"),
    [
        ((3.0, 2.0), -54.0),
        ((3.49, 1.5), -54.0),
        ((-0.5, -0.5), -100.0),
        ((9.49, 9.49), 98.0),
        ((9.5, 0.0), None),
        ((0.0, -0.51), None),
    ],
)
def test_the_probe_reads_the_pixel_it_points_at(
    point: tuple[float, float], expected: float | None
) -> None:
    """Never an interpolated value, and none beside the image."""
    found = value_at(point, FRAME, RAMP)

    assert found == (None if expected is None else Reading(expected, "HU"))


def test_the_probe_reads_neither_padding_nor_colour() -> None:
    padded = evolve(FRAME, pixels=evolve(FRAME.pixels, padding=0))

    assert value_at((0.0, 0.0), padded, RAMP) is None
    assert value_at((0.0, 0.0), FRAME, pixels(np.zeros((10, 10, 3), np.uint8))) is None


def test_probe_and_region_read_the_quantity_that_the_object_maps() -> None:
    """A perfusion map's values are ml/100ml/s by its real world map, whatever its window says."""
    flow = RealWorldMap(0, 98, 0.25, 3.0, "ml/100ml/s")
    mapped = evolve(FRAME, real_world=(flow,))
    corner = ((0.0, 0.0), (3.0, 0.0))

    made = measure(RECTANGLE, corner, mapped, RAMP)
    beyond = measure(RECTANGLE, ((0.0, 0.0), (9.0, 9.0)), mapped, RAMP)

    assert (made.stats["mean"], made.stats["max"], made.stats_unit) == (3.375, 3.75, "ml/100ml/s")
    assert value_at((3.0, 0.0), mapped, RAMP) == Reading(3.75, "ml/100ml/s")
    assert (beyond.stats["mean"], beyond.stats_unit) == (-1.0, "HU")  # 99 is not mapped
    point = measure(MeasurementKind.POINT, ((3.0, 0.0),), mapped, RAMP)
    assert (point.value, point.unit) == (3.75, "ml/100ml/s")


def test_a_table_of_quantities_is_not_linear() -> None:
    """Mean, deviation and ends are those of the looked-up values."""
    table = RealWorldMap(0, 3, values=(8.0, 2.0, 2.0, 4.0), unit="1")
    made = measure(RECTANGLE, ((0.0, 0.0), (3.0, 0.0)), evolve(FRAME, real_world=(table,)), RAMP)

    assert (made.stats["mean"], made.stats["min"], made.stats["max"]) == (4.0, 2.0, 8.0)
    assert made.stats["sd"] == pytest.approx(math.sqrt(6))
    assert made.stats_unit == ""
