"""What goes wrong on the way: said in plain words, the program stays usable, nothing is lost."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pydicom
import pytest
from demo_platform import DemoPlatform, start_platform
from reading import QA, Done, Reading, qa_read, reports, words

pytestmark = pytest.mark.slow
#: Every fault in turn, each with a program and a platform of its own.
chaos = pytest.mark.soak

IMPRESSION = "Constant."
READ = qa_read(IMPRESSION)
SIGN = ("state {before}", "report.sign", "wait delivered", "state {after}", "quit")
_HEALTHY = {"rules": [], "site_down": False}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoPlatform]:
    """One platform for the tests that sign nothing."""
    with start_platform(tmp_path_factory.mktemp("platform")) as platform:
        yield platform


@pytest.fixture
def calm(running: DemoPlatform) -> Iterator[DemoPlatform]:
    """Healthy again afterwards."""
    yield running
    running.faults(all=_HEALTHY)


def _plain(done: Done) -> str:
    """What the program said, without anything a reader could not read."""
    assert "Traceback" not in done.stderr, done.stderr
    return done.stderr.strip()


def test_a_wrong_password_is_said_in_one_sentence(calm: DemoPlatform, tmp_path: Path) -> None:
    """Nobody can read without it, and the password itself must not be repeated."""
    done = Reading(tmp_path / "r").run(calm, ["quit"], password="not-the-password")

    assert done.code == 1
    said = _plain(done)
    assert len(said.splitlines()) == 1
    assert "password" in said
    assert "not-the-password" not in said


def test_a_site_that_is_down_does_not_hold_up_the_others(
    calm: DemoPlatform, tmp_path: Path
) -> None:
    """One hospital's outage must not stop the reading of two others."""
    calm.faults(mesa={"site_down": True})

    done = Reading(tmp_path / "r").run(calm, [*READ, "state {seen}", "quit"]).must_be_good()

    seen = done.state("seen")
    assert seen["worklist"]["stale_sites"] == ["mesa"]
    assert seen["case"]["accession"] == QA
    assert seen["viewports"][0]["frames_loaded"] == 9


ON_THE_LIST: dict[str, dict[str, Any]] = {
    "401": {"do": "status", "status": 401},
    "403": {"do": "status", "status": 403},
    "500": {"do": "status", "status": 500},
    "truncated": {"do": "truncate", "bytes": 300},
    "garbage": {"do": "garbage"},
    "dropped": {"do": "drop"},
}


@chaos
@pytest.mark.parametrize("fault", ON_THE_LIST)
def test_a_broken_worklist_of_one_site_leaves_the_others(
    calm: DemoPlatform, tmp_path: Path, fault: str
) -> None:
    """The queue of the healthy sites is read on; the broken one is marked."""
    calm.faults(mesa={"rules": [{"match": r"GET /fhir/Task", **ON_THE_LIST[fault]}]})

    done = Reading(tmp_path / "r").run(calm, [*READ, "state {seen}", "quit"]).must_be_good()

    seen = done.state("seen")
    assert seen["worklist"]["stale_sites"] == ["mesa"]
    assert seen["viewports"][0]["frames_loaded"] == 9


@chaos
@pytest.mark.parametrize("fault", ON_THE_LIST)
def test_images_that_do_not_come_are_said_and_the_next_case_opens(
    calm: DemoPlatform, tmp_path: Path, fault: str
) -> None:
    """A broken archive at one site; the reader goes on with another's case."""
    calm.faults(harbor={"rules": [{"match": r"GET /dicomweb/", **ON_THE_LIST[fault]}]})
    reader = Reading(tmp_path / "r")

    broken = reader.run(calm, ["case.open HG-26-118231", "quit"])
    other = reader.run(calm, [*READ, "state {seen}", "quit"]).must_be_good()

    assert broken.code == 1
    line, _, reason = _plain(broken).partition("HG-26-118231: ")
    assert line == "line 1: case.open "
    assert "Harbor General" in reason
    assert other.state("seen")["viewports"][0]["frames_loaded"] == 9


