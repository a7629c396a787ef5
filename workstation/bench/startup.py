"""How long the program takes to start."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from workstation.bench.figures import Figure
from workstation.demo.process import command_of_this_program, running
from workstation.errors import CommandError
from workstation.text import tr

_PATIENCE_S: Final = 120.0


def startup() -> tuple[Figure, ...]:
    """Process start to the worklist of three sites, best of three."""
    with running([]) as ready, tempfile.TemporaryDirectory() as folder:
        times = [_start_once(ready, Path(folder), n) for n in range(3)]
        empty = [_run_python("pass") for _ in range(3)]
        imports = [_run_python("import workstation.app.running") for _ in range(3)]
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
