"""After a journey, and after a kill in its middle, no word of a patient lies in any file."""

import signal
from pathlib import Path

import pydicom
import pytest
from demo_platform import start_platform
from phi_canary import canary_tokens, now, scan
from reading import Reading

pytestmark = pytest.mark.soak


def _study(folder: Path, planted: dict[str, str]) -> None:
    """Three small CT images whose every identifying element is a canary."""
    folder.mkdir()
    source = Path(pydicom.__file__).parent / "data" / "test_files" / "CT_small.dcm"
    for number in range(1, 4):
        image = pydicom.dcmread(source)
        image.PatientName = f"{planted['family']}^{planted['given']}"
        image.PatientID, image.IssuerOfPatientID = planted["id"], planted["issuer"]
        image.AccessionNumber = planted["accession"]
        image.StudyInstanceUID = planted["study_uid"]
        image.SeriesInstanceUID = planted["series_uid"]
        image.SOPInstanceUID = planted["sop_uid"][:-1] + str(number)
        image.file_meta.MediaStorageSOPInstanceUID = image.SOPInstanceUID
        image.StudyDescription = image.SeriesDescription = planted["description"]
        image.ReferringPhysicianName = planted["referrer"]
        image.InstanceNumber = number
        image.save_as(folder / f"{number}.dcm")


def _lines(planted: dict[str, str], end: tuple[str, ...]) -> list[str]:
    findings = " ".join(planted[f"word{n}"] for n in range(1, 6))
    impression = " ".join(planted[f"word{n}"] for n in range(6, 11))
    return [
        f"case.open {planted['accession']}", "wait loaded", "report.template free-text",
        f'report.set findings "{findings}"', f'report.set impression "{impression}"', *end,
    ]  # fmt: skip


@pytest.mark.parametrize("killed", [False, True], ids=["journey", "killed"])
def test_no_planted_word_is_left_on_the_machine(tmp_path: Path, killed: bool) -> None:
    """A stolen or resold workstation must not know a single patient."""
    planted = canary_tokens() | {"sop_uid": canary_tokens()["sop_uid"][:-1] + "1"}
    _study(tmp_path / "studies", planted)
    reader = Reading(tmp_path / "reader")
    roots, since = [reader.home, reader.tmp, Path("/dev/shm")], now()
    with start_platform(tmp_path, [tmp_path / "studies"]) as platform:
        end = ("report.draft", "state {here}", "report.sign", "wait delivered", "quit")
        point = "delivery.before-seal" if killed else ""
        child = reader.start(platform, _lines(planted, end), WORKSTATION_FAILPOINT=point)
        said = child.communicate(timeout=60)[1]

    assert child.returncode == (-signal.SIGKILL if killed else 0), said
    shown = (reader.files / "here.json").read_text("utf-8")
    assert planted["family"] in shown  # the canaries were really on the screen
    assert planted["word1"] in shown
    assert scan(roots, planted.values(), since=since) == []
    (reader.tmp / "planted").write_bytes(planted["word3"].encode("utf-16-le"))
    assert [hit.token for hit in scan(roots, planted.values(), since=since)] == [planted["word3"]]


def test_what_is_sealed_on_the_disk_tells_nothing(tmp_path: Path) -> None:
    """Killed with a signed report in the sealed store: the report is kept, and cannot be read."""
    planted = canary_tokens() | {"sop_uid": canary_tokens()["sop_uid"][:-1] + "1"}
    _study(tmp_path / "studies", planted)
    reader = Reading(tmp_path / "reader")
    roots, since = [reader.home, reader.tmp, Path("/dev/shm")], now()
    with start_platform(tmp_path, [tmp_path / "studies"]) as platform:
        lines = _lines(planted, ("report.sign", "wait delivered", "quit"))
        killed = reader.run_with_keyring(platform, lines, "delivery.sealed")
        kept = [path for path in reader.home.rglob("*.sealed") if path.stat().st_size]
        found = scan(roots, planted.values(), since=since)
        again = reader.run_with_keyring(platform, ("wait delivered", "quit"))

    assert killed.returncode in (128 + signal.SIGKILL, -signal.SIGKILL), killed.stderr
    assert len(kept) == 1
    assert found == []
    assert again.returncode == 0, again.stderr
