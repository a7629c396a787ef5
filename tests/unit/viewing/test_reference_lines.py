"""Where one image cuts another."""

import pytest
from fakes_viewer import AXIAL, CORONAL, SAGITTAL

from workstation.domain.geometry import ImagePlane
from workstation.viewing.reference_lines import reference_line


def plane(axes: tuple[tuple[float, ...], ...], origin: tuple[float, float, float]) -> ImagePlane:
    return ImagePlane(origin, *axes, 2.0, 1.0)  # type: ignore[arg-type]


def test_a_coronal_cuts_an_axial_along_a_row() -> None:
    """Rows are 2 mm apart: y = 20 mm is row 10."""
    line = reference_line(plane(CORONAL, (0, 20, 0)), plane(AXIAL, (0, 0, 5)), 100, 50)

    assert line == ((-0.5, pytest.approx(10)), (99.5, pytest.approx(10)))


def test_a_sagittal_cuts_an_axial_along_a_column() -> None:
    line = reference_line(plane(SAGITTAL, (30, 0, 0)), plane(AXIAL, (0, 0, 5)), 100, 50)

    assert line == ((pytest.approx(30), -0.5), (pytest.approx(30), 49.5))


def test_parallel_planes_do_not_cut() -> None:
    assert reference_line(plane(AXIAL, (0, 0, 0)), plane(AXIAL, (0, 0, 5)), 100, 50) is None


@pytest.mark.parametrize(("axes", "origin"), [(CORONAL, (0, 500, 0)), (SAGITTAL, (-9, 0, 0))])
def test_a_cut_beside_the_image_is_not_drawn(
    axes: tuple[tuple[float, ...], ...], origin: tuple[float, float, float]
) -> None:
    assert reference_line(plane(axes, origin), plane(AXIAL, (0, 0, 5)), 100, 50) is None


def test_an_oblique_cut_is_clipped_to_the_image() -> None:
    """Every point of the line lies on both planes and on the image."""
    s = 0.5**0.5
    oblique = ImagePlane((0, 0, 0), (s, s, 0.0), (0.0, 0.0, -1.0), 1.0, 1.0)
    shown = ImagePlane((0, -30, 0), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), 1.0, 1.0)

    line = reference_line(oblique, shown, 100, 50)

    assert line is not None
    for x, y in line:
        point = shown.to_patient(x, y)
        assert abs(point[0] - point[1]) < 1e-9
        assert -0.5 <= x <= 99.5
        assert -0.5 - 1e-9 <= y <= 49.5 + 1e-9


def test_an_oblique_cut_past_the_corner_is_not_drawn() -> None:
    s = 0.5**0.5
    oblique = ImagePlane((500, 0, 0), (s, s, 0.0), (0.0, 0.0, -1.0), 1.0, 1.0)

    assert reference_line(oblique, plane(AXIAL, (0, 0, 0)), 100, 50) is None
