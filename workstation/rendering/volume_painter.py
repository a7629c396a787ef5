"""Volumes as a view shows them: coarse in some tens of milliseconds, whole in some seconds."""

import math
import time
from collections.abc import Callable
from enum import IntEnum
from typing import Final

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from workstation.domain.geometry import ImagePlane, Vector
from workstation.domain.presentation import Voi
from workstation.errors import NotDisplayable
from workstation.imaging.surface import Surface
from workstation.imaging.transfer import VolumePreset
from workstation.imaging.volume_voxels import Volume
from workstation.rendering.bricks import Brick, Kept, patient_of
from workstation.rendering.engine import CPU, CardLost, Slices
from workstation.rendering.picture import Picture
from workstation.rendering.ray_grid import CastRequest, Crop
from workstation.rendering.rays_card import RaysCard, agrees, takes
from workstation.rendering.volume_cast import Abandoned, Caster
from workstation.rendering.volume_picture import is_turned, pixels_of
from workstation.services.screen.viewed import Shown, volume_window
from workstation.text import tr
from workstation.viewing.resolve import ResolvedView
from workstation.viewing.volume_cuts import Freehand

#: Rays of a picture while a hand turns it: as many as take about so long, within these bounds.
_MOVING_S: Final = 0.08
_MOVING_RAYS: Final = (20_000, 90_000)
#: Voxels of what is turned: more are halved once more.
_MOVING_VOXELS: Final = 6_000_000
#: Pixels for each ray of a card while a hand turns it.
_PART_BY_CARD: Final = 2
#: How often voxels may be halved for a card that has no room for all of them.
_HALVINGS: Final = (1, 2)
#: Rays of the next one.
_SOON_RAYS: Final = 250_000
#: From sample to sample at rest, in voxels.
_STEP: Final = 0.75


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
    cuts: tuple[Freehand, ...] = ()
    eye: Vector | None = None
    surfaces: tuple[Surface, ...] = ()


@frozen(eq=False)
class Rendered:
    """A picture, and how far behind the screen what is seen lies (rows, columns; mm or NaN)."""

    picture: Picture
    depth_mm: NDArray[np.float32]
    depth_part: int  # pixels of the view, across and down, for each of its depths


