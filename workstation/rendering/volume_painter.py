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
from workstation.rendering.bricks import Brick, Kept, patient_of
from workstation.rendering.picture import Picture
from workstation.rendering.ray_grid import CastRequest, Crop
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
    without_table: bool = False
    crop: Crop | None = None


@frozen(eq=False)
class Rendered:
    """A picture, and how far behind the screen what is seen lies (rows, columns; mm or NaN)."""

    picture: Picture
    depth_mm: NDArray[np.float32]


class VolumePainter:
    """Of one viewport. On one worker at a time."""

    def __init__(self) -> None:
        self._volume: Volume | None = None
        self._whole: Brick | None = None
        self._half: Brick | None = None
        self._patient: Kept | None = None
        self._looked = False  # for the patient on the table
        self._casters: dict[tuple[bool, bool], Caster] = {}  # whole, without the table

    def picture(
        self, request: RaysRequest, detail: Detail, is_old: Callable[[], bool]
    ) -> Rendered | None:
        """None where it was not waited for any more."""
        if self._volume is not request.volume:
            self.forget()
            self._volume = request.volume
        caster = self._caster(detail is Detail.WHOLE, request.without_table)
        part = part_of(request.view, detail)
        try:
            cast = caster.cast(rays_of(request, part, detail), is_old)
        except Abandoned:
            return None
        pixels = pixels_of(cast, request.preset, request.window, inverted=request.inverted)
        return Rendered(Picture(0, 0, np.ascontiguousarray(pixels), part), cast.depth_mm)

    def forget(self) -> None:
        """Let go of the voxels: the case was closed."""
        self._volume = self._half = self._whole = None
        self._patient, self._looked = None, False
        self._casters.clear()

    def _caster(self, whole: bool, without_table: bool) -> Caster:
        if (whole, without_table) not in self._casters:
            kept = self._without_table() if without_table else None
            brick = self._whole_brick() if whole else self._half_brick()
            self._casters[whole, without_table] = Caster(brick, kept)
        return self._casters[whole, without_table]

    def _whole_brick(self) -> Brick:
        assert self._volume is not None
        if self._whole is None:
            self._whole = Brick.of(self._volume)
        return self._whole

    def _half_brick(self) -> Brick:
        if self._half is None:
            self._half = self._whole_brick().halved()
        return self._half

    def _without_table(self) -> Kept | None:
        if not self._looked:
            self._patient, self._looked = patient_of(self._half_brick().halved()), True
        return self._patient


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
        request.preset, request.window, step, request.crop,
    )  # fmt: skip
