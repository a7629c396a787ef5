"""The demo platform as a child process: started, waited for, stopped."""

import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from workstation.demo.scratch import scratch_folder
from workstation.errors import SiteUnavailable
from workstation.text import tr


def command_of_this_program() -> list[str]:
    """How to start this program again: the frozen file itself, or Python with the package."""
    if getattr(sys, "frozen", False):
        return [sys.executable]
    return [sys.executable, "-m", "workstation"]


@contextlib.contextmanager
def running(arguments: Sequence[str], *, seconds: float = 120.0) -> Iterator[dict[str, Any]]:
    """A platform that accepts connections; gives its ready file. Stops it at the end.

    `arguments` are those of `workstation platform`, without the ready file.
    """
    with scratch_folder() as folder:
        ready_file = folder / "ready.json"
        child = subprocess.Popen(
            [*command_of_this_program(), "platform", *arguments, "--ready-file", str(ready_file)],
            stdin=subprocess.PIPE,  # closes when we die, and the platform leaves with us
        )
        try:
            yield _wait(child, ready_file, seconds)
        finally:
            child.terminate()
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
            if child.stdin is not None:
                child.stdin.close()


def _wait(child: "subprocess.Popen[bytes]", ready_file: Path, seconds: float) -> dict[str, Any]:
    deadline = time.monotonic() + seconds
    while not ready_file.exists():
        if child.poll() is not None:
            raise SiteUnavailable(tr("the demo platform could not start"))
        if time.monotonic() > deadline:
            raise SiteUnavailable(tr("the demo platform did not get ready"))
        time.sleep(0.02)
    ready: dict[str, Any] = json.loads(ready_file.read_text("utf-8"))
    return ready
