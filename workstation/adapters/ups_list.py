"""The work items of a site as a worklist, by UPS-RS: claimed by their state, under a lock."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from attrs import evolve

from workstation.adapters.archive_list import Find, priors_by
from workstation.adapters.site_client import SiteClient
from workstation.adapters.taskless import TasklessPlatform
from workstation.domain.identifiers import TaskId
from workstation.domain.prior import PriorStudy
from workstation.domain.worklist import ReadState, WorklistItem
from workstation.errors import Conflict, Refused, SiteUnavailable
from workstation.protocols import ups
from workstation.protocols.archive_rows import task_of
from workstation.protocols.dicom_attributes import Attributes, NotMetadata, parse
from workstation.protocols.fhir_values import Unreadable
from workstation.protocols.web import Request
from workstation.services.ports.hosting import FeedPage, RowProblem
from workstation.text import tr

_PAGE: Final = 200
_MOST: Final = 20_000


class UpsList(TasklessPlatform):
    """`services.ports.hosting.HostingPlatform` of a site that has UPS-RS. `find`: its studies."""

    def __init__(self, client: SiteClient, find: Find) -> None:
        super().__init__(client)
        self._base = client.site.ups or client.site.dicomweb
        self._find = find
        self._images: dict[TaskId, Attributes] = {}  # what the archive has of a study
        self._began: dict[TaskId, datetime] = {}

    def feed(self, cursor: str) -> FeedPage:
        now = self._client.server_now()
        found: dict[TaskId, WorklistItem] = {}
        problems: list[RowProblem] = []
        for at, row in enumerate(self._rows()):
            if ups.is_over(row):
                continue
            try:
                item = self._mine_too(ups.item_from(self._site, row, now))
            except Unreadable as error:
                problems.append(RowProblem(TaskId(f"row-{at}"), str(error)))
                continue
            found[item.task] = self._with_images(self._steady(item))
        return self._listed(cursor, found, problems)

    def _steady(self, item: WorklistItem) -> WorklistItem:
        """An item without a time of its own keeps the one it was seen at first."""
        with self._lock:
            known = self._items.get(item.task)
        if known is None or item.is_promised:
            return item
        return evolve(item, listed=known.listed, due=known.due)

    def _mine_too(self, item: WorklistItem) -> WorklistItem:
        """Work items name a reader by a code; here it is the reader."""
        reader = self._reader
        if reader is not None and item.holder_id == ups.short_id(reader):
            return evolve(item, holder_id=reader.id)
        return item

    def _with_images(self, item: WorklistItem) -> WorklistItem:
        """Modality and number of images: asked of the archive once for each study."""
        if item.task not in self._images:
            rows = list(self._find({"StudyInstanceUID": item.study}))
            self._images[item.task] = rows[0] if rows else Attributes()
        return ups.with_images(item, self._images[item.task])

    # --- claiming -------------------------------------------------------------------------

    def claim(self, item: WorklistItem) -> WorklistItem:
        reader = self._need_reader()
        lock = ups.transaction_of(self._site, item.task, reader)
        try:
            self._send(ups.change_state(self._base, item.task, ups.IN_PROGRESS, lock))
        except Refused:
            now = self._read(item.task)
            if now.holder_id != reader.id:
                self._lost(now)
        # The state is the claim; who has it is said so that others see a name.
        self._send(ups.update(self._base, item.task, lock, ups.performed_by(reader)))
        self._began.setdefault(item.task, self._client.server_now())
        return self._put(self._read(item.task))

    def _lost(self, item: WorklistItem) -> None:
        if item.state is ReadState.FINAL:
            raise Conflict(tr("This case is read already."), "")
        holder = item.holder or tr("another reader")
        raise Conflict(tr("{name} holds this case.", name=holder), holder)

    def heartbeat(self, item: WorklistItem) -> WorklistItem:
        """A lock of UPS has no end; whether it is still ours is looked at."""
        now = self._read(item.task)
        if now.holder_id != self._need_reader().id:
            self._lost(now)
        return self._put(now)

    def release(self, item: WorklistItem, reason: str) -> WorklistItem:
        """It stays claimed: from IN PROGRESS there is no way back to SCHEDULED, and cancelling
        would end the hospital's order (PS3.4 CC.1.1). Words for the next reader reach nobody."""
        if reason:
            raise Refused(
                tr(
                    "{site} takes no case back: it stays yours until it is reported; call the site",
                    site=self._site.name,
                )
            )
        return self._held(item.task)

    def _close(self, task: TaskId, *, done: bool) -> None:
        """A preliminary report leaves the work item in progress: somebody makes it final."""
        if not done or self._read(task).state is ReadState.FINAL:
            return
        reader, now = self._need_reader(), self._client.server_now()
        lock = ups.transaction_of(self._site, task, reader)
        step = ups.performed(reader, self._began.get(task, now), now)
        self._send(ups.update(self._base, task, lock, step))
        self._send(ups.change_state(self._base, task, ups.COMPLETED, lock))
        closed = self._read(task)
        with self._lock:
            self._items[task] = closed  # told with the next poll

    def _task(self, task: TaskId) -> Mapping[str, Any] | None:
        try:
            return task_of(self._read(task))
        except Refused:
            return None

    def priors(self, item: WorklistItem) -> tuple[PriorStudy, ...]:
        return priors_by(self._find, self._site, item)

    # --- asking ---------------------------------------------------------------------------

    def first_page(self) -> list[Attributes]:
        """What a self-test looks at."""
        return self._parsed(ups.search(self._base, 0, _PAGE))

    def _rows(self) -> list[Attributes]:
        found: dict[str, Attributes] = {}
        while True:
            page = self._parsed(ups.search(self._base, len(found), _PAGE))
            new = {row.text("00080018"): row for row in page}
            new = {uid: row for uid, row in new.items() if uid not in found}
            found |= new
            if not new or len(page) < _PAGE or len(found) > _MOST:
                return list(found.values())

    def _read(self, task: TaskId) -> WorklistItem:
        rows = self._parsed(ups.retrieve(self._base, task))
        try:
            item = ups.item_from(self._site, rows[0], self._client.server_now())
        except (IndexError, Unreadable):
            raise self._garbled() from None
        return self._with_images(self._steady(self._mine_too(item)))

    def _parsed(self, request: Request) -> list[Attributes]:
        try:
            return parse(self._client.request(request).body)
        except NotMetadata:
            raise self._garbled() from None

    def _garbled(self) -> SiteUnavailable:
        name = self._site.name
        return SiteUnavailable(tr("{site}: its worklist could not be understood", site=name))

    def _send(self, request: Request) -> None:
        self._client.request(request)
