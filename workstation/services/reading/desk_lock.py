"""The lock of the desk: after idle time nothing of a patient is seen until the reader is back.

The case stays open below it, claims are kept and reports go on being delivered; only eyes and
hands are kept out. It is opened by the same reader's authentication at one of the sites.
"""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from workstation.domain.identifiers import SiteId
from workstation.errors import NoBrowser, SignInFailed, SiteUnavailable
from workstation.services.audit import Audit
from workstation.services.jobs import Job, Jobs
from workstation.services.ports.clock import Clock
from workstation.services.ports.hosting import Credentials, StepUp
from workstation.services.queue.rows import SiteStatus
from workstation.services.queue.worklist import Worklist
from workstation.services.signal import Signal
from workstation.text import tr

log = logging.getLogger("sign-in")

#: A machine that slept wakes with a clock that stood still: the wall clock is asked as well.
_LOOK_S: Final = 30.0
#: Authentications for signatures in a row that are not accepted.
_MOST_MISSED: Final = 3


class DeskLock:
    """Owned by the application, lives on the home thread. `minutes` 0: never by itself."""

    def __init__(
        self, worklist: Worklist, audit: Audit, jobs: Jobs, clock: Clock, minutes: float
    ) -> None:
        self.changed: Signal[None] = Signal()
        self.locked = False
        self.who = ""  # whose desk it is, while it is locked
        self._worklist = worklist
        self._audit = audit
        self._jobs = jobs
        self._clock = clock
        self._limit_s = minutes * 60
        self._readers: dict[SiteId, str] = {}
        self._forget: Callable[[], None] = lambda: None
        self._missed = 0
        self.touched()

    def touched(self) -> None:
        """A hand moved: the idle time begins anew."""
        self._last, self._last_wall = self._clock.monotonic(), self._clock.now()

    def start(self) -> None:
        """Watch the idle time from now on."""
        self.touched()
        if self._limit_s:
            self._look_later()

    def stop(self) -> None:
        self._forget()

    def lock(self, why: str = "asked") -> None:
        """Cover everything. Where nobody is signed in there is nobody who could open it."""
        known = self._known()
        if self.locked or not known:
            return
        readers = {site.id: site.reader for site in known if site.reader is not None}
        self._readers = {site: reader.id for site, reader in readers.items()}
        self.who = next(iter(readers.values())).name
        self._audit.record("lock", detail={"why": why})
        self.locked = True
        self.changed.emit(None)

    def judge(self, error: BaseException | None) -> None:
        """How an authentication for a signature ended. After three in a row that were not
        accepted the desk is covered: whoever types there may not be the reader. Case and
        draft stay."""
        if isinstance(error, SignInFailed) and not isinstance(error, NoBrowser):
            self._missed += 1
            self._audit.record("sign-in", outcome="failure", detail={"for": "signature"})
        elif error is None:
            self._missed = 0
        if self._missed >= _MOST_MISSED:
            self._missed = 0
            self.lock("not authenticated")

    def lift(self) -> None:
        """The reader signed out: there is nothing left to cover."""
        if self.locked:
            self._open()

    def unlock(self, credentials: Credentials | None) -> Job[None]:
        """The same reader authenticates: where one service is silent, the next is asked."""
        done: Job[None] = Job()
        if not self.locked:
            done.settle(None)
            return done
        sites = sorted(self._known(), key=lambda site: site.state == "signed-out")
        if not sites or sites[0].state == "signed-out":  # there is no session to step up
            self._anew(credentials, done)
        else:
            self._ask(sites, credentials, done)
        return done

    # --- inside ---------------------------------------------------------------

    def _known(self) -> list[SiteStatus]:
        return [site for site in self._worklist.sites if site.reader is not None]

    def _look_later(self) -> None:
        self._forget = self._jobs.later(min(_LOOK_S, self._limit_s), self._look)

    def _look(self) -> None:
        wall = self._clock.now() - self._last_wall
        idle = max(timedelta(seconds=self._clock.monotonic() - self._last), wall)
        if idle.total_seconds() >= self._limit_s:
            self.lock("idle")
        self._look_later()

    def _ask(
        self, sites: list[SiteStatus], credentials: Credentials | None, done: Job[None]
    ) -> None:
        site, rest = sites[0], [each for each in sites[1:] if each.state != "signed-out"]
        platform = self._worklist.platform(site.id)

        def answered(job: Job[StepUp]) -> None:
            if job.error is None:
                self._met({site.id: job.result().reader_id}, done)
            elif rest and isinstance(job.error, SiteUnavailable):
                self._ask(rest, credentials, done)
            else:
                self._denied(job.error, done)

        asked = self._jobs.run(lambda: platform.step_up(credentials), lane=f"site:{site.id}")
        asked.then(answered)

    def _anew(self, credentials: Credentials | None, done: Job[None]) -> None:
        """The session ended meanwhile: sign in again, as the same reader."""

        def entered(job: Job[None]) -> None:
            if job.error is not None:
                self._denied(job.error, done)
                return
            met = {site.id: site.reader.id for site in self._known() if site.reader}
            if self._is_other(met):
                self._worklist.sign_out()  # of a desk that is not theirs they see no list
            self._met(met, done)

        self._worklist.sign_in(credentials).then(entered)

    def _met(self, readers: dict[SiteId, str], done: Job[None]) -> None:
        if self._is_other(readers):
            why = tr("This desk is {who}'s. Sign out to begin your own.", who=self.who)
            self._denied(SignInFailed(why), done)
            return
        self._audit.record("unlock")
        self._open()
        done.settle(None)

    def _is_other(self, readers: dict[SiteId, str]) -> bool:
        return any(self._readers.get(site, who) != who for site, who in readers.items())

    def _denied(self, error: BaseException, done: Job[None]) -> None:
        log.info("the desk stays locked: %s", type(error).__name__)
        self._audit.record("unlock", outcome="failure")
        done.settle(None, error)

    def _open(self) -> None:
        self.locked = False
        self._readers, self.who = {}, ""
        self.touched()
        self.changed.emit(None)
