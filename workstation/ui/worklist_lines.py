"""What the worklist shows of what there is: lines, lists, filters.

Values and pure functions. A row that is filtered out is never forgotten: it is counted.
"""

import itertools
from collections.abc import Hashable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Final, TypeVar

from attrs import field, frozen

from workstation.domain.folding import folded
from workstation.domain.identifiers import SiteId, TaskRef
from workstation.domain.worklist import Priority, ReadState, WorklistItem
from workstation.services.queue.list_views import ListView
from workstation.services.queue.worklist import Row
from workstation.text import tr
from workstation.ui import worklist_forms as forms

K = TypeVar("K", bound=Hashable)


@frozen
class Line:
    """One row with what the reader's own doings add to it."""

    row: Row
    site_name: str
    me: str = ""  # the reader's id at that site
    aside: bool = False
    delivery: str = ""  # state of the reader's report on it, if one is signed
    item: WorklistItem = field(init=False, eq=False, repr=False)
    #: Stays the same from update to update.
    key: tuple[str, str] = field(init=False, eq=False, repr=False)
    #: The lists it belongs to.
    lists: frozenset["ListId"] = field(init=False, eq=False, repr=False)

    @item.default
    def _its_item(self) -> WorklistItem:
        return self.row.item

    @key.default
    def _its_key(self) -> tuple[str, str]:
        return self.row.item.site, self.row.item.task

    @lists.default
    def _its_lists(self) -> "frozenset[ListId]":
        return _LISTS[tuple(each.holds(self) for each in ListId)]

    @property
    def stale(self) -> bool:
        return self.row.stale_since is not None

    @property
    def blocked(self) -> bool:
        return not self.row.verdict.allowed and self.item.state is not ReadState.FINAL

    @cached_property
    def told(self) -> str:
        """What a search looks through, folded."""
        item = self.item
        return folded(
            " ".join((
                item.patient.name, item.patient.id, item.accession, item.procedure,
                item.modality, self.site_name, forms.place(item.jurisdiction), item.holder,
            ))
        )  # fmt: skip

    @property
    def done(self) -> bool:
        return forms.is_done(self.item, self.delivery)

    @property
    def status(self) -> forms.Status:
        return forms.status(
            self.item, self.row.verdict, me=self.me, aside=self.aside, delivery=self.delivery
        )

    def sla(self, now: datetime) -> forms.Sla:
        return forms.sla(self.item, now, blocked=self.blocked, stale=self.stale)


@frozen
class Added:
    """What a line says beside its row: names, the reader, and the reader's own doings."""

    names: Mapping[SiteId, str]
    readers: Mapping[SiteId, str]
    sent: Mapping[TaskRef, str]  # two hospitals may number their orders alike
    aside: frozenset[TaskRef]

    def line(self, row: Row) -> Line:
        item = row.item
        return Line(
            row, self.names.get(item.site, item.site), self.readers.get(item.site, ""),
            item.key in self.aside, self.sent.get(item.key, ""),
        )  # fmt: skip

    def since(self, before: "Added", lines: Sequence[Line]) -> list[Line]:
        """The lines that say something else now."""
        if self == before:
            return []
        sites = _differing(self.names, before.names) | _differing(self.readers, before.readers)
        sent, aside = _differing(self.sent, before.sent), self.aside ^ before.aside
        return [
            line for line in lines
            if line.item.key in sent or line.item.site in sites or line.item.key in aside
        ]  # fmt: skip


def _differing(now: Mapping[K, str], before: Mapping[K, str]) -> frozenset[K]:
    return frozenset(key for key, _ in now.items() ^ before.items())


class ListId(StrEnum):
    """The lists at the left, in their order."""

    QUEUE = "queue"
    STAT = "stat"
    PRELIMINARY = "preliminary"
    FILMS = "films"
    ASIDE = "aside"
    BLOCKED = "blocked"
    DONE = "done"

    @property
    def label(self) -> str:
        return {
            ListId.QUEUE: tr("My queue"),
            ListId.STAT: tr("STAT"),
            ListId.PRELIMINARY: tr("Preliminary to finalise"),
            ListId.FILMS: tr("Plain films"),
            ListId.ASIDE: tr("Put aside"),
            ListId.BLOCKED: tr("Blocked for me"),
            ListId.DONE: tr("Read already"),
        }[self]

    def has(self, line: Line) -> bool:
        """Whether a line belongs to this list."""
        return self in line.lists

    def holds(self, line: Line) -> bool:
        """The rule of this list, asked once for each line."""
        match self:
            case ListId.QUEUE:
                return not line.done
            case ListId.STAT:
                return not line.done and line.item.priority is Priority.STAT
            case ListId.PRELIMINARY:
                return not line.done and line.item.state is ReadState.PRELIMINARY
            case ListId.FILMS:
                return not line.done and line.item.is_film
            case ListId.ASIDE:
                return line.aside
            case ListId.BLOCKED:
                return line.blocked
            case ListId.DONE:
                return line.done


#: Each set of lists once: ten thousand lines share a few of them.
_LISTS: Final = {
    held: frozenset(each for each, holds in zip(ListId, held, strict=True) if holds)
    for held in itertools.product((False, True), repeat=len(ListId))
}

#: What a STAT case that may be read belongs to.
URGENT: Final = frozenset(
    lists for lists in _LISTS.values() if ListId.STAT in lists and ListId.BLOCKED not in lists
)


@frozen
class Filter:
    """What the reader asked to see; everything where nothing was asked."""

    list: ListId = ListId.QUEUE
    text: str = ""
    modalities: frozenset[str] = frozenset()
    sites: frozenset[str] = frozenset()
    words: tuple[str, ...] = field(init=False, eq=False, repr=False)

    @words.default
    def _its_words(self) -> tuple[str, ...]:
        return tuple(folded(self.text).split())

    @classmethod
    def of(cls, view: ListView) -> "Filter":
        """What a view of the reader asks for; a list that is no more is the queue."""
        known = view.list if view.list in set(ListId) else ListId.QUEUE
        return cls(ListId(known), view.text, view.modalities, view.sites)

    def admits(self, line: Line) -> bool:
        return self.list in line.lists and self.asked(line)

    def asked(self, line: Line) -> bool:
        """Whether a line is what was asked for, in whatever list."""
        return not self.narrow or bool(self.among([line]))

    def narrows(self, other: "Filter") -> bool:
        """Whether what this one admits is among what the other admits."""
        return (
            self.modalities == other.modalities
            and self.sites == other.sites
            and len(self.words) >= len(other.words)
            and all(n.startswith(b) for n, b in zip(self.words, other.words, strict=False))
        )

    def among(self, lines: Sequence[Line]) -> Sequence[Line]:
        """What of these was asked for beside the list; each question leaves fewer to the next."""
        if self.modalities:
            lines = [line for line in lines if line.item.modality in self.modalities]
        if self.sites:
            lines = [line for line in lines if line.item.site in self.sites]
        for word in self.words:
            lines = [line for line in lines if word in line.told]
        return lines

    @property
    def narrow(self) -> bool:
        """Whether more than the list itself was asked for."""
        return bool(self.text.strip() or self.modalities or self.sites)


@frozen(eq=False)
class Counts:
    """The footer's honesty: nothing is hidden without being counted."""

    shown: int
    total: int  # in the chosen list, before the filter
    hidden: int
    hidden_stat: int
    blocked: int
    lines: tuple[Line, ...] = field(factory=tuple)  # what is shown
    stat_outside: tuple[Line, ...] = field(factory=tuple)  # STAT cases not on the screen
