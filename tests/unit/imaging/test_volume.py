"""The verdict on geometry: a reformat through uneven slices shows a body that is not there."""

import math
import random
from pathlib import Path

import numpy as np
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from pydicom import dcmread

from workstation.domain.geometry import ImagePlane
from workstation.domain.study import Geometry, GeometryVerdict
from workstation.imaging.volume import judge, stack

DATA = Path(__file__).parents[4] / "shared/data"
AXIAL = ImagePlane((-100.0, -90.0, 0.0), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), 0.7, 0.7)


def axial(*levels: float) -> list[ImagePlane]:
    return [evolve(AXIAL, origin=(-100.0, -90.0, z)) for z in levels]


def test_even_slices_in_any_order_are_regular() -> None:
    planes = axial(*(2.5 * k for k in range(40)))
    random.Random(1).shuffle(planes)

    assert judge(planes) == Geometry(
        GeometryVerdict.REGULAR, "", (0.7, 0.7, 2.5), "axial", mpr=True
    )


def test_one_slice_is_regular_but_no_volume() -> None:
    """It has a place, and lines of reference; there is nothing to reformat."""
    assert judge(axial(3.0)) == Geometry(GeometryVerdict.REGULAR, "", (0.7, 0.7, None), "axial")


def test_two_slices_are_no_volume() -> None:
    """One distance cannot be uneven; nobody would know that one between them is missing."""
    assert not judge(axial(0.0, 5.0)).mpr


def test_spacing_is_between_columns_then_rows() -> None:
    """Exchanged, a reformat of such a series would be as wide as it should be high."""
    planes = [evolve(plane, column_spacing=0.5) for plane in axial(0, 3, 6)]

    assert judge(planes).spacing_mm == (0.5, 0.7, 3.0)


@pytest.mark.parametrize(("step", "digits"), [(0.625, 2), (0.625, 1), (1.25, 1), (0.3, 2)])
def test_rounded_positions_are_forgiven(step: float, digits: int) -> None:
    """0.625 mm written with two decimals is 0.62 and 0.63 in turn, with one 0.6 and 0.7."""
    found = judge(axial(*(round(step * k, digits) for k in range(200))))

    assert found.verdict is GeometryVerdict.REGULAR
    assert found.spacing_mm[2] == pytest.approx(step, abs=0.001)


def test_cosines_with_few_digits_are_no_tilt() -> None:
    """An oblique normal rounded to four decimals makes positions seem to slide."""
    c, s = math.cos(0.3), math.sin(0.3)
    rounded = (round(c, 4), 0.0, round(s, 4))
    planes = [
        ImagePlane((-3 * k * s, 0.0, 3 * k * c), rounded, (0.0, 1.0, 0.0), 1.0, 1.0)
        for k in range(60)
    ]

    assert judge(planes).verdict is GeometryVerdict.REGULAR


def test_distances_that_change_slowly_are_uneven() -> None:
    """Each differs from the usual by 0.05 mm only; in the middle of the stack a reformat
    would be out by more than two millimetres."""
    levels = np.cumsum([2.45] * 50 + [2.55] * 50)

    assert judge(axial(*map(float, levels))).verdict is GeometryVerdict.UNEVEN


@pytest.mark.parametrize("turn", [1, -1])
def test_oblique_slices_are_judged_along_their_own_normal(turn: int) -> None:
    """Sagittal and oblique stacks are as regular as axial ones, whichever way they run:
    with the normal or against it (a left-handed set)."""
    c, s = math.cos(0.3), math.sin(0.3)
    plane = ImagePlane((0.0, 0.0, 0.0), (c, s, 0.0), (0.0, 0.0, -1.0), 1.0, 1.0)
    n = tuple(turn * part for part in plane.normal)
    planes = [evolve(plane, origin=(3 * k * n[0], 3 * k * n[1], 3 * k * n[2])) for k in range(9)]

    assert judge(planes) == Geometry(
        GeometryVerdict.REGULAR, "", (1.0, 1.0, pytest.approx(3.0)), "coronal", mpr=True
    )


def tilted(degrees: float, *levels: float) -> list[ImagePlane]:
    """A gantry leaning back: slices of that direction, the table moving along z."""
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return [ImagePlane((-100.0, -90.0, z), (1.0, 0.0, 0.0), (0.0, c, -s), 0.5, 0.5) for z in levels]


