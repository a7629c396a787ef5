"""How the shift goes, site by site: what waits, promises kept, how fast images come.

Counted from what the list and the outbox know anyway; nothing is kept beyond the program.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from statistics import median
from typing import Final

from attrs import frozen

from workstation.domain.identifiers import FrameKey, SiteId, TaskRef
from workstation.domain.report_states import STATES, UNSETTLED
from workstation.domain.worklist import Priority, Tier, WorklistItem
from workstation.protocols.delivery import Delivery, State
from workstation.services.delivery.delivery import Deliveries
from workstation.services.images.loading import Loader
from workstation.services.ports.clock import Clock
from workstation.services.queue.urgency import is_read
from workstation.services.queue.worklist import Row, Worklist
from workstation.services.reading.session import ReadingSession

#: The promise of transfer: on the list this long after the scan (R32).
PROMISED_S: Final = 120.0
_HOUR: Final = timedelta(hours=1)


@frozen
class SiteFigures:
    """One site in numbers; None where there is nothing to count yet."""

    site: SiteId
    waiting: int = 0
    stat: int = 0
    overdue: int = 0
    blocked: int = 0
    accepted: int = 0  # reports of this reader in this run of the program
    in_time: int = 0
    transfer_s: float | None = None  # scan to list, median
    transfer_late: int = 0  # cases that took longer than promised
    first_image_s: float | None = None  # opened to the first image, median


def figures(
    site: SiteId,
    rows: Iterable[Row],
    entries: Iterable[Delivery],
    overdue: Callable[[WorklistItem], bool],
    due: Callable[[TaskRef], WorklistItem | None],
    first_images: Sequence[float] = (),
) -> SiteFigures:
    """Pure: `overdue` knows the site's clock, `due` the promise of a signed case."""
    mine = [row for row in rows if row.item.site == site]
    open_rows = [row for row in mine if not is_read(row.item)]
    came = [
        (row.item.listed - row.item.acquired).total_seconds()
        for row in mine
        if row.item.is_tracked
        and row.item.acquired is not None
        and row.item.listed >= row.item.acquired
    ]
    promised = _promised((e for e in entries if e.site == site), due)
    return SiteFigures(
        site,
        len(open_rows),
        sum(row.item.priority is Priority.STAT for row in open_rows),
        sum(overdue(row.item) for row in open_rows),
        sum(not row.verdict.allowed for row in open_rows),
        len(promised),
        sum(_kept(e, item) for e, item in promised),
        median(came) if came else None,
        sum(each > PROMISED_S for each in came),
        median(first_images) if first_images else None,
    )


def _promised(
    entries: Iterable[Delivery], due: Callable[[TaskRef], WorklistItem | None]
) -> list[tuple[Delivery, WorklistItem | None]]:
    """Accepted reports that a promise was about. What is added to one later is none of them,
    nor is a first impression of a case that was promised a final report."""
    accepted = [e for e in entries if e.state is State.ACKNOWLEDGED and not STATES[e.status].amends]
    found = [(each, due(TaskRef(each.site, each.task))) for each in accepted]
    return [(e, item) for e, item in found if not _is_owed_more(e, item)]


def _is_owed_more(entry: Delivery, item: WorklistItem | None) -> bool:
    return item is not None and entry.status in UNSETTLED and item.tier is Tier.FINAL


def _kept(entry: Delivery, item: WorklistItem | None) -> bool:
    """The promise of an accepted report; where nobody made one, none was broken."""
    if item is None or entry.accepted_at is None or not item.is_promised:
        return True
    return entry.accepted_at <= item.due


@frozen
class SoFar:
    """The reader's own shift: reports signed in this run of the program, and their promises."""

    signed: int = 0
    last_hour: int = 0
    accepted: int = 0
    in_time: int = 0

    @property
    def percent_in_time(self) -> int | None:
        """Rounded down: 100 is all of them. None where none was accepted yet."""
        return self.in_time * 100 // self.accepted if self.accepted else None


def so_far(
    entries: Sequence[Delivery], due: Callable[[TaskRef], WorklistItem | None], now: datetime
) -> SoFar:
    """Pure: `due` knows the promise of a signed case, `now` is this machine's clock."""
    promised = _promised(entries, due)
    recent = (e for e in entries if e.sealed_at is not None and now - e.sealed_at < _HOUR)
    kept = (_kept(each, item) for each, item in promised)
    return SoFar(len(entries), sum(1 for _ in recent), len(promised), sum(kept))


class Shift:
    """Owned by the application, lives on the home thread."""

    def __init__(
        self,
        worklist: Worklist,
        session: ReadingSession,
        deliveries: Deliveries,
        loader: Loader,
        clock: Clock,
    ) -> None:
        self._worklist, self._session = worklist, session
        self._deliveries, self._clock = deliveries, clock
        self._opened: TaskRef | None = None
        self._since: float | None = None
        self._first: dict[SiteId, list[float]] = {}
        session.changed.connect(lambda _: self._case_changed())
        loader.frame_arrived.connect(self._arrived)

    def figures(self) -> Mapping[str, SiteFigures]:
        """By the names of the sites."""
        found = {}
        for site in self._worklist.sites:
            now = self._worklist.server_now(site.id)
            found[site.name] = figures(
                site.id,
                self._worklist.rows,
                self._deliveries.entries,
                lambda item, now=now: item.is_promised and item.due < now,  # type: ignore[misc]
                self._worklist.held,
                self._first.get(site.id, ()),
            )
        return found

    def _case_changed(self) -> None:
        case = self._session.case
        if case is None:
            self._opened = self._since = None
        elif case.item.key != self._opened:
            self._opened, self._since = case.item.key, self._clock.monotonic()

    def _arrived(self, key: FrameKey) -> None:
        case = self._session.case
        if self._since is None or case is None or key.study != case.ref.study:
            return
        waited = self._clock.monotonic() - self._since
        self._first.setdefault(case.item.site, []).append(waited)
        self._since = None
