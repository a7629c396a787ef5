"""One frame as the reader sees it: sampled to device pixels, then windowed to 8 bits.

Two steps, each remembered: scrolling samples anew, a window drag only maps grey.
"""

from typing import Any, Final

import numpy as np
from attrs import evolve, frozen
from numpy.typing import NDArray

from workstation.domain.presentation import Voi
from workstation.domain.study import Frame
from workstation.imaging.colour import in_colours, is_colour, to_rgb
from workstation.imaging.filters import DisplayFilter, equalised, filtered
from workstation.imaging.overlay_planes import marks, thinned
from workstation.imaging.pixels import FramePixels
from workstation.imaging.shutters import covered, open_pixels
from workstation.imaging.voi import DisplayTable, display_table, to_display
from workstation.rendering.slice_cpu import SliceEngine, SliceRequest, frame_engine
from workstation.viewing.resolve import ResolvedView, aspect
from workstation.viewing.viewport import Interpolation

#: Sums of blocks are kept in as few bytes as hold them, so that an average is exact.
_SMALL_SUM: Final = 1 << 31
#: What a filter costs beside looking at each pixel once.
_FILTER_WORK: Final = 20


@frozen
class PictureRequest:
    """One frame as one view wants it; pure data, so that any thread can make the picture."""

    frame: Frame
    pixels: FramePixels
    view: ResolvedView
    interpolation: Interpolation
    voi: Voi | None
    inverted: bool
    marked: bool = True  # with the object's own overlays
    shuttered: bool = True  # what its shutter covers is covered
    filter: DisplayFilter = DisplayFilter.NONE


@frozen(eq=False)
class Picture:
    """8-bit pixels and where they go on the view, in device pixels.

    `pixels` is (height, width) grey or (height, width, 3) RGB, contiguous. Each is `part` x
    `part` of the view: more than one in a preview alone.
    """

    left: int
    top: int
    pixels: NDArray[np.uint8]
    part: int = 1


def request_for(
    view: ResolvedView, interpolation: Interpolation
) -> tuple[SliceRequest, int, int] | None:
    """The samples a view needs: one per device pixel on which the image lies.

    Gives the request in the pixels of the image, and left and top on the view; None where
    the image has been moved off the view.
    """
    covered = view.covered()
    if covered is None:
        return None
    left, top, width, height = covered
    x, y = view.to_image((left + 0.5, top + 0.5))
    along, down = view.vector_to_image(1, 0), view.vector_to_image(0, 1)
    across_size, down_size = _length(along), _length(down)
    request = SliceRequest(
        (x, y, 0.0),
        (along[0] / across_size, along[1] / across_size, 0.0),
        (down[0] / down_size, down[1] / down_size, 0.0),
        (down_size, across_size),
        (width, height),
        interpolation=interpolation,
    )
    return request, left, top


