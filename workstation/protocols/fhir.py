"""Task, ServiceRequest, Patient and ImagingStudy (FHIR R4) <-> worklist items.

As docs/conformance.md says. A changed Task is the site's own with our elements
replaced: what we do not understand travels back untouched.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from attrs import evolve

from workstation.domain.identifiers import AccessionNumber, StudyUID, TaskId, is_uid
from workstation.domain.patient import Patient
from workstation.domain.reader import Colleague, Licence, Reader
from workstation.domain.worklist import Lack, Priority, ReadState, Tier, WorklistItem
from workstation.protocols.fhir_values import (
    RW,
    STUDY_UIDS,
    Resource,
    Unreadable,
    coding,
    day,
    extension,
    extensions,
    first,
    inner,
    instant,
    items,
    moment,
    moment_or_day,
    reference,
    text,
    typed_identifier,
    version,
    whole,
    with_extension,
    words,
)
from workstation.settings import Site
from workstation.text import tr

#: Where nobody promised anything a case stands as if it were due a day after it was listed.
_DAY: Final = timedelta(days=1)
#: Task.status of a case that is, or was, to be read. Others are withdrawn.
LISTED: Final = ("requested", "accepted", "in-progress", "completed")
_STATE_OF_STATUS: Final = {
    "requested": ReadState.UNREAD,
    "accepted": ReadState.CLAIMED,
    "in-progress": ReadState.CLAIMED,
    "completed": ReadState.FINAL,
}
_SEX: Final = {"male": "M", "female": "F", "other": "O"}
#: Series of these are about the images; they do not say what kind of study it is.
_ACCOMPANYING: Final = frozenset({"SR", "PR", "KO", "DOC", "OT", "REG", "SEG"})


def is_reading_task(task: Resource) -> bool:
    return coding(task.get("code"), RW + "task") in ("read", "addendum")


def item_from(site: Site, task: Resource, others: Mapping[str, Resource]) -> WorklistItem:
    """A worklist item from a Task and what it refers to; raises `Unreadable`."""
    order_id, patient_ref = reference(task.get("focus")), reference(task.get("for"))
    study_ref = next(iter(inputs(task, "study")), "")
    order = _need(others, order_id, tr("its order is missing"))
    study = _need(others, study_ref, tr("its study is missing"))
    body_site = first(order.get("bodySite"))
    listed = _moment(task.get("authoredOn"), tr("it has no time of listing"))
    end = inner(task, "restriction", "period").get("end")
    item = WorklistItem(
        site=site.id,
        task=TaskId(_known(text(task, "id"), tr("it has no id"))),
        version="",
        study=study_uid(study),
        accession=AccessionNumber(text(typed_identifier(order, "ACSN"), "value")),
        patient=patient_from(_need(others, patient_ref, tr("its patient is missing"))),
        procedure=text(inner(order, "code"), "text") or text(study, "description"),
        procedure_code=text(first(inner(order, "code").get("coding")), "code"),
        modality=main_modality(study),
        priority=Priority.ROUTINE,
        tier=Tier.FINAL,
        due=listed + _DAY if end is None else _moment(end, tr("its due time is not a time")),
        listed=listed,
        acquired=moment_or_day(study.get("started"), ZoneInfo(site.timezone)),
        jurisdiction=site.jurisdiction,
        images_received=whole(study.get("numberOfInstances")) or 0,
        indication=text(first(order.get("reasonCode")), "text"),
        body_part=text(body_site, "text") or text(first(body_site.get("coding")), "display"),
        order_id=order_id,
        patient_ref=patient_ref,
        imaging_ref=study_ref,
        lacks=frozenset({Lack.DUE}) if end is None else frozenset(),
    )
    return with_task(item, task)


#: Roles to whom a case can be given.
READERS: Final = frozenset({"radiologist", "resident"})
#: Of a note from one reader to the next.
_MOST_WORDS: Final = 1000


def with_task(item: WorklistItem, task: Resource) -> WorklistItem:
    """The item as a newer version of its Task says; order, patient and study stay."""
    status = text(task, "status")
    if status not in _STATE_OF_STATUS:
        raise Unreadable(tr("its status is not known ({status})", status=status[:20]))
    tier = coding(first(task.get("performerType")), RW + "tier")
    expected = (each.get("valueInteger") for each in _inputs(task, "images-expected"))
    recipient = first(inner(task, "restriction").get("recipient"))
    end = moment(inner(task, "restriction", "period").get("end"))
    return evolve(
        item,
        version=_known(version(task), tr("it has no version")),
        priority=_one_of(Priority, text(task, "priority") or "routine", tr("its priority")),
        tier=_one_of(Tier, tier or "final", tr("its promised tier")),
        due=end or item.due,
        lacks=item.lacks - {Lack.DUE} if end else item.lacks,
        jurisdiction=str(extension(task, "jurisdiction") or item.jurisdiction),
        state=read_state(task),
        holder=text(inner(task, "owner"), "display"),
        holder_id=reference(task.get("owner")),
        lease_until=moment(extension(task, "lease-until")),
        images_expected=next((n for value in expected if (n := whole(value))), None),
        prior_count=len(inputs(task, "prior")),
        routed=text(inner(task, "reasonCode"), "text")[:_MOST_WORDS],
        meant_for=text(recipient, "display"),
        meant_for_id=reference(recipient),
        handed_over=text(inner(task, "statusReason"), "text")[:_MOST_WORDS],
    )


def read_state(task: Resource) -> ReadState:
    said = coding(task.get("businessStatus"), RW + "read-state")
    return _one_of(ReadState, said, tr("its state")) if said else _STATE_OF_STATUS[task["status"]]


def _inputs(task: Resource, name: str) -> list[Resource]:
    found = items(task.get("input"))
    return [each for each in found if text(inner(each, "type"), "text") == name]


def inputs(task: Resource, name: str) -> list[str]:
    """References of the Task's inputs of a kind: "study", "prior"."""
    found = (reference(each.get("valueReference")) for each in _inputs(task, name))
    return [each for each in found if each]


