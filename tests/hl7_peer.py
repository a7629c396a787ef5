"""hl7apy's strict MLLP listener (`hl7apy_listener.py`) while a test runs."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROGRAM = Path(__file__).with_name("hl7apy_listener.py")


@contextmanager
def listening(folder: Path, *tls: Path) -> Iterator[int]:
    """In a process of its own, its messages and answers in `folder`; gives its port."""
    child = subprocess.Popen([sys.executable, str(PROGRAM), str(folder), *map(str, tls)])
    try:
        deadline = time.monotonic() + 30
        while not (folder / "port").exists():
            assert child.poll() is None, "the listener ended before it was ready"
            assert time.monotonic() < deadline, "the listener did not get ready"
            time.sleep(0.02)
        yield int((folder / "port").read_text())
    finally:
        child.kill()
        child.wait()