def averaged(stored: NDArray[Any], factor: int) -> NDArray[Any]:
    """Means of blocks of `factor` by `factor` pixels, for images larger than the screen.

    Sampled without it, one calcification in nine would be seen and the noise of the others
    shown as texture. What does not fill a block at the end is filled with its edge.
    """
    if factor == 1:
        return stored
    rows, columns = stored.shape[:2]
    fill = ((0, -rows % factor), (0, -columns % factor), *((0, 0),) * (stored.ndim - 2))
    padded = np.pad(stored, fill, mode="edge") if fill[0][1] or fill[1][1] else stored
    whole = stored.dtype.kind in "iu"
    sums = np.zeros((padded.shape[0] // factor, *padded.shape[1:]), _sum_type(stored, factor))
    for at in range(factor):  # row by row: five times as fast as `mean` over both axes
        sums += padded[at::factor]
    total = sum(sums[:, at::factor] for at in range(factor))
    means = np.asarray(total) / (factor * factor)
    result: NDArray[Any] = (np.rint(means) if whole else means).astype(stored.dtype)
    return result


def _sum_type(stored: NDArray[Any], factor: int) -> type[Any]:
    if stored.dtype.kind not in "iu":
        return np.float64
    most = (1 << 8 * stored.dtype.itemsize) * factor * factor
    return np.int32 if most < _SMALL_SUM else np.int64


def _shrunk(request: SliceRequest, factor: int) -> SliceRequest:
    """The same samples in the pixels of an averaged image."""
    x, y, z = request.origin
    shift = (factor - 1) / 2
    return evolve(
        request,
        origin=((x - shift) / factor, (y - shift) / factor, z),
        spacing=(request.spacing[0] / factor, request.spacing[1] / factor),
    )


def _factor(request: SliceRequest) -> int:
    """How many pixels of the image fall on one of the screen; 1 where none is skipped."""
    smooth = request.interpolation is not Interpolation.NEAREST
    return max(1, int(min(request.spacing) + 1e-6)) if smooth else 1


def _length(vector: tuple[float, float]) -> float:
    return float(np.hypot(*vector))


def _coloured(pixels: FramePixels, frame: Frame) -> NDArray[np.uint8]:
    entries = pixels.profile.entries if pixels.profile is not None else None
    return to_rgb(pixels.stored, frame, pixels.colours, entries)


def _marked(
    shown: NDArray[np.uint8], request: PictureRequest, samples: SliceRequest
) -> NDArray[np.uint8]:
    """With the object's own overlays, white over whatever is there."""
    frame, factor = request.frame, _factor(samples)
    wanted = request.marked and frame.overlays
    mask = marks(frame, request.pixels.overlays) if wanted else None
    if mask is None:
        return shown
    nearest = evolve(_shrunk(samples, factor), interpolation=Interpolation.NEAREST)
    drawn = frame_engine(thinned(mask, factor)).slice(nearest) > 0
    marked = shown.copy()
    marked[drawn] = 255
    return marked


def _grounded(
    shown: NDArray[np.uint8], view: ResolvedView, samples: SliceRequest
) -> NDArray[np.uint8]:
    """With the ground of the view where the box around a turned image holds none of it."""
    if not view.oblique:
        return shown
    columns, rows = (np.arange(count) for count in samples.size)
    down, along = samples.spacing
    inside = np.ones((rows.size, columns.size), np.bool_)
    for axis, count in ((0, view.columns), (1, view.rows)):
        at = columns * (samples.row[axis] * along) + samples.origin[axis]
        beside = np.add.outer(rows * (samples.column[axis] * down), at)
        inside &= (beside >= -0.5) & (beside <= count - 0.5)
    return np.asarray(shown * (inside if shown.ndim == 2 else inside[..., np.newaxis]), np.uint8)


class FramePainter:
    """Remembers the last sampled slice of one viewport. One thread at a time."""

    def __init__(self) -> None:
        self._engine: SliceEngine | None = None
        self._engine_of: object = None
        self._pixels: FramePixels | None = None  # held, so that its id is not reused
        self._sampled: NDArray[Any] | None = None
        self._sampled_by: object = None
        self._table: DisplayTable | None = None
        self._table_of: object = None
        self._grey: NDArray[np.uint8] | None = None
        self._grey_of: object = None
        self._seen: NDArray[np.bool_] | None = None
        self._seen_by: object = None

    def work(self, request: PictureRequest) -> int:
        """How many pixels must be touched for a picture, beyond what is remembered."""
        found = request_for(request.view, request.interpolation)
        if found is None:
            return 0
        columns, rows = found[0].size
        size = int(request.pixels.stored.size)
        if request.filter is not DisplayFilter.NONE:
            size *= _FILTER_WORK
        if self._engine_of == self._source_of(request, _factor(found[0])):
            return rows * columns
        return rows * columns + size

    def picture(self, request: PictureRequest) -> Picture | None:
        """None where no part of the image is on the view. Raises NotDisplayable."""
        found = request_for(request.view, request.interpolation)
        if found is None:
            return None
        samples, left, top = found
        frame, inverted = request.frame, request.inverted
        sampled = self._sample(request, samples)
        if is_colour(frame):
            rgb = self._covered(255 - sampled if inverted else sampled, request, samples)
            rgb = _grounded(_marked(rgb, request, samples), request.view, samples)
            return Picture(left, top, np.ascontiguousarray(rgb))
        if request.voi is None:
            return None
        table = self._table_for(frame, request.voi, inverted, request.pixels.stored.dtype)
        shutter = frame.shutter if request.shuttered else None
        # Samples and table are held: no id is reused.
        planes = frame.overlays if request.marked else ()
        made_of = (id(sampled), id(table), planes, shutter, frame.pseudo_colours)
        if self._grey is None or self._grey_of != made_of:
            local = request.filter is DisplayFilter.CLAHE  # made of grey: it is grey already
            grey = sampled if local else to_display(sampled, table)
            grey = in_colours(grey, frame.pseudo_colours)
            grey = self._covered(grey, request, samples)
            self._grey = _grounded(_marked(grey, request, samples), request.view, samples)
            self._grey_of = made_of
        return Picture(left, top, self._grey)

    def _covered(
        self, shown: NDArray[np.uint8], request: PictureRequest, samples: SliceRequest
    ) -> NDArray[np.uint8]:
        """With what the shutter of the object covers, under everything that is drawn."""
        frame, shutter = request.frame, request.frame.shutter
        if shutter is None or not request.shuttered:
            return shown
        wanted = (shutter, frame.pixels, frame.spacing, samples)
        if self._seen is None or self._seen_by != wanted:
            shape = (frame.pixels.rows, frame.pixels.columns)
            wide, high = aspect(frame)
            mask = open_pixels(shutter, shape, high / wide).astype(np.uint8)
            nearest = evolve(samples, interpolation=Interpolation.NEAREST)
            self._seen, self._seen_by = frame_engine(mask).slice(nearest) > 0, wanted
        return covered(shown, self._seen, shutter)

    def _table_for(
        self, frame: Frame, voi: Voi, inverted: bool, dtype: np.dtype[Any]
    ) -> DisplayTable:
        look = (frame.rescale, frame.pixels, frame.inverse, frame.presentation_lut)
        wanted = (*look, voi, inverted, dtype)
        if self._table is None or self._table_of != wanted:
            self._table = display_table(frame, voi, inverted=inverted, dtype=dtype)
            self._table_of = wanted
        return self._table

    def _source_of(self, request: PictureRequest, factor: int) -> object:
        """What the engine samples, said in a few words."""
        window: object = None
        if request.filter is DisplayFilter.CLAHE and not is_colour(request.frame):
            frame = request.frame
            window = (request.voi, request.inverted, frame.inverse, frame.presentation_lut)
        return (id(request.pixels), factor, request.filter, window)

    def _to_sample(self, request: PictureRequest) -> NDArray[Any]:
        """Stored values or colours, as the filter has them; local contrast works on grey."""
        frame, pixels = request.frame, request.pixels
        stored = _coloured(pixels, frame) if is_colour(frame) else pixels.stored
        if request.filter in (DisplayFilter.SHARPEN, DisplayFilter.SMOOTH):
            return filtered(stored, frame, request.filter)
        if request.filter is DisplayFilter.CLAHE and request.voi and not is_colour(frame):
            table = self._table_for(frame, request.voi, request.inverted, stored.dtype)
            return equalised(to_display(stored, table))
        return stored

    def _sample(self, wanted: PictureRequest, request: SliceRequest) -> NDArray[Any]:
        factor = _factor(request)
        source = self._source_of(wanted, factor)
        if self._engine is None or self._engine_of != source:
            self._engine = frame_engine(averaged(self._to_sample(wanted), factor))
            self._engine_of, self._pixels = source, wanted.pixels
            self._sampled_by = None
        if self._sampled is None or self._sampled_by != request:
            self._sampled = self._engine.slice(_shrunk(request, factor))
            self._sampled_by = request
        return self._sampled

    def forget(self) -> None:
        """Let go of the pixels: the case was closed."""
        self._pixels = None
        self._engine = self._engine_of = self._sampled = self._sampled_by = None
        self._grey = self._grey_of = self._seen = self._seen_by = None
