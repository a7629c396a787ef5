"""Rays through a volume by VTK's GPU mapper: a whole picture in the time of a frame.

It draws into a window that is handed in, whose OpenGL is somebody else's. Our own affine says
where voxels lie: the image has spacing alone, its turn is the actor's. What this mapper does not
do as ours does (sheared volumes, lines that cut, surfaces of segments) is left to the CPU.
"""

import math
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from vtkmodules.util.numpy_support import numpy_to_vtk, vtk_to_numpy
from vtkmodules.vtkCommonDataModel import vtkImageData, vtkPiecewiseFunction, vtkPlane
from vtkmodules.vtkCommonMath import vtkMatrix4x4
from vtkmodules.vtkRenderingCore import (
    vtkColorTransferFunction,
    vtkLight,
    vtkRenderer,
    vtkVolume,
    vtkVolumeProperty,
    vtkWindowToImageFilter,
)
from vtkmodules.vtkRenderingVolumeOpenGL2 import vtkOpenGLGPUVolumeRayCastMapper

from workstation.domain.presentation import Voi
from workstation.imaging.transfer import Projection, VolumePreset
from workstation.rendering.bricks import Brick, Kept
from workstation.rendering.ray_grid import CastRequest

#: Points of a curve, at most; one for each stored value is enough.
_POINTS: Final = 4096
_COUNTS: Final = 255
#: Our glint is Blinn's, the card's Phong's: as wide with a fourth of the power.
_BLINN: Final = 4.0
_FAR: Final = 4.0  # of the volume's diagonal, behind and before it


class VtkRays:
    """Of one window, on the thread whose context it has; one volume at a time lies on the card."""

    def __init__(self, window: Any) -> None:
        self._window = window
        window.SetMultiSamples(0)
        self._renderer = vtkRenderer()
        self._renderer.SetBackground(0.0, 0.0, 0.0)
        self._renderer.AutomaticLightCreationOff()
        lamp = vtkLight()
        lamp.SetLightTypeToHeadlight()  # in any other the mapper leaves ambient light uncoloured
        self._renderer.AddLight(lamp)
        window.AddRenderer(self._renderer)
        self._mapper = vtkOpenGLGPUVolumeRayCastMapper()
        self._mapper.SetAutoAdjustSampleDistances(0)
        self._mapper.SetUseJittering(0)
        self._volume = vtkVolume()
        self._volume.SetMapper(self._mapper)
        self._renderer.AddVolume(self._volume)
        self._held: tuple[Brick, Kept | None] | None = None

    def picture(self, brick: Brick, kept: Kept | None, request: CastRequest) -> NDArray[np.uint8]:
        """(rows, columns, 3), before black; of a MIP grey by the window, lowest black."""
        if self._held is None or self._held[0] is not brick or self._held[1] is not kept:
            self._hold(brick, kept)
        mip = request.preset.projection is Projection.MIP
        mapper = self._mapper
        mapper.SetBlendMode(mapper.MAXIMUM_INTENSITY_BLEND if mip else mapper.COMPOSITE_BLEND)
        mapper.SetSampleDistance(brick.finest_mm * request.step)
        self._volume.SetProperty(_property(brick, request.preset, request.window))
        self._clip(request)
        self._aim(brick, request)
        columns, rows = request.size
        self._window.SetSize(columns, rows)
        self._window.Render()
        return self._read(columns, rows)

    def forget(self) -> None:
        """Let go of the voxels, here and on the card."""
        self._mapper.RemoveAllInputs()
        self._mapper.ReleaseGraphicsResources(self._window)
        self._held = None

    def close(self) -> None:
        """The window is of no more use."""
        self.forget()
        self._window.Finalize()

    # --- inside ---

    def _hold(self, brick: Brick, kept: Kept | None) -> None:
        counted = _counted(brick, kept)
        voxels, matrix = brick.voxels, brick.affine.matrix.copy()
        if counted is not None:  # tables on the card span all values there are
            voxels = np.maximum(voxels, voxels.dtype.type(brick.low))
        spacing = np.linalg.norm(matrix[:3, :3], axis=0)
        matrix[:3, :3] /= spacing
        if np.linalg.det(matrix[:3, :3]) < 0:  # a mirrored box has its faces inside out
            voxels = voxels[::-1]
            counted = None if counted is None else counted[::-1]
            matrix[:3, 3] += matrix[:3, 2] * spacing[2] * (len(voxels) - 1)
            matrix[:3, 2] *= -1
        self._mapper.SetInputData(_image(voxels, spacing))
        self._mapper.SetMaskTypeToBinary()
        self._mapper.SetMaskInput(None if counted is None else _image(counted, spacing))
        self._volume.SetUserMatrix(_matrix(matrix))
        self._held = brick, kept

    def _clip(self, request: CastRequest) -> None:
        self._mapper.RemoveAllClippingPlanes()
        for axis, ends in enumerate(request.crop or ()):
            for end, inward in zip(ends, (1.0, -1.0), strict=True):
                plane = vtkPlane()
                place, normal = [0.0] * 3, [0.0] * 3
                place[axis], normal[axis] = end, inward
                plane.SetOrigin(*place)
                plane.SetNormal(*normal)
                self._mapper.AddClippingPlane(plane)

    def _aim(self, brick: Brick, request: CastRequest) -> None:
        (columns, rows), pixel = request.size, request.spacing_mm
        row, column, normal = (np.asarray(each) for each in
                               (request.row, request.column, request.normal))  # fmt: skip
        middle = np.asarray(request.origin) + pixel * (
            row * (columns - 1) / 2 + column * (rows - 1) / 2
        )
        box = brick.affine.matrix[:3, :3] @ brick.voxels.shape[::-1]
        diagonal = _FAR * float(np.linalg.norm(box))
        camera = self._renderer.GetActiveCamera()
        camera.SetViewUp(*(-column))
        camera.SetWindowCenter(0.0, 0.0)
        camera.SetParallelProjection(1 if request.eye is None else 0)
        if request.eye is None:
            camera.SetFocalPoint(*middle)
            camera.SetPosition(*(middle - normal * diagonal))
            camera.SetParallelScale(rows * pixel / 2)
            camera.SetClippingRange(diagonal / 100, 2 * diagonal)
            return
        eye = np.asarray(request.eye)
        away = float((middle - eye) @ normal)
        camera.SetPosition(*eye)
        camera.SetFocalPoint(*(eye + normal * away))
        camera.SetViewAngle(math.degrees(2 * math.atan(rows * pixel / 2 / away)))
        off = middle - eye
        camera.SetWindowCenter(
            float(off @ row) * 2 / (columns * pixel), -float(off @ column) * 2 / (rows * pixel)
        )
        camera.SetClippingRange(away / 100, away + diagonal)

    def _read(self, columns: int, rows: int) -> NDArray[np.uint8]:
        grabbed = vtkWindowToImageFilter()
        grabbed.SetInput(self._window)
        grabbed.ReadFrontBufferOff()
        grabbed.ShouldRerenderOff()
        grabbed.Update()
        flat = vtk_to_numpy(grabbed.GetOutput().GetPointData().GetScalars())
        return np.ascontiguousarray(flat.reshape(rows, columns, -1)[::-1, :, :3])


