"""From where a volume is looked at, and by which preset: pure values and turns.

Turns go with the hand: what is in front moves as the hand does.
"""

import math
from enum import StrEnum
from typing import Final

import numpy as np
from attrs import evolve, frozen

from workstation.domain.geometry import Vector, cross, dot
from workstation.domain.presentation import Voi
from workstation.imaging.transfer import Stop
from workstation.viewing.planes import STANDARD, Axes, Plane, Rectangle, rectangle
from workstation.viewing.volume_cuts import Freehand

#: How near a direction is to that of the body to be called by its letter, degrees.
_STRAIGHT: Final = 0.5
#: Of what an eye takes in, either way from the middle.
_HALF_ANGLE: Final = math.radians(15.0)


#: From where to where along x, y and z of the patient.
Crop = tuple[tuple[float, float], tuple[float, float], tuple[float, float]]


class From(StrEnum):
    """The standard views: where the reader stands."""

    A = "a"
    P = "p"
    L = "l"
    R = "r"
    H = "h"
    F = "f"


_DOWN: Final[Vector] = (0.0, 0.0, -1.0)
VIEWS: Final = {
    From.A: STANDARD[Plane.CORONAL],
    From.P: Axes((-1.0, 0.0, 0.0), _DOWN),
    From.L: Axes((0.0, 1.0, 0.0), _DOWN),
    From.R: Axes((0.0, -1.0, 0.0), _DOWN),
    From.H: Axes((1.0, 0.0, 0.0), (0.0, -1.0, 0.0)),
    From.F: STANDARD[Plane.AXIAL],
}


@frozen
class VolumeLook:
    """Of one view. `plane` and `voi` are what the view goes back to.

    `cut` is how much is taken away from each side of the volume, mm, in the order of `From`;
    `cuts` what lines drawn on it took away; `perspective`: near things are larger.
    `table` whether that of a CT is seen; `stops` the curve as the reader drew it, None: that of
    the preset.
    """

    preset: str
    axes: Axes = VIEWS[From.A]
    cut: tuple[float, ...] = (0.0,) * 6
    table: bool = False
    plane: Plane | None = None
    voi: Voi | None = None
    stops: tuple[Stop, ...] | None = None
    cuts: tuple[Freehand, ...] = ()
    perspective: bool = False


def turned(look: VolumeLook, right: float, down: float) -> VolumeLook:
    """What is in front moves so many degrees to the right and down."""
    row, column, normal = look.axes.row, look.axes.column, look.axes.normal
    cos, sin = math.cos(math.radians(right)), math.sin(math.radians(right))
    row, normal = _mixed(row, cos, normal, -sin), _mixed(normal, cos, row, sin)
    cos, sin = math.cos(math.radians(down)), math.sin(math.radians(down))
    column = _mixed(column, cos, normal, -sin)
    return evolve(look, axes=_square(row, column))


def rolled(look: VolumeLook, degrees: float) -> VolumeLook:
    """The picture turns clockwise, as one on a light box would."""
    row, column = look.axes.row, look.axes.column
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return evolve(look, axes=_square(_mixed(row, cos, column, -sin), _mixed(column, cos, row, sin)))


def seen_from(look: VolumeLook, view: From) -> VolumeLook:
    return evolve(look, axes=VIEWS[view])


def standard_view(axes: Axes) -> From | None:
    """The letter of a direction, upright or not; None beside all of them."""
    near = math.cos(math.radians(_STRAIGHT))
    found = (view for view, own in VIEWS.items() if dot(own.normal, axes.normal) > near)
    return next(found, None)


def cut_by(look: VolumeLook, side: From, mm: float) -> VolumeLook:
    """So much more is taken away from a side; negative gives back, up to all of it."""
    at = list(From).index(side)
    return evolve(
        look, cut=tuple(max(0.0, own + mm) if i == at else own for i, own in enumerate(look.cut))
    )


def nearest_side(axes: Axes) -> From:
    """Of the volume, to the reader: what hides the rest from him."""
    return max(From, key=lambda view: dot(VIEWS[view].normal, axes.normal))


def crop_of(look: VolumeLook, corners: tuple[Vector, ...]) -> Crop | None:
    """What is left, from where to where along x, y and z (LPS mm); None: all of it."""
    if not any(look.cut):
        return None
    front, behind, left, right, head, feet = look.cut
    (x, x2), (y, y2), (z, z2) = ((min(along), max(along)) for along in zip(*corners, strict=True))
    return (x + right, x2 - left), (y + front, y2 - behind), (z + feet, z2 - head)


def eye_of(look: VolumeLook, centre: Vector, corners: tuple[Vector, ...]) -> Vector | None:
    """Where a reader stands whose eye takes in all of it at once; None: infinitely far."""
    if not look.perspective:
        return None
    away = max(math.dist(centre, corner) for corner in corners) / math.sin(_HALF_ANGLE)
    x, y, z = (c - away * n for c, n in zip(centre, look.axes.normal, strict=True))
    return x, y, z


def angles(axes: Axes) -> tuple[float, float]:
    """Where the reader stands: degrees from the front to the patient's left, and to the head."""
    x, y, z = (-part for part in axes.normal)
    return math.degrees(math.atan2(x, -y)), math.degrees(math.asin(max(-1.0, min(z, 1.0))))


def screen_of(
    look: VolumeLook, centre: Vector, corners: tuple[Vector, ...], pixel_mm: float
) -> Rectangle:
    """The plane through the middle that the picture is projected on.

    As large whatever the turn, so that nothing grows or shrinks while a hand turns it: its side
    is that of the volume along its longest standard direction.
    """
    spans = []
    for axes in (VIEWS[From.A], VIEWS[From.F]):
        for way in (axes.row, axes.column):
            along = [dot(corner, way) for corner in corners]
            spans.append(max(along) - min(along))
    side = max(1, math.ceil(max(spans) / pixel_mm))
    return rectangle(look.axes, centre, np.asarray(corners), pixel_mm, (side, side), pixel_mm)


def _mixed(a: Vector, s: float, b: Vector, t: float) -> Vector:
    x, y, z = (s * p + t * q for p, q in zip(a, b, strict=True))
    return x, y, z


def _square(row: Vector, column: Vector) -> Axes:
    """Of length 1 and at right angles, however many turns there were."""
    row = _mixed(row, 1 / math.hypot(*row), row, 0.0)
    column = _mixed(column, 1.0, row, -dot(column, row))
    column = _mixed(column, 1 / math.hypot(*column), column, 0.0)
    assert abs(math.hypot(*cross(row, column)) - 1.0) < 1e-9
    return Axes(row, column)
