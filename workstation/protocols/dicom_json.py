"""Metadata of a series (DICOM JSON, PS3.18 F) to the values the program reads by.

Plain Python on the answer's own dictionaries: building data sets would cost more than
fetching the images. Nothing is dropped: an object whose header does not describe its
pixels becomes frames that are refused with their reason.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from attrs import frozen

from workstation.domain.identifiers import FrameKey, SeriesUID, SopUID, StudyRef
from workstation.domain.patient import Patient
from workstation.domain.source import Source
from workstation.domain.study import Frame, Instance, Series
from workstation.protocols.dicom_annotation import annotation_of
from workstation.protocols.dicom_attributes import Attributes, Memory, NotMetadata, parse
from workstation.protocols.dicom_frames import Header, stored_syntax
from workstation.protocols.dicom_repeats import marked
from workstation.protocols.dicom_source import source_of
from workstation.protocols.dicom_structures import structure_set
from workstation.protocols.readable_report import readable_report

MAX_FRAMES: Final = 100_000
_IMAGE_TAGS: Final = ("00280010", "00280011", "00280100", "00280004")
_PIXEL_TAGS: Final = ("7FE00010", "7FE00008", "7FE00009")


@frozen
class Head:
    """A series as a search lists it."""

    uid: SeriesUID
    number: int | None
    modality: str
    description: str
    instances: int


def heads(body: bytes, ref: StudyRef) -> tuple[Head, ...]:
    """Series of a search answer; rows of another study are not ours (SEC-10)."""
    return tuple(
        Head(
            uid=SeriesUID(row.text("0020000E")),
            number=row.whole("00200011"),
            modality=row.text("00080060"),
            description=row.text("0008103E"),
            instances=row.whole("00201209") or 0,
        )
        for row in parse(body)
        if row.text("0020000E") and row.text("0020000D") in ("", ref.study)
    )


def series(body: bytes, ref: StudyRef, uid: SeriesUID) -> Series:
    """Every instance and frame of a series. Raises `NotMetadata`."""
    rows = parse(body)
    for row in rows:
        if (row.text("0020000D"), row.text("0020000E")) != (ref.study, uid):
            raise NotMetadata("objects of another series")
    return series_of(rows, ref, uid)


def series_of(rows: Sequence[Attributes], ref: StudyRef, uid: SeriesUID) -> Series:
    """Objects of one series, wherever their headers come from; none of them is left out."""
    first = rows[0] if rows else Attributes()
    modality = first.text("00080060")
    reading = _Reading(ref, uid, modality)
    return Series(
        uid=uid,
        number=first.whole("00200011"),
        modality=modality,
        description=first.text("0008103E"),
        instances=marked([reading.instance(row) for row in rows]),
        body_part=first.text("00180015"),
    )


@frozen
class _Said:
    """What most objects of a series say alike of themselves."""

    sop_class: str
    modality: str
    transfer_syntax: str
    patient: Patient
    accession: str
    concatenation: str
    source: Source


def _said(row: Attributes) -> _Said:
    return _Said(
        sop_class=row.text("00080016"),
        modality=row.text("00080060"),
        transfer_syntax=stored_syntax(row),
        patient=row.patient(),
        accession=row.text("00080050"),
        concatenation=row.text("00209161"),
        source=source_of(row),
    )


class _Reading:
    """The objects of one series, one after the other."""

    def __init__(self, ref: StudyRef, uid: SeriesUID, modality: str) -> None:
        self._ref = ref
        self._uid = uid
        self._modality = modality
        self._memory = Memory()
        self._room = MAX_FRAMES
        self._named = Counter[SopUID]()

    def instance(self, row: Attributes) -> Instance:
        sop, number = SopUID(row.text("00080018")), row.whole("00200013")
        said = self._memory.read("said", row, _said)
        frames = self._frames(row, said, sop, number)
        self._room -= len(frames)
        self._named[sop] += 1
        document = readable_report(row) if not frames else None
        return Instance(
            sop=sop,
            series=self._uid,
            sop_class=said.sop_class,
            number=number,
            frames=frames,
            transfer_syntax=said.transfer_syntax,
            patient=said.patient,
            accession=said.accession,
            modality=said.modality,
            concatenation=said.concatenation,
            part=max(0, row.whole("00209162") or 0),
            parts=max(0, row.whole("00209163") or 0),
            structures=structure_set(row, tuple(frame.key for frame in frames)),
            document=document,
            annotation=None if frames else annotation_of(row, self._ref.site),
            source=said.source,
            title=row.text("00420010") or (document.title if document else ""),
            copy=self._named[sop] - 1,
        )

    def _frames(
        self, row: Attributes, said: _Said, sop: SopUID, number: int | None
    ) -> tuple[Frame, ...]:
        count = _frame_count(row) if _has_pixels(row) else 0
        header = Header(row, said.modality or self._modality, self._memory)
        if count > self._room:  # one frame that will be refused stands for all it claims
            count = 1
            header.refuse()
        offset = max(0, row.whole("00209228") or 0) if said.concatenation else 0
        numbered = count > 1 or bool(said.concatenation)
        return tuple(
            header.frame(
                FrameKey(self._ref.site, self._ref.study, self._uid, sop, index, self._named[sop]),
                offset + index + 1 if numbered else number or 1,
                count,
            )
            for index in range(count)
        )


def _has_pixels(row: Attributes) -> bool:
    return any(row.values(tag) for tag in _IMAGE_TAGS) or any(map(row.has, _PIXEL_TAGS))


def _frame_count(row: Attributes) -> int:
    """Absent means one; a nonsensical number is one frame, which will be refused."""
    count = row.whole("00280008")
    return count if count is not None and count > 0 else 1
