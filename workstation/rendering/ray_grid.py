"""Where rays go: columns, rows and steps of a picture, laid through the index space of a volume.

The grid looks the reader's way; vtkImageReslice samples it, tile by tile and some steps at a
time. Our own affine says where voxels lie: no direction matrix, no slab of VTK's
(docs/adr/0012-volumes.md).
"""

import math
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from attrs import frozen
from numpy.typing import NDArray
from vtkmodules.util.numpy_support import numpy_to_vtk, vtk_to_numpy
from vtkmodules.vtkCommonDataModel import vtkImageData
from vtkmodules.vtkCommonMath import vtkMatrix4x4
from vtkmodules.vtkImagingCore import vtkImageReslice

from workstation.domain.geometry import Vector, cross
from workstation.domain.presentation import Voi
from workstation.imaging.surface import Surface
from workstation.imaging.transfer import VolumePreset
from workstation.rendering.bricks import BLOCK, Brick
from workstation.rendering.freehand import outline_of
from workstation.viewing.volume_cuts import Freehand

#: Pixels along the side of a tile, and steps that are sampled at once.
TILE: Final = 128
STEPS: Final = 16
#: How far around a sample its slope is taken, in voxels.
_AROUND: Final = 1.5
#: Of the eye's way to the plane, what is nearer to the eye is not seen.
_NEAREST: Final = 0.02

#: From where to where along x, y and z of the patient.
Crop = tuple[tuple[float, float], tuple[float, float], tuple[float, float]]
#: Left, top, right, bottom of a part of the picture; ends excluded.
Tile = tuple[int, int, int, int]


@frozen
class CastRequest:
    """A picture of a volume, in parallel rays or from an eye; pure data.

    `origin` is the centre of the first pixel on a plane through the middle of the volume;
    `row` and `column` unit directions, `spacing_mm` of square pixels, `size` columns, rows.
    `step` is the way from sample to sample in voxels, along the axis that is crossed most.
    `crop` keeps what lies between two places along each axis of the patient, LPS mm; `cuts`
    take away what lines on the screen enclosed, or left out. `eye` is in front of the volume,
    LPS mm: its rays meet the plane at its pixels. `surfaces` of segments stand in a composed
    picture.
    """

    origin: Vector
    row: Vector
    column: Vector
    spacing_mm: float
    size: tuple[int, int]
    preset: VolumePreset
    window: Voi
    step: float = 0.5
    crop: Crop | None = None
    cuts: tuple[Freehand, ...] = ()
    eye: Vector | None = None
    surfaces: tuple[Surface, ...] = ()

    @property
    def normal(self) -> Vector:
        """From the reader."""
        return cross(self.row, self.column)


