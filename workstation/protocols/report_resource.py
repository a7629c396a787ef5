"""A signed report as a FHIR DiagnosticReport, and how the manifest names its resources."""

import base64
import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from workstation.domain.report import SectionKind, SignedReport
from workstation.domain.report_states import STATES, state_of
from workstation.protocols.advice import advice
from workstation.protocols.canonical import sha256_hex
from workstation.protocols.fhir_values import RW, uuid_identifier

#: Resources of the transaction that the manifest names by their digest.
SEALED: Final = ("DiagnosticReport", "Observation", "Communication")
_IMR: Final = "https://profiles.ihe.net/RAD/IMR/StructureDefinition/imr-diagnosticreport"
_V2: Final = "http://terminology.hl7.org/CodeSystem/"


def resource_name(resource: Mapping[str, Any]) -> str:
    """How the manifest names a resource: "DiagnosticReport", "Observation UUID"."""
    kind = str(resource["resourceType"])
    if kind == "DiagnosticReport":
        return kind
    return f"{kind} {resource['identifier'][0]['value'].removeprefix('urn:uuid:')}"


def resource_digest(resource: Mapping[str, Any]) -> str:
    """SHA-256 of a resource with its members sorted and no spaces (as `jq -cS` writes it)."""
    text = json.dumps(resource, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256_hex(text.encode())


def artefacts_of(
    signed: SignedReport, measurements: list[dict[str, Any]], pdf: bytes
) -> dict[str, tuple[str, bytes]]:
    made = {
        "html": ("text/html", signed.html.encode()),
        "text": ("text/plain", signed.text.encode()),
    }
    if pdf:
        made["pdf"] = ("application/pdf", pdf)
    if measurements:
        text = json.dumps(
            measurements, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
        )
        made["measurements"] = ("application/json", text.encode())
    return made


_TITLES: Final = {
    "html": "Report",
    "text": "Report (plain text)",
    "pdf": "Report (PDF)",
    "measurements": "Measurements",
}


def report_resource(
    signed: SignedReport,
    artefacts: Mapping[str, tuple[str, bytes]],
    results: list[dict[str, Any]],
    effective: datetime,
    site_name: str,
) -> dict[str, Any]:
    binding = signed.report.binding
    orders = [(binding.order_id, binding.accession)]
    orders += [(each.order_id, each.accession) for each in binding.also]
    studies = [binding.imaging_ref, *(each.imaging_ref for each in binding.also)]
    summary = signed.report.section(SectionKind.IMPRESSION) or signed.report.section(
        SectionKind.ADDENDUM
    )
    resource: dict[str, Any] = {
        "resourceType": "DiagnosticReport",
        "meta": {"profile": [_IMR]},
        "language": signed.report.language,
        "contained": [{"resourceType": "Organization", "id": "site", "name": site_name}],
        "identifier": [uuid_identifier(signed.report.id)],
        "basedOn": [_order(*each) for each in orders],
        "status": STATES[signed.status].fhir,
        "category": [{"coding": [{"system": f"{_V2}v2-0074", "code": "RAD"}]}],
        "code": {
            "coding": [
                {
                    "system": "http://loinc.org",
                    "code": "18748-4",
                    "display": "Diagnostic imaging study",
                }
            ],
            "text": binding.procedure,
        },
        "subject": {"reference": binding.patient_ref},
        "effectiveDateTime": effective.isoformat(),
        "issued": signed.signed_at.isoformat(),
        "performer": [{"reference": "#site", "type": "Organization", "display": site_name}],
        "resultsInterpreter": [{"reference": signed.signer.id, "display": signed.signer.name}],
        "imagingStudy": [{"reference": each} for each in dict.fromkeys(studies)],
        "result": results,
        "conclusion": summary.text if summary else "",
        "presentedForm": [
            _attachment(signed, name, kind, data) for name, (kind, data) in artefacts.items()
        ],
    }
    said: dict[str, str] = {
        # Only where FHIR has one status for several states.
        "state": "" if state_of(STATES[signed.status].fhir) is signed.status else signed.status,
        "predecessor": signed.predecessor or "",
    }
    if signed.overread is not None:
        said["preliminary"] = signed.overread.preliminary
        said["discrepancy"] = signed.overread.discrepancy.value
        said["discrepancy-reason"] = signed.overread.why
    resource["extension"] = [
        {"url": f"{RW}{name}", "valueString": words} for name, words in said.items() if words
    ]
    resource["extension"] += advice(signed)
    # FHIR has no empty texts and no empty lists.
    return {name: value for name, value in resource.items() if value not in ("", [])}


def by_identifier(uid: str) -> dict[str, Any]:
    return {
        "type": "Observation",
        "identifier": uuid_identifier(uid),
    }


def _order(reference: str, accession: str) -> dict[str, Any]:
    number = {
        "type": {"coding": [{"system": f"{_V2}v2-0203", "code": "ACSN"}]},
        "value": accession,
    }
    return {"reference": reference, "type": "ServiceRequest", "identifier": number}


def _attachment(signed: SignedReport, name: str, kind: str, data: bytes) -> dict[str, Any]:
    return {
        "contentType": kind,
        "language": signed.report.language,
        "data": base64.b64encode(data).decode(),
        "size": len(data),
        # FHIR R4 asks for SHA-1 here; what is signed is the SHA-256 in the manifest.
        "hash": base64.b64encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode(),
        "title": _TITLES[name],
        "creation": signed.signed_at.isoformat(),
    }
