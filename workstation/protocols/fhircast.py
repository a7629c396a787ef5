"""FHIRcast 3.0.0 (HL7, STU 3): the case that programs at one desk have open together.

What a subscriber sends to the hub and what it hears from it (sections 2.3 to 2.6, 3.2.1, 3.6),
as IHE IRA uses it. What comes from outside is read strictly and bounded. Names of events are
compared without regard to case (2.6).
"""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, Final
from urllib.parse import urlsplit

from attrs import field, frozen

from workstation.domain.identifiers import StudyUID, is_uid
from workstation.domain.worklist import WorklistItem
from workstation.errors import SiteUnavailable
from workstation.protocols.web import Answer, Request, form
from workstation.settings.checks import is_loopback
from workstation.text import tr

SUBSCRIBER: Final = "Reading workstation"
REPORT_OPEN: Final = "DiagnosticReport-open"
REPORT_CLOSE: Final = "DiagnosticReport-close"
REPORT_UPDATE: Final = "DiagnosticReport-update"
SYNC_ERROR: Final = "SyncError"
_EVENTS: Final = (
    REPORT_OPEN, REPORT_CLOSE, REPORT_UPDATE, "DiagnosticReport-select",
    "ImagingStudy-open", "ImagingStudy-close", SYNC_ERROR,
)  # fmt: skip
#: A message of the hub; a context is some kilobytes, shared content dozens of resources.
MOST_BYTES: Final = 1 << 20
_MOST_ITEMS: Final = 64
_LONGEST: Final = 200
_ID: Final = re.compile(r"[\x21-\x7e]{1,200}")
_SYNC_ERROR_CODES: Final = "https://fhircast.hl7.org/events/syncerror/"


@frozen
class Confirmed:
    """The subscription holds; events come from now on."""


@frozen
class Denied:
    """The hub ended the subscription."""


@frozen
class Unreadable:
    """A message that is no event; `id` where it names itself, to answer it."""

    id: str = ""


@frozen
class OutOfStep:
    """A program at the desk did not follow: who, and what it says about it."""

    id: str
    subscriber: str
    why: str = field(repr=False)  # foreign words


@frozen
class Event:
    """What another program, or this one, told the hub."""

    id: str
    name: str
    at: datetime | None = None  # None where it is no time: the standard's own examples have such
    report: str = ""  # logical id of the DiagnosticReport
    studies: tuple[StudyUID, ...] = ()
    accessions: tuple[str, ...] = field(default=(), repr=False)
    born: date | None = field(default=None, repr=False)
    version: str = ""  # of the shared content (2.10)

    @property
    def opens(self) -> bool:
        return self.name.lower().endswith("-open")

    @property
    def closes(self) -> bool:
        return self.name.lower().endswith("-close")

    def is_of(self, item: WorklistItem) -> bool:
        """By the study, else by the order; never where the birth dates say two persons."""
        born = item.patient.birth_date
        if self.born is not None and born is not None and self.born != born:
            return False
        return item.study in self.studies if self.studies else item.accession in self.accessions

    def is_about_same(self, other: "Event") -> bool:
        both = set(self.studies) & set(other.studies)
        return bool(both or set(self.accessions) & set(other.accessions))


Message = Confirmed | Denied | Unreadable | OutOfStep | Event
Context = Sequence[Mapping[str, object]]  # FHIR resources, and references to them, by `key`


# --- subscribing (2.4) --------------------------------------------------------


def subscription(hub: str, topic: str) -> Request:
    """Ask for a channel on which the events of a session come."""
    return form(hub, {
        "hub.channel.type": "websocket", "hub.mode": "subscribe", "hub.topic": topic,
        "hub.events": ",".join(_EVENTS), "subscriber.name": SUBSCRIBER,
    })  # fmt: skip


def unsubscription(hub: str, topic: str, channel: str) -> Request:
    """Leave, as one that ends in order does; else the others are told of an error (2.5)."""
    return form(hub, {
        "hub.channel.type": "websocket", "hub.mode": "unsubscribe", "hub.topic": topic,
        "hub.channel.endpoint": channel,
    })  # fmt: skip


def channel_of(answer: Answer) -> str:
    """Where to listen. SiteUnavailable: the hub names no place that is safe to listen at."""
    found = answer.json().get("hub.channel.endpoint")
    address = found.strip() if isinstance(found, str) and len(found) < 2048 else ""
    try:
        parts = urlsplit(address)
        safe = parts.scheme == "wss" or (parts.scheme == "ws" and is_loopback(address))
        known = safe and bool(parts.hostname) and not parts.username
    except ValueError:
        known = False
    if not known:
        raise SiteUnavailable(tr("the hub names no encrypted channel to listen at"))
    return address


# --- telling (2.6) ------------------------------------------------------------


def posted(hub: str, body: bytes) -> Request:
    return Request("POST", hub, {"Content-Type": "application/fhir+json"}, body)


def event(
    topic: str, name: str, id_: str, at: datetime, context: Context, version: str = ""
) -> bytes:
    """A change of context that is asked for, or told."""
    told: dict[str, object] = {"hub.topic": topic, "hub.event": name, "context": list(context)}
    if version:
        told["context.versionId"] = version
    stamp = at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return json.dumps({"timestamp": stamp, "id": id_, "event": told}).encode()


def acknowledgement(id_: str, status: int) -> str:
    """200 followed, 202 perhaps later, 409 not: the hub tells the others (2.5)."""
    return json.dumps({"id": id_, "status": str(status)})


