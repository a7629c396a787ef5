"""Where another image cuts this one: arithmetic on two planes."""

from workstation.domain.geometry import ImagePlane, dot
from workstation.domain.measurement import PixelPoint

Line = tuple[PixelPoint, PixelPoint]


def reference_line(cutting: ImagePlane, shown: ImagePlane, columns: int, rows: int) -> Line | None:
    """The cut of `cutting` through `shown`, clipped to its image; in its pixels.

    None where the planes are parallel or the cut lies beside the image. Both planes must
    be of one frame of reference: the caller knows.
    """
    n = cutting.normal
    gx = dot(shown.row, n) * shown.column_spacing
    gy = dot(shown.column, n) * shown.row_spacing
    reach = min(shown.column_spacing, shown.row_spacing)
    if max(abs(gx), abs(gy)) < 0.02 * reach:  # within about one degree of parallel
        return None
    g0 = dot(shown.origin, n) - dot(cutting.origin, n)
    left, right, top, bottom = -0.5, columns - 0.5, -0.5, rows - 0.5
    found: list[PixelPoint] = []
    if abs(gy) >= abs(gx):
        for x in (left, right):
            found.append((x, -(g0 + gx * x) / gy))
        return _clip(found[0], found[1], axis=1, low=top, high=bottom)
    for y in (top, bottom):
        found.append((-(g0 + gy * y) / gx, y))
    return _clip(found[0], found[1], axis=0, low=left, high=right)


def _clip(p: PixelPoint, q: PixelPoint, *, axis: int, low: float, high: float) -> Line | None:
    """The part of p to q whose coordinate on `axis` is within low and high."""
    start, end = 0.0, 1.0
    step = q[axis] - p[axis]
    if step == 0:
        return (p, q) if low <= p[axis] <= high else None
    first, second = sorted(((low - p[axis]) / step, (high - p[axis]) / step))
    start, end = max(start, first), min(end, second)
    if start >= end:
        return None

    def at(t: float) -> PixelPoint:
        return p[0] + t * (q[0] - p[0]), p[1] + t * (q[1] - p[1])

    return at(start), at(end)
