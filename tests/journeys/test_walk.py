"""Every command in every kind of display set: it acts, or it says in a sentence why not."""

import sys
from pathlib import Path

import pytest
from demo_platform import DemoPlatform, start_platform
from dicom_objects import written
from fakes_report import ALDER
from kinds import KINDS, OF_CASE
from marked_images import images
from reading import READER, Reading
from walking import CASE_ACCESSION

from workstation.domain.identifiers import StudyUID

pytestmark = pytest.mark.soak  # every command with senseless words: a fuzzer that knows them

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
    walked(kind, shared_platform, tmp_path, folder, at_least=100 if kind == "list" else 1000)


def test_no_command_breaks_the_program_while_a_case_is_read(tmp_path: Path) -> None:
    """The images of a case, its report and its claim are what a shift is about: every command
    on everything that one study can have on a view, with the report open beside it."""
    made, folder = tmp_path / "made", tmp_path / "files"
    made.mkdir()
    folder.mkdir()
    objects = images(made, StudyUID("2.25.26"), ALDER, CASE_ACCESSION, OF_CASE)
    for number, each in enumerate(objects):
        (folder / f"{number:03}.dcm").write_bytes(written(each))
    with start_platform(tmp_path, [folder]) as platform:
        walked("case", platform, tmp_path, folder, at_least=1500)


def walked(kind: str, platform: DemoPlatform, tmp_path: Path, folder: Path, at_least: int) -> None:
    reader = Reading(tmp_path / "reader")
    settings, password = platform.ready["settings"], platform.password(READER)
    command = [sys.executable, str(SCRIPT), settings, READER, password, kind, str(folder)]

    done = reader.go(command, reader.environment(), patience_s=170)

    assert done.code == 0, done.stderr[-2000:]
    *wrong, told = done.said.splitlines()
    assert wrong == []
    assert int(told.split()[0]) > at_least
