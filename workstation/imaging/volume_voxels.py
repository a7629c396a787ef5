"""All slices of a display set as one array, and where its voxels lie in the patient.

Voxels are stored values, in their own type, where one modality transform and one type hold
for every slice: then the slices a view shows can be views on this array, and a study is held
once. Where they do not hold (a PET rescales every slice by itself) voxels are modality values
in float32; colour is 8-bit RGB. Our own 4x4 affine says where they lie, whatever the plane of
acquisition: sheared where the gantry was tilted, left-handed where slices run that way.
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from attrs import define, evolve, field, frozen
from numpy.typing import NDArray

from workstation.domain.geometry import Affine, ImagePlane, Vector
from workstation.domain.presentation import Rescale
from workstation.domain.study import DisplaySet, Frame, GeometryVerdict
from workstation.errors import NotDisplayable
from workstation.imaging.colour import is_colour, to_rgb
from workstation.imaging.pixels import FramePixels
from workstation.imaging.voi import is_padding, rescaled
from workstation.text import tr

#: What `padded` holds where a voxel only fills its frame.
PADDED: Final = 255
_NOTHING: Final = (np.inf, -np.inf)


@frozen(eq=False)
class Volume:
    """Voxels (slices, rows, columns), for colour (slices, rows, columns, 3); read-only.

    Slices are in the order of the display set. `frame` stands for all of them: its rescale and
    photometric interpretation are those of the voxels. `padded` (as the voxels, `PADDED` or
    0) is None where nothing only fills its frame; `padding` spans the voxels there, `low` and
    `high` all others.
    """

    voxels: NDArray[Any] = field(repr=False)
    affine: Affine
    frame: Frame = field(repr=False)
    low: float
    high: float
    padded: NDArray[np.uint8] | None = field(default=None, repr=False)
    padding: tuple[float, float] = (np.nan, np.nan)

    @property
    def spacing_mm(self) -> Vector:
        """Between columns, between rows, from slice to slice (along a tilted gantry)."""
        return spacing_of(self.affine)

    @property
    def centre(self) -> Vector:
        """The middle of the voxels, LPS mm."""
        x, y, z = self.corners.mean(axis=0)
        return float(x), float(y), float(z)

    @property
    def corners(self) -> NDArray[np.float64]:
        """The eight corners of what the voxels fill, (8, 3) LPS mm; half a voxel beyond centres."""
        slices, rows, columns = self.voxels.shape[:3]
        return corners_of(self.affine, (slices, rows, columns))


def spacing_of(affine: Affine) -> Vector:
    """See `Volume.spacing_mm`."""
    across, down, through = np.linalg.norm(affine.matrix[:3, :3], axis=0)
    return float(across), float(down), float(through)


def corners_of(affine: Affine, shape: tuple[int, int, int]) -> NDArray[np.float64]:
    """Of a volume of so many slices, rows, columns; see `Volume.corners`."""
    ends = [(-0.5, count - 0.5) for count in shape[::-1]]
    index = np.array([(i, j, k, 1.0) for i in ends[0] for j in ends[1] for k in ends[2]])
    return np.asarray((index @ affine.matrix.T)[:, :3])


def why_no_volume(display_set: DisplaySet) -> str:
    """Why millimetres in a reformat would not be right; empty where they are."""
    geometry = display_set.geometry
    if geometry.mpr:
        return ""
    if geometry.reason:
        return geometry.reason
    if len(display_set.frames) < 2:
        return tr("a single image is no volume")
    if geometry.verdict is GeometryVerdict.NOT_SPATIAL:
        return tr("these images are no slices of a patient")
    return tr("too few slices for a volume")


def affine_of(frames: Sequence[Frame]) -> Affine:
    """Of slices that make an even grid (`imaging.volume.judge` says so), in their order.

    The step is the mean one, so that a rounding of positions is not summed up; a shift in
    the plane from slice to slice (gantry tilt) is part of it.
    """
    first, last = _plane(frames[0]), _plane(frames[-1])
    x, y, z = ((b - a) / (len(frames) - 1) for a, b in zip(first.origin, last.origin, strict=True))
    return Affine.of_plane(first, (x, y, z))


def _plane(frame: Frame) -> ImagePlane:
    assert frame.plane is not None  # `judge` allows no volume without
    return frame.plane


@define(eq=False)
class VolumeDraft:
    """A volume that is being filled slice by slice, on any thread, one at a time."""

    display_set: DisplaySet
    voxels: NDArray[Any]
    frame: Frame
    stored: bool  # voxels are stored values
    padded: NDArray[np.uint8] | None
    span: tuple[float, float] = _NOTHING
    padding: tuple[float, float] = _NOTHING
    start: int = 0  # the slice with which it begins

    @classmethod
    def begun(
        cls, display_set: DisplaySet, first: FramePixels, count: int | None = None
    ) -> "VolumeDraft":
        """`first`: pixels of any of its frames; with a `count`, for so many slices alone. Raises
        NotDisplayable where it is no volume."""
        refusal = why_no_volume(display_set)
        if refusal:
            raise NotDisplayable(refusal, reason="no-volume")
        frames = display_set.frames
        frame, pixels = frames[0], frames[0].pixels
        shape = (len(frames) if count is None else count, pixels.rows, pixels.columns)
        if is_colour(frame):
            return cls(display_set, np.empty((*shape, 3), np.uint8), frame, False, None)
        stored = _is_one_kind(frames)
        dtype = first.stored.dtype if stored else np.dtype(np.float32)
        padded = None if pixels.padding is None else np.zeros(shape, np.uint8)  # taken when touched
        rescale = frame.rescale if stored else Rescale(unit=frame.rescale.unit)
        return cls(
            display_set, np.empty(shape, dtype), evolve(frame, rescale=rescale), stored, padded
        )

    def another(self, count: int) -> "VolumeDraft":
        """For so many slices of the same series, with memory of its own."""
        voxels = np.empty((count, *self.voxels.shape[1:]), self.voxels.dtype)
        padded = None if self.padded is None else np.zeros(voxels.shape[:3], np.uint8)
        return VolumeDraft(
            self.display_set, voxels, self.frame, self.stored, padded, self.span, self.padding
        )

    def slide(self, start: int, stop: int) -> None:
        """From now on for slices from `start` on; those before `stop` that it has are kept."""
        count, at = max(0, stop - start), start - self.start
        for held in (self.voxels, self.padded):
            if held is not None and count:
                held[:count] = held[at : at + count].copy()
        if self.padded is not None:
            self.padded[count:] = 0
        self.start = start

    def fill(self, index: int, pixels: FramePixels) -> None:
        """The pixels of one frame of the display set."""
        frame, into = self.display_set.frames[index], self.voxels[index - self.start]
        if is_colour(frame):
            entries = pixels.profile.entries if pixels.profile is not None else None
            into[...] = to_rgb(pixels.stored, frame, pixels.colours, entries)
            self.span = (0.0, 255.0)
            return
        into[...] = pixels.stored if self.stored else rescaled(pixels.stored, frame.rescale)
        kept = into
        if frame.pixels.padding is not None or pixels.stored.dtype.kind == "f":
            fills = is_padding(pixels.stored, frame)
            if fills.any():
                self._pad(index, fills)
                kept = into[~fills]
        self.span = _widened(self.span, kept)

    def _pad(self, index: int, fills: NDArray[np.bool_]) -> None:
        if self.padded is None:  # the first frame had no padding, this one has
            self.padded = np.zeros(self.voxels.shape[:3], np.uint8)
        at = index - self.start
        self.padded[at][fills] = PADDED
        self.padding = _widened(self.padding, self.voxels[at][fills])

    def slice_pixels(self, index: int, pixels: FramePixels) -> FramePixels | None:
        """The same pixels as a view on the volume; None where its voxels are other values."""
        if not self.stored:
            return None
        view = self.voxels[index]
        view.flags.writeable = False
        return evolve(pixels, stored=view)

    @property
    def span_of_values(self) -> tuple[float, float]:
        """The least and the largest value that was filled in; of padding alone none."""
        return self.span if self.span != _NOTHING else (0.0, 0.0)

    def finished(self, count: int | None = None) -> Volume:
        """Every slice has been filled, or the first so many."""
        voxels = self.voxels if count is None else self.voxels[:count]
        voxels.flags.writeable = False
        padded = self.padded if self.padded is not None and self.padded.any() else None
        padded = None if padded is None else padded[: len(voxels)]
        low, high = self.span_of_values
        affine = affine_of(self.display_set.frames).grid((1, 1, 1), (0.0, 0.0, float(self.start)))
        return Volume(voxels, affine, self.frame, low, high, padded, self.padding)


def _widened(span: tuple[float, float], values: NDArray[Any]) -> tuple[float, float]:
    if not values.size:
        return span
    return min(span[0], float(values.min())), max(span[1], float(values.max()))


def _is_one_kind(frames: Sequence[Frame]) -> bool:
    """One type of pixels, and one linear modality transform for all."""
    first = frames[0]
    return first.rescale.lut is None and all(
        frame.rescale == first.rescale and _type(frame) == _type(first) for frame in frames
    )


def _type(frame: Frame) -> tuple[int, bool, bool]:
    return frame.pixels.bits_allocated, frame.pixels.signed, frame.pixels.floating
