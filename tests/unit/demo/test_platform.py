"""The platform as a process: its ready file, its shift, its end."""

import concurrent.futures
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path

import httpx2
import pydicom
import pytest
from demo_bundles import claimed, me, put_task, task
from demo_platform import DemoPlatform, start_platform
from pydicom.data import get_testdata_file

from workstation import settings
from workstation.demo.phantoms import demo_cases
from workstation.demo.plans import SHIFT, plan_phantoms
from workstation.demo.platform import serve
from workstation.demo.sites import SITES
from workstation.errors import SettingsError


@pytest.mark.slow
def test_the_ready_file_says_all_that_contracts_promise(shared_platform: DemoPlatform) -> None:
    """Scripts and benchmarks of others start from it."""
    ready = shared_platform.ready

    assert {"sites", "users", "orders", "settings", "pid", "control"} <= ready.keys()
    for site in ready["sites"]:
        assert {"id", "name", "jurisdiction", "timezone", "issuer", "fhir"} <= site.keys()
        assert {"dicomweb", "hl7"} <= site.keys()
        assert site["fhir"].startswith("http://127.0.0.1:")
    assert [each["id"] for each in ready["sites"]] == ["harbor", "mesa", "nord"]
    assert ready["users"][0]["name"] == "jo.sample"
    order = ready["orders"][0]
    assert order.keys() == {"site", "accession", "study_uid", "patient_id", "state"}
    os.kill(ready["pid"], 0)


@pytest.mark.slow
def test_its_settings_are_settings_of_a_workstation(shared_platform: DemoPlatform) -> None:
    """`workstation run --settings FILE` must work without editing."""
    found = settings.load(shared_platform.settings)

    assert [each.id for each in found.sites] == ["harbor", "mesa", "nord"]
    assert "not for clinical use" in found.banner
    assert all(each.export and each.scripted_signing for each in found.sites)


@pytest.mark.slow
def test_the_first_reader_may_read_everywhere_and_the_second_not_in_texas(
    shared_platform: DemoPlatform,
) -> None:
    """contracts.md; a licence that hides everywhere would make the demo look empty."""
    for site in shared_platform.ready["sites"]:
        answers = []
        for user in ("jo.sample", "kim.visitor"):
            with shared_platform.client(site["id"], user) as http:
                answers.append(http.get(f"{site['dicomweb']}/studies").status_code)

        assert answers == [200, 403 if site["id"] == "mesa" else 200]


@pytest.mark.slow
def test_it_leaves_nothing_behind(tmp_path: Path) -> None:
    """No file of a demonstration stays on the machine unless a folder was given for it."""
    with start_platform(tmp_path) as platform:
        told = platform.settings
        assert told.exists()
        code = platform.stop()

    assert code == 0
    assert not told.exists()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_it_ends_without_a_word_while_somebody_still_waits(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """A traceback after "quit" looks like a crash to whoever tries the demonstration."""
    with start_platform(tmp_path) as platform:
        slow = {"match": "^GET /fhir/metadata", "do": "delay", "seconds": 60.0}
        platform.faults(harbor={"rules": [slow]})
        address = platform.site("harbor")["fhir"] + "/metadata"
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(lambda: httpx2.get(address, timeout=30).status_code)
            while all(each["path"] != "/fhir/metadata" for each in platform.log()):
                time.sleep(0.02)
            code = platform.stop()
            waiting.exception(30)

    assert code == 0
    assert capfd.readouterr().err == ""


def test_the_platform_too_counts_days_where_the_patient_was_scanned() -> None:
    """A licence to 30 June is good in Seattle at 23:00 there, which is 1 July in UTC."""
    harbor, mesa, nord = SITES
    seattle_late = datetime(2027, 7, 1, 6, 0, tzinfo=UTC)
    hamburg_early = datetime(2027, 6, 30, 22, 30, tzinfo=UTC)
    roswell_late = datetime(2027, 7, 1, 5, 30, tzinfo=UTC)  # 23:30 there, 00:30 in Texas

    assert harbor.day_at("US-WA", seattle_late) == date(2027, 6, 30)
    assert nord.day_at("DE", hamburg_early) == date(2027, 7, 1)
    assert mesa.day_at("US-TX", roswell_late) == date(2027, 7, 1)
    assert mesa.day_at("US-NM", roswell_late) == date(2027, 6, 30)


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="kills by signal")
def test_it_does_not_outlive_the_one_who_started_it(tmp_path: Path) -> None:
    """A killed program must not leave a server listening behind it."""
    ready = tmp_path / "ready.json"
    script = (
        "import subprocess, sys, time\n"
        f"subprocess.Popen([sys.executable, '-m', 'workstation', 'platform', '--ready-file',"
        f" {str(ready)!r}], stdin=subprocess.PIPE)\n"
        "time.sleep(100)"
    )
    parent = subprocess.Popen([sys.executable, "-c", script])
    deadline = time.monotonic() + 60
    while not ready.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    told = json.loads(ready.read_text("utf-8"))
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    while ready.exists() and time.monotonic() < deadline:
        time.sleep(0.05)

    assert not ready.exists()
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(told["sites"][0]["fhir"])


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    """Wrong usage ends with a sentence, not with an empty worklist."""
    with pytest.raises(SettingsError, match="nowhere"):
        serve([tmp_path / "nowhere"], None, 0, None, None)


