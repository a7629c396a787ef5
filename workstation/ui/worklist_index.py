"""Which lines the list shows, kept up from change to change.

News of a few rows costs a few lines made anew and some passes at the speed of C, whatever
the list holds; another question of the reader goes once through the rows of their list.
What is hidden is counted all the while.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import median
from typing import Final

from workstation.domain.worklist import Priority
from workstation.services.queue.worklist import Row
from workstation.ui.worklist_lines import URGENT, Counts, Filter, Line, ListId

Key = tuple[str, str]
#: Cases of a site that tell how fast its images come.
_LAST: Final = 50


class LineIndex:
    """Owned by the pane. Lines come in the order of the service, and stay in it."""

    def __init__(self) -> None:
        self.ordered: tuple[Line, ...] = ()
        self.sites: Counter[str] = Counter()
        self.modalities: Counter[str] = Counter()
        self._arrivals: dict[str, deque[float]] = {}  # of each site, how late its last ones came
        self._filter = Filter()
        self._line_of: dict[int, Line] = {}  # by the identity of its row
        self._by_key: dict[Key, Line] = {}
        self._held: Counter[frozenset[ListId]] = Counter()
        self._urgent: dict[int, Line] = {}
        self._blocked: dict[int, Line] = {}
        self._refused: set[int] = set()  # lines of any list that the filter does not admit
        self._saved: dict[str, tuple[Filter, int]] = {}
        self._told: Counts | None = None

    # --- what there is ----------------------------------------------------------

    def take(
        self, rows: Sequence[Row], made: Callable[[Row], Line], again: Iterable[Line] = ()
    ) -> None:
        """What the service knows now. A row that did not change keeps its line.

        `again`: lines to which the reader's own doings add something else now.
        """
        for line in again:
            self._drop(line)
        here = self._line_of
        known = list(map(here.get, map(id, rows)))
        fresh = [number for number, line in enumerate(known) if line is None]
        for number in fresh:
            self._put(rows[number], made(rows[number]))
            known[number] = here[id(rows[number])]
        if len(here) > len(rows):
            kept = set(map(id, rows))
            for gone in [number for number in here if number not in kept]:
                line = here[gone]
                self._drop(line)
                if self._by_key.get(line.key) is line:
                    del self._by_key[line.key]
        self.ordered = tuple(line for line in known if line is not None)
        self._told = None

    def _put(self, row: Row, line: Line) -> None:
        before = self._by_key.get(line.key)
        if before is not None and self._line_of.get(id(before.row)) is before:
            self._drop(before)
        elif before is None and line.item.acquired is not None and line.item.is_tracked:
            late = (line.item.listed - line.item.acquired).total_seconds()
            self._arrivals.setdefault(line.item.site, deque(maxlen=_LAST)).append(late)
        self._line_of[id(row)] = self._by_key[line.key] = line
        self._count(line, 1)
        if line.lists in URGENT:
            self._urgent[id(line)] = line
        if ListId.BLOCKED in line.lists:
            self._blocked[id(line)] = line
        if not self._filter.asked(line):
            self._refused.add(id(line))

    def _drop(self, line: Line) -> None:
        del self._line_of[id(line.row)]
        self._count(line, -1)
        self._refused.discard(id(line))
        self._urgent.pop(id(line), None)
        self._blocked.pop(id(line), None)

    def _count(self, line: Line, by: int) -> None:
        self._held[line.lists] += by
        self.sites[line.item.site] += by
        self.modalities[line.item.modality] += by
        for name, (chosen, count) in self._saved.items():
            if chosen.admits(line):
                self._saved[name] = chosen, count + by

    # --- what is asked ----------------------------------------------------------

    def ask(self, chosen: Filter) -> None:
        """Another question of the reader. More letters of a word are looked for in what is left."""
        within = chosen.narrows(self._filter)
        self._filter, self._told = chosen, None
        if not chosen.narrow:
            self._refused = set()
            return
        looked: Iterable[Line] = self.ordered
        if within and self._refused:
            refused = self._refused
            looked = [line for line in self.ordered if id(line) not in refused]
            self._refused = refused | _ids(looked) - _ids(chosen.among(looked))
        else:
            self._refused = _ids(self.ordered) - _ids(chosen.among(self.ordered))

    def save(self, filters: Mapping[str, Filter]) -> None:
        """The filters that are counted beside the lists."""
        before = self._saved
        self._saved = {}
        for name, chosen in filters.items():
            known = before.get(name)
            if known is None or known[0] != chosen:
                known = (
                    chosen,
                    len(chosen.among([x for x in self.ordered if chosen.list in x.lists])),
                )
            self._saved[name] = known

    @property
    def saved(self) -> dict[str, int]:
        """How many rows each saved filter has."""
        return {name: count for name, (_, count) in self._saved.items()}

    def arrival_s(self, site: str) -> float | None:
        """How long its last cases took from the scan to the list, in the middle."""
        known = self._arrivals.get(site)
        return median(known) if known else None

    def of(self, each: ListId) -> int:
        """How many rows a list has."""
        return sum(count for lists, count in self._held.items() if each in lists)

    @property
    def told(self) -> Counts:
        """What is shown and what is not, of all lines."""
        if self._told is None:
            self._told = self._counted()
        return self._told

    def _counted(self) -> Counts:
        chosen, refused = self._filter.list, self._refused
        listed = [line for line in self.ordered if chosen in line.lists]
        shown, hidden = listed, list[Line]()
        if refused:
            shown = [line for line in listed if id(line) not in refused]
            hidden = [line for line in listed if id(line) in refused]
        outside = {
            number for number, line in self._urgent.items()
            if (chosen not in line.lists or number in refused) and not line.item.holder_id
        }  # fmt: skip
        blocked = (
            number for number, line in self._blocked.items()
            if chosen in line.lists and number not in refused
        )  # fmt: skip
        return Counts(
            shown=len(shown),
            total=len(listed),
            hidden=len(hidden),
            hidden_stat=sum(line.item.priority is Priority.STAT for line in hidden),
            lines=tuple(shown),
            blocked=sum(1 for _ in blocked),
            stat_outside=tuple([x for x in self.ordered if id(x) in outside] if outside else ()),
        )


def _ids(lines: Iterable[Line]) -> set[int]:
    return set(map(id, lines))
