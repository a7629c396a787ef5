"""A site in memory that files reports as docs/conformance.md says, and can go silent."""

import base64
import copy
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from fakes import FakeClock, InlineJobs
from fakes_platform import site

from workstation.adapters.memory_store import MemoryStore
from workstation.adapters.secrets import MemorySecrets
from workstation.domain.identifiers import (
    AccessionNumber,
    ReportId,
    SiteId,
    StudyUID,
    TaskId,
)
from workstation.domain.patient import Patient
from workstation.domain.report import (
    Binding,
    Overread,
    Report,
    ReportState,
    Section,
    SectionKind,
    SignedReport,
    Signer,
)
from workstation.domain.report_field import Field, FieldSpec
from workstation.domain.worklist import Priority, Tier, WorklistItem
from workstation.errors import Conflict, SiteUnavailable
from workstation.protocols.verification import Verified, verify_reports
from workstation.services.audit import Audit
from workstation.services.delivery.delivery import Deliveries
from workstation.services.delivery.keys import Keys
from workstation.services.delivery.messages import Messages
from workstation.services.delivery.sealing import Outside
from workstation.services.ports.hosting import Receipt
from workstation.services.ports.keeping import SealedStore

SITE = SiteId("harbor")
READER = "Practitioner/17"
RW = "urn:reading-workstation:"
PATIENT = Patient("Canary, Zelda", "MRN-000417", "urn:oid:2.25.1", date(1958, 3, 2), "F")
STUDY = StudyUID("2.25.4711")
ACCESSION = AccessionNumber("HG-20417")

Fault = Callable[["FakePlatform", bytes], None]


def silent_before(_platform: "FakePlatform", _payload: bytes) -> None:
    """The request is lost on its way."""
    raise SiteUnavailable("the site did not answer")


def silent_after(platform: "FakePlatform", payload: bytes) -> None:
    """The report is filed, the answer is lost."""
    platform.file(payload)
    raise SiteUnavailable("the site did not answer")


