"""What a series is, once its objects are described: its display sets, and whose they are."""

from attrs import frozen

from workstation.dicom.display_sets import display_sets
from workstation.domain.identifiers import StudyRef
from workstation.domain.source import Source
from workstation.domain.study import DisplaySet, Series
from workstation.domain.suv import SuvType
from workstation.imaging.uptake import in_suv, on_white

#: Of the first image of a series: whose it is, its class and its modality.
Head = tuple[Source, str, str]


@frozen
class Described:
    """A series, or as much of it as is here."""

    sets: tuple[DisplaySet, ...]
    head: Head | None


def described(ref: StudyRef, series: Series, suv: SuvType | None) -> Described:
    """`suv`: what PET is read in, where it can be; None: in what its objects say."""
    found = display_sets(ref, series)
    read = in_suv(found, suv) if suv is not None else found
    first = next((each for each in series.instances if each.frames), None)
    head = None if first is None else (first.source, first.sop_class, first.modality)
    return Described(tuple(map(on_white, read)), head)
