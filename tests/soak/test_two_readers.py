"""The races and refusals of the whole program that need two readers."""

from pathlib import Path

import pytest
from demo_platform import start_platform
from reading import QA, Reading, study_uid

pytestmark = pytest.mark.soak


def test_of_two_readers_one_gets_the_case_and_the_other_is_told_who(tmp_path: Path) -> None:
    """Two reads of one case waste a night; and the second would never know."""
    lines = (f"case.claim {QA}",)
    with start_platform(tmp_path) as platform:
        platform.faults(nord={"delay_s": 0.2})  # both have asked before one has won
        two = [
            Reading(tmp_path / user).start(
                platform, lines, user=user, password=platform.password(user)
            )
            for user in ("jo.sample", "kim.visitor")
        ]
        ended = [(each.communicate(timeout=60)[1], each.returncode) for each in two]

    assert sorted(code for _, code in ended) == [0, 1], ended
    (told,) = (said for said, code in ended if code == 1)
    winner = next(n for n, (_, code) in enumerate(ended) if code == 0)
    assert ("Sample", "Visitor")[winner] in told, told


def test_without_the_licence_no_image_is_asked_for(tmp_path: Path) -> None:
    """To fetch what may not be read is a disclosure already."""
    with start_platform(tmp_path) as platform:
        accession = next(o["accession"] for o in platform.orders("unread") if o["site"] == "mesa")
        study = study_uid(platform, accession)
        done = Reading(tmp_path / "kim").run(
            platform, [f"case.open {accession}", "quit"], user="kim.visitor"
        )
        asked = [e for e in platform.log() if study in e["path"] or study in e["query"]]
        images = [e for e in platform.log() if "/dicomweb" in e["path"] and e["site"] == "mesa"]

    assert done.code == 1
    assert "licen" in done.stderr.lower(), done.stderr
    assert "Traceback" not in done.stderr
    assert asked == []
    assert images == []
