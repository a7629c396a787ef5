"""Slices of a volume: exact values for files, probes and projections, grey for the screen.

Each sampler has an engine of its own over the one array (`engine.Slices` says which): views and
windows share the voxels and copy nothing.
"""

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from attrs import evolve, field, frozen
from numpy.typing import NDArray

from workstation.domain.geometry import ImagePlane
from workstation.domain.presentation import Voi
from workstation.domain.study import Frame
from workstation.imaging.fewer_voxels import FewerVoxels
from workstation.imaging.voi import DisplayTable, display_table, rescaled, to_display
from workstation.imaging.volume_voxels import Volume
from workstation.rendering.engine import CPU, Sampling, Slices
from workstation.rendering.every_voxel import Asked, Padding
from workstation.rendering.slice_cpu import SliceRequest, slab_steps
from workstation.viewing.viewport import SlabMode

Pixels = NDArray[np.uint8]

_OPPOSITE: Final = {SlabMode.MIP: SlabMode.MINIP, SlabMode.MINIP: SlabMode.MIP}


@frozen(eq=False)
class Sampled:
    """Samples in the values of the voxels; `frame` says how they are shown.

    What no voxel speaks for holds the padding value of `frame`, NaN in floating point.
    """

    samples: NDArray[Any] = field(repr=False)
    frame: Frame = field(repr=False)


class VolumeSampler:
    """One view's way to a volume. One thread at a time."""

    def __init__(self, volume: Volume, slices: Slices = CPU) -> None:
        self.volume = volume
        self._slices = slices
        self._exact: Sampling | None = None
        self._shown: Sampling | None = None
        self._padded: Sampling | None = None

    def values(self, request: SliceRequest, *, keep_padding: bool = False) -> NDArray[np.float32]:
        """Modality values (HU, ...) as float32, nothing rounded between; NaN outside.

        Voxels that only fill their frame are outside too, unless they are to be kept as they
        are stored. Of colour: 8-bit RGB, black outside.
        """
        volume = self.volume
        samples = self.stored(request, keep_padding=keep_padding)
        if volume.voxels.ndim == 4:
            return samples
        return rescaled(samples, volume.frame.rescale).astype(np.float32)

    def stored(self, request: SliceRequest, *, keep_padding: bool = False) -> NDArray[np.float32]:
        """The same in the values of the voxels, before their rescale. A worker's: of a volume that
        holds fewer voxels than there are it goes through every one of the series."""
        volume = self.volume
        if isinstance(volume, FewerVoxels):
            found = self._asked(volume, request, lambda: True, keep_padding=keep_padding).values()
            assert found is not None  # it was gone on with
            return found
        if volume.voxels.ndim == 4:
            return np.asarray(self.shown(request).samples, np.float32)
        if self._exact is None:
            self._exact = self._slices.over(volume.voxels, volume.affine, np.nan, np.float32)
        stored = self._in_stored(request)
        samples = np.asarray(self._exact.slice(stored), np.float32)
        if not keep_padding:
            samples[self._nothing_there(stored)] = np.nan
        return samples

    def shown(self, request: SliceRequest) -> Sampled:
        """In the values of the voxels, so that a window drag is a table; colour as it is."""
        volume = self.volume
        kind, outside = _with_room(volume)
        if self._shown is None:
            self._shown = self._slices.over(volume.voxels, volume.affine, outside, kind)
        stored = self._in_stored(request)
        samples = self._shown.slice(stored)
        if volume.voxels.ndim == 4:
            return Sampled(samples, volume.frame)
        samples[self._nothing_there(stored)] = outside
        return _said(volume, samples, outside)

    def shown_exactly(
        self, request: SliceRequest, goes_on: Callable[[], bool] = lambda: True
    ) -> Sampled | None:
        """The same by every voxel of the series, where the volume holds fewer; None where it was
        not gone on with."""
        return self.ask(request, goes_on, alone=True)()

    def ask(
        self, request: SliceRequest, goes_on: Callable[[], bool], *, alone: bool = False
    ) -> Callable[[], Sampled | None]:
        """`shown_exactly` for a worker: what is asked for together goes through slices once, by
        the one worker who does; or `alone`, by any."""
        volume = self.volume
        if not isinstance(volume, FewerVoxels):
            return lambda: self.shown(request)
        asked = self._asked(volume, request, goes_on)
        if not alone:
            asked.join()

        def made() -> Sampled | None:
            found = asked.values()
            return None if found is None else _as_shown(volume, found)

        return made

    def display(self, request: SliceRequest, voi: Voi | None, *, inverted: bool) -> Pixels:
        """8-bit grey through a window, or RGB; what no voxel speaks for is black."""
        found = self.shown(request)
        if voi is None or found.samples.ndim == 3:
            colours: Pixels = 255 - found.samples if inverted else found.samples
            return colours
        table = display_table(found.frame, voi, inverted=inverted, dtype=found.samples.dtype)
        return to_grey(found, table)

    def samples_through(self, request: SliceRequest) -> int:
        """How many samples each pixel is made of."""
        to_index = np.asarray(np.linalg.inv(self.volume.affine.matrix), np.float64)
        return slab_steps(request, to_index) + 1

    def _asked(
        self, volume: FewerVoxels, request: SliceRequest, goes_on: Callable[[], bool], *,
        keep_padding: bool = False,
    ) -> Asked:  # fmt: skip
        stored = self._in_stored(request)
        padding = Padding.WINS
        if keep_padding:
            padding = Padding.KEPT
        elif self._is_never_padding(stored.mode):
            padding = Padding.YIELDS
        return Asked.of(volume, stored, padding, goes_on)

    def _in_stored(self, request: SliceRequest) -> SliceRequest:
        """Where values fall as stored ones rise, the largest value is the least stored one."""
        if self.volume.frame.rescale.slope >= 0:
            return request
        return evolve(request, mode=_OPPOSITE.get(request.mode, request.mode))

    def _nothing_there(self, request: SliceRequest) -> NDArray[np.bool_]:
        """Samples that padding decides: where it takes part, and in a projection that would
        never pick it, where there is nothing else. `request` is in stored values."""
        padded = self.volume.padded
        columns, rows = request.size
        if padded is None:
            return np.zeros((rows, columns), np.bool_)
        if self._padded is None:
            self._padded = self._slices.over(padded, self.volume.affine)
        mode = SlabMode.MINIP if self._is_never_padding(request.mode) else SlabMode.MIP
        return np.asarray(self._padded.slice(evolve(request, mode=mode)) > 0)

    def _is_never_padding(self, mode: SlabMode) -> bool:
        volume = self.volume
        least, most = volume.padding
        if mode is SlabMode.MIP:
            return least <= most < volume.low
        return mode is SlabMode.MINIP and most >= least > volume.high


