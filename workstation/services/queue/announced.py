"""Orders and patients that a site announces by HL7 v2, kept sealed until the site lists them.

A message is answered AA once what it says is on the disk; what is not understood is answered
with the reason, and kept for the engineer. Logs have the reason alone, never the message.
"""

import base64
import hashlib
import json
import logging
import threading
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from attrs import evolve, frozen

from workstation.domain.identifiers import SiteId
from workstation.domain.patient import Patient, PatientKey
from workstation.domain.worklist import Priority
from workstation.errors import StoreUnavailable
from workstation.protocols import hl7_ack
from workstation.protocols.hl7 import Message, NotHl7, parse
from workstation.protocols.hl7_orders import NotUnderstood, Order, PatientNews, understood
from workstation.services.ports.clock import Clock
from workstation.services.ports.keeping import Change, Put, Remove, SealedStore
from workstation.settings import Site

log = logging.getLogger("hl7")

#: Long enough that a clock which is set by a few days costs no order.
_KEPT_FOR: Final = timedelta(days=7)
#: The newest messages that were not understood.
_MOST_REJECTED: Final = 50


@frozen
class Rejected:
    """A message that was not taken, as it came."""

    at: datetime
    why: str
    raw: bytes


class Announced:
    """What one site announced. Safe to use from any thread: its listener has threads of its own."""

    def __init__(self, site: Site, store: SealedStore, clock: Clock) -> None:
        self._site, self._store, self._clock = site, store, clock
        self._prefix = f"hl7.{site.id}."
        self._lock = threading.Lock()
        self._orders: dict[str, Order] = {}
        self._patients: dict[PatientKey, Patient] = {}
        self._rejected: dict[str, Rejected] = {}
        self.serial = 0  # grows with all news
        self._load()

    @property
    def site(self) -> SiteId:
        return self._site.id

    @property
    def orders(self) -> tuple[Order, ...]:
        """Those that are to be read, each with its patient as he is now."""
        with self._lock:
            found = [each for each in self._orders.values() if not each.ended]
        return tuple(evolve(each, patient=self.patient(each.patient)) for each in found)

    @property
    def rejected(self) -> tuple[Rejected, ...]:
        with self._lock:
            return tuple(self._rejected.values())

    def patient(self, known: Patient) -> Patient:
        """Who this is by now, as the site's messages say."""
        with self._lock:
            return self._patients.get(known.key, known)

    def take(self, raw: bytes) -> bytes:
        """One message; gives its acknowledgement."""
        message: Message | None = None
        try:
            message = parse(raw)
            news = understood(message, ZoneInfo(self._site.timezone), self._clock.now())
            self._keep(news)
        except NotHl7 as error:
            return self._reject(raw, None, "AR", "100", str(error))
        except NotUnderstood as error:
            code = "AR" if error.error == "200" else "AE"
            return self._reject(raw, message, code, error.error, str(error))
        except StoreUnavailable:
            log.warning("%s: a message could not be kept, it is to be sent again", self._site.id)
            return self._answer(message, "AR", "207", "nothing can be kept here now")
        return self._answer(message, "AA", "0", "")

    # --- inside ---------------------------------------------------------------------

    def _keep(self, news: tuple[Order, ...] | PatientNews | None) -> None:
        """On the disk first; a store that forgets is none."""
        if not self._store.durable:
            raise StoreUnavailable("")
        with self._lock:
            match news:
                case PatientNews():
                    self._store.change(self._changes_of(news))
                    for key in (news.patient.key, *news.before):
                        self._patients[key] = news.patient
                case tuple():
                    self._store.change([self._row(each) for each in news])
                    self._orders |= {each.accession: each for each in news}
                case None:
                    return
            self.serial += 1

    def _changes_of(self, news: PatientNews) -> list[Change]:
        now = self._clock.now().isoformat()
        return [
            Put(
                "meta",
                f"{self._prefix}patient.{_hashed(f'{key.issuer} {key.id}')}",
                json.dumps(
                    {"at": now, "key": [key.id, key.issuer], "patient": _patient(news.patient)}
                ),
            )
            for key in (news.patient.key, *news.before)
        ]

    def _row(self, order: Order) -> Put:
        body = {
            "at": self._clock.now().isoformat(),
            "accession": order.accession,
            "patient": _patient(order.patient),
            "said": [order.procedure, order.code, order.modality, order.study, order.indication],
            "priority": order.priority.value,
            "listed": order.listed.isoformat(),
            "due": order.due.isoformat(),
            "ended": order.ended,
            "promised": order.promised,
        }
        return Put("meta", f"{self._prefix}order.{_hashed(order.accession)}", json.dumps(body))

    def _reject(
        self, raw: bytes, message: Message | None, code: str, error: str, why: str
    ) -> bytes:
        """Kept as it came, sealed: the engineer will want to see it."""
        log.warning("%s: a message was not taken: %s", self._site.id, why)
        now = self._clock.now()
        with self._lock:
            key = f"{self._prefix}rejected.{now.isoformat()}.{_hashed_bytes(raw)}"
            body = {"at": now.isoformat(), "why": why, "raw": base64.b64encode(raw).decode()}
            changes: list[Change] = [Put("meta", key, json.dumps(body))]
            self._rejected[key] = Rejected(now, why, raw)
            while len(self._rejected) > _MOST_REJECTED:
                oldest = next(iter(self._rejected))
                del self._rejected[oldest]
                changes.append(Remove("meta", oldest))
            try:
                self._store.change(changes)
            except StoreUnavailable:
                log.warning("%s: and it could not be kept", self._site.id)
        return self._answer(message, code, error, why)

    def _answer(self, message: Message | None, code: str, error: str, words: str) -> bytes:
        now = self._clock.now()
        control = f"{now:%Y%m%d%H%M%S%f}"
        return hl7_ack.written(message, code, control=control, at=now, words=words, error=error)

    def _load(self) -> None:
        """What earlier runs kept; what is long over goes."""
        over: list[Change] = []
        for key, body in self._store.all("meta"):
            if not key.startswith(self._prefix):
                continue
            try:
                stored = json.loads(body)
                if datetime.fromisoformat(stored["at"]) < self._clock.now() - _KEPT_FOR:
                    over.append(Remove("meta", key))
                else:
                    self._take_up(key, stored)
            except (KeyError, TypeError, ValueError):
                over.append(Remove("meta", key))
        if over:
            self._store.change(over)

    def _take_up(self, key: str, stored: dict[str, Any]) -> None:
        match key.removeprefix(self._prefix).partition(".")[0]:
            case "order":
                order = _order_from(stored)
                self._orders[order.accession] = order
            case "patient":
                known = PatientKey(*stored["key"])
                self._patients[known] = _patient_from(stored["patient"])
            case "rejected":
                raw = base64.b64decode(stored["raw"])
                at = datetime.fromisoformat(stored["at"])
                self._rejected[key] = Rejected(at, stored["why"], raw)
        self.serial += 1


def _hashed(text: str) -> str:
    return _hashed_bytes(text.encode())


def _hashed_bytes(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]


def _patient(patient: Patient) -> list[str]:
    born = patient.birth_date.isoformat() if patient.birth_date else ""
    return [patient.name, patient.id, patient.issuer, born, patient.sex]


def _patient_from(stored: list[str]) -> Patient:
    name, number, issuer, born, sex = stored
    return Patient(name, number, issuer, date.fromisoformat(born) if born else None, sex)


def _order_from(stored: dict[str, Any]) -> Order:
    procedure, code, modality, study, indication = stored["said"]
    return Order(
        stored["accession"],
        _patient_from(stored["patient"]),
        procedure,
        code,
        modality,
        Priority(stored["priority"]),
        datetime.fromisoformat(stored["listed"]),
        datetime.fromisoformat(stored["due"]),
        study,
        indication,
        stored["ended"],
        stored.get("promised", False),  # rows of earlier versions do not say it
    )
