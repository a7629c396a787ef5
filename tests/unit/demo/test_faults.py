"""Faults do what they say, and the log tells what was asked."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx2
import pytest
from demo_bundles import claim, delivery, me, task
from demo_platform import DemoPlatform, start_platform

from workstation.demo.faults import SiteFaults
from workstation.demo.platform import serve
from workstation.errors import SettingsError

SITE = "harbor"


def accession(platform: DemoPlatform) -> str:
    return next(o["accession"] for o in platform.orders("unread") if o["site"] == SITE)


@pytest.mark.slow
def test_a_dropped_answer_hides_work_that_was_done(platform: DemoPlatform) -> None:
    """The hard case of delivery: silence, and the report is filed."""
    fhir, wanted = platform.site(SITE)["fhir"], accession(platform)
    with platform.client(SITE) as jo:
        author = me(jo, fhir)
        held = claim(jo, fhir, wanted, author)
        platform.clear_log()
        platform.faults(**{SITE: {"rules": [{"match": "^POST /fhir$", "do": "drop", "times": 1}]}})
        with pytest.raises(httpx2.TransportError):
            jo.post(fhir, json=delivery(held, author))
        done = task(jo, fhir, wanted)
    line = platform.log()[0]

    assert done["status"] == "completed"
    assert platform.received()[SITE] == 1
    assert (line["method"], line["path"], line["status"], line["fault"]) == (
        "POST",
        "/fhir",
        0,
        "drop",
    )


@pytest.mark.slow
def test_an_answer_dropped_before_the_work_leaves_nothing(platform: DemoPlatform) -> None:
    """The same silence, and nothing is filed: a client cannot tell them apart."""
    fhir, wanted = platform.site(SITE)["fhir"], accession(platform)
    with platform.client(SITE) as jo:
        author = me(jo, fhir)
        held = claim(jo, fhir, wanted, author)
        rule = {"match": "POST", "do": "drop_before", "times": 1}
        platform.faults(**{SITE: {"rules": [rule]}})
        with pytest.raises(httpx2.TransportError):
            jo.post(fhir, json=delivery(held, author))
        again = jo.post(fhir, json=delivery(held, author))

    assert again.status_code == 200
    assert platform.received()[SITE] == 1


@pytest.mark.slow
def test_a_site_has_the_faults_it_is_told(platform: DemoPlatform) -> None:
    """Each of these the program must survive; here it is shown that they happen."""
    fhir, dicomweb = platform.site(SITE)["fhir"], platform.site(SITE)["dicomweb"]

    def rules(**rule: object) -> None:
        platform.faults(**{SITE: {"rules": [{"match": "GET", "times": 1, **rule}]}})

    with platform.client(SITE) as jo:
        rules(do="status", status=503)
        refused = jo.get(f"{fhir}/Task")
        rules(do="garbage")
        garbage = jo.get(f"{fhir}/Task")
        rules(do="truncate", bytes=100)
        with pytest.raises(httpx2.TransportError):
            jo.get(f"{dicomweb}/studies")
        after = jo.get(f"{fhir}/Task")
        platform.faults(**{SITE: {"site_down": True}})
        with pytest.raises(httpx2.TransportError):
            jo.get(f"{fhir}/Task")
        with platform.client("nord") as other:
            elsewhere = other.get(f"{platform.site('nord')['fhir']}/Task")
        platform.faults(all={"site_down": False})
        back = jo.get(f"{fhir}/Task")

    assert refused.status_code == 503
    with pytest.raises(ValueError, match=r"codec|JSON|Expecting|char"):
        garbage.json()
    assert (after.status_code, elsewhere.status_code, back.status_code) == (200, 200, 200)


@pytest.mark.slow
def test_the_faults_file_is_in_force_from_the_first_request(tmp_path: Path) -> None:
    """A demonstration of a bad day needs no second program."""
    file = tmp_path / "faults.toml"
    file.write_text('[nord]\ntoken_seconds = 7\n\n[[nord.rules]]\nmatch = "Task"\ndo = "status"\n')
    with start_platform(tmp_path, faults=file) as platform:
        tokens = platform.tokens("nord")
        headers = {"Authorization": f"Bearer {tokens['access_token']}"}
        answer = httpx2.get(f"{platform.site('nord')['fhir']}/Task", headers=headers)

    assert tokens["expires_in"] == 7
    assert answer.status_code == 503


@pytest.mark.parametrize(
    "knobs",
    [
        {"dealy_s": 1},
        {"delay_s": "long"},
        {"site_down": 1},
        {"rules": [{"match": "("}]},
        {"rules": [{"match": "(", "do": "drop"}]},
        {"rules": [{"match": "x", "do": "explode"}]},
        {"rules": [{"match": "x", "do": "drop", "when": 1}]},
    ],
)
def test_a_fault_that_does_not_exist_is_refused(knobs: dict[str, object]) -> None:
    """A misspelt fault would let a test pass on a healthy site."""
    faults = SiteFaults()
    with pytest.raises(ValueError, match=r"."):
        faults.set(knobs)

    assert faults == SiteFaults()


def test_a_faults_file_names_sites_that_exist(tmp_path: Path) -> None:
    """One plain sentence, before anything listens for long."""
    file = tmp_path / "faults.toml"
    file.write_text("[harbour]\ndelay_s = 1\n")

    with pytest.raises(SettingsError, match="harbour"):
        serve([], None, 0, None, file)


@pytest.mark.slow
def test_a_doubled_request_does_the_work_twice(platform: DemoPlatform) -> None:
    """A box on the way repeats what it thinks was lost; If-Match makes the second one fail."""
    fhir, wanted = platform.site(SITE)["fhir"], accession(platform)
    with platform.client(SITE) as jo:
        author = me(jo, fhir)
        held = claim(jo, fhir, wanted, author)
        platform.faults(
            **{SITE: {"rules": [{"match": "^POST /fhir$", "do": "double", "times": 1}]}}
        )
        answer = jo.post(fhir, json=delivery(held, author))
        done = task(jo, fhir, wanted)

    assert answer.status_code == 412
    assert done["status"] == "completed"


@pytest.mark.slow
def test_a_site_whose_clock_is_wrong_is_wrong_throughout(platform: DemoPlatform) -> None:
    """Ten minutes ahead: its Date, its tokens and its leases agree, and a case can be claimed."""
    fhir, wanted = platform.site(SITE)["fhir"], accession(platform)
    platform.faults(**{SITE: {"clock_s": 600.0}})
    with platform.client(SITE) as jo:
        held = claim(jo, fhir, wanted, me(jo, fhir))
        said = parsedate_to_datetime(jo.get(f"{fhir}/metadata").headers["date"])
    changed = datetime.fromisoformat(held["meta"]["lastUpdated"])
    ahead = [(each - datetime.now(UTC)).total_seconds() for each in (said, changed)]

    assert ahead == pytest.approx([600, 600], abs=30)


@pytest.mark.slow
def test_a_platform_that_is_killed_by_a_request_forgets_nothing_it_promised(
    tmp_path: Path,
) -> None:
    """A power cut on purpose: what was answered is there after the next start."""
    with start_platform(tmp_path, data=tmp_path / "kept") as platform:
        fhir, wanted = platform.site(SITE)["fhir"], accession(platform)
        with platform.client(SITE) as jo:
            claim(jo, fhir, wanted, me(jo, fhir))
            platform.faults(**{SITE: {"rules": [{"match": "^POST /fhir$", "do": "kill"}]}})
            with pytest.raises(httpx2.TransportError):
                jo.post(fhir, json={})
        assert platform.ended() == 137
        platform.start()
        claimed = [o["accession"] for o in platform.orders("claimed") if o["site"] == SITE]

    assert wanted in claimed


@pytest.mark.slow
def test_a_line_that_is_bad_stands_before_its_site_alone(tmp_path: Path) -> None:
    """The file that a person writes for `workstation platform --faults`."""
    file = tmp_path / "faults.toml"
    file.write_text("[harbor.line]\nblackhole = true\n")
    with start_platform(tmp_path, faults=file) as platform:
        with pytest.raises(httpx2.TimeoutException):
            httpx2.get(platform.site("harbor")["fhir"] + "/metadata", timeout=0.5)
        assert (
            httpx2.get(platform.site("mesa")["fhir"] + "/metadata", timeout=20).status_code == 200
        )
        platform.faults(harbor={"line": {"blackhole": False}})
        there = httpx2.get(platform.site("harbor")["fhir"] + "/metadata", timeout=20)
    assert there.status_code == 200
