"""Rays through a volume by the CPU: composed with light, or the largest or least of each.

No OpenGL and no window. Samples come from `ray_grid`; numpy composes them front to back. Tiles
see only blocks in which something can be seen, and end where nothing more can be. Exact where
the affine is: sheared and left-handed volumes too. Neither part holds the interpreter lock for
long.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from workstation.imaging.transfer import Projection
from workstation.rendering.bricks import Brick, Kept
from workstation.rendering.ray_grid import (
    CastRequest,
    Grid,
    Places,
    Sampler,
    Tile,
    index_image,
)
from workstation.rendering.ray_light import FAINT, Opacities, Rays
from workstation.rendering.sheets import sheets_of


@frozen(eq=False)
class Cast:
    """What the rays brought.

    `light` (rows, columns, 3) and `cover` are parts of 1 for a composed picture; `values`
    are modality values of a projection, NaN where a ray met nothing. `depth_mm` is how far
    behind the plane of the request what is seen lies, NaN where nothing is.
    """

    depth_mm: NDArray[np.float32] = field(repr=False)
    light: NDArray[np.float32] | None = field(default=None, repr=False)
    cover: NDArray[np.float32] | None = field(default=None, repr=False)
    values: NDArray[np.float32] | None = field(default=None, repr=False)


class Abandoned(Exception):
    """Nobody waits for this picture any more."""


class Caster:
    """One view's way to a brick, or to what `kept` says of it. One thread at a time."""

    def __init__(self, brick: Brick, kept: Kept | None = None) -> None:
        self.brick, self._kept = brick, kept
        self._image = index_image(brick.voxels)
        self._masks: dict[bool, _Mask] = {}  # by whether it is the inner one

    def cast(self, request: CastRequest, is_old: Callable[[], bool] = lambda: False) -> Cast:
        """Raises Abandoned as soon as `is_old` says so."""
        grid, outside = Grid.of(self.brick, request), self.brick.outside
        rays = _composed if request.preset.projection.composes else _picked
        if not request.preset.projection.composes and not _picks_largest(grid):
            outside = int(np.iinfo(self.brick.voxels.dtype).max)
        samples = Sampler(self._image, grid.matrix, outside)
        if self._kept is None:
            return rays(_Source(grid, samples), is_old)
        mask = self._mask(self._kept, request.preset.projection is Projection.MINIP)
        sampler = Sampler(mask.image, mask.kept.to_index @ grid.to_patient, 0, nearest=True)
        return rays(_Source(grid, samples, sampler, *mask.blocks), is_old)

    def _mask(self, kept: Kept, inner: bool) -> "_Mask":
        if inner not in self._masks:
            used = kept.inner if inner else kept
            self._masks[inner] = _Mask(used, index_image(used.mask), used.blocks(self.brick))
        return self._masks[inner]


@frozen(eq=False)
class _Mask:
    kept: Kept
    image: Any
    blocks: tuple[NDArray[np.bool_], NDArray[np.bool_]]


@frozen(eq=False)
class _Source:
    """Where samples come from, and where they count: in `some` blocks, in `partly` not all."""

    grid: Grid
    samples: Sampler
    mask: Sampler | None = None
    some: NDArray[np.bool_] | None = None
    partly: NDArray[np.bool_] | None = None

    def places(self, seen: NDArray[np.bool_]) -> Places:
        return self.grid.places(seen if self.some is None else seen & self.some, self.partly)

    def hidden(self, tile: Tile, run: tuple[int, int], masked: bool) -> NDArray[np.bool_] | None:
        """Which samples of a part do not count; None: all do."""
        beyond = self.grid.beyond(tile, run)
        if self.mask is None or not masked:
            return beyond
        empty: NDArray[np.bool_] = self.mask.part(tile, run, (0, 0)) == 0
        return empty if beyond is None else beyond | empty


def _picks_largest(grid: Grid) -> bool:
    """Of stored values: where modality values fall as those rise, a MIP picks the least."""
    return (grid.request.preset.projection is Projection.MIP) == (grid.brick.slope >= 0)


