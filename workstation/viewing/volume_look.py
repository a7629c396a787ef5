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
from workstation.viewing.planes import STANDARD, Axes, Plane, Rectangle, rectangle

#: How near a direction is to that of the body to be called by its letter, degrees.
_STRAIGHT: Final = 0.5


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
    """Of one view. `plane` and `voi` are what the view goes back to."""

    preset: str
    axes: Axes = VIEWS[From.A]
    plane: Plane | None = None
    voi: Voi | None = None


def turned(look: VolumeLook, right: float, down: float) -> VolumeLook:
    """What is in front moves so many degrees to the right and down."""
    row, column, normal = look.axes.row, look.axes.column, look.axes.normal
    cos, sin = math.cos(math.radians(right)), math.sin(math.radians(right))
    row, normal = _mixed(row, cos, normal, -sin), _mixed(normal, cos, row, sin)
    cos, sin = math.cos(math.radians(down)), math.sin(math.radians(down))
    column = _mixed(column, cos, normal, -sin)
    return evolve(look, axes=_square(row, column))


def seen_from(look: VolumeLook, view: From) -> VolumeLook:
    return evolve(look, axes=VIEWS[view])


def standard_view(axes: Axes) -> From | None:
    """The letter of a direction, upright or not; None beside all of them."""
    near = math.cos(math.radians(_STRAIGHT))
    found = (view for view, own in VIEWS.items() if dot(own.normal, axes.normal) > near)
    return next(found, None)


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