def test_a_case_that_may_not_be_read_is_not_fetched(calm: DemoPlatform, tmp_path: Path) -> None:
    """No licence, no look: the archive's own log says that nobody asked it for an image."""
    calm.clear_log()
    reader = Reading(tmp_path / "r")
    studies = {o["accession"]: o["study_uid"] for o in calm.orders() if o["site"] == "mesa"}

    blocked = reader.run(calm, ["case.open MV-26-40417", "quit"], user="kim.visitor")
    asked = [line["path"] for line in calm.log()]
    allowed = reader.run(calm, [*READ, "quit"], user="jo.sample").must_be_good()

    assert blocked.code == 1
    assert _plain(blocked) == "line 1: case.open MV-26-40417: No licence: US-TX"
    assert any("/fhir/Task" in path for path in asked)
    assert "MV-26-40417" in studies
    assert not [p for p in asked if any(uid in p for uid in studies.values())]  # none of Texas
    charts = ("/Observation", "/AllergyIntolerance", "/Condition", "/DocumentReference")
    assert not [path for path in asked if path.endswith(charts)]
    assert allowed.code == 0
    shown = [line["path"] for line in calm.log()]  # the log would show it
    assert [path for path in shown if "/dicomweb" in path]
    assert [path for path in shown if path.endswith(charts)]


def test_expired_tokens_are_renewed_in_the_middle_of_a_case(tmp_path: Path) -> None:
    """A shift is longer than a token; the reader notices nothing."""
    with start_platform(tmp_path) as platform:
        platform.faults(all={"token_seconds": 1})
        lines = [*READ, "wait loaded", *SIGN]
        done = Reading(tmp_path / "r").run(platform, lines).must_be_good()
        (report,) = reports(platform, "nord", QA)
        refreshed = [each for each in platform.log() if each["path"].endswith("/oidc/token")]

    assert report["status"] == "final"
    assert done.state("after")["report"]["delivery"][0]["state"] == "acknowledged"
    assert len(refreshed) > 3


@chaos
@pytest.mark.parametrize(
    "rule",
    [
        {"do": "drop"},
        {"do": "drop_before"},
        {"do": "status", "status": 500},
        {"do": "status", "status": 401},
        {"do": "truncate", "bytes": 40},
        {"do": "garbage"},
    ],
    ids=lambda rule: "-".join(str(each) for each in rule.values()),
)
def test_a_delivery_that_fails_once_is_one_report_all_the_same(
    tmp_path: Path, rule: dict[str, Any]
) -> None:
    """Whatever the answer was, the site has the words once."""
    with start_platform(tmp_path) as platform:
        sends = {"match": r"^POST /[^?]*fhir/?$", "times": 2, **rule}
        platform.faults(nord={"rules": [sends]})
        Reading(tmp_path / "r").run(platform, [*READ, *SIGN]).must_be_good()
        (report,) = reports(platform, "nord", QA)

    assert words(report).endswith(f"Impression\n{IMPRESSION}\n")


@pytest.mark.data
def test_bad_files_among_good_ones(tmp_path: Path) -> None:
    """One unreadable file and one broken image: the rest is read, and the gap is told."""
    from reading import SHARED

    folder = tmp_path / "studies"
    folder.mkdir()
    files = sorted((SHARED / "ct_chest_prior_derived").rglob("*.dcm"))
    for file in files[:12]:
        shutil.copy(file, folder / file.name)
    (folder / "noise.dcm").write_bytes(b"\x00\xff" * 5000)
    broken = pydicom.dcmread(folder / files[5].name)
    broken.PixelData = bytes(broken.PixelData)[: len(broken.PixelData) // 3]
    broken.save_as(folder / files[5].name)
    with start_platform(tmp_path, [folder]) as platform:
        (order,) = platform.orders("unread")
        lines = [
            f"case.open {order['accession']}", "wait loaded", "state {seen}",
            "report.template free-text", 'report.set findings "Eleven images."',
            'report.set impression "Incomplete."', "state {before}", "quit",
        ]  # fmt: skip
        done = Reading(tmp_path / "r").run(platform, lines).must_be_good()

    seen = done.state("seen")
    (view,) = seen["viewports"][:1]
    assert (view["frames"], view["frames_loaded"]) == (12, 11)
    images = [c for c in done.state("before")["report"]["checks"] if c["rule"] == "images"]
    assert [c["severity"] for c in images] != ["passed"], images
