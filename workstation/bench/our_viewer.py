"""The whole program with a CT series in it, on the screen it is given; a process of its own.

`python -m workstation.bench.our_viewer FOLDER [LINE...]` prints "ready X Y WIDTH HEIGHT" of its
first view when every image is here and the command lines are done, as the peer of
`napari_viewer` does, and reads nothing but the mouse.
"""

import sys
import threading
from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication

from workstation.bench.phantom_ct import accession
from workstation.bench.watched import Watched, watched
from workstation.demo.process import running
from workstation.services.lines import quoted
from workstation.ui.viewer.canvas import Canvas

#: One image that fills a window of its own.
ALONE: Final = ("app.arrange many", "viewport.layout 1x1", "viewport.go 100")
#: Four linked views of one series, which all go with the wheel.
FOUR: Final = ("app.arrange many", "viewport.layout 2x2", "viewport.activate 1", "viewport.go 100")


def main(folder: str, lines: Sequence[str] = ALONE) -> None:
    with running(["--studies", folder]) as ready, watched(ready) as seen:
        ref = seen.study_of(accession("raw"))
        seen.program.send(f"case.open {accession('raw')}")
        seen.wait(lambda: seen.program.context.loader.complete(ref))
        for line in lines:
            _send(seen, line)
        _fill(seen)
        (view,) = (w for w in QApplication.allWidgets() if isinstance(w, Canvas) and w.index == 0)
        view.window().raise_()
        painted: list[None] = []
        view.painted.connect(lambda: painted.append(None))
        view.refresh()
        seen.wait(lambda: bool(painted))
        middle = view.mapToGlobal(QPoint(view.width() // 2, view.height() // 2))
        sys.stdout.write(f"ready {middle.x()} {middle.y()} {view.width()} {view.height()}\n")
        sys.stdout.flush()
        _until_told(seen)
        seen.leave()


def _fill(seen: Watched) -> None:
    """Views on which nothing was hung show the series of the first."""
    viewer = seen.program.context.viewer
    series = viewer.viewports[0].display_set
    for number, state in enumerate(viewer.viewports, 1):
        if state.display_set is None and series is not None:
            _send(seen, f"viewport.show-series {quoted(series)} {number}")


def _send(seen: Watched, line: str) -> None:
    job = seen.program.send(line)
    seen.wait(lambda: job is None or job.done)


def _until_told(seen: Watched) -> None:
    """The reader reads until the other end of our standard input is closed."""
    told = threading.Event()

    def listen() -> None:
        sys.stdin.read()
        told.set()

    threading.Thread(target=listen, daemon=True).start()
    seen.wait(told.is_set)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:] or ALONE)