def test_a_gantry_tilt_is_said_in_degrees() -> None:
    """The slices slide over each other; sheared by the tilt, millimetres are right again.

    The distance is the perpendicular one: 5 mm of table at 15 degrees are 4.83 mm.
    """
    found = judge(tilted(15, *range(0, 50, 5)))

    assert (found.verdict, found.reason, found.mpr) == (
        GeometryVerdict.TILTED,
        "gantry tilt of 15.0°",
        True,
    )
    assert found.spacing_mm[2] == pytest.approx(5 * math.cos(math.radians(15)))


def test_a_tilted_head_with_uneven_slices_is_told_both() -> None:
    """Thin slices through the skull base, thick ones above, all tilted: one case in practice.
    The tilt alone would be corrected; the distances are not."""
    found = judge(tilted(10, 0.0, 2.5, 5.0, 9.2, 13.4))

    assert (found.verdict, found.reason, found.mpr) == (
        GeometryVerdict.UNEVEN,
        "distances between images from 2.46 to 4.14 mm; gantry tilt of 10.0°",
        False,
    )


def test_a_table_that_slipped_sideways_is_uneven() -> None:
    """Half the images 3 mm to the left: a step in every reformat, not a tilt."""
    planes = [evolve(p, origin=(p.origin[0] + 3 * (k > 4), *p.origin[1:]))
              for k, p in enumerate(axial(*range(10)))]  # fmt: skip

    found = judge(planes)

    assert (found.verdict, found.mpr) == (GeometryVerdict.UNEVEN, False)
    assert found.reason.startswith("images shifted sideways by up to")


@pytest.mark.parametrize(
    ("levels", "reason"),
    [
        ((0, 2, 4, 8), "1 slice missing between images 3 and 4"),
        ((0, 2, 8, 10, 12), "2 slices missing between images 2 and 3"),
        ((14, 12, 10, 8, 2, 0), "2 slices missing between images 4 and 5"),
        ((0, 2.5, 5, 12.5, 15, 20, 22.5), "3 slices missing: 2 between 3 and 4, 1 between 5 and 6"),
        (
            (0, 1, 2, 3, 4, 5, 7, 8, 10, 11, 13, 14, 16),
            "4 slices missing at 4 places: 1 between 6 and 7, 1 between 8 and 9, "
            "1 between 10 and 11 …",
        ),
    ],
)
def test_missing_slices_are_counted_and_named(levels: tuple[float, ...], reason: str) -> None:
    """The reader looks there first: the lesion may be in the gap. Images are numbered as they
    are scrolled, from the head or from the feet."""
    found = judge(axial(*levels))

    assert (found.verdict, found.reason) == (GeometryVerdict.MISSING_SLICES, reason)
    assert not found.mpr


def test_other_distances_are_uneven() -> None:
    """Head CT: 2.5 mm through the skull base, 4.2 mm above."""
    found = judge(axial(0, 2.5, 5, 7.5, 11.7, 15.9))

    assert (found.verdict, found.spacing_mm[2]) == (GeometryVerdict.UNEVEN, None)
    assert found.reason == "distances between images from 2.50 to 4.20 mm"


def test_thicker_slices_are_no_gap() -> None:
    """2.5 mm through the skull base, 5 mm above: nothing is missing there, and to say so would
    send the reader after images that never were."""
    levels = (0, 2.5, 5, 7.5, 10, 15, 20)

    assert judge(axial(*levels), [2.5] * 7).verdict is GeometryVerdict.MISSING_SLICES
    assert judge(axial(*levels), [2.5] * 5 + [5.0] * 2).verdict is GeometryVerdict.UNEVEN


@pytest.mark.parametrize(
    ("levels", "reason"),
    [
        ((0, 2, 2, 4), "more than one image at 1 of 3 places: images 2, 3"),
        ((0, 2, 4, 0, 2, 4), "2 images at each of 3 places"),
        ((1, 1, 1), "3 images at one place"),
        (
            (0, 1, 1, 2, 2, 3, 3, 4, 4, 5),
            "more than one image at 4 of 6 places: images 2, 3; 4, 5; 6, 7 …",
        ),
    ],
)
def test_two_images_at_one_place_are_duplicates(levels: tuple[float, ...], reason: str) -> None:
    """Two phases in one series: neither may be hidden behind the other."""
    found = judge(axial(*levels))

    assert (found.verdict, found.reason) == (GeometryVerdict.DUPLICATE_POSITIONS, reason)
    assert not found.mpr


