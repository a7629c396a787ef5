"""Unfinished words save themselves: on the platform, or sealed here while it is silent."""

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, tzinfo
from typing import Final, Literal

from attrs import frozen

from workstation.domain.identifiers import ReportId, SiteId
from workstation.domain.worklist import Lack, WorklistItem
from workstation.errors import WorkstationError
from workstation.services.jobs import Job, Jobs
from workstation.services.ports.clock import Clock
from workstation.services.ports.hosting import HostingPlatform
from workstation.services.ports.keeping import SealedStore
from workstation.services.signal import Signal
from workstation.text import tr

log = logging.getLogger("drafts")

#: At most this long after the first unsaved change a save begins.
SAVE_AFTER_S: Final = 1.0
#: A platform that takes longer to answer is not waited for: the words are sealed here meanwhile.
SLOW_AFTER_S: Final = 0.6
#: While the platform does not answer, it is asked again this often.
RETRY_AFTER_S: Final = 15.0

Where = Literal["", "unsaved", "platform", "here", "memory", "nowhere"]


@frozen
class DraftState:
    """Where the latest words are kept, and since when (this machine's clock)."""

    where: Where = ""
    at: datetime | None = None
    zone: tzinfo = UTC
    alone: bool = False  # the site keeps no drafts: here is where they are meant to be

    @property
    def text(self) -> str:
        """For the status bar: "Draft saved 18:14:58 PST"."""
        when = self.at.astimezone(self.zone).strftime("%H:%M:%S %Z") if self.at else ""
        match self.where:
            case "platform":
                return tr("Draft saved {when}", when=when)
            case "here" if self.alone:
                return tr("Draft sealed on this machine {when}", when=when)
            case "memory" if self.alone:
                return tr("Draft in memory only {when}: the site keeps none", when=when)
            case "here":
                return tr(
                    "Draft sealed on this machine {when}, the site does not answer", when=when
                )
            case "memory":
                return tr("Draft in memory only {when}, the site does not answer", when=when)
            case "nowhere":
                return tr("Draft not saved: neither the site nor this machine took it")
            case "unsaved":
                return tr("Draft not saved yet")
            case _:
                return ""


