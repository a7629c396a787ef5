"""The CPU engine against arithmetic, and the two faults of VTK that it goes around."""

import numpy as np
import pytest
import volume_phantoms
from attrs import evolve
from numpy.typing import NDArray
from volume_phantoms import noise, rotation, sheared
from vtkmodules.util.numpy_support import numpy_to_vtk, vtk_to_numpy
from vtkmodules.vtkCommonDataModel import vtkImageData
from vtkmodules.vtkCommonMath import vtkMatrix4x4
from vtkmodules.vtkImagingCore import vtkImageReslice

from workstation.domain.geometry import Affine
from workstation.rendering import slice_cpu
from workstation.rendering.slice_cpu import (
    SliceEngine,
    SliceRequest,
    frame_engine,
)
from workstation.viewing.viewport import Interpolation, SlabMode

SIZE = (48, 40)
EXACT = 0.51  # HU: half a stored value of rounding, and a little for single precision


VOLUME = noise((26, 44, 40))
SPACING = np.array((0.7, 0.7, 2.0))


def affine(linear: NDArray[np.float64]) -> Affine:
    m = np.eye(4)
    m[:3, :3] = linear * SPACING
    m[:3, 3] = (-31.0, 17.0, 5.0)
    return Affine(m)


AFFINES = {
    "straight": affine(np.eye(3)),
    "tilted": affine(rotation(9)),
    "left-handed": affine(np.diag((1.0, 1.0, -1.0))),
    "gantry tilt": affine(sheared(18)),
    "tilted gantry": affine(rotation(5) @ sheared(18)),
}


def through_the_middle(
    placed: Affine, row: int, column: int, turn: NDArray[np.float64]
) -> SliceRequest:
    """A plane through the middle of the volume along two of its axes, turned."""
    middle = (np.array(VOLUME.shape[::-1]) - 1) / 2
    centre = (placed.matrix @ [*middle, 1.0])[:3] + np.array((0.23, 0.37, 0.41))
    u, v = turn[:, row], turn[:, column]
    step = 0.31
    origin = centre - u * step * (SIZE[0] - 1) / 2 - v * step * (SIZE[1] - 1) / 2
    return SliceRequest(tuple(origin), tuple(u), tuple(v), (step, step), SIZE)


def reference(request: SliceRequest, placed: Affine) -> NDArray[np.float64]:
    """The slice, or the slab sample by sample, in double precision."""
    plane = volume_phantoms.Plane(
        np.array(request.origin), np.array(request.row), np.array(request.column),
        request.spacing, request.size,
    )  # fmt: skip
    return volume_phantoms.reference(
        VOLUME, placed.matrix, plane, request.slab_mm, request.mode.value
    )


def worst(found: NDArray[np.int16], expected: NDArray[np.float64]) -> float:
    known = ~np.isnan(expected)
    assert known.mean() > 0.5  # the comparison is about something
    return float(np.abs(found - expected)[known].max())


@pytest.mark.parametrize("name", AFFINES)
@pytest.mark.parametrize("plane", [(0, 1), (0, 2), (1, 2)])
@pytest.mark.parametrize("turn", [np.eye(3), rotation(5)], ids=["axis", "oblique"])
def test_slices_are_exact(name: str, plane: tuple[int, int], turn: NDArray[np.float64]) -> None:
    """A value on the screen is the value in the patient, however the scanner lay."""
    placed = AFFINES[name]
    request = through_the_middle(placed, *plane, turn)

    found = SliceEngine(VOLUME, placed).slice(request)

    assert worst(found, reference(request, placed)) <= EXACT


@pytest.mark.parametrize("mode", list(SlabMode))
@pytest.mark.parametrize("plane", [(0, 1), (0, 2), (1, 2)])
def test_axis_aligned_slabs_are_exact(mode: SlabMode, plane: tuple[int, int]) -> None:
    """The second fault of VTK is here: its optimised path reads wrong positions."""
    placed = AFFINES["straight"]
    request = evolve(through_the_middle(placed, *plane, np.eye(3)), slab_mm=5.0, mode=mode)

    found = SliceEngine(VOLUME, placed).slice(request)

    assert worst(found, reference(request, placed)) <= EXACT