@pytest.mark.parametrize(
    "other",
    [
        evolve(AXIAL, row=(0.0, 1.0, 0.0), column=(0.0, 0.0, -1.0)),
        evolve(AXIAL, row_spacing=0.8),
        evolve(AXIAL, row=(-1.0, 0.0, 0.0)),
    ],
)
def test_a_scout_among_the_slices_is_mixed_orientation(other: ImagePlane) -> None:
    found = judge([*axial(0, 2.5), other])

    assert (found.verdict, found.mpr) == (GeometryVerdict.MIXED_ORIENTATION, False)


@pytest.mark.parametrize(
    ("planes", "reason"),
    [
        ([], "images without a position in the patient"),
        ([None], "images without a position in the patient"),
        ([AXIAL, None], "1 of 2 images without a position in the patient"),
    ],
)
def test_without_a_position_nothing_is_claimed(
    planes: list[ImagePlane | None], reason: str
) -> None:
    assert judge(planes) == Geometry(GeometryVerdict.NO_POSITION, reason)


@given(
    st.lists(st.floats(-0.2, 0.2), min_size=3, max_size=30),
    st.sampled_from([0.3, 1.0, 2.5, 10.0]),
    st.sampled_from([0.0, 0.0, 0.05, 0.4]),
)
def test_a_reformat_is_never_out_by_more_than_the_tolerance(
    noise: list[float], step: float, lean: float
) -> None:
    """Whatever the noise: where `mpr` is true each image lies where an even, sheared grid
    puts it, so millimetres through the slices are millimetres of the patient."""
    levels = sorted(k * step + off for k, off in enumerate(noise))
    origins = np.asarray([(lean * level, 0.0, level) for level in levels])
    planes = [evolve(AXIAL, origin=(float(x), float(y), float(z))) for x, y, z in origins]

    found = judge(planes)

    away = np.abs(np.linspace(origins[0], origins[-1], len(origins)) - origins).max()
    assert not found.mpr or away <= 0.1 + 1e-9
    assert found.mpr or away > 0.1 - 1e-9 or np.diff(levels).min() < 0.01 or step < 0.5


def test_stacking_gives_order_spacing_and_step() -> None:
    """Feet first or head first: the order follows the normal, the step leads along it."""
    found = stack(axial(5.0, 0.0, 2.5))

    assert found.order == (1, 2, 0)
    assert found.spacing_mm == 2.5
    assert found.step == (0.0, 0.0, 2.5)
    assert stack(axial(1.0)).order == (0,)


def plane_of(path: Path) -> ImagePlane:
    dataset = dcmread(path, stop_before_pixels=True)
    axes = [float(part) for part in dataset.ImageOrientationPatient]
    x, y, z = (float(part) for part in dataset.ImagePositionPatient)
    down, across = (float(part) for part in dataset.PixelSpacing)
    return ImagePlane((x, y, z), (*axes[:3],), (*axes[3:],), down, across)  # type: ignore[arg-type]


@pytest.mark.data
@pytest.mark.parametrize(
    ("folder", "verdict", "spacing", "reason"),
    [
        ("ct_chest_current", GeometryVerdict.REGULAR, 2.5, ""),
        ("ct_chest_prior_derived", GeometryVerdict.REGULAR, 5.0, ""),
        (
            "ct_head_tilt_uneven",
            GeometryVerdict.UNEVEN,
            None,
            "distances between images from 1.08 to 7.00 mm; gantry tilt of 18.5°",
        ),
    ],
)
def test_real_scanners_are_judged_right(
    folder: str, verdict: GeometryVerdict, spacing: float | None, reason: str
) -> None:
    """Positions as vendors write them, with their rounding; what CATALOG.csv says of them."""
    planes = [plane_of(path) for path in sorted((DATA / folder).glob("*.dcm"))]

    found = judge(planes)

    assert planes
    assert (found.verdict, found.reason) == (verdict, reason)
    assert found.spacing_mm[2] == pytest.approx(spacing)
