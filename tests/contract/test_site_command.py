"""`workstation site test`: whoever sets a site up learns what it does not do."""

import json
import os
import re
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from demo_platform import DemoPlatform, start_platform

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoPlatform]:
    with start_platform(tmp_path_factory.mktemp("sites")) as platform:
        yield platform


@pytest.fixture
def demo(running: DemoPlatform) -> Iterator[DemoPlatform]:
    yield running
    running.faults(all={"rules": [], "site_down": False})


def page_of(
    demo: DemoPlatform, named: str, settings: Path | None = None, password: str = ""
) -> tuple[int, dict[str, tuple[str, str]], str]:
    """Exit code, verdict and text of each check, and what stands on stderr."""
    reader = demo.ready["users"][0]
    environment = os.environ | {
        "WORKSTATION_USER": reader["name"],
        "WORKSTATION_PASSWORD": password or reader["password"],
    }
    file = str(settings or demo.ready["settings"])
    command = [sys.executable, "-m", "workstation", "site", "test", named, "--settings", file]
    done = subprocess.run(
        [*command, "--json"], env=environment, capture_output=True, text=True, timeout=60
    )
    found: list[Mapping[str, str]] = json.loads(done.stdout)["checks"] if done.stdout else []
    checks = {each["name"]: (each["verdict"], each["text"]) for each in found}
    return done.returncode, checks, done.stderr


def site(demo: DemoPlatform, index: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = demo.ready["sites"][index]
    return found


def test_a_good_site_passes_by_its_id_and_by_each_of_its_addresses(demo: DemoPlatform) -> None:
    """The page an administrator prints: every service asked once, nothing filed."""
    here = site(demo)
    for named in (here["id"], here["fhir"], here["dicomweb"] + "/"):
        code, checks, _ = page_of(demo, named)
        assert code == 0, checks
    bad_or_less = {name: each for name, each in checks.items() if each[0] != "ok"}
    assert bad_or_less.keys() <= {"HL7 v2", "latency"}  # a busy machine may be slow
    assert {"sign-in", "FHIR", "worklist", "QIDO-RS", "WADO-RS", "STOW-RS", "clock"} <= set(checks)
    assert "4.0.1" in checks["FHIR"][1]


def test_no_patient_stands_on_the_page(demo: DemoPlatform) -> None:
    """The page is mailed to a hospital's help desk."""
    _, checks, _ = page_of(demo, site(demo)["id"])
    page = json.dumps(checks)
    assert checks
    assert demo.ready["orders"]
    for order in demo.ready["orders"]:
        assert order["patient_id"] not in page
        assert order["study_uid"] not in page
        assert order["accession"] not in page


def test_a_site_that_is_not_in_the_settings_is_asked_where_its_readers_sign_in(
    demo: DemoPlatform, tmp_path: Path
) -> None:
    """A new hospital is tried before it is written down."""
    empty = tmp_path / "settings.toml"
    empty.write_text("")
    code, checks, _ = page_of(demo, site(demo, 2)["fhir"], empty)
    assert code == 0, checks
    assert checks["WADO-RS"][0] == "ok"


@pytest.mark.parametrize(
    ("rule", "name", "words"),
    [
        ({"match": r"GET /dicomweb/studies\?", "do": "status", "status": 403}, "QIDO-RS", "permit"),
        ({"match": "/frames/", "do": "status", "status": 500}, "WADO-RS", "internal error"),
        ({"match": "POST /dicomweb/studies", "do": "status", "status": 405}, "STOW-RS", "405"),
        ({"match": "/fhir/Task", "do": "garbage"}, "FHIR", "JSON"),
    ],
)
def test_what_a_site_does_not_do_fails_by_its_name(
    demo: DemoPlatform, rule: dict[str, Any], name: str, words: str
) -> None:
    """ "It does not work" costs a night; "it takes no documents" costs a telephone call."""
    demo.faults(**{site(demo)["id"]: {"rules": [rule]}})
    code, checks, said = page_of(demo, site(demo)["id"])
    assert (code, said) == (1, "")
    assert any(verdict == "failed" and words in text for verdict, text in checks.values()), checks
    assert checks[name][0] == "failed"


def test_a_wrong_password_is_one_fault_and_not_six(demo: DemoPlatform) -> None:
    """What needs a reader is not asked, and says so."""
    code, checks, _ = page_of(demo, site(demo)["id"], password="not-it")
    assert code == 1
    assert [name for name, (verdict, _) in checks.items() if verdict == "failed"] == ["sign-in"]
    assert "not asked" in checks["QIDO-RS"][1]


def test_an_hl7_listener_is_connected_to_and_a_missing_one_fails(
    demo: DemoPlatform, tmp_path: Path
) -> None:
    """No message is sent: a test must not put a patient into a hospital's system."""
    heard: list[bytes] = []

    class Listener(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            heard.append(self.request.recv(1))

    with socketserver.TCPServer(("127.0.0.1", 0), Listener) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        port = server.server_address[1]
        settings = with_hl7(demo, tmp_path, port)
        _, checks, _ = page_of(demo, site(demo)["id"], settings)
        assert checks["HL7 v2"][0] == "ok"
        server.shutdown()
    assert heard == [b""]
    code, checks, _ = page_of(demo, site(demo)["id"], settings)
    assert code == 1
    assert checks["HL7 v2"][0] == "failed"


def test_the_second_line_of_a_site_is_tried_by_itself(demo: DemoPlatform, tmp_path: Path) -> None:
    """A second gateway that never worked is found before the first one falls."""
    text = Path(demo.ready["settings"]).read_text("utf-8")
    file, found = tmp_path / "second.toml", []
    up = urlsplit(site(demo)["fhir"]).port  # the same platform under another name
    for second in (f"http://localhost:{up}", "http://127.0.0.1:9"):
        file.write_text(text.replace("[[site]]", f'[[site]]\nsecond_origin = "{second}"'), "utf-8")
        code, checks, _ = page_of(demo, site(demo)["id"], file)
        found.append((code, checks["FHIR"][0], *checks["second line"]))

    assert found[0] == (0, "ok", "ok", f"http://localhost:{up} answers too")
    assert found[1][:3] == (1, "ok", "failed")
    assert "cannot be reached" in found[1][3]


def with_hl7(demo: DemoPlatform, folder: Path, port: int) -> Path:
    text = Path(demo.ready["settings"]).read_text("utf-8")
    text = re.sub(r"(?m)^hl7 = .*$", "", text)  # the demo platform has listeners of its own
    changed = text.replace("[[site]]", f'[[site]]\nhl7 = "mllp://127.0.0.1:{port}"')
    file = folder / "hl7.toml"
    file.write_text(changed, "utf-8")
    return file


@pytest.mark.parametrize(
    ("named", "words"),
    [
        ("nonsense", "not a web address"),
        ("http://hospital.example/fhir", "https"),
        ("http://127.0.0.1:9/fhir", "cannot be reached"),
    ],
)
def test_an_address_that_is_none_is_one_plain_sentence(
    demo: DemoPlatform, named: str, words: str
) -> None:
    """No password goes to it, and no traceback comes back."""
    code, checks, said = page_of(demo, named)
    assert (code, checks) == (1, {})
    assert words in said
    assert "Traceback" not in said
