"""The benchmarks of docs/performance.md: figures of this machine, beside floors of the same run.

A figure alone says little: each stands beside what the machine could do at best (a copy
in memory, the bytes over HTTP), measured in the same minute.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
from attrs import asdict, frozen

from workstation import app, settings
from workstation.demo.process import command_of_this_program, running
from workstation.domain.identifiers import SiteId, StudyRef, StudyUID
from workstation.errors import CommandError
from workstation.protocols.dicomweb import whole_series
from workstation.services.coverage import FrameState
from workstation.services.ports import Credentials
from workstation.text import tr
from workstation.ui.application import Application
from workstation.ui.program import Program

#: A chest CT of two reconstructions with 100 images each, and its prior of 49.
CASE: Final = "HG-26-118204"
_PATIENCE_S: Final = 120.0


@frozen
class Figure:
    """One number with its unit; `aim` is what docs/performance.md wants it to be."""

    name: str
    value: float
    unit: str
    aim: str = ""


def main(name: str, *, as_json: bool = False) -> int:
    """Run one benchmark, or list them. Raises CommandError for an unknown one."""
    if not name:
        for each, (_, help_text) in BENCHES.items():
            sys.stdout.write(f"{each:10} {help_text}\n")
        return 0
    if name not in BENCHES:
        known = ", ".join(BENCHES)
        raise CommandError(tr("no benchmark is named {name}: {known}", name=name, known=known))
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    figures = BENCHES[name][0]()
    if as_json:
        sys.stdout.write(json.dumps([asdict(figure) for figure in figures], indent=1) + "\n")
    else:
        for figure in figures:
            aim = f"   (aim {figure.aim})" if figure.aim else ""
            sys.stdout.write(f"{figure.name:46} {figure.value:10.3f} {figure.unit}{aim}\n")
    return 0


# --- startup ----------------------------------------------------------------------


def startup() -> tuple[Figure, ...]:
    """Process start to the worklist of three sites, best of three."""
    with running([]) as ready, tempfile.TemporaryDirectory() as folder:
        times = [_start_once(ready, Path(folder), n) for n in range(3)]
        empty = [_run_python("pass") for _ in range(3)]
        imports = [_run_python("import workstation.app") for _ in range(3)]
    return (
        Figure("process start to worklist", min(times), "s", "3 s"),
        Figure("floor: an empty Python process", min(empty), "s"),
        Figure("floor: importing the program", min(imports), "s"),
        Figure("ratio to importing", min(times) / min(imports), "x"),
    )


def _start_once(ready: Mapping[str, Any], folder: Path, number: int) -> float:
    shown, script = folder / f"{number}.json", folder / f"{number}.script"
    script.write_text(f'state "{shown}"\nquit\n', encoding="utf-8")
    user = ready["users"][0]
    signs_in = {"WORKSTATION_USER": user["name"], "WORKSTATION_PASSWORD": user["password"]}
    begun = time.perf_counter()
    child = subprocess.Popen(
        [*command_of_this_program(), "run", "--settings", ready["settings"], "--script", script],
        env=os.environ | signs_in,
    )
    while not shown.exists() and child.poll() is None:
        time.sleep(0.002)
    took = time.perf_counter() - begun
    if child.wait(_PATIENCE_S) != 0:
        raise CommandError(tr("the program did not start"))
    return took


def _run_python(code: str) -> float:
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return time.perf_counter() - begun


# --- opening a case ---------------------------------------------------------------


def open_case() -> tuple[Figure, ...]:
    """Open a case of 100 images (two reconstructions and a prior) over loopback."""
    with running([]) as ready:
        chosen = settings.load(Path(ready["settings"]))
        application = Application()
        outer = app.Outer.of(chosen)
        try:
            program = app.build(chosen, application, outer)
            figures = _Opening(application, program, outer, ready).measure()
            program.close()
            return figures
        finally:
            outer.close()


class _Opening:
    """One run of the program in this process, watched from its own event loop."""

    def __init__(
        self, application: Application, program: Program, outer: app.Outer, ready: Mapping[str, Any]
    ) -> None:
        self._application, self._program, self._outer = application, program, outer
        order = next(each for each in ready["orders"] if each["accession"] == CASE)
        self._ref = StudyRef(SiteId(order["site"]), StudyUID(order["study_uid"]))
        self._user = ready["users"][0]

    def measure(self) -> tuple[Figure, ...]:
        credentials = Credentials(self._user["name"], self._user["password"])
        context = self._program.context
        self._program.present()
        signed_in = self._program.sign_in(credentials)
        self._wait(lambda: signed_in.done)
        signed_in.result()
        size, first_get, warm_get = self._floors()
        gaps = _Gaps(self._application)
        gaps.start()
        begun = time.perf_counter()
        self._program.send(f"case.open {CASE}")
        first = self._wait(self._painted) - begun
        whole = self._wait(lambda: context.loader.complete(self._ref)) - begun
        gaps.stop()
        copy = _memcpy(size)
        closed = self._program.send("quit")
        self._wait(lambda: closed is None or closed.done)
        return (
            Figure("open to first image", first, "s", "1 s"),
            Figure("open to every image of the study", whole, "s"),
            Figure("longest gap of the event loop", gaps.longest * 1000, "ms", "50 ms"),
            Figure("study, decoded", size / 1e6, "MB"),
            Figure("floor: the study's bytes over HTTP, first time", first_get, "s"),
            Figure("floor: the study's bytes over HTTP, again", warm_get, "s"),
            Figure("floor: a copy of them in memory", copy, "s"),
            Figure("ratio of every image to HTTP", whole / warm_get, "x"),
        )

    def _floors(self) -> tuple[int, float, float]:
        """Bytes of the current study, and the seconds to get them twice, thrown away."""
        source, client = self._outer.sources[self._ref.site], self._outer.clients[self._ref.site]
        heads = source.series(self._ref)
        times = []
        for _ in range(2):
            size, begun = 0, time.perf_counter()
            for head in heads:
                base = client.site.dicomweb
                with client.stream(whole_series(base, self._ref.study, head.uid)) as answer:
                    size += sum(len(chunk) for chunk in answer.chunks())
            times.append(time.perf_counter() - begun)
        return size, times[0], times[1]

    def _painted(self) -> bool:
        """The canvas itself says what it has painted, after the paint."""
        viewer = self._program.context.viewer
        shown = (state.display_set for state in viewer.viewports if state.display_set)
        return any(FrameState.SEEN in viewer.frame_states(each) for each in shown)

    def _wait(self, holds: Callable[[], bool]) -> float:
        """Turn the event loop until it holds; gives the moment."""
        deadline = time.perf_counter() + _PATIENCE_S
        while not holds():
            if time.perf_counter() > deadline:
                raise CommandError(tr("the case did not open in {s:g} s", s=_PATIENCE_S))
            self._application.turn()
        return time.perf_counter()


class _Gaps:
    """Asks for a call each millisecond and remembers the longest wait for it."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._last = 0.0
        self._on = False
        self.longest = 0.0

    def start(self) -> None:
        self._on, self._last = True, time.perf_counter()
        self._application.after(0.001, self._tick)

    def stop(self) -> None:
        self._on = False

    def _tick(self) -> None:
        if not self._on:  # what comes after the case is not of the figure
            return
        now = time.perf_counter()
        self.longest = max(self.longest, now - self._last)
        self._last = now
        self._application.after(0.001, self._tick)


def _memcpy(size: int) -> float:
    source = np.ones(size, np.uint8)
    times = []
    for _ in range(3):
        begun = time.perf_counter()
        source.copy()
        times.append(time.perf_counter() - begun)
    return min(times)


BENCHES: Final[Mapping[str, tuple[Callable[[], tuple[Figure, ...]], str]]] = {
    "startup": (startup, "process start to the worklist"),
    "open": (open_case, "open a case: first image, every image, longest gap"),
}
