"""Slices by the CPU: the reference, the baseline and the fallback of every engine.

Pixels live in an image in pure index space (origin 0, spacing 1, no direction); where
they lie in the patient is our own affine. Two faults of vtkImageReslice 9.7 are avoided,
and tests/unit/rendering keeps both in sight:

- with a direction matrix and axes in the world it reads the wrong voxels, so no direction
  matrix is ever set;
- its optimised path samples axis-aligned slabs at wrong positions, so slabs are computed
  without optimisation, or plane by plane where they lie along an axis of the volume: planes
  by that path are right.
"""

import math
from collections.abc import Sequence
from functools import reduce
from typing import Any, Final

import numpy as np
from attrs import evolve, frozen
from numpy.typing import NDArray
from vtkmodules.util.numpy_support import get_vtk_array_type, numpy_to_vtk, vtk_to_numpy
from vtkmodules.vtkCommonDataModel import vtkImageData
from vtkmodules.vtkCommonMath import vtkMatrix4x4
from vtkmodules.vtkImagingCore import vtkImageReslice

from workstation.domain.geometry import Affine, Vector, cross
from workstation.viewing.viewport import Interpolation, SlabMode

#: Samples through a slab are no further apart, mm, nor further than half a voxel.
SLAB_STEP_MM: Final = 0.5
_HALF_A_VOXEL: Final = 0.5
#: So many columns are copied together before they are sampled: two lines of the cache.
_FEW_COLUMNS: Final = 64
#: Directions are along an axis of the volume when they leave it by less than this part.
_ALONG: Final = 1e-9
#: Of a voxel: more than rounding moves a sample.
_NEARLY: Final = 1e-3


@frozen
class SliceRequest:
    """A rectangle of samples somewhere in the patient; pure data, for every engine.

    `origin` is the centre of the first sample, `row` the unit direction along a row,
    `column` down a column; mm in LPS. (For a single frame the affine is the identity
    and mm are pixels.) `spacing` is between rows, between columns; `size` columns, rows.

    A slab of `slab_mm` has the plane in its middle: samples lie from half of it before to
    half of it behind, both ends included, evenly, `slab_steps` says how many. All weigh
    alike, those outside the volume not at all. `coarse` (a preview) takes fewer of them.
    """

    origin: Vector
    row: Vector
    column: Vector
    spacing: tuple[float, float]
    size: tuple[int, int]
    slab_mm: float = 0.0
    mode: SlabMode = SlabMode.MEAN
    interpolation: Interpolation = Interpolation.LINEAR
    coarse: float = 1.0  # distance of the samples through a slab, relative to the exact one

    @property
    def normal(self) -> Vector:
        """Of length 1; from the reader, as a row and a column are right and down."""
        x, y, z = cross(self.row, self.column)
        length = math.hypot(x, y, z)
        return x / length, y / length, z / length


def slab_steps(request: SliceRequest, to_index: NDArray[np.float64]) -> int:
    """Into how many equal steps a slab is cut; 0 for a plane, which is one sample deep.

    No step is longer than `SLAB_STEP_MM`, nor crosses more than half a voxel along any axis
    of the volume, so that no voxel is stepped over. `to_index`: inverse of the affine.
    """
    if request.slab_mm <= 0:
        return 0
    voxels_per_mm = float(np.abs(to_index[:3, :3] @ np.asarray(request.normal)).max())
    step_mm = min(SLAB_STEP_MM, _HALF_A_VOXEL / voxels_per_mm) * request.coarse
    return max(1, math.ceil(request.slab_mm / step_mm - 1e-6))


