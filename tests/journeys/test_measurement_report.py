"""Measurements on a case become one DICOM SR in the archive of its site."""

import io
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from demo_platform import DemoPlatform, start_platform
from programs import need
from pydicom import dcmread
from reading import QA, Reading, study_uid

from workstation.domain.identifiers import SiteId
from workstation.domain.measurement import MeasurementKind
from workstation.protocols.dicom_attributes import parse
from workstation.protocols.dicom_measurements import as_measurements

pytestmark = pytest.mark.slow

MEASURE = (
    f"case.open {QA}", "wait loaded", "tool.length 10 10 40.5 10", "tool.ellipse 20 20 60 50",
    "viewport.scroll 3", "tool.rectangle 5 5 25 30", "state {before}",
)  # fmt: skip


def reports_in(platform: DemoPlatform, study: str) -> list[dict[str, Any]]:
    """The SR documents of a study, as the archive tells an independent client."""
    with platform.client("nord") as http:
        base = platform.site("nord")["dicomweb"]
        found = http.get(f"{base}/studies/{study}/instances", params={"Modality": "SR"})
    rows = found.json() if found.status_code == 200 else []
    return [row for row in rows if row["00080060"]["Value"] == ["SR"]]


def study_row(platform: DemoPlatform, study: str) -> dict[str, Any]:
    """The study as the archive lists it: whose it is."""
    with platform.client("nord") as http:
        base = platform.site("nord")["dicomweb"]
        (row,) = http.get(f"{base}/studies", params={"StudyInstanceUID": study}).json()
    return dict(row)


def fetched(platform: DemoPlatform, row: dict[str, Any]) -> tuple[bytes, bytes]:
    """The object as it is filed, and its metadata."""
    uids = [row[tag]["Value"][0] for tag in ("0020000D", "0020000E", "00080018")]
    with platform.client("nord") as http:
        base = platform.site("nord")["dicomweb"]
        address = "{}/studies/{}/series/{}/instances/{}".format(base, *uids)
        accept = {"Accept": 'multipart/related; type="application/dicom"; transfer-syntax=*'}
        whole = http.get(address, headers=accept).raise_for_status().content
        metadata = http.get(f"{address}/metadata").raise_for_status().content
    start = whole.index(b"\r\n\r\n") + 4
    return whole[start : whole.rindex(b"\r\n--")], metadata


def test_sent_twice_it_is_there_once_and_says_what_was_measured(tmp_path: Path) -> None:
    """Another workstation finds the same lines on the same frames, under the same names."""
    reader = Reading(tmp_path / "reader")
    with start_platform(tmp_path) as platform:
        study = study_uid(platform, QA)
        reader.run(
            platform,
            (*MEASURE, "measurements.send", "measurements.send", "state {after}", "quit"),
        ).must_be_good()
        (row,) = reports_in(platform, study)
        data, metadata = fetched(platform, row)
        chart = study_row(platform, study)

    before = json.loads((reader.files / "before.json").read_text("utf-8"))["measurements"]
    (described,) = parse(metadata)
    back = as_measurements(described, SiteId("nord"))
    assert [m.id for m in back] == [m["id"] for m in before] == ["A1", "A2", "A3"]
    assert [(m.frame.series, m.frame.sop, m.frame.frame_index) for m in back] == [
        (m["series_uid"], m["sop_uid"], m["frame"]) for m in before
    ]
    assert [(m.value, m.unit, m.note) for m in back] == [
        (m["value"], m["unit"], m["note"]) for m in before
    ]
    assert back[0].points == ((10.0, 10.0), (40.5, 10.0))
    assert back[1].kind is MeasurementKind.ELLIPSE
    document = dcmread(io.BytesIO(data))
    assert document.StudyInstanceUID == study
    assert document.PatientID == chart["00100020"]["Value"][0]
    assert str(document.PatientName) == chart["00100010"]["Value"][0]["Alphabetic"]
    need("dciodvfy")
    (tmp_path / "sr.dcm").write_bytes(data)
    said = subprocess.run(["dciodvfy", tmp_path / "sr.dcm"], capture_output=True, text=True)
    errors = [line for line in said.stderr.splitlines() if line.startswith("Error")]
    assert errors == []


def test_a_changed_measurement_is_another_document(tmp_path: Path) -> None:
    """What was filed is not changed; the newer one stands beside it."""
    with start_platform(tmp_path) as platform:
        study = study_uid(platform, QA)
        Reading(tmp_path / "reader").run(
            platform,
            (
                *MEASURE, "measurements.send", "measurement.delete A3", "measurements.send", "quit",
            ),
        ).must_be_good()  # fmt: skip
        assert len(reports_in(platform, study)) == 2


def test_without_a_claim_or_a_measurement_nothing_is_sent(tmp_path: Path) -> None:
    """And it is said why."""
    with start_platform(tmp_path) as platform:
        done = Reading(tmp_path / "reader").run(
            platform, (f"case.open {QA}", "wait loaded", "measurements.send", "quit")
        )
        study = study_uid(platform, QA)
        assert reports_in(platform, study) == []

    assert done.code == 1
    assert "Traceback" not in done.stderr


def test_the_signature_files_every_measurement_cited_or_not(tmp_path: Path) -> None:
    """The draft that kept them ends there; the lines must be found by who reads next."""
    with start_platform(tmp_path) as platform:
        study = study_uid(platform, QA)
        done = Reading(tmp_path / "reader").run(
            platform,
            (
                *MEASURE, "report.template free-text", 'report.set findings "Inserts."',
                'report.set impression "Constant."', "report.sign", "wait delivered",
                "measurements.send", "quit",
            ),
        )  # fmt: skip
        done.must_be_good()
        # The site asks for its reports as SR too: that one stands beside the measurements.
        documents = [fetched(platform, row)[1] for row in reports_in(platform, study)]

    found = [as_measurements(row, SiteId("nord")) for body in documents for row in parse(body)]
    assert [[m.id for m in each] for each in found if each] == [["A1", "A2", "A3"]]
    assert len(found) == 2
