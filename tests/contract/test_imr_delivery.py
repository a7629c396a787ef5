"""Reports to a site that stores them by IHE IMR: the closed bundle first, then the rest.

The receiver is the demo platform, which is not our code but of this project; what the bundle
may hold is held against the profile of IMR 1.1.0 as it is written there.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from demo_platform import DemoPlatform, start_platform
from sending_place import Workplace

from workstation.domain.identifiers import ReportId
from workstation.protocols.verification import verify_reports

pytestmark = pytest.mark.slow

#: Closed slicing of `imr-store-multimedia-report-bundle`: these, and nothing else.
ADMITTED = {"DiagnosticReport", "ServiceRequest", "ImagingStudy"}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[DemoPlatform, Path]]:
    folder = tmp_path_factory.mktemp("imr")
    with start_platform(folder, data=folder / "data") as running:
        yield running, folder / "data"


@pytest.fixture(autouse=True)
def no_faults(demo: tuple[DemoPlatform, Path]) -> Iterator[None]:
    yield
    demo[0].faults(all={"rules": []})


def bundles(data: Path, report: ReportId) -> list[dict[str, Any]]:
    """What the site got of a report, in the order it came."""
    files = sorted((data / "harbor").glob("*/*.json"), key=lambda file: file.stat().st_mtime_ns)
    texts = [file.read_text("utf-8") for file in files]
    found = [json.loads(text) for text in texts if report in text]
    return [each for each in found if each.get("type") == "transaction"]


def kinds(bundle: dict[str, Any]) -> list[str]:
    return [each["resource"]["resourceType"] for each in bundle["entry"] if "resource" in each]


def test_the_first_bundle_holds_what_the_profile_admits_and_the_case_follows(
    demo: tuple[DemoPlatform, Path],
) -> None:
    """A repository of IMR refuses a bundle with a Task in it; the queue still has to know."""
    platform, data = demo
    with Workplace(platform, "harbor", report="imr") as place:
        item = place.claim_one()
        signed = place.signed(item, "No nodule.")

        assert place.deliver(signed, item) == "acknowledged"

        first, second = bundles(data, signed.report.id)
        files = [(f"{n}.json", json.dumps(b).encode()) for n, b in enumerate((second, first))]
        (held,) = verify_reports(files)
        assert held.report == signed.report.id
        assert set(kinds(first)) == {"DiagnosticReport"} <= ADMITTED
        assert first["meta"]["profile"][0].endswith("/imr-store-multimedia-report-bundle")
        (report,) = (each["resource"] for each in first["entry"])
        assert report["presentedForm"][0]["contentType"] == "text/html"
        assert all("reference" not in each for each in report["result"])
        assert set(kinds(second)) == {"Observation", "Provenance", "Task"}
        order = next(o for o in platform.orders() if o["accession"] == item.accession)
        assert order["state"] == "final"


def test_after_a_lost_answer_the_site_is_asked_and_nothing_is_there_twice(
    demo: tuple[DemoPlatform, Path],
) -> None:
    """The answer to the first step is lost: the report is found, and only the rest is sent."""
    platform, data = demo
    lost = {"match": "POST /fhir$", "do": "drop", "times": 1}
    with Workplace(platform, "harbor", report="imr") as place:
        item = place.claim_one()
        signed = place.signed(item, "Lost once.")
        platform.faults(harbor={"rules": [lost]})

        assert place.deliver(signed, item) == "acknowledged"

    assert [kinds(each)[:1] for each in bundles(data, signed.report.id)] == [
        ["DiagnosticReport"], ["Observation"],
    ]  # fmt: skip
    asked = [
        line for line in platform.log()
        if line["method"] == "GET" and signed.report.id in line["query"]
    ]  # fmt: skip
    assert len(asked) == 2  # once for the lost answer, once to name the report in its Task


def test_after_a_lost_second_step_it_is_taken_again_and_the_report_is_not_sent_again(
    demo: tuple[DemoPlatform, Path],
) -> None:
    """Completing a case may be asked any number of times."""
    platform, data = demo
    first = {"match": "POST /fhir$", "do": "delay", "seconds": 0.001, "times": 1}
    lost = {"match": "POST /fhir$", "do": "drop", "times": 1}
    with Workplace(platform, "harbor", report="imr") as place:
        item = place.claim_one()
        signed = place.signed(item, "Twice asked.")
        platform.faults(harbor={"rules": [first, lost]})

        assert place.deliver(signed, item) == "acknowledged"

        sent = [kinds(each)[0] for each in bundles(data, signed.report.id)]
        assert sent.count("DiagnosticReport") == 1
        order = next(o for o in platform.orders() if o["accession"] == item.accession)
        assert order["state"] == "final"
