"""UPS-RS worklist service without I/O (PS3.18 11, attributes of PS3.4 CC.2.5): work items as cases.

A work item goes from SCHEDULED to IN PROGRESS under a lock, the Transaction UID, and from there
to COMPLETED or CANCELED and nowhere else: what is claimed cannot be given back.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final
from urllib.parse import urlencode
from uuid import NAMESPACE_URL
from zoneinfo import ZoneInfo

from attrs import evolve

from workstation.domain.identifiers import AccessionNumber, StudyUID, TaskId, derived_uid, is_uid
from workstation.domain.reader import Reader
from workstation.domain.worklist import Lack, Priority, ReadState, Tier, WorklistItem
from workstation.errors import Refused
from workstation.protocols.dicom_attributes import Attributes
from workstation.protocols.dicom_times import datetime_of
from workstation.protocols.fhir_values import Unreadable
from workstation.protocols.web import Request
from workstation.settings import Site
from workstation.text import tr

JSON: Final = "application/dicom+json"
SCHEDULED, IN_PROGRESS, COMPLETED, CANCELED = "SCHEDULED", "IN PROGRESS", "COMPLETED", "CANCELED"
STATE: Final = "00741000"
#: Where a work item is lacking, and where this way of working is.
LACKING: Final = frozenset({Lack.RELEASE, Lack.DRAFTS, Lack.READERS})
#: HIGH may be a STAT: it is shown as one, rather than have one among the others (C.30.1).
_PRIORITY: Final[Mapping[str, Priority]] = {"HIGH": Priority.STAT}
_LISTED: Final = {SCHEDULED: ReadState.UNREAD, IN_PROGRESS: ReadState.CLAIMED,
                  COMPLETED: ReadState.FINAL}  # fmt: skip
#: Readers are named to the site by a code of ours.
_SCHEME: Final = "99READER"
_DAY: Final = timedelta(hours=24)


# --- asking ---------------------------------------------------------------------------


def search(base: str, offset: int, limit: int) -> Request:
    """One page of the work items that are not over."""
    asked = [("includefield", "all"), ("limit", str(limit)), ("offset", str(offset))]
    return Request("GET", f"{base.rstrip('/')}/workitems?{urlencode(asked)}", {"Accept": JSON})


def retrieve(base: str, task: TaskId) -> Request:
    return Request("GET", _item(base, task), {"Accept": JSON})


def change_state(base: str, task: TaskId, state: str, transaction: str) -> Request:
    """PS3.18 11.7. 409: it is not in a state from which this goes."""
    body = {"00081195": _element("UI", transaction), STATE: _element("CS", state)}
    return _sent("PUT", f"{_item(base, task)}/state", body)


def update(base: str, task: TaskId, transaction: str, attributes: Mapping[str, Any]) -> Request:
    """PS3.18 11.6; under the lock of a claim."""
    address = f"{_item(base, task)}?{urlencode({'transaction-uid': transaction})}"
    return _sent("POST", address, attributes)


def _item(base: str, task: TaskId) -> str:
    if not is_uid(task):
        raise Refused(tr("the identifier of this work item cannot be used in an address"))
    return f"{base.rstrip('/')}/workitems/{task}"


def _sent(method: str, address: str, attributes: Mapping[str, Any]) -> Request:
    body = json.dumps([attributes]).encode()
    return Request(method, address, {"Content-Type": JSON, "Accept": JSON}, body)


def transaction_of(site: Site, task: TaskId, reader: Reader) -> str:
    """The lock of a reader on a work item: the same after a restart, so that nobody is locked
    out of a case of their own (PS3.5 B.2: a UUID as a UID)."""
    name = f"urn:reading-workstation:ups:{site.id}:{task}:{reader.id}"
    return derived_uid(name, NAMESPACE_URL)


# --- what is written ---------------------------------------------------------------------


def performed_by(reader: Reader) -> dict[str, Any]:
    """Who reads (PS3.4 CC.2.5.3: Unified Procedure Step Performed Procedure Sequence)."""
    code = _item_of(
        {
            "00080100": _element("SH", _short(reader.id)),
            "00080102": _element("SH", _SCHEME),
            "00080104": _element("LO", reader.name[:64]),
        }
    )
    who = {"00404009": code, "00404037": {"vr": "PN", "Value": [{"Alphabetic": reader.name[:64]}]}}
    return {"00741216": _item_of({"00404035": _item_of(who)})}


def performed(reader: Reader, began: datetime, ended: datetime) -> dict[str, Any]:
    """What a work item needs before it is COMPLETED (PS3.4 CC.2.5.1.2, final state)."""
    made = performed_by(reader)
    step = made["00741216"]["Value"][0]
    code = {"00080100": _element("SH", "110005"), "00080102": _element("SH", "DCM"),
            "00080104": _element("LO", "Interpretation")}  # fmt: skip
    step["00404019"] = _item_of(code)
    step["00404028"] = _item_of(
        {
            "00080100": _element("SH", "DESK"),
            "00080102": _element("SH", _SCHEME),
            "00080104": _element("LO", "Reading workstation"),
        }
    )
    step["00404050"] = _element("DT", _moment(began))
    step["00404051"] = _element("DT", _moment(ended))
    step["00404033"] = {"vr": "SQ"}  # the report goes another way: nothing is put out as DICOM
    return made


# --- what is read --------------------------------------------------------------------------


def item_from(site: Site, row: Attributes, now: datetime) -> WorklistItem:
    """A work item as a case. Raises `Unreadable` where it lacks what a case needs."""
    task = row.text("00080018")
    study = row.text("0020000D") or row.item("00404021").text("0020000D")
    if not is_uid(task) or not is_uid(study):
        raise Unreadable(tr("a work item without usable identifiers"))
    zone, request = row.text("00080201"), row.item("0040A370")
    listed = _at(site, row, "00404010", zone) or _at(site, row, "00404005", zone) or now
    due = _at(site, row, "00404011", zone)
    state = _LISTED.get(row.text(STATE), ReadState.UNREAD)
    who = row.item("00741216").item("00404035")
    code = who.item("00404009")
    holder = who.person("00404037") or tr("another reader")
    busy = state is ReadState.CLAIMED
    return WorklistItem(
        site.id, TaskId(task), row.text(STATE), StudyUID(study),
        AccessionNumber(request.text("00080050") or row.text("00080050")), row.patient(),
        row.text("00741204") or request.text("00321060") or tr("(not described)"),
        "", "OT", _PRIORITY.get(row.text("00741200"), Priority.ROUTINE), Tier.FINAL,
        due or listed + _DAY, listed, None, site.jurisdiction, state,
        holder=holder if busy else "",
        holder_id=_reader_id(code) if busy else "",
        indication=request.text("00401002"),
        lacks=LACKING if due else LACKING | {Lack.DUE},
    )  # fmt: skip


def is_over(row: Attributes) -> bool:
    """Cancelled, or done before anybody here saw it."""
    return row.text(STATE) == CANCELED


def with_images(item: WorklistItem, study: Attributes) -> WorklistItem:
    """What the archive knows of the study and the work item does not."""
    kinds = study.texts("00080061")
    return evolve(
        item,
        modality=next((k for k in kinds if k not in ("SR", "PR", "KO", "DOC")), "OT"),
        images_received=study.whole("00201208") or 0,
    )


def _reader_id(code: Attributes) -> str:
    """Ours where the code is; else somebody: a claim of nobody would look free."""
    ours = code.text("00080102") == _SCHEME
    return code.text("00080100") if ours else "urn:reading-workstation:another-reader"


def short_id(reader: Reader) -> str:
    """The reader as the site's work items name them."""
    return _short(reader.id)


def _short(name: str) -> str:
    """A code has 16 characters; a longer id keeps its end, which differs."""
    return name.rpartition("/")[2][-16:]


def _at(site: Site, row: Attributes, tag: str, zone: str) -> datetime | None:
    at = datetime_of(row, tag, zone)
    if at is None:
        return None
    if zone:
        sign = -1 if zone[0] == "-" else 1
        offset = sign * timedelta(hours=int(zone[1:3]), minutes=int(zone[3:5]))
        return at.replace(tzinfo=timezone(offset)).astimezone(UTC)
    return at.replace(tzinfo=ZoneInfo(site.timezone)).astimezone(UTC)


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%d%H%M%S+0000")


def _element(vr: str, value: str) -> dict[str, Any]:
    return {"vr": vr, "Value": [value]}


def _item_of(attributes: Mapping[str, Any]) -> dict[str, Any]:
    return {"vr": "SQ", "Value": [dict(attributes)]}
