"""Which images of a volume were looked at, where it was read as planes and slabs of it.

No plane shows an image of the acquisition, so the rule is one of places: of points spread
over the middle half of each image those are shown that lay in what was painted, on the view.
An image of which nine of ten were shown counts as shown, whatever the direction: one coronal
goes through all images of a chest and shows a line of each, all coronals show them.
"""

from collections.abc import Sequence
from typing import Final

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
    pixels = frames[0].pixels  # of a volume all have as many
    right, down = x * pixels.columns - 0.5, y * pixels.rows - 0.5
    planes = [frame.plane for frame in frames if frame.plane is not None]
    origin = np.array([plane.origin for plane in planes])
    along = np.array([np.multiply(plane.row, plane.column_spacing) for plane in planes])
    below = np.array([np.multiply(plane.column, plane.row_spacing) for plane in planes])
    ways = right[:, None] * along[:, None] + down[:, None] * below[:, None]
    return np.asarray(origin[:, None] + ways, np.float64)


def passed(
    points: NDArray[np.float64], plane: ImagePlane, half_mm: float, view: ResolvedView
) -> NDArray[np.intp]:
    """The indices of these, (n, 3), that lie within so much of a plane and in the part of it on
    the view."""
    deep = np.abs(points @ np.asarray(plane.normal) - plane.position_mm) <= half_mm + _ROUNDING_MM
    near = np.flatnonzero(deep)  # few: the rest is worked out for them alone
    away = points[near] - np.asarray(plane.origin)
    x = away @ np.asarray(plane.row) / plane.column_spacing
    y = away @ np.asarray(plane.column) / plane.row_spacing
    across, down = view.a * x + view.b * y + view.e, view.c * x + view.d * y + view.f
    seen = (across >= 0) & (across <= view.width) & (down >= 0) & (down <= view.height)
    return np.asarray(near[seen], np.intp)
