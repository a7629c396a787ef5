"""Which images of a volume were looked at, where it was read as planes and slabs of it.

No plane shows an image of the acquisition, so the rule is one of places: of points spread
over the middle half of each image those are shown that lay in what was painted, on the view.
An image of which nine of ten were shown counts as shown, whatever the direction: one coronal
goes through all images of a chest and shows a line of each, all coronals show them.
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from workstation.domain.geometry import ImagePlane
from workstation.domain.study import Frame
from workstation.viewing.resolve import ResolvedView

#: Points on each image, and how many of them make it one that was shown.
POINTS: Final = 64
ENOUGH: Final = 58
#: Millimetres that are rounding: planes through voxels lie on them, not beside.
_ROUNDING_MM: Final = 1e-3
#: The R2 sequence (M. Roberts, "The unreasonable effectiveness of quasirandom sequences", 2018):
#: no two points share a row or a column, so that planes that were left out are missed.
_PLASTIC: Final = 1.324717957244746


def spread(frames: Sequence[Frame]) -> NDArray[np.float64]:
    """Points over the middle half of each image, (images, POINTS, 3) LPS mm; all have planes."""
    number = np.arange(1, POINTS + 1)
    x, y = (0.25 + 0.5 * np.mod(0.5 + number * _PLASTIC**-power, 1.0) for power in (1, 2))
    return np.stack([_on(frame, x, y) for frame in frames])


def _on(frame: Frame, x: NDArray[Any], y: NDArray[Any]) -> NDArray[np.float64]:
    plane, pixels = frame.plane, frame.pixels
    assert plane is not None
    right = (x * pixels.columns - 0.5) * plane.column_spacing
    down = (y * pixels.rows - 0.5) * plane.row_spacing
    placed = np.asarray(plane.origin) + np.outer(right, plane.row) + np.outer(down, plane.column)
    return np.asarray(placed, np.float64)


def passed(
    points: NDArray[np.float64], plane: ImagePlane, half_mm: float, view: ResolvedView
) -> NDArray[np.bool_]:
    """Which of these, (n, 3), lie within so much of a plane and in the part of it on the view."""
    away = points - np.asarray(plane.origin)
    deep = np.abs(away @ np.asarray(plane.normal)) <= half_mm + _ROUNDING_MM
    x = away @ np.asarray(plane.row) / plane.column_spacing
    y = away @ np.asarray(plane.column) / plane.row_spacing
    across, down = view.a * x + view.b * y + view.e, view.c * x + view.d * y + view.f
    seen = (across >= 0) & (across <= view.width) & (down >= 0) & (down <= view.height)
    return np.asarray(deep & seen)
