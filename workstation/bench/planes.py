"""A crosshair that is dragged through 600 slices on the real screen: from the hand to changed
pixels of another plane, straight and oblique, beside what InVesalius takes to draw three.
"""

import sys
import tempfile
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final

from workstation.bench.figures import Figure, machine_load
from workstation.bench.invesalius import invesalius
from workstation.bench.our_viewer import ALONE
from workstation.bench.phantom_ct import SLICES, write_series
from workstation.bench.screen import LEFT, Screen, screen
from workstation.bench.scroll import View, answers, at, child_viewer

_MOVES: Final = 60
_STEP: Final = 2
_PLANES: Final = (*ALONE[:2], "viewport.go 300", "viewport.mpr")
_CASES: Final = {
    "planes of the body": _PLANES,
    "oblique planes": (*_PLANES, "mpr.turn 20 axial", "mpr.turn 15 coronal"),
    "oblique planes, the sagittal a 10 mm MIP": (
        *_PLANES, "mpr.turn 20 axial", "mpr.turn 15 coronal", "viewport.activate 4",
        "viewport.slab 10 mip",
    ),
}  # fmt: skip


def planes() -> tuple[Figure, ...]:
    """`workstation bench planes`: to the first changed pixel of the sagittal, a plane in four
    views of one window of 1600 x 1200."""
    found: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="workstation-bench-") as folder:
        write_series(Path(folder), ("raw",), SLICES)
        for name, lines in _CASES.items():
            command = [sys.executable, "-m", "workstation.bench.our_viewer", folder, *lines]
            with screen() as seen, child_viewer(seen, command) as view:
                times = _dragged(seen, view)
            found += [
                Figure(f"{name}: p50", at(times, 50), "ms", "12 ms" if not found else ""),
                Figure(f"{name}: p95", at(times, 95), "ms"),
            ]
    return (*found, *_beside(found[0].value), *machine_load())


def _beside(ours: float | None) -> tuple[Figure, ...]:
    """Its slices and VTK's drawing alone, without the way of an event through its windows."""
    theirs = invesalius().get("straight, drawn", (None, None))[0]
    ratio = ours / theirs if ours and theirs else None
    return (
        Figure("planes of the body, drawn by InVesalius: p50", theirs, "ms"),
        Figure("planes of the body, ours to InVesalius", ratio, "x", "0.8"),
    )


def _dragged(seen: Screen, view: View) -> Sequence[float]:
    """Over the first view, whose crosshair goes to the hand; the last view is watched."""
    watched = seen.around(view.x + view.width, view.y + view.height)
    seen.point(view.x - _MOVES, view.y)
    time.sleep(0.5)
    seen.button(LEFT, down=True)
    moves = [
        partial(seen.point, view.x - _MOVES + _STEP * step, view.y + step % 5)
        for step in range(1, _MOVES)
    ]
    found = answers(seen, watched, moves)
    seen.button(LEFT, down=False)
    return found
