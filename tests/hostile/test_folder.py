"""A folder of everything hostile through `workstation inspect`, in one run of the program."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen
from hostile.folder import fill
from hostile.writing import ALL

pytestmark = pytest.mark.slow

MEASURED = Path(__file__).with_name("measured.py")
MEMORY_KB = 300 << 10
SHOWN = {"ok", "degraded"}


@frozen
class Run:
    """What one inspection said, and the most memory one of its processes had."""

    code: int
    report: dict[str, Any]
    errors: str
    peak_kb: int
    seconds: float  # of processor time, of all its processes together

    @property
    def files(self) -> dict[str, dict[str, Any]]:
        return {file["path"]: file for file in self.report["files"]}


def inspected(folder: Path) -> Run:
    program = ("-m", "workstation", "inspect", str(folder), "--json")
    command = [sys.executable, str(MEASURED), sys.executable, *program]
    done = subprocess.run(command, capture_output=True, text=True)
    errors, _, used = done.stderr.strip().rpartition("\n")
    peak, seconds = used.split()
    return Run(done.returncode, json.loads(done.stdout), errors, int(peak), float(seconds))


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("hostile") / "folder"
    folder.mkdir()
    fill(folder)
    before = names(folder)

    found = inspected(folder)

    assert names(folder) == before, "something was written beside the files"
    return found


def test_every_object_has_its_reason(run: Run) -> None:
    """A stable code, so that a reader, a support person and a test mean the same thing."""
    said = {each.name: run.files[f"objects/{each.name}.dcm"]["reason"] for each in ALL}

    assert said == {each.name: each.notice or each.reason for each in ALL}


def test_what_is_shown_and_what_is_refused_is_not_confused(run: Run) -> None:
    """`ok` means shown and right: an object with a doubt is `degraded`, never `ok`."""
    for each in ALL:
        file = run.files[f"objects/{each.name}.dcm"]
        if not each.reason:
            assert file["status"] == ("degraded" if each.notice else "ok"), each.name
        elif each.notice != "some-frames":
            assert file["status"] not in SHOWN, each.name


def test_the_good_files_beside_them_are_ok(run: Run) -> None:
    """One bad file never stops the rest."""
    good = [file for path, file in run.files.items() if path.endswith("/good.dcm")]

    assert [file["status"] for file in good] == ["ok"] * 5
    assert len({file["pixel_sha256"] for file in good}) == 1


def test_good_members_of_hostile_archives_are_found(run: Run) -> None:
    """A lie about one member costs that member."""
    members = [file for path, file in run.files.items() if path.endswith(".zip!good.dcm")]

    assert len(members) == 8
    assert all(file["status"] in SHOWN for file in members)  # one instance: ok, then duplicates
    assert {file["pixel_sha256"] for file in members} == {members[0]["pixel_sha256"]}


def test_no_traceback_and_nothing_of_a_patient_on_the_error_stream(run: Run) -> None:
    """Errors are one plain sentence."""
    assert run.code == 1  # something was refused
    assert "Traceback" not in run.errors
    assert "Good^Image" not in run.errors


def test_memory_and_time_stay_small(run: Run) -> None:
    """300 MB for a file and 2 s, whatever it claims; the sum says it of each on average."""
    assert run.peak_kb < MEMORY_KB
    assert run.seconds < 2 * len(run.files) / 10


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("files/pipe", "not-a-file"),
        ("files/endless", "not-a-file"),
        ("files/itself", "unreadable"),
        ("files/nowhere", "unreadable"),
        ("files/sparse", "not-dicom"),
        ("files/sparse-1900", "not-dicom"),
        ("archives/a_bomb.zip!bomb.dcm", "budget"),
        ("archives/a_bomb_that_says_it_is_small.zip!bomb.dcm", "damaged"),
        ("archives/members_that_overlap.zip", "budget"),
        ("archives/a_member_that_is_a_link.zip!link", "not-dicom"),
        ("archives/an_encrypted_member.zip!secret.dcm", "encrypted"),
        ("archives/a_method_nobody_knows.zip!odd.dcm", "unsupported-syntax"),
        ("archives/sixty_thousand_members.zip", "budget"),
        ("archives/offsets_beyond_the_end.zip!far.dcm", "truncated"),
        ("archives/a_list_that_was_cut.zip", "truncated"),
        ("archives/a_list_before_the_beginning.zip", "budget"),
        ("archives/a_checksum_that_lies.zip!changed.dcm", "damaged"),
        ("dicomdir/a_file_outside_of_the_medium/DICOMDIR", "missing-files"),
        ("dicomdir/a_file_of_another_drive/DICOMDIR", "missing-files"),
        ("dicomdir/a_record_that_follows_itself/DICOMDIR", "missing-files"),
        ("identity/twice-2.dcm", "duplicate"),
        ("identity/unlike-2.dcm", "uid-conflict"),
        ("identity/patient-A-1.dcm", "patient-conflict"),
        ("identity/patient-B-2.dcm", "patient-conflict"),
    ],
)
def test_a_file_that_leads_astray_is_named(run: Run, path: str, reason: str) -> None:
    """Pipes, links, bombs, directories that climb out, and instances that are not one."""
    assert run.files[path]["reason"] == reason


def test_two_patients_of_one_study_are_never_in_one_display_set(run: Run) -> None:
    """Scrolling from one patient into another is the worst a viewer can do."""
    together = {"identity/patient-A-1.dcm", "identity/patient-B-2.dcm"}
    shown = [set(each["files"]) & together for each in run.report["display_sets"]]

    assert [len(each) for each in shown if each] == [1, 1]


def test_no_path_led_outside() -> None:
    """Names of ZIP members, File IDs and UIDs are texts."""
    assert not any(Path("/tmp").glob("hostile-canary*"))


def test_every_frame_is_accounted_for(run: Run) -> None:
    """Frames in display sets and frames of files that say why not are the frames received."""
    totals = run.report["totals"]
    refused = sum(f["frames"] for f in run.report["files"] if f["status"] not in SHOWN)

    assert totals["frames_in_display_sets"] > 0
    assert totals["frames_received"] == totals["frames_in_display_sets"] + refused