# --- what we change of a Task --------------------------------------------------


def claimed(task: Resource, reader: Reader, until: datetime) -> dict[str, Any]:
    """The Task as mine, until the lease ends. Also renews it."""
    status = "in-progress" if task.get("status") == "in-progress" else "accepted"
    return {
        **task,
        "status": status,
        "owner": {"reference": reader.id, "display": reader.name},
        "businessStatus": state_concept(ReadState.CLAIMED),
        "extension": with_extension(task, "lease-until", "valueDateTime", instant(until)),
    }


def released(task: Resource, reason: str, to: Colleague | None = None) -> dict[str, Any]:
    """The Task as nobody's again, in the state it had before the claim; `to`: meant for one."""
    reported = any(
        text(inner(each, "type"), "text") == "report" for each in items(task.get("output"))
    )
    free = {
        **task,
        "status": "requested",
        "businessStatus": state_concept(ReadState.PRELIMINARY if reported else ReadState.UNREAD),
        "extension": with_extension(task, "lease-until", "", None),
    }
    restriction = {k: v for k, v in inner(task, "restriction").items() if k != "recipient"}
    if to is not None:
        restriction["recipient"] = [{"reference": to.id, "display": to.name}]
    free["restriction"] = restriction
    if reason:
        free["statusReason"] = {"text": reason}
    return {n: value for n, value in free.items() if n != "owner" and value not in ([], {})}


def state_concept(state: ReadState) -> dict[str, Any]:
    return {"coding": [{"system": RW + "read-state", "code": state.value}]}


# --- people ---------------------------------------------------------------------


def patient_from(resource: Resource) -> Patient:
    """The identity as every view shows it; raises `Unreadable` without name or id."""
    identifier = typed_identifier(resource, "MR") or first(resource.get("identifier"))
    name = first(resource.get("name"))
    parts = (text(name, "family"), " ".join(words(name.get("given"))))
    shown = ", ".join(part for part in parts if part) or text(name, "text")
    return Patient(
        name=_known(shown, tr("its patient has no name")),
        id=_known(text(identifier, "value"), tr("its patient has no identifier")),
        issuer=text(identifier, "system"),
        birth_date=day(resource.get("birthDate")),
        sex=_SEX.get(text(resource, "gender"), ""),
    )


def reader_from(reference: str, practitioner: Resource, roles: list[Resource]) -> Reader:
    """The reader with licences and roles, as this site knows them."""
    name = first(practitioner.get("name"))
    spoken = [*words(name.get("prefix")), *words(name.get("given")), text(name, "family")]
    licences = (_licence(each) for each in items(practitioner.get("qualification")))
    codes = (each for role in roles for each in items(role.get("code")))
    return Reader(
        id=reference,
        name=text(name, "text") or " ".join(spoken),
        roles=tuple(dict.fromkeys(code for each in codes if (code := coding(each, RW + "role")))),
        licences=tuple(each for each in licences if each is not None),
        modalities=frozenset(str(m) for role in roles for m in extensions(role, "modality")),
    )


def colleagues_from(roles: Iterable[Resource]) -> tuple[Colleague, ...]:
    """Those who read at the site, by name; auditors and administrators do not."""
    found = {
        reference(each.get("practitioner")): text(inner(each, "practitioner"), "display")
        for each in roles
        if any(coding(code, RW + "role") in READERS for code in items(each.get("code")))
    }
    people = (Colleague(who, name) for who, name in found.items() if who and name)
    return tuple(sorted(people, key=lambda each: each.name))


def _licence(qualification: Resource) -> Licence | None:
    """None where it cannot be read: a day misread must not become "without end"."""
    jurisdiction = extension(qualification, "jurisdiction")
    period = inner(qualification, "period")
    days = {name: day(text(period, name)[:10]) for name in ("start", "end") if name in period}
    if not isinstance(jurisdiction, str) or None in days.values():
        return None
    return Licence(
        number=text(first(qualification.get("identifier")), "value"),
        jurisdiction=jurisdiction,
        valid_from=days.get("start"),
        valid_to=days.get("end"),
    )


# --- studies --------------------------------------------------------------------


def study_uid(study: Resource) -> StudyUID:
    for each in items(study.get("identifier")):
        uid = text(each, "value").removeprefix("urn:oid:")
        if each.get("system") == STUDY_UIDS and is_uid(uid):
            return StudyUID(uid)
    raise Unreadable(tr("its study has no usable UID"))


def main_modality(study: Resource) -> str:
    """What kind of study it is: "CT", also where structured reports came with it."""
    codes = [text(each, "code") for each in items(study.get("modality"))]
    images = [code for code in codes if code not in _ACCOMPANYING]
    return next(iter(images or codes), "")


# --- what must be there ---------------------------------------------------------


def _need(others: Mapping[str, Resource], ref: str, missing: str) -> Resource:
    if ref not in others:
        raise Unreadable(missing)
    return others[ref]


def _known(value: str, missing: str) -> str:
    if not value:
        raise Unreadable(missing)
    return value


def _moment(value: object, missing: str) -> datetime:
    found = moment(value)
    if found is None:
        raise Unreadable(missing)
    return found


def _one_of(kind: Any, value: str, what: str) -> Any:
    try:
        return kind(value)
    except ValueError:
        raise Unreadable(tr("{what} is not known ({value})", what=what, value=value[:20])) from None
