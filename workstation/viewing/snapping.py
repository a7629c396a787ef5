"""What a hand means: the nearest handle within reach, and the handle a point falls on."""

import math
from collections.abc import Iterable, Sequence
from typing import Final

from workstation.domain.measurement import MeasurementKind, PixelPoint

#: A point that is placed within so many logical pixels of a handle of another measurement
#: falls on it: less than a hand aims by, more than it trembles.
SNAP: Final = 6.0

#: Kinds whose points are ends and corners; drawn outlines and words stay where they are put.
SNAPPING: Final = frozenset(
    {
        MeasurementKind.LENGTH,
        MeasurementKind.POLYLINE,
        MeasurementKind.PERPENDICULAR,
        MeasurementKind.BIDIRECTIONAL,
        MeasurementKind.ANGLE,
        MeasurementKind.COBB,
        MeasurementKind.CARDIOTHORACIC,
        MeasurementKind.POLYGON,
    }
)


def nearest_within(place: PixelPoint, handles: Sequence[PixelPoint], reach: float) -> int | None:
    """Which of the handles is meant; of two within reach the nearer one."""
    away = [(math.dist(place, handle), number) for number, handle in enumerate(handles)]
    met = [each for each in away if each[0] <= reach]
    return min(met)[1] if met else None


def snapped(
    place: PixelPoint, handles: Iterable[tuple[PixelPoint, PixelPoint]], reach: float = SNAP
) -> PixelPoint | None:
    """The image point of the nearest handle within reach of a place on the view.

    `handles`: on the view, and on the image.
    """
    pairs = list(handles)
    found = nearest_within(place, [view for view, _ in pairs], reach)
    return None if found is None else pairs[found][1]
