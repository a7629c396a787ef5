"""What a line drawn on a rendered volume takes away: everything behind it, or all the rest."""

from typing import Final

from attrs import frozen

from workstation.domain.geometry import ImagePlane, Vector, dot
from workstation.domain.measurement import PixelPoint
from workstation.viewing.planes import Axes

#: Corners nearer to each other than this are one, mm: a hand draws hundreds.
_APART_MM: Final = 0.4
#: A line with fewer corners encloses nothing.
FEWEST: Final = 3


@frozen
class Freehand:
    """A closed line on the screen as it was when it was drawn.

    `line` is in mm to the right and down of `origin`, a point of that screen. With an `eye`
    its rays came from there, else side by side. `inside`: what it encloses goes, else the rest.
    """

    origin: Vector
    axes: Axes
    line: tuple[PixelPoint, ...]
    eye: Vector | None = None
    inside: bool = True


def drawn(
    plane: ImagePlane, points: tuple[PixelPoint, ...], eye: Vector | None, *, inside: bool
) -> Freehand:
    """From points of the screen's plane, in its pixels."""
    axes = Axes(plane.row, plane.column)
    line: list[PixelPoint] = []
    for point in points:
        x, y = point[0] * plane.column_spacing, point[1] * plane.row_spacing
        if not line or abs(x - line[-1][0]) + abs(y - line[-1][1]) >= _APART_MM:
            line.append((x, y))
    return Freehand(plane.origin, axes, tuple(line), eye, inside)


def on_screen(point: Vector, plane: ImagePlane, eye: Vector | None) -> Vector:
    """Where a ray to a point of the patient crosses the screen."""
    if eye is None:
        return point
    x, y, z = (p - e for p, e in zip(point, eye, strict=True))
    ahead = dot((x, y, z), plane.normal)
    a, b, c = (o - e for o, e in zip(plane.origin, eye, strict=True))
    share = dot((a, b, c), plane.normal) / ahead
    return eye[0] + x * share, eye[1] + y * share, eye[2] + z * share


def behind_screen(at: Vector, depth_mm: float, plane: ImagePlane, eye: Vector | None) -> Vector:
    """The point of the ray through a place of the screen that lies so far behind it."""
    if eye is None:
        x, y, z = (p + depth_mm * n for p, n in zip(at, plane.normal, strict=True))
        return x, y, z
    a, b, c = (p - e for p, e in zip(at, eye, strict=True))
    away = dot((a, b, c), plane.normal)
    share = (away + depth_mm) / away
    return eye[0] + a * share, eye[1] + b * share, eye[2] + c * share
