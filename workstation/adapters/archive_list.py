"""The studies of an archive as a worklist: read-only, by QIDO-RS or C-FIND.

Nobody else sees what is claimed here, there is no deadline, and whether a study was read is
not known: `domain.worklist.Lack` says so on every case.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from attrs import evolve

from workstation.adapters.site_client import SiteClient
from workstation.adapters.taskless import TasklessPlatform
from workstation.domain.identifiers import TaskId
from workstation.domain.prior import PriorStudy
from workstation.domain.worklist import ReadState, WorklistItem
from workstation.errors import SiteUnavailable
from workstation.protocols.archive_rows import (
    changed,
    has_images,
    item_from,
    prior_from,
    task_held,
    task_of,
)
from workstation.protocols.dicom_attributes import Attributes, NotMetadata, parse
from workstation.protocols.dicomweb import JSON
from workstation.protocols.fhir_values import Unreadable
from workstation.protocols.web import Request
from workstation.services.ports.clock import Clock
from workstation.services.ports.hosting import FeedPage, RowProblem
from workstation.settings import Site
from workstation.text import tr

log = logging.getLogger("worklist")

#: An archive is no feed: it is asked for its whole list, so not as often as a platform.
_ASKED_EACH_S: Final = 30.0
_PAGE: Final = 200
_MOST: Final = 20_000

#: Studies that match, by DICOM keyword.
Find = Callable[[Mapping[str, str]], Iterable[Attributes]]


class ArchiveList(TasklessPlatform):
    """`services.ports.hosting.HostingPlatform` of a site that has an archive and no worklist."""

    def __init__(self, client: SiteClient, find: Find, clock: Clock) -> None:
        super().__init__(client)
        self._find = find
        self._clock = clock
        self._asked_at: float | None = None
        self._version = 0

    def feed(self, cursor: str) -> FeedPage:
        now, since = self._client.server_now(), self._clock.monotonic()
        rested = self._asked_at is None or since - self._asked_at >= _ASKED_EACH_S
        if cursor and not rested:
            return FeedPage((), cursor, now)
        first = now - timedelta(days=self._site.list_days - 1)
        rows = [row for row in self._find({"StudyDate": f"{first:%Y%m%d}-"}) if has_images(row)]
        self._asked_at = since
        found, problems = self._read(rows, now)
        with self._lock:
            known = dict(self._items) if cursor else {}
        here = {task: self._kept(known.get(task), item) for task, item in found.items()}
        mine = {t: i for t, i in known.items() if i.holder_id and t not in here}
        return self._listed(cursor, {**here, **mine}, problems)

    def _read(
        self, rows: Iterable[Attributes], now: datetime
    ) -> tuple[dict[TaskId, WorklistItem], tuple[RowProblem, ...]]:
        found, problems = {}, []
        for at, row in enumerate(rows):
            try:
                item = item_from(self._site, row, now)
                found[item.task] = item
            except Unreadable as error:
                problems.append(RowProblem(TaskId(f"row-{at}"), str(error)))
        return found, tuple(problems)

    def _kept(self, known: WorklistItem | None, listed: WorklistItem) -> WorklistItem:
        """What the archive says, and what was done with it at this desk."""
        if known is None:
            return listed
        return evolve(
            listed,
            state=known.state,
            version=known.version,
            holder=known.holder,
            holder_id=known.holder_id,
            handed_over=known.handed_over,
            listed=known.listed,  # of a study that has no time: when it was seen first
            due=known.due,
        )

    # --- cases: nobody but this desk knows ------------------------------------------------

    def claim(self, item: WorklistItem) -> WorklistItem:
        reader = self._need_reader()
        return self._put(changed(self._held(item.task), ReadState.CLAIMED, reader, self._next()))

    def heartbeat(self, item: WorklistItem) -> WorklistItem:
        return self._held(item.task)

    def release(self, item: WorklistItem, reason: str) -> WorklistItem:
        free = changed(self._held(item.task), ReadState.UNREAD, None, self._next())
        return self._put(evolve(free, handed_over=reason))

    def _close(self, task: TaskId, *, done: bool) -> None:
        state = ReadState.FINAL if done else ReadState.PRELIMINARY
        closed = changed(self._held(task), state, None, self._next())
        with self._lock:
            self._items[task] = closed  # told with the next poll
        self._asked_at = None

    def _task(self, task: TaskId) -> Mapping[str, Any] | None:
        """An archive has no tasks that could forbid a report: what is not on the list (any more)
        is the reader's own."""
        with self._lock:
            known = self._items.get(task)
        return task_of(known) if known is not None else task_held(task, self._need_reader())

    def priors(self, item: WorklistItem) -> tuple[PriorStudy, ...]:
        return priors_by(self._find, self._site, item)

    def _next(self) -> int:
        with self._lock:
            self._version += 1
            return self._version


def priors_by(find: Find, site: Site, item: WorklistItem) -> tuple[PriorStudy, ...]:
    """The other studies of the same person, newest first."""
    if not item.patient.id:
        return ()
    rows = find({"PatientID": _literal(item.patient.id)})
    same = (row for row in rows if row.patient().may_be(item.patient) and has_images(row))
    found = (prior_from(site, row) for row in same)
    others = [each for each in found if each is not None and each.ref.study != item.study]
    return tuple(sorted(others, key=_newest_first))


def by_qido(client: SiteClient) -> Find:
    """Asks the site's QIDO-RS, page after page: sites cap their lists (PS3.18 10.6)."""
    base = client.site.dicomweb.rstrip("/")

    def find(wanted: Mapping[str, str]) -> list[Attributes]:
        found: dict[str, Attributes] = {}
        while True:
            asked = [*wanted.items(), ("limit", str(_PAGE)), ("offset", str(len(found)))]
            asked += [("includefield", each) for each in ("00081030", "00080061", "00201208")]
            request = Request("GET", f"{base}/studies?{urlencode(asked)}", {"Accept": JSON})
            page = _rows(client, request)
            new = {row.text("0020000D"): row for row in page}
            new = {uid: row for uid, row in new.items() if uid not in found}
            found |= new
            if not new or len(page) < _PAGE or len(found) > _MOST:
                return list(found.values())

    return find


def _rows(client: SiteClient, request: Request) -> list[Attributes]:
    try:
        return parse(client.request(request).body)
    except NotMetadata:
        raise SiteUnavailable(
            tr("{site}: its list of studies could not be understood", site=client.site.name)
        ) from None


def _literal(value: str) -> str:
    """Without the wildcards of a match (PS3.4 C.2.2.2.4): an identifier is asked for itself."""
    return value.replace("*", "?").replace("\\", "?")


def _newest_first(prior: PriorStudy) -> tuple[bool, float]:
    return (prior.started is None, -prior.started.timestamp() if prior.started else 0.0)
