"""Volumes as a view shows them: coarse in some tens of milliseconds, whole in some seconds."""

import math
from collections.abc import Callable
from enum import IntEnum
from typing import Final

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from workstation.domain.geometry import ImagePlane
from workstation.domain.presentation import Voi
from workstation.imaging.transfer import VolumePreset
from workstation.imaging.volume_voxels import Volume
from workstation.rendering.bricks import Brick
from workstation.rendering.picture import Picture
from workstation.rendering.ray_grid import CastRequest
from workstation.rendering.volume_cast import Abandoned, Caster
from workstation.rendering.volume_picture import pixels_of
from workstation.viewing.resolve import ResolvedView

#: Rays of a picture while a hand turns it, and of the next one.
_MOVING_RAYS: Final = 60_000
_SOON_RAYS: Final = 250_000
#: From sample to sample in voxels; a projection steps over none.
_STEP: Final = 0.75
_EXACT_STEP: Final = 0.5


class Detail(IntEnum):
    """How much of it, from the first picture of a turn to the one at rest."""

    MOVING = 0
    SOON = 1
    WHOLE = 2


@frozen
class RaysRequest:
    """A volume as one view wants it; pure data.

    `plane` is the screen it is projected on, whose pixels the matrices of `view` speak of.
    """

    volume: Volume
    plane: ImagePlane
    view: ResolvedView
    preset: VolumePreset
    window: Voi
    inverted: bool


@frozen(eq=False)
class Rendered:
    """A picture, and how far behind the screen what is seen lies (rows, columns; mm or NaN)."""

    picture: Picture
    depth_mm: NDArray[np.float32]


class VolumePainter:
    """Of one viewport. On one worker at a time."""

    def __init__(self) -> None:
        self._volume: Volume | None = None
        self._casters: dict[bool, Caster] = {}

    def picture(
        self, request: RaysRequest, detail: Detail, is_old: Callable[[], bool]
    ) -> Rendered | None:
        """None where it was not waited for any more."""
        caster = self._caster(request.volume, half=detail is not Detail.WHOLE)
        part = part_of(request.view, detail)
        try:
            cast = caster.cast(rays_of(request, part, detail), is_old)
        except Abandoned:
            return None
        pixels = pixels_of(cast, request.preset, request.window, inverted=request.inverted)
        return Rendered(Picture(0, 0, np.ascontiguousarray(pixels), part), cast.depth_mm)

    def forget(self) -> None:
        """Let go of the voxels: the case was closed."""
        self._volume = None
        self._casters.clear()

    def _caster(self, volume: Volume, *, half: bool) -> Caster:
        if self._volume is not volume:
            self._volume, self._casters = volume, {}
        if half not in self._casters:
            whole = self._casters[False].brick if half and False in self._casters else None
            brick = whole or Brick.of(volume)
            self._casters[half] = Caster(brick.halved() if half else brick)
        return self._casters[half]


def part_of(view: ResolvedView, detail: Detail) -> int:
    """Pixels of the view, across and down, for which there is one ray."""
    if detail is Detail.WHOLE:
        return 1
    most = _MOVING_RAYS if detail is Detail.MOVING else _SOON_RAYS
    return max(1, math.ceil(math.sqrt(view.width * view.height / most)))


def rays_of(request: RaysRequest, part: int, detail: Detail) -> CastRequest:
    """One ray for `part` x `part` pixels of the whole view; parallel, and square on it."""
    plane, view = request.plane, request.view
    millimetres = plane.column_spacing / view.scale
    x, y = view.to_image((part / 2, part / 2))
    exact = not request.preset.projection.composes
    step = 1.0 if detail is not Detail.WHOLE else _EXACT_STEP if exact else _STEP
    size = math.ceil(view.width / part), math.ceil(view.height / part)
    return CastRequest(
        plane.to_patient(x, y), plane.row, plane.column, millimetres * part, size,
        request.preset, request.window, step,
    )  # fmt: skip