def test_the_shift_has_begun_when_the_reader_comes() -> None:
    """A demonstration shows colleagues, residents and images still on their way."""
    now = datetime(2026, 11, 22, 21, 40, tzinfo=UTC)
    planned = {each.study.accession: each for each in plan_phantoms(demo_cases(now), now)}

    assert planned.keys() >= SHIFT.keys()
    for accession in SHIFT:
        assert not planned[accession].is_prior
    arriving = planned["KN-26-7736"]
    assert 0 < (arriving.arrived or 0) < arriving.expected
    assert {each.order.priority for each in planned.values()} >= {"stat", "urgent", "routine"}


@pytest.mark.slow
def test_a_scan_made_under_another_law_is_shown_and_refused(
    shared_platform: DemoPlatform,
) -> None:
    """The licence that counts is that of the place of the scan, not of the hospital."""
    site = shared_platform.site("mesa")
    order = next(o for o in shared_platform.orders() if o["accession"] == "MV-26-40409")
    with shared_platform.client("mesa") as jo:
        free = task(jo, site["fhir"], order["accession"])
        answer = put_task(jo, site["fhir"], claimed(free, me(jo, site["fhir"])))
        images = jo.get(f"{site['dicomweb']}/studies/{order['study_uid']}/series")

    assert (answer.status_code, images.status_code) == (403, 403)
    assert "US-NM" in answer.text
    assert "US-NM" in images.text


@pytest.mark.slow
def test_newest_is_unread_and_older_ones_are_finished_priors(tmp_path: Path) -> None:
    """contracts.md, rules of --studies, on three studies of one patient and one of nobody."""
    folder = tmp_path / "studies"
    folder.mkdir()
    source = str(get_testdata_file("CT_small.dcm", download=False))
    made = {}
    for year in ("2019", "2021", "2020"):
        dataset = pydicom.dcmread(source)
        dataset.StudyDate = f"{year}0301"
        dataset.StudyInstanceUID, dataset.SOPInstanceUID = f"1.2.{year}", f"1.2.{year}.1"
        dataset.file_meta.MediaStorageSOPInstanceUID = f"1.2.{year}.1"
        dataset.save_as(folder / f"{year}.dcm")
        made[f"1.2.{year}"] = f"DEMO-{hashlib.sha256(f'1.2.{year}'.encode()).hexdigest()[:8]}"
    shutil.copy(source, folder / "nobody.dcm")
    nobody = pydicom.dcmread(folder / "nobody.dcm")
    nobody.PatientID = nobody.PatientName = ""
    nobody.StudyInstanceUID, nobody.SOPInstanceUID = "1.2.7", "1.2.7.1"
    nobody.save_as(folder / "nobody.dcm")
    with start_platform(tmp_path, studies=[folder]) as platform:
        orders = {each["study_uid"]: each for each in platform.orders()}
        mine = [each for uid, each in orders.items() if uid in made]
        fhir = platform.site(mine[0]["site"])["fhir"]
        with platform.client(mine[0]["site"]) as http:
            now = task(http, fhir, made["1.2.2021"])
            reports = http.get(f"{fhir}/DiagnosticReport", params={"status": "final"}).json()

    assert {uid: orders[uid]["accession"] for uid in made} == made
    assert {each["study_uid"]: each["state"] for each in mine} == {
        "1.2.2021": "unread",
        "1.2.2020": "final",
        "1.2.2019": "final",
    }
    assert len({each["site"] for each in mine}) == 1
    assert orders["1.2.7"]["patient_id"].startswith("DEMO-P-")
    assert [each["type"]["text"] for each in now["input"]].count("prior") == 2
    assert reports["total"] == 2


@pytest.mark.slow
def test_images_that_arrive_are_counted_and_told(platform: DemoPlatform) -> None:
    """A study read before its last image came is read again."""
    case = next(o for o in platform.orders("unread") if o["accession"] == "KN-26-7736")
    fhir, dicomweb = platform.site("nord")["fhir"], platform.site("nord")["dicomweb"]
    uid = {"identifier": f"urn:dicom:uid|urn:oid:{case['study_uid']}"}
    with platform.client("nord") as http:
        before = http.get(f"{fhir}/ImagingStudy", params=uid).json()["entry"][0]["resource"]
        first = task(http, fhir, case["accession"])
        platform.grow(3)
        after = http.get(f"{fhir}/ImagingStudy", params=uid).json()["entry"][0]["resource"]
        second = task(http, fhir, case["accession"])
        platform.grow()
        whole = http.get(f"{fhir}/ImagingStudy", params=uid).json()["entry"][0]["resource"]
        there = http.get(f"{dicomweb}/studies/{case['study_uid']}/instances").json()
    expected = next(i["valueInteger"] for i in first["input"] if "valueInteger" in i)

    assert after["numberOfInstances"] == before["numberOfInstances"] + 3
    assert first["meta"]["lastUpdated"] < second["meta"]["lastUpdated"]
    assert whole["numberOfInstances"] == expected == len(there) > after["numberOfInstances"]
