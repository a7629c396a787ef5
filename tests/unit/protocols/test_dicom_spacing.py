"""Whose millimetres they are: what a length may claim (PS3.3 10.7.1.3)."""

from typing import Any

import pytest
from fakes_metadata import one, values

from workstation.domain.study import Frame, PixelSpacing, RegionAxis, SpacingOrigin
from workstation.imaging.measure import length_unit, spacing_at

PIXEL, IMAGER, FACTOR = "t00280030", "t00181164", "t00181114"
TYPE, FILM, POSITION, ASPECT = "t00280A02", "t00182010", "t00200032", "t00280034"

#: Every combination of the attributes that carry a spacing, what it is worth in mm (row), and
#: what is said beside the length. Arithmetic by hand.
COMBINATIONS: list[tuple[str, str, dict[str, Any], float, str, str]] = [
    ("a slice", "CT", {PIXEL: [0.7, 0.7], POSITION: [0, 0, 0]}, 0.7, "mm", ""),
    ("nothing", "DX", {}, 0.0, "px", ""),
    ("detector alone", "DX", {IMAGER: [0.2, 0.2]}, 0.2, "mm", "detector"),
    ("detector and magnification", "MG", {IMAGER: [0.09, 0.09], FACTOR: [1.8]},
     0.05, "mm", "estimated magnification"),
    ("pixel spacing alone", "CR", {PIXEL: [0.15, 0.15]}, 0.15, "mm", "detector"),
    ("both the same", "CR", {PIXEL: [0.15, 0.15], IMAGER: [0.15, 0.15]}, 0.15, "mm", "detector"),
    ("both the same, magnified", "DX", {PIXEL: [0.2, 0.2], IMAGER: [0.2, 0.2], FACTOR: [1.25]},
     0.16, "mm", "estimated magnification"),
    ("they differ", "DX", {PIXEL: [0.17, 0.17], IMAGER: [0.2, 0.2]}, 0.17, "mm", "calibrated"),
    ("they differ by the magnification", "DX",
     {PIXEL: [0.16, 0.16], IMAGER: [0.2, 0.2], FACTOR: [1.25]},
     0.16, "mm", "estimated magnification"),
    ("calibrated by a fiducial", "XA",
     {PIXEL: [0.2, 0.2], IMAGER: [0.2, 0.2], TYPE: ["FIDUCIAL"], FACTOR: [1.5]},
     0.2, "mm", "calibrated"),
    ("calibrated by geometry", "DX", {PIXEL: [0.15, 0.15], IMAGER: [0.2, 0.2], TYPE: ["GEOMETRY"]},
     0.15, "mm", "calibrated"),
    ("a scanned film", "CR", {FILM: [0.1, 0.1]}, 0.1, "mm", "film"),
    ("a scanned film, a factor says nothing of it", "CR", {FILM: [0.1, 0.1], FACTOR: [2]},
     0.1, "mm", "film"),
    ("a capture with a bare spacing", "OT", {PIXEL: [0.4, 0.4]}, 0.0, "px", ""),
    ("a capture that was calibrated", "OT", {PIXEL: [0.4, 0.4], TYPE: ["FIDUCIAL"]},
     0.4, "mm", "calibrated"),
    ("a captured film", "SC", {FILM: [0.2, 0.2]}, 0.2, "mm", "film"),
    ("a captured film, corrected", "SC", {FILM: [0.2, 0.2], PIXEL: [0.18, 0.18]},
     0.18, "mm", "calibrated"),
    ("a capture among CT slices", "CT",
     {PIXEL: [0.7, 0.7], "t00080016": ["1.2.840.10008.5.1.4.1.1.7"]}, 0.0, "px", ""),
    ("pixels that are not square", "OT", {ASPECT: [4, 3]}, 4 / 3, "px", ""),
    ("a factor of nothing", "DX", {IMAGER: [0.2, 0.2], FACTOR: [0]}, 0.2, "mm", "detector"),
    ("a spacing of nothing", "CT", {PIXEL: [0, 1]}, 0.0, "px", ""),
    ("ultrasound with a bare spacing", "US", {PIXEL: [0.4, 0.4]}, 0.0, "px", ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("modality", "tags", "row", "unit", "note"),
    [pytest.param(*each[1:], id=each[0]) for each in COMBINATIONS],
)
def test_a_length_claims_no_more_than_its_spacing(
    modality: str, tags: dict[str, Any], row: float, unit: str, note: str
) -> None:
    """Millimetres at a detector are not millimetres in the patient."""
    frame = one(t00080060=[modality], **tags)

    assert (frame.spacing.row, *length_unit([frame])) == (pytest.approx(row), unit, note)


def test_rows_and_columns_are_not_exchanged() -> None:
    """Spacing between rows comes first; exchanged, every length on such an image is wrong."""
    spacing = one(**{"t00080060": ["DX"], IMAGER: [0.2, 0.1], FACTOR: [2]}).spacing

    assert spacing == PixelSpacing(0.1, 0.05, SpacingOrigin.MAGNIFIED, 2.0)


def region(scale: float, *corners: int, unit: int = 3, flags: int = 0) -> dict[str, Any]:
    """A region of an ultrasound image, cm per pixel, at (x0, y0, x1, y1)."""
    tags: dict[str, object] = {
        "t00186024": [unit], "t00186026": [3], "t0018602C": [-scale], "t0018602E": [scale],
        "t00186016": [flags],
    }  # fmt: skip
    for tag, corner in zip(("18", "1A", "1C", "1E"), corners, strict=False):
        tags[f"t001860{tag}"] = [corner]
    return values(**tags)


def ultrasound(*regions: dict[str, Any]) -> Frame:
    return one(t00080060=["US"], t00186011=list(regions))


def test_each_region_of_an_ultrasound_image_has_its_own_scale() -> None:
    """Two views of different depth on one image: one scale for both measured 203 mm for 16."""
    frame = ultrasound(region(0.01, 0, 0, 99, 99), region(0.04, 100, 0, 199, 99))

    assert spacing_at(frame, [(10, 10), (90, 90)]).row == pytest.approx(0.1)
    assert spacing_at(frame, [(110, 10), (190, 90)]).row == pytest.approx(0.4)
    assert length_unit([frame]) == ("mm", "region")


@pytest.mark.parametrize("points", [[(10, 10), (110, 10)], [(10, 10), (10, 200)]])
def test_across_regions_there_are_no_millimetres(points: list[tuple[float, float]]) -> None:
    """From one region to another, or out of it, a line has no length."""
    frame = ultrasound(region(0.01, 0, 0, 99, 99), region(0.04, 100, 0, 199, 99))

    assert spacing_at(frame, points).origin is SpacingOrigin.NONE


def test_a_trace_over_time_is_no_length() -> None:
    """M-mode and Doppler: seconds along one axis (unit 4)."""
    frame = ultrasound(region(0.01, 0, 0, 99, 99, unit=4))

    assert length_unit([frame]) == ("px", "")


def test_a_trace_says_what_its_axes_measure() -> None:
    """Seconds along, cm/s upwards: a negative step, and zero 60 pixels below the top."""
    trace = region(0.005, 0, 600, 599, 799, unit=4) | values(
        t00186026=[7], t0018602E=[-0.5], t00186022=[60], t0018602A=[0]
    )

    (found,) = ultrasound(trace).regions

    assert found.across == RegionAxis("s", -0.005)
    assert found.down == RegionAxis("cm/s", -0.5, 60.0, 0.0)


def test_axes_of_an_unknown_unit_are_not_measured_in() -> None:
    """Decibels, per cent and what a vendor adds: no number is better than one without a name."""
    (found,) = ultrasound(region(0.01, 0, 0, 99, 99, unit=2)).regions

    assert found.across is None


def test_where_regions_overlap_the_one_of_high_priority_counts() -> None:
    """Region Flags bit 0 (PS3.3 C.8.5.5.1.3): a Doppler trace over the corner of the image."""
    image, trace = region(0.01, 0, 0, 199, 199, flags=1), region(0.5, 50, 50, 199, 199, unit=4)
    frame = ultrasound(image, trace)

    assert spacing_at(frame, [(60, 60), (90, 90)]).origin is SpacingOrigin.NONE
    assert spacing_at(frame, [(0, 0), (40, 40)]).row == pytest.approx(0.1)


def test_a_single_region_without_corners_is_the_image() -> None:
    frame = ultrasound(region(0.01))

    assert spacing_at(frame, [(0, 0), (255, 511)]).row == pytest.approx(0.1)


def test_of_several_regions_those_without_corners_are_none() -> None:
    """Two scales and no word where each of them holds: better no millimetres."""
    assert length_unit([ultrasound(region(0.01), region(0.02))]) == ("px", "")