def not_followed(id_: str, name: str, why: str) -> Context:
    """The context of a SyncError that a subscriber sends after a 202 (3.2.1)."""
    codes = {"eventid": id_, "eventname": name, "subscriber": SUBSCRIBER}
    issue = {
        "severity": "warning",
        "code": "processing",
        "diagnostics": why,
        "details": {
            "coding": [{"system": _SYNC_ERROR_CODES + k, "code": v} for k, v in codes.items()]
        },
    }
    outcome = {"resourceType": "OperationOutcome", "issue": [issue]}
    return [{"key": "operationoutcome", "resource": outcome}]


# --- hearing (2.5) ------------------------------------------------------------


def heard(text: str, topic: str) -> Message:
    """What a message of the hub says; `Unreadable` where it cannot be held to the standard."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return Unreadable()
    if not isinstance(found, dict):
        return Unreadable()
    mode = found.get("hub.mode")
    if mode is not None:
        if mode == "subscribe":
            return Confirmed()
        return Denied() if mode == "denied" else Unreadable()
    return _event(found, topic)


def _event(found: Mapping[str, Any], topic: str) -> Message:
    id_, told = found.get("id"), found.get("event")
    if not isinstance(id_, str) or not _ID.fullmatch(id_):
        return Unreadable()
    if not isinstance(told, dict) or told.get("hub.topic") != topic:
        return Unreadable(id_)
    name, context = told.get("hub.event"), told.get("context")
    if not isinstance(name, str) or not isinstance(context, list) or len(context) > _MOST_ITEMS:
        return Unreadable(id_)
    items = [each for each in context if isinstance(each, dict)]
    if name.lower() == SYNC_ERROR.lower():
        return _out_of_step(id_, items)
    if name.lower() not in {each.lower() for each in _EVENTS}:
        return Unreadable(id_)
    return _change(id_, name, found.get("timestamp"), told, items)


def _change(
    id_: str, name: str, at: object, told: Mapping[str, Any], items: Sequence[Mapping[str, Any]]
) -> Event:
    reports, studies, patients = (_of_kind(items, key) for key in ("report", "study", "patient"))
    named = [each for study in studies for each in _identifiers(study)]
    ordered = [each for one in (*studies, *reports) for each in _identifiers(one, "basedOn")]
    # R4 keeps the accession with the study's identifiers, R5 with the order they answer.
    uids = (_text(each.get("value")).removeprefix("urn:oid:") for each in named
            if each.get("system") == "urn:dicom:uid")  # fmt: skip
    accessions = (_text(each.get("value")) for each in (*named, *ordered) if _is_accession(each))
    version = told.get("context.versionId", told.get("versionId"))
    return Event(
        id_, name, _time(at), _report_id(items, reports),
        tuple(StudyUID(each) for each in dict.fromkeys(uids) if is_uid(each)),
        tuple(dict.fromkeys(filter(None, accessions))),
        next((_day(each.get("birthDate")) for each in patients), None),
        _text(version),
    )  # fmt: skip


def _out_of_step(id_: str, items: Sequence[Mapping[str, Any]]) -> OutOfStep:
    """3.2.1: one OperationOutcome; its codings say which program, `diagnostics` why."""
    outcome = next(iter(_of_kind(items, "operationoutcome")), {})
    issue = next(iter(_objects(outcome.get("issue"))), {})
    details = issue.get("details")
    codes = {
        _text(each.get("system")).removeprefix(_SYNC_ERROR_CODES): _text(each.get("code"))
        for each in _objects(details.get("coding") if isinstance(details, dict) else None)
    }
    return OutOfStep(id_, codes.get("subscriber", ""), _text(issue.get("diagnostics")))


def _of_kind(items: Sequence[Mapping[str, Any]], key: str) -> list[Mapping[str, Any]]:
    found = (each.get("resource") for each in items if each.get("key") == key)
    return [each for each in found if isinstance(each, dict)]


def _report_id(items: Sequence[Mapping[str, Any]], reports: Sequence[Mapping[str, Any]]) -> str:
    """A resource when it is opened or closed, a reference in between (3.6.3, 3.6.4)."""
    if reports:
        return _text(reports[0].get("id"))
    named = (each.get("reference") for each in items if each.get("key") == "report")
    one = next((each for each in named if isinstance(each, dict)), {})
    return _text(one.get("reference")).removeprefix("DiagnosticReport/")


def _identifiers(resource: Mapping[str, Any], through: str = "") -> list[Mapping[str, Any]]:
    if not through:
        return _objects(resource.get("identifier"))
    found = (each.get("identifier") for each in _objects(resource.get(through)))
    return [each for each in found if isinstance(each, dict)]


def _is_accession(identifier: Mapping[str, Any]) -> bool:
    kind = identifier.get("type")
    codings = _objects(kind.get("coding")) if isinstance(kind, dict) else []
    return any(each.get("code") == "ACSN" for each in codings)


def _objects(found: object) -> list[Mapping[str, Any]]:
    every = found[:_MOST_ITEMS] if isinstance(found, list) else []
    return [each for each in every if isinstance(each, dict)]


def _text(found: object) -> str:
    """One short line of signs that can be shown."""
    if not isinstance(found, str):
        return ""
    kept = "".join(each if each.isprintable() else " " for each in found[: 4 * _LONGEST])
    return " ".join(kept.split())[:_LONGEST]


def _time(found: object) -> datetime | None:
    try:
        at = datetime.fromisoformat(_text(found))
    except ValueError:
        return None
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


def _day(found: object) -> date | None:
    try:
        return date.fromisoformat(_text(found))
    except ValueError:
        return None
