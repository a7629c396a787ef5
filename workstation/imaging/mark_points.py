"""Points of a mark that no reader placed: where a perpendicular ends, how an arrow ends."""

import math
from collections.abc import Sequence
from typing import Final

from workstation.domain.measurement import PixelPoint

_BARB_ANGLE: Final = math.radians(25)


def foot(
    p: PixelPoint, q: PixelPoint, at: PixelPoint, across: float = 1.0, down: float = 1.0
) -> PixelPoint:
    """Where the perpendicular from `at` meets the line through p and q.

    `across` and `down` are the size of a pixel: what is perpendicular in the patient is not
    on pixels that are not square.
    """
    dx, dy = (q[0] - p[0]) * across, (q[1] - p[1]) * down
    length = dx * dx + dy * dy
    if length == 0:
        return p
    part = ((at[0] - p[0]) * across * dx + (at[1] - p[1]) * down * dy) / length
    return p[0] + part * (q[0] - p[0]), p[1] + part * (q[1] - p[1])


def squared(points: Sequence[PixelPoint], across: float, down: float) -> tuple[PixelPoint, ...]:
    """Two axes with the second turned square to the first, about the end that stays.

    RECIST's short axis is perpendicular to the long one in the patient: the last point
    moves to where its own distance along the long axis is that of the third.
    """
    p, q, r, s = points
    near, far = (foot(p, q, each, across, down) for each in (r, s))
    return p, q, r, (s[0] - far[0] + near[0], s[1] - far[1] + near[1])


def barbs(tail: PixelPoint, tip: PixelPoint, long: float) -> tuple[PixelPoint, ...]:
    """The head of an arrow as one line, `long` on either side."""
    back = math.atan2(tail[1] - tip[1], tail[0] - tip[0])
    first, second = (
        (tip[0] + long * math.cos(back + turn), tip[1] + long * math.sin(back + turn))
        for turn in (-_BARB_ANGLE, _BARB_ANGLE)
    )
    return first, tip, second
