"""Where napari lives: an environment of its own, outside the project and its locked packages.

`WORKSTATION_NAPARI` names the Python of an environment that has it; without one the
benchmark makes one beside the caches of the user, once, from the package index.
"""

import os
import subprocess
import sys
import venv
from pathlib import Path
from typing import Final

from workstation.text import tr

#: Pinned, as the figure is worth nothing without it. napari is BSD-licensed.
VERSION: Final = "0.9.2"
_PACKAGES: Final = (f"napari=={VERSION}", "PySide6==6.12.0", "pydicom==3.0.2")
_NAMED: Final = "WORKSTATION_NAPARI"


def python() -> tuple[Path | None, str]:
    """The Python that has napari; None, and why not."""
    named = os.environ.get(_NAMED, "")
    found = Path(named) if named else _home() / "bin" / "python"
    if named and not found.exists():
        return None, tr("{name} names no Python: {path}", name=_NAMED, path=found)
    if not named and not (_home() / "complete").exists():
        why = _made(found)
        if why:
            return None, why
    answer = _run([str(found), "-c", "import napari; print(napari.__version__)"])
    if answer.returncode != 0 or answer.stdout.strip() != VERSION:
        return None, tr("{path} has no napari {version}", path=found, version=VERSION)
    return found, ""


def _home() -> Path:
    cache = os.environ.get("XDG_CACHE_HOME", "") or Path.home() / ".cache"
    return Path(cache) / f"workstation-bench-napari-{VERSION}"


def _made(found: Path) -> str:
    """Make the environment; gives why it could not be made."""
    sys.stderr.write(tr("making an environment with napari in {path}", path=_home()) + "\n")
    venv.create(_home(), with_pip=True, clear=True)
    answer = _run([str(found), "-m", "pip", "install", "--quiet", *_PACKAGES])
    if answer.returncode != 0:
        return (answer.stderr.strip().splitlines() or [""])[-1]
    (_home() / "complete").touch()
    return ""


def _run(command: list[str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(command, capture_output=True, text=True, check=False)