class FakePlatform:
    """Only what trust needs of a `HostingPlatform`; every call is in `calls`."""

    site = SITE

    def __init__(self, *, ignores_if_none_exist: bool = False) -> None:
        self.calls: list[str] = []
        self.received: list[dict[str, Any]] = []
        self.reports: list[dict[str, Any]] = []
        self.provenances: dict[str, dict[str, Any]] = {}
        self.events: dict[str, Mapping[str, Any]] = {}
        self.faults: list[Fault | Exception | None] = []
        self.close_faults: list[Fault | Exception | None] = []
        self.down = False
        self.deaf_to_audit = False
        self.ignores_if_none_exist = ignores_if_none_exist
        self.task = task_resource()

    def resource(self, reference: str) -> Mapping[str, Any] | None:
        self._called(f"read {reference}")
        if reference.startswith("Provenance/"):
            return self.provenances.get(reference.partition("/")[2])
        return copy.deepcopy(self.task) if reference == f"Task/{self.task['id']}" else None

    def claim(self, item: WorklistItem) -> WorklistItem:
        self._called("claim")
        self.task = self.task | {"status": "accepted", "owner": {"reference": READER}}
        self.touch()
        return item

    def deliver(self, payload: bytes) -> Receipt:
        self._called("deliver")
        fault = self.faults.pop(0) if self.faults else None
        if isinstance(fault, Exception):
            raise fault
        if fault is not None:
            fault(self, payload)
        return self.file(payload)

    def find_report(self, report: ReportId) -> Receipt | None:
        self._called("look up")
        for number, kept in enumerate(self.reports):
            if kept["identifier"][0]["value"] == f"urn:uuid:{report}":
                return _receipt(number)
        return None

    def close_case(self, payload: bytes) -> None:
        """The second step, all of it or nothing."""
        self._called("close")
        fault = self.close_faults.pop(0) if self.close_faults else None
        if isinstance(fault, Exception):
            raise fault
        for entry in json.loads(payload)["entry"]:
            resource = entry.get("resource", {})
            if resource.get("resourceType") == "Task":
                if entry["request"]["ifMatch"] != f'W/"{self.task["meta"]["versionId"]}"':
                    raise Conflict("the case changed meanwhile")
                self.task = resource
                self.touch()
            elif resource.get("resourceType") == "Provenance":
                self.provenances.setdefault(resource["id"], resource)
        if fault is not None:
            fault(self, payload)

    def send_audit(self, events: Sequence[Mapping[str, Any]]) -> None:
        if self.down or self.deaf_to_audit:
            raise SiteUnavailable("the site did not answer")
        for event in events:
            self.events[event["id"]] = event

    def file(self, payload: bytes) -> Receipt:
        """One transaction: all of it, or `Conflict` and nothing."""
        entries = json.loads(payload)["entry"]
        by_kind = {e["resource"]["resourceType"]: e for e in entries if "resource" in e}
        put = by_kind.get("Task")
        if put and put["request"]["ifMatch"] != f'W/"{self.task["meta"]["versionId"]}"':
            raise Conflict("the case changed meanwhile")
        report = by_kind["DiagnosticReport"]["resource"]
        known = [r for r in self.reports if r["identifier"] == report["identifier"]]
        if self.ignores_if_none_exist or not known:
            self.reports.append(report)
        if put:
            self.task = put["resource"]
            self.touch()
        provenance = by_kind["Provenance"]["resource"]
        self.provenances[provenance["id"]] = provenance
        self.received.append(json.loads(payload))
        return _receipt(len(self.reports) - 1)

    def touch(self) -> None:
        """Somebody changed the Task: a heartbeat, the platform itself."""
        version = int(self.task["meta"]["versionId"]) + 1
        self.task = self.task | {"meta": {"versionId": str(version)}}

    def texts(self) -> list[str]:
        """What the site would show: the plain text of each report it holds."""
        return [
            base64.b64decode(form["data"]).decode()
            for report in self.reports
            for form in report["presentedForm"]
            if form["contentType"] == "text/plain"
        ]

    def _called(self, what: str) -> None:
        self.calls.append(what)
        if self.down:
            raise SiteUnavailable("the site did not answer")


class FakeLine:
    """The HL7 listener of a site: files what it takes as reports of its platform."""

    def __init__(self, platform: FakePlatform) -> None:
        self._platform = platform
        self.messages: list[bytes] = []
        self.faults: list[Exception | None] = []  # before it is taken
        self.lost_acks = 0  # taken, and nobody is told

    def send(self, message: bytes) -> Receipt:
        self._platform.calls.append("send")
        if self.faults and (fault := self.faults.pop(0)):
            raise fault
        self.messages.append(message)
        report = next(
            line.split("|")[5] for line in message.decode().split("\r") if "|report^" in line
        )
        name = {"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{report}"}
        self._platform.reports.append({"identifier": [name]})
        if self.lost_acks:
            self.lost_acks -= 1
            raise SiteUnavailable("the site did not answer")
        return Receipt("", datetime(2026, 11, 22, 21, 44, tzinfo=UTC), "AA")


def _receipt(number: int) -> Receipt:
    return Receipt(
        f"DiagnosticReport/{number}", datetime(2026, 11, 22, 21, 45, tzinfo=UTC), "final"
    )


def task_resource(**changes: Any) -> dict[str, Any]:
    tier = {"coding": [{"system": f"{RW}tier", "code": changes.pop("tier", "final")}]}
    return {
        "resourceType": "Task",
        "id": "7",
        "meta": {"versionId": "3"},
        "status": "accepted",
        "intent": "order",
        "performerType": [tier],
        "owner": {"reference": READER, "display": "Sample, Jo"},
        "extension": [
            {"url": f"{RW}lease-until", "valueDateTime": "2026-11-22T22:00:00Z"},
            {"url": f"{RW}jurisdiction", "valueCode": "US-WA"},
        ],
        "somethingElse": {"kept": True},
    } | changes


