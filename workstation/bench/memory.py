"""Memory and smoothness of the whole program while 600 slices and a mammogram come in.

Memory is the proportional set size of the program and its decoder children together
(Linux): a page that two of them map counts once.
"""

import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from workstation.bench.figures import Figure, machine_load
from workstation.bench.gaps import Gaps
from workstation.bench.phantom_ct import ROWS, SLICES, accession, write_mammogram, write_series
from workstation.bench.watched import Watched, watched
from workstation.demo.process import running
from workstation.errors import CommandError
from workstation.text import tr

_EVERY_S: Final = 0.05
_SETTLE_S: Final = 2.0
_VOXELS: Final = SLICES * ROWS * ROWS


def memory() -> tuple[Figure, ...]:
    """Growth of every process together from the idle program to the loaded case."""
    if sys.platform != "linux":
        raise CommandError(tr("proportional memory is measured on Linux alone"))
    else:
        with tempfile.TemporaryDirectory(prefix="workstation-bench-") as folder:
            write_series(Path(folder), ("raw", "htj2k"), SLICES)
            with running(["--studies", folder]) as ready, watched(ready, ahead=False) as seen:
                idle = _pss(_pids(seen))
                grown = [each for kind in ("raw", "htj2k") for each in _grown(seen, kind, idle)]
                seen.leave()
            idle_figure = Figure("idle program and children", idle / 1e6, "MB")
            return (idle_figure, *grown)


def gap() -> tuple[Figure, ...]:
    """The longest time without a turn of the event loop, during each of two loads."""
    with tempfile.TemporaryDirectory(prefix="workstation-bench-") as folder:
        write_series(Path(folder), ("jpeg-ls",), SLICES)
        write_mammogram(Path(folder) / "j2k")
        with running(["--studies", folder]) as ready, watched(ready) as seen:
            figures = (
                _idle_gap(seen),
                _gap(seen, "jpeg-ls", "600 slices, JPEG-LS"),
                _gap(seen, "j2k", "a mammogram of 3000 x 4000, JPEG 2000"),
                *machine_load(),
            )
            seen.leave()
    return figures


def _gap(seen: Watched, kind: str, name: str) -> Figure:
    gaps = Gaps(seen.application)
    gaps.start()
    _load(seen, kind)
    gaps.stop()
    return Figure(f"longest gap: {name}", gaps.longest * 1000, "ms", "50 ms")


def _idle_gap(seen: Watched) -> Figure:
    """What the machine and its other users do to a program that has nothing to do."""
    gaps = Gaps(seen.application)
    gaps.start()
    _settled(seen, ())
    gaps.stop()
    return Figure("floor: longest gap while nothing happens", gaps.longest * 1000, "ms")


def _load(seen: Watched, kind: str) -> None:
    ref = seen.study_of(accession(kind))
    seen.program.send(f"case.open {accession(kind)}")
    seen.wait(lambda: seen.program.context.loader.complete(ref))


def _grown(seen: Watched, kind: str, idle: int) -> Iterator[Figure]:
    pids = _pids(seen)
    peak = _Peak(pids)
    peak.start()
    _load(seen, kind)
    most, end = peak.stop(), _pss(pids)
    closed = seen.program.send("case.close")
    seen.wait(lambda: closed is None or closed.done)
    left = _settled(seen, pids)
    allowed = 2.0 * _VOXELS + 64e6
    yield Figure(f"{kind}: growth at the peak", (most - idle) / 1e6, "MB", f"{allowed / 1e6:g} MB")
    yield Figure(f"{kind}: growth when all is here", (end - idle) / 1e6, "MB")
    yield Figure(f"{kind}: bytes per voxel beyond 64 MB", (most - idle - 64e6) / _VOXELS, "B", "2")
    yield Figure(f"{kind}: growth that is left when the case is closed", (left - idle) / 1e6, "MB")


def planes() -> tuple[Figure, ...]:
    """One case in planes, in a program that has held no other: everything counted."""
    if sys.platform != "linux":
        raise CommandError(tr("proportional memory is measured on Linux alone"))
    else:
        with tempfile.TemporaryDirectory(prefix="workstation-bench-") as folder:
            write_series(Path(folder), ("raw",), SLICES)
            with running(["--studies", folder]) as ready, watched(ready, ahead=False) as seen:
                peak = _Peak(_pids(seen))
                peak.start()
                _load(seen, "raw")
                made = seen.program.send("viewport.mpr")
                seen.wait(lambda: made is None or made.done)
                most = peak.stop()
                seen.wait(lambda: not seen.outer.decoders.reserves)  # nothing is decoded any more
                rest = _settled(seen, _pids(seen))
                seen.program.send("app.arrange many")
                apart = _settled(seen, _pids(seen))
                seen.leave()
        return (
            Figure("600 slices in planes: all processes at the peak", most / 1e6, "MB", "946"),
            Figure("600 slices in planes: all processes at rest", rest / 1e6, "MB", "600"),
            Figure(
                "with the planes in a window of their own: more", (apart - rest) / 1e6, "MB", "30"
            ),
        )


def _settled(seen: Watched, pids: Sequence[int]) -> int:
    """Children unmap what they are told to forget when they are idle: soon."""
    until = time.perf_counter() + _SETTLE_S
    seen.application.after(_SETTLE_S, lambda: None)
    seen.wait(lambda: time.perf_counter() >= until)
    return _pss(pids)


def _pids(seen: Watched) -> tuple[int, ...]:
    return (os.getpid(), *seen.outer.decoders.pids)


class _Peak(threading.Thread):
    """Looks every 50 ms; a thread, so that the event loop is not disturbed."""

    def __init__(self, pids: Sequence[int]) -> None:
        super().__init__(name="memory-peak", daemon=True)
        self._pids = pids
        self._most = 0
        self._over = threading.Event()

    def run(self) -> None:
        while not self._over.wait(_EVERY_S):
            self._most = max(self._most, _pss(self._pids))

    def stop(self) -> int:
        self._over.set()
        self.join()
        return max(self._most, _pss(self._pids))


def _pss(pids: Sequence[int]) -> int:
    total = 0
    for pid in pids:
        with suppress(FileNotFoundError, ProcessLookupError):  # a decoder that was sent to rest
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()
            total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total * 1024
