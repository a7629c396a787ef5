"""One study of two patients: never shown as one, told at once, and never signed over."""

import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pydicom
import pytest
from demo_platform import DemoPlatform, start_platform
from pydicom.data import get_testdata_file
from reading import Done, Reading

pytestmark = pytest.mark.slow

STUDY, ACCESSION = "1.2.826.0.1.3680043.10.54321.1", "TWO-1"
OWN, STRANGER = "TP-1", "TP-2"
REPORT = (
    "report.template free-text", 'report.set findings "Nothing."', 'report.set impression "None."',
)  # fmt: skip


def slice_of(patient: str, series: int, number: int) -> pydicom.Dataset:
    """The slice that the pydicom wheel carries, higher with each number."""
    found = get_testdata_file("CT_small.dcm", read=True)
    assert isinstance(found, pydicom.Dataset)
    found.StudyInstanceUID, found.SeriesInstanceUID = STUDY, f"{STUDY}.{series}"
    found.SOPInstanceUID = f"{STUDY}.{series}.{number}.{patient[-1]}"
    found.file_meta.MediaStorageSOPInstanceUID = found.SOPInstanceUID
    found.PatientID, found.PatientName, found.AccessionNumber = patient, f"Of^{patient}", ACCESSION
    found.PatientBirthDate, found.PatientSex = f"19{patient[-1]}00101", "O"
    found.SeriesNumber, found.InstanceNumber = series, number
    found.ImagePositionPatient = [0, 0, 5.0 * number]
    return found


def folder_of(folder: Path, *slices: pydicom.Dataset) -> Path:
    folder.mkdir()
    for each in slices:
        each.save_as(folder / f"{each.SOPInstanceUID}.dcm")
    return folder


MIXED = [slice_of(OWN, 1, n) for n in (1, 2, 3)] + [slice_of(STRANGER, 1, n) for n in (1, 2, 3, 4)]


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoPlatform]:
    """One series that holds slices of two patients, the stranger's the more."""
    folder = tmp_path_factory.mktemp("mixed")
    with start_platform(folder, [folder_of(folder / "studies", *MIXED)]) as platform:
        yield platform


def patients(seen: dict[str, Any]) -> list[str]:
    return [view["patient_id"] for view in seen["viewports"]]


def test_each_view_holds_one_patient_and_the_strangers_say_so(
    mixed: DemoPlatform, tmp_path: Path
) -> None:
    """Slices of two people in one stack are scrolled as one body."""
    lines = [
        f"case.open {ACCESSION}", "wait loaded", "state {opened}",
        "viewport.next-series", "state {next}", *REPORT, "report.sign", "quit",
    ]  # fmt: skip
    done = Reading(tmp_path / "r").run(mixed, lines)

    opened, other = done.state("opened"), done.state("next")
    bound = opened["case"]["patient"]["id"]
    assert patients(opened) == [bound]
    assert not any("WRONG PATIENT" in line for line in opened["viewports"][0]["overlay"])
    assert patients(other) == [({OWN, STRANGER} - {bound}).pop()]
    assert any("WRONG PATIENT" in line for line in other["viewports"][0]["overlay"])
    assert {opened["viewports"][0]["frames"], other["viewports"][0]["frames"]} == {3, 4}
    assert _refused(done)


def test_images_of_somebody_else_that_come_late_change_nothing_that_is_shown(
    tmp_path: Path,
) -> None:
    """A technologist files the next patient into the study that is being read."""
    own = folder_of(tmp_path / "studies", *(slice_of(OWN, 1, n) for n in (1, 2, 3)))
    with start_platform(tmp_path, [own]) as platform:
        reader = Reading(tmp_path / "r")
        settings = Path(platform.ready["settings"])  # with each heartbeat a site tells its news
        said = settings.read_text("utf-8").replace("[[site]]", "[[site]]\nheartbeat_seconds = 1")
        settings.write_text(said, "utf-8")
        lines = [
            f"case.open {ACCESSION}", "wait loaded", "state {before}", *["app.refresh"] * 400,
            "wait loaded", "state {after}", *REPORT, "report.sign", "quit",
        ]  # fmt: skip
        running = reader.start(platform, lines)
        while not reader.files.joinpath("before.json").exists():
            assert running.poll() is None
            time.sleep(0.02)
        file_at(platform, *(slice_of(STRANGER, 1, n) for n in (1, 2, 3, 4)))
        _, said = running.communicate(timeout=60)
    done = Done(running.returncode, said, reader.files)

    before, after = done.state("before"), done.state("after")
    assert patients(before) == patients(after) == [OWN]
    assert before["viewports"][0]["frames"] == after["viewports"][0]["frames"] == 3
    assert before["viewports"][0]["sop_uid"] == after["viewports"][0]["sop_uid"]
    assert _refused(done)


def _refused(done: Done) -> bool:
    assert done.code == 1
    assert "Traceback" not in done.stderr
    return "The images shown are of another patient" in done.stderr


def file_at(platform: DemoPlatform, *slices: pydicom.Dataset) -> None:
    """As a modality does it: one STOW-RS request for each."""
    (order,) = [each for each in platform.orders() if each["accession"] == ACCESSION]
    with platform.client(order["site"]) as http:
        for each in slices:
            body = BytesIO()
            each.save_as(body)
            kind = 'multipart/related; type="application/dicom"; boundary=b'
            part = b"--b\r\nContent-Type: application/dicom\r\n\r\n" + body.getvalue()
            base = platform.site(order["site"])["dicomweb"]
            answer = http.post(
                f"{base}/studies", content=part + b"\r\n--b--", headers={"Content-Type": kind}
            )
            assert answer.status_code == 200
