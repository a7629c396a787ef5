"""Slices by the CPU: the reference, the baseline and the fallback of every engine.

Pixels live in an image in pure index space (origin 0, spacing 1, no direction); where
they lie in the patient is our own affine. Two faults of vtkImageReslice 9.7 are avoided,
and tests/unit/rendering keeps both in sight:

- with a direction matrix and axes in the world it reads the wrong voxels, so no direction
  matrix is ever set;
- its optimised path samples axis-aligned slabs at wrong positions, so slabs are computed
  without optimisation.
"""

import math
from typing import Any, Final

import numpy as np
from attrs import frozen
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
        self._image = self._index_image()
        reslice = self._reslice = vtkImageReslice()
        reslice.SetInputData(self._image)
        reslice.SetOutputDimensionality(2)
        if sampled_as is not None:
            reslice.SetOutputScalarType(get_vtk_array_type(sampled_as))
        reslice.SetBackgroundLevel(background)
        reslice.SetOutputOrigin(0, 0, 0)
        reslice.SetOutputSpacing(1, 1, 1)
        reslice.BorderOn()  # up to the outer edge of the outermost voxels

    def slice(self, request: SliceRequest) -> NDArray[Any]:
        """(rows, columns[, samples]) in the type of the samples, rounded where that is whole."""
        reslice = self._reslice
        steps = slab_steps(request, self._to_index)
        self._aim(request, request.slab_mm / steps if steps else SLAB_STEP_MM)
        columns, rows = request.size
        reslice.SetOutputExtent(0, columns - 1, 0, rows - 1, 0, 0)
        reslice.SetOptimization(not steps)
        reslice.SetSlabNumberOfSlices(steps + 1)
        match request.mode:
            case SlabMode.MEAN:
                reslice.SetSlabModeToMean()
            case SlabMode.MIP:
                reslice.SetSlabModeToMax()
            case SlabMode.MINIP:
                reslice.SetSlabModeToMin()
        match request.interpolation:
            case Interpolation.NEAREST:
                reslice.SetInterpolationModeToNearestNeighbor()
            case Interpolation.LINEAR:
                reslice.SetInterpolationModeToLinear()
            case Interpolation.CUBIC:
                reslice.SetInterpolationModeToCubic()
        reslice.Update()
        flat = vtk_to_numpy(reslice.GetOutput().GetPointData().GetScalars())
        shape = (rows, columns) if self._samples == 1 else (rows, columns, self._samples)
        sampled: NDArray[Any] = np.array(flat).reshape(shape)
        return sampled

    def _aim(self, request: SliceRequest, step_mm: float) -> None:
        """Put the request's samples into index space: one column of the matrix per axis."""
        down, along = request.spacing
        linear = self._to_index[:3, :3]
        columns = (
            linear @ np.multiply(request.row, along),
            linear @ np.multiply(request.column, down),
            linear @ np.multiply(request.normal, step_mm),
            linear @ np.asarray(request.origin) + self._to_index[:3, 3],
        )
        for j, column in enumerate(columns):
            for i in range(3):
                self._axes.SetElement(i, j, float(column[i]))
        self._axes.Modified()
        self._reslice.SetResliceAxes(self._axes)

    def _index_image(self) -> Any:
        slices, rows, columns = self._voxels.shape[:3]
        image = vtkImageData()
        image.SetDimensions(columns, rows, slices)
        flat = (
            self._voxels.reshape(-1, self._samples) if self._samples > 1 else self._voxels.ravel()
        )
        image.GetPointData().SetScalars(numpy_to_vtk(flat, deep=0))
        return image


def frame_engine(pixels: NDArray[Any]) -> SliceEngine:
    """One frame, (rows, columns[, samples]), as a volume of one slice in its own pixels."""
    return SliceEngine(pixels[np.newaxis], Affine(np.eye(4)))
