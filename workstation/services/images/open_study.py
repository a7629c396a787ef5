"""One study that is being loaded: what is known of it so far, and what is doubtful."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from attrs import define, field

from workstation.dicom.reasons import NOTICES
from workstation.domain.identifiers import SeriesUID, StudyRef
from workstation.domain.patient import persons
from workstation.domain.source import Written
from workstation.domain.study import DisplaySet
from workstation.services.images.described import Described, Head
from workstation.services.images.fetching import Fetching
from workstation.services.images.fetching import (
    SetProgress as SetProgress,  # the loader's own answer
)
from workstation.services.images.filed_twice import Filed
from workstation.services.jobs import Job
from workstation.services.ports.images import SeriesHead
from workstation.text import tr, trn

#: Objects without images to look at come after those with.
_NOT_IMAGES: Final = frozenset({"SR", "PR", "KO", "DOC", "SEG", "RTSTRUCT", "RTPLAN", "REG"})


@define(eq=False)
class OpenStudy:
    """A study that the loader has in hand. Home thread."""

    fetching: Fetching
    job: Job[None]
    heads: dict[SeriesUID, SeriesHead] = field(factory=dict)  # in the order of reading
    sets: dict[SeriesUID, tuple[DisplaySet, ...]] = field(factory=dict)
    waiting: set[SeriesUID] = field(factory=set)  # metadata on its way
    lost: set[SeriesUID] = field(factory=set)  # series whose metadata could not be had
    filed: Filed = field(factory=Filed)  # images of several series under one identifier
    doubts: set[tuple[SeriesUID, str]] = field(factory=set)  # told of a series
    several_patients: bool = False  # told
    asking: bool = False  # for news
    again: bool = False  # there are more news than those asked for
    ending: bool = False  # all of what is read is there: the next list is the last
    untold: list[str] = field(factory=list)  # problems of one that is fetched ahead
    written: dict[SeriesUID, Head] = field(factory=dict)  # of series with images
    describing: dict[SeriesUID, Job[Described]] = field(factory=dict)

    @property
    def ref(self) -> StudyRef:
        return self.fetching.ref

    @property
    def ahead(self) -> bool:
        """Fetched before anybody opened it: nobody is told anything yet."""
        return self.fetching.ahead

    @property
    def known(self) -> tuple[DisplaySet, ...]:
        return tuple(each for uid in self.heads for each in self.sets.get(uid, ()))

    @property
    def how_written(self) -> Written | None:
        """How its images write whose it is; None while none is described."""
        if not self.written:
            return None
        source, _, _ = next(iter(self.written.values()))
        return Written(
            source, {uid: (sop_class, kind) for uid, (_, sop_class, kind) in self.written.items()}
        )

    def new_doubts(self, head: SeriesHead) -> Iterator[str]:
        """What is doubtful of images says each of them; that there are such, is said once."""
        frames = [frame for each in self.sets[head.uid] for frame in each.frames]
        for code, count in Counter(code for frame in frames for code in frame.doubts).items():
            if (head.uid, code) not in self.doubts:
                self.doubts.add((head.uid, code))
                name, why = head.description or head.modality, tr(NOTICES[code])
                one, many = "{name}, {n} image: {why}", "{name}, {n} images: {why}"
                yield trn(count, one, many, name=name, why=why)

    def new_conflict(self) -> str:
        """Images of two patients: said once, with the first images or with those that come late."""
        named = (each.patient for each in self.known if each.patient is not None)
        if self.several_patients or len(set(persons(named).values())) < 2:
            return ""
        self.several_patients = True
        return tr(NOTICES["patient-conflict"])


def series_order(head: SeriesHead) -> tuple[bool, int, str]:
    """Images before documents, then as the site numbers them."""
    return head.modality in _NOT_IMAGES, head.number or 0, head.uid
