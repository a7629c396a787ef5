"""The verdict on geometry: a reformat through uneven slices shows a body that is not there."""

import math
import random
from pathlib import Path

import pytest
from attrs import evolve
from pydicom import dcmread

from workstation.domain.geometry import ImagePlane
from workstation.domain.study import GeometryVerdict
from workstation.imaging.volume import judge, stack

DATA = Path(__file__).parents[4] / "shared/data"
AXIAL = ImagePlane((-100.0, -90.0, 0.0), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), 0.7, 0.7)


def axial(*levels: float) -> list[ImagePlane]:
    return [evolve(AXIAL, origin=(-100.0, -90.0, z)) for z in levels]


def test_even_slices_in_any_order_are_regular() -> None:
    planes = axial(*(2.5 * k for k in range(40)))
    random.Random(1).shuffle(planes)

    assert judge(planes) == (GeometryVerdict.REGULAR, "")


def test_one_slice_is_regular() -> None:
    assert judge(axial(3.0)) == (GeometryVerdict.REGULAR, "")


def test_rounded_positions_are_forgiven() -> None:
    """0.625 mm written with two decimals: 0.62 and 0.63 in turn."""
    planes = axial(*(round(0.625 * k, 2) for k in range(200)))

    assert judge(planes)[0] is GeometryVerdict.REGULAR


def test_oblique_slices_are_judged_along_their_own_normal() -> None:
    """Sagittal and oblique stacks are as regular as axial ones."""
    c, s = math.cos(0.3), math.sin(0.3)
    plane = ImagePlane((0.0, 0.0, 0.0), (c, s, 0.0), (0.0, 0.0, -1.0), 1.0, 1.0)
    n = plane.normal
    planes = [evolve(plane, origin=(3 * k * n[0], 3 * k * n[1], 3 * k * n[2])) for k in range(9)]

    assert judge(planes) == (GeometryVerdict.REGULAR, "")


def test_a_gantry_tilt_is_said_in_degrees() -> None:
    """The slices are parallel but slide over each other: a reformat would be sheared."""
    lean = math.tan(math.radians(15))
    planes = [evolve(p, origin=(-100.0, -90.0 + p.origin[2] * lean, p.origin[2]))
              for p in axial(*range(0, 50, 5))]  # fmt: skip

    assert judge(planes) == (GeometryVerdict.TILTED, "gantry tilt of 15.0°")


def test_a_tilted_head_with_uneven_slices_is_told_both() -> None:
    """Thin slices through the skull base, thick ones above, all tilted: one case in practice."""
    planes = [evolve(AXIAL, origin=(0.0, -0.2 * z, z)) for z in (0.0, 2.5, 5.0, 9.2, 13.4)]

    assert judge(planes) == (
        GeometryVerdict.TILTED,
        "gantry tilt of 11.3°; distances between images from 2.50 to 4.20 mm",
    )


@pytest.mark.parametrize(
    ("levels", "reason"),
    [((0, 2, 4, 8), "one image is missing"), ((0, 2, 2, 4), "one image at a place that another")],
)
def test_one_is_said_in_the_singular(levels: tuple[float, ...], reason: str) -> None:
    assert judge(axial(*levels))[1].startswith(reason)


def test_a_gap_of_whole_slices_is_missing_images() -> None:
    planes = axial(0, 2.5, 5, 12.5, 15, 20, 22.5)

    assert judge(planes) == (GeometryVerdict.MISSING_SLICES, "3 images are missing")


def test_other_distances_are_uneven() -> None:
    """Head CT: 2.5 mm through the skull base, 4.2 mm above."""
    verdict, reason = judge(axial(0, 2.5, 5, 7.5, 11.7, 15.9))

    assert verdict is GeometryVerdict.UNEVEN
    assert reason == "distances between images from 2.50 to 4.20 mm"


def test_two_images_at_one_place_are_duplicates() -> None:
    """Two phases in one series: neither may be hidden behind the other."""
    verdict, reason = judge(axial(0, 2.5, 2.5, 5, 5, 7.5))

    assert verdict is GeometryVerdict.DUPLICATE_POSITIONS
    assert reason.startswith("2 images")


@pytest.mark.parametrize(
    "other",
    [
        evolve(AXIAL, row=(0.0, 1.0, 0.0), column=(0.0, 0.0, -1.0)),
        evolve(AXIAL, row_spacing=0.8),
        evolve(AXIAL, row=(-1.0, 0.0, 0.0)),
    ],
)
def test_a_scout_among_the_slices_is_mixed_orientation(other: ImagePlane) -> None:
    assert judge([*axial(0, 2.5), other])[0] is GeometryVerdict.MIXED_ORIENTATION


@pytest.mark.parametrize("planes", [[], [None], [AXIAL, None]])
def test_without_a_position_nothing_is_claimed(planes: list[ImagePlane | None]) -> None:
    assert judge(planes)[0] is GeometryVerdict.NO_POSITION


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
    ("folder", "verdict"),
    [
        ("ct_chest_current", GeometryVerdict.REGULAR),
        ("ct_chest_prior_derived", GeometryVerdict.REGULAR),
        ("ct_head_tilt_uneven", GeometryVerdict.TILTED),
    ],
)
def test_real_scanners_are_judged_right(folder: str, verdict: GeometryVerdict) -> None:
    """Positions as vendors write them, with their rounding."""
    planes = [plane_of(path) for path in sorted((DATA / folder).glob("*.dcm"))]

    assert planes
    assert judge(planes)[0] is verdict
