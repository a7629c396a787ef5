"""A bounded walk of the fuzzers, the same each time; `make fuzz` goes where nobody was yet."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.soak

RUN = Path(__file__).parents[1] / "fuzz/run.py"


def test_the_first_steps_of_every_fuzzer_find_nothing(tmp_path: Path) -> None:
    """Whatever a site sends, every parser and codec answers or gives its reason."""
    walk = ["--seconds", "60", "--seed", "1", "--runs", "5000"]
    command = [sys.executable, str(RUN), *walk, "--keep", str(tmp_path)]

    done = subprocess.run(command, capture_output=True, text=True, timeout=300)

    assert done.returncode == 0, done.stdout