def planes_through(
    request: SliceRequest, to_index: NDArray[np.float64], shape: Sequence[int]
) -> tuple[float, ...] | None:
    """Depths, mm, of the planes that make a slab; None where it does not lie along an axis of the
    volume, rows and columns along the two others.

    Of a projection the first and the last sample between two planes of voxels are enough: what
    is interpolated lies between them. What is outside the volume is left out, but for one.
    """
    axes = []
    for way in (request.row, request.column, request.normal):
        steps = np.abs(to_index[:3, :3] @ np.asarray(way))
        axes.append(int(steps.argmax()))
        if np.delete(steps, axes[-1]).max() > _ALONG * steps[axes[-1]]:
            return None
    if len(set(axes)) < 3:
        return None
    count, axis = slab_steps(request, to_index), axes[2]
    depths = np.linspace(-request.slab_mm / 2, request.slab_mm / 2, count + 1)
    per_mm = float(to_index[axis, :3] @ np.asarray(request.normal))
    at = float(to_index[axis, :3] @ np.asarray(request.origin) + to_index[axis, 3])
    places, end = at + depths * per_mm, shape[2 - axis] - _HALF_A_VOXEL
    inside = (places >= -_HALF_A_VOXEL) & (places <= end)
    if not inside.any():
        return (float(depths[0]),)
    # the outermost half voxels hold one value: what lies on their edge may move in by a little
    moved = np.clip(places[inside], -_HALF_A_VOXEL + _NEARLY, end - _NEARLY)
    if request.mode is not SlabMode.MEAN and request.interpolation is not Interpolation.CUBIC:
        between = np.floor(moved)
        ends = np.flatnonzero(np.diff(between)) + 1
        moved = moved[np.unique(np.concatenate(([0], ends - 1, ends, [len(moved) - 1])))]
    return tuple(((moved - at) / per_mm).tolist())


def _moved(request: SliceRequest, depth_mm: float) -> SliceRequest:
    x, y, z = np.asarray(request.origin) + np.multiply(request.normal, depth_mm)
    return evolve(request, origin=(float(x), float(y), float(z)), slab_mm=0.0)


