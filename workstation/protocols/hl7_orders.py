"""Orders and patients as a hospital announces them: ORM^O01, OMI^O23 and ADT of HL7 v2.

HL7 v2.5.1 chapters 3 (ADT), 4.4 and 4.5 (orders); where the accession number and the Study
Instance UID stand is IHE Radiology's word (RAD-4: OBR-18 and ZDS-1; OMI: IPC-1 and IPC-3).
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta, tzinfo
from typing import Final

from attrs import frozen

from workstation.domain.identifiers import is_uid
from workstation.domain.patient import Patient, PatientKey
from workstation.domain.worklist import Priority
from workstation.protocols.hl7 import Message, Segment, moment

#: Table 0119, as far as it makes, changes or ends an order.
_PLACED: Final = ("NW", "XO", "SC", "RO", "SN", "XX", "OK")
_ENDED: Final = ("CA", "DC", "OC", "OD", "CR")
_CHANGED: Final = ("A08", "A31")
#: A merge of two identities, or another number for one: the old number is in MRG-1.
_MERGED: Final = ("A18", "A34", "A36", "A40", "A46", "A47")
_SEX: Final = ("M", "F", "O")
#: Where the order promises nothing: its place in the queue all the same.
_DUE: Final = {
    Priority.STAT: timedelta(hours=1),
    Priority.ASAP: timedelta(hours=4),
    Priority.URGENT: timedelta(hours=8),
    Priority.ROUTINE: timedelta(hours=24),
}


class NotUnderstood(Exception):
    """Why a message is not taken: a code of table 0357 and words; never what stood in it."""

    def __init__(self, error: str, words: str) -> None:
        super().__init__(words)
        self.error = error


@frozen
class Order:
    """One order to read. `ended`: it is to be read no more. Where nobody promised a time (not
    `promised`), `due` is a place in the queue and no more."""

    accession: str
    patient: Patient
    procedure: str
    code: str
    modality: str
    priority: Priority
    listed: datetime
    due: datetime
    study: str = ""
    indication: str = ""
    ended: bool = False
    promised: bool = False


@frozen
class PatientNews:
    """Who a patient is now; `before` are numbers that were merged into this one."""

    patient: Patient
    before: tuple[PatientKey, ...] = ()


News = tuple[Order, ...] | PatientNews | None


def understood(message: Message, zone: tzinfo, now: datetime) -> News:
    """What a message says; None where it is nothing to a reader. Raises `NotUnderstood`.

    Times without their zone are the site's.
    """
    kind, event = message.header.text(9), message.header.text(9, 2)
    if kind in ("ORM", "OMI"):
        return _orders(message, zone, now)
    if kind == "ADT" and event in (*_CHANGED, *_MERGED):
        merged = message.first("MRG")
        if event in _MERGED and merged is None:
            raise NotUnderstood("100", "MRG is missing")
        before = tuple(_key(each) for each in merged.repetitions(1)) if merged else ()
        return PatientNews(_patient(message), before)
    if kind == "ADT":
        return None  # beds and visits
    raise NotUnderstood("200", "this type of message is not taken here")


def _orders(message: Message, zone: tzinfo, now: datetime) -> tuple[Order, ...] | None:
    patient = _patient(message)
    found: list[Order] = []
    for group in _groups(message):
        control = group[0].text(1)
        if control in (*_PLACED, *_ENDED):
            found.append(_order(group, patient, zone, now, ended=control in _ENDED))
    return tuple(found) or None


def _groups(message: Message) -> list[list[Segment]]:
    """Each ORC with what follows it."""
    groups: list[list[Segment]] = []
    for each in message.segments:
        if each.name == "ORC":
            groups.append([each])
        elif groups:
            groups[-1].append(each)
    if not groups:
        raise NotUnderstood("100", "ORC is missing")
    return groups


def _order(
    group: list[Segment], patient: Patient, zone: tzinfo, now: datetime, *, ended: bool
) -> Order:
    said = _Group({each.name: each for each in reversed(group)})  # the first of each name
    accession = said.first("IPC-1", "OBR-18", "OBR-3", "ORC-3")
    if not accession:
        raise NotUnderstood("101", "there is no accession number in IPC-1, OBR-18, OBR-3 or ORC-3")
    if "OBR" not in said.segments and not ended:
        raise NotUnderstood("100", "OBR is missing")
    priority = _priority(said.first("TQ1-9", "OBR-27.6", "OBR-5", "ORC-7.6"))
    listed, due = _when(said.first("ORC-9"), zone) or now, _when(said.first("TQ1-8"), zone)
    study = said.first("IPC-3", "ZDS-1")
    return Order(
        accession,
        patient,
        said.first("OBR-4.2", "OBR-4"),
        said.first("OBR-4"),
        said.first("IPC-5", "OBR-24"),
        priority,
        listed,
        due or listed + _DUE[priority],
        study if is_uid(study) else "",
        said.first("OBR-31.2", "OBR-31", "OBR-13"),
        ended,
        due is not None,
    )


@frozen
class _Group:
    """The segments of one order."""

    segments: Mapping[str, Segment]

    def first(self, *places: str) -> str:
        """What stands in the first of these places that says anything: "OBR-27.6"."""
        return next((text for each in places if (text := self._at(each))), "")

    def _at(self, place: str) -> str:
        name, _, where = place.partition("-")
        number, _, component = where.partition(".")
        segment = self.segments.get(name)
        return segment.text(int(number), int(component or 1)) if segment else ""


def _priority(letter: str) -> Priority:
    """Table 0485, and the older 0027: what is timed is urgent."""
    if letter in ("S", "STAT"):
        return Priority.STAT
    if letter in ("A", "ASAP"):
        return Priority.ASAP
    if letter[:1] in ("T", "P", "C") and letter != "PRN":
        return Priority.URGENT
    return Priority.ROUTINE


def _patient(message: Message) -> Patient:
    said = message.first("PID")
    if said is None:
        raise NotUnderstood("100", "PID is missing")
    numbers = said.repetitions(3)
    number = next((each for each in numbers if each.text(3, 5) == "MR"), None)
    number = number or next(iter(numbers), None)
    if number is None or not number.text(3):
        raise NotUnderstood("101", "PID-3 is empty")
    key = _key(number, 3)
    names = [said.text(5), said.text(5, 2)]
    if not any(names):
        raise NotUnderstood("101", "PID-5 is empty")
    sex = said.text(8)
    return Patient(
        ", ".join(filter(None, names)),
        key.id,
        key.issuer,
        _day(said.text(7)),
        sex if sex in _SEX else "",
    )


def _key(identifier: Segment, number: int = 1) -> PatientKey:
    """CX: the number and who gave it, as FHIR names issuers where it is an OID."""
    universal, kind = identifier.text(number, 4, 2), identifier.text(number, 4, 3)
    issuer = f"urn:oid:{universal}" if kind == "ISO" and universal else universal
    return PatientKey(identifier.text(number), issuer or identifier.text(number, 4))


def _day(written: str) -> date | None:
    try:
        return date(int(written[:4]), int(written[4:6]), int(written[6:8]))
    except ValueError:
        return None


def _when(written: str, zone: tzinfo) -> datetime | None:
    found = moment(written)
    if found is None and written[:8].isdigit():
        local = moment(written.partition(".")[0] + "+0000")
        found = local.replace(tzinfo=zone) if local else None
    return found
