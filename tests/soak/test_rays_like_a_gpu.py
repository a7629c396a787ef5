"""The ray caster beside VTK's GPU volume mapper: the same curve, the same picture.

The peer draws with OpenGL, on a graphics card or on Mesa's software. It shares no line with ours:
GLSL, its own interpolation, its own matrices. Where there is no screen it brings a virtual one.
"""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from attrs import evolve
from likeness import likeness
from numpy.typing import NDArray

from workstation.adapters.decoders import Decoders
from workstation.adapters.local_frames import LocalFrames
from workstation.adapters.opengl import command, probed
from workstation.imaging.transfer import Projection, VolumePreset
from workstation.imaging.volume_voxels import Volume
from workstation.rendering.bricks import Brick
from workstation.rendering.ray_grid import CastRequest
from workstation.rendering.volume_cast import Caster
from workstation.rendering.volume_picture import pixels_of
from workstation.services.images.local_images import LocalImages
from workstation.services.screen.preset_files import load_volume_presets
from workstation.viewing.planes import STANDARD, Plane, rectangle

pytestmark = [pytest.mark.soak, pytest.mark.data]

CHEST = Path(__file__).parents[3] / "shared" / "data" / "ct_chest_current"
SIDE = 400
ALIKE = 0.95  # structural similarity (issue 5)
Picture = NDArray[np.uint8]


@pytest.fixture(scope="module")
def screen() -> Iterator[None]:
    """The one there is, or a virtual one, on which Mesa draws by software."""
    if os.environ.get("DISPLAY"):
        yield
        return
    told, tell = os.pipe()
    line = ["Xvfb", "-displayfd", str(tell), "-screen", "0", "800x600x24", "-nolisten", "tcp"]
    server = subprocess.Popen(line, pass_fds=[tell], stderr=subprocess.DEVNULL)
    os.close(tell)
    with pytest.MonkeyPatch.context() as patch, os.fdopen(told) as number:
        patch.setenv("DISPLAY", f":{number.readline().strip()}")
        yield
    server.terminate()
    server.wait()


@pytest.fixture(scope="module")
def chest(screen: None) -> Iterator[Volume]:
    """Half the detail: Mesa takes minutes for all of it."""
    assert probed(command()).renderer, "Xvfb and Mesa are in installers/linux/packages-test.txt"
    decoders = Decoders()
    images = LocalImages(LocalFrames(decoders))
    yield images.volume(images.open(CHEST, volume=True))
    decoders.close()


@pytest.mark.parametrize("name", ["ct-bone", "ct-muscle"])
def test_an_unshaded_picture_is_that_of_a_graphics_card(chest: Volume, name: str) -> None:
    """A reader at home sees what he sees in the department."""
    named = load_volume_presets().named(name)
    assert named is not None
    preset = evolve(named, projection=Projection.UNSHADED)
    brick = Brick.of(chest).halved()
    front = STANDARD[Plane.CORONAL]
    placed = rectangle(front, chest.centre, chest.corners, None, (SIDE, SIDE), 1.0)
    assert preset.window is not None
    request = CastRequest(
        placed.plane.origin, placed.plane.row, placed.plane.column, placed.plane.row_spacing,
        placed.size, preset, preset.window,
    )  # fmt: skip

    ours = pixels_of(Caster(brick).cast(request), preset, preset.window)
    theirs = _by_gpu(brick, preset, chest, placed.plane.row_spacing)

    assert theirs.max() > 150
    alike = likeness(ours.mean(axis=2), theirs.mean(axis=2))
    lit = likeness(np.zeros((SIDE, SIDE)), theirs.mean(axis=2)) < 0.999
    assert alike.mean() > ALIKE
    assert alike[lit].mean() > ALIKE  # black corners are no merit
    both = theirs.max(axis=2) > 0  # ours reaches half a voxel further, to the edge of the outermost
    assert abs(ours[both].mean() - theirs[both].mean()) < 1.0


