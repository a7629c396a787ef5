"""Priors at other sites: found by who the patient seems to be, and a reader says whether it is so.

Only sites that agreed on it are asked, each way, and only where the reader is signed in; that
they were asked is on record there and here. What is found stays a candidate, apart from the
priors of the case, until the reader confirms that it is the same person; that is on record
too, and holds for this patient and this reader until they take it back
(`services.reading.identities`). No image is fetched for it.
"""

import logging
from collections.abc import Mapping
from functools import partial
from typing import Final, Protocol

from attrs import evolve, frozen

from workstation.domain.identifiers import SiteId, TaskRef
from workstation.domain.prior import Person, PriorStudy
from workstation.domain.worklist import WorklistItem
from workstation.errors import CommandError
from workstation.services.audit import Audit
from workstation.services.jobs import Job, Jobs
from workstation.services.queue.worklist import Worklist
from workstation.services.reading.identities import Identities, Pair
from workstation.services.reading.likeness import Likeness, likeness
from workstation.services.reading.session import ReadingSession
from workstation.services.signal import Signal
from workstation.settings import Site
from workstation.text import tr

log = logging.getLogger("priors")

#: Less likely than this, nobody is asked.
LIKELY: Final = 0.5
#: Behind claims, drafts and heartbeats of that site.
_PRIORITY: Final = 60


class PersonIndex(Protocol):
    """Who a site knows. Blocking; called on the site's lane."""

    def persons(self, item: WorklistItem) -> tuple[Person, ...]:
        """Those born on the patient's day, and those with one of the patient's identifiers."""
        ...

    def studies_of(self, person: Person) -> tuple[PriorStudy, ...]: ...


@frozen
class Candidate:
    """Somebody at another site who may be the patient, and what is there of them."""

    site: SiteId
    person: Person
    likeness: Likeness
    priors: tuple[PriorStudy, ...]
    confirmed: bool = False


class Elsewhere:
    """Owned by the application, lives on the home thread."""

    def __init__(
        self,
        session: ReadingSession,
        worklist: Worklist,
        indexes: Mapping[SiteId, PersonIndex],
        sites: Mapping[SiteId, Site],
        identities: Identities,
        audit: Audit,
        jobs: Jobs,
    ) -> None:
        self.changed: Signal[None] = Signal()
        self._session, self._worklist, self._audit, self._jobs = session, worklist, audit, jobs
        self._indexes, self._sites, self._said = indexes, sites, identities
        self._case: TaskRef | None = None
        self._candidates: tuple[Candidate, ...] = ()
        session.changed.connect(lambda _: self._look())
        identities.changed.connect(lambda _: self._said_before())

    def begin(self, user: str) -> None:
        """A reader signed in, or out (empty): what they said of people holds again."""
        self._said.begin(user)

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """Of the open case, most likely first."""
        return self._candidates

    @property
    def open_candidates(self) -> tuple[Candidate, ...]:
        """Those that nobody has confirmed."""
        return tuple(each for each in self._candidates if not each.confirmed)

    # --- asking ---------------------------------------------------------------

    def _look(self) -> None:
        case = self._session.case
        key = case.item.key if case is not None else None
        if key == self._case:
            return
        self._case, self._candidates = key, ()
        self.changed.emit(None)
        if case is not None:
            for site in self.agreed(case.item.site):
                self._ask(site, case.item)

    def agreed(self, home: SiteId) -> tuple[SiteId, ...]:
        """The sites that share with this one, both ways, at which the reader may read now."""
        mine = self._sites[home].shares_priors.split() if home in self._sites else []
        return tuple(
            site for site in self._indexes
            if site != home and site in mine and home in self._sites[site].shares_priors.split()
            and self._worklist.is_licensed(site)
        )  # fmt: skip

    def _ask(self, site: SiteId, item: WorklistItem) -> None:
        index = self._indexes[site]
        self._audit.record("query", site=site, detail={"for": "priors", "of": item.site})

        def found() -> tuple[Candidate, ...]:
            likely = []
            for person in index.persons(item):
                alike = likeness(item.patient, person.patient, person.keys)
                if alike.confidence >= LIKELY:
                    likely.append(Candidate(site, person, alike, index.studies_of(person)))
            return tuple(each for each in likely if each.priors)

        asked = self._jobs.run(found, lane=f"site:{site}", priority=_PRIORITY)
        asked.then(partial(self._found, item, site))

    def _found(self, item: WorklistItem, site: SiteId, job: Job[tuple[Candidate, ...]]) -> None:
        if self._case != item.key:
            return
        if job.error is not None:
            log.info("%s could not be asked for priors: %s", site, type(job.error).__name__)
            return
        known = [self._as_said(item, each) for each in job.result()]
        every = sorted((*self._candidates, *known), key=lambda each: -each.likeness.confidence)
        self._candidates = tuple(every)
        for each in known:
            if each.confirmed:
                self._session.priors.add(each.person.patient, each.priors)
        if not all(each.confirmed for each in known):
            name = self._sites[site].name
            self._session.note(tr("{site} may have priors: the same person?", site=name))
        self.changed.emit(None)

    def _as_said(self, item: WorklistItem, each: Candidate) -> Candidate:
        return evolve(each, confirmed=self._said.holds(_pair(item, each)))

    def _said_before(self) -> None:
        """What this reader said on another day came from the store behind the candidates."""
        case = self._session.case
        if case is None or case.item.key != self._case:
            return
        now = tuple(self._as_said(case.item, each) for each in self._candidates)
        newly = [each for each in now if each.confirmed and each not in self._candidates]
        if newly:
            self._candidates = now
            for each in newly:
                self._session.priors.add(each.person.patient, each.priors)
            self.changed.emit(None)

    # --- what the reader says -------------------------------------------------

    def confirm(self, number: int) -> Candidate:
        """The same person, says the reader. Raises CommandError where nobody is meant."""
        item, meant = self._session.need_case().item, self._meant(number)
        if meant.confirmed:
            return meant
        self._said.say(_pair(item, meant))
        self._record(meant, "same")
        now = self._put(meant, confirmed=True)
        self._session.priors.add(meant.person.patient, meant.priors)
        if not self.open_candidates:
            self._session.note("")
        self.changed.emit(None)
        return now

    def take_back(self, number: int) -> Candidate:
        """Not the same person after all: their studies leave the screen. Raises CommandError."""
        item, meant = self._session.need_case().item, self._meant(number)
        if not meant.confirmed:
            raise CommandError(tr("nobody said that this is the same person"))
        self._said.take_back(_pair(item, meant))
        self._record(meant, "not the same")
        now = self._put(meant, confirmed=False)
        if self._session.priors.remove(meant.person.patient):
            words = tr("Those images are gone from the screen: check what the report says of them")
            self._session.note(words)
        self.changed.emit(None)
        return now

    def _meant(self, number: int) -> Candidate:
        if not 1 <= number <= len(self._candidates):
            raise CommandError(tr("there is no candidate {n}", n=number))
        return self._candidates[number - 1]

    def _put(self, meant: Candidate, *, confirmed: bool) -> Candidate:
        now = evolve(meant, confirmed=confirmed)
        self._candidates = tuple(now if each is meant else each for each in self._candidates)
        return now

    def _record(self, meant: Candidate, said: str) -> None:
        likely = f"{meant.likeness.confidence:.2f}"
        detail = {"site": meant.site, "confidence": likely, "said": said}
        self._audit.record("identity", study=self._session.need_case().ref, detail=detail)


def _pair(item: WorklistItem, each: Candidate) -> Pair:
    return item.patient.key, each.site, each.person.patient.key
