"""`workstation verify` and `workstation audit verify` as a site engineer runs them."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fakes_trust import READER, signed_report, task_resource

from workstation.protocols.audit_log import Log, Record, export_lines
from workstation.protocols.report_bundle import bundle, seal
from workstation.protocols.signing_key import new_key

NOW = datetime(2026, 11, 22, 21, 40, tzinfo=UTC)
KEY = new_key(READER, "Sample, Jo", NOW)


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "workstation", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.fixture
def report(tmp_path: Path) -> Path:
    letter = seal(signed_report(), KEY, effective=NOW, site_name="Harbor", previous="")
    path = tmp_path / "0001-report.json"
    path.write_bytes(bundle(letter, task_resource()))
    return path


def test_a_good_report_ends_with_0_and_says_who_signed(report: Path) -> None:
    """The thumbprint is there to be compared."""
    done = _run("verify", str(report))

    assert (done.returncode, done.stderr) == (0, "")
    assert "signed by Sample, Jo (MD-60412)" in done.stdout
    assert KEY.thumbprint in done.stdout


def test_a_changed_report_ends_with_1_and_is_named(report: Path) -> None:
    """One plain sentence, no traceback, and nothing of the patient in it."""
    report.write_bytes(report.read_bytes().replace(b'"final"', b'"preliminary"', 1))

    done = _run("verify", str(report))

    assert (done.returncode, done.stdout) == (1, "")
    assert "0001-report.json: manifest: the status of the report" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_that_is_not_there_ends_with_1(tmp_path: Path) -> None:
    """A slip of the keyboard is not a broken signature, and says so."""
    done = _run("verify", str(tmp_path / "none.json"))

    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(("tampered", "code"), [(False, 0), (True, 1)])
def test_an_audit_log_is_checked(tmp_path: Path, tampered: bool, code: int) -> None:
    """Exit code for scripts, first bad record for people."""
    leaves = (Log().next_leaf(Record("start", "2026-11-22T21:40:00Z")),)
    lines = export_lines(Log(), leaves, KEY, "2026-11-22T21:40:00Z")
    if tampered:
        lines[1] = json.dumps({"leaf": leaves[0].replace("start", "stop")})
    path = tmp_path / "log.jsonl"
    path.write_text("\n".join(lines))

    done = _run("audit", "verify", str(path))

    assert done.returncode == code
    assert ("record 0:" in done.stderr) is tampered
