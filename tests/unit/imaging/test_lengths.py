"""Lengths, angles and ratios as they lie in the patient, also on pixels that are not square."""

import math

import numpy as np
import pytest
from attrs import evolve

from workstation.domain.identifiers import FrameKey, SeriesUID, SiteId, SopUID, StudyUID
from workstation.domain.measurement import Measurement, MeasurementKind, PixelPoint
from workstation.domain.presentation import Rescale
from workstation.domain.study import Frame, PixelFormat, PixelSpacing, SpacingOrigin
from workstation.imaging.measure import measure
from workstation.imaging.pixels import FramePixels

KEY = FrameKey(SiteId("harbor"), StudyUID("1.2"), SeriesUID("1.3"), SopUID("1.4"))
#: Rows 2 mm apart, columns 1 mm.
FRAME = Frame(
    KEY,
    PixelFormat(40, 40, 16, 16, 15, False),
    1,
    spacing=PixelSpacing(2.0, 1.0, SpacingOrigin.PATIENT),
    rescale=Rescale(1e-6, 1000.0, "mm2/s"),
)


def made(kind: MeasurementKind, *points: PixelPoint, frame: Frame = FRAME) -> Measurement:
    stored = np.arange(1600, dtype=np.uint16).reshape(40, 40)
    stored.setflags(write=False)
    return measure(kind, points, frame, FramePixels(stored))


def test_a_path_is_as_long_as_its_parts() -> None:
    """3 columns, then 2 rows: 3 mm and 4 mm, then the diagonal of both."""
    found = made(MeasurementKind.POLYLINE, (0, 0), (3, 0), (3, 2), (0, 0))

    assert (found.value, found.unit) == (12.0, "mm")


def test_a_right_angle_in_the_patient_is_90_degrees() -> None:
    """On these pixels its arms do not look perpendicular when they are counted in pixels."""
    found = made(MeasurementKind.ANGLE, (6, 4), (0, 0), (8, -3))

    assert (found.value, found.unit) == (pytest.approx(90.0), "°")
    assert made(MeasurementKind.ANGLE, (8, 0), (0, 0), (0, 5)).value == pytest.approx(90)
    assert made(MeasurementKind.ANGLE, (8, 0), (0, 0), (-5, 0)).value == pytest.approx(180)


@pytest.mark.parametrize("turned", [False, True])
def test_cobb_does_not_depend_on_which_end_was_placed_first(turned: bool) -> None:
    """End plates at +20 and -15 degrees: 35, whichever way each line was drawn."""
    lines = [_end_plate(20.0), _end_plate(-15.0)]
    second = lines[1][::-1] if turned else lines[1]

    assert made(MeasurementKind.COBB, *lines[0], *second).value == pytest.approx(35.0)


def _end_plate(degrees: float) -> tuple[PixelPoint, PixelPoint]:
    turn = math.radians(degrees)
    return (20.0, 20.0), (20 + 10 * math.cos(turn), 20 + 10 * math.sin(turn) / 2)


def test_the_distance_to_a_line_is_the_shortest_one() -> None:
    """A line along a row, a point three rows off: 6 mm, wherever along the line it lies."""
    for x in (-5.0, 3.0, 30.0):
        assert made(MeasurementKind.PERPENDICULAR, (0, 0), (10, 0), (x, 3)).value == 6.0


def test_the_short_axis_is_square_to_the_long_one() -> None:
    """RECIST: placed askew it would be too long; it is turned in the patient's millimetres."""
    found = made(MeasurementKind.BIDIRECTIONAL, (0, 0), (12, 8), (4, 6), (9, 2))
    (px, py), (qx, qy), (rx, ry), (sx, sy) = found.points

    along = (qx - px) * (sx - rx) + 4 * (qy - py) * (sy - ry)
    assert along == pytest.approx(0, abs=1e-9)
    assert found.points[:3] == ((0, 0), (12, 8), (4, 6))
    assert found.value == pytest.approx(20.0)
    assert found.stats["short"] == pytest.approx(math.hypot(sx - rx, 2 * (sy - ry)))
    assert found.stats_unit == "mm"