def _composed(source: _Source, is_old: Callable[[], bool]) -> Cast:
    """Front to back; light of each sample by how the values fall around it."""
    grid, request, brick = source.grid, source.grid.request, source.grid.brick
    columns, rows = request.size
    opacity, colours = request.preset.curve(brick.levels, request.window, grid.step_mm)
    _hide_outside(brick, opacity)
    places = source.places(_seen_blocks(brick, opacity))
    dense = Opacities(grid, opacity)
    sheets = sheets_of(request.surfaces, grid, is_old)
    light = np.zeros((rows, columns, 3), np.float32)
    cover = np.zeros((rows, columns), np.float32)
    depth = np.full((rows, columns), np.nan, np.float32)
    for tile in grid.tiles():
        made = Rays(tile, grid, dense, colours, sheets)
        for run, masked in places.runs(tile, grid.steps):
            if is_old():
                raise Abandoned
            samples = source.samples.part(tile, run, made.margin)
            made.add(samples, run[0], partial(source.hidden, tile, run, masked))
            if made.is_dark:
                break
        made.meet(grid.steps)
        left, top, right, bottom = tile
        light[top:bottom, left:right] = made.light
        cover[top:bottom, left:right] = 1.0 - made.through
        depth[top:bottom, left:right] = made.depth
    return Cast(grid.depth_mm(depth), light, cover)


def _hide_outside(brick: Brick, opacity: NDArray[np.float32]) -> None:
    """What no voxel speaks for is not seen, whatever the curve says of such values."""
    opacity[np.array([brick.outside]).astype(brick.voxels.dtype).view(np.uint16)] = 0.0


def _seen_blocks(brick: Brick, opacity: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Blocks with a value between their ends that is seen."""
    kind = brick.voxels.dtype
    lowest, highest = (each.astype(np.int64) - np.iinfo(kind).min for each in brick.blocks)
    rising = np.roll(opacity, -int(np.iinfo(kind).min)) if kind == np.int16 else opacity
    seen = np.concatenate(([0], np.cumsum(rising > FAINT)))
    return np.asarray(seen[highest + 1] > seen[lowest], np.bool_)


def _picked(source: _Source, is_old: Callable[[], bool]) -> Cast:
    """The largest or the least value on each ray."""
    grid, request, brick = source.grid, source.grid.request, source.grid.brick
    columns, rows = request.size
    values = np.full((rows, columns), np.nan, np.float32)
    depth = np.full((rows, columns), np.nan, np.float32)
    largest = _picks_largest(grid)
    places = source.places(np.ones(brick.blocks[0].shape, np.bool_))
    for tile in grid.tiles():
        best = None
        for (begin, end), masked in places.runs(tile, grid.steps):
            if is_old():
                raise Abandoned
            samples = source.samples.part(tile, (begin, end), (0, 0))
            worst = np.iinfo(samples.dtype).min if largest else np.iinfo(samples.dtype).max
            if not largest:  # padding is no value
                samples = np.where(samples < brick.low, worst, samples)
            unseen = source.hidden(tile, (begin, end), masked)
            if unseen is not None:
                samples = np.where(unseen, worst, samples)
            at = samples.argmax(axis=0) if largest else samples.argmin(axis=0)
            found = np.take_along_axis(samples, at[np.newaxis], axis=0)[0]
            if best is None:
                best, place = found.copy(), at + begin
            else:
                better = found > best if largest else found < best
                best[better], place[better] = found[better], at[better] + begin
        if best is None:
            continue
        left, top, right, bottom = tile
        met = (best >= brick.low) & (best <= brick.high)
        picked = best.astype(np.float32) * np.float32(brick.slope) + np.float32(brick.intercept)
        values[top:bottom, left:right] = np.where(met, picked, np.nan)
        depth[top:bottom, left:right] = np.where(met, place, np.nan)
    return Cast(grid.depth_mm(depth), values=values)
