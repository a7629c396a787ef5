"""Another program sends cases to the desk: the real program runs, a second start hands over."""

import json
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from demo_platform import DemoPlatform
from joserfc import jwt
from joserfc.jwk import ECKey
from reading import Reading

pytestmark = pytest.mark.soak

ISSUER = "https://ris.harbor.example"
RIS, STRANGER = ECKey.generate_key("P-256"), ECKey.generate_key("P-256")
FIRST, SECOND = "HG-26-118204", "HG-26-118219"


def settings_of(platform: DemoPlatform, folder: Path) -> Path:
    """The platform's settings, where one hospital's RIS may send cases."""
    keys = folder / "ris-keys.json"
    keys.write_text(json.dumps({"keys": [RIS.as_dict(private=False)]}))
    text = platform.settings.read_text("utf-8")
    more = f'id = "harbor"\nlaunch_issuer = "{ISSUER}"\nlaunch_keys = "{keys}"\n'
    told, count = re.subn(r'^id = "harbor"\n', more, text, flags=re.MULTILINE)
    assert count == 1
    path = folder / "settings.toml"
    path.write_text(told, "utf-8")
    return path


def task_of(platform: DemoPlatform, accession: str) -> str:
    with platform.client("harbor") as http:
        base = platform.site("harbor")["fhir"]
        orders = http.get(f"{base}/ServiceRequest", params={"identifier": accession}).json()
        (order,) = (entry["resource"]["id"] for entry in orders["entry"])
        found = http.get(f"{base}/Task", params={"focus": f"ServiceRequest/{order}"}).json()
    (only,) = (entry["resource"]["id"] for entry in found["entry"])
    return str(only)


def token(task: str, name: str, key: ECKey = RIS, ends: int = 120) -> str:
    at = int(time.time()) - 60
    claims: dict[str, Any] = {
        "iss": ISSUER, "aud": "urn:reading-workstation:desk", "iat": at, "exp": at + 60 + ends,
        "jti": name, "task": task,
    }  # fmt: skip
    return jwt.encode({"alg": "ES256"}, claims, key)


class Portal:
    """The program that has the button: it starts the workstation with a link."""

    def __init__(self, reader: Reading, settings: Path) -> None:
        self._reader, self._settings = reader, settings

    def send(self, words: str) -> "subprocess.CompletedProcess[str]":
        command = [
            sys.executable, "-m", "workstation", "open", "--launch", "-",
            "--settings", str(self._settings),
        ]  # fmt: skip
        return subprocess.run(
            command, env=self._reader.environment(), input=words, capture_output=True, text=True,
            timeout=60, check=False,
        )  # fmt: skip


def appears(pattern: str, folder: Path) -> None:
    deadline = time.monotonic() + 60
    while not any(folder.rglob(pattern)):
        assert time.monotonic() < deadline, f"no {pattern} came"
        time.sleep(0.05)


def test_a_second_start_hands_its_case_to_the_program_that_runs(
    platform: DemoPlatform, tmp_path: Path
) -> None:
    """One desk for one reader: two programs would hold two claims; a link that anybody can write,
    or that was used before, opens nobody's images."""
    reader = Reading(tmp_path / "reader")
    settings = settings_of(platform, tmp_path)
    one, other = (task_of(platform, accession) for accession in (FIRST, SECOND))
    portal, first = Portal(reader, settings), token(one, "a")
    lines = ["wait case", "state {first}", "case.close", "wait case", "state {second}", "quit"]
    running = subprocess.Popen(
        reader.command(settings, lines), env=reader.signed_in(platform),
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        appears("desk-*.json", reader.home)
        stranger = portal.send(token(one, "b", STRANGER))
        late = portal.send(token(one, "c", ends=-120))
        taken = portal.send(f"workstation://open?launch={first}")
        appears("first.json", reader.files)
        again = portal.send(first)
        after = portal.send(token(other, "d"))
        _, said = running.communicate(timeout=60)
    finally:
        running.kill()

    assert running.returncode == 0, said
    assert (taken.returncode, taken.stderr, after.returncode) == (0, "", 0)
    refused = {stranger.stderr: "signed it", late.stderr: "expired", again.stderr: "used before"}
    for words, why in refused.items():
        assert why in words
        assert len(words.splitlines()) == 1
    assert {each.returncode for each in (stranger, late, again)} == {1}
    opened = [
        json.loads((reader.files / f"{n}.json").read_text())["case"] for n in ("first", "second")
    ]
    assert [case["accession"] for case in opened] == [FIRST, SECOND]
