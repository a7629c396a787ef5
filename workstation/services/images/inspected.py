"""What became of each file that was inspected, in words and codes."""

from enum import StrEnum
from typing import Final

from attrs import evolve, frozen

from workstation.dicom import sop_classes
from workstation.dicom.reasons import NOTICES, WORDS
from workstation.domain.study import DisplaySet
from workstation.protocols.dicom_attributes import Attributes
from workstation.protocols.dicom_directory import is_directory, listed_files, named
from workstation.services.images.local_ports import Digest, LocalObject
from workstation.text import tr

_UNSUPPORTED: Final = frozenset({"unsupported-syntax", "video", "encrypted"})


_MEDIA: Final = frozenset({"dicomdir", "missing-files"})


class Status(StrEnum):
    """How far a file can be used (contracts.md)."""

    OK = "ok"
    DEGRADED = "degraded"
    NOT_IMAGE = "not-image"
    UNSUPPORTED = "unsupported"
    REFUSED = "refused"
    NOT_DICOM = "not-dicom"


@frozen
class FileReport:
    """One file: what it is, and what became of its pixels."""

    path: str
    status: Status
    reason: str = ""
    message: str = ""
    sop_class: str = ""
    sop_uid: str = ""
    series_uid: str = ""
    transfer_syntax: str = ""
    frames: int = 0
    digest: Digest | None = None
    lossy: bool = False

    @property
    def is_shown(self) -> bool:
        return self.status in (Status.OK, Status.DEGRADED)

    @property
    def is_arranged(self) -> bool:
        """It stands in a display set; a directory of a medium is none of the study."""
        is_object = self.status is Status.NOT_IMAGE and self.reason not in _MEDIA
        return self.is_shown or is_object


@frozen
class ShownSet:
    """A display set, and the files it is made of."""

    shown: DisplaySet
    files: tuple[str, ...]


@frozen
class Report:
    files: tuple[FileReport, ...]
    display_sets: tuple[ShownSet, ...]

    @property
    def frames_received(self) -> int:
        return sum(file.frames for file in self.files)

    @property
    def frames_in_display_sets(self) -> int:
        return sum(len(each.shown.frames) for each in self.display_sets)


def words(code: str) -> str:
    """What a person is told; nothing from a file is part of it."""
    found = WORDS.get(code) or NOTICES.get(code) or sop_classes.OBJECTS.get(code, "")
    return tr(found) if found else ""


def status_of(reason: str) -> Status:
    if reason == "not-dicom":
        return Status.NOT_DICOM
    return Status.UNSUPPORTED if reason in _UNSUPPORTED else Status.REFUSED


def plain_file(found: LocalObject, status: Status, reason: str) -> FileReport:
    return with_reason(FileReport(found.path, status), status, reason)


def with_reason(about: FileReport, status: Status, reason: str, more: str = "") -> FileReport:
    message = " ".join(filter(None, [words(reason), more]))
    return evolve(about, status=status, reason=reason, message=message)


def doubtful(about: FileReport, reason: str) -> FileReport:
    return with_reason(about, Status.DEGRADED, reason) if about.is_shown else about


def of_another(about: FileReport) -> FileReport:
    """A study of two patients: what is doubtful already says this as well."""
    if about.status is Status.DEGRADED:
        return evolve(about, message=f"{about.message} {words('patient-conflict')}")
    return doubtful(about, "patient-conflict")


def some_frames(about: FileReport, digest: Digest) -> FileReport:
    """Those that can be decoded are shown; the others are named."""
    said = ", ".join(str(index + 1) for index, _ in digest.bad)
    more = tr("Frames {numbers}: {why}", numbers=said, why=words(digest.bad[0][1]))
    return with_reason(about, Status.DEGRADED, "some-frames", more)


def not_image(about: FileReport, found: LocalObject, values: Attributes) -> FileReport:
    if is_directory(values):
        return _directory(about, found, values)
    code = sop_classes.object_code(about.sop_class) or "other-object"
    return with_reason(about, Status.NOT_IMAGE, code)


def _directory(about: FileReport, found: LocalObject, values: Attributes) -> FileReport:
    """A DICOMDIR and what of it is there (PS3.3 F.3.2.2)."""
    referenced = listed_files(values)
    missing = ["/".join(each) for each in referenced if found.beside(each) is None]
    if not missing:
        more = tr("It lists {count} files; all are here.", count=len(referenced))
        return with_reason(about, Status.NOT_IMAGE, "dicomdir", more)
    more = tr(
        "{missing} of {count} files: {names}",
        missing=len(missing),
        count=len(referenced),
        names=named(missing),
    )
    return with_reason(about, Status.NOT_IMAGE, "missing-files", more)
