"""Slices through a volume of which memory holds fewer voxels, exact: run by run of its slices.

Samples lie where those of a volume in memory lie, and are made by the same engine
(`slice_cpu.SliceEngine`): plane by plane of a slab, of each plane the part that a run holds.
"""

import math
from collections.abc import Callable
from enum import Enum
from typing import Any, Final

import numpy as np
from attrs import define, evolve, field, frozen
from numpy.typing import NDArray

from workstation.imaging.fewer_voxels import FewerVoxels, Run
from workstation.rendering.slice_cpu import SliceEngine, SliceRequest, planes_through, slab_steps
from workstation.viewing.viewport import Interpolation, SlabMode

#: Slices on either side that take part in a sample between two.
_BESIDE: Final = {Interpolation.NEAREST: 1, Interpolation.LINEAR: 1, Interpolation.CUBIC: 2}
#: Of a slice: a plane that is no further from one lies in it.
_IN_IT: Final = 1e-6


class Padding(Enum):
    """What voxels that only fill their frame do to a sample of a slab."""

    WINS = "wins"  # one of them is enough, and there is nothing
    YIELDS = "yields"  # the projection never picks them where there is anything else
    KEPT = "kept"  # they are values as others


@define(eq=False)
class Asked:
    """Samples of one view: what of them is still to come, and what is here."""

    volume: FewerVoxels
    way: "_Way"
    padding: Padding
    goes_on: Callable[[], bool]
    beside: int
    left: list[tuple[float, float]] = field(factory=lambda: [(-math.inf, math.inf)])
    merged: "_Merged | None" = None

    @classmethod
    def of(
        cls, volume: FewerVoxels, request: SliceRequest, padding: Padding,
        goes_on: Callable[[], bool],
    ) -> "Asked":  # fmt: skip
        """`request` is in stored values: where these fall as modality values rise, its mode is
        turned."""
        way = _Way.of(volume, request)
        first, last = way.reach
        flat = last - first < _IN_IT and abs(first - round(first)) < _IN_IT
        return cls(volume, way, padding, goes_on, 0 if flat else _BESIDE[request.interpolation])

    def join(self) -> None:
        """Home thread: to be served by whoever goes through the slices of the series."""
        takers = self.volume.every.takers
        takers[:] = [each for each in takers if each.goes_on()]
        takers.append(self)

    def values(self) -> NDArray[np.float32] | None:
        """As they are stored, NaN where there is none; None where it was not gone on with. On a
        worker: of those that have joined on one for all, else on any."""
        every = self.volume.every
        try:
            for first, last in self._to_go():
                for run in every.runs(first, last, self.beside, self.goes_on):
                    for each in list(every.takers) if self in every.takers else [self]:
                        each.take(run)
        finally:
            if self in every.takers:
                every.takers.remove(self)
        return self._merged().finished(self.padding) if self.goes_on() else None

    def take(self, run: Run) -> None:
        if run.beside != self.beside or not self.goes_on():
            return
        sampler, left = _RunSampler(run), []
        for low, high in self.left:
            a, b = max(low, run.start), min(high, run.stop)
            if a >= b:
                left.append((low, high))
                continue
            for depth in self.way.depths if self.goes_on() else ():
                part = self.way.part(depth, (a, b))
                if part is not None:
                    self._merged().add(sampler, part)
            left += [each for each in ((low, a), (b, high)) if each[0] < each[1]]
        self.left = left

    def _to_go(self) -> list[tuple[float, float]]:
        """Of what is left, where there are samples."""
        first, last = self.way.reach
        near = [(max(low, first), min(high, last), high) for low, high in self.left]
        return [(low, high) for low, high, end in near if low <= high and low < end]

    def _merged(self) -> "_Merged":
        if self.merged is None:
            self.merged = _Merged.of(self.volume, self.way.request)
        return self.merged


def slices_through(volume: FewerVoxels, request: SliceRequest) -> int:
    """How many slices of the series a plane or slab reaches over."""
    first, last = _Way.of(volume, request).reach
    return max(1, math.ceil(min(last, volume.every.shape[0] - 1) - max(first, 0.0) + 1 - _IN_IT))


@frozen(eq=False)
class _Part:
    """What of a plane a run holds: a rectangle of its samples, and which in there."""

    request: SliceRequest
    rows: slice
    columns: slice
    inside: NDArray[np.bool_]


