"""Audit: who did what to which study, durable before it is shown, handed to the platform.

Records form a chain and a signed tree (`protocols.audit_log`). They live in the sealed
store until the platform of their site has them. Identifiers of a study at most: never
a name, never a word of a report.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from workstation.domain.identifiers import SiteId, StudyRef
from workstation.errors import VerificationFailed, WorkstationError
from workstation.protocols.audit_check import AuditSummary, verify_audit
from workstation.protocols.audit_events import EVENTS, audit_event, checkpoint_event
from workstation.protocols.audit_log import Record, export_lines
from workstation.protocols.signature import utc
from workstation.protocols.signing_key import SigningKey
from workstation.services.audit_ledger import Ledger, Owed
from workstation.services.jobs import Job, Jobs
from workstation.services.ports.clock import Clock
from workstation.services.ports.hosting import HostingPlatform
from workstation.services.ports.keeping import Change, SealedStore
from workstation.services.signal import Signal
from workstation.text import tr

log = logging.getLogger("audit")

_SOON_S: Final = 1.0  # records of one click travel together
_FIRST_WAIT_S: Final = 5.0
_LONGEST_WAIT_S: Final = 300.0
_LATE: Final = 10  # of a site's lane: reports go first

#: Actions after which size and root of the log are signed at once.
_SIGNED_AT_ONCE: Final = frozenset({"sign", "security-alert", "sign-out", "stop"})


class Audit:
    """Owned by the application, lives on the home thread; its store work on lane ``store``.

    `device` (the key of this installation) is asked for on that lane: a keyring may take
    its time. `who` gives the reader of a site ("Practitioner/17"), empty while signed out.
    """

    def __init__(
        self,
        store: SealedStore,
        jobs: Jobs,
        clock: Clock,
        platforms: Mapping[SiteId, HostingPlatform],
        device: Callable[[], SigningKey],
        who: Callable[[SiteId], str],
    ) -> None:
        self._jobs = jobs
        self._clock = clock
        self._platforms = platforms
        self._device = device
        self._who = who
        self._ledger = Ledger(store, tuple(platforms))
        self._busy: set[SiteId] = set()
        self._timers: dict[SiteId, Callable[[], None]] = {}
        self._failures: dict[SiteId, int] = {}
        self.rested: Signal[None] = Signal()  # a site has all it could be given now

    def record(
        self,
        action: str,
        *,
        study: StudyRef | None = None,
        site: SiteId | None = None,
        outcome: str = "success",
        detail: Mapping[str, str] | None = None,
    ) -> Job[None]:
        """Settled once the record is durable; a failed job means that it is not.

        Without `study` and `site` it concerns the program, and every site is told.
        """
        entry = self.entry(action, study=study, site=site, outcome=outcome, detail=detail)
        return self._jobs.run(lambda: self.write(entry), lane="store", on_done=self._written)

    def entry(
        self,
        action: str,
        *,
        study: StudyRef | None = None,
        site: SiteId | None = None,
        outcome: str = "success",
        detail: Mapping[str, str] | None = None,
    ) -> Record:
        """A record of this moment, to be written together with something else."""
        if action not in EVENTS:
            raise ValueError(f"{action} is no audited action")
        where = study.site if study else site
        return Record(
            action,
            utc(self._clock.now()),
            where or "",
            self._who(where) if where else self._anybody(),
            study.study if study else "",
            outcome,
            tuple(sorted((detail or {}).items())),
        )

    def write(self, record: Record, changes: Sequence[Change] = ()) -> None:
        """On lane ``store``: this record and `changes`, in one durable transaction."""
        self._ledger.write(record, changes, self._checkpoint_if(record.action))

    def forward(self) -> None:
        """Hand over now what the platforms do not have yet."""
        for site in self._platforms:
            self._failures.pop(site, None)
            self._kick(site)

    @property
    def resting(self) -> bool:
        """Nothing is being handed over now."""
        return not self._busy

    def export(self, path: Path) -> Job[AuditSummary]:
        """Write what is kept here as JSON lines that `workstation audit verify` reads."""
        entry = self.entry("export", detail={"what": "audit-log"})

        def work() -> AuditSummary:
            self.write(entry)
            base, leaves = self._ledger.kept()
            lines = export_lines(base, leaves, self._device(), utc(self._clock.now()))
            try:
                path.write_text("\n".join(lines) + "\n", "utf-8")
            except OSError as error:
                raise WorkstationError(tr("the file cannot be written")) from error
            return verify_audit(lines)

        return self._jobs.run(work, lane="store")

    def _anybody(self) -> str:
        readers = (self._who(site) for site in self._platforms)
        return next((reader for reader in readers if reader), "")

    def _checkpoint_if(self, action: str) -> Callable[[], tuple[SigningKey, str]] | None:
        if action not in _SIGNED_AT_ONCE and not self._ledger.checkpoint_due:
            return None
        return lambda: (self._device(), utc(self._clock.now()))

    # --- handing over -----------------------------------------------------------

    def _written(self, _: None) -> None:
        for site in self._platforms:
            if site not in self._timers and site not in self._busy:
                self._wait(site, _SOON_S)

    def _wait(self, site: SiteId, seconds: float) -> None:
        self._timers[site] = self._jobs.later(seconds, lambda: self._kick(site))

    def _kick(self, site: SiteId) -> None:
        forget = self._timers.pop(site, None)
        if forget is not None:
            forget()
        if site in self._busy or not self._who(site):
            return
        self._busy.add(site)
        owed = self._jobs.run(lambda: self._ledger.owed(site), lane="store")
        owed.then(lambda job: self._send(site, job))

    def _send(self, site: SiteId, job: Job[Owed]) -> None:
        if job.error is not None or not job.result().leaves:
            self._rest(site)
            return
        owed = job.result()
        events = [audit_event(leaf) for leaf in owed.leaves]
        if owed.checkpoint:
            events.append(checkpoint_event(owed.checkpoint))
        sent = self._jobs.run(
            lambda: self._hand_over(site, owed, events), lane=f"site:{site}", priority=_LATE
        )
        sent.then(lambda done: self._sent(site, owed, done))

    def _hand_over(self, site: SiteId, owed: Owed, events: list[dict[str, Any]]) -> None:
        self._platforms[site].send_audit(events)
        log.info("%d records handed to %s", len(owed.leaves), site)

    def _sent(self, site: SiteId, owed: Owed, job: Job[None]) -> None:
        if job.error is not None:
            self._later(site)
            return
        marked = self._jobs.run(lambda: self._ledger.forwarded(site, owed.upto), lane="store")
        marked.then(lambda done: self._marked(site, done))

    def _marked(self, site: SiteId, job: Job[None]) -> None:
        if job.error is not None:  # sent again later; the site knows them by their ids
            self._later(site)
            return
        self._failures.pop(site, None)
        self._busy.discard(site)
        self._kick(site)  # more may have come meanwhile

    def _rest(self, site: SiteId) -> None:
        self._busy.discard(site)
        self.rested.emit(None)

    def _later(self, site: SiteId) -> None:
        self._rest(site)
        failures = self._failures.get(site, 0)
        self._failures[site] = failures + 1
        self._wait(site, min(_LONGEST_WAIT_S, _FIRST_WAIT_S * 2 ** min(failures, 10)))


def verify_file(path: Path) -> AuditSummary:
    """Check an exported log; raises `VerificationFailed` naming the first bad record."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise VerificationFailed(tr("the file cannot be read")) from error
    return verify_audit([line for line in lines if line.strip()])
