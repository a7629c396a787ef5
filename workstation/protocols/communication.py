"""A critical result that somebody was told of, as a FHIR R4 Communication.

FHIR has no element for the category, for when it was seen and for the read-back: they are
extensions of ours (docs/conformance.md). The closed bundle of IHE IMR takes none: where a
site wants that shape the Communication goes beside it.
"""

import uuid
from typing import Any, Final

from workstation.domain.critical import CriticalResult, How
from workstation.domain.report import SignedReport
from workstation.protocols.fhir_values import RW, uuid_identifier

_MODE: Final = "http://terminology.hl7.org/CodeSystem/v3-ParticipationMode"
_MEDIUM: Final = {
    How.PHONE: ("PHONE", "telephone"),
    How.MESSAGE: ("ELECTRONIC", "electronic data"),
    How.IN_PERSON: ("FACE", "face-to-face"),
}


def communications(signed: SignedReport) -> list[tuple[str, dict[str, Any]]]:
    """UUID and resource of each call that was made for this report, in their order."""
    return [
        _communication(signed, number, each)
        for number, each in enumerate(signed.report.critical, 1)
        if each.told is not None
    ]


def _communication(
    signed: SignedReport, number: int, result: CriticalResult
) -> tuple[str, dict[str, Any]]:
    told, report = result.told, signed.report
    assert told is not None
    uid = str(uuid.uuid5(uuid.UUID(report.id), f"critical/{number}"))
    code, display = _MEDIUM[told.how]
    return uid, {
        "resourceType": "Communication",
        "identifier": [uuid_identifier(uid)],
        "extension": [
            {"url": f"{RW}critical-category", "valueCode": result.category.value},
            {"url": f"{RW}seen", "valueDateTime": result.seen_at.isoformat()},
            {"url": f"{RW}read-back", "valueBoolean": told.read_back},
            *(
                {
                    "url": f"{RW}not-reached",
                    "extension": [
                        {"url": "who", "valueString": each.to},
                        {"url": "at", "valueDateTime": each.at.isoformat()},
                    ],
                }
                for each in result.attempts
            ),
        ],
        "status": "completed",
        "priority": "stat" if result.category.value == "1" else "urgent",
        "medium": [{"coding": [{"system": _MODE, "code": code, "display": display}]}],
        "subject": {"reference": report.binding.patient_ref},
        "about": [{"reference": f"urn:uuid:{report.id}"}],
        "sent": told.at.isoformat(),
        "recipient": [{"display": told.to}],
        "sender": {"reference": signed.signer.id, "display": signed.signer.name},
        "payload": [{"contentString": result.words}],
    }