def _as_shown(volume: Volume, stored: NDArray[np.float32]) -> Sampled:
    """Exact values, NaN where there is none, as `VolumeSampler.shown` has them."""
    kind, outside = _with_room(volume)
    nothing = np.isnan(stored)
    if np.dtype(kind).kind in "iu":
        stored = np.floor(stored + np.float32(0.5))
    samples = np.where(nothing, np.float32(outside), stored).astype(kind)
    return Sampled(samples, volume.frame) if stored.ndim == 3 else _said(volume, samples, outside)


def _said(volume: Volume, samples: NDArray[Any], outside: float) -> Sampled:
    """What stands for nothing is padding."""
    padding = None if np.isnan(outside) else int(outside)
    pixels = evolve(volume.frame.pixels, padding=padding, padding_limit=None)
    return Sampled(samples, evolve(volume.frame, pixels=pixels))


def plane_samples(
    volume: Volume, plane: ImagePlane, size: tuple[int, int], slab_mm: float, mode: SlabMode
) -> Pixels | NDArray[np.float32]:
    """What the pixels of a plane hold, to be measured: as voxels are stored, NaN outside."""
    request = SliceRequest(
        plane.origin, plane.row, plane.column, (plane.row_spacing, plane.column_spacing), size,
        slab_mm, mode,
    )  # fmt: skip
    samples = VolumeSampler(volume).stored(request)
    return samples.astype(np.uint8) if samples.ndim == 3 else samples


def to_grey(found: Sampled, table: DisplayTable) -> Pixels:
    """Through a table made for `found.frame`; black where there is nothing."""
    levels = to_display(found.samples, table)
    if found.samples.dtype.kind == "f":
        levels[np.isnan(found.samples)] = 0
    return levels


def _with_room(volume: Volume) -> tuple[type[np.generic], float]:
    """A type for samples that has a value left for what is outside, and that value."""
    kind = volume.voxels.dtype
    if volume.voxels.ndim == 4:
        return np.uint8, 0.0
    if kind.kind not in "iu":
        return np.float32, np.nan
    span = np.iinfo(kind)
    if volume.low > span.min:
        return kind.type, float(span.min)
    if volume.high < span.max:
        return kind.type, float(span.max)
    if kind.itemsize == 1:
        return np.int16, float(np.iinfo(np.int16).min)
    return (np.int32, float(np.iinfo(np.int32).min)) if kind.itemsize == 2 else (np.float32, np.nan)
