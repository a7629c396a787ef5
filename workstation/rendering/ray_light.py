"""Rays of one tile on their way to the back: what each sample adds of light, and takes."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from workstation.imaging.transfer import Projection
from workstation.rendering.ray_grid import STEPS, Grid, Tile
from workstation.rendering.shading import shaded
from workstation.rendering.sheets import Sheet

#: What is left of the light when a ray has seen enough.
_DARK: Final = 0.01
_NOTHING: Final = 1e-4
#: A sample that adds less than this is not seen.
FAINT: Final = 1 / 768
#: Where half of the light is taken lies the surface.
_SURFACE: Final = 0.5


class Opacities:
    """Of a sample by its 16-bit pattern; from an eye, steps are shorter in front."""

    def __init__(self, grid: Grid, opacity: NDArray[np.float32]) -> None:
        self._grid, self._opacity = grid, opacity
        self._known: dict[int, NDArray[np.float32]] = {}

    def of(self, first: int) -> NDArray[np.float32]:
        """For the steps that begin with this one."""
        if not self._grid.fade:
            return self._opacity
        if first not in self._known:
            share = np.float32(self._grid.length_mm(first + STEPS / 2) / self._grid.step_mm)
            table, seen = np.zeros_like(self._opacity), np.flatnonzero(self._opacity)
            table[seen] = 1.0 - (1.0 - self._opacity[seen]) ** share
            self._known[first] = table
        return self._known[first]


class Rays:
    """Those of one tile, while they go on."""

    def __init__(
        self, tile: Tile, grid: Grid, dense: Opacities, colours: NDArray[np.float32],
        sheets: Sequence[Sheet] = (),
    ) -> None:  # fmt: skip
        left, top, right, bottom = tile
        self._grid = grid
        self._dense, self._colours = dense, colours
        self.shape = bottom - top, right - left
        self.through = np.ones(self.shape, np.float32)
        self.light = np.zeros((*self.shape, 3), np.float32)
        self.depth = np.full(self.shape, np.nan, np.float32)
        self._sheets = [part for each in sheets if (part := each.part(tile)) is not None]
        shades = grid.request.preset.projection is Projection.SHADED
        self.margin = grid.reach if shades else (0, 0)

    @property
    def is_dark(self) -> bool:
        return bool(self.through.max() < _DARK)

    def add(
        self, samples: NDArray[Any], first: int, hidden: Callable[[], NDArray[np.bool_] | None]
    ) -> None:
        """The next steps of every ray, with their margin; what is hidden is asked if need be."""
        around, deep = self.margin
        rows, columns = self.shape
        inner = samples[deep : samples.shape[0] - deep, around : around + rows,
                        around : around + columns]  # fmt: skip
        alpha = self._dense.of(first).take(inner.view(np.uint16))
        if not alpha.any():
            return
        unseen = hidden()
        if unseen is not None:
            alpha[unseen] = 0.0
        before = np.empty_like(alpha)  # what is left of the light in front of each sample
        for step, (left, taken) in enumerate(zip(before, alpha, strict=True), first):
            self.meet(step)
            left[...] = self.through
            self.through *= 1.0 - taken
        self.through[self.through < _NOTHING] = 0.0  # numbers that small take long to multiply
        weight = alpha * before
        seen = np.flatnonzero(weight > FAINT)
        self._surface(before, alpha, seen, first)
        if seen.size:
            self._lit(samples, seen, weight.ravel()[seen], first)

    def meet(self, step: int) -> None:
        """What of segments lies before this step, and was not met yet."""
        for sheet in self._sheets:
            row, column = np.nonzero(sheet.steps <= step)
            if not row.size:
                continue
            share = self.through[row, column] * np.float32(sheet.opacity)
            self.light[row, column] += share[:, None] * sheet.light[row, column]
            self.through[row, column] -= share
            behind = (self.through[row, column] < _SURFACE) & np.isnan(self.depth[row, column])
            row, column = row[behind], column[behind]
            self.depth[row, column] = sheet.steps[row, column]
            sheet.steps[sheet.steps <= step] = np.inf

    def _surface(
        self, before: NDArray[np.float32], alpha: NDArray[np.float32], seen: NDArray[np.intp],
        first: int,
    ) -> None:  # fmt: skip
        """Between the first sample behind which less than half of the light is left and that
        before it: where the border lies there is not known better."""
        after = before.ravel()[seen] * (1.0 - alpha.ravel()[seen])
        behind = seen[after < _SURFACE][::-1]  # the nearest is written last
        step, pixel = np.divmod(behind, self.through.size)
        fresh = np.isnan(self.depth.ravel()[pixel])
        self.depth.ravel()[pixel[fresh]] = step[fresh] + first - 0.5

    def _lit(
        self, samples: NDArray[Any], seen: NDArray[np.intp], weight: NDArray[np.float32],
        first: int,
    ) -> None:  # fmt: skip
        around, deep = self.margin
        rows, columns = self.shape
        step, pixel = np.divmod(seen, rows * columns)
        row, column = np.divmod(pixel, columns)
        flat = samples.ravel()
        down, back = samples.shape[2], samples.shape[1] * samples.shape[2]
        at = (step + deep) * back + (row + around) * down + column + around
        colour = self._colours.take(flat.take(at).view(np.uint16), axis=0)
        if deep:
            grid, ways = self._grid, (around, around * down, deep * back)
            low = np.float32(grid.brick.low)
            ends = [(flat.take(at + way), flat.take(at - way)) for way in ways]
            middle = first + STEPS / 2
            pixel_mm = grid.request.spacing_mm / grid.size_at(middle)
            spans = (around * pixel_mm,) * 2 + (deep * grid.length_mm(middle),)
            falls = [
                (np.maximum(far, low, dtype=np.float32) - np.maximum(near, low, dtype=np.float32))
                / np.float32(span)
                for (far, near), span in zip(ends, spans, strict=True)
            ]
            colour = shaded(colour, falls, grid.request.preset.light)
        for channel in range(3):
            added = np.bincount(pixel, weight * colour[:, channel], rows * columns)
            self.light[..., channel] += added.reshape(self.shape).astype(np.float32)
