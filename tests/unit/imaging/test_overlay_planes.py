"""Overlays: a drawing a pixel off points at the wrong thing."""

import numpy as np
import pytest
from attrs import evolve
from fakes_viewer import frame

from workstation.domain.presentation import OverlayPlane
from workstation.domain.study import PixelFormat
from workstation.imaging.overlay_planes import marks, thinned

ONE = frame(pixels=PixelFormat(4, 6, 16, 12, 11, False))


@pytest.mark.parametrize(
    ("row", "column", "expected"),
    [
        (1, 1, [(0, 0), (1, 1)]),
        (3, 4, [(2, 3), (3, 4)]),
        (4, 6, [(3, 5)]),  # half beyond the corner
        (0, 0, [(0, 0)]),  # half before it
        (-5, -5, []),
        (9, 9, []),
    ],
)
def test_a_plane_lies_where_its_origin_says(
    row: int, column: int, expected: list[tuple[int, int]]
) -> None:
    """PS3.3 C.9.2: the origin counts from 1 and may lie outside the image."""
    diagonal = OverlayPlane(2, 2, row, column, bytes([0b1001]))

    found = marks(evolve(ONE, overlays=(diagonal,)))

    drawn = (
        [] if found is None else list(zip(*(a.tolist() for a in np.nonzero(found)), strict=True))
    )
    assert drawn == expected


def test_planes_lie_over_one_another() -> None:
    """Sixteen groups may draw on one image."""
    planes = (OverlayPlane(1, 1, 1, 1, b"\1"), OverlayPlane(1, 1, 4, 6, b"\1"))

    found = marks(evolve(ONE, overlays=planes))

    assert found is not None
    assert found.sum() == 2


def test_a_thin_line_survives_a_small_view() -> None:
    """One pixel in nine, and it is still there."""
    line = np.zeros((7, 7), np.uint8)
    line[4] = 1

    assert thinned(line, 3).tolist() == [[0, 0, 0], [1, 1, 1], [0, 0, 0]]
