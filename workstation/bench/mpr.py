"""Planes and slabs of a 512 x 512 x 600 volume by the CPU engine, beside InVesalius and SimpleITK.

One crosshair drag moves three planes: here each step is three `SliceEngine` samplings and
their windows, without a screen (`bench planes` drags one on a screen). InVesalius (Debian's
package, where it is installed) makes the same three slices of the same voxels in a process of
its own; it samples them at the pixels of the volume, ours are at those of the view. SimpleITK
resamples one oblique plane.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
import SimpleITK
from attrs import evolve
from numpy.typing import NDArray

from workstation.bench.figures import Figure, machine_load, memcpy_seconds
from workstation.bench.invesalius import Times, invesalius
from workstation.domain.geometry import Affine
from workstation.domain.presentation import Voi
from workstation.imaging.voi import grey_level
from workstation.rendering.slice_cpu import SliceEngine, SliceRequest
from workstation.viewing import mpr as planes
from workstation.viewing.mpr import Box, Mpr
from workstation.viewing.planes import Plane
from workstation.viewing.viewport import SlabMode

SHAPE: Final = (600, 512, 512)
SPACING: Final = (0.7, 0.7, 1.0)
#: Of each of three views on a screen of 1600 x 1200.
VIEW: Final = (800, 600)
_TIMES: Final = 15
_NONE: Final = (0.0, 0.0)


def mpr() -> tuple[Figure, ...]:
    """Medians of one run; the first sampling of each kind is not counted."""
    voxels, affine = _volume()
    box, engine = Box.of(affine, SHAPE), SliceEngine(voxels, affine)
    straight = planes.begun(box)
    oblique = planes.rotated(planes.rotated(straight, Plane.AXIAL, 20.0), Plane.CORONAL, 15.0)
    slab = evolve(_request(oblique, box, Plane.CORONAL), slab_mm=10.0, mode=SlabMode.MIP)
    columns, rows = slab.size
    half = evolve(slab, spacing=(slab.spacing[0] * 2, slab.spacing[1] * 2),
                  size=(columns // 2, rows // 2), coarse=2.0)  # fmt: skip
    plane, table = _request(oblique, box, Plane.CORONAL), _table()
    ours = _median(lambda: engine.slice(plane))
    peer = _median(_simpleitk(voxels, plane))
    peers = invesalius()
    return (
        *_beside(
            _drag(engine, straight, box, table), "three planes of the body", peers, "straight"
        ),
        *_beside(_drag(engine, oblique, box, table), "three oblique planes", peers, "oblique"),
        Figure("one oblique plane 800 x 600", ours, "ms"),
        Figure("one oblique plane 800 x 600, SimpleITK", peer, "ms"),
        Figure("ours to SimpleITK", ours / peer, "x", "0.8"),
        Figure("oblique 10 mm MIP, exact", _median(lambda: engine.slice(slab)), "ms"),
        Figure("oblique 10 mm MIP, reduced", _median(lambda: engine.slice(half)), "ms", "40"),
        Figure("floor: a copy of the voxels", 1e3 * memcpy_seconds(voxels.nbytes), "ms"),
        *machine_load(),
    )


def _beside(ours: Times, name: str, peers: Mapping[str, Times], of: str) -> tuple[Figure, ...]:
    """Other programs take a share of the clock; of processor time they take none."""
    theirs = peers.get(of, _NONE)
    clock, processor = (a / b if b else None for a, b in zip(ours, theirs, strict=True))
    return (
        Figure(f"{name}, one step", ours[0], "ms", "12"),
        Figure(f"{name}, InVesalius", theirs[0] or None, "ms"),
        Figure(f"{name}, ours to InVesalius", clock, "x", "0.8"),
        Figure(f"{name}, the same of processor time", processor, "x"),
    )


def _volume() -> tuple[NDArray[np.int16], Affine]:
    """Noise: nothing in it is empty, so nothing can be skipped."""
    part = np.random.default_rng(1).integers(-1000, 1500, (60, *SHAPE[1:]), np.int16)
    matrix = np.diag([*SPACING, 1.0])
    return np.tile(part, (SHAPE[0] // len(part), 1, 1)), Affine(matrix)


def _request(state: Mpr, box: Box, plane: Plane) -> SliceRequest:
    """As many samples as the view has pixels, over all of the volume."""
    found = planes.rectangle(state, box, plane)
    spacing = box.finest_mm * max(found.size[0] / VIEW[0], found.size[1] / VIEW[1])
    placed = found.plane
    return SliceRequest(placed.origin, placed.row, placed.column, (spacing, spacing), VIEW)


def _table() -> NDArray[np.uint8]:
    every = np.roll(np.arange(-32768, 32768, dtype=np.float64), -32768)
    return grey_level(every, Voi(40.0, 400.0), inverted=False)


def _drag(engine: SliceEngine, state: Mpr, box: Box, table: NDArray[np.uint8]) -> Times:
    """The crosshair goes on by half a millimetre: every plane lies elsewhere each time."""
    at = [state]

    def step() -> None:
        x, y, z = at[0].centre
        at[0] = planes.moved_to(at[0], box, (x + 0.5, y + 0.5, z + 0.5))
        for plane in Plane:
            np.take(table, engine.slice(_request(at[0], box, plane)), mode="wrap")

    return _timed(step)


def _simpleitk(voxels: NDArray[np.int16], request: SliceRequest) -> Callable[[], Any]:
    itk: Any = SimpleITK  # without types of its own
    image = itk.GetImageFromArray(voxels)
    image.SetSpacing(SPACING)
    direction = np.stack((request.row, request.column, request.normal), axis=1)
    resample = itk.ResampleImageFilter()
    resample.SetInterpolator(itk.sitkLinear)
    resample.SetSize((*request.size, 1))
    resample.SetOutputOrigin(request.origin)
    resample.SetOutputSpacing((request.spacing[1], request.spacing[0], 1.0))
    resample.SetOutputDirection(direction.ravel().tolist())
    return lambda: resample.Execute(image)


def _median(work: Callable[[], object]) -> float:
    """Milliseconds by the clock."""
    return _timed(work)[0]


def _timed(work: Callable[[], object]) -> Times:
    work()
    times, used = [], time.process_time()
    for _ in range(_TIMES):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    used = time.process_time() - used
    return 1e3 * float(np.median(times)), 1e3 * used / _TIMES
