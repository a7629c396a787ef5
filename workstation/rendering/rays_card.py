"""Volumes rendered by a graphics card: what it must be able to do, and whether it did."""

from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from workstation.domain.geometry import Affine
from workstation.domain.presentation import Rescale, Voi
from workstation.imaging.transfer import Projection, Stop, VolumePreset
from workstation.rendering.bricks import Brick, Kept
from workstation.rendering.card_room import CardRoom
from workstation.rendering.ray_grid import CastRequest
from workstation.rendering.volume_cast import Cast, Caster
from workstation.text import tr

#: Off square by no more than this, the cosine of two axes of a volume.
_SQUARE: Final = 1e-4
_SIDE: Final = 48
_BALL: Final = 14.0
#: Pixels of its outline that may lie on the other side: a part of all.
_RIM: Final = 0.01
#: What the picture of a card may differ from ours in mean light: shading is not the same.
_ALIKE: Final = (0.6, 1.7)
_DARK: Final = 2.0
_WHITE: Final = 255.0


class RaysCard(Protocol):
    """Pictures (rows, columns, 3) before black. Any thread; raises `CardLost`."""

    @property
    def room(self) -> CardRoom:
        """For the one volume that it holds."""
        ...

    def picture(
        self, brick: Brick, kept: Kept | None, request: CastRequest
    ) -> NDArray[np.uint8]: ...

    def purge(self) -> None:
        """Let go of the voxels."""
        ...


def takes(brick: Brick, request: CastRequest) -> bool:
    """Whether the picture of this mapper would be ours."""
    axes = brick.affine.matrix[:3, :3] / np.linalg.norm(brick.affine.matrix[:3, :3], axis=0)
    square = float(np.abs(axes.T @ axes - np.eye(3)).max()) < _SQUARE
    minip = request.preset.projection is Projection.MINIP  # it would pick what is outside
    return square and not (request.cuts or request.surfaces or minip)


def agrees(pixels: NDArray[np.uint8], cast: Cast) -> bool:
    """Whether a card's picture is about as light as a coarse one of ours: a card without room for
    a volume says nothing and draws black."""
    if cast.light is None:
        return True
    ours = float(np.clip(cast.light, 0.0, 1.0).mean()) * _WHITE
    theirs = float(pixels.mean())
    return _ALIKE[0] * ours - _DARK <= theirs <= _ALIKE[1] * ours + _DARK


def proof(card: RaysCard) -> str:
    """What the card makes wrong of a ball, held against the CPU; empty: nothing."""
    at = np.indices((_SIDE,) * 3) - (_SIDE - 1) / 2
    away = np.sqrt((at**2).sum(axis=0))
    voxels = np.clip((_BALL - away) * 500 + 500, 0, 1000).astype(np.int16)
    brick = Brick(voxels, Affine(np.eye(4)), 0, 1000, -32768, Rescale().slope, 0.0)
    stops = (Stop(499.0, 0.0), Stop(501.0, 1.0))
    preset = VolumePreset("ball", "Ball", (), Projection.UNSHADED, stops)
    middle = (_SIDE - 1) / 2
    for eye in (None, (middle, middle - 3 * _SIDE, middle)):
        request = CastRequest(
            (0.0, middle, _SIDE - 1.0), (1.0, 0.0, 0.0), (0.0, 0.0, -1.0), 1.0, (_SIDE, _SIDE),
            preset, Voi(500.0, 1000.0), 0.5, eye=eye,
        )  # fmt: skip
        ours = Caster(brick).cast(request)
        assert ours.cover is not None
        theirs = card.picture(brick, None, request).max(axis=2) / _WHITE
        if float((np.abs(theirs - ours.cover) > 0.5).mean()) > _RIM:
            return tr("its volumes differ from ours")
    return ""
