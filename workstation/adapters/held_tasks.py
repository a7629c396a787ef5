"""Tasks of one site as it sent them, changed against the version that was seen."""

import threading
from collections.abc import Callable, Mapping
from typing import Any, Final

from workstation.adapters.site_client import SiteClient
from workstation.domain.identifiers import TaskId
from workstation.domain.reader import Reader
from workstation.domain.worklist import WorklistItem
from workstation.errors import Conflict, Refused, SiteUnavailable
from workstation.protocols import fhir
from workstation.protocols import platform as wire
from workstation.protocols.fhir_values import Resource, Unreadable, inner, reference, text, version
from workstation.protocols.web import Answer
from workstation.text import tr

#: A case may change under a claim without being lost (images arrive): asked this often.
_CLAIM_TRIES: Final = 3


class HeldTasks:
    """Kept whole, so that a change of ours sends everything back that it did not mean to
    change. Safe to use from any worker thread.
    """

    def __init__(self, client: SiteClient) -> None:
        self._client = client
        self._ask = wire.Platform(client.site.fhir)
        self._lock = threading.Lock()
        self._tasks: dict[TaskId, Resource] = {}

    def keep(self, task: Resource) -> None:
        with self._lock:
            self._tasks[TaskId(text(task, "id"))] = task

    def forget(self) -> None:
        with self._lock:
            self._tasks.clear()

    def change(
        self, item: WorklistItem, change: Callable[[Resource], Mapping[str, Any]]
    ) -> WorklistItem:
        """Change a Task against the version we saw. Changed meanwhile: look, then again.

        `change` raises where what it now sees forbids it, so no race is won by asking
        twice: an owner found on the second look is the holder.
        """
        task = self._seen(item)
        for attempt in range(1, _CLAIM_TRIES + 1):
            request = self._ask.change_task(change(task), version(task))
            try:
                answer = self._client.request(request)
            except Refused as refusal:
                task = self._read(item.task)
                change(task)  # raises Conflict, naming the holder, where it was lost
                if not isinstance(refusal, Conflict) or attempt == _CLAIM_TRIES:
                    raise
                continue
            return self._item(item, self._answered(item, answer))
        raise AssertionError("the last attempt returns or raises")

    def _item(self, item: WorklistItem, task: Resource) -> WorklistItem:
        try:
            return fhir.with_task(item, task)
        except Unreadable as error:
            why = tr(
                "{site} sent a case that cannot be read: {why}",
                site=self._client.site.name,
                why=error,
            )
            raise SiteUnavailable(why) from None

    def _answered(self, item: WorklistItem, answer: Answer) -> Resource:
        if not answer.body:  # Prefer: return=minimal
            return self._read(item.task)
        task = wire.resource(answer, "Task")
        self.keep(task)
        return task

    def _seen(self, item: WorklistItem) -> Resource:
        with self._lock:
            task = self._tasks.get(item.task)
        if task is None or version(task) != item.version:
            task = self._read(item.task)
        return task

    def _read(self, task: TaskId) -> Resource:
        found = wire.resource(self._client.request(self._ask.task(task)), "Task")
        self.keep(found)
        return found


def need_free(task: Resource, reader: Reader) -> None:
    """Raises Conflict, naming the holder, where the case is read or held."""
    holder = reference(task.get("owner"))
    if text(task, "status") == "completed":
        raise Conflict(tr("This case is read already."), text(inner(task, "owner"), "display"))
    if holder and holder != reader.id:
        _lost(task)


def need_mine(task: Resource, reader: Reader) -> None:
    """Raises Conflict where the reader does not hold the case, or no longer."""
    if reference(task.get("owner")) != reader.id:
        _lost(task)


def _lost(task: Resource) -> None:
    holder = text(inner(task, "owner"), "display")
    if holder:
        raise Conflict(tr("{name} holds this case.", name=holder), holder)
    raise Conflict(tr("The claim on this case has ended."))
