"""A signed report as IHE IMR stores it: the closed bundle of RAD-141 (IMR 1.1.0, Trial).

The bundle admits the report and copies of its orders and studies, and nothing else: signature,
measurements, the Task and the draft go in a second transaction, behind it
(`protocols.report_closing`).
"""

import json
from typing import Final

from workstation.protocols.letter import Letter

PROFILE: Final = (
    "https://profiles.ihe.net/RAD/IMR/StructureDefinition/imr-store-multimedia-report-bundle"
)


def stored(letter: Letter) -> bytes:
    """The first step; may be sent any number of times, as its entry is created conditionally."""
    report = [
        each for each in letter.entries if each["resource"]["resourceType"] == "DiagnosticReport"
    ]
    transaction = {
        "resourceType": "Bundle",
        "meta": {"profile": [PROFILE]},
        "type": "transaction",
        "entry": report,
    }
    return json.dumps(transaction, ensure_ascii=False).encode()


def is_stored(message: bytes) -> bool:
    """Whether what was sealed to be sent is such a bundle, and no HL7 message."""
    return message.startswith(b"{")