class VolumePainter:
    """Of one viewport. On one worker at a time."""

    def __init__(self, slices: Slices = CPU) -> None:
        self._slices = slices
        self._volume: Volume | None = None
        self._bricks: dict[int, Brick] = {}  # by how often they were halved
        self._patient: Kept | None = None
        self._looked = False  # for the patient on the table
        self._casters: dict[tuple[int, bool], Caster] = {}  # and without the table
        self._rays = _MOVING_RAYS[0] * 2
        self._proven: Volume | None = None  # drawn by the card as by us

    def picture(
        self, request: RaysRequest, detail: Detail, is_old: Callable[[], bool]
    ) -> Rendered | None:
        """None where nobody waited for it any more. Raises NotDisplayable without memory."""
        try:
            return self._picture(request, detail, is_old)
        except MemoryError:
            self.forget()
            words = tr("there is not enough memory to render this volume")
            raise NotDisplayable(words, reason="memory") from None

    def _picture(
        self, request: RaysRequest, detail: Detail, is_old: Callable[[], bool]
    ) -> Rendered | None:
        if self._volume is not request.volume:
            self.forget()
            self._volume = request.volume
        by_card = self._by_card(request, detail, is_old)
        if by_card is not None:
            return by_card
        caster = self._caster(self._halvings(detail), request.without_table)
        part = part_of(request.view, detail, self._rays)
        begun = time.perf_counter()
        try:
            cast = caster.cast(rays_of(request, part, detail), is_old)
        except Abandoned:
            return None
        if detail is Detail.MOVING:
            self._learn(time.perf_counter() - begun)
        pixels = pixels_of(
            cast, request.preset, request.window, inverted=request.inverted,
            turned=is_turned(request.volume.frame),
        )  # fmt: skip
        return Rendered(Picture(0, 0, np.ascontiguousarray(pixels), part), cast.depth_mm, part)

    def _by_card(
        self, request: RaysRequest, detail: Detail, is_old: Callable[[], bool]
    ) -> Rendered | None:
        """By the graphics card, where there is one that does this as ours would; the depths of
        what is seen, and whether it is seen at all, are worked out coarsely beside it."""
        card = self._slices.rays
        turned = request.preset.inverted or is_turned(request.volume.frame)
        lowest_white = request.inverted != turned
        mip = not request.preset.projection.composes
        if card is None or (mip and lowest_white):
            return None
        halvings = self._halvings_for(card, detail)
        if halvings is None:
            return None
        brick = self._brick(halvings)
        part = 1 if detail is Detail.WHOLE else _PART_BY_CARD
        asked = rays_of(request, part, Detail.WHOLE)
        if not takes(brick, asked):
            return None
        kept = self._without_table() if request.without_table else None
        try:
            pixels = card.picture(brick, kept, asked)
        except CardLost as loss:
            self._slices.rays_lost(card, str(loss))
            return None
        coarse = part_of(request.view, Detail.MOVING, self._rays)
        depths = np.full((1, 1), np.nan, np.float32)
        if detail is not Detail.MOVING or self._proven is not request.volume:
            try:
                caster = self._caster(self._halvings(Detail.MOVING), request.without_table)
                cast = caster.cast(rays_of(request, coarse, Detail.MOVING), is_old)
            except Abandoned:
                return Rendered(Picture(0, 0, pixels, part), depths, 1)
            if not agrees(pixels, cast):
                self._slices.rays_lost(card, tr("the graphics card draws this volume wrong"))
                return None
            self._proven, depths = request.volume, cast.depth_mm
        return Rendered(Picture(0, 0, pixels, part), depths, coarse)

    def _halvings_for(self, card: RaysCard, detail: Detail) -> int | None:
        """None: the picture is the CPU's. The whole one is never made of fewer voxels."""
        lacks = card.room.why_not(self._brick(0).voxels)
        if not lacks:
            return 0
        self._slices.rays_lack_room(card, lacks)
        if detail is Detail.WHOLE:
            return None
        fits = (n for n in _HALVINGS if not card.room.why_not(self._brick(n).voxels))
        return next(fits, None)

    def forget(self) -> None:
        """Let go of the voxels: the case was closed."""
        self._volume = self._proven = None
        self._bricks.clear()
        self._casters.clear()
        self._patient, self._looked = None, False

    def _learn(self, seconds: float) -> None:
        """More rays on a fast machine, fewer on a slow or busy one; not all at once."""
        factor = min(max(_MOVING_S / max(seconds, 1e-3), 0.5), 1.5)
        self._rays = int(min(max(self._rays * factor, _MOVING_RAYS[0]), _MOVING_RAYS[1]))

    def _halvings(self, detail: Detail) -> int:
        if detail is Detail.WHOLE:
            return 0
        large = self._brick(1).voxels.size > _MOVING_VOXELS
        return 2 if large and detail is Detail.MOVING else 1

    def _caster(self, halvings: int, without_table: bool) -> Caster:
        if (halvings, without_table) not in self._casters:
            kept = self._without_table() if without_table else None
            self._casters[halvings, without_table] = Caster(self._brick(halvings), kept)
        return self._casters[halvings, without_table]

    def _brick(self, halvings: int) -> Brick:
        assert self._volume is not None
        if halvings not in self._bricks:
            made = self._brick(halvings - 1).halved() if halvings else Brick.of(self._volume)
            self._bricks[halvings] = made
        return self._bricks[halvings]

    def _without_table(self) -> Kept | None:
        if not self._looked:
            self._patient, self._looked = patient_of(self._brick(2)), True
        return self._patient


def rays_request(shown: Shown, view: ResolvedView, surfaces: tuple[Surface, ...]) -> RaysRequest:
    """Of a view whose volume is here."""
    made, plane, window = shown.rendering, shown.frame.plane, volume_window(shown)
    assert made is not None
    assert made.volume is not None
    assert plane is not None
    assert window is not None
    return RaysRequest(
        made.volume, plane, view, made.preset, window, shown.state.inverted, made.without_table,
        made.crop, made.look.cuts, made.eye, surfaces,
    )  # fmt: skip


def part_of(view: ResolvedView, detail: Detail, moving_rays: int) -> int:
    """Pixels of the view, across and down, for which there is one ray."""
    if detail is Detail.WHOLE:
        return 1
    most = moving_rays if detail is Detail.MOVING else _SOON_RAYS
    return max(1, math.ceil(math.sqrt(view.width * view.height / most)))


def rays_of(request: RaysRequest, part: int, detail: Detail) -> CastRequest:
    """One ray for `part` x `part` pixels of the whole view."""
    plane, view = request.plane, request.view
    millimetres = plane.column_spacing / view.scale
    x, y = view.to_image((part / 2, part / 2))
    step = _STEP if detail is Detail.WHOLE else 1.0
    size = math.ceil(view.width / part), math.ceil(view.height / part)
    return CastRequest(
        plane.to_patient(x, y), plane.row, plane.column, millimetres * part, size,
        request.preset, request.window, step, request.crop, request.cuts, request.eye,
        request.surfaces,
    )  # fmt: skip
