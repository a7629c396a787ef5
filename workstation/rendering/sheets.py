"""Where rays first meet the border of a segment, and in which light it lies there."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from workstation.imaging.surface import INSIDE, Surface
from workstation.imaging.transfer import Light
from workstation.rendering.ray_grid import STEPS, Grid, Sampler, Tile, index_image
from workstation.rendering.shading import shaded

_LIGHT: Final = Light(ambient=0.3, diffuse=0.7, specular=0.2, power=20.0)
#: What a hand turns: a step is as wide as some voxels of a coarse volume.
_AROUND: Final = 1


@frozen(eq=False)
class Sheet:
    """Of one segment, for every pixel: at which step its front lies (infinite: nowhere), and its
    light (rows, columns, 3)."""

    steps: NDArray[np.float32] = field(repr=False)
    light: NDArray[np.float32] = field(repr=False)
    opacity: float

    def part(self, tile: Tile) -> "Sheet | None":
        """What lies in a tile, its own copy; None where nothing does."""
        left, top, right, bottom = tile
        steps = self.steps[top:bottom, left:right]
        if not np.isfinite(steps).any():
            return None
        return Sheet(steps.copy(), self.light[top:bottom, left:right], self.opacity)


def sheets_of(
    surfaces: Sequence[Surface], grid: Grid, is_old: Callable[[], bool]
) -> tuple[Sheet, ...]:
    """Those that are seen at all. Nothing more is looked for once `is_old`."""
    return tuple(
        _sheet(each, grid, is_old)
        for each in surfaces
        if each.opacity > 0 and each.border.grid.inside.any()
    )


def _sheet(surface: Surface, grid: Grid, is_old: Callable[[], bool]) -> Sheet:
    columns, rows = grid.request.size
    steps = np.full((rows, columns), np.inf, np.float32)
    light = np.zeros((rows, columns, 3), np.float32)
    border = surface.border
    matrix = border.to_index @ grid.to_patient
    sampler = Sampler(index_image(border.voxels), matrix, 0)
    low, high = _shadow(border.corners, grid)
    for tile in grid.tiles():
        left, top, right, bottom = tile
        beside = low[0] >= right or high[0] < left or low[1] >= bottom or high[1] < top
        if beside or is_old():
            continue
        found = _Front(tile, grid, surface)
        begin = max(0, int(low[2]) // STEPS * STEPS)
        for first in range(begin, min(grid.steps, int(high[2]) + 2), STEPS):
            run = first, min(first + STEPS, grid.steps)
            found.look(sampler.part(tile, run, (_AROUND, _AROUND)), run)
        steps[top:bottom, left:right] = found.steps
        light[top:bottom, left:right] = found.light
    return Sheet(steps, light, surface.opacity)


def _shadow(
    corners: NDArray[np.float64], grid: Grid
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Lowest and highest column, row and step of a box in the patient."""
    inverse = np.linalg.inv(grid.to_patient)
    size = corners @ inverse[3, :3] + inverse[3, 3]
    places = (corners @ inverse[:3, :3].T + inverse[:3, 3]) / size[:, None]
    return np.floor(places.min(axis=0)), np.ceil(places.max(axis=0))


class _Front:
    """Of one tile, while its rays go on."""

    def __init__(self, tile: Tile, grid: Grid, surface: Surface) -> None:
        left, top, right, bottom = tile
        self._tile, self._grid, self._colour = tile, grid, np.asarray(surface.colour, np.float32)
        self.steps = np.full((bottom - top, right - left), np.inf, np.float32)
        self.light = np.zeros((*self.steps.shape, 3), np.float32)

    def look(self, samples: NDArray[Any], run: tuple[int, int]) -> None:
        """Samples of some steps, with one more on every side."""
        inner = samples[1:-1, 1:-1, 1:-1]
        inside = inner >= INSIDE
        if not inside.any():
            return
        beyond = self._grid.beyond(self._tile, run)
        if beyond is not None:
            inside &= ~beyond
        at = inside.argmax(axis=0)
        met = np.take_along_axis(inside, at[np.newaxis], axis=0)[0] & np.isinf(self.steps)
        row, column = np.nonzero(met)
        step = at[row, column]
        value = samples[step + 1, row + 1, column + 1].astype(np.float32)
        before = samples[step, row + 1, column + 1].astype(np.float32)
        back = np.where(before < INSIDE, (value - INSIDE) / np.maximum(value - before, 1.0), 0.0)
        self.steps[row, column] = step + run[0] - back
        self.light[row, column] = self._lit(samples, step, row, column, run[0] + STEPS / 2)

    def _lit(
        self, samples: NDArray[Any], step: NDArray[np.intp], row: NDArray[np.intp],
        column: NDArray[np.intp], middle: float,
    ) -> NDArray[np.float32]:  # fmt: skip
        pixel_mm = self._grid.request.spacing_mm / self._grid.size_at(middle)
        ways = (
            ((0, 0, 1), pixel_mm), ((0, 1, 0), pixel_mm), ((1, 0, 0), self._grid.length_mm(middle))
        )  # fmt: skip
        k, j, i = step + 1, row + 1, column + 1
        falls = [
            (samples[k + a, j + b, i + c].astype(np.float32)
             - samples[k - a, j - b, i - c].astype(np.float32)) / np.float32(span)
            for (a, b, c), span in ways
        ]  # fmt: skip
        return shaded(np.broadcast_to(self._colour, (len(row), 3)), falls, _LIGHT)
