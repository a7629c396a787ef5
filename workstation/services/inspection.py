"""What a heap of files holds, and whether it could be read: `workstation inspect`.

Files come one at a time and are forgotten once they are described; what stays is their
headers' geometry. Nothing is dropped: each file has a status, each frame is in a display
set or its file says why not.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from enum import StrEnum
from itertools import count
from typing import Final

from attrs import define, evolve, field, frozen

from workstation.decoder import budget
from workstation.dicom import sop_classes
from workstation.dicom.concatenations import LOST
from workstation.dicom.display_sets import display_sets
from workstation.dicom.reasons import NOTICES, WORDS
from workstation.domain.character_terms import is_doubtful
from workstation.domain.identifiers import SeriesUID, SiteId, StudyRef, StudyUID
from workstation.domain.patient import Patient
from workstation.domain.study import DisplaySet, Frame, Instance, Series
from workstation.errors import NotDisplayable
from workstation.imaging.colour import is_colour
from workstation.protocols.dicom_attributes import Attributes
from workstation.protocols.dicom_directory import is_directory, listed_files, named
from workstation.protocols.dicom_doubts import doubts
from workstation.protocols.dicom_json import series_of
from workstation.services.local_header import header_of
from workstation.services.local_ports import Digest, LocalObject, ObjectDecoder
from workstation.text import tr

_HERE: Final = SiteId("local")
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


#: Study and patient of a file, as far as it names them.
_Owner = tuple[str, Patient | None]


@define
class _Bucket:
    """Objects that are arranged together: of one series, none of them twice."""

    ref: StudyRef
    series: Series
    paths: dict[str, str]  # by SOP Instance UID


@define
class Inspection:
    """Describes files one after another; `report` when there are no more."""

    decoder: ObjectDecoder
    _files: list[FileReport] = field(factory=list, init=False)
    _owners: list[_Owner] = field(factory=list, init=False)  # of each of `_files`
    _buckets: dict[tuple[str, ...], _Bucket] = field(factory=dict, init=False)
    _pixels: dict[str, str] = field(factory=dict, init=False)  # hash by SOP Instance UID
    _patients: dict[str, Counter[Patient]] = field(factory=dict, init=False)
    _profiles: dict[bytes, bool] = field(factory=dict, init=False)  # whether it can be used

    def add(self, found: LocalObject) -> None:
        """One more file; whatever is wrong with it stays its own."""
        if found.reason or found.is_archive:
            status = _status_of(found.reason) if found.reason else Status.NOT_IMAGE
            self._note(_plain(found, status, found.reason or "zip"))
            return
        try:
            values = header_of(found, self.decoder)
        except NotDisplayable as error:
            self._note(_plain(found, _status_of(error.reason), error.reason))
        else:
            self._object(found, values)

    def report(self) -> Report:
        files = tuple(
            _of_another(file) if self._is_another(*owner) else file
            for file, owner in zip(self._files, self._owners, strict=True)
        )
        arranged = tuple(_arranged(self._buckets.values()))
        lost = {path for each in arranged if _lacks_parts(each.shown) for path in each.files}
        told = (_doubtful(file, LOST) if file.path in lost else file for file in files)
        return Report(tuple(told), arranged)

    def _is_another(self, study: str, patient: Patient | None) -> bool:
        """Not the patient whom most objects of the study name; anybody, where that is open."""
        named = self._patients.get(study, Counter()).most_common()
        others = [(each, times) for each, times in named if not each.may_be(named[0][0])]
        if patient is None or not others:
            return False
        return others[0][1] == named[0][1] or not patient.may_be(named[0][0])

    def _note(self, about: FileReport, study: str = "", patient: Patient | None = None) -> None:
        self._files.append(about)
        known = patient if study and patient and patient.id else None
        self._owners.append((study, known))
        if known:
            self._patients.setdefault(study, Counter())[known] += 1

    def _object(self, found: LocalObject, values: Attributes) -> None:
        ref = StudyRef(_HERE, StudyUID(values.text("0020000D")))
        series = series_of([values], ref, SeriesUID(values.text("0020000E")))
        (instance,) = series.instances
        about = FileReport(
            found.path,
            Status.OK,
            sop_class=instance.sop_class,
            sop_uid=instance.sop,
            series_uid=instance.series,
            transfer_syntax=instance.transfer_syntax,
            frames=len(instance.frames),
        )
        if instance.frames:
            about = self._decoded(about, found, values, instance)
        else:
            about = _not_image(about, found, values)
        self._note(about, ref.study, instance.patient)
        if about.is_arranged:
            self._keep(about, ref, series)

    def _decoded(
        self, about: FileReport, found: LocalObject, values: Attributes, instance: Instance
    ) -> FileReport:
        frames = instance.frames
        frame_bytes = min(budget.decoded_size(frames[0].pixels), budget.FRAME_BYTES)
        try:
            digest = self.decoder.digest(found.read(), frame_bytes, len(frames))
        except NotDisplayable as error:
            return _with(about, _status_of(error.reason), error.reason)
        lossy = digest.lossy or any(frame.lossy_ratio is not None for frame in frames)
        about = evolve(about, digest=digest, lossy=lossy)
        if digest.bad:
            return _some_frames(about, digest)
        if about.sop_uid:
            first = self._pixels.setdefault(about.sop_uid, f"{digest.pixel_sha256} {found.path}")
            if first != f"{digest.pixel_sha256} {found.path}":
                same = first.startswith(digest.pixel_sha256)
                return _doubtful(about, "duplicate" if same else "uid-conflict")
        return next((_doubtful(about, code) for code in self._doubts(values, frames[0])), about)

    def _doubts(self, values: Attributes, frame: Frame) -> Iterator[str]:
        yield from doubts(values)  # the gravest first
        if frame.icc_profile and is_colour(frame) and not self._is_usable(frame.icc_profile):
            yield "bad-profile"
        if is_doubtful(values.texts("00080005"), values.words()):
            yield "bad-text"
        if not values.has("00020010"):
            yield "no-file-meta"

    def _is_usable(self, profile: bytes) -> bool:
        if profile not in self._profiles:
            self._profiles[profile] = self.decoder.has_usable_profile(profile)
        return self._profiles[profile]

    def _keep(self, about: FileReport, ref: StudyRef, series: Series) -> None:
        """Into the series of the object; one that is repeated there stands beside it."""
        (instance,) = series.instances
        own = about.path if not instance.series or not instance.frames else ""
        for rank in count():
            key = (ref.study, instance.series, own, str(rank))
            bucket = self._buckets.setdefault(key, _Bucket(ref, evolve(series, instances=()), {}))
            if instance.sop not in bucket.paths:
                break
        bucket.paths[instance.sop] = about.path
        bucket.series = evolve(bucket.series, instances=(*bucket.series.instances, instance))


def words(code: str) -> str:
    """What a person is told; nothing from a file is part of it."""
    found = WORDS.get(code) or NOTICES.get(code) or sop_classes.OBJECTS.get(code, "")
    return tr(found) if found else ""


def _status_of(reason: str) -> Status:
    if reason == "not-dicom":
        return Status.NOT_DICOM
    return Status.UNSUPPORTED if reason in _UNSUPPORTED else Status.REFUSED


def _plain(found: LocalObject, status: Status, reason: str) -> FileReport:
    return _with(FileReport(found.path, status), status, reason)


def _with(about: FileReport, status: Status, reason: str, more: str = "") -> FileReport:
    message = " ".join(filter(None, [words(reason), more]))
    return evolve(about, status=status, reason=reason, message=message)


def _doubtful(about: FileReport, reason: str) -> FileReport:
    return _with(about, Status.DEGRADED, reason) if about.is_shown else about


def _of_another(about: FileReport) -> FileReport:
    """A study of two patients: what is doubtful already says this as well."""
    if about.status is Status.DEGRADED:
        return evolve(about, message=f"{about.message} {words('patient-conflict')}")
    return _doubtful(about, "patient-conflict")


def _some_frames(about: FileReport, digest: Digest) -> FileReport:
    """Those that can be decoded are shown; the others are named."""
    said = ", ".join(str(index + 1) for index, _ in digest.bad)
    more = tr("Frames {numbers}: {why}", numbers=said, why=words(digest.bad[0][1]))
    return _with(about, Status.DEGRADED, "some-frames", more)


def _not_image(about: FileReport, found: LocalObject, values: Attributes) -> FileReport:
    if is_directory(values):
        return _directory(about, found, values)
    code = sop_classes.object_code(about.sop_class) or "other-object"
    return _with(about, Status.NOT_IMAGE, code)


def _directory(about: FileReport, found: LocalObject, values: Attributes) -> FileReport:
    """A DICOMDIR and what of it is there (PS3.3 F.3.2.2)."""
    referenced = listed_files(values)
    missing = ["/".join(each) for each in referenced if found.beside(each) is None]
    if not missing:
        more = tr("It lists {count} files; all are here.", count=len(referenced))
        return _with(about, Status.NOT_IMAGE, "dicomdir", more)
    more = tr(
        "{missing} of {count} files: {names}",
        missing=len(missing),
        count=len(referenced),
        names=named(missing),
    )
    return _with(about, Status.NOT_IMAGE, "missing-files", more)


def _lacks_parts(shown: DisplaySet) -> bool:
    return any(LOST in frame.doubts for frame in shown.frames[:1])


def _arranged(buckets: Iterable[_Bucket]) -> Iterator[ShownSet]:
    """Display sets of all series, each with an id of its own."""
    numbers: dict[str, Iterator[int]] = {}
    for bucket in buckets:
        for shown in display_sets(bucket.ref, bucket.series):
            number = next(numbers.setdefault(shown.series, count()))
            sops = dict.fromkeys(frame.key.sop for frame in shown.frames)
            paths = [bucket.paths[sop] for sop in sops] if sops else bucket.paths.values()
            yield ShownSet(evolve(shown, id=f"{shown.series}#{number}"), tuple(paths))