@frozen(eq=False)
class _Way:
    """Where samples lie along the slices, as they are counted: at ``start + column * across +
    row * down + mm * through``."""

    request: SliceRequest
    start: float
    across: float
    down: float
    through: float
    depths: tuple[float, ...]

    @classmethod
    def of(cls, volume: FewerVoxels, request: SliceRequest) -> "_Way":
        to_index = np.asarray(np.linalg.inv(volume.every.affine.matrix), np.float64)
        linear, (high, wide) = to_index[2, :3], request.spacing
        return cls(
            request,
            float(linear @ np.asarray(request.origin) + to_index[2, 3]),
            float(linear @ np.multiply(request.row, wide)),
            float(linear @ np.multiply(request.column, high)),
            float(linear @ np.asarray(request.normal)),
            _depths(request, to_index, volume.every.shape),
        )

    @property
    def reach(self) -> tuple[float, float]:
        """The first and the last slice, or places between, of all samples."""
        columns, rows = self.request.size
        ends = [(0.0, self.across * (columns - 1)), (0.0, self.down * (rows - 1))]
        ends.append((min(self.depths) * self.through, max(self.depths) * self.through))
        return self.start + sum(map(min, ends)), self.start + sum(map(max, ends))

    def part(self, depth: float, within: tuple[float, float]) -> _Part | None:
        """Of the plane so deep what lies from one place along the slices up to another."""
        columns, rows = self.request.size
        start = self.start + depth * self.through
        across = self.across * np.arange(columns)
        down = self.down * np.arange(rows)
        in_rows = _between(down + start, across, within)
        in_columns = _between(across + start, down, within)
        if in_rows is None or in_columns is None:
            return None
        places = start + down[in_rows, np.newaxis] + across[np.newaxis, in_columns]
        inside = (places >= within[0]) & (places < within[1])
        if not inside.any():
            return None
        request, (high, wide) = self.request, self.request.spacing
        origin = (
            np.asarray(request.origin)
            + np.multiply(request.normal, depth)
            + np.multiply(request.row, wide * in_columns.start)
            + np.multiply(request.column, high * in_rows.start)
        )
        x, y, z = map(float, origin)
        size = (in_columns.stop - in_columns.start, in_rows.stop - in_rows.start)
        plane = evolve(request, origin=(x, y, z), size=size, slab_mm=0.0)
        return _Part(plane, in_rows, in_columns, inside)


def _between(
    places: NDArray[np.floating[Any]],
    beside: NDArray[np.floating[Any]],
    within: tuple[float, float],
) -> slice | None:
    """Rows (or columns) of which any sample lies there: where its first lies, and how far the
    others are from it."""
    near = (places + beside.max() >= within[0]) & (places + beside.min() < within[1])
    found = np.flatnonzero(near)
    return slice(int(found[0]), int(found[-1]) + 1) if found.size else None


def _depths(
    request: SliceRequest, to_index: NDArray[np.float64], shape: tuple[int, int, int]
) -> tuple[float, ...]:
    """Of the planes of a slab from its middle, mm, as `SliceEngine` has them."""
    steps = slab_steps(request, to_index)
    if not steps:
        return (0.0,)
    along = planes_through(request, to_index, shape)
    half = request.slab_mm / 2
    return along if along is not None else tuple(np.linspace(-half, half, steps + 1).tolist())


class _RunSampler:
    """Samples of a run: its voxels, and where they only fill their frame."""

    def __init__(self, run: Run) -> None:
        volume = run.volume
        self._values = SliceEngine(volume.voxels, volume.affine, math.nan, np.float32)
        self._padded = (
            None if volume.padded is None else SliceEngine(volume.padded, volume.affine, 0)
        )

    def values(self, request: SliceRequest) -> NDArray[Any]:
        """NaN outside."""
        return self._values.slice(request)

    def padding(self, request: SliceRequest) -> NDArray[np.bool_] | None:
        if self._padded is None:
            return None
        return np.asarray(self._padded.slice(request) > 0)


class _Merged:
    """Planes of a slab put together as its mode wants it; a plane alone as it is."""

    def __init__(self, shape: tuple[int, ...], mode: SlabMode) -> None:
        self._mode = mode
        self._total = np.full(shape, 0.0 if mode is SlabMode.MEAN else math.nan, np.float64)
        self._counts = np.zeros(shape[:2], np.uint16)
        self._padded = np.zeros(shape[:2], np.uint16)

    @classmethod
    def of(cls, volume: FewerVoxels, request: SliceRequest) -> "_Merged":
        columns, rows = request.size
        return cls((rows, columns, *volume.voxels.shape[3:]), request.mode)

    def add(self, sampler: _RunSampler, part: _Part) -> None:
        made = sampler.values(part.request)
        there = (part.rows, part.columns)
        known = part.inside & ~np.isnan(made if made.ndim == 2 else made[..., 0])
        padding = sampler.padding(part.request)
        if padding is not None:
            self._padded[there][known & padding] += 1
        self._counts[there][known] += 1
        into = self._total[there]
        into[known] = self._with(into[known], made[known])

    def _with(self, before: NDArray[np.float64], more: NDArray[Any]) -> NDArray[Any]:
        if self._mode is SlabMode.MEAN:
            return np.asarray(before + more)
        return np.asarray((np.fmax if self._mode is SlabMode.MIP else np.fmin)(before, more))

    def finished(self, padding: Padding) -> NDArray[np.float32]:
        made, counts = self._total, self._counts
        if self._mode is SlabMode.MEAN:
            made = made / np.maximum(counts if made.ndim == 2 else counts[..., np.newaxis], 1)
        nothing = counts == 0
        if padding is not Padding.KEPT:
            decides = self._padded > 0 if padding is Padding.WINS else self._padded == counts
            nothing |= (self._padded > 0) & decides
        made[nothing] = math.nan
        return made.astype(np.float32)
