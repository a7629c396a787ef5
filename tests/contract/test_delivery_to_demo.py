"""Reports over real HTTP to a platform that is not our code: filed, checked, followed up."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from attrs import evolve
from demo_platform import DemoPlatform, start_platform
from sending_place import Workplace

from workstation.domain.identifiers import ReportId
from workstation.domain.report import (
    ReportState,
)
from workstation.protocols.verification import verify_reports

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[DemoPlatform, Path]]:
    folder = tmp_path_factory.mktemp("demo")
    with start_platform(folder, data=folder / "data") as running:
        yield running, folder / "data"


def _received(data: Path, site: str, report: ReportId) -> bytes:
    """The one file that brought this report."""
    files = (data / site / "received").glob("*-report.json")
    (found,) = (f for f in files if _brings(f, report))
    return found.read_bytes()


def _brings(file: Path, report: ReportId) -> bool:
    entries = json.loads(file.read_bytes())["entry"]
    return any(each.get("fullUrl") == f"urn:uuid:{report}" for each in entries)


def test_a_final_report_and_its_addendum_are_filed_and_can_be_checked(
    demo: tuple[DemoPlatform, Path],
) -> None:
    """The whole of what the wire agreement asks, against its second implementation."""
    platform, data = demo
    with Workplace(platform, "harbor") as place:
        item = place.claim_one()
        first = place.signed(item, "First.")
        more = place.signed(item, "More.")
        addendum = evolve(
            more, status=ReportState.ADDENDED, predecessor=first.report.id, measurements=()
        )

        states = [place.deliver(first, item), place.deliver(addendum, item)]

        assert states == ["acknowledged", "acknowledged"]
        sent = [_received(data, "harbor", each.report.id) for each in (first, addendum)]
        statuses = [v.status for v in verify_reports(zip("12", sent, strict=True))]
        assert statuses == ["final", "addended"]
        order = next(o for o in platform.orders() if o["accession"] == item.accession)
        assert order["state"] == "final"


def test_a_report_reaches_a_hospital_whose_first_gateway_is_off(
    demo: tuple[DemoPlatform, Path],
) -> None:
    """The claim, the report and the addresses that the site names go by the second, once."""
    platform, data = demo
    up = next(each for each in platform.ready["sites"] if each["id"] == "harbor")
    address = urlsplit(up["fhir"])
    with socket.socket() as off:  # nobody listens
        off.bind(("127.0.0.1", 0))
        gone = f"127.0.0.1:{off.getsockname()[1]}"
        first = {name: up[name].replace(address.netloc, gone) for name in ("fhir", "dicomweb")}
        second = f"{address.scheme}://{address.netloc}"
        with Workplace(platform, "harbor", **first, second_origin=second) as place:
            item = place.claim_one()
            signed = place.signed(item, "By the second.")

            assert place.deliver(signed, item) == "acknowledged"
            assert place.platform.images.of(item.study).startswith(second)

    assert _received(data, "harbor", signed.report.id)


def test_measurements_are_filed_as_observations_of_the_report(
    demo: tuple[DemoPlatform, Path],
) -> None:
    """A number in a text cannot be followed up; a coded one with its image can."""
    platform, _ = demo
    with Workplace(platform, "harbor") as place:
        item = place.claim_one()
        signed = place.signed(item, "Measured.")

        place.deliver(signed, item)

        delivery = place.deliveries.of(signed.report.id)
        assert delivery is not None
        report = place.platform.resource(delivery.location)
        assert report is not None
        (result,) = report["result"]
        observation = place.platform.resource(result["reference"])
        assert observation is not None
        assert observation["valueQuantity"] == {
            "value": 81.7,
            "unit": "mm²",
            "system": "http://unitsofmeasure.org",
            "code": "mm2",
        }
        assert [c["valueQuantity"]["code"] for c in observation["component"]] == ["[hnsf'U]"] * 2


def test_a_preliminary_report_gives_the_case_back_for_its_final(
    demo: tuple[DemoPlatform, Path],
) -> None:
    """What was promised as final is not done with a preliminary."""
    platform, _ = demo
    with Workplace(platform, "nord") as place:
        item = place.claim_one()
        preliminary = evolve(place.signed(item, "Preliminary."), status=ReportState.PRELIMINARY)

        state = place.deliver(preliminary, item)

        assert state == "acknowledged"
        order = next(o for o in platform.orders() if o["accession"] == item.accession)
        assert order["state"] == "preliminary"
        again = next(i for i in place.platform.feed("").items if i.task == item.task)
        final = place.signed(place.platform.claim(again), "Final.")
        assert place.deliver(final, again) == "acknowledged"


def test_audit_records_and_checkpoints_reach_the_platform(
    demo: tuple[DemoPlatform, Path],
) -> None:
    """Sent twice, they are there once."""
    platform, _ = demo
    with Workplace(platform, "nord") as place:
        item = place.claim_one()
        place.deliver(place.signed(item, "Audited."), item)
        place.audit.record("accessed", study=item.ref)
        site = platform.site("nord")

        def codes() -> list[str]:
            with platform.client("nord", "ana.auditor") as http:
                found = http.get(f"{site['fhir']}/AuditEvent", params={"_count": "500"}).json()
            resources = [e["resource"] for e in found.get("entry", ())]
            mine = [r for r in resources if item.study in json.dumps(r) or "entity" not in r]
            return [r["subtype"][0]["code"] for r in mine]

        place.home.drain(lambda: "accessed" in codes())

        assert sorted(set(codes())) == ["accessed", "checkpoint", "deliver", "sign"]
        assert codes().count("sign") == 1


def test_one_report_answers_two_orders_and_completes_both(
    demo: tuple[DemoPlatform, Path],
) -> None:
    """CT of chest and abdomen, ordered apart and read as one: neither order stays on the list.

    All in one transaction: no order is ever completed without the report that answers it.
    """
    platform, data = demo
    with Workplace(platform, "harbor") as place:
        first, second = place.claim_one(), place.claim_one()
        signed = place.signed(first, "Chest and abdomen.", second)

        state = place.deliver(signed, first)

        assert state == "acknowledged"
        answered = {first.accession, second.accession}
        states = {o["state"] for o in platform.orders() if o["accession"] in answered}
        assert states == {"final"}
        for item in (first, second):
            issued = place.platform.issued(item)
            assert issued is not None
            assert issued.id == signed.report.id
        sent = _received(data, "harbor", signed.report.id)
        (found,) = verify_reports([("1", sent)])
        assert found.status == "final"


def test_where_one_of_two_orders_is_somebody_elses_nothing_is_sent(
    demo: tuple[DemoPlatform, Path],
) -> None:
    """Half of an answer would leave one order with a report that says it is about two."""
    platform, _ = demo
    with Workplace(platform, "nord") as place, Workplace(platform, "nord", "rae.resident") as rae:
        first, second = place.claim_one(), place.claim_one()
        place.platform.release(second, "")
        again = next(i for i in rae.platform.feed("").items if i.task == second.task)
        rae.platform.claim(again)
        signed = place.signed(first, "Both.", second)

        state = place.deliver(signed, first)

        assert state == "refused the case is held by Resident, Rae now"
        assert place.platform.find_report(signed.report.id) is None
