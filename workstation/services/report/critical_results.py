"""Critical results: who must be told, by when, who was tried, and the sentence it becomes.

Home thread. What was done lives in the report and in its draft; this knows the directory of
the site and the clock.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta, tzinfo
from typing import Final

from attrs import evolve, frozen

from workstation.domain.critical import (
    TARGETS,
    Category,
    CriticalResult,
    How,
    Told,
)
from workstation.domain.identifiers import SiteId
from workstation.domain.report import SectionKind
from workstation.errors import CommandError
from workstation.services.audit import Audit
from workstation.services.ports.clock import Clock
from workstation.services.report import wording
from workstation.services.report.reporting import Reporting
from workstation.services.report.told_sentences import sentence
from workstation.text import tr

#: Half of the time is gone: the next person is named.
_ESCALATE: Final = 0.5
_RULE: Final = "critical"


@frozen
class Person:
    """Somebody at a site who takes critical results."""

    name: str
    phone: str


@frozen
class Desk:
    """What one site agreed: whom to call, in this order, and within how many minutes."""

    directory: tuple[Person, ...] = ()
    minutes: Mapping[Category, int] = TARGETS
    zone: tzinfo | None = None


class CriticalResults:
    """Owned by the application. A view follows `Reporting.changed`."""

    def __init__(
        self, reporting: Reporting, audit: Audit, clock: Clock, desks: Mapping[SiteId, Desk]
    ) -> None:
        self._reporting, self._audit, self._clock, self._desks = reporting, audit, clock, desks

    @property
    def waiting(self) -> CriticalResult | None:
        """The one that somebody must be told of now."""
        report = self._reporting.report
        if report is None or self._reporting.settled:
            return None
        return next((each for each in report.critical if each.pending), None)

    @property
    def due(self) -> datetime | None:
        waiting = self.waiting
        return waiting.due(self._desk.minutes) if waiting else None

    @property
    def directory(self) -> tuple[Person, ...]:
        """Of the report's site, in the order in which they are called."""
        return self._desk.directory

    @property
    def zone(self) -> tzinfo | None:
        """In which the site tells times."""
        return self._desk.zone

    @property
    def next_person(self) -> Person | None:
        """Who is called now: the first who was not tried."""
        waiting = self.waiting
        tried = {each.to for each in waiting.attempts} if waiting else set()
        return next((each for each in self.directory if each.name not in tried), None)

    @property
    def escalation(self) -> tuple[Person, datetime] | None:
        """Whom to call when nobody answered, and when at the latest."""
        waiting, now = self.waiting, self.next_person
        others = [each for each in self.directory if each is not now]
        tried = {each.to for each in waiting.attempts} if waiting else set()
        person = next((each for each in others if each.name not in tried), None)
        if waiting is None or person is None:
            return None
        whole = waiting.due(self._desk.minutes) - waiting.seen_at
        return person, waiting.seen_at + timedelta(seconds=whole.total_seconds() * _ESCALATE)

    def begin(self, category: Category, finding: str = "") -> None:
        """Start the clock. Raises CommandError where one waits already, or without a finding."""
        if self.waiting is not None:
            raise CommandError(tr("one critical result waits already: record it first"))
        words = finding.strip() or self._proposed()
        if not words:
            raise CommandError(tr("say which finding is critical"))
        made = CriticalResult(category, words, self._clock.now())
        self._reporting.keep_critical((*self._results(), made))
        self._told("begun", made)

    def no_answer(self, to: str = "") -> Person | None:
        """Nobody there: kept with its time, and the next in the directory is named."""
        waiting = self._waiting()
        name = to.strip() or (self.next_person.name if self.next_person else "")
        if not name:
            raise CommandError(tr("say who did not answer"))
        self._replace(waiting, waiting.tried(name, self._clock.now()))
        self._told("no-answer", waiting)
        return self.next_person

    def record(self, to: str, how: How, *, read_back: bool, at: datetime | None = None) -> None:
        """Somebody knows. Raises CommandError for a time that cannot be."""
        waiting, now = self._waiting(), self._clock.now()
        when = at or now
        if not to.strip():
            raise CommandError(tr("say who was told"))
        if not waiting.seen_at - timedelta(minutes=1) <= when <= now + timedelta(minutes=1):
            raise CommandError(tr("nobody was told before the finding was seen, or later than now"))
        told = Told(to.strip(), how, when, read_back)
        done = evolve(waiting, told=told)
        self._replace(waiting, evolve(done, words=sentence(done, self._desk.zone, self._language)))
        self._told("told", done)

    def at(self, clock_time: str) -> datetime:
        """ "18:19" of the site's day, not later than now. Raises CommandError."""
        now = self._clock.now().astimezone(self._desk.zone)
        try:
            hour, minute = map(int, clock_time.split(":"))
            found = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
        except ValueError:
            raise CommandError(tr("{time!r} is no time like 18:19", time=clock_time)) from None
        return found if found <= now + timedelta(minutes=1) else found - timedelta(days=1)

    def dismiss(self, why: str) -> None:
        """It is not critical after all; the reason is kept with the report's checks."""
        if not why.strip():
            raise CommandError(tr("say why it is not critical"))
        waiting = self.waiting
        if waiting is not None:
            self._reporting.keep_critical(tuple(x for x in self._results() if x is not waiting))
            self._told("dismissed", waiting)
        if any(each.rule == _RULE for each in self._reporting.checks):
            self._reporting.override(_RULE, why)

    # --- inside -----------------------------------------------------------------------

    @property
    def _desk(self) -> Desk:
        report = self._reporting.report
        return self._desks.get(report.binding.site, Desk()) if report else Desk()

    @property
    def _language(self) -> str:
        report = self._reporting.report
        return report.language if report else ""

    def _results(self) -> tuple[CriticalResult, ...]:
        report = self._reporting.report
        return report.critical if report else ()

    def _waiting(self) -> CriticalResult:
        waiting = self.waiting
        if waiting is None:
            raise CommandError(tr("no critical result waits to be told"))
        return waiting

    def _replace(self, old: CriticalResult, new: CriticalResult) -> None:
        self._reporting.keep_critical(tuple(new if x is old else x for x in self._results()))

    def _proposed(self) -> str:
        """The sentence that names a critical term, in the reader's own words."""
        report = self._reporting.report
        kinds = (SectionKind.IMPRESSION, SectionKind.ADDENDUM, SectionKind.FINDINGS)
        texts = [found.text for kind in kinds if report and (found := report.section(kind))]
        return next(filter(None, map(wording.critical_sentence, texts)), "")

    def _told(self, what: str, result: CriticalResult) -> None:
        """Who was told stands in the report; the trail says that and when."""
        report = self._reporting.report
        if report is not None:
            detail = {"what": what, "category": result.category.value, "report": report.id}
            self._audit.record("critical", site=report.binding.site, detail=detail)
