"""Places to die, which nobody meets by accident."""

import os
import signal
import subprocess
import sys

import pytest

from workstation.services.failpoints import reached

_PROGRAM = """
import sys
from workstation.services.failpoints import reached
for _ in range(3):
    reached("a.b")
    sys.stdout.write("x")
    sys.stdout.flush()
"""


@pytest.mark.parametrize(
    ("wanted", "code", "written"),
    [
        ("a.b", -signal.SIGKILL, ""),
        ("a.b:3", -signal.SIGKILL, "xx"),
        ("a.b:4", 0, "xxx"),
        ("a", 0, "xxx"),
        ("", 0, "xxx"),
    ],
)
def test_the_process_ends_where_it_was_told_to(wanted: str, code: int, written: str) -> None:
    """As by a power cut: no handler, no flush."""
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM],
        env=os.environ | {"WORKSTATION_FAILPOINT": wanted},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (code, written)


def test_without_the_variable_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a reading room it is nothing at all."""
    monkeypatch.delenv("WORKSTATION_FAILPOINT", raising=False)

    reached("delivery.sealed")
