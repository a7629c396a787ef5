"""Real files put on the sites with `--studies`: read, grouped by study, identified.

A file that is not DICOM, or has no prefix, is skipped and counted. Where an object
lacks an identity it is given one that can be told from a real one, and the same one
stands in everything the platform says about it; the stored file stays as it is.
"""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, tzinfo
from pathlib import Path
from typing import Final

from attrs import frozen
from pydicom import Dataset, dcmread
from pydicom.errors import InvalidDicomError

from workstation.demo.archive import FileSource, Instance
from workstation.demo.resources import PatientFacts, StudyFacts
from workstation.domain.identifiers import is_uid

_DICOMDIR: Final = "1.2.840.10008.1.3.10"
_BROKEN: Final = (
    OSError,
    ValueError,
    EOFError,
    AttributeError,
    KeyError,
    TypeError,
    InvalidDicomError,
)


@frozen
class Found:
    """A study of one patient, with its instances."""

    patient: PatientFacts
    instances: tuple[Instance, ...]

    @property
    def uid(self) -> str:
        return self.instances[0].study

    def started(self, zone: tzinfo) -> datetime | None:
        """When it was acquired, in the site's time."""
        moments = (_started(each.header, zone) for each in self.instances)
        return min((each for each in moments if each), default=None)

    def facts(self, zone: tzinfo) -> StudyFacts:
        first = self.instances[0]
        modalities = {_text(each.header, "Modality") or "OT" for each in self.instances}
        description = next(
            (
                text
                for name in ("StudyDescription", "SeriesDescription")
                for each in self.instances
                if (text := _text(each.header, name))
            ),
            "Imaging study",
        )
        return StudyFacts(
            self.uid,
            first.given.get("AccessionNumber") or _text(first.header, "AccessionNumber"),
            description,
            _text(first.header, "BodyPartExamined").capitalize(),
            tuple(sorted(modalities)),
            self.started(zone),
            len({each.series for each in self.instances}),
            len(self.instances),
        )


@frozen
class Intake:
    """What was found below some folders; `skipped` files were not DICOM."""

    studies: tuple[Found, ...]
    skipped: int
    repeated: int


def read(folders: Sequence[Path]) -> Intake:
    groups: dict[str, list[tuple[Path, Dataset]]] = {}
    skipped = 0
    for path in _files(folders):
        header = _header(path)
        if header is None:
            skipped += 1
            continue
        groups.setdefault(_study_uid(path, header), []).append((path, header))
    studies, repeated = [], 0
    for uid, members in groups.items():
        found = _study(uid, members)
        repeated += len(members) - len(found.instances)
        studies.append(found)
    return Intake(tuple(studies), skipped, repeated)


def _files(folders: Sequence[Path]) -> Iterator[Path]:
    for folder in folders:
        if folder.is_file():
            yield folder
        yield from sorted(each for each in folder.rglob("*") if each.is_file())


def _header(path: Path) -> Dataset | None:
    try:
        header = dcmread(path, stop_before_pixels=True)
        meta = header.file_meta
        if not len(header) or meta.get("MediaStorageSOPClassUID") == _DICOMDIR:
            return None
        _text(header, "StudyInstanceUID"), _text(header, "PatientID")
    except _BROKEN:
        return None
    return header


def _study(uid: str, members: list[tuple[Path, Dataset]]) -> Found:
    first = members[0][1]
    patient = _patient(uid, first)
    given = _given(uid, first, patient)
    instances: dict[str, Instance] = {}
    for path, header in members:
        series = _uid(header, "SeriesInstanceUID") or _made_uid(uid, "series", path.parent)
        sop = _uid(header, "SOPInstanceUID") or _made_uid(uid, "instance", path)
        if sop not in instances:
            instances[sop] = Instance(uid, series, sop, FileSource(path), given, header)
    return Found(patient, tuple(instances.values()))


def _given(uid: str, header: Dataset, patient: PatientFacts) -> dict[str, str]:
    """What the object lacks and the platform supplies, by keyword."""
    digest = hashlib.sha256(uid.encode()).hexdigest()[:8]
    wanted = {
        "AccessionNumber": f"DEMO-{digest}",
        "PatientID": patient.id,
        "PatientName": patient.name,
    }
    return {name: text for name, text in wanted.items() if not _text(header, name)}


def _patient(uid: str, header: Dataset) -> PatientFacts:
    digest = hashlib.sha256(uid.encode()).hexdigest()[:8]
    ident, name = _text(header, "PatientID"), _text(header, "PatientName")
    return PatientFacts(
        ident or f"DEMO-P-{digest}",
        name or f"Unnamed^Demo {digest}",
        _day(_text(header, "PatientBirthDate")),
        _text(header, "PatientSex"),
        generated=not (ident and name),
    )


def _study_uid(path: Path, header: Dataset) -> str:
    """Objects without a study UID belong together by patient and folder."""
    own = _uid(header, "StudyInstanceUID")
    return own or _made_uid("study", _text(header, "PatientID"), path.parent)


def _made_uid(*seed: object) -> str:
    digest = hashlib.sha256("/".join(str(each) for each in seed).encode()).digest()
    return f"2.25.{int.from_bytes(digest[:15], 'big')}"


def _uid(header: Dataset, keyword: str) -> str:
    text = _text(header, keyword)
    return text if is_uid(text) else ""


def _text(header: Dataset, keyword: str) -> str:
    try:
        value = header.get(keyword)
    except _BROKEN:
        return ""
    return "" if value is None else str(value).strip()


def _started(header: Dataset, zone: tzinfo) -> datetime | None:
    for what in ("Study", "Series", "Acquisition", "Content"):
        day = _day(_text(header, f"{what}Date"))
        if day:
            return datetime.combine(day, _clock(_text(header, f"{what}Time")), zone)
    return None


def _day(text: str) -> date | None:
    digits = text.replace(".", "").replace("-", "")[:8]
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None


def _clock(text: str) -> time:
    digits = text.replace(":", "").split(".")[0].ljust(6, "0")
    try:
        return time(int(digits[:2]), int(digits[2:4]), min(int(digits[4:6]), 59))
    except ValueError:
        return time(0)
