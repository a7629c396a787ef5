"""The case that programs at one desk have open together (FHIRcast, IHE IRA).

Owned by the application, lives on the home thread. What is opened here is told; what another
program opens is followed by the rules of a case that was sent here (`launching`). No open case is
ever left because another program left it. What cannot be followed is answered so, and who did not
follow us is named until the programs are in step again.
"""

import logging
from collections import deque
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from uuid import uuid4

from attrs import evolve, frozen

from workstation.domain.identifiers import SiteId, StudyRef, TaskRef
from workstation.domain.report import SignedReport
from workstation.domain.report_states import STATES
from workstation.domain.worklist import WorklistItem
from workstation.errors import CommandError, WorkstationError
from workstation.protocols import fhircast
from workstation.protocols.fhircast import Event
from workstation.protocols.fhircast_context import of_case, of_signed, report_id
from workstation.services.jobs import Job, Jobs
from workstation.services.ports.context import ContextLine
from workstation.services.queue.rows import Row
from workstation.services.queue.worklist import Worklist
from workstation.services.reading.launching import Launching
from workstation.services.reading.session import ReadingSession
from workstation.services.signal import Signal
from workstation.text import tr

log = logging.getLogger("fhircast")

_FOLLOWED, _LATER, _WRONG, _REFUSED = 200, 202, 400, 409
#: FHIRcast 2.5: who cannot say by then whether it follows says that it does not.
_DECIDES_S: Final = 10.0
_REMEMBERED: Final = 64
#: So far the clocks of programs at a desk may differ; the hub tells events in its own order.
_SKEW: Final = timedelta(seconds=5)


@frozen
class _Shared:
    """The case that is open here, as the hub knows it."""

    item: WorklistItem
    report: str
    closed_there: bool = False


