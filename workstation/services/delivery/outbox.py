"""A sealed report as a row of the outbox: how far it is, and what every attempt sends."""

import json
from datetime import datetime
from typing import Any

from attrs import field, frozen

from workstation.domain.identifiers import AccessionNumber, ReportId, SiteId, StudyUID, TaskId
from workstation.domain.report import ReportState
from workstation.protocols.delivery import Delivery, State
from workstation.protocols.letter import Letter, letter_from_json, letter_to_json
from workstation.services.ports.keeping import Put


@frozen
class Parcel:
    """One report on its way, and its letter; at some sites it travels as an HL7 message."""

    delivery: Delivery
    letter: Letter
    message: bytes = field(default=b"", repr=False)

    def row(self) -> Put:
        body: dict[str, Any] = {
            "delivery": _to_json(self.delivery),
            "letter": letter_to_json(self.letter),
        }
        if self.message:
            body["message"] = self.message.decode()
        return Put("outbox", self.delivery.report, json.dumps(body, ensure_ascii=False))

    @classmethod
    def of(cls, body: str) -> "Parcel":
        """Raises KeyError, TypeError or ValueError where a row is not one of ours."""
        stored = json.loads(body)
        letter = letter_from_json(stored["letter"])
        return cls(_from_json(stored["delivery"]), letter, stored.get("message", "").encode())


_TIMES = ("sealed_at", "sent_at", "accepted_at")


def _to_json(delivery: Delivery) -> dict[str, Any]:
    made: dict[str, Any] = {
        name: getattr(delivery, name)
        for name in (
            "report", "site", "study", "accession", "task", "status", "signer",
            "state", "attempts", "reason", "location", "stat", "closes",
        )
    }  # fmt: skip
    for name in _TIMES:
        moment: datetime | None = getattr(delivery, name)
        made[name] = moment.isoformat() if moment else None
    return made


def _from_json(stored: dict[str, Any]) -> Delivery:
    sealed, sent, accepted = (
        datetime.fromisoformat(stored[name]) if stored[name] else None for name in _TIMES
    )
    return Delivery(
        ReportId(stored["report"]),
        SiteId(stored["site"]),
        StudyUID(stored["study"]),
        AccessionNumber(stored["accession"]),
        TaskId(stored["task"]),
        ReportState(stored["status"]),
        stored["signer"],
        stored.get("stat", False),  # rows of before there was one
        State(stored["state"]),
        sealed,
        sent,
        accepted,
        stored["attempts"],
        stored["reason"],
        stored["location"],
        stored.get("closes", False),
    )
