"""The rows of all sites in the order in which they are read, kept up from change to change."""

from bisect import bisect_left, insort
from collections.abc import Mapping
from operator import attrgetter
from typing import Final

from workstation.domain.identifiers import TaskRef
from workstation.services.queue.rows import Row

_order = attrgetter("order")
#: More changes than this at once are put in order by sorting everything.
_MANY: Final = 300


class Queue:
    """Owned by the worklist. Fifty changes cost fifty places, however long the queue is.

    No two rows have the same place: the order ends with the site and the task.
    """

    def __init__(self) -> None:
        self._ordered: list[Row] = []
        self._at: dict[TaskRef, Row] = {}
        self._rows: tuple[Row, ...] | None = ()

    @property
    def rows(self) -> tuple[Row, ...]:
        if self._rows is None:
            self._rows = tuple(self._ordered)
        return self._rows

    def change(self, news: Mapping[TaskRef, Row | None]) -> None:
        """These rows are so now; None: gone."""
        if not news:
            return
        self._rows = None
        if len(news) > _MANY:
            self._anew(news)
            return
        for key, row in news.items():
            before = self._at.pop(key, None)
            if before is not None:
                del self._ordered[bisect_left(self._ordered, before.order, key=_order)]
            if row is not None:
                self._at[key] = row
                insort(self._ordered, row, key=_order)

    def _anew(self, news: Mapping[TaskRef, Row | None]) -> None:
        for key, row in news.items():
            if row is None:
                self._at.pop(key, None)
            else:
                self._at[key] = row
        self._ordered = sorted(self._at.values(), key=_order)
