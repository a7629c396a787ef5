"""Three planes of a 512 x 512 x 600 volume by InVesalius, one step of its crosshair after another.

Run by `workstation bench mpr` under Debian's own Python (`apt-get install invesalius`), never by
ours: InVesalius is under the GPL, is a part of nothing here and is only timed. On an X screen it
draws too, as it does for its readers: vtkImageActor in three windows of 800 x 600. Prints
milliseconds of a step, the median of the clock and the mean of the processor, as one line of JSON.
"""

import builtins
import json
import os
import sys
import time

# Its modules call gettext's `_`, which its own start installs.
setattr(builtins, "_", str)  # noqa: B010
sys.path[:0] = ["/usr/lib/invesalius", "/usr/share/invesalius"]

import numpy as np  # noqa: E402
import vtk  # noqa: E402
from invesalius.data import transformations  # type: ignore[import-not-found]  # noqa: E402
from invesalius.data.slice_ import Slice  # type: ignore[import-not-found]  # noqa: E402

SHAPE, SPACING, VIEW = (600, 512, 512), (0.7, 0.7, 1.0), (800, 600)
TIMES = 15
#: As it names them; from where its camera looks, and what is up.
PLANES = {
    "AXIAL": ((0, 0, -1), (0, -1, 0)),
    "CORONAL": ((0, -1, 0), (0, 0, 1)),
    "SAGITAL": ((1, 0, 0), (0, 0, 1)),
}


class Window:
    """One of its three views."""

    def __init__(self, position: tuple[int, ...], up: tuple[int, ...]) -> None:
        self.window, self.renderer = vtk.vtkRenderWindow(), vtk.vtkRenderer()
        self.window.SetOffScreenRendering(1)
        self.window.SetSize(*VIEW)
        self.window.AddRenderer(self.renderer)
        self.actor = vtk.vtkImageActor()
        self.actor.InterpolateOn()
        self.renderer.AddActor(self.actor)
        camera = self.renderer.GetActiveCamera()
        camera.ParallelProjectionOn()
        camera.SetPosition(*position)
        camera.SetViewUp(*up)
        self._placed = False

    def draw(self, image: object) -> None:
        self.actor.SetInputData(image)
        self.actor.SetDisplayExtent(image.GetExtent())  # type: ignore[attr-defined]
        if not self._placed:
            self.renderer.ResetCamera()
            self._placed = True
        self.window.Render()


def step_ms(slices: "Slice", first: int, windows: dict[str, Window]) -> tuple[float, float]:
    """The crosshair goes on by one slice of each plane: by the clock, and of the processor."""
    times, used = [], time.process_time()
    for number in range(first, first + TIMES + 2):
        begun = time.perf_counter()
        for plane in PLANES:
            image = slices.GetSlices(plane, number, 1, False, 1.0)
            if windows:
                windows[plane].draw(image)
        times.append(time.perf_counter() - begun)
    used = time.process_time() - used
    return 1e3 * float(np.median(times[2:])), 1e3 * used / len(times)


def main() -> None:
    part = np.random.default_rng(1).integers(-1000, 1500, (60, *SHAPE[1:]), np.int16)
    slices = Slice()
    slices.matrix, slices.spacing = np.tile(part, (SHAPE[0] // len(part), 1, 1)), SPACING
    slices.window_width, slices.window_level = 400, 40
    slices.center = [n * mm / 2 for n, mm in zip(SHAPE[::-1], SPACING, strict=True)]
    found = {"straight": step_ms(slices, 100, {})}
    if os.environ.get("DISPLAY"):
        windows = {plane: Window(*looks) for plane, looks in PLANES.items()}
        found["straight, drawn"] = step_ms(slices, 150, windows)
    turn = transformations.quaternion_from_euler(np.radians(20), np.radians(15), 0)
    slices.q_orientation = np.array(turn)
    slices.discard_all_buffers()
    found["oblique"] = step_ms(slices, 200, {})
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