def signed_report(
    status: ReportState = ReportState.FINAL,
    *,
    report_id: str = "6f9619ff-8b86-4011-b42d-00c04fc964ff",
    impression: str = "No acute abnormality.",
    predecessor: str | None = None,
    measurements: tuple[Mapping[str, object], ...] = (),
    study: StudyUID = STUDY,
    overread: Overread | None = None,
) -> SignedReport:
    binding = Binding(
        SITE, study, ACCESSION, TaskId("7"), PATIENT, "CT chest",
        "ServiceRequest/9", "Patient/4", "ImagingStudy/5",
    )  # fmt: skip
    field = Field(FieldSpec("impression"), text=impression, edited=True)
    section = Section(SectionKind.IMPRESSION, "Impression", (field,))
    report = Report(ReportId(report_id), binding, "free-text", (section,))
    at = datetime(2026, 11, 22, 21, 40, tzinfo=UTC)
    return SignedReport(
        report,
        status,
        Signer(READER, "Sample, Jo", "MD-60412", at, "password"),
        at,
        report.plain_text,
        f"<html><body><p>{impression}</p></body></html>",
        ReportId(predecessor) if predecessor else None,
        measurements,
        overread,
    )


def item() -> WorklistItem:
    at = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
    return WorklistItem(
        SITE, TaskId("7"), "3", STUDY, ACCESSION, PATIENT, "CT chest", "CTCH", "CT",
        Priority.STAT, Tier.FINAL, at, at, at, "US-WA",
    )  # fmt: skip


class Bench:
    """Deliveries with everything around them, on one thread and a clock that stands."""

    def __init__(
        self, platform: FakePlatform | None = None, store: SealedStore | None = None
    ) -> None:
        self.platform = platform or FakePlatform()
        self.store: SealedStore = store or MemoryStore()
        self.clock = FakeClock()
        self.signed_in = READER
        self.secrets = MemorySecrets("a test")
        self.line = FakeLine(self.platform)
        self.by_message = False  # how the site takes reports
        self.start()

    def start(self) -> None:
        """The program starts (again): only the store and the secrets are as they were."""
        self.jobs = InlineJobs(self.clock)
        platforms: dict[SiteId, Any] = {SITE: self.platform}
        keys = Keys(self.secrets, self.clock)
        self.audit = Audit(
            self.store, self.jobs, self.clock, platforms, keys.device, lambda _: self.signed_in
        )
        outside = Outside(
            platforms, lambda _: self.signed_in, lambda _: "Harbor General",
            message=self._message, lines={SITE: self.line},
        )  # fmt: skip
        self.deliveries = Deliveries(
            self.store, self.jobs, self.clock, self.audit, keys, outside,
            wait_s=lambda failures: 2.0**failures,
        )  # fmt: skip

    def _message(self, signed: SignedReport, item: WorklistItem, pdf: bytes) -> bytes:
        return Messages({SITE: site(report="hl7")})(signed, item, pdf) if self.by_message else b""

    def sign(self, signed: SignedReport | None = None) -> ReportId:
        signed = signed or signed_report()
        self.deliveries.sign_and_send(signed, item()).result()
        return signed.report.id

    def state(self, report: ReportId) -> str:
        delivery = self.deliveries.of(report)
        assert delivery is not None
        return delivery.state.value

    def actions(self) -> list[str]:
        """The whole audit log, here or handed over already, as actions."""
        leaves = {
            json.loads(leaf)["n"]: leaf for leaf in (*self.handed_over(), *self.store.audit())
        }
        return [json.loads(leaf)["action"] for _, leaf in sorted(leaves.items())]

    def handed_over(self) -> list[str]:
        """The records that the site holds, as they were written here."""
        return [
            base64.b64decode(event["extension"][0]["valueBase64Binary"]).decode()
            for event in self.platform.events.values()
            if event["extension"][0]["url"] == f"{RW}leaf"
        ]


def verify_report(data: bytes, roots: Sequence[bytes] = ()) -> Verified:
    """What `workstation verify` says of one file by itself."""
    (verified,) = verify_reports([("report.json", data)], roots)
    return verified
