"""A wheel turned fast over 600 slices: what is shown in the end is what was asked for last."""

import re
import tempfile
import time
from pathlib import Path
from typing import Final

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from workstation.bench.figures import Figure, machine_load
from workstation.bench.gaps import Gaps
from workstation.bench.phantom_ct import SLICES, accession, write_series
from workstation.bench.watched import Watched, watched
from workstation.demo.process import running
from workstation.ui.viewer.canvas import Canvas

_PER_SECOND: Final = 200
#: Down, up, down again: what lags behind ends elsewhere.
_NOTCHES: Final = (*[1] * 400, *[-1] * 150, *[1] * 50)
_NOTCH: Final = 120


def wheel() -> tuple[Figure, ...]:
    """200 wheel events a second for three seconds, every image of the stack at hand."""
    with tempfile.TemporaryDirectory(prefix="workstation-bench-") as folder:
        write_series(Path(folder), ("raw",), SLICES)
        with running(["--studies", folder]) as ready, watched(ready) as seen:
            ref = seen.study_of(accession("raw"))
            seen.program.send(f"case.open {accession('raw')}")
            seen.wait(lambda: seen.program.context.loader.complete(ref))
            figures = _turned(seen)
            seen.leave()
    return figures


def _turned(seen: Watched) -> tuple[Figure, ...]:
    (canvas,) = (w for w in QApplication.allWidgets() if isinstance(w, Canvas) and w.index == 0)
    painted: list[tuple[float, int]] = []
    canvas.painted.connect(lambda: painted.append((time.perf_counter(), _drawn(canvas))))
    first = _drawn(canvas)
    gaps = Gaps(seen.application)
    gaps.start()
    begun = time.perf_counter()
    sent = 0
    while sent < len(_NOTCHES):
        due = int((time.perf_counter() - begun) * _PER_SECOND)
        for notch in _NOTCHES[sent : min(due, len(_NOTCHES))]:
            _turn(canvas, notch)
            sent += 1
        seen.application.turn()
    last = time.perf_counter()
    asked = first + sum(_NOTCHES)
    seen.wait(lambda: _drawn(canvas) == asked or time.perf_counter() > last + 5)
    gaps.stop()
    shown = [at for at, index in painted if at >= last and index == asked]
    return (
        Figure("wheel events", len(_NOTCHES) / (last - begun), "/s", f"{_PER_SECOND}"),
        Figure("images painted", len(painted) / (last - begun), "/s"),
        Figure("images between the last asked for and the one shown", asked - _drawn(canvas), ""),
        Figure("last event to its image", ((shown or [last])[0] - last) * 1000, "ms"),
        Figure("longest gap of the event loop", gaps.longest * 1000, "ms", "50 ms"),
        *machine_load(),
    )


def _drawn(canvas: Canvas) -> int:
    """The image that the words painted with it name, not the one the viewer is at."""
    named = re.search(r"Im (\d+) / ", canvas.accessibleName())
    return int(named[1]) - 1 if named else -1


def _turn(canvas: Canvas, notch: int) -> None:
    middle = QPointF(canvas.rect().center())
    event = QWheelEvent(
        middle, QPointF(canvas.mapToGlobal(middle)), QPoint(), QPoint(0, -notch * _NOTCH),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase,
        False,
    )  # fmt: skip
    QApplication.postEvent(canvas, event)
