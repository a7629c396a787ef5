"""A workstation without windows that signs one report, and takes up what a killed one left.

Run as a child by test_delivery_kills: it may die at any failpoint. Ends with 0 once the
site has the report, and prints the state of the delivery.
"""

import json
import queue
import sys
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from attrs import evolve, frozen

from workstation.adapters.clock import SystemClock
from workstation.adapters.mllp import MllpLine
from workstation.adapters.platform import FhirPlatform
from workstation.adapters.site_client import SiteClient, sign_ons
from workstation.adapters.store import open_store
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
from workstation.services.delivery.delivery import Deliveries
from workstation.services.delivery.keys import Keys
from workstation.services.delivery.messages import Messages
from workstation.services.delivery.sealing import Outside
from workstation.services.jobs import Jobs
from workstation.services.ports.hosting import Credentials
from workstation.services.reading.case import binding_of
from workstation.settings import load


class FileSecrets:
    """The keyring's place in these tests: it must outlive the child that is killed."""

    ram_only = ""

    def __init__(self, path: Path) -> None:
        self._path = path

    def get(self, name: str) -> str | None:
        return self._all().get(name)

    def set(self, name: str, value: str) -> None:
        self._path.write_text(json.dumps(self._all() | {name: value}))

    def forget(self, name: str) -> None:
        raise NotImplementedError

    def _all(self) -> dict[str, Any]:
        return json.loads(self._path.read_text()) if self._path.exists() else {}


@frozen
class Wanted:
    settings: Path
    folder: Path
    site: SiteId
    accession: str
    text: str
    user: str
    password: str
    by_message: bool = False

    @property
    def report(self) -> ReportId:
        """The same after each restart, as the draft that is reopened has the same id."""
        return ReportId(str(uuid.uuid5(uuid.NAMESPACE_URL, self.accession)))


def main() -> None:
    raw = json.loads(sys.argv[1])
    wanted = Wanted(
        Path(raw.pop("settings")), Path(raw.pop("folder")), SiteId(raw.pop("site")), **raw
    )
    home: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
    clock = SystemClock()
    site = next(each for each in load(wanted.settings).sites if each.id == wanted.site)
    if wanted.by_message:
        site = evolve(site, report="hl7")
    platform = FhirPlatform(SiteClient(site, sign_ons([site], clock)(site), clock))
    reader = platform.sign_in(Credentials(wanted.user, wanted.password))
    item = next(i for i in platform.feed("").items if i.accession == wanted.accession)

    secrets = FileSecrets(wanted.folder / "secrets.json")
    opened = open_store(wanted.folder / "store", secrets)
    assert opened.notice == "", opened.notice
    jobs = Jobs(home.put)
    keys = Keys(secrets, clock)
    # Audit records stay here: so every POST in the site's log is a report.
    audit = Audit(opened.store, jobs, clock, {}, keys.device, lambda _: reader.id)
    outside = Outside(
        {site.id: platform}, lambda _: reader.id, lambda _: site.name, lambda _: item,
        message=Messages({site.id: site}), lines={site.id: MllpLine(site, clock)},
    )  # fmt: skip
    deliveries = Deliveries(opened.store, jobs, clock, audit, keys, outside, wait_s=lambda _: 0.05)

    def run_until(done: Callable[[], bool]) -> None:
        while not done():
            home.get(timeout=20)()

    resumed = deliveries.resume()
    run_until(lambda: resumed.done)
    resumed.result()
    if opened.store.get("meta", f"manifest.{wanted.report}") is None:  # never sealed: sign (again)
        mine = item if item.holder_id == reader.id else platform.claim(item)
        signed = signed_by(reader.id, reader.name, mine, wanted.report, wanted.text)
        deliveries.sign_and_send(signed, mine)
    elif not deliveries.entries:  # acknowledged and wiped before the kill
        sys.stdout.write("acknowledged\n")
        return
    finished = ("acknowledged", "refused")
    run_until(
        lambda: (
            bool(deliveries.entries)
            and all(e.state in finished and not e.open for e in deliveries.entries)
        )
    )
    run_until(lambda: not opened.store.all("outbox") or deliveries.counts()[2] > 0)
    entry = deliveries.entries[0]
    sys.stdout.write(f"{entry.state.value} {entry.reason}\n")


def signed_by(
    reader: str, name: str, item: WorklistItem, report: ReportId, text: str
) -> SignedReport:
    """A final report of one sentence."""
    words = Field(FieldSpec("impression"), text=text, edited=True)
    section = Section(SectionKind.IMPRESSION, "Impression", (words,))
    made = Report(report, binding_of(item), "free-text", (section,))
    now = SystemClock().now()
    signer = Signer(reader, name, "MD-60412", now, "password")
    html = f"<html><body><p>{text}</p></body></html>"
    return SignedReport(made, ReportState.FINAL, signer, now, made.plain_text, html)


if __name__ == "__main__":
    main()
