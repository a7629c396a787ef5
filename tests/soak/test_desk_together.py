"""The real program beside another maker's: what the one opens, the other shows."""

import re
import subprocess
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from demo_platform import DemoPlatform
from fhircast_peer import Other
from reading import Reading, study_uid

pytestmark = pytest.mark.soak

FIRST, SECOND = "HG-26-118204", "HG-26-118219"
EVENTS = "DiagnosticReport-open,DiagnosticReport-close,SyncError"


def settings_of(platform: DemoPlatform, folder: Path, topic: str) -> Path:
    """The platform's settings, with the hub of one hospital."""
    hub = platform.site("harbor")["fhircast"]
    more = f'id = "harbor"\nfhircast_hub = "{hub}"\nfhircast_topic = "{topic}"\n'
    text = platform.settings.read_text("utf-8")
    told, count = re.subn(r'^id = "harbor"\n', more, text, flags=re.MULTILINE)
    assert count == 1
    path = folder / "settings.toml"
    path.write_text(told, "utf-8")
    return path


def told(message: dict[str, Any]) -> tuple[str, str]:
    """The event, and the accession it is about."""
    (study,) = (e["resource"] for e in message["event"]["context"] if e["key"] == "study")
    return message["event"]["hub.event"], study["identifier"][1]["value"]


def test_the_desk_follows_another_program_and_is_followed(
    platform: DemoPlatform, tmp_path: Path
) -> None:
    """RIS, viewer and dictation stand at one patient; nobody types an accession twice."""
    reader, topic = Reading(tmp_path / "reader"), str(uuid4())
    settings = settings_of(platform, tmp_path, topic)
    lines = [
        "wait case", "state {first}", f"case.open {SECOND}", "state {second}", "case.close",
        "wait case", "state {third}", "quit",
    ]  # fmt: skip
    with Other.at(platform, topic, EVENTS) as other:
        opened = study_uid(platform, FIRST)
        assert other.tells("DiagnosticReport-open", opened, "theirs") == 202
        assert other.hears()["id"] == "theirs"
        running = subprocess.Popen(
            reader.command(settings, lines), env=reader.signed_in(platform),
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            heard = [told(other.hears()) for _ in range(3)]
            other.tells("DiagnosticReport-open", opened, "again")
            assert other.hears()["id"] == "again"
            _, said = running.communicate(timeout=60)
        finally:
            running.kill()

    assert running.returncode == 0, said
    assert heard == [  # what it followed it does not tell as its own
        ("DiagnosticReport-close", FIRST),
        ("DiagnosticReport-open", SECOND),
        ("DiagnosticReport-close", SECOND),
    ]
    names = {"first": FIRST, "second": SECOND, "third": FIRST}
    done = {n: (reader.files / f"{n}.json").read_text("utf-8") for n in names}
    for name, accession in names.items():
        assert f'"accession": "{accession}"' in done[name]