class SliceEngine:
    """Samples one volume, or one frame as a volume of one slice.

    Parameters
    ----------
    voxels
        (slices, rows, columns), or (slices, rows, columns, samples) for colour.
    affine
        Index (column, row, slice) to LPS mm; may be tilted, sheared, left-handed.
    background
        The value of samples outside the volume.
    sampled_as
        Type of the samples; that of the voxels, unless told otherwise. In floating point
        nothing is rounded.
    """

    def __init__(
        self,
        voxels: NDArray[Any],
        affine: Affine,
        background: float = 0.0,
        sampled_as: type[np.generic] | None = None,
    ) -> None:
        self._voxels = np.ascontiguousarray(voxels)
        self._samples = voxels.shape[3] if voxels.ndim == 4 else 1
        self._to_index: NDArray[np.float64] = np.asarray(np.linalg.inv(affine.matrix), np.float64)
        self._axes = vtkMatrix4x4()
        self._image = self._index_image(self._voxels)
        reslice = self._reslice = vtkImageReslice()
        reslice.SetOutputDimensionality(2)
        self._kind = np.dtype(self._voxels.dtype if sampled_as is None else sampled_as)
        if sampled_as is not None:
            reslice.SetOutputScalarType(get_vtk_array_type(sampled_as))
        reslice.SetBackgroundLevel(background)
        reslice.SetOutputOrigin(0, 0, 0)
        reslice.SetOutputSpacing(1, 1, 1)
        reslice.BorderOn()  # up to the outer edge of the outermost voxels

    def slice(self, request: SliceRequest) -> NDArray[Any]:
        """(rows, columns[, samples]) in the type of the samples, rounded where that is whole."""
        reslice, (columns, rows) = self._reslice, request.size
        steps = slab_steps(request, self._to_index)
        first, image = self._image_for(request)
        reslice.SetInputData(image)
        reslice.SetOutputExtent(0, columns - 1, 0, rows - 1, 0, 0)
        match request.interpolation:
            case Interpolation.NEAREST:
                reslice.SetInterpolationModeToNearestNeighbor()
            case Interpolation.LINEAR:
                reslice.SetInterpolationModeToLinear()
            case Interpolation.CUBIC:
                reslice.SetInterpolationModeToCubic()
        along_axis = planes_through(request, self._to_index, self._voxels.shape) if steps else None
        if along_axis is None:
            sampled = self._sampled(request, steps, first)
        else:
            sampled = self._of_planes(request, along_axis, first)
        reslice.SetInputData(self._image)  # nothing is kept of a part
        return sampled

    def _sampled(self, request: SliceRequest, steps: int, first: int) -> NDArray[Any]:
        """A plane, or a slab in any direction."""
        reslice, (columns, rows) = self._reslice, request.size
        self._aim(request, request.slab_mm / steps if steps else SLAB_STEP_MM, first)
        reslice.SetOptimization(not steps)
        reslice.SetSlabNumberOfSlices(steps + 1)
        match request.mode:
            case SlabMode.MEAN:
                reslice.SetSlabModeToMean()
            case SlabMode.MIP:
                reslice.SetSlabModeToMax()
            case SlabMode.MINIP:
                reslice.SetSlabModeToMin()
        reslice.Update()
        flat = vtk_to_numpy(reslice.GetOutput().GetPointData().GetScalars())
        shape = (rows, columns) if self._samples == 1 else (rows, columns, self._samples)
        return np.array(flat).reshape(shape)

    def _of_planes(
        self, request: SliceRequest, depths: Sequence[float], first: int
    ) -> NDArray[Any]:
        """A slab along an axis of the volume, from its planes: these go by the optimised path,
        which is right for planes and three times as fast as a slab without it."""
        reslice, mean = self._reslice, request.mode is SlabMode.MEAN
        kind, background = reslice.GetOutputScalarType(), reslice.GetBackgroundLevel()
        if mean:  # rounded once, at the end
            reslice.SetOutputScalarType(get_vtk_array_type(np.float32))
            reslice.SetBackgroundLevel(np.nan)
        planes = (self._sampled(_moved(request, depth), 0, first) for depth in depths)
        together = {SlabMode.MIP: np.maximum, SlabMode.MINIP: np.minimum, SlabMode.MEAN: np.add}
        made = reduce(lambda a, b: together[request.mode](a, b, out=a), planes)
        reslice.SetOutputScalarType(kind)
        reslice.SetBackgroundLevel(background)
        return self._mean(made, len(depths)) if mean else made

    def _mean(self, total: NDArray[np.float32], count: int) -> NDArray[Any]:
        mean = total / np.float32(count)
        background = self._reslice.GetBackgroundLevel()
        if self._kind.kind in "iu":
            np.floor(mean + np.float32(0.5), out=mean)
        mean[np.isnan(mean)] = background
        return mean.astype(self._kind)

    def _image_for(self, request: SliceRequest) -> tuple[int, vtkImageData]:
        """What is sampled, and its first column: all of the volume, or the few columns that a
        plane across the rows needs. Copied together, in the order they lie, they come from
        memory once; one by one each voxel takes a line of the cache, and most come twice."""
        columns = self._voxels.shape[2]
        found = self._columns_of(request)
        if found is None or request.interpolation is Interpolation.CUBIC:
            return 0, self._image
        first, last = max(0, found[0]), min(columns - 1, found[1])
        if last <= first or last - first >= min(_FEW_COLUMNS, columns - 1):
            return 0, self._image
        return first, self._index_image(np.ascontiguousarray(self._voxels[:, :, first : last + 1]))

    def _columns_of(self, request: SliceRequest) -> tuple[int, int] | None:
        """The first and last column next to any sample; None: it has no end."""
        (wide, high), (down, along) = request.size, request.spacing
        linear = self._to_index[0, :3]
        start = float(linear @ np.asarray(request.origin) + self._to_index[0, 3])
        across = float(linear @ np.multiply(request.row, along)) * (wide - 1)
        below = float(linear @ np.multiply(request.column, down)) * (high - 1)
        half = abs(float(linear @ np.multiply(request.normal, request.slab_mm / 2)))
        least = start + min(across, 0.0) + min(below, 0.0) - half
        most = start + max(across, 0.0) + max(below, 0.0) + half
        if not (math.isfinite(least) and math.isfinite(most)):
            return None
        return math.floor(least - _NEARLY), math.ceil(most + _NEARLY)

    def _aim(self, request: SliceRequest, step_mm: float, first_column: int) -> None:
        """Put the request's samples into index space: one column of the matrix per axis."""
        down, along = request.spacing
        linear = self._to_index[:3, :3]
        columns = (
            linear @ np.multiply(request.row, along),
            linear @ np.multiply(request.column, down),
            linear @ np.multiply(request.normal, step_mm),
            linear @ np.asarray(request.origin) + self._to_index[:3, 3] - (first_column, 0, 0),
        )
        for j, column in enumerate(columns):
            for i in range(3):
                self._axes.SetElement(i, j, float(column[i]))
        self._axes.Modified()
        self._reslice.SetResliceAxes(self._axes)

    def _index_image(self, voxels: NDArray[Any]) -> Any:
        slices, rows, columns = voxels.shape[:3]
        image = vtkImageData()
        image.SetDimensions(columns, rows, slices)
        flat = voxels.reshape(-1, self._samples) if self._samples > 1 else voxels.ravel()
        image.GetPointData().SetScalars(numpy_to_vtk(flat, deep=0))
        return image


def frame_engine(pixels: NDArray[Any]) -> SliceEngine:
    """One frame, (rows, columns[, samples]), as a volume of one slice in its own pixels."""
    return SliceEngine(pixels[np.newaxis], Affine(np.eye(4)))
