"""What the worklist shows of what there is: lines, lists, filters.

Values and pure functions. A row that is filtered out is never forgotten: it is counted.
"""

import unicodedata
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from attrs import field, frozen

from workstation.domain.worklist import Priority, ReadState, WorklistItem
from workstation.services.worklist import Row
from workstation.text import tr
from workstation.ui import worklist_forms as forms


@frozen
class Line:
    """One row with what the reader's own doings add to it."""

    row: Row
    site_name: str
    me: str = ""  # the reader's id at that site
    aside: bool = False
    delivery: str = ""  # state of the reader's report on it, if one is signed

    @property
    def item(self) -> WorklistItem:
        return self.row.item

    @property
    def key(self) -> tuple[str, str]:
        """Stays the same from update to update."""
        return self.item.site, self.item.task

    @property
    def stale(self) -> bool:
        return self.row.stale_since is not None

    @property
    def blocked(self) -> bool:
        return not self.row.verdict.allowed and self.item.state is not ReadState.FINAL

    @property
    def done(self) -> bool:
        return self.item.state is ReadState.FINAL or self.delivery == "acknowledged"

    @property
    def status(self) -> forms.Status:
        return forms.status(
            self.item, self.row.verdict, me=self.me, aside=self.aside, delivery=self.delivery
        )

    def sla(self, now: datetime) -> forms.Sla:
        return forms.sla(self.item, now, blocked=self.blocked, stale=self.stale)


class ListId(StrEnum):
    """The lists at the left, in their order."""

    QUEUE = "queue"
    STAT = "stat"
    PRELIMINARY = "preliminary"
    ASIDE = "aside"
    BLOCKED = "blocked"
    DONE = "done"

    @property
    def label(self) -> str:
        return {
            ListId.QUEUE: tr("My queue"),
            ListId.STAT: tr("STAT"),
            ListId.PRELIMINARY: tr("Preliminary to finalise"),
            ListId.ASIDE: tr("Put aside"),
            ListId.BLOCKED: tr("Blocked for me"),
            ListId.DONE: tr("Accepted this shift"),
        }[self]

    def has(self, line: Line) -> bool:
        """Whether a line belongs to this list."""
        match self:
            case ListId.QUEUE:
                return not line.done
            case ListId.STAT:
                return not line.done and line.item.priority is Priority.STAT
            case ListId.PRELIMINARY:
                return not line.done and line.item.state is ReadState.PRELIMINARY
            case ListId.ASIDE:
                return line.aside
            case ListId.BLOCKED:
                return line.blocked
            case ListId.DONE:
                return line.done


def folded(text: str) -> str:
    """Without case, accents and punctuation, so that `muller` finds `Müller-Beispiel`."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("ß", "ss"))
    kept = (c if c.isalnum() else " " for c in plain if not unicodedata.combining(c))
    return " ".join("".join(kept).split())


@frozen
class Filter:
    """What the reader asked to see; everything where nothing was asked."""

    list: ListId = ListId.QUEUE
    text: str = ""
    modalities: frozenset[str] = frozenset()
    sites: frozenset[str] = frozenset()

    def admits(self, line: Line) -> bool:
        item = line.item
        if not self.list.has(line):
            return False
        if self.modalities and item.modality not in self.modalities:
            return False
        if self.sites and item.site not in self.sites:
            return False
        return self._says(line)

    def _says(self, line: Line) -> bool:
        asked = folded(self.text).split()
        if not asked:
            return True
        item = line.item
        told = folded(
            " ".join((
                item.patient.name, item.patient.id, item.accession, item.procedure,
                item.modality, line.site_name, forms.place(item.jurisdiction), item.holder,
            ))
        )  # fmt: skip
        return all(word in told for word in asked)

    @property
    def narrow(self) -> bool:
        """Whether more than the list itself was asked for."""
        return bool(self.text.strip() or self.modalities or self.sites)


@frozen
class Counts:
    """The footer's honesty: nothing is hidden without being counted."""

    shown: int
    total: int  # in the chosen list, before the filter
    hidden: int
    hidden_stat: int
    blocked: int
    stat_outside: tuple[Line, ...] = field(factory=tuple)  # STAT cases not on the screen


def counts(lines: Iterable[Line], chosen: Filter) -> Counts:
    """What is shown and what is not, of all lines."""
    everything = tuple(lines)
    listed = [line for line in everything if chosen.list.has(line)]
    shown = [line for line in listed if chosen.admits(line)]
    keys = {line.key for line in shown}
    hidden = [line for line in listed if line.key not in keys]
    stat = [line for line in everything if ListId.STAT.has(line) and not line.blocked]
    return Counts(
        shown=len(shown),
        total=len(listed),
        hidden=len(hidden),
        hidden_stat=sum(line.item.priority is Priority.STAT for line in hidden),
        blocked=sum(line.blocked for line in shown),
        stat_outside=tuple(s for s in stat if s.key not in keys and not s.item.holder_id),
    )
