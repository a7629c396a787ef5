"""Audit records on the wire: FHIR AuditEvents with the codes of PS3.15 A.5."""

import base64
import json
from collections.abc import Mapping
from typing import Any, Final

from workstation.protocols.canonical import sha256_hex
from workstation.protocols.fhir_values import RW

_DCM: Final = "http://dicom.nema.org/resources/ontology/DCM"


#: Our actions as PS3.15 A.5 names them: code, meaning, FHIR action.
EVENTS: Final = {
    "start": ("110100", "Application Activity", "E"),
    "stop": ("110100", "Application Activity", "E"),
    "sign-in": ("110114", "User Authentication", "E"),
    "sign-out": ("110114", "User Authentication", "E"),
    "lock": ("110114", "User Authentication", "E"),
    "unlock": ("110114", "User Authentication", "E"),
    "query": ("110112", "Query", "E"),
    "chart": ("110110", "Patient Record", "R"),
    "accessed": ("110103", "DICOM Instances Accessed", "R"),
    "prefetch": ("110104", "DICOM Instances Transferred", "R"),
    "export": ("110106", "Export", "R"),
    "claim": ("110109", "Order Record", "U"),
    "release": ("110109", "Order Record", "U"),
    "changed": ("110109", "Order Record", "R"),
    "draft": ("110110", "Patient Record", "U"),
    "calibrate": ("110110", "Patient Record", "U"),
    "identity": ("110110", "Patient Record", "U"),
    "critical": ("110110", "Patient Record", "U"),
    "override": ("110110", "Patient Record", "U"),
    "sign": ("110110", "Patient Record", "C"),
    "settle": ("110110", "Patient Record", "U"),
    "deliver": ("110110", "Patient Record", "C"),
    "route": ("110108", "Network Entry", "E"),
    "security-alert": ("110113", "Security Alert", "E"),
}


_OUTCOMES: Final = {"success": "0", "failure": "8"}


# --- on the wire --------------------------------------------------------------


def audit_event(leaf: str) -> dict[str, Any]:
    """The FHIR AuditEvent of a record. Its id is the record's, so that repeats are one."""
    record = json.loads(leaf)
    code, meaning, action = EVENTS[record["action"]]
    agent: dict[str, Any] = {"requestor": True}
    if record["who"]:
        agent["who"] = {"reference": record["who"]}
    event: dict[str, Any] = {
        "resourceType": "AuditEvent",
        "id": sha256_hex(leaf.encode()),
        "extension": [
            {
                "url": f"{RW}leaf",
                "valueBase64Binary": base64.b64encode(leaf.encode()).decode(),
            }
        ],
        "type": {"system": _DCM, "code": code, "display": meaning},
        "subtype": [{"system": f"{RW}action", "code": record["action"]}],
        "action": action,
        "recorded": record["at"],
        "outcome": _OUTCOMES.get(record["outcome"], "4"),
        "agent": [agent],
        "source": {"site": record["site"], "observer": {"display": "reading workstation"}},
    }
    entity = _entity(record)
    if entity:
        event["entity"] = [entity]
    if not record["site"]:
        del event["source"]["site"]
    return event


def checkpoint_event(line: str) -> dict[str, Any]:
    """A signed checkpoint for the platform, which so remembers how long the log was."""
    statement = json.loads(line)["checkpoint"]
    return {
        "resourceType": "AuditEvent",
        "id": sha256_hex(line.encode()),
        "extension": [
            {
                "url": f"{RW}checkpoint",
                "valueBase64Binary": base64.b64encode(line.encode()).decode(),
            }
        ],
        "type": {"system": _DCM, "code": "110101", "display": "Audit Log Used"},
        "subtype": [{"system": f"{RW}action", "code": "checkpoint"}],
        "action": "E",
        "recorded": statement["at"],
        "outcome": "0",
        "agent": [{"requestor": False, "name": "reading workstation"}],
        "source": {"observer": {"display": "reading workstation"}},
    }


def _entity(record: Mapping[str, Any]) -> dict[str, Any]:
    entity: dict[str, Any] = {}
    if record["study"]:
        entity["what"] = {
            "identifier": {"system": "urn:dicom:uid", "value": f"urn:oid:{record['study']}"}
        }
    if record["detail"]:
        entity["detail"] = [
            {"type": name, "valueString": value} for name, value in record["detail"].items()
        ]
    return entity
