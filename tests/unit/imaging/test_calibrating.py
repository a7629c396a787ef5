"""A scale by hand: arithmetic of a ruler laid on the image, and what it may not replace."""

from datetime import UTC, datetime

import numpy as np
import pytest
from attrs import evolve

from workstation.domain.calibration import Calibration
from workstation.domain.geometry import ImagePlane
from workstation.domain.identifiers import FrameKey, SeriesUID, SiteId, SopUID, StudyUID
from workstation.domain.measurement import MeasurementKind
from workstation.domain.study import (
    Frame,
    PixelFormat,
    PixelSpacing,
    SpacingOrigin,
    UltrasoundRegion,
)
from workstation.errors import CommandError
from workstation.imaging.calibrating import calibrate, calibrated, replaced
from workstation.imaging.measure import measure, rescaled
from workstation.imaging.pixels import FramePixels

AT = datetime(2026, 11, 21, 17, 31, tzinfo=UTC)
KEY = FrameKey(SiteId("harbor"), StudyUID("1.2"), SeriesUID("1.3"), SopUID("1.4"))
BARE = Frame(KEY, PixelFormat(400, 400, 16, 16, 15, False), 1)
_STORED = (np.arange(160_000) % 4096).astype(np.uint16).reshape(400, 400)
_STORED.setflags(write=False)
PIXELS = FramePixels(_STORED)
#: A film of a hand with a coin of 25 mm beside it: 100 columns from edge to edge.
COIN = ((50.0, 60.0), (150.0, 60.0))


def ruled(frame: Frame = BARE, mm: float = 25.0, *, series: bool = False) -> Calibration:
    return calibrate(frame, COIN, mm, series=series, by="Hazel, J.", at=AT)


def length(frame: Frame, across: float = 40.0) -> tuple[float | None, str, str]:
    found = measure(MeasurementKind.LENGTH, ((0, 0), (across, 0)), frame, PIXELS)
    return found.value, found.unit, found.note


def test_a_line_over_a_coin_gives_the_image_its_millimetres() -> None:
    """100 pixels are 25 mm: 0.25 mm a pixel, and 40 pixels are 10 mm, said to be by hand."""
    frame = calibrated(BARE, [ruled()])

    assert length(frame) == (
        pytest.approx(10.0), "mm", "user calibrated by Hazel, J. at 2026-11-21 17:31 UTC",
    )  # fmt: skip
    assert length(BARE) == (40.0, "px", "")


def test_pixels_keep_their_shape() -> None:
    """Pixel Aspect Ratio 2:1: a line down the columns is twice as long as it looks."""
    tall = evolve(BARE, spacing=PixelSpacing(2.0, 1.0))

    scale = ruled(tall).spacing

    assert (scale.row, scale.column) == (pytest.approx(0.5), pytest.approx(0.25))


def test_a_short_line_makes_all_lengths_uncertain() -> None:
    """One pixel of 100 is one part in a hundred of every length, beside the pixel itself."""
    frame = calibrated(BARE, [ruled()])

    found = measure(MeasurementKind.LENGTH, ((0, 0), (200, 0)), frame, PIXELS)

    assert found.value == pytest.approx(50.0)
    assert found.uncertainty == pytest.approx(0.25 + 0.01 * 50.0)


def test_what_is_replaced_is_said() -> None:
    """Never silently over a spacing that the object records."""
    detector = evolve(BARE, spacing=PixelSpacing(0.143, 0.143, SpacingOrigin.DETECTOR))

    assert replaced(ruled(detector)) == "replaces 0.143 × 0.143 mm (detector) of the object"
    assert replaced(ruled(BARE)) == "the image had no spacing"


@pytest.mark.parametrize(
    ("frame", "why"),
    [
        (
            evolve(BARE, plane=ImagePlane((0, 0, 0), (1, 0, 0), (0, 1, 0), 0.7, 0.7)),
            "millimetres in the patient",
        ),
        (evolve(BARE, regions=(UltrasoundRegion(0, 0, 99, 99, PixelSpacing()),)), "regions"),
    ],
)
def test_millimetres_of_the_patient_are_not_replaced(frame: Frame, why: str) -> None:
    """A slice of a CT measured with a coin would carry its error into every reformat."""
    with pytest.raises(CommandError, match=why):
        ruled(frame)


@pytest.mark.parametrize("mm", [0.0, -5.0, 3001.0, float("nan")])
def test_a_distance_that_is_none_is_refused(mm: float) -> None:
    with pytest.raises(CommandError, match="between 0 and 3000 mm"):
        ruled(mm=mm)


def test_a_line_of_a_few_pixels_is_refused() -> None:
    with pytest.raises(CommandError, match="19 pixels, at least 20"):
        calibrate(BARE, ((0, 0), (19, 0)), 5, series=False, by="", at=AT)


def test_one_image_or_those_of_its_series_that_are_alike() -> None:
    """A second size of detector in one series has another scale."""
    second = evolve(BARE, key=evolve(KEY, sop=SopUID("1.5")))
    larger = evolve(second, pixels=evolve(BARE.pixels, rows=800))
    elsewhere = evolve(second, key=evolve(KEY, series=SeriesUID("1.9")))

    one, all_alike = [ruled()], [ruled(series=True)]

    assert [calibrated(f, one).spacing.origin for f in (BARE, second)] == [
        SpacingOrigin.USER, SpacingOrigin.NONE,
    ]  # fmt: skip
    assert calibrated(second, all_alike).spacing == all_alike[0].spacing
    assert calibrated(larger, all_alike) == larger
    assert calibrated(elsewhere, all_alike) == elsewhere


def test_the_image_itself_comes_before_its_series_and_the_last_word_holds() -> None:
    series, own, later = ruled(series=True), ruled(mm=26.0), ruled(mm=27.0)

    assert calibrated(BARE, [own, series]).spacing == own.spacing
    assert calibrated(BARE, [own, later, series]).spacing == later.spacing


def test_what_was_measured_before_is_said_in_the_new_millimetres() -> None:
    """Points and the statistics of a region stay: they are of the pixels."""
    region = measure(MeasurementKind.RECTANGLE, ((10, 10), (30, 20)), BARE, PIXELS)

    again = rescaled(region, calibrated(BARE, [ruled()]))

    assert (region.value, region.unit) == (200.0, "px²")
    assert (again.value, again.unit) == (pytest.approx(200 * 0.0625), "mm²")
    assert (again.stats, again.points) == (region.stats, region.points)


def test_a_name_of_any_length_fits_the_note_of_a_dicom_report() -> None:
    """A code meaning has 64 characters (PS3.5 LO), and the date must not be what is lost."""
    made = calibrate(
        BARE, COIN, 25, series=False, by="von Hohenstein-Waldenburg, Maximiliane", at=AT
    )

    note = length(calibrated(BARE, [made]))[2]

    assert len(note) <= 64
    assert note.endswith("at 2026-11-21 17:31 UTC")
