"""The benchmarks of docs/performance.md: figures of this machine, beside floors of the same run.

A figure alone says little: each stands beside what the machine could do at best (a copy
in memory, the bytes over HTTP), measured in the same minute. One module per subject; a
new benchmark is a module with a function that gives `Figure`s, and one line in `BENCHES`.
"""

import json
import os
import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Final

from attrs import asdict

from workstation.bench.figures import Figure
from workstation.errors import CommandError
from workstation.text import tr

Bench = Callable[[], tuple[Figure, ...]]

#: Name -> module and function, and what it measures. A module is imported when it is run:
#: the peers of one benchmark (SimpleITK, dicomweb-client) are not needed by the others.
BENCHES: Final[Mapping[str, tuple[str, str]]] = {
    "startup": ("startup:startup", "process start to the worklist"),
    "open": ("opening:open_case", "open a case: first image, every image, longest gap"),
    "next": ("following:next_case", "sign and next on a line of 50 Mbit/s and 60 ms"),
    "together": ("together:together", "a case through a FHIRcast hub to another program, and back"),
    "preempt": ("preempting:preempting", "a case opened while the next ones are fetched ahead"),
    "line": ("slow_line:slow_line", "600 slices over a line of 50 Mbit/s and 60 ms"),
    "decode": ("decode:decode", "one frame of each syntax, beside the codec called directly"),
    "losses": ("losses:losses", "a decoder killed, one stopped: until the next image"),
    "headers": ("headers:headers", "1000 headers to display sets, from a site and from files"),
    "load": ("load:load", "600 slices from a site, beside dicomweb-client"),
    "disk": ("load:disk", "600 slices from files, beside pydicom and SimpleITK"),
    "conformance": ("conformance:conformance", "the numbers of measurements, beside arithmetic"),
    "memory": ("memory:memory", "growth of all processes while 600 slices load"),
    "planes-memory": ("memory:planes", "all processes with a 600-slice CT in planes"),
    "wheel": ("wheel:wheel", "200 wheel events a second over 600 slices"),
    "scroll": ("scroll:scroll", "wheel to changed pixels on a real screen, beside napari"),
    "mpr": ("mpr:mpr", "planes and slabs of a 600-slice volume, beside InVesalius and SimpleITK"),
    "vr": ("rays:rays", "a 600-slice volume as rays see it, turned and at rest"),
    "planes": ("planes:planes", "crosshair drag to changed pixels on a real screen"),
    "register": ("register:registration", "a prior aligned with the current study"),
    "typing": ("typing:typing", "a key in a report of 20,000 characters to its letter"),
    "voice": ("voice:voice", "commands and dictation in synthetic voices"),
    "window": ("scroll:window", "window drag to changed pixels on a real screen"),
    "worklist": ("worklist:worklist", "10,000 cases, 50 changes a second, one site silent"),
    "gap": ("memory:gap", "longest gap of the event loop while 600 slices or a mammogram load"),
}


def main(name: str, *, as_json: bool = False) -> int:
    """Run one benchmark, or list them. Raises CommandError for an unknown one."""
    if not name:
        for each, (_, help_text) in BENCHES.items():
            sys.stdout.write(f"{each:14} {help_text}\n")
        return 0
    if name not in BENCHES:
        known = ", ".join(BENCHES)
        raise CommandError(tr("no benchmark is named {name}: {known}", name=name, known=known))
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    figures = _bench(name)()
    if as_json:
        sys.stdout.write(json.dumps([asdict(figure) for figure in figures], indent=1) + "\n")
    else:
        for figure in figures:
            sys.stdout.write(_line(figure))
    return 0 if all(figure.held for figure in figures) else 1


def _line(figure: Figure) -> str:
    aim = f"   (aim {figure.aim})" if figure.aim else ""
    failed = "" if figure.held else "   FAILED"
    return f"{figure.name:46} {_number(figure.value):>10} {figure.unit}{aim}{failed}\n"


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.3f}" if value == 0 or abs(value) >= 0.01 else f"{value:.1e}"


def _bench(name: str) -> Bench:
    module, _, function = BENCHES[name][0].partition(":")
    found: Bench = getattr(import_module(f"workstation.bench.{module}"), function)
    return found
