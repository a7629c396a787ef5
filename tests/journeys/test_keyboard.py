"""A case from the worklist to the acknowledged report without touching the mouse."""

import sys
from pathlib import Path

import pytest
from demo_platform import DemoPlatform
from reading import Reading, reports

pytestmark = pytest.mark.slow


def test_a_case_is_read_and_signed_by_keys_alone(platform: DemoPlatform, tmp_path: Path) -> None:
    """A hand that goes to the mouse leaves the image; a whole shift is read without it.

    With a finding (template, voice, autotext, measurement, checks), then a normal one: the next
    case comes by itself, "all else normal" and the signature are two actions.
    """
    reader = Reading(tmp_path / "reader")
    script = Path(__file__).parent / "by_keys.py"
    user = "jo.sample"
    command = [sys.executable, str(script), platform.ready["settings"], user]

    done = reader.go([*command, platform.password(user)], reader.environment(), patience_s=150)

    assert done.code == 0, done.stderr
    site = next(o["site"] for o in platform.orders() if o["accession"] == done.said)
    (report,) = reports(platform, site, done.said)
    assert report["status"] in ("final", "preliminary")
