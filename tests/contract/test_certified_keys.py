"""A reader's key is certified by a platform that is not our code, and a stranger's is not."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from demo_platform import DemoPlatform, start_platform
from fakes_trust import signed_report, task_resource
from sending_place import Workplace

from workstation.adapters.enrolment import Enrolment
from workstation.errors import Refused
from workstation.protocols.enrolment import enrol
from workstation.protocols.report_bundle import bundle, seal
from workstation.protocols.signing_key import certificate_request, new_key
from workstation.protocols.web import Request

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[DemoPlatform, Path]]:
    folder = tmp_path_factory.mktemp("demo")
    with start_platform(folder, data=folder / "data") as running:
        yield running, folder


def _verify(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "workstation", "verify", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_what_a_certified_key_signed_is_trusted_and_a_strangers_report_is_not(
    demo: tuple[DemoPlatform, Path], tmp_path: Path
) -> None:
    """From the CA file of the site alone, on any machine, without our keyring."""
    platform, folder = demo
    (tmp_path / "ca.pem").write_text(platform.site("harbor")["ca"])
    with Workplace(platform, "harbor") as place:
        item = place.claim_one()
        assert place.deliver(place.signed(item, "Certified."), item) == "acknowledged"
    (received,) = (folder / "data" / "harbor" / "received").glob("*-report.json")
    stranger = new_key(place.reader.id, place.reader.name, signed_report().signed_at)
    letter = seal(
        signed_report(), stranger, effective=signed_report().signed_at, site_name="Harbor",
        previous="",
    )  # fmt: skip
    (tmp_path / "forged.json").write_bytes(bundle(letter, task_resource()))

    good = _verify("--trust", str(tmp_path / "ca.pem"), str(received))
    bad = _verify("--trust", str(tmp_path / "ca.pem"), str(tmp_path / "forged.json"))

    assert (good.returncode, good.stderr) == (0, "")
    assert "certified by Harbor General readers (demo)" in good.stdout
    assert bad.returncode == 1
    assert bad.stderr == (
        "forged.json: key: nobody you trust certified it; a stranger may have signed this\n"
    )
    assert _verify(str(tmp_path / "forged.json")).returncode == 0  # the mathematics alone holds
    assert (folder / "data" / "harbor" / "ca.pem").read_text() == platform.site("harbor")["ca"]


def test_nobody_gets_a_certificate_who_may_not_sign_or_holds_no_key(
    demo: tuple[DemoPlatform, Path],
) -> None:
    """The site knows its readers by their sign-in, and believes no name in a request."""
    platform, _ = demo
    with Workplace(platform, "harbor") as place:
        enrolment = Enrolment(place.client)
        key = new_key("Practitioner/999", "Somebody, Else", signed_report().signed_at)
        (certified,) = enrolment.certify(certificate_request(key, "Somebody, Else"))
        assert place.reader.name.encode() in certified
        assert b"Else" not in certified
        with pytest.raises(Refused):
            place.client.request(_garbled(platform))
    est = platform.site("harbor")["est"]
    asked = httpx2.post(f"{est}/simpleenroll", content=certificate_request(key, "x"))
    assert asked.status_code == 401
    name = next(each["name"] for each in platform.ready["users"] if each["role"] == "auditor")
    with platform.client("harbor", name) as http:
        assert http.post(f"{est}/simpleenroll", content=b"AAAA").status_code == 403


def _garbled(platform: DemoPlatform) -> Request:
    key = new_key("Practitioner/17", "Sample, Jo", signed_report().signed_at)
    request = bytearray(certificate_request(key, "Sample, Jo"))
    request[-1] ^= 1
    return enrol(platform.site("harbor")["est"], bytes(request))