@frozen(eq=False)
class Grid:
    """Columns, rows and steps of a request, laid through the index space of a brick.

    From an eye its steps grow shorter to the front: planes of a projective grid. What is
    `nearness` times 1 on the plane of the request is seen so many times larger in front.
    """

    brick: Brick
    request: CastRequest
    to_patient: NDArray[np.float64]  # (column, row, step, 1) to LPS mm; from an eye, times 1/size
    matrix: NDArray[np.float64]  # and to index
    first: int  # steps before the plane of the request
    steps: int
    step_mm: float  # the longest
    away_mm: float = 0.0  # of the eye from the plane; 0: rays are parallel
    fade: float = 0.0  # of the size, from step to step

    @classmethod
    def of(cls, brick: Brick, request: CastRequest) -> "Grid":
        normal = np.asarray(request.normal)
        per_mm = float(np.abs(brick.to_index[:3, :3] @ normal).max())
        step_mm = request.step / per_mm
        slices, rows, columns = brick.voxels.shape
        ends = np.array([(i, j, k, 1.0) for i in (-0.5, columns - 0.5)
                         for j in (-0.5, rows - 0.5) for k in (-0.5, slices - 0.5)])  # fmt: skip
        corners = (ends @ brick.affine.matrix.T)[:, :3]
        reach = float(np.abs((corners - np.asarray(request.origin)) @ normal).max())
        to_patient = np.eye(4)
        to_patient[:3, 0] = np.multiply(request.row, request.spacing_mm)
        to_patient[:3, 1] = np.multiply(request.column, request.spacing_mm)
        if request.eye is not None:
            return cls._from_eye(brick, request, request.eye, to_patient, reach, step_mm)
        first = math.ceil(reach / step_mm)
        to_patient[:3, 2] = normal * step_mm
        to_patient[:3, 3] = np.asarray(request.origin) - normal * step_mm * first
        matrix = brick.to_index @ to_patient
        return cls(brick, request, to_patient, matrix, first, 2 * first + 1, step_mm)

    @classmethod
    def _from_eye(
        cls, brick: Brick, request: CastRequest, eye: Vector, to_patient: NDArray[np.float64],
        reach: float, step_mm: float,
    ) -> "Grid":  # fmt: skip
        """At `1 / size` times the pixel's way from the eye, size falling evenly to the back."""
        origin, start = np.asarray(request.origin), np.asarray(eye)
        away = float((origin - start) @ np.asarray(request.normal))
        nearest, farthest = away / max(away - reach, away * _NEAREST), away / (away + reach)
        fade = step_mm * farthest**2 / away
        first = math.ceil((nearest - 1) / fade)
        steps = first + math.ceil((1 - farthest) / fade) + 1
        to_patient[:3, 2], to_patient[3, 2] = -fade * start, -fade
        to_patient[:3, 3] = start * (1 + first * fade) + (origin - start)
        to_patient[3, 3] = 1 + first * fade
        matrix = brick.to_index @ to_patient
        return cls(brick, request, to_patient, matrix, first, steps, step_mm, away, fade)

    def size_at(self, steps: Any) -> Any:
        """How much larger than on the plane of the request what lies at a step is seen."""
        return 1.0 + (self.first - steps) * self.fade

    def depth_mm(self, steps: NDArray[np.float32]) -> NDArray[np.float32]:
        """Of a step behind the plane of the request."""
        if not self.fade:
            return (steps - np.float32(self.first)) * np.float32(self.step_mm)
        return np.asarray(self.away_mm * (1.0 / self.size_at(steps) - 1.0), np.float32)

    def length_mm(self, step: float) -> float:
        """From a step to the next."""
        if not self.fade:
            return self.step_mm
        return float(self.away_mm * self.fade / self.size_at(step) ** 2)

    @property
    def reach(self) -> tuple[int, int]:
        """Pixels and steps to a neighbour that is about a voxel away: what light falls by."""
        per_pixel = min(float(np.abs(self.matrix[:3, axis]).max()) for axis in (0, 1))
        around = min(max(1, round(_AROUND / max(per_pixel, 1e-6))), TILE // 8)
        return around, max(1, round(_AROUND / self.request.step))

    def tiles(self) -> Iterator[Tile]:
        """All parts of the picture."""
        columns, rows = self.request.size
        for top in range(0, rows, TILE):
            for left in range(0, columns, TILE):
                yield left, top, min(left + TILE, columns), min(top + TILE, rows)

    def beyond(self, tile: Tile, run: tuple[int, int]) -> NDArray[np.bool_] | None:
        """Which samples of a part (steps, rows, columns) the crop box or a cut leaves
        out; None: none of them."""
        crop, matrix = self.request.crop, self.to_patient
        if crop is None and not self.request.cuts:
            return None
        left, top, right, bottom = tile
        steps = step, row, column = np.ogrid[run[0] : run[1], top:bottom, left:right]
        out = np.zeros((run[1] - run[0], bottom - top, right - left), np.bool_)
        size = self.size_at(step)
        for axis, (low, high) in enumerate(crop or ()):
            at = matrix[axis, 0] * column + matrix[axis, 1] * row + matrix[axis, 2] * step
            at = at + matrix[axis, 3]
            out |= (at < low * size) | (at > high * size)
        for cut in self.request.cuts:
            out |= outline_of(cut).gone(matrix, steps)
        return out

    def places(self, wanted: NDArray[np.bool_], masked: NDArray[np.bool_] | None) -> "Places":
        """Where blocks lie in the picture: corners of their shadows. In those that are `masked`
        not every sample counts."""
        from_index = np.asarray(np.linalg.inv(self.matrix), np.float64)
        found = np.argwhere(wanted)[:, ::-1]  # column, row, slice
        middle = np.asarray(found * BLOCK + (BLOCK - 1) / 2, np.float64)
        partly = np.zeros(len(found), np.bool_) if masked is None else masked[wanted]
        if self.fade:
            return Places(*_shadows(middle, from_index), partly)
        centre = middle @ from_index[:3, :3].T + from_index[:3, 3]
        half = np.abs(from_index[:3, :3]).sum(axis=1) * (BLOCK / 2 + 1)
        return Places(centre - half, centre + half, partly)


@frozen(eq=False)
class Places:
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    masked: NDArray[np.bool_]

    def runs(self, tile: Tile, steps: int) -> Iterator[tuple[tuple[int, int], bool]]:
        """First and last step, excluded, of each part of a tile's rays that meets a block, and
        whether one of these is masked."""
        left, top, right, bottom = tile
        low, high = self.low, self.high
        met = ((high[:, 0] >= left) & (low[:, 0] < right)
               & (high[:, 1] >= top) & (low[:, 1] < bottom))  # fmt: skip
        all_met, masked = (_parts(low[kept, 2], high[kept, 2], steps)
                           for kept in (met, met & self.masked))  # fmt: skip
        for index in np.flatnonzero(all_met):
            begin = int(index) * STEPS
            yield (begin, min(begin + STEPS, steps)), bool(masked[index])


def _shadows(
    middle: NDArray[np.float64], from_index: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Of blocks about these points, from an eye: the ends of their eight corners' shadows."""
    half = BLOCK / 2 + 1
    low = np.full(middle.shape, np.inf)
    high = np.full(middle.shape, -np.inf)
    for corner in np.ndindex(2, 2, 2):
        at = middle + (np.asarray(corner) * 2 - 1) * half
        size = at @ from_index[3, :3] + from_index[3, 3]
        place = (at @ from_index[:3, :3].T + from_index[:3, 3]) / size[:, None]
        low, high = np.minimum(low, place), np.maximum(high, place)
    return low, high


def _parts(low: NDArray[np.float64], high: NDArray[np.float64], steps: int) -> NDArray[np.bool_]:
    """Which parts of `STEPS` steps lie between any of the ends."""
    count = -(-steps // STEPS)
    begin = np.clip(np.floor(low / STEPS), 0, count - 1).astype(int)
    end = np.clip(np.floor(high / STEPS), 0, count - 1).astype(int)
    changes = np.bincount(begin, minlength=count + 1)
    changes[1:] -= np.bincount(end, minlength=count + 1)[:count]
    return np.asarray(np.cumsum(changes)[:count] > 0, np.bool_)


class Sampler:
    """Samples of a grid, some at a time; `matrix` leads from it to the index of the image."""

    def __init__(
        self, image: Any, matrix: NDArray[np.float64], background: int, *, nearest: bool = False
    ) -> None:
        reslice = self._reslice = vtkImageReslice()
        reslice.SetInputData(image)
        reslice.SetOutputDimensionality(3)
        reslice.SetBackgroundLevel(background)
        reslice.SetOutputOrigin(0, 0, 0)
        reslice.SetOutputSpacing(1, 1, 1)
        reslice.BorderOn()
        if nearest:
            reslice.SetInterpolationModeToNearestNeighbor()
        else:
            reslice.SetInterpolationModeToLinear()
        axes = vtkMatrix4x4()
        for i in range(4):
            for j in range(4):
                axes.SetElement(i, j, float(matrix[i, j]))
        reslice.SetResliceAxes(axes)

    def part(self, tile: Tile, steps: tuple[int, int], margin: tuple[int, int]) -> NDArray[Any]:
        """(steps, rows, columns), wider by the margin on every side; until the next call."""
        (left, top, right, bottom), (begin, end), (around, deep) = tile, steps, margin
        self._reslice.SetOutputExtent(
            left - around, right - 1 + around, top - around, bottom - 1 + around,
            begin - deep, end - 1 + deep,
        )  # fmt: skip
        self._reslice.Update()
        flat: NDArray[Any] = vtk_to_numpy(self._reslice.GetOutput().GetPointData().GetScalars())
        return flat.reshape(
            end - begin + 2 * deep, bottom - top + 2 * around, right - left + 2 * around
        )


def index_image(voxels: NDArray[Any]) -> Any:
    """For VTK, in index space, without a copy."""
    image = vtkImageData()
    slices, rows, columns = voxels.shape
    image.SetDimensions(columns, rows, slices)
    image.GetPointData().SetScalars(numpy_to_vtk(voxels.ravel(), deep=0))
    return image
