"""A workstation without windows that signs a whole night of reports at three sites.

Run as a child by test_delivery_chaos, killed at any moment and started again with the
same words on its command line: it takes up what it left. Ends with 0 once every report of
every case is acknowledged. Each case gets a preliminary, a final and two addenda.
"""

import json
import queue
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from attrs import evolve, field, frozen
from signing_child import FileSecrets, signed_by

from workstation.adapters.clock import SystemClock
from workstation.adapters.mllp import MllpLine
from workstation.adapters.platform import FhirPlatform
from workstation.adapters.site_client import SiteClient, sign_ons
from workstation.adapters.store import Opened, open_store
from workstation.domain.identifiers import AccessionNumber, ReportId, SiteId
from workstation.domain.report import (
    ReportState,
    SignedReport,
)
from workstation.domain.worklist import WorklistItem
from workstation.errors import Refused, SignInFailed, SiteUnavailable, WorkstationError
from workstation.protocols.delivery import State
from workstation.services.audit import Audit
from workstation.services.delivery.delivery import Deliveries
from workstation.services.delivery.keys import Keys
from workstation.services.delivery.messages import Messages
from workstation.services.delivery.sealing import Outside
from workstation.services.jobs import Job, Jobs
from workstation.services.ports.hosting import Credentials
from workstation.settings import load

#: What is signed for each case, in this order.
KINDS = (
    ("preliminary", ReportState.PRELIMINARY),
    ("final", ReportState.FINAL),
    ("first addendum", ReportState.ADDENDED),
    ("second addendum", ReportState.ADDENDED),
)
#: Reports on their way at once; more would be a night nobody reads.
AT_ONCE = 48


def report_id(accession: str, kind: str) -> ReportId:
    """The same after each restart, as the draft that is reopened has the same id."""
    return ReportId(str(uuid.uuid5(uuid.NAMESPACE_URL, f"{accession}/{kind}")))


def words(accession: str, kind: str) -> str:
    return f"Case {accession}, {kind}: nothing acute; ≤ 3 mm, naïve, “as before”."


@frozen
class Night:
    """What one program has; built anew after each kill."""

    home: "queue.SimpleQueue[Callable[[], None]]"
    credentials: Credentials
    platforms: dict[SiteId, tuple[SiteClient, FhirPlatform]]
    readers: dict[SiteId, tuple[str, str]]  # id, name
    items: dict[tuple[SiteId, AccessionNumber], WorklistItem]
    opened: Opened
    deliveries: Deliveries
    jobs: Jobs = field(repr=False)

    def run_until(self, done: Callable[[], bool]) -> None:
        while not done():
            self.home.get(timeout=120)()
            self._sign_in_again()

    def _sign_in_again(self) -> None:
        """As a reader does when told so: an answer with a new token that was lost on the
        line ends the session, since the old one may be used no more.
        """
        for client, platform in self.platforms.values():
            if client.sign_on.identity is None:
                entered(platform, self.credentials)

    def outcome(self, job: Job[Any]) -> BaseException | None:
        self.run_until(lambda: job.done)
        return job.error

    def settled(self, job: Job[Any]) -> None:
        self.outcome(job)
        job.result()

    def sealed(self, report: ReportId) -> bool:
        return self.opened.store.get("meta", f"manifest.{report}") is not None

    def on_their_way(self) -> int:
        """Refused ones too: a night must not end with one."""
        return sum(entry.open or entry.state is State.REFUSED for entry in self.deliveries.entries)


def main() -> None:
    wanted = json.loads(sys.argv[1])
    night = _begun(wanted)
    resumed = night.deliveries.resume()
    night.settled(resumed)
    for site, accession in wanted["cases"]:
        item = night.items[SiteId(site), AccessionNumber(accession)]
        for signed in _reports(night, item):
            if not night.sealed(signed.report.id):
                if signed.status is ReportState.PRELIMINARY:
                    _claimed(night, item)
                night.settled(night.deliveries.sign_and_send(signed, item))
        night.run_until(lambda: night.on_their_way() <= AT_ONCE)
    night.run_until(lambda: night.on_their_way() == night.deliveries.counts()[2])
    for entry in night.deliveries.entries:
        if entry.state is State.REFUSED:
            sys.stdout.write(f"refused {entry.accession} {entry.status}: {entry.reason}\n")
    sys.stdout.write(f"{len(night.deliveries.entries)} delivered by this run\n")


def _begun(wanted: dict[str, object]) -> Night:
    home: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
    clock, folder = SystemClock(), Path(str(wanted["folder"]))
    by_message = wanted["by_message"]
    assert isinstance(by_message, list)
    sites = tuple(
        evolve(each, report="hl7", timeout_seconds=5.0) if each.id in by_message else each
        for each in load(Path(str(wanted["settings"]))).sites
    )
    sign_on = sign_ons(sites, clock)
    clients = {s.id: SiteClient(s, sign_on(s), clock) for s in sites}
    platforms = {site: FhirPlatform(client) for site, client in clients.items()}
    credentials = Credentials(str(wanted["user"]), str(wanted["password"]))
    found = {site: entered(platform, credentials) for site, platform in platforms.items()}
    readers = {site: (reader, name) for site, (reader, name, _) in found.items()}
    items = {(i.site, i.accession): i for *_, items in found.values() for i in items}
    by_task = {item.key: item for item in items.values()}
    secrets = FileSecrets(folder / "secrets.json")
    opened = open_store(folder / "store", secrets)
    assert opened.notice == "", opened.notice
    jobs = Jobs(home.put)
    for site in sites:
        jobs.lane(f"site:{site.id}", 3)
    keys = Keys(secrets, clock)
    audit = Audit(opened.store, jobs, clock, {}, keys.device, lambda site: readers[site][0])
    outside = Outside(
        platforms, lambda site: readers[site][0], str, by_task.get,
        message=Messages({each.id: each for each in sites}),
        lines={each.id: MllpLine(each, clock) for each in sites},
    )  # fmt: skip
    deliveries = Deliveries(opened.store, jobs, clock, audit, keys, outside, wait_s=lambda _: 0.1)
    both = {site: (clients[site], platforms[site]) for site in clients}
    return Night(home, credentials, both, readers, items, opened, deliveries, jobs)


def entered(
    platform: FhirPlatform, credentials: Credentials
) -> tuple[str, str, tuple[WorklistItem, ...]]:
    """Signed in, with the list; a reader tries again where the line breaks."""
    while True:
        try:
            reader = platform.sign_in(credentials)
            return reader.id, reader.name, platform.feed("").items
        except (SiteUnavailable, SignInFailed, Refused):
            time.sleep(0.1)


def _claimed(night: Night, item: WorklistItem) -> None:
    """As a reader does before reading; what is taken already is taken by an earlier run."""
    while True:
        claim = night.jobs.run(
            lambda: night.platforms[item.site][1].claim(item), lane=f"site:{item.site}"
        )
        error = night.outcome(claim)
        if error is None:
            return
        if not isinstance(error, WorkstationError):
            raise error


def _reports(night: Night, item: WorklistItem) -> Iterator[SignedReport]:
    reader, name = night.readers[item.site]
    first: ReportId | None = None
    for kind, status in KINDS:
        report, text = report_id(item.accession, kind), words(item.accession, kind)
        signed = evolve(signed_by(reader, name, item, report, text), status=status)
        if status is ReportState.ADDENDED:
            signed = evolve(signed, predecessor=first)
        elif status is ReportState.FINAL:
            first = report
        yield signed


if __name__ == "__main__":
    main()