def test_axes_that_are_square_already_stay_where_they_were_put() -> None:
    points = ((0.0, 0.0), (12.0, 0.0), (5.0, 1.0), (5.0, 4.0))
    found = made(MeasurementKind.BIDIRECTIONAL, *points)

    assert found.points == points
    assert found.stats["short"] == 6.0


def test_the_cardiothoracic_ratio_is_of_widths_across_the_body() -> None:
    """14 of 28 columns, whatever the height at which each end was placed."""
    found = made(MeasurementKind.CARDIOTHORACIC, (10, 20), (24, 22), (4, 30), (32, 30))

    assert (found.value, found.unit, found.note) == (0.5, "", "")
    assert dict(found.stats) == {"heart": 14.0, "thorax": 28.0}


def test_a_polygon_has_the_area_of_its_outline_and_the_mean_of_its_pixels() -> None:
    """Columns 2 to 4, rows 1 to 2, through their centres: 2 columns by 1 row, 6 pixels."""
    found = made(MeasurementKind.POLYGON, (2, 1), (4, 1), (4, 2), (2, 2))

    assert (found.value, found.unit, found.stats["pixels"]) == (4.0, "mm²", 6)
    assert found.stats["mean"] == pytest.approx(1000 + 63e-6, abs=1e-12)


def test_a_small_slope_beside_a_large_intercept_keeps_its_spread() -> None:
    """Summed after the rescale, the digits of the spread would be lost in the intercept."""
    frame = evolve(FRAME, rescale=Rescale(1e-9, 1e6))
    found = made(MeasurementKind.POLYGON, (2, 1), (4, 1), (4, 2), (2, 2), frame=frame)
    exact = math.sqrt(((40 / 2) ** 2 * 6 + 4 * 1) / 6) * 1e-9

    assert found.stats["sd"] == pytest.approx(exact, rel=1e-12)


@pytest.mark.parametrize(
    ("kind", "points", "why"),
    [
        (MeasurementKind.ANGLE, ((1, 1), (1, 1), (5, 5)), "a line has no direction"),
        (MeasurementKind.COBB, ((1, 1), (1, 1), (5, 5), (9, 9)), "a line has no direction"),
        (MeasurementKind.PERPENDICULAR, ((1, 1), (1, 1), (5, 5)), "a line has no direction"),
        (MeasurementKind.POLYGON, ((0, 0), (4, 4), (4, 0), (0, 4)), "outline crosses itself"),
        (MeasurementKind.CARDIOTHORACIC, ((1, 1), (5, 1), (3, 3), (3, 9)),
         "the thorax has no width"),
    ],
)  # fmt: skip
def test_what_is_not_defined_has_no_value_and_says_why(
    kind: MeasurementKind, points: tuple[PixelPoint, ...], why: str
) -> None:
    found = made(kind, *points)

    assert (found.value, found.unit, found.note, dict(found.stats)) == (None, "", why, {})


def test_a_kept_point_has_the_value_of_its_pixel() -> None:
    frame = evolve(FRAME, rescale=Rescale(1.0, -1024.0, "HU"))

    found = made(MeasurementKind.POINT, (3.4, 2.4), frame=frame)
    beside = made(MeasurementKind.POINT, (60, 2), frame=frame)

    assert (found.value, found.unit) == (83.0 - 1024.0, "HU")
    assert (beside.value, beside.unit) == (None, "")


def test_words_have_no_value() -> None:
    found = made(MeasurementKind.ARROW, (1, 1), (5, 5))

    assert (found.value, found.unit, found.note) == (None, "", "")


def test_a_length_is_known_to_a_pixel() -> None:
    """Each end lies somewhere in its pixel; the larger side counts, whichever way it runs."""
    assert made(MeasurementKind.LENGTH, (0, 0), (5, 5)).uncertainty == 2.0


def test_detector_millimetres_are_named_beside_lengths_and_not_beside_angles() -> None:
    """Magnification changes a length; it leaves an angle and a ratio as they are."""
    film = evolve(FRAME, spacing=PixelSpacing(0.1, 0.1, SpacingOrigin.DETECTOR))

    assert made(MeasurementKind.POLYLINE, (0, 0), (5, 5), frame=film).note == "detector"
    assert made(MeasurementKind.ANGLE, (1, 0), (0, 0), (0, 1), frame=film).note == ""
