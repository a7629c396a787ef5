"""STOW-RS: filing instances that were sent to us (PS3.18 10.5)."""

import io
from collections.abc import Iterable
from typing import Final

from attrs import define, field
from pydicom import Dataset, dcmread
from pydicom.errors import InvalidDicomError

from workstation.demo.archive import Archive, Instance, MemorySource
from workstation.demo.dicom_json import Json
from workstation.domain.identifiers import is_uid

_CANNOT_UNDERSTAND: Final = 0xC000
_WRONG_STUDY: Final = 0xA900  # data set does not match SOP class, or the address


@define
class Outcome:
    """What was filed, and the answer that says so."""

    status: int = 200
    body: Json = field(factory=dict)
    stored: list[tuple[Instance, bytes]] = field(factory=list)


def store(
    archive: Archive, parts: Iterable[tuple[str, bytes]], study: str | None, base: str
) -> Outcome:
    filed, failed, outcome = list[Json](), list[Json](), Outcome()
    for kind, raw in parts:
        if not kind.startswith("application/dicom"):
            failed.append({"00081197": {"vr": "US", "Value": [_CANNOT_UNDERSTAND]}})
            continue
        instance = received(raw)
        if instance is None:
            failed.append({"00081197": {"vr": "US", "Value": [_CANNOT_UNDERSTAND]}})
            continue
        reference = _reference(instance.header)
        if study is not None and instance.study != study:
            failed.append(reference | {"00081197": {"vr": "US", "Value": [_WRONG_STUDY]}})
            continue
        if archive.add(instance):
            outcome.stored.append((instance, raw))
        address = f"{base}/studies/{instance.study}/series/{instance.series}"
        url = f"{address}/instances/{instance.sop}"
        filed.append(reference | {"00081190": {"vr": "UR", "Value": [url]}})
    outcome.status = 409 if not filed else 202 if failed else 200
    outcome.body = _answer(filed, failed, f"{base}/studies/{study}" if study else base)
    return outcome


def received(raw: bytes) -> Instance | None:
    """An instance from the bytes of its file; None where they are not one."""
    names = ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID")
    try:
        header = dcmread(io.BytesIO(raw), stop_before_pixels=True)
        study, series, sop = (str(header.get(name) or "") for name in names)
    except (InvalidDicomError, EOFError, ValueError, AttributeError):
        return None
    if not all(map(is_uid, (study, series, sop))):
        return None
    return Instance(study, series, sop, MemorySource(raw))


def _reference(header: Dataset) -> Json:
    return {
        "00081150": {"vr": "UI", "Value": [str(header.get("SOPClassUID", ""))]},
        "00081155": {"vr": "UI", "Value": [str(header.get("SOPInstanceUID", ""))]},
    }


def _answer(filed: list[Json], failed: list[Json], url: str) -> Json:
    body: Json = {"00081190": {"vr": "UR", "Value": [url]}}
    if filed:
        body["00081199"] = {"vr": "SQ", "Value": filed}
    if failed:
        body["00081198"] = {"vr": "SQ", "Value": failed}
    return body