class DraftSaver:
    """Saves one draft at a time. Home thread; owned by `Reporting`.

    The platform is asked on the lane of its site, the store on its own; a copy here is
    removed as soon as the platform has newer words.
    """

    def __init__(
        self,
        platforms: Mapping[SiteId, HostingPlatform],
        store: SealedStore,
        jobs: Jobs,
        clock: Clock,
        zones: Mapping[SiteId, tzinfo],
    ) -> None:
        self._platforms = platforms
        self._store = store
        self._jobs = jobs
        self._clock = clock
        self._zones = zones
        self.changed: Signal[None] = Signal()
        self.state = DraftState()
        self._item: WorklistItem | None = None
        self._report: ReportId | None = None
        self._body: Callable[[], str] = str
        self._timer: Callable[[], None] | None = None
        self._retry: Callable[[], None] | None = None
        self._dirty = False  # the platform has not got the latest words
        self._in_flight: Job[None] | None = None
        self._kept_here = False
        self._left: dict[ReportId, str] = {}  # left, sealed here, and not at its site yet

    def begin(self, item: WorklistItem, report: ReportId, body: Callable[[], str]) -> None:
        """From now on `body` is what there is to save."""
        self.stop()
        self._item, self._report, self._body = item, report, body
        self._kept_here = self._left.pop(report, "") != ""
        self._set("")

    def touch(self) -> None:
        """The words changed; they will be saved soon."""
        self._dirty = True
        if self._timer is None:
            self._timer = self._jobs.later(SAVE_AFTER_S, self._due)
        if self.state.where in ("", "platform"):
            self._set("unsaved")

    def at_site(self, moment: datetime) -> datetime:
        """A moment as the clock of the site tells it."""
        zone = self._zones.get(self._item.site, UTC) if self._item is not None else UTC
        return moment.astimezone(zone)

    def found_here(self) -> None:
        """The draft came from this machine: the copy goes once the platform has it."""
        self._kept_here = True

    def flush(self) -> Job[None]:
        """Save now. Settles when the words are somewhere, or could be nowhere."""
        self._cancel_timers()
        if self._in_flight is not None:
            again: Job[None] = Job()
            self._in_flight.then(lambda _: self._flush_into(again))
            return again
        done: Job[None] = Job()
        if not self._dirty or self._item is None or self._report is None:
            done.settle(None)
            return done
        self._dirty = False
        self._in_flight = done
        report, body = self._report, self._body()
        self._send(self._item, report, body, done)
        self._jobs.later(SLOW_AFTER_S, lambda: self._hedge(report, body, done))
        return done

    def _hedge(self, report: ReportId, body: str, sent: Job[None]) -> None:
        """Words under way to a platform that may never answer are nowhere yet."""
        if self._in_flight is sent and not sent.done:
            self._keep_here(report, body)

    def _flush_into(self, again: Job[None]) -> None:
        self.flush().then(lambda job: again.settle(None, job.error))

    def finish(self) -> None:
        """The report is left: its last words are saved, behind a save that is under way.

        And sealed here until the site has them: who comes back at once finds all of them.
        """
        before, item, report = self._in_flight, self._item, self._report
        if item is None or report is None or (before is None and not self._dirty):
            return
        body = self._body()
        self._left[report] = body
        self._jobs.run(lambda: self._store.put("draft", report, body), lane="store")
        if before is None:
            self.flush()
        else:
            before.then(lambda _: self._send(item, report, body, Job()))

    def stop(self) -> None:
        """Save nothing more of this report: it is signed, or another one begins."""
        self._cancel_timers()
        self._dirty = False
        self._in_flight = None
        self._item = self._report = None

    def _due(self) -> None:
        self._timer = None
        if self._in_flight is None:
            self.flush()
        elif self._dirty and self._report is not None:
            # The site is slow to answer: words are not left waiting for it in memory.
            self._keep_here(self._report, self._body())

    def _cancel_timers(self) -> None:
        for forget in (self._timer, self._retry):
            if forget is not None:
                forget()
        self._timer = self._retry = None

    def _send(self, item: WorklistItem, report: ReportId, body: str, done: Job[None]) -> None:
        if Lack.DRAFTS in item.lacks:
            self._keep_here(report, body).then(lambda _: self._kept_alone(report, done))
            return
        platform = self._platforms[item.site]
        if self.state.where in ("here", "memory"):  # silent so far: safe first, then ask
            self._keep_here(report, body)
        job = self._jobs.run(
            lambda: platform.save_draft(item, report, body), lane=f"site:{item.site}"
        )

        def answered(job: Job[None]) -> None:
            if job.error is None:
                self._taken(report, body, done)
            elif isinstance(job.error, WorkstationError):
                log.warning("draft not taken: %s", type(job.error).__name__)
                self._keep_here(report, body).then(lambda _: self._not_taken(report, done))

        job.then(answered)

    def _taken(self, report: ReportId, body: str, done: Job[None]) -> None:
        if self._left.get(report) == body:  # the last words of a report that was left
            del self._left[report]
            self._jobs.run(lambda: self._store.remove("draft", report), lane="store")
        if report == self._report:
            self._in_flight = None
            if self._dirty:  # newer words are on their way; a copy here may hold them
                self._set("unsaved")
            else:
                self._set("platform")
        if self._kept_here and not self._dirty:
            self._kept_here = False
            self._jobs.run(lambda: self._store.remove("draft", report), lane="store")
        done.settle(None)

    def _kept_alone(self, report: ReportId, done: Job[None]) -> None:
        if report == self._report:
            self._in_flight = None
        done.settle(None)

    def _not_taken(self, report: ReportId, done: Job[None]) -> None:
        if report == self._report:
            self._in_flight = None
            self._dirty = True
            if self._retry is None:
                self._retry = self._jobs.later(RETRY_AFTER_S, self._ask_again)
        done.settle(None)

    def _ask_again(self) -> None:
        self._retry = None
        self.flush()

    def _keep_here(self, report: ReportId, body: str) -> Job[None]:
        self._kept_here = True
        job = self._jobs.run(lambda: self._store.put("draft", report, body), lane="store")

        def kept(job: Job[None]) -> None:
            if report != self._report:
                return
            if job.error is not None:
                self._set("nowhere")
            else:
                self._set("here" if self._store.durable else "memory")

        return job.then(kept)

    def _set(self, where: Where) -> None:
        zone = self._zones.get(self._item.site, UTC) if self._item is not None else UTC
        alone = self._item is not None and Lack.DRAFTS in self._item.lacks
        self.state = DraftState(where, self._clock.now() if where else None, zone, alone)
        self.changed.emit(None)
