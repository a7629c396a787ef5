"""Files of this machine, opened as studies."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, Protocol

from attrs import frozen

from workstation.domain.identifiers import SiteId, StudyRef
from workstation.domain.patient import Patient

#: The site that files of this machine come from; it has no worklist and takes no report.
LOCAL: Final = SiteId("local-files")


@frozen
class LocalStudy:
    """A study found among files, as its first object says."""

    ref: StudyRef
    patient: Patient
    date: str  # as written, YYYYMMDD; may be empty
    description: str
    accession: str


@frozen
class Opened:
    """What files held: nothing is left out without a number here."""

    studies: tuple[LocalStudy, ...]
    problems: Mapping[str, int]  # reason code -> files
    others: int  # files that are not DICOM
    listed: int = 0  # files that its DICOMDIRs list
    missing: tuple[str, ...] = ()  # of those
    unlisted: int = 0  # files beside a DICOMDIR that it does not list: they are not read
    read: int = 0  # objects that were read, so far


class FileOpener(Protocol):
    """Files of this machine, read to memory and served as a `FrameSource`."""

    def open(self, path: Path, grown: Callable[[Opened], None] = ...) -> Opened:
        """`grown` is told, on this thread, of what can be shown while the rest is read: at the
        first object, and now and then."""
        ...

    def forget(self) -> None:
        """Nothing of the files stays; what is being read is read no further."""
        ...
