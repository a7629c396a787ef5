"""Rectangles in the patient: what is up, what is left, and what fits."""

import numpy as np
import pytest

from workstation.viewing.orientation import letters
from workstation.viewing.planes import STANDARD, Axes, Plane, axes_of, rectangle

BOX = np.array([(x, y, z) for x in (-50.0, 50.0) for y in (-30.0, 30.0) for z in (0.0, 200.0)])


@pytest.mark.parametrize(
    ("plane", "right", "down"),
    [(Plane.AXIAL, "L", "P"), (Plane.CORONAL, "L", "F"), (Plane.SAGITTAL, "P", "F")],
)
def test_standard_planes_are_looked_at_as_readers_do(plane: Plane, right: str, down: str) -> None:
    """Axial from the feet, coronal from the front, sagittal from the left: a mirrored one
    shows the wrong lung."""
    axes = STANDARD[plane]

    assert (letters(axes.row), letters(axes.column)) == (right, down)


@pytest.mark.parametrize("plane", list(Plane))
def test_a_normal_alone_gives_the_plane_as_readers_see_it(plane: Plane) -> None:
    axes = STANDARD[plane]

    assert axes_of(axes.normal) == axes


def test_up_points_to_the_top_and_the_normal_away_from_the_reader() -> None:
    """Of `up` only what lies in the plane counts; rows, columns and normal are right-handed."""
    normal, up = np.array((0.3, -0.5, 1.0)), np.array((0.1, -1.0, 0.2))

    axes = axes_of((0.3, -0.5, 1.0), (0.1, -1.0, 0.2))

    row, column = np.array(axes.row), np.array(axes.column)
    assert np.allclose(np.cross(row, column), normal / np.linalg.norm(normal))
    assert np.allclose(row @ column, 0)
    assert np.allclose(row @ up, 0)
    assert column @ up < 0


@pytest.mark.parametrize(
    ("normal", "up"),
    [((0.0, 0.0, 0.0), None), ((0.0, 0.0, 1.0), (0.0, 0.0, 2.0)), ((np.inf, 0, 0), None)],
)
def test_what_is_no_plane_is_refused(
    normal: tuple[float, float, float], up: tuple[float, float, float] | None
) -> None:
    with pytest.raises(ValueError, match="no direction"):
        axes_of(normal, up)


def test_without_size_and_spacing_all_of_the_volume_is_there_as_fine_as_it_is() -> None:
    made = rectangle(STANDARD[Plane.CORONAL], (0.0, 0.0, 100.0), BOX, None, None, 0.5)

    assert made.size == (200, 400)
    assert made.plane.origin == (-49.75, 0.0, 199.75)
    assert made.plane.row_spacing == made.plane.column_spacing == 0.5


def test_a_size_alone_fits_the_volume_into_it() -> None:
    made = rectangle(STANDARD[Plane.CORONAL], (0.0, 0.0, 100.0), BOX, None, (100, 100), 0.5)

    assert made.plane.row_spacing == 2.0
    assert made.size == (100, 100)


def test_the_place_asked_for_is_in_the_middle() -> None:
    axes = Axes((0.6, 0.8, 0.0), (0.0, 0.0, -1.0))

    made = rectangle(axes, (3.0, -4.0, 7.0), BOX, 0.3, (41, 21), 0.5)

    assert made.plane.to_patient(20, 10) == pytest.approx((3.0, -4.0, 7.0))
