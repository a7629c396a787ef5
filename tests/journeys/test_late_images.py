"""Images that arrive while the reader signs: the signature does not overtake them."""

import time
from pathlib import Path

import pytest
from demo_platform import start_platform
from reading import Done, Reading, reports
from test_two_patients import ACCESSION, OWN, REPORT, file_at, folder_of, slice_of

pytestmark = pytest.mark.slow


def test_images_that_came_since_the_last_heartbeat_stop_the_signature(tmp_path: Path) -> None:
    """The late series holds the finding: the report that says "None." must not go out first.

    The next heartbeat is a minute away; what asks the site instead is held until they are filed.
    """
    own = folder_of(tmp_path / "studies", *(slice_of(OWN, 1, n) for n in (1, 2, 3)))
    with start_platform(tmp_path, [own]) as platform:
        (order,) = [each for each in platform.orders() if each["accession"] == ACCESSION]
        reader = Reading(tmp_path / "r")
        lines = [
            f"case.open {ACCESSION}", "wait loaded", *REPORT, "state {before}", "report.sign",
            "quit",
        ]  # fmt: skip
        running = reader.start(platform, lines)
        while not reader.files.joinpath("before.json").exists():
            assert running.poll() is None, running.communicate()[1]
            time.sleep(0.02)
        slow = {"match": "^PUT /fhir/Task", "do": "delay", "seconds": 2.0, "times": 1}
        platform.faults(**{order["site"]: {"rules": [slow]}})
        file_at(platform, *(slice_of(OWN, 2, n) for n in (1, 2)))
        _, said = running.communicate(timeout=60)
        done = Done(running.returncode, said, reader.files)
        sent = reports(platform, order["site"], ACCESSION)

    assert done.code == 1
    assert "Traceback" not in done.stderr
    assert "2 more images have arrived since: nothing was signed" in done.stderr
    assert sent == []
