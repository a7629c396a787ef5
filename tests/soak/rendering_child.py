"""A view with a rendered volume, opened and closed again and again; says what memory it took.

Run in a process of its own, without a screen and without OpenGL: `rendering_child.py TIMES`.
"""

import gc
import json
import os
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from fakes import FakeClock, InlineJobs  # noqa: E402  (the path is set first)
from fakes_viewer import opened  # noqa: E402
from PySide6.QtCore import QEvent  # noqa: E402
from PySide6.QtWidgets import QApplication  # noqa: E402
from volume_phantoms import SCANS, display_set  # noqa: E402

from workstation.domain.presentation import Rescale  # noqa: E402
from workstation.ui.viewer.canvas import Canvas  # noqa: E402

#: 0.7 MB of voxels, with the half and quarter volumes that are made of them.
COUNT, SHAPE = 40, (96, 96)
CT = display_set(SCANS["straight"], COUNT, SHAPE, rescale=Rescale(20.0, -20200.0, "HU"))


def once() -> dict[str, object]:
    """From the series to the whole picture, turned, cut, seen from near, and left."""
    viewer, _ = opened(CT)
    canvas = Canvas(viewer, 0, lambda line: None, InlineJobs(FakeClock()))
    canvas.resize(240, 180)
    canvas.show()
    viewer.set_volume("ct-bone")
    viewer.turn_volume(30.0, 10.0)
    viewer.cut_freehand(((10.0, 10.0), (60.0, 10.0), (60.0, 60.0)))
    viewer.toggle_perspective()
    canvas.settle()
    picture = canvas.grab().toImage()
    lit = np.frombuffer(picture.constBits(), np.uint8).reshape(-1, 4)[:, :3].max(axis=1) > 40
    said = viewer.overlay(0)
    viewer.close()
    canvas.forget()
    canvas.close()
    canvas.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)  # what a loop does
    return {"lit": float(lit.mean()), "words": list(said.lines)}


def held_kb() -> int:
    gc.collect()
    QApplication.processEvents()
    status = Path("/proc/self/status").read_text("utf-8")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1])


def main() -> int:
    application = QApplication(["rendering"])
    times = int(sys.argv[1])
    seen = [once() for _ in range(5)]
    before = held_kb()
    after = []
    for _ in range(times - 5):
        seen.append(once())
        after.append(held_kb())
    loaded = [name for name in sys.modules if "OpenGL" in name]
    lit = [float(str(each["lit"])) for each in seen]
    told = {"times": len(seen), "before_kb": before, "after_kb": after, "least_lit": min(lit),
            "most_lit": max(lit), "words": seen[-1]["words"], "opengl": loaded,
            "display": os.environ.get("DISPLAY", "")}  # fmt: skip
    sys.stdout.write(json.dumps(told) + "\n")
    del application
    return 0


if __name__ == "__main__":
    sys.exit(main())
