"""The whole program, killed after a measurement: what was made two seconds ago is there again."""

import base64
import json
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from demo_platform import DemoPlatform, start_platform
from reading import Reading, study_uid

pytestmark = pytest.mark.soak

#: Long enough for the slowest machine that runs this; nothing is measured by it.
PATIENCE_S = 60.0
QA, ANOTHER = "KN-26-QA01", "KN-26-7741"
MEASURE = (
    f"case.open {QA}", "wait loaded", "tool.length 10 10 40.5 10", "tool.ellipse 20 20 60 50",
    "viewport.scroll 3", "tool.rectangle 5 5 25 30", "measurement.delete A2",
    "tool.length 0 0 12 9", "state {before}",
    *("viewport.scroll 1", "viewport.scroll -1") * 20_000,  # the kill comes while the reader reads
)  # fmt: skip
LOOK = (
    f"case.open {QA}", "wait loaded", "state {after}",
    f"case.open {ANOTHER}", "wait loaded", "state {other}", "quit",
)  # fmt: skip


def until(holds: Callable[[], bool], child: "subprocess.Popen[str]") -> None:
    end = time.monotonic() + PATIENCE_S
    while not holds():
        assert child.poll() is None, child.communicate()[1]
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.05)


def draft_at(platform: DemoPlatform) -> dict[str, Any]:
    """The reader's draft of the case, as the site holds it; empty while there is none."""
    with platform.client("nord") as http:
        base = platform.site("nord")["fhir"]
        orders = http.get(f"{base}/ServiceRequest", params={"identifier": QA}).json()
        (order,) = (entry["resource"]["id"] for entry in orders["entry"])
        found = http.get(
            f"{base}/DiagnosticReport", params={"based-on": f"ServiceRequest/{order}"}
        ).json()
    partial = [
        entry["resource"]
        for entry in found.get("entry", [])
        if entry["resource"]["status"] == "partial"
    ]
    if not partial:
        return {}
    (only,) = partial
    body: dict[str, Any] = json.loads(base64.b64decode(only["presentedForm"][0]["data"]))
    return body


def names(draft: dict[str, Any]) -> list[str]:
    return [each["id"] for each in draft.get("measurements", [])]


def test_measurements_outlive_the_program_without_a_word_written(tmp_path: Path) -> None:
    """Part 7: kill -9 loses nothing that is two seconds old, and nothing lands elsewhere."""
    reader = Reading(tmp_path / "reader")
    with start_platform(tmp_path) as platform:
        child = reader.start(platform, MEASURE)
        until(lambda: names(draft_at(platform)) == ["A1", "A3", "A4"], child)
        child.kill()
        child.communicate(timeout=20)
        assert child.returncode == -signal.SIGKILL
        again = reader.run(platform, LOOK).must_be_good()
        study = study_uid(platform, QA)

    before = json.loads((reader.files / "before.json").read_text("utf-8"))["measurements"]
    after = again.state("after")["measurements"]
    assert [each["id"] for each in before] == ["A1", "A3", "A4"]
    assert after == before  # value, unit, frame, points, name and revision
    assert again.state("after")["case"]["study_uid"] == study
    assert again.state("other")["measurements"] == []