def _image(voxels: NDArray[Any], spacing: NDArray[np.float64]) -> Any:
    image = vtkImageData()
    slices, rows, columns = voxels.shape
    image.SetDimensions(columns, rows, slices)
    image.SetSpacing(*(float(each) for each in spacing))
    held = numpy_to_vtk(np.ascontiguousarray(voxels).ravel(), deep=0)
    image.GetPointData().SetScalars(held)
    return image


def _counted(brick: Brick, kept: Kept | None) -> NDArray[np.uint8] | None:
    """Which voxels count, 255 or 0; None: all of them."""
    padded = int(brick.blocks[0].min()) < brick.low
    if kept is None and not padded:
        return None
    made = np.full(brick.voxels.shape, _COUNTS, np.uint8)
    if kept is not None:
        way = kept.to_index @ brick.affine.matrix
        ends = zip(brick.voxels.shape[::-1], kept.mask.shape[::-1], strict=True)
        columns, rows, slices = (
            np.clip(np.rint(way[axis, axis] * np.arange(count) + way[axis, 3]), 0, most - 1)
            .astype(int) for axis, (count, most) in enumerate(ends)
        )  # fmt: skip
        for index, at in enumerate(slices):
            made[index] = kept.mask[at][np.ix_(rows, columns)]
    if padded:
        made[brick.voxels < brick.low] = 0
    return made


def _property(brick: Brick, preset: VolumePreset, window: Voi) -> Any:
    made, colour, opacity = vtkVolumeProperty(), vtkColorTransferFunction(), vtkPiecewiseFunction()
    low, high = float(brick.low), float(brick.high)
    points = int(min(max(high - low, 1.0) + 1, _POINTS))
    stored = np.linspace(low, max(high, low + 1), points)
    values = stored * brick.slope + brick.intercept
    dense: NDArray[Any]
    hues: NDArray[Any]
    if preset.projection is Projection.MIP:
        grey = np.clip((values - window.center) / max(window.width, 1e-9) + 0.5, 0.0, 1.0)
        dense, hues = np.ones(points), np.repeat(grey[:, np.newaxis], 3, axis=1)
    else:
        dense, hues = preset.curve(values, window, 1.0)
    outside = low - 1.0
    opacity.AddPoint(outside, 0.0)
    for value, part, hue in zip(stored.tolist(), dense.tolist(), hues.tolist(), strict=True):
        opacity.AddPoint(value, part)
        colour.AddRGBPoint(value, *hue)
    made.SetColor(colour)
    made.SetScalarOpacity(opacity)
    made.SetScalarOpacityUnitDistance(1.0)
    made.SetInterpolationTypeToLinear()
    light = preset.light
    made.SetShade(1 if preset.projection is Projection.SHADED else 0)
    made.SetAmbient(light.ambient)
    made.SetDiffuse(light.diffuse)
    made.SetSpecular(light.specular)
    made.SetSpecularPower(light.power / _BLINN)
    return made


def _matrix(values: NDArray[np.float64]) -> Any:
    made = vtkMatrix4x4()
    for i, j in np.ndindex(4, 4):
        made.SetElement(int(i), int(j), float(values[i, j]))
    return made
