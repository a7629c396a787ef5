"""A site whose worklist is no FHIR server's: what every such site does the same way.

The reader is known to the identity provider, and the settings vouch for the licences. Cases
are kept as they were listed; the report goes by HL7 (`report = "hl7"`), after whose
acknowledgement `close_case` tells the list, as far as it can be told.
"""

import json
import threading
from collections.abc import Mapping, Sequence
from typing import Any

from workstation.adapters.site_client import SiteClient
from workstation.domain.identifiers import ReportId, SiteId, TaskId
from workstation.domain.reader import Reader
from workstation.domain.report import IssuedReport
from workstation.domain.worklist import WorklistItem
from workstation.errors import Refused, SignInFailed
from workstation.protocols.archive_rows import completed, reader_from
from workstation.services.ports.hosting import Credentials, FeedPage, Receipt, RowProblem, StepUp
from workstation.text import tr


class TasklessPlatform:
    """The half of `services.ports.hosting.HostingPlatform` that needs no list. Any thread."""

    def __init__(self, client: SiteClient) -> None:
        self._client = client
        self._site = client.site
        self._lock = threading.Lock()
        self._items: dict[TaskId, WorklistItem] = {}  # as they stand here
        self._told: dict[TaskId, WorklistItem] = {}  # what the reader's list has of each
        self._reader: Reader | None = None

    @property
    def site(self) -> SiteId:
        return self._site.id

    # --- the reader -------------------------------------------------------------------

    def sign_in(self, credentials: Credentials | None) -> Reader:
        self._reader = reader_from(self._site, self._client.sign_on.sign_in(credentials))
        return self._reader

    def step_up(self, credentials: Credentials | None) -> StepUp:
        identity = self._client.sign_on.step_up(credentials)
        at = identity.authenticated_at
        assert at is not None  # `oidc.step_up` refuses an identity without it
        return StepUp(reader_from(self._site, identity).id, at, identity.method)

    def sign_out(self) -> None:
        self._client.sign_on.sign_out()
        with self._lock:
            self._items.clear()
            self._told.clear()
        self._reader = None

    def _need_reader(self) -> Reader:
        if self._reader is None:
            raise SignInFailed(tr("{site}: sign in first", site=self._site.name))
        return self._reader

    def _held(self, task: TaskId) -> WorklistItem:
        with self._lock:
            found = self._items.get(task)
        if found is None:
            raise Refused(tr("{site} no longer lists this case", site=self._site.name))
        return found

    def _listed(
        self, cursor: str, items: Mapping[TaskId, WorklistItem], problems: Sequence[RowProblem]
    ) -> FeedPage:
        """The whole list as it stands now; the page has what changed since the last one."""
        with self._lock:
            self._items = dict(items)
            told, self._told = (self._told if cursor else {}), dict(items)
        news = [item for task, item in items.items() if told.get(task) != item]
        gone = tuple(task for task in told if task not in items)
        now = self._client.server_now()
        return FeedPage(tuple(news), "listed", now, gone, tuple(problems))

    def _put(self, item: WorklistItem) -> WorklistItem:
        """What a call of ours answers is told with it."""
        with self._lock:
            self._items[item.task] = self._told[item.task] = item
        return item

    # --- drafts, reports, audit ---------------------------------------------------------

    def save_draft(self, item: WorklistItem, report: ReportId, body: str) -> None:
        raise Refused(tr("{site} keeps no drafts", site=self._site.name))

    def load_draft(self, item: WorklistItem) -> str | None:
        return None

    def issued(self, item: WorklistItem) -> IssuedReport | None:
        return None

    def resource(self, reference: str) -> Mapping[str, Any] | None:
        kind, _, name = reference.partition("/")
        return self._task(TaskId(name)) if kind == "Task" else None

    def _task(self, task: TaskId) -> Mapping[str, Any] | None:
        """The case as a Task, for a report on its way: also after a restart."""
        raise NotImplementedError

    def deliver(self, payload: bytes) -> Receipt:
        raise Refused(tr("{site} takes reports by HL7 alone", site=self._site.name))

    def find_report(self, report: ReportId) -> Receipt | None:
        return None

    def close_case(self, payload: bytes) -> None:
        for task, status in completed(json.loads(payload)).items():
            self._close(TaskId(task), done=status == "completed")

    def _close(self, task: TaskId, *, done: bool) -> None:
        """What the report makes of the case; not `done`: somebody else makes it final."""
        raise NotImplementedError

    def send_audit(self, events: Sequence[Mapping[str, Any]]) -> None:
        raise Refused(tr("{site} keeps no audit records; they stay here", site=self._site.name))
