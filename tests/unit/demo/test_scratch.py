"""Folders of the demo: none is left by one that was killed, none is taken from one that lives."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from workstation.demo.scratch import scratch_folder, sweep

_LIVES = """
import sys, time
from workstation.demo.scratch import scratch_folder
with scratch_folder() as folder:
    print(folder, flush=True)
    time.sleep(60)
"""


def test_what_a_killed_demo_left_goes_when_the_next_one_starts(tmp_path: Path) -> None:
    """A hundred demonstrations must not fill a reading room's disk, nor tell where they ran."""
    child = subprocess.Popen(
        [sys.executable, "-c", _LIVES],
        stdout=subprocess.PIPE, text=True, env={**os.environ, "TMPDIR": str(tmp_path)},
    )  # fmt: skip
    assert child.stdout is not None
    folder = Path(child.stdout.readline().strip())
    (folder / "ready.json").write_text("{}")
    other = tmp_path / "workstation-demo-notes"
    other.mkdir()

    sweep(tmp_path)
    assert folder.is_dir(), "taken from a demo that lives"
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    assert folder.is_dir()
    sweep(tmp_path)

    assert not folder.exists()
    assert other.is_dir()


def test_the_folder_is_gone_at_the_end() -> None:
    with scratch_folder() as folder:
        assert folder.is_dir()
    assert not folder.exists()
