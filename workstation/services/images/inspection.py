"""What a heap of files holds, and whether it could be read: `workstation inspect`.

Files come one at a time and are forgotten once they are described; what stays is their
headers' geometry. Nothing is dropped: each file has a status, each frame is in a display
set or its file says why not.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import count
from typing import Final

from attrs import define, evolve, field

from workstation.decoder import budget
from workstation.dicom.concatenations import LOST
from workstation.dicom.display_sets import display_sets
from workstation.domain.character_terms import is_doubtful
from workstation.domain.identifiers import SeriesUID, SiteId, StudyRef, StudyUID
from workstation.domain.patient import Patient
from workstation.domain.study import DisplaySet, Frame, Instance, Series
from workstation.errors import NotDisplayable
from workstation.imaging.colour import is_colour
from workstation.protocols.dicom_attributes import Attributes
from workstation.protocols.dicom_doubts import doubts
from workstation.protocols.dicom_json import series_of
from workstation.services.images.inspected import (
    FileReport,
    Report,
    ShownSet,
    Status,
    doubtful,
    not_image,
    of_another,
    plain_file,
    some_frames,
    status_of,
    with_reason,
)
from workstation.services.images.local_header import header_of
from workstation.services.images.local_ports import LocalObject, ObjectDecoder

_HERE: Final = SiteId("local")


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
            status = status_of(found.reason) if found.reason else Status.NOT_IMAGE
            self._note(plain_file(found, status, found.reason or "zip"))
            return
        try:
            values = header_of(found, self.decoder)
        except NotDisplayable as error:
            self._note(plain_file(found, status_of(error.reason), error.reason))
        else:
            self._object(found, values)

    def report(self) -> Report:
        files = tuple(
            of_another(file) if self._is_another(*owner) else file
            for file, owner in zip(self._files, self._owners, strict=True)
        )
        arranged = tuple(_arranged(self._buckets.values()))
        lost = {path for each in arranged if _lacks_parts(each.shown) for path in each.files}
        told = (doubtful(file, LOST) if file.path in lost else file for file in files)
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
            about = not_image(about, found, values)
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
            return with_reason(about, status_of(error.reason), error.reason)
        lossy = digest.lossy or any(frame.lossy_ratio is not None for frame in frames)
        about = evolve(about, digest=digest, lossy=lossy)
        if digest.bad:
            return some_frames(about, digest)
        if about.sop_uid:
            first = self._pixels.setdefault(about.sop_uid, f"{digest.pixel_sha256} {found.path}")
            if first != f"{digest.pixel_sha256} {found.path}":
                same = first.startswith(digest.pixel_sha256)
                return doubtful(about, "duplicate" if same else "uid-conflict")
        return next((doubtful(about, code) for code in self._doubts(values, frames[0])), about)

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
