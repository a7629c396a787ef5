"""A hospital that has a PACS and an HL7 listener, and nothing else: from its list to its report.

Orthanc speaks DIMSE alone here, hl7apy takes the report; of the demo platform nothing but the
identity provider is used.
"""

import json
from datetime import UTC, datetime
from pathlib import Path

import dimse_peers
import httpx2
import numpy as np
import pydicom
import pytest
from demo_platform import DemoPlatform, start_platform
from dimse_peers import Pacs
from hl7_peer import listening
from pydicom.data import get_testdata_file
from reading import READER, Reading

pytestmark = [pytest.mark.slow, pytest.mark.peer]

STUDY, ACCESSION = "2.25.4711", "HC-26-0001"
SITE = """
[[site]]
id = "hill"
name = "Hill Clinic"
issuer = "{issuer}"
worklist = "dimse"
images = "dimse"
dimse = "dicom://127.0.0.1:{port}/ARCHIVE"
report = "hl7"
hl7 = "mllp://127.0.0.1:{hl7}"
readers = "harbor-{reader} = DE"
jurisdiction = "DE"
timezone = "UTC"
export = true
scripted_signing = true
"""


def slices(folder: Path) -> list[Path]:
    """Five slices of a chest that was scanned today."""
    made = []
    for number in range(1, 6):
        data = pydicom.dcmread(str(get_testdata_file("CT_small.dcm")))
        data.StudyInstanceUID, data.SeriesInstanceUID = STUDY, f"{STUDY}.1"
        data.SOPInstanceUID = f"{STUDY}.1.{number}"
        data.file_meta.MediaStorageSOPInstanceUID = data.SOPInstanceUID
        data.AccessionNumber, data.InstanceNumber = ACCESSION, number
        data.StudyDate, data.StudyDescription = f"{datetime.now(UTC):%Y%m%d}", "CT chest"
        data.ImagePositionPatient = [-158.1, -179.0, -75.7 + 5.0 * number]
        data.PixelData = (data.pixel_array + number).astype(np.int16).tobytes()
        data.save_as(folder / f"{number}.dcm")
        made.append(folder / f"{number}.dcm")
    return made


def settings_of(folder: Path, platform: DemoPlatform, pacs: Pacs, hl7: int) -> Path:
    issuer = platform.site("harbor")["issuer"]
    file = folder / "hill.toml"
    file.write_text(SITE.format(issuer=issuer, port=pacs.port, hl7=hl7, reader=READER))
    return file


def archived(pacs: Pacs) -> set[str]:
    """Modalities of what the PACS holds of the study, by its own word."""
    assert pacs.web is not None
    asked = {"Level": "Series", "Query": {"StudyInstanceUID": STUDY}, "Expand": True}
    with httpx2.Client() as http:
        found = http.post(f"{pacs.web.control}/tools/find", json=asked).json()
    return {each["MainDicomTags"]["Modality"] for each in found}


def test_a_case_of_a_pacs_is_listed_read_measured_signed_and_accepted(tmp_path: Path) -> None:
    """The whole loop without FHIR and without DICOMweb."""
    (tmp_path / "in").mkdir()
    (tmp_path / "pacs").mkdir()
    (tmp_path / "hl7").mkdir()
    with (
        start_platform(tmp_path) as platform,
        dimse_peers.running("orthanc", tmp_path / "pacs", slices(tmp_path / "in")) as pacs,
        listening(tmp_path / "hl7") as hl7,
    ):
        reader = Reading(tmp_path / "reader")
        lines = [
            f"case.open {ACCESSION}", "wait loaded", "viewport.go 3",
            "tool.length 10 10 60 10", "report.template free-text",
            'report.set findings "No nodule."', 'report.set impression "Normal chest."',
            "state {open}", "report.sign", "wait delivered 60", "state {signed}", "quit",
        ]  # fmt: skip
        done = reader.run(
            platform, lines, settings=settings_of(tmp_path, platform, pacs, hl7)
        ).must_be_good()
        kinds = archived(pacs)

    opened, signed = done.state("open"), done.state("signed")
    assert opened["case"]["patient"]["name"] == "CompressedSamples, CT1"
    assert [view["frames_loaded"] for view in opened["viewports"]] == [5]
    assert opened["measurements"][0]["unit"] == "mm"
    assert [each["state"] for each in signed["report"]["delivery"]] == ["acknowledged"]
    (message,) = (tmp_path / "hl7").glob("*.hl7")
    text = message.read_text()
    assert f"|{ACCESSION}|" in text
    assert "Normal chest." in text
    assert kinds == {"CT", "SR", "PR"}
    assert "CompressedSamples" not in json.dumps(opened["notices"]) + done.stderr