class SharedContext:
    """`changed`: who is out of step, or no longer. `told`: said once."""

    def __init__(
        self,
        lines: Mapping[SiteId, ContextLine],
        worklist: Worklist,
        session: ReadingSession,
        launching: Launching,
        jobs: Jobs,
    ) -> None:
        self._lines, self._worklist = lines, worklist
        self._session, self._launching, self._jobs = session, launching, jobs
        self.problem = ""
        self.changed: Signal[None] = Signal()
        self.told: Signal[str] = Signal()
        self._up: dict[SiteId, bool] = {}  # of the lines that were opened
        self._silent: set[SiteId] = set()  # the reader was told
        self._shared: _Shared | None = None
        self._following: tuple[TaskRef, Event] | None = None  # answered with "perhaps later"
        self._own: deque[str] = deque(maxlen=_REMEMBERED)  # ids of what we told
        self._versions: dict[SiteId, str] = {}
        self._since: dict[SiteId, datetime] = {}  # when the context was established
        worklist.changed.connect(lambda _: self._begin())
        worklist.signed_out.connect(lambda _: self.stop())
        session.changed.connect(lambda _: self._look())
        session.opening.connect(self._opening)
        launching.declined.connect(lambda key: self._give_up(key, tr("the reader said not now")))

    # --- the line -------------------------------------------------------------

    def _begin(self) -> None:
        """The first thing the hub tells is what is open: only a list that is here can follow."""
        listed = {s.id for s in self._worklist.sites if s.reader and s.last_answer}
        for site in listed & self._lines.keys() - self._up.keys():
            self._up[site] = False
            self._lines[site].open(partial(self._bring, site))

    def _bring(self, site: SiteId, message: fhircast.Message | None) -> None:
        """On the thread of a line."""
        self._jobs.bring_home(lambda: self._heard(site, message))

    def stop(self) -> None:
        """The reader leaves: this desk is no longer one of them."""
        for site in self._up:
            self._jobs.run(self._lines[site].close, lane=_lane(site))
        self._following = None
        self._up.clear()
        self._silent.clear()
        self.settle()

    def settle(self) -> None:
        """The reader knows who is out of step."""
        if self.problem:
            self.problem = ""
            self.changed.emit(None)

    def tell_again(self) -> None:
        """What is open here, to those that did not follow. Raises CommandError."""
        shared = self._shared
        if shared is None or not self._up.get(shared.item.site):
            raise CommandError(tr("no other program listens to this desk"))
        self.settle()
        self._tell(shared, fhircast.REPORT_OPEN)

    def _heard(self, site: SiteId, message: fhircast.Message | None) -> None:
        if site not in self._up:
            return  # the reader left
        match message:
            case None:
                self._lost(site)
            case fhircast.Confirmed():
                self._up[site] = True
                self._silent.discard(site)
                self._announce_again(site)
            case fhircast.OutOfStep():
                self._answer(site, message.id, _FOLLOWED)
                if message.id not in self._own:
                    self._out_of_step(message)
            case fhircast.Unreadable():
                log.warning("%s: the hub sent what cannot be read", site)
                if message.id:
                    self._answer(site, message.id, _WRONG)
            case Event():
                self._event(site, message)

    def _lost(self, site: SiteId) -> None:
        self._up[site] = False
        if site not in self._silent:
            self._silent.add(site)
            name = self._session.site(site).name
            self.told.emit(tr("{site}: other programs at this desk do not follow now", site=name))

    def _announce_again(self, site: SiteId) -> None:
        """The line was away: the others do not know what is open here."""
        shared = self._shared
        if shared is not None and shared.item.site == site and not shared.closed_there:
            self._tell(shared, fhircast.REPORT_OPEN)

    def _out_of_step(self, message: fhircast.OutOfStep) -> None:
        who = message.subscriber or tr("Another program")
        said = tr("{who} does not show this case", who=who)
        self.problem = tr("{said}: {why}", said=said, why=message.why) if message.why else said
        self.changed.emit(None)

    # --- what others do -------------------------------------------------------

    def _event(self, site: SiteId, event: Event) -> None:
        if event.version:
            self._versions[site] = event.version
        if event.id in self._own:
            self._answer(site, event.id, _FOLLOWED)  # ours, as the hub tells it to all
        elif event.opens:
            self._opened_there(site, event)
        elif event.closes:
            self._closed_there(site, event)
        else:
            self._answer(site, event.id, _FOLLOWED)  # its version is all we keep of it

    def _is_late(self, site: SiteId, event: Event) -> bool:
        """2.5: what is older than what established the context does not change it."""
        since = self._since.get(site)
        return event.at is not None and since is not None and event.at < since - _SKEW

    def _opened_there(self, site: SiteId, event: Event) -> None:
        row = self._row(site, event)
        shared = self._shared
        if shared is not None and event.is_of(shared.item):
            report = event.report or shared.report
            self._shared = evolve(shared, report=report, closed_there=False)
            self._answer(site, event.id, _FOLLOWED)
            self.settle()
        elif row is None or not row.verdict.allowed or self._is_late(site, event):
            self._answer(site, event.id, _REFUSED)
            self.told.emit(self._why_not(site, row))
        else:
            self._answer(site, event.id, _LATER)
            self._follow(row.item.key, event)

    def _follow(self, key: TaskRef, event: Event) -> None:
        self._following = key, event
        now = self._lines[key.site].now()
        self._since[key.site] = min(event.at or now, now)  # a fast clock must not shut others out
        self._jobs.later(_DECIDES_S, lambda: self._still_asked(event))
        self._launching.offer(key, event.id)

    def _why_not(self, site: SiteId, row: Row | None) -> str:
        name = self._session.site(site).name
        late = tr("before what is open now")
        why = row.verdict.reason or late if row is not None else tr("it is not on your list")
        return tr("Another program opened a case of {site}: {why}", site=name, why=why)

    def _closed_there(self, site: SiteId, event: Event) -> None:
        shared = self._shared
        if self._following is not None and event.is_about_same(self._following[1]):
            self._launching.withdraw(self._following[0])
            self._following = None
        if shared is None or not event.is_of(shared.item):
            self._answer(site, event.id, _FOLLOWED)
            return
        self._shared = evolve(shared, closed_there=True)
        self._answer(site, event.id, _REFUSED)
        self._session.note(tr("Closed in another program; here it stays open until you leave it"))

    def _still_asked(self, event: Event) -> None:
        if self._following is not None and self._following[1] is event:
            self._give_up(self._following[0], tr("the reader has another case open"))

    def _give_up(self, key: TaskRef, why: str) -> None:
        """It was answered with "perhaps later", and is not followed."""
        if self._following is not None and self._following[0] == key:
            event, self._following = self._following[1], None
            context = fhircast.not_followed(event.id, event.name, why)
            self._post(key.site, fhircast.SYNC_ERROR, context)

    def _opening(self, opening: tuple[StudyRef, Job[None]]) -> None:
        """One that was to be followed and is not to be had: the others learn it."""
        ref, opened = opening
        if self._following is not None:
            key, why = self._following[0], tr("it could not be opened")
            if any(row.item.key == key and row.item.ref == ref for row in self._worklist.rows):
                opened.then(lambda job: self._give_up(key, why) if job.error else None)

    def _row(self, site: SiteId, event: Event) -> Row | None:
        rows = (row for row in self._worklist.rows if row.item.site == site)
        return next((row for row in rows if event.is_of(row.item)), None)

    # --- what is done here ----------------------------------------------------

    def _look(self) -> None:
        """A case was opened, or left."""
        case, shared = self._session.case, self._shared
        if case is not None and shared is not None and case.item.key == shared.item.key:
            return
        if shared is not None:
            self._shared = None
            self.settle()
            if not shared.closed_there:
                self._tell(shared, fhircast.REPORT_CLOSE)
        if case is None or case.item.site not in self._lines:
            return
        if self._following is not None and self._following[0] == case.item.key:
            report, self._following = self._following[1].report, None
            self._shared = _Shared(case.item, report or report_id(case.item))
        else:
            self._shared = _Shared(case.item, report_id(case.item))
            self._tell(self._shared, fhircast.REPORT_OPEN)

    def signed(self, signed: SignedReport) -> None:
        """The report of the open case has a status; only where the hub shares content (2.10)."""
        shared = self._shared
        if shared is not None and (version := self._versions.get(shared.item.site)):
            status = STATES[signed.status].fhir
            context = of_signed(shared.item, shared.report, status)
            self._post(shared.item.site, fhircast.REPORT_UPDATE, context, version)

    def _tell(self, shared: _Shared, name: str) -> None:
        site = shared.item.site
        self._versions.pop(site, None)
        if name == fhircast.REPORT_OPEN:
            self._since[site] = self._lines[site].now()
        self._post(site, name, of_case(shared.item, shared.report))

    def _post(self, site: SiteId, name: str, context: fhircast.Context, version: str = "") -> None:
        if not self._up.get(site):
            return  # told again when the line is back
        line, id_ = self._lines[site], str(uuid4())
        self._own.append(id_)
        body = fhircast.event(line.topic, name, id_, line.now(), context, version)
        self._jobs.run(
            lambda: line.post(body), lane=_lane(site), on_error=lambda why: self._untold(site, why)
        )

    def _untold(self, site: SiteId, why: WorkstationError) -> None:
        log.warning("%s: the hub did not take it: %s", site, type(why).__name__)
        if site in self._up:  # else the reader left meanwhile
            name = self._session.site(site).name
            self.told.emit(tr("{site}: other programs were not told of it", site=name))

    def _answer(self, site: SiteId, id_: str, status: int) -> None:
        line = self._lines[site]
        self._jobs.run(lambda: line.answer(id_, status), lane=_lane(site))


def _lane(site: SiteId) -> str:
    return f"fhircast:{site}"
