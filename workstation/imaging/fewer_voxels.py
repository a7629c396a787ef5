"""A volume of which memory has no room for every voxel: means of some to look at, all by runs.

What is held is the mean of so many columns, rows and slices at a time, where its middle lies in
the patient. What must be exact goes through every voxel: slice by slice, each decoded when its
turn comes, a few at once and never all.
"""

import math
from collections.abc import Callable, Iterator
from typing import Any, Final, Protocol

import numpy as np
from attrs import define, field, frozen
from numpy.typing import NDArray

from workstation.domain.geometry import Affine, Vector
from workstation.imaging.pixels import FramePixels
from workstation.imaging.volume_voxels import PADDED, Volume, VolumeDraft, affine_of

#: Of more voxels than so many along an axis no mean is made: nobody would know the patient.
MOST: Final = 8
#: Slices of a run at least: what a cubic sample needs.
LEAST: Final = 4
#: Of a slice: no sample is off by so much that anybody would see it.
_NEARLY: Final = 1e-6


@frozen
class Fewer:
    """How many slices, rows and columns stand behind one voxel."""

    slices: int = 1
    rows: int = 1
    columns: int = 1

    @property
    def most(self) -> int:
        return max(self.slices, self.rows, self.columns)

    def shape(self, full: tuple[int, int, int]) -> tuple[int, int, int]:
        """Of full slices, rows, columns what is left; the last of each may be of fewer."""
        slices, rows, columns = full
        return -(-slices // self.slices), -(-rows // self.rows), -(-columns // self.columns)

    def placed(self, affine: Affine) -> Affine:
        """Where the middles of the voxels lie; index (column, row, slice) to LPS mm."""
        every = (self.columns, self.rows, self.slices)
        x, y, z = ((count - 1) / 2 for count in every)
        return affine.grid(every, (x, y, z))


def fewer_that_fit(
    shape: tuple[int, int, int], spacing_mm: Vector, voxel_bytes: int, room: int
) -> Fewer | None:
    """The finest that takes no more than `room` bytes, as even in mm as may be; None: there is
    none. `spacing_mm` between columns, rows, slices."""
    found, (across, down, through) = Fewer(), spacing_mm
    while math.prod(found.shape(shape)) * voxel_bytes > room:
        in_plane = min(across * found.columns, down * found.rows)
        if through * found.slices <= in_plane:
            found = Fewer(found.slices + 1, found.rows, found.columns)
        else:
            found = Fewer(found.slices, found.rows + 1, found.columns + 1)
        if found.most > MOST:
            return None
    return found


@frozen(eq=False)
class Run:
    """Some slices with all their voxels: samples from slice `start` up to `stop`, as they are
    counted in the series, need no others, where so many `beside` them take part."""

    start: float
    stop: float
    beside: int
    volume: Volume


class Taker(Protocol):
    """Who has something to do with the slices of a series, as long as it goes on."""

    goes_on: Callable[[], bool]

    def take(self, run: Run) -> None:
        """What of it is still to be done."""
        ...


@frozen(eq=False)
class EveryVoxel:
    """The way to all voxels of a series; any thread.

    `pixels` decodes one frame; a run is a draft like `like`, of so many slices `at_once`.
    `takers` wait for slices: whoever goes through them serves all.
    """

    like: VolumeDraft
    pixels: Callable[[int], FramePixels]
    at_once: int
    takers: list[Taker] = field(factory=list, init=False, repr=False)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Slices, rows, columns."""
        _, rows, columns = self.like.voxels.shape[:3]
        return len(self.like.display_set.frames), rows, columns

    @property
    def affine(self) -> Affine:
        return affine_of(self.like.display_set.frames)

    def runs(
        self, first: float, last: float, beside: int, goes_on: Callable[[], bool]
    ) -> Iterator[Run]:
        """What samples between two places along the slices need, in order: each slice decoded
        once, each run in the memory of the one before. `beside`: so many slices behind and
        before take part in a sample between two. Ends early where it no longer `goes_on`."""
        count, draft = self.shape[0], self.like.another(self.at_once)
        at, end = (min(max(math.floor(place + _NEARLY), 0), count - 1) for place in (first, last))
        decoded = 0
        while True:
            begin = max(0, at - max(0, beside - 1))
            stop = min(count, begin + self.at_once, end + 1 + beside)
            draft.slide(begin, decoded)
            for index in range(max(begin, decoded), stop):
                if not goes_on():
                    return
                draft.fill(index, self.pixels(index))
            decoded, following = stop, stop - beside
            yield Run(
                -math.inf if begin == 0 else at - _NEARLY,
                math.inf if stop == count else max(following - _NEARLY, at + _NEARLY),
                beside, draft.finished(stop - begin),
            )  # fmt: skip
            if stop == count or following > end:
                return
            at = following


@frozen(eq=False)
class FewerVoxels(Volume):
    """A volume to look at while something moves: its voxels are means of so many of the series.

    `low`, `high` and `padding` span those of the series. Nothing is measured in it.
    """

    fewer: Fewer = field(kw_only=True)
    every: EveryVoxel = field(kw_only=True, repr=False)


def behind_one(volume: Volume) -> int:
    """How many voxels of the series stand behind one of these, along the axis of most."""
    return volume.fewer.most if isinstance(volume, FewerVoxels) else 1


@define(eq=False)
class FewerDraft:
    """A volume of fewer voxels that is being filled, slice after slice; on any thread."""

    fewer: Fewer
    one: VolumeDraft  # the slice in hand, and what is known of all before it
    voxels: NDArray[Any]
    padded: NDArray[np.uint8] | None = None
    _sums: NDArray[np.float32] | None = None
    _counts: NDArray[np.float32] | None = None

    @classmethod
    def begun(cls, one: VolumeDraft, fewer: Fewer) -> "FewerDraft":
        """`one`: a draft for one slice of the series."""
        count = len(one.display_set.frames)
        _, rows, columns = one.voxels.shape[:3]
        shape = (*fewer.shape((count, rows, columns)), *one.voxels.shape[3:])
        return cls(fewer, one, np.empty(shape, one.voxels.dtype))

    def fill(self, index: int, pixels: FramePixels) -> None:
        """The next slice; all of them, in their order."""
        self.one.start = index
        if self.one.padded is not None:
            self.one.padded[...] = 0
        self.one.fill(index, pixels)
        self._add()
        last = index + 1 == len(self.one.display_set.frames)
        if last or (index + 1) % self.fewer.slices == 0:
            self._close(index // self.fewer.slices)

    def _add(self) -> None:
        values = self.one.voxels[0]
        if self._sums is None or self._counts is None:
            self._sums = np.zeros(values.shape, np.float32)
            self._counts = np.zeros(values.shape[:2], np.float32)
        empty = None if self.one.padded is None else self.one.padded[0] > 0
        if empty is None or not empty.any():
            self._sums += values
            self._counts += 1
        else:
            self._sums[~empty] += values[~empty]
            self._counts += ~empty

    def _close(self, at: int) -> None:
        """A slice of means: of what does not only fill its frame, where there is any."""
        assert self._sums is not None
        assert self._counts is not None
        by = (self.fewer.rows, self.fewer.columns)
        sums, counted = _together(self._sums, by), _together(self._counts, by)
        means = sums / np.maximum(counted if sums.ndim == 2 else counted[..., np.newaxis], 1.0)
        if self.voxels.dtype.kind in "iu":
            np.rint(means, out=means)
        self.voxels[at] = means
        empty = counted == 0
        if empty.any():
            if self.padded is None:
                self.padded = np.zeros(self.voxels.shape[:3], np.uint8)
            self.padded[at][empty] = PADDED
            self.voxels[at][empty] = self.one.padding[0]
        self._sums = self._counts = None

    def finished(self, pixels: Callable[[int], FramePixels], at_once: int) -> FewerVoxels:
        """Every slice has been filled; `pixels` decodes one again."""
        self.voxels.flags.writeable = False
        every = EveryVoxel(self.one, pixels, at_once)
        low, high = self.one.span_of_values
        return FewerVoxels(
            self.voxels, self.fewer.placed(every.affine), self.one.frame, low, high,
            self.padded, self.one.padding, fewer=self.fewer, every=every,
        )  # fmt: skip


def _together(plane: NDArray[np.float32], by: tuple[int, int]) -> NDArray[np.float32]:
    """The sums of so many rows and columns at a time; of what is left at the end, of fewer."""
    for axis, every in enumerate(by):
        lines = np.moveaxis(plane, axis, 0)
        total = lines[::every].copy()
        for at in range(1, every):
            total[: len(lines[at::every])] += lines[at::every]
        plane = np.moveaxis(total, 0, axis)
    return plane
