"""Marks in the patient on images: by the matrix of PS3.3 C.7.6.2.1.1, worked out by numpy."""

import math

import numpy as np
import pytest
from attrs import evolve
from fakes_viewer import frame, stack

from workstation.domain.geometry import Vector
from workstation.domain.mark_set import PlacedMark
from workstation.domain.presentation_state import Shape
from workstation.viewing.placed_marks import pixels_on, reach_mm

TURN = math.radians(25)
TILTED: tuple[Vector, Vector] = (
    (math.cos(TURN), math.sin(TURN), 0.0),
    (0.0, 0.0, -1.0),
)


def mark(*points: Vector, space: str = "9.1") -> PlacedMark:
    return PlacedMark(space, Shape.POLYLINE, points)


def test_points_on_a_turned_plane_come_to_their_pixels() -> None:
    """Rows and columns of unlike spacing, seen obliquely."""
    shown = frame(axes=TILTED, origin=(-20.0, 7.0, 90.0), spacing=(0.8, 0.5))
    (row, column), pixels = TILTED, [(3.0, 4.0), (40.5, 10.25)]
    matrix = np.column_stack([np.multiply(row, 0.5), np.multiply(column, 0.8), (-20.0, 7.0, 90.0)])
    points = [tuple(float(part) for part in matrix @ (x, y, 1.0)) for x, y in pixels]

    found = pixels_on(mark(*points), shown, 0.1)  # type: ignore[arg-type]

    assert found is not None
    assert np.allclose(found, pixels, atol=1e-9)


def test_an_outline_that_leaves_the_plane_is_not_on_the_image() -> None:
    """Half of it on this slice would be the outline of something else."""
    assert pixels_on(mark((1, 1, 0), (5, 1, 3)), frame(), 1.0) is None
    assert pixels_on(mark((1, 1, 0.9), (5, 1, -0.9)), frame(), 1.0) is not None


@pytest.mark.parametrize("space", ["9.2", ""])
def test_another_space_or_none_is_nowhere(space: str) -> None:
    shown = evolve(frame(), frame_of_reference=space)
    assert pixels_on(mark((1, 1, 0), space="9.1"), shown, 1.0) is None
    assert pixels_on(mark((1, 1, 0), space=""), frame(axes=None), 1.0) is None


@pytest.mark.parametrize(
    ("step", "thickness", "reach"),
    [
        (2.5, 2.5, 1.25),
        (10.0, 2.5, 1.25),  # a gap: what lies in it is on no image
        (1.0, 5.0, 0.5),  # overlapping: on the nearest one
        (3.0, None, 1.5),
    ],
)
def test_a_point_belongs_to_the_slice_it_is_in(
    step: float, thickness: float | None, reach: float
) -> None:
    images = stack(4, step=step, thickness_mm=thickness)
    assert [reach_mm(images, index) for index in range(4)] == [pytest.approx(reach)] * 4


def test_an_image_alone_reaches_as_far_as_it_is_thick() -> None:
    assert reach_mm(stack(1, thickness_mm=4.0), 0) == 2.0
    assert reach_mm(stack(1, thickness_mm=None), 0) == 0.0
