"""A scripted night: twelve cases, three sites, and all that may happen to a reader."""

import json
import sys
from collections import Counter
from pathlib import Path

import pytest
from demo_platform import DemoPlatform, start_platform
from night import CASES, studies
from reading import Reading, reports

pytestmark = pytest.mark.slow


def _all_final(platform: DemoPlatform) -> dict[str, str]:
    return {order["accession"]: order["site"] for order in platform.orders("final")}


def test_a_night_of_twelve_cases_with_everything_that_happens(tmp_path: Path) -> None:
    """Two STAT interruptions, a claim lost to a colleague, a hospital that goes silent, a late
    series: at the end twelve patients have their report, each once, and nobody's is lost."""
    reader = Reading(tmp_path / "reader")
    folder = studies(tmp_path / "studies")
    with start_platform(tmp_path, [folder]) as platform:
        ready = tmp_path / "night.json"
        ready.write_text(json.dumps(platform.ready))
        command = [sys.executable, str(Path(__file__).parent / "night.py"), str(ready)]
        paths = ":".join(each for each in sys.path if each)

        done = reader.go(command, reader.environment(PYTHONPATH=paths), patience_s=150)

        assert done.code == 0, done.stderr
        told = json.loads(done.said)
        final = _all_final(platform)
        filed = {a: reports(platform, site, a) for a, site in final.items()}

    assert len(set(told["signed"])) == CASES - 1 == len(told["signed"])
    assert told["accepted"] == sorted(told["signed"]) == sorted(final)
    assert told["open"] == []
    assert len(set(final.values())) == 3
    assert all("Half a sen" in words for words in told["resumed"])
    assert len(told["resumed"]) == 2
    assert told["lost"] not in final
    assert "Mine so far." in told["kept"]
    assert "Visitor" in told["why"]
    assert told["refused"]
    assert told["while_down"] in ("queued", "in-doubt")
    need, late, images = told["late"]
    assert (need, images, told["alarms_after"]) == ("late-images", 2, 0)
    statuses = {a: Counter(each["status"] for each in found) for a, found in filed.items()}
    assert statuses.pop(late) == {"final": 1, "appended": 1}
    assert set(map(frozenset, (each.items() for each in statuses.values()))) == {
        frozenset({("final", 1)})
    }
