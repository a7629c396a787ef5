"""The pictures of a film of a rendered volume, as a view would show them, without a window."""

from collections.abc import Callable

import numpy as np
from attrs import evolve
from numpy.typing import NDArray

from workstation.imaging.surface import Surface
from workstation.rendering import edge_letters
from workstation.rendering.volume_painter import Detail, VolumePainter, rays_request
from workstation.services.screen.viewed import Shown
from workstation.viewing.orientation import edge_letters as letters_of
from workstation.viewing.resolve import ResolvedView


class FilmPainter:
    """Of one film; on the CPU, which does every picture alike, of every voxel: thin bone that
    is averaged away lets what lies behind it be seen. On one worker at a time."""

    def __init__(self) -> None:
        self._painter = VolumePainter()

    def __call__(
        self, shown: Shown, surfaces: tuple[Surface, ...], side: int, waits: Callable[[], None]
    ) -> NDArray[np.uint8]:
        """(side, side, 3) with the letters of the edges. Raises NotDisplayable without memory."""
        state = evolve(shown.state, one_to_one=False)
        request = rays_request(shown, ResolvedView.of(state, shown.frame, side, side), surfaces)

        def is_old() -> bool:
            waits()
            return False

        made = self._painter.picture(request, Detail.WHOLE, is_old)
        assert made is not None  # it was waited for
        pixels = made.picture.pixels
        if pixels.ndim == 2:
            pixels = np.repeat(pixels[..., np.newaxis], 3, axis=2)
        return edge_letters.drawn(pixels, letters_of(state, shown.frame))