@pytest.mark.parametrize("mode", list(SlabMode))
@pytest.mark.parametrize("plane", [(0, 1), (0, 2), (1, 2), (1, 0)])
@pytest.mark.parametrize("kind", [np.int16, np.float32])
@pytest.mark.parametrize("interpolation", [Interpolation.LINEAR, Interpolation.NEAREST])
@pytest.mark.parametrize("aside", [0.0, 13.0, -27.0, 60.0])
def test_a_slab_along_an_axis_is_what_a_slab_in_any_direction_is(
    mode: SlabMode, plane: tuple[int, int], kind: type[np.generic], interpolation: Interpolation,
    aside: float, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Planes of the body are the slabs that are read most; they go a faster way, and what is
    seen must not depend on the way, inside the volume, at its edge and beyond."""
    placed, outside = AFFINES["left-handed"], -999.0 if kind is np.int16 else float("nan")
    request = evolve(
        through_the_middle(placed, *plane, np.eye(3)), slab_mm=5.0, mode=mode,
        interpolation=interpolation,
    )  # fmt: skip
    x, y, z = np.asarray(request.origin) + np.multiply(request.normal, aside)
    request = evolve(request, origin=(x, y, z))
    faster = SliceEngine(VOLUME, placed, outside, kind).slice(request)
    monkeypatch.setattr(slice_cpu, "planes_through", lambda *_: None)
    monkeypatch.setattr(slice_cpu, "_FEW_COLUMNS", 0)

    found = SliceEngine(VOLUME, placed, outside, kind).slice(request)

    assert faster.dtype == found.dtype
    assert np.array_equal(np.isnan(faster), np.isnan(found))
    apart = np.nan_to_num(np.abs(faster.astype(np.float64) - found))
    rounded = mode is SlabMode.MEAN  # one of them takes the other value of a half
    assert apart.max() <= (0.0 if not rounded else 1.0 if kind is np.int16 else 1e-3)
    assert (apart > 1e-3).mean() < 0.005


@pytest.mark.parametrize("slab_mm", [0.3, 1.7, 4.2])
def test_a_slab_is_as_thick_as_it_was_asked_for(slab_mm: float) -> None:
    """Thickness on the screen that is not the slab drawn hides a nodule or invents a vessel:
    steps of half a millimetre would make 1.5 of 1.7."""
    placed = AFFINES["straight"]
    plane = through_the_middle(placed, 0, 2, np.eye(3))
    request = evolve(plane, slab_mm=slab_mm, mode=SlabMode.MEAN)

    found = SliceEngine(VOLUME, placed, 0.0, np.float32).slice(request)

    assert worst(found, reference(request, placed)) <= 0.05


@pytest.mark.parametrize("name", ["tilted", "tilted gantry"])
def test_oblique_slabs_are_exact(name: str) -> None:
    placed = AFFINES[name]
    request = evolve(through_the_middle(placed, 0, 1, rotation(5)), slab_mm=5.0, mode=SlabMode.MIP)

    found = SliceEngine(VOLUME, placed).slice(request)

    assert worst(found, reference(request, placed)) <= EXACT


def test_vtk_itself_is_still_wrong_with_a_direction_matrix() -> None:
    """Keeps the first fault in sight: the day VTK mends it, this test says so."""
    direction = rotation(9)
    placed = affine(direction)
    request = through_the_middle(placed, 0, 1, rotation(5))
    image = vtkImageData()
    image.SetDimensions(*VOLUME.shape[::-1])
    image.GetPointData().SetScalars(numpy_to_vtk(VOLUME.ravel(), deep=0))
    image.SetSpacing(*SPACING)
    image.SetOrigin(*placed.matrix[:3, 3])
    image.SetDirectionMatrix(*direction.ravel())
    axes = vtkMatrix4x4()
    normal = np.cross(request.row, request.column)
    for j, column in enumerate((request.row, request.column, normal, request.origin)):
        for i in range(3):
            axes.SetElement(i, j, float(column[i]))
    reslice = vtkImageReslice()
    reslice.SetInputData(image)
    reslice.SetOutputDimensionality(2)
    reslice.SetInterpolationModeToLinear()
    reslice.SetResliceAxes(axes)
    reslice.SetOutputOrigin(0, 0, 0)
    reslice.SetOutputSpacing(request.spacing[1], request.spacing[0], 1)
    reslice.SetOutputExtent(0, SIZE[0] - 1, 0, SIZE[1] - 1, 0, 0)
    reslice.Update()
    found = vtk_to_numpy(reslice.GetOutput().GetPointData().GetScalars()).reshape(SIZE[::-1])

    assert worst(found, reference(request, placed)) > 100


def test_vtk_itself_is_still_wrong_with_optimised_slabs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keeps the second fault in sight: only the optimisation differs from our own call."""
    placed = AFFINES["straight"]
    plane = through_the_middle(placed, 0, 1, np.eye(3))
    request = evolve(plane, slab_mm=5.0, mode=SlabMode.MIP)
    engine = SliceEngine(VOLUME, placed)
    reslice = engine._reslice
    monkeypatch.setattr(engine, "_reslice", _Optimised(reslice))
    monkeypatch.setattr(slice_cpu, "planes_through", lambda *_: None)

    assert worst(engine.slice(request), reference(request, placed)) > 5


class _Optimised:
    """A reslice that cannot be talked out of its optimisation."""

    def __init__(self, reslice: vtkImageReslice) -> None:
        self._reslice = reslice

    def SetOptimization(self, wanted: bool) -> None:
        self._reslice.SetOptimization(True)

    def __getattr__(self, name: str) -> object:
        return getattr(self._reslice, name)


@pytest.mark.parametrize("dtype", ["uint8", "int8", "uint16", "int16", "int32", "float32"])
def test_a_frame_at_its_own_size_is_itself(dtype: str) -> None:
    """Every stored type comes through unchanged, and keeps its type."""
    stored = (np.random.default_rng(1).normal(60, 30, (20, 30))).astype(dtype)
    stored.flags.writeable = False
    request = SliceRequest((0, 0, 0), (1, 0, 0), (0, 1, 0), (1, 1), (30, 20))

    found = frame_engine(stored).slice(request)

    assert found.dtype == stored.dtype
    assert np.array_equal(found, stored)


def test_colour_comes_through_unchanged() -> None:
    stored = np.random.default_rng(1).integers(0, 256, (20, 30, 3), np.uint8)
    request = SliceRequest((0, 0, 0), (1, 0, 0), (0, 1, 0), (1, 1), (30, 20))

    assert np.array_equal(frame_engine(stored).slice(request), stored)


def test_many_threads_give_what_one_gives() -> None:
    """The machine at home has two cores, the one in the hospital thirty-two."""
    placed = AFFINES["tilted gantry"]
    request = evolve(through_the_middle(placed, 0, 1, rotation(5)), slab_mm=5.0, mode=SlabMode.MIP)
    alone, together = SliceEngine(VOLUME, placed), SliceEngine(VOLUME, placed)
    alone._reslice.SetNumberOfThreads(1)
    together._reslice.SetNumberOfThreads(7)

    assert np.array_equal(alone.slice(request), together.slice(request))


def test_nearest_shows_stored_values_alone() -> None:
    """Some readers want to see the pixels; no value may be invented between them."""
    stored = np.array([[0, 100], [200, 300]], np.int16)
    request = SliceRequest(
        (-0.25, -0.25, 0), (1, 0, 0), (0, 1, 0), (0.5, 0.5), (4, 4),
        interpolation=Interpolation.NEAREST,
    )  # fmt: skip

    found = frame_engine(stored).slice(request)

    assert np.array_equal(found, np.repeat(np.repeat(stored, 2, 0), 2, 1))


def test_cubic_passes_through_the_centres() -> None:
    stored = np.random.default_rng(1).integers(-500, 500, (20, 30), np.int16)
    request = SliceRequest(
        (0, 0, 0), (1, 0, 0), (0, 1, 0), (1, 1), (30, 20), interpolation=Interpolation.CUBIC
    )

    assert np.array_equal(frame_engine(stored).slice(request), stored)
