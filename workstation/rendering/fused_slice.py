"""One volume laid over the image of another in patient space: PET over CT, colour over grey.

The upper volume is sampled in the very plane of the image below, so nothing depends on how either
was acquired. What it says nothing of is clear; what lies at the bottom of its window is clear too,
so that the anatomy is not dimmed where there is no uptake.
"""

from typing import Any, Final

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from workstation.domain.geometry import ImagePlane
from workstation.domain.presentation import Palette, Voi
from workstation.domain.registration import Rigid
from workstation.imaging.colour import palette_to_rgb
from workstation.imaging.voi import WHITE, display_table, to_display
from workstation.imaging.volume_voxels import Volume
from workstation.rendering.picture import Picture
from workstation.rendering.reformat import ReformatRequest, samples_of
from workstation.rendering.slice_cpu import SliceRequest
from workstation.rendering.volume_slice import Sampled, VolumeSampler
from workstation.viewing.resolve import ResolvedView
from workstation.viewing.viewport import Interpolation, SlabMode

Pixels = NDArray[np.uint8]

#: Grey levels over which a layer becomes as opaque as it is meant to be: a quarter of a window.
FADE: Final = 64
#: Where a voxel covers so many pixels of the screen, each second one is sampled.
_WIDE: Final = 3.0


@frozen
class LayerRequest:
    """A layer as one view wants it; pure data.

    `plane` is the image below, whose pixels the matrices of `view` speak of; `rigid` leads from
    its patient space to that of the volume.
    """

    volume: Volume
    plane: ImagePlane
    view: ResolvedView
    rigid: Rigid
    slab_mm: float
    mode: SlabMode
    voi: Voi
    palette: Palette
    opacity: float  # 0 clear to 1


def in_colour(levels: Pixels, empty: NDArray[np.bool_], palette: Palette, opacity: float) -> Pixels:
    """Grey levels as premultiplied RGBA: colour, and how much of it covers what lies below."""
    every = np.arange(WHITE + 1)
    alpha = np.clip(every / FADE, 0.0, 1.0) * opacity
    colours = palette_to_rgb(every, palette) * alpha[:, np.newaxis]
    table = np.rint(np.column_stack([colours, alpha * WHITE])).astype(np.uint8)
    layer: Pixels = table[levels]
    layer[empty] = 0
    return layer


class LayerPainter:
    """Remembers the last samples of one view, and the layer made of them. One thread at a time."""

    def __init__(self) -> None:
        self._sampler: VolumeSampler | None = None
        self._sampled: tuple[SliceRequest, Sampled] | None = None
        self._last: tuple[LayerRequest, Picture | None] | None = None

    def layer(self, request: LayerRequest) -> Picture | None:
        """Premultiplied RGBA; None where no part of the plane is on the view."""
        if self._last is None or self._last[0] != request:
            self._last = (request, self._made(request))
        return self._last[1]

    def forget(self) -> None:
        """Let go of the voxels."""
        self._sampler = self._sampled = self._last = None

    def _made(self, request: LayerRequest) -> Picture | None:
        part = part_of(request)
        wanted = ReformatRequest(
            request.volume, request.rigid.plane(request.plane), request.view, request.slab_mm,
            request.mode, Interpolation.LINEAR, request.voi, inverted=False,
        )  # fmt: skip
        found = samples_of(wanted, part)
        if found is None:
            return None
        samples, left, top = found
        sampled = self._sample(request.volume, samples)
        levels, empty = _grey(sampled, request.voi)
        return Picture(left, top, in_colour(levels, empty, request.palette, request.opacity), part)

    def _sample(self, volume: Volume, samples: SliceRequest) -> Sampled:
        if self._sampler is None or self._sampler.volume is not volume:
            self._sampler, self._sampled = VolumeSampler(volume), None
        if self._sampled is None or self._sampled[0] != samples:
            self._sampled = (samples, self._sampler.shown(samples))
        return self._sampled[1]


def part_of(request: LayerRequest) -> int:
    """2 where a voxel is many pixels wide: then a quarter of the samples shows the same."""
    scale = request.view.scale / min(request.plane.row_spacing, request.plane.column_spacing)
    return 2 if scale * min(request.volume.spacing_mm) >= _WIDE else 1


def _grey(sampled: Sampled, voi: Voi) -> tuple[Pixels, NDArray[np.bool_]]:
    """Levels through the window, and where there is nothing."""
    frame, samples = sampled.frame, sampled.samples
    on_white = frame.inverse or frame.pixels.photometric == "MONOCHROME1"  # by itself, not here
    table = display_table(frame, voi, inverted=on_white, dtype=samples.dtype)
    return to_display(samples, table), _empty(samples, frame.pixels.padding)


def _empty(samples: NDArray[Any], outside: int | None) -> NDArray[np.bool_]:
    if samples.dtype.kind == "f":
        return np.asarray(np.isnan(samples))
    return np.asarray(samples == outside) if outside is not None else np.zeros(samples.shape, bool)
