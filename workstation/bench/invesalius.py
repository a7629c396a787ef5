"""Planes by InVesalius (Debian's package), timed in a process of its own under its own Python."""

import json
import os
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import workstation
from workstation.bench.screen import screen
from workstation.errors import CommandError
from workstation.text import tr

#: Milliseconds by the clock (median) and of the processor (mean).
Times = tuple[float, float]
_ITS_PYTHON: Final = Path("/usr/bin/python3")
_INVESALIUS: Final = Path("/usr/share/invesalius")
_PEER: Final = Path(workstation.__file__).parents[1] / "tests" / "peers" / "invesalius_planes.py"


def invesalius() -> Mapping[str, Times]:
    """Of one step of its crosshair: "straight", "straight, drawn" (as its readers see it) and
    "oblique"; empty where it is not installed."""
    if not (_PEER.exists() and _ITS_PYTHON.exists() and _INVESALIUS.exists()):
        return {}
    own = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    with tempfile.TemporaryDirectory(prefix="workstation-bench-") as home, screen() as seen:
        environment = own | {"HOME": home, "DISPLAY": seen.display, "LIBGL_ALWAYS_SOFTWARE": "1"}
        done = subprocess.run(
            [str(_ITS_PYTHON), str(_PEER)], env=environment, cwd=home, capture_output=True,
            text=True, check=False,
        )  # fmt: skip
    if done.returncode:
        raise CommandError(tr("InVesalius ended with {code}", code=done.returncode))
    return {name: (each[0], each[1]) for name, each in json.loads(done.stdout).items()}
