"""A plane or slab of a volume as the reader sees it: sampled once for each pixel of the view.

Two steps, each remembered: a plane that moves is sampled anew, a window drag only maps grey.
"""

import math
from collections.abc import Callable
from typing import Any, Final

import numpy as np
from attrs import frozen

from workstation.domain.geometry import ImagePlane, Vector
from workstation.domain.presentation import Voi
from workstation.imaging.colour import in_colours
from workstation.imaging.fewer_voxels import FewerVoxels
from workstation.imaging.voi import DisplayTable, display_table
from workstation.imaging.volume_voxels import Volume
from workstation.rendering.engine import CPU, Slices
from workstation.rendering.every_voxel import slices_through
from workstation.rendering.picture import Picture, request_for
from workstation.rendering.slice_cpu import SliceRequest
from workstation.rendering.volume_slice import Sampled, VolumeSampler, to_grey
from workstation.viewing.resolve import ResolvedView
from workstation.viewing.viewport import Interpolation, SlabMode

#: Pixels of the screen, across and down, for which a preview has one sample.
PREVIEW: Final = 2
#: What a sample costs, where mapping a grey level is 1.
_SAMPLE_WORK: Final = 4


@frozen
class ReformatRequest:
    """A plane or slab as one view wants it; pure data, so that any thread can make the picture.

    `plane` is the image whose pixels the matrices of `view` speak of.
    """

    volume: Volume
    plane: ImagePlane
    view: ResolvedView
    slab_mm: float
    mode: SlabMode
    interpolation: Interpolation
    voi: Voi | None
    inverted: bool


def samples_of(request: ReformatRequest, part: int = 1) -> tuple[SliceRequest, int, int] | None:
    """The samples in the patient, one for `part` x `part` pixels of the view on which the
    plane lies, and left and top there; None where it has been moved off the view."""
    found = request_for(request.view, request.interpolation)
    if found is None:
        return None
    flat, left, top = found
    columns, rows = (math.ceil(count / part) for count in flat.size)
    plane, view, middle = request.plane, request.view, part / 2
    across = _in_patient(plane, view.vector_to_image(part, 0))
    down = _in_patient(plane, view.vector_to_image(0, part))
    wide, high = math.hypot(*across), math.hypot(*down)
    return (
        SliceRequest(
            plane.to_patient(*view.to_image((left + middle, top + middle))),
            _divided(across, wide), _divided(down, high), (high, wide), (columns, rows),
            request.slab_mm, request.mode, request.interpolation, coarse=float(part),
        ),
        left,
        top,
    )  # fmt: skip


def alike(one: ReformatRequest, other: ReformatRequest) -> bool:
    """Whether both are pictures of the same samples."""
    return one.volume is other.volume and samples_of(one) == samples_of(other)


def _in_patient(plane: ImagePlane, way: tuple[float, float]) -> Vector:
    x, y = way[0] * plane.column_spacing, way[1] * plane.row_spacing
    a, b, c = (x * r + y * d for r, d in zip(plane.row, plane.column, strict=True))
    return a, b, c


def _divided(way: Vector, length: float) -> Vector:
    return way[0] / length, way[1] / length, way[2] / length


class ReformatPainter:
    """Remembers the last samples of one viewport. One thread at a time."""

    def __init__(self, slices: Slices = CPU) -> None:
        self._slices = slices
        self._sampler: VolumeSampler | None = None
        self._sampled: Sampled | None = None
        self._sampled_by: SliceRequest | None = None
        self._exactly = False
        self._table: DisplayTable | None = None
        self._table_of: object = None

    def work(self, request: ReformatRequest, part: int = 1) -> int:
        """How much there is to do for a picture, in pixels that are mapped to grey."""
        found = samples_of(request, part)
        if found is None:
            return 0
        columns, rows = found[0].size
        if self._remembers(request.volume, found[0]):
            return rows * columns
        sampler = VolumeSampler(request.volume)
        return rows * columns * _SAMPLE_WORK * (1 + sampler.samples_through(found[0]))

    def picture(self, request: ReformatRequest, part: int = 1) -> Picture | None:
        """None where no part of the plane is on the view."""
        found = samples_of(request, part)
        if found is None:
            return None
        sampled = self._sample(request.volume, found[0])
        return self._pictured(request, sampled, found, part)

    def exact(
        self, request: ReformatRequest, goes_on: Callable[[], bool], *, alone: bool = False
    ) -> Callable[[], Picture | None]:
        """The same by every voxel of the series, where the volume holds fewer: for a worker, who
        goes through its slices once for all that is asked for (`alone`: for this). None too where
        it was not gone on with."""
        found = samples_of(request)
        if found is None:
            return lambda: None
        samples, sampler = found[0], self._sampler_of(request.volume)
        made = sampler.ask(samples, goes_on, alone=alone)

        def picture() -> Picture | None:
            sampled = made()
            if sampled is None:
                return None
            self._sampled, self._sampled_by, self._exactly = sampled, samples, True
            return self._pictured(request, sampled, found, 1)

        return picture

    def is_exact(self, request: ReformatRequest) -> bool:
        """Whether a picture of it would be by every voxel of the series."""
        found = samples_of(request)
        if found is None or not isinstance(request.volume, FewerVoxels):
            return True
        return self._exactly and self._remembers(request.volume, found[0])

    def slices(self, request: ReformatRequest) -> int:
        """How many slices `exact` decodes, or some more."""
        found = samples_of(request)
        if found is None or not isinstance(request.volume, FewerVoxels):
            return 0
        return slices_through(request.volume, found[0])

    def _pictured(
        self, request: ReformatRequest, sampled: Sampled, found: tuple[SliceRequest, int, int],
        part: int,
    ) -> Picture | None:  # fmt: skip
        _, left, top = found
        if sampled.samples.ndim == 3:
            pixels = 255 - sampled.samples if request.inverted else sampled.samples
        elif request.voi is None:
            return None
        else:
            table = self._table_for(sampled, request.voi, request.inverted)
            pixels = in_colours(to_grey(sampled, table), sampled.frame.pseudo_colours)
        return Picture(left, top, np.ascontiguousarray(pixels), part)

    def forget(self) -> None:
        """Let go of the voxels: the case was closed."""
        self._sampler = self._sampled = self._sampled_by = None

    def _sample(self, volume: Volume, samples: SliceRequest) -> Sampled:
        if self._sampled is None or not self._remembers(volume, samples):
            sampler = self._sampler_of(volume)
            self._sampled, self._sampled_by, self._exactly = sampler.shown(samples), samples, False
        return self._sampled

    def _sampler_of(self, volume: Volume) -> VolumeSampler:
        if self._sampler is None or self._sampler.volume is not volume:
            self._sampler = VolumeSampler(volume, self._slices)
            self._sampled = self._sampled_by = None
        return self._sampler

    def _remembers(self, volume: Volume, samples: SliceRequest) -> bool:
        sampler = self._sampler
        return sampler is not None and sampler.volume is volume and self._sampled_by == samples

    def _table_for(self, sampled: Sampled, voi: Voi, inverted: bool) -> DisplayTable:
        frame, dtype = sampled.frame, sampled.samples.dtype
        wanted: Any = (
            frame.rescale, frame.pixels, frame.inverse, frame.presentation_lut, voi, inverted,
            dtype,
        )  # fmt: skip
        if self._table is None or self._table_of != wanted:
            self._table = display_table(frame, voi, inverted=inverted, dtype=dtype)
            self._table_of = wanted
        return self._table
