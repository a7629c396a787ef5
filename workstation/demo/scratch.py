"""A folder for as long as this process lives; what killed ones left behind goes first."""

import contextlib
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_PREFIX: Final = "workstation-demo-"
_OURS: Final = re.compile(re.escape(_PREFIX) + r"(\d+)-\w+")
_OLD_S: Final = 24 * 3600.0


@contextlib.contextmanager
def scratch_folder() -> Iterator[Path]:
    """Empty, ours alone, and removed at the end."""
    sweep(Path(tempfile.gettempdir()))
    with tempfile.TemporaryDirectory(prefix=f"{_PREFIX}{os.getpid()}-") as folder:
        yield Path(folder)


def sweep(place: Path) -> None:
    """Remove the folders of processes that are gone; nobody could do it when they were killed."""
    for folder in place.glob(f"{_PREFIX}*"):
        found = _OURS.fullmatch(folder.name)
        if found and folder.is_dir() and _is_left(folder, int(found[1])):
            shutil.rmtree(folder, ignore_errors=True)


def _is_left(folder: Path, pid: int) -> bool:
    if os.name != "posix":  # asking after a process there may end it: go by age
        with contextlib.suppress(OSError):
            return time.time() - folder.stat().st_mtime > _OLD_S
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        return False
    return False
