"""Every command in every kind of display set: it acts, or it says in a sentence why not."""

import sys
from pathlib import Path

import pytest
from demo_platform import DemoPlatform
from kinds import KINDS
from reading import READER, Reading

pytestmark = pytest.mark.slow

SCRIPT = Path(__file__).parent / "walking.py"


@pytest.mark.parametrize("kind", [*KINDS, "empty", "list"])
def test_no_command_breaks_the_program(
    kind: str, shared_platform: DemoPlatform, tmp_path: Path
) -> None:
    """A reader presses what is near and types what comes to mind, on whatever is shown; a
    program that dies of it takes the shift's work along."""
    folder = tmp_path / "files"
    folder.mkdir()
    if kind in KINDS:
        KINDS[kind](folder)
    reader = Reading(tmp_path / "reader")
    settings, password = shared_platform.ready["settings"], shared_platform.password(READER)
    command = [sys.executable, str(SCRIPT), settings, READER, password, kind, str(folder)]

    done = reader.go(command, reader.environment())

    assert done.code == 0, done.stderr[-2000:]
    *wrong, told = done.said.splitlines()
    assert wrong == []
    assert int(told.split()[0]) > (100 if kind == "list" else 1000)
