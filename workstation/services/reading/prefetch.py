"""Fetched ahead: the next cases of the queue and their best prior, before anybody opens them.

In the order of the queue, within a budget of memory and of the line
(`services.images.line_budget`), and only while all that is open has its images: whoever reads
never waits for what may be read later, and what is on its way when a case is asked for stops where
it is. Only what this reader may read is asked for; that it was
fetched is on record like a look.
"""

import logging
from collections.abc import Callable, Iterable
from typing import Final

from workstation.domain.identifiers import StudyRef
from workstation.domain.prior import PriorStudy
from workstation.services.audit import Audit
from workstation.services.images.loading import Loader
from workstation.services.jobs import Job, Jobs
from workstation.services.queue.worklist import Row, Worklist
from workstation.services.reading.priors import relevant
from workstation.services.reading.session import ReadingSession
from workstation.services.waiting import settled

log = logging.getLogger("prefetch")

#: Plain films are small, and read one after the other: so many more of them.
_FILMS: Final = 4
#: Looked at again this often while there is something to do; arrivals need no more.
_LOOK_S: Final = 0.5


class Prefetch:
    """Owned by the application, lives on the home thread. `cases` 0: nothing is fetched ahead."""

    def __init__(
        self,
        worklist: Worklist,
        session: ReadingSession,
        loader: Loader,
        audit: Audit,
        jobs: Jobs,
        *,
        cases: int,
        budget_bytes: int,
    ) -> None:
        self._worklist, self._session, self._loader = worklist, session, loader
        self._audit, self._jobs = audit, jobs
        self._cases, self._budget = cases, budget_bytes
        self._held: dict[StudyRef, Row] = {}  # fetched ahead, for which row
        self._asked: set[StudyRef] = set()  # whose priors were asked for
        self._whole: set[StudyRef] = set()
        self._timer: Callable[[], None] | None = None
        self._opening: Job[None] = settled()
        if cases:
            session.opening.connect(lambda asked: self._stand_aside(*asked))
            worklist.changed.connect(lambda _: self._soon())
            session.changed.connect(lambda _: self._turned())

    @property
    def held(self) -> tuple[StudyRef, ...]:
        """What is fetched ahead now, in order of asking."""
        return tuple(self._held)

    def stop(self) -> None:
        """The reader leaves: nothing more is asked for, what nobody opened goes."""
        self._cases = 0
        if self._timer is not None:
            self._timer()
        self._forget(set())

    # --- when -----------------------------------------------------------------

    def _soon(self) -> None:
        if self._timer is None:
            self._timer = self._jobs.later(_LOOK_S, self._look)

    def _stand_aside(self, ref: StudyRef, opened: Job[None]) -> None:
        """A case is asked for: the line is its own from now on, not from when it is claimed."""
        self._opening = opened
        self._hold_back(self._held.keys() - {ref})

    def _turned(self) -> None:
        """A case was opened or left."""
        case = self._session.case
        for ref in case.refs if case is not None else ():
            self._held.pop(ref, None)
            self._whole.discard(ref)
        if self._is_read():
            self._hold_back(self._held)
        self._soon()

    def _is_read(self) -> bool:
        """Whether the reader waits for images: of the case, or of what hangs beside it."""
        case = self._session.case
        return self._loader.reads or (case is not None and not self._loader.complete(case.ref))

    def _hold_back(self, studies: Iterable[StudyRef]) -> None:
        for each in studies:
            self._loader.hold_back(each)

    def _look(self) -> None:
        self._timer = None
        wanted = self._wanted()
        self._forget({row.item.ref for row in wanted})
        if self._is_read() or not self._opening.done:
            self._soon()
            return
        if self._goes_on(wanted):
            self._soon()

    # --- what -----------------------------------------------------------------

    def _wanted(self) -> list[Row]:
        """The next cases this reader may take, most urgent first; nothing of a silent site."""
        open_ref = self._session.case.ref if self._session.case is not None else None
        found: list[Row] = []
        for row in self._worklist.rows:
            if len(found) == self._cases * (_FILMS if self._worklist.films_only else 1):
                break
            passed = row.item.key in self._worklist.passed
            if self._worklist.is_offered(row) and not passed and row.item.ref != open_ref:
                found.append(row)
        return found

    def _forget(self, wanted: set[StudyRef]) -> None:
        """Taken by another reader, read, or no longer next: its memory goes."""
        case = self._session.case
        shown = case.refs if case is not None else ()
        if case is not None:
            wanted = wanted | {case.ref}  # its prior may be asked for any moment
        for ref, row in list(self._held.items()):
            if row.item.ref not in wanted:
                del self._held[ref]
                self._whole.discard(ref)
                self._asked.discard(ref)
                if ref not in shown:
                    self._loader.close(ref)

    def _goes_on(self, wanted: list[Row]) -> bool:
        """One step: a first image of one more case, then all of the next. False: all is done."""
        for ref in self._held:
            self._loader.fetch_ahead(ref)
        for row in wanted:
            ref = row.item.ref
            if ref not in self._held:
                self._fetch(ref, row)
                return True
            if not self._loader.is_described(ref):
                return True
            if row.item.prior_count and ref not in self._asked:
                self._ask_priors(row)
                return True
        for row in wanted:
            ref = row.item.ref
            if ref in self._whole:
                if not self._loader.complete(ref):
                    return True
            elif self._taken() + self._loader.nbytes(ref) <= self._budget:
                self._whole.add(ref)
                self._loader.whole(ref)
                return True
        return False

    def _taken(self) -> int:
        return sum(self._loader.nbytes(ref) for ref in self._whole)

    def _fetch(self, ref: StudyRef, row: Row) -> None:
        self._held[ref] = row
        self._audit.record("prefetch", study=ref)
        self._loader.fetch_ahead(ref)

    def _ask_priors(self, row: Row) -> None:
        """The one that will hang beside it."""
        item = row.item
        self._asked.add(item.ref)
        platform = self._worklist.platform(item.site)
        asked = self._jobs.run(lambda: platform.priors(item), lane=f"site:{item.site}", priority=50)
        asked.then(lambda job: self._priors_known(row, job))

    def _priors_known(self, row: Row, job: Job[tuple[PriorStudy, ...]]) -> None:
        if job.error is not None or row.item.ref not in self._held:
            return
        for prior in relevant(filter(self._session.priors.may_see, job.result()), row.item)[:1]:
            if prior.ref not in self._held:
                self._fetch(prior.ref, row)
        self._soon()
