"""Studies of an archive as cases and as priors: what QIDO-RS and C-FIND answer, alike.

An archive knows no tasks. What it cannot say (who reads it, by when, whether it was read) is
marked as lacking and shown so; a time is given to such a case only to stand somewhere in the
queue: a day after it was acquired.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from attrs import evolve

from workstation.domain.identifiers import (
    AccessionNumber,
    StudyRef,
    StudyUID,
    TaskId,
    is_uid,
)
from workstation.domain.prior import PriorStudy
from workstation.domain.reader import Licence, Reader
from workstation.domain.worklist import Lack, Priority, ReadState, Tier, WorklistItem
from workstation.protocols.dicom_attributes import Attributes
from workstation.protocols.dicom_times import moment_of
from workstation.protocols.fhir_values import Unreadable
from workstation.protocols.id_token import Identity
from workstation.settings import Site, licences_of
from workstation.text import tr

#: What an archive that lists studies cannot say of them.
LACKING: Final = frozenset({Lack.CLAIM, Lack.DUE, Lack.STATUS, Lack.DRAFTS, Lack.READERS})
#: Where nobody promised anything: only to stand somewhere in the queue.
_DAY: Final = timedelta(hours=24)
#: Series that nobody reads as images.
_NOT_READ: Final = frozenset({"SR", "PR", "KO", "DOC", "SEG", "RTSTRUCT", "RTPLAN", "REG", "AU"})


def has_images(row: Attributes) -> bool:
    """Whether a study has a series to read, as far as it says."""
    kinds = set(row.texts("00080061")) or {"OT"}
    return bool(kinds - _NOT_READ)


def item_from(site: Site, row: Attributes, now: datetime) -> WorklistItem:
    """A study as a case. Raises `Unreadable` where it has no usable identifier."""
    study = row.text("0020000D")
    if not is_uid(study):
        raise Unreadable(tr("a study without a usable identifier"))
    acquired = _acquired(site, row)
    listed = acquired or now
    return WorklistItem(
        site.id, TaskId(study), "0", StudyUID(study), AccessionNumber(row.text("00080050")),
        row.patient(), row.text("00081030") or tr("(not described)"), "", _modality(row),
        Priority.ROUTINE, Tier.FINAL, listed + _DAY, listed, acquired, site.jurisdiction,
        images_received=row.whole("00201208") or 0, lacks=LACKING,
    )  # fmt: skip


def prior_from(site: Site, row: Attributes) -> PriorStudy | None:
    """An older study; None where it has no usable identifier."""
    study = row.text("0020000D")
    if not is_uid(study):
        return None
    return PriorStudy(
        StudyRef(site.id, StudyUID(study)),
        _acquired(site, row),
        row.text("00081030"),
        _modality(row),
        row.text("00080050"),
        instances=row.whole("00201208") or 0,
    )


def reader_from(site: Site, identity: Identity) -> Reader:
    """Whom the settings vouch for, where the site itself has no record of readers."""
    held = tuple(
        Licence(tr("(settings)"), place, valid_to=until)
        for subject, place, until in licences_of(site.readers)
        if subject == identity.subject
    )
    return Reader(identity.fhir_user or identity.subject, identity.name, ("radiologist",), held)


def changed(
    item: WorklistItem, state: ReadState, reader: Reader | None, version: int
) -> WorklistItem:
    """The case as this desk left it: nobody else keeps it."""
    return evolve(
        item,
        state=state,
        version=str(version),
        holder=reader.name if reader else "",
        holder_id=reader.id if reader else "",
    )


def task_of(item: WorklistItem) -> Mapping[str, Any]:
    """The case in the form of a FHIR Task, which no server has: delivery asks for one."""
    status = {ReadState.CLAIMED: "accepted", ReadState.FINAL: "completed"}
    task: dict[str, Any] = {
        "resourceType": "Task",
        "id": item.task,
        "meta": {"versionId": item.version},
        "status": status.get(item.state, "requested"),
    }
    if item.holder_id:
        task["owner"] = {"reference": item.holder_id, "display": item.holder}
    return task


def task_held(task: TaskId, reader: Reader) -> Mapping[str, Any]:
    """A case that nobody lists, in the reader's hands."""
    owner = {"reference": reader.id, "display": reader.name}
    return {"resourceType": "Task", "id": task, "meta": {"versionId": "0"}, "status": "accepted",
            "owner": owner}  # fmt: skip


def completed(transaction: Mapping[str, Any]) -> Mapping[str, str]:
    """State of each Task that a closing transaction leaves, by its id."""
    tasks = (
        each.get("resource", {})
        for each in transaction.get("entry", ())
        if each.get("resource", {}).get("resourceType") == "Task"
    )
    return {str(task["id"]): str(task["status"]) for task in tasks}


def _acquired(site: Site, row: Attributes) -> datetime | None:
    at = moment_of(row, "00080020", "00080030")
    if at is None:
        day: date | None = row.day("00080020")
        at = datetime(day.year, day.month, day.day) if day else None  # noqa: DTZ001
    return at.replace(tzinfo=ZoneInfo(site.timezone)).astimezone(UTC) if at else None


def _modality(row: Attributes) -> str:
    kinds = row.texts("00080061")
    return next((each for each in kinds if each not in _NOT_READ), next(iter(kinds), "OT"))
