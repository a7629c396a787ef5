"""The reading journey with its images from a real Orthanc: TLS, bearer tokens of the issuer."""

from pathlib import Path

import pydicom
import pytest
from demo_platform import start_platform
from orthanc import need_orthanc, running
from reading import SHARED, Reading, reports, words

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
        "state {state}", "report.sign", "wait delivered", "quit",
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
        (report,) = reports(platform, "harbor", CT)
        from_demo = [e for e in platform.log() if "/dicomweb" in e["path"]]

    (view,) = done.state("state")["viewports"][:1]
    image = next(i for f in files if (i := pydicom.dcmread(f)).SOPInstanceUID == view["sop_uid"])
    stored = int(image.pixel_array[220, 200])
    assert view["frames_loaded"] == view["frames"] == 100
    assert view["probe"]["value"] == stored * image.RescaleSlope + image.RescaleIntercept
    assert words(report).endswith("Impression\nUnchanged.\n")
    assert from_demo == []
