"""The reading journey with its images from a real Orthanc: TLS, bearer tokens of the issuer."""

from pathlib import Path

import httpx2
import pydicom
import pytest
from demo_platform import start_platform
from orthanc import Orthanc, need_orthanc, running
from reading import SHARED, Reading, reports, words

from workstation.domain.identifiers import SiteId
from workstation.protocols.dicom_attributes import Attributes, parse
from workstation.protocols.dicom_measurements import as_measurements

pytestmark = [pytest.mark.slow, pytest.mark.peer, pytest.mark.data]

CT = "DEMO-b9f5509c"


def test_the_journey_with_images_of_a_real_archive(tmp_path: Path) -> None:
    """Worklist and report at the platform, images at the hospital's own archive."""
    need_orthanc()
    folder = SHARED / "ct_chest_current"
    files = sorted(f for f in folder.rglob("*") if f.is_file() and pydicom.misc.is_dicom(f))
    archive = tmp_path / "archive"
    archive.mkdir()
    lines = [
        f"case.open {CT}", "wait loaded", "viewport.go 50", "tool.probe 200 220",
        'report.set findings "As before."', 'report.set impression "Unchanged."',
        "tool.length 100 100 140.5 130", "tool.ellipse 180 200 220 240",
        "state {state}", "report.sign", "wait delivered", "measurements.send", "quit",
    ]  # fmt: skip
    with start_platform(tmp_path, [folder]) as platform:
        site = platform.site("harbor")
        with running(archive, files, f"{site['issuer']}/userinfo") as orthanc:
            text = Path(platform.ready["settings"]).read_text("utf-8")
            own = f'dicomweb = "{site["dicomweb"]}"'
            theirs = f'dicomweb = "{orthanc.dicomweb}"\nca_file = "{orthanc.ca_file}"'
            assert own in text
            settings = tmp_path / "settings.toml"
            settings.write_text(text.replace(own, theirs))
            platform.images_at("harbor", orthanc.dicomweb)  # as its ImagingStudy says
            done = Reading(tmp_path / "r").run(platform, lines, settings=settings).must_be_good()
            (filed,) = documents_at(orthanc, done.state("state")["case"]["study_uid"])
        (report,) = reports(platform, "harbor", CT)
        from_demo = [e for e in platform.log() if "/dicomweb" in e["path"]]

    (view,) = done.state("state")["viewports"][:1]
    image = next(i for f in files if (i := pydicom.dcmread(f)).SOPInstanceUID == view["sop_uid"])
    stored = int(image.pixel_array[220, 200])
    assert view["frames_loaded"] == view["frames"] == 100
    assert view["probe"]["value"] == stored * image.RescaleSlope + image.RescaleIntercept
    assert words(report).endswith("Impression\nUnchanged.\n")
    assert from_demo == []
    measured = done.state("state")["measurements"]
    back = as_measurements(filed, SiteId("harbor"))
    assert [(m.id, m.value, m.unit) for m in back] == [
        (m["id"], m["value"], m["unit"]) for m in measured
    ]
    assert [(m.frame.sop, [list(point) for point in m.points]) for m in back] == [
        (m["sop_uid"], m["points"]) for m in measured
    ]


def documents_at(orthanc: Orthanc, study: str) -> list[Attributes]:
    """What the archive tells an independent client of the SR documents of a study."""
    base = f"{orthanc.control}/dicom-web/studies/{study}/series"
    headers = {"Accept": "application/dicom+json"}
    with httpx2.Client(timeout=30, headers=headers) as http:
        rows = http.get(base, params={"Modality": "SR"}).raise_for_status().json()
        uids = [row["0020000E"]["Value"][0] for row in rows]
        return [each for uid in uids for each in parse(http.get(f"{base}/{uid}/metadata").content)]
