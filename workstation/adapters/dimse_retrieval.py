"""Objects of one series brought by C-GET or C-MOVE (PS3.4 C.4.2, C.4.3), as they are stored."""

import itertools
import threading
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from typing import Final

from attrs import define, field, frozen
from pynetdicom.presentation import PresentationContext

from workstation.adapters import dimse_contexts
from workstation.adapters.dimse_line import GET, MOVE, Line, query_contexts
from workstation.adapters.dimse_receiver import NOT_ASKED, Receiver
from workstation.adapters.dimse_site import DimseSite
from workstation.dicom import queries
from workstation.domain.identifiers import SeriesUID, SopUID, StudyUID, is_uid
from workstation.errors import Refused, SiteUnavailable
from workstation.protocols.part10 import Wrapped, file_of

_TAKEN: Final = 0x0000
#: UIDs in one question: a value has room for 64 kB of them (PS3.5 6.2), sites for fewer.
_NAMED_AT_ONCE: Final = 200
_messages = itertools.count(1)

#: Told of each object as it comes, on the thread of its association.
Took = Callable[[SopUID, bytes], None]


@frozen
class Listed:
    """An object of a series, as C-FIND has it."""

    sop: SopUID
    sop_class: str
    number: int | None = None
    frames: int = 1


@frozen
class Wanted:
    """Objects of one series that are not here."""

    study: StudyUID
    series: SeriesUID
    objects: Mapping[SopUID, Listed] = field(repr=False)
    modality: str = ""

    @property
    def classes(self) -> set[str]:
        """As the site says; where it does not, those that are usual for the modality."""
        said = {each.sop_class for each in self.objects.values() if is_uid(each.sop_class)}
        return said or set(dimse_contexts.usual_classes(self.modality))

    def without(self, came: Container[SopUID]) -> "Wanted":
        left = {sop: each for sop, each in self.objects.items() if sop not in came}
        return Wanted(self.study, self.series, left, self.modality)

    def questions(self, *, whole: bool) -> Iterator[object]:
        """The series by itself, or its objects by their UIDs."""
        if whole:
            yield queries.retrieved(self.study, self.series)
            return
        named = list(self.objects)
        for at in range(0, len(named), _NAMED_AT_ONCE):
            yield queries.retrieved(self.study, self.series, named[at : at + _NAMED_AT_ONCE])


@define(eq=False)
class _Taker:
    """What one retrieval brings. Called from the association's thread."""

    wanted: Wanted
    took: Took
    came: set[SopUID] = field(factory=set)
    failed: int = 0  # as the site counts
    line: Line | None = None  # we asked on; what comes on another one is a sign of life too
    stopped: bool = False

    def __call__(self, wrapped: Wrapped) -> int:
        sop = SopUID(wrapped.sop)
        if self.stopped or sop not in self.wanted.objects:
            return NOT_ASKED
        if sop not in self.came:
            self.came.add(sop)
            self.took(sop, file_of(wrapped))
        if self.line is not None:
            self.line.heard()
        return _TAKEN

    def stop(self) -> None:
        """From any thread. What is between two lines ends at the next object."""
        self.stopped = True
        if self.line is not None:
            self.line.cut()

    @property
    def complete(self) -> bool:
        return len(self.came) == len(self.wanted.objects)


class Retrieval:
    """Of one site, the way that was agreed with it. Safe for any worker thread."""

    def __init__(self, site: DimseSite) -> None:
        self._site = site
        self._receiver = Receiver(site.site) if site.site.dimse_retrieve == "move" else None
        self._lock = threading.Lock()
        self._under_way: set[_Taker] = set()

    def stop(self, study: StudyUID) -> None:
        """Nobody waits for what is on its way: the line is free for what is asked for next."""
        with self._lock:
            for taker in self._under_way:
                if taker.wanted.study == study:
                    taker.stop()

    def bring(self, wanted: Wanted, took: Took, *, whole: bool = False) -> None:
        """Each object as it comes; where the site says that it could not send some, they are
        asked for again in other presentation contexts. `whole`: they are all of the series.

        Where nothing came at all, the error that was the reason is raised.
        """
        for alone in (False, True):
            if not wanted.objects:
                return
            taker = _Taker(wanted, took)
            with self._lock:
                self._under_way.add(taker)
            try:
                self._ask(taker, whole=whole, alone=alone)
            except (SiteUnavailable, Refused):
                if whole and not taker.came:
                    raise
            finally:
                with self._lock:
                    self._under_way.discard(taker)
            if not taker.failed or taker.stopped:
                return
            whole = whole and not taker.came
            wanted = wanted.without(taker.came)

    def _ask(self, taker: _Taker, *, whole: bool, alone: bool) -> None:
        for asked in taker.wanted.questions(whole=whole):
            if taker.stopped:
                return
            if self._receiver is not None:
                self._move(self._receiver, asked, taker, packed_first=alone)
            else:
                self._get(asked, taker, alone=alone)

    def _move(
        self, receiver: Receiver, asked: object, taker: _Taker, *, packed_first: bool
    ) -> None:
        expected = dict.fromkeys(taker.wanted.objects, taker)
        with (
            receiver.awaiting(expected, packed_first=packed_first),
            self._site.line(query_contexts(MOVE)) as line,
        ):
            taker.line = line
            taker.failed += line.move(asked, next(_messages) % 0xFFFF + 1).failed

    def _get(self, asked: object, taker: _Taker, *, alone: bool) -> None:
        for classes, contexts in _offers(taker.wanted.classes, alone=alone):
            offered = [*query_contexts(GET), *contexts]
            with self._site.line(offered, received=classes, taken=taker) as line:
                taker.line = line
                taker.failed += line.get(asked).failed
            if taker.complete or taker.stopped:
                return


def _offers(
    classes: set[str], *, alone: bool
) -> Iterator[tuple[Sequence[str], Sequence[PresentationContext]]]:
    for some in dimse_contexts.many(classes):
        each = dimse_contexts.alone(some) if alone else [dimse_contexts.storage(some)]
        yield from ((some, contexts) for contexts in each)
