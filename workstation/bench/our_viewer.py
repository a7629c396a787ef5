"""The whole program with a CT series in it, on the screen it is given; a process of its own.

`python -m workstation.bench.our_viewer FOLDER` prints "ready X Y WIDTH HEIGHT" of its view
when every image is here, as the peer of `napari_viewer` does, and reads nothing but the mouse.
"""

import sys
import threading

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication

from workstation.bench.phantom_ct import accession
from workstation.bench.watched import Watched, watched
from workstation.demo.process import running
from workstation.ui.viewer.canvas import Canvas


def main(folder: str) -> None:
    with running(["--studies", folder]) as ready, watched(ready) as seen:
        ref = seen.study_of(accession("raw"))
        seen.program.send(f"case.open {accession('raw')}")
        seen.wait(lambda: seen.program.context.loader.complete(ref))
        for line in ("app.arrange many", "viewport.layout 1x1", "viewport.go 100"):
            seen.program.send(line)
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


def _until_told(seen: Watched) -> None:
    """The reader reads until the other end of our standard input is closed."""
    told = threading.Event()

    def listen() -> None:
        sys.stdin.read()
        told.set()

    threading.Thread(target=listen, daemon=True).start()
    seen.wait(told.is_set)


if __name__ == "__main__":
    main(sys.argv[1])