def _by_gpu(brick: Brick, preset: VolumePreset, chest: Volume, pixel_mm: float) -> Picture:
    """From the front, in parallel rays, half a voxel from sample to sample."""
    core: Any = pytest.importorskip("vtkmodules.vtkRenderingCore")
    pytest.importorskip("vtkmodules.vtkRenderingOpenGL2")
    gpu: Any = pytest.importorskip("vtkmodules.vtkRenderingVolumeOpenGL2")
    from vtkmodules.util.numpy_support import vtk_to_numpy

    mapper = gpu.vtkOpenGLGPUVolumeRayCastMapper()
    mapper.SetInputData(_image(brick))
    mapper.SetAutoAdjustSampleDistances(0)
    mapper.SetSampleDistance(brick.finest_mm / 2)
    volume = core.vtkVolume()
    volume.SetMapper(mapper)
    volume.SetProperty(_property(core, preset))
    volume.SetUserMatrix(_placed(brick))
    window, renderer = core.vtkRenderWindow(), core.vtkRenderer()
    window.SetOffScreenRendering(1)
    window.SetSize(SIDE, SIDE)
    window.SetMultiSamples(0)
    window.AddRenderer(renderer)
    renderer.AddVolume(volume)
    x, y, z = chest.centre
    camera = renderer.GetActiveCamera()
    camera.ParallelProjectionOn()
    camera.SetFocalPoint(x, y, z)
    camera.SetPosition(x, y - 1000.0, z)
    camera.SetViewUp(0.0, 0.0, 1.0)
    camera.SetParallelScale(SIDE * pixel_mm / 2)
    camera.SetClippingRange(1.0, 2000.0)
    window.Render()
    grabbed = core.vtkWindowToImageFilter()
    grabbed.SetInput(window)
    grabbed.ReadFrontBufferOff()
    grabbed.Update()
    flat = vtk_to_numpy(grabbed.GetOutput().GetPointData().GetScalars())
    window.Finalize()
    return np.array(flat.reshape(SIDE, SIDE, -1)[::-1, :, :3])


def _image(brick: Brick) -> Any:
    from vtkmodules.util.numpy_support import numpy_to_vtk
    from vtkmodules.vtkCommonDataModel import vtkImageData

    values = (brick.voxels * brick.slope + brick.intercept).astype(np.int16)
    image = vtkImageData()
    image.SetDimensions(*values.shape[::-1])
    image.SetSpacing(*np.linalg.norm(brick.affine.matrix[:3, :3], axis=0))
    image.GetPointData().SetScalars(numpy_to_vtk(values.ravel(), deep=1))
    return image


def _property(core: Any, preset: VolumePreset) -> Any:
    from vtkmodules.vtkCommonDataModel import vtkPiecewiseFunction

    made, colour, opacity = (
        core.vtkVolumeProperty(), core.vtkColorTransferFunction(), vtkPiecewiseFunction(),
    )  # fmt: skip
    assert preset.window is not None
    values = np.linspace(-1100.0, 3100.0, 800)
    for value, dense, hue in zip(values, *preset.curve(values, preset.window, 1.0), strict=True):
        opacity.AddPoint(value, float(dense))
        colour.AddRGBPoint(value, *(float(part) for part in hue))
    made.SetColor(colour)
    made.SetScalarOpacity(opacity)
    made.SetScalarOpacityUnitDistance(1.0)
    made.SetInterpolationTypeToLinear()
    return made


def _placed(brick: Brick) -> Any:
    """Where the image lies: its spacing is in it already."""
    from vtkmodules.vtkCommonMath import vtkMatrix4x4

    matrix = brick.affine.matrix.copy()
    matrix[:3, :3] /= np.linalg.norm(matrix[:3, :3], axis=0)
    made = vtkMatrix4x4()
    for i, j in np.ndindex(4, 4):
        made.SetElement(int(i), int(j), float(matrix[i, j]))
    return made
