"""A bounded run of the fuzzing that `make fuzz` does at length."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.soak

RUN = Path(__file__).parents[1] / "fuzz/run.py"


def test_a_minute_of_fuzzing_finds_nothing(tmp_path: Path) -> None:
    """Whatever a site sends, every parser and codec answers or gives its reason."""
    command = [sys.executable, str(RUN), "--seconds", "60", "--keep", str(tmp_path)]

    done = subprocess.run(command, capture_output=True, text=True, timeout=300)

    assert done.returncode == 0, done.stdout
