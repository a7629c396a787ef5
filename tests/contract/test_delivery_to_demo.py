"""Reports over real HTTP to a platform that is not our code: filed, checked, followed up."""

import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

import pytest
from attrs import evolve
from demo_platform import DemoPlatform, start_platform
from fakes import Home

from workstation.adapters.clock import SystemClock
from workstation.adapters.memory_store import MemoryStore
from workstation.adapters.platform import FhirPlatform
from workstation.adapters.secrets import MemorySecrets
from workstation.adapters.site_client import SiteClient, sign_ons
from workstation.domain.identifiers import ReportId, SiteId
from workstation.domain.report import (
    Binding,
    Field,
    FieldSpec,
    Report,
    ReportState,
    Section,
    SectionKind,
    SignedReport,
    Signer,
)
from workstation.domain.worklist import WorklistItem
from workstation.protocols.verification import verify_reports
from workstation.services.audit import Audit
from workstation.services.delivery import Deliveries
from workstation.services.jobs import Jobs
from workstation.services.keys import Keys
from workstation.services.ports import Credentials
from workstation.services.sealing import Outside
from workstation.settings import load

pytestmark = pytest.mark.slow

ELLIPSE = MappingProxyType(
    {
        "id": "B2", "kind": "ellipse", "value": 81.7, "unit": "mm²", "note": "calibrated",
        "stats": {"mean": -812.25, "sd": 11.5}, "stats_unit": "HU",
        "series_uid": "2.25.1", "sop_uid": "2.25.2", "frame": 1,
    }
)  # fmt: skip


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[DemoPlatform, Path]]:
    folder = tmp_path_factory.mktemp("demo")
    with start_platform(folder, data=folder / "data") as running:
        yield running, folder / "data"


class Workplace:
    """Real HTTP, real threads, one site; its store is in memory."""

    def __init__(self, demo: DemoPlatform, site_id: str) -> None:
        clock = SystemClock()
        site = next(each for each in load(demo.settings).sites if each.id == site_id)
        self.site = site.id
        self.client = SiteClient(site, sign_ons([site], clock)(site), clock)
        self.platform = FhirPlatform(self.client)
        user = "jo.sample"
        self.reader = self.platform.sign_in(Credentials(user, demo.password(user)))
        self.home = Home()
        self.jobs = Jobs(self.home.post)
        store, keys = MemoryStore(), Keys(MemorySecrets("a test"), clock)
        platforms: dict[SiteId, Any] = {site.id: self.platform}
        self.audit = Audit(
            store, self.jobs, clock, platforms, keys.device, lambda _: self.reader.id
        )
        outside = Outside(platforms, lambda _: self.reader.id, lambda _: site.name)
        self.deliveries = Deliveries(
            store, self.jobs, clock, self.audit, keys, outside, wait_s=lambda _: 0.05
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.jobs.close()
        self.client.close()

    def claim_one(self) -> WorklistItem:
        free = (i for i in self.platform.feed("").items if i.state == "unread")
        return self.platform.claim(next(free))

    def deliver(self, signed: SignedReport, item: WorklistItem) -> str:
        self.deliveries.sign_and_send(signed, item)
        wanted = signed.report.id

        def settled() -> bool:
            entry = self.deliveries.of(wanted)
            return entry is not None and not entry.open

        self.home.drain(settled)
        entry = self.deliveries.of(wanted)
        assert entry is not None
        return f"{entry.state.value} {entry.reason}".strip()

    def signed(self, item: WorklistItem, text: str) -> SignedReport:
        binding = Binding(
            item.site, item.study, item.accession, item.task, item.patient, item.procedure,
            item.order_id, item.patient_ref, item.imaging_ref,
        )  # fmt: skip
        words = Field(FieldSpec("impression"), text=text, edited=True)
        section = Section(SectionKind.IMPRESSION, "Impression", (words,))
        report = Report(ReportId(str(uuid.uuid4())), binding, "free-text", (section,))
        now = SystemClock().now()
        signer = Signer(self.reader.id, self.reader.name, "MD-60412", now, "password")
        html = f"<html><body><p>{text}</p></body></html>"
        return SignedReport(
            report, ReportState.FINAL, signer, now, report.plain_text, html, None, (ELLIPSE,)
        )


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
