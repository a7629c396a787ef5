"""A workstation without windows that claims and sends: real HTTP, real threads, one site."""

import uuid
from types import MappingProxyType
from typing import Any, Self

from attrs import evolve
from demo_platform import DemoPlatform
from fakes import Home

from workstation.adapters.clock import SystemClock
from workstation.adapters.enrolment import Enrolment
from workstation.adapters.memory_store import MemoryStore
from workstation.adapters.platform import FhirPlatform
from workstation.adapters.report_lines import report_line
from workstation.adapters.secrets import MemorySecrets
from workstation.adapters.site_client import SiteClient, sign_ons
from workstation.domain.identifiers import ReportId, SiteId
from workstation.domain.report import (
    Report,
    ReportState,
    Section,
    SectionKind,
    SignedReport,
    Signer,
)
from workstation.domain.report_field import Field, FieldSpec
from workstation.domain.worklist import WorklistItem
from workstation.services.audit import Audit
from workstation.services.delivery.certification import Certification
from workstation.services.delivery.delivery import Deliveries
from workstation.services.delivery.keys import Keys
from workstation.services.delivery.messages import Messages
from workstation.services.delivery.sealing import Outside
from workstation.services.jobs import Jobs
from workstation.services.ports.hosting import Credentials
from workstation.services.reading.case import also_of, binding_of
from workstation.settings import load

ELLIPSE = MappingProxyType(
    {
        "id": "B2", "kind": "ellipse", "value": 81.7, "unit": "mm²", "note": "calibrated",
        "stats": {"mean": -812.25, "sd": 11.5}, "stats_unit": "HU",
        "series_uid": "2.25.1", "sop_uid": "2.25.2", "frame": 1,
    }
)  # fmt: skip


class Workplace:
    """Real HTTP, real threads, one site; its store is in memory."""

    def __init__(
        self, demo: DemoPlatform, site_id: str, user: str = "jo.sample", **agreed: Any
    ) -> None:
        clock = SystemClock()
        site = next(each for each in load(demo.settings).sites if each.id == site_id)
        site = evolve(site, **agreed)
        self.site = site.id
        self.client = SiteClient(site, sign_ons([site], clock)(site), clock)
        self.platform = FhirPlatform(self.client)
        self.reader = self.platform.sign_in(Credentials(user, demo.password(user)))
        self.home = Home()
        self.jobs = Jobs(self.home.post)
        store, keys = MemoryStore(), Keys(MemorySecrets("a test"), clock, {site.id})
        certification = Certification(keys, {site.id: Enrolment(self.client)}, self.jobs)
        platforms: dict[SiteId, Any] = {site.id: self.platform}
        self.audit = Audit(
            store, self.jobs, clock, platforms, keys.device, lambda _: self.reader.id
        )
        messages = Messages({site.id: site})
        outside = Outside(
            platforms, lambda _: self.reader.id, lambda _: site.name, certify=certification.renew,
            message=messages, apart=messages.apart,
            lines={site.id: report_line(site, self.platform)},
        )  # fmt: skip
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

    def signed(self, item: WorklistItem, text: str, *also: WorklistItem) -> SignedReport:
        binding = evolve(binding_of(item), also=tuple(map(also_of, also)))
        words = Field(FieldSpec("impression"), text=text, edited=True)
        section = Section(SectionKind.IMPRESSION, "Impression", (words,))
        report = Report(ReportId(str(uuid.uuid4())), binding, "free-text", (section,))
        now = SystemClock().now()
        signer = Signer(self.reader.id, self.reader.name, "MD-60412", now, "password")
        html = f"<html><body><p>{text}</p></body></html>"
        return SignedReport(
            report, ReportState.FINAL, signer, now, report.plain_text, html, None, (ELLIPSE,)
        )
