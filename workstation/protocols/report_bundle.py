"""The FHIR transaction that files one signed report (docs/conformance.md, "Report").

Two steps, because a retry must be the same report: `seal` makes the report, its
measurements and its signature once, to the byte; `bundle` adds the completion of the
Task as the platform holds it at the moment of sending.
"""

import base64
import hashlib
import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from attrs import frozen

from workstation.domain.identifiers import ReportId
from workstation.domain.report import ReportState, SectionKind, SignedReport
from workstation.domain.report_states import STATES, UNSETTLED, state_of
from workstation.protocols.advice import advice
from workstation.protocols.canonical import sha256_hex
from workstation.protocols.communication import communications
from workstation.protocols.observations import finite, observation
from workstation.protocols.signature import manifest, sign, utc
from workstation.protocols.signing_key import SigningKey

RW: Final = "urn:reading-workstation:"
URI: Final = "urn:ietf:rfc:3986"
#: Resources of the transaction that the manifest names by their digest.
SEALED: Final = ("DiagnosticReport", "Observation", "Communication")
_IMR: Final = "https://profiles.ihe.net/RAD/IMR/StructureDefinition/imr-diagnosticreport"
_V2: Final = "http://terminology.hl7.org/CodeSystem/"


class NotOurs(Exception):
    """The Task as it stands does not admit this report; `holder` may say why."""

    def __init__(self, holder: str) -> None:
        super().__init__(holder)
        self.holder = holder


@frozen
class Letter:
    """A signed report in its final form: what every attempt sends, byte for byte."""

    report: ReportId
    status: ReportState
    signer: str
    entries: tuple[Mapping[str, Any], ...]
    manifest_sha256: str
    also: tuple[str, ...] = ()  # Tasks of further orders that it answers


def seal(
    signed: SignedReport,
    key: SigningKey,
    *,
    effective: datetime,
    site_name: str,
    previous: str,
    pdf: bytes = b"",
    beside: Mapping[str, tuple[str, bytes]] = MappingProxyType({}),
    apart: bool = False,
) -> Letter:
    """Sign, and make everything that does not change between attempts.

    Parameters
    ----------
    effective
        When the images were acquired.
    previous
        SHA-256 of the manifest that this addendum follows, else empty.
    pdf
        The same words on paper; without it none is sent.
    beside
        What goes to the site another way ("sr"): content type and the very bytes, signed too.
    apart
        The report is stored before its measurements are: it names them by their identifiers.
    """
    measurements: list[dict[str, Any]] = [finite(each) for each in signed.measurements]
    artefacts = _artefacts(signed, measurements, pdf)
    observations = [observation(signed, each) for each in measurements]
    uids = [uid for uid, _ in observations]
    results = [_by_identifier(uid) if apart else {"reference": f"urn:uuid:{uid}"} for uid in uids]
    report = _report(signed, artefacts, results, effective, site_name)
    calls = communications(signed)
    resources = {
        resource_name(each): resource_digest(each)
        for each in (report, *(resource for _, resource in (*observations, *calls)))
    }
    statement = manifest(signed, {**artefacts, **beside}, previous, resources)
    token = sign(statement, key, utc(signed.signed_at))
    made = [_create("DiagnosticReport", signed.report.id, report)]
    made += [_create("Observation", uid, resource) for uid, resource in observations]
    made += [_create("Communication", uid, resource) for uid, resource in calls]
    made.append(_provenance(signed, statement, token))
    return Letter(
        signed.report.id, signed.status, signed.signer.id, tuple(made), sha256_hex(statement),
        tuple(each.task for each in signed.report.binding.also),
    )  # fmt: skip


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


def bundle(
    letter: Letter, task: Mapping[str, Any], others: Sequence[Mapping[str, Any]] = ()
) -> bytes:
    """The transaction for this attempt; `others` are the Tasks of `letter.also`.

    Raises `NotOurs` where a Task forbids it.
    """
    entries = list(letter.entries)
    # An addendum leaves a completed Task as it is.
    report = {"reference": f"urn:uuid:{letter.report}"}
    open_tasks = [each for each in (task, *others) if not is_completed(each)]
    entries += [completion(letter, each, report) for each in open_tasks]
    draft = f"DiagnosticReport?identifier={RW}draft|{letter.report}"
    entries.append({"request": {"method": "DELETE", "url": draft}})
    transaction = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
    return json.dumps(transaction, ensure_ascii=False).encode()


def letter_to_json(letter: Letter) -> dict[str, Any]:
    return {
        "report": letter.report,
        "status": letter.status.value,
        "signer": letter.signer,
        "entries": list(letter.entries),
        "manifest": letter.manifest_sha256,
        "also": list(letter.also),
    }


def letter_from_json(stored: Mapping[str, Any]) -> Letter:
    return Letter(
        ReportId(stored["report"]),
        ReportState(stored["status"]),
        stored["signer"],
        tuple(stored["entries"]),
        stored["manifest"],
        tuple(stored.get("also", ())),  # rows of before there were any
    )


def manifest_digest(provenance: Mapping[str, Any]) -> str | None:
    """SHA-256 of the manifest that a Provenance carries: what an addendum follows."""
    for each in provenance.get("extension", ()):
        if each.get("url") == f"{RW}manifest":
            return sha256_hex(base64.b64decode(each["valueBase64Binary"]))
    return None


# --- the parts ----------------------------------------------------------------


def _artefacts(
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


def _report(
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
        "identifier": [{"system": URI, "value": f"urn:uuid:{signed.report.id}"}],
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


def _by_identifier(uid: str) -> dict[str, Any]:
    return {"type": "Observation", "identifier": {"system": URI, "value": f"urn:uuid:{uid}"}}


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


def _create(kind: str, uid: str, resource: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "fullUrl": f"urn:uuid:{uid}",
        "resource": resource,
        "request": {
            "method": "POST",
            "url": kind,
            "ifNoneExist": f"identifier={URI}|urn:uuid:{uid}",
        },
    }


def _provenance(signed: SignedReport, statement: bytes, token: str) -> dict[str, Any]:
    report, who = signed.report.id, {"reference": signed.signer.id, "display": signed.signer.name}
    resource = {
        "resourceType": "Provenance",
        "id": report,
        "extension": [
            {
                "url": f"{RW}manifest",
                "valueBase64Binary": base64.b64encode(statement).decode(),
            }
        ],
        "target": [{"reference": f"urn:uuid:{report}"}],
        "recorded": signed.signed_at.isoformat(),
        "agent": [{"who": who}],
        "signature": [
            {
                "type": [
                    {"system": "urn:iso-astm:E1762-95:2013", "code": "1.2.840.10065.1.12.1.1"}
                ],
                "when": signed.signed_at.isoformat(),
                "who": who,
                "sigFormat": "application/jose",
                "data": base64.b64encode(token.encode()).decode(),
            }
        ],
    }
    return {
        "fullUrl": f"urn:uuid:{uuid.uuid5(uuid.UUID(report), 'provenance')}",
        "resource": resource,
        "request": {"method": "PUT", "url": f"Provenance/{report}"},
    }


# --- the Task -----------------------------------------------------------------


def is_completed(task: Mapping[str, Any]) -> bool:
    return bool(task.get("status") == "completed")


def is_free(task: Mapping[str, Any]) -> bool:
    """Nobody holds it."""
    return task.get("status") == "requested" and "owner" not in task


def completion(
    letter: Letter, task: Mapping[str, Any], report: Mapping[str, Any]
) -> dict[str, Any]:
    """The entry that completes a Task with `report`, a FHIR Reference; or raises `NotOurs`."""
    request = {
        "method": "PUT",
        "url": f"Task/{task['id']}",
        "ifMatch": f'W/"{task["meta"]["versionId"]}"',
    }
    return {"resource": _completed(letter, task, report), "request": request}


def _completed(
    letter: Letter, task: Mapping[str, Any], report: Mapping[str, Any]
) -> dict[str, Any]:
    """The Task as this report leaves it; nothing of it that we do not know is lost."""
    owner = task.get("owner", {})
    if owner.get("reference", letter.signer) != letter.signer:
        raise NotOurs(owner.get("display", ""))
    preliminary = letter.status in UNSETTLED
    done = not preliminary or _promised(task) == "preliminary"
    changed = dict(task)
    changed["status"] = "completed" if done else "requested"
    changed["businessStatus"] = _business("preliminary" if preliminary else "final")
    changed["extension"] = [
        each for each in task.get("extension", ()) if each.get("url") != f"{RW}lease-until"
    ]
    if done:
        changed["owner"] = owner or {"reference": letter.signer}
    else:
        changed.pop("owner", None)
    output = {"type": {"text": "report"}, "valueReference": dict(report)}
    changed["output"] = [*task.get("output", ()), output]
    return {name: value for name, value in changed.items() if value != []}


def _business(code: str) -> dict[str, Any]:
    return {"coding": [{"system": f"{RW}read-state", "code": code}]}


def _promised(task: Mapping[str, Any]) -> str:
    for concept in task.get("performerType", ()):
        for coding in concept.get("coding", ()):
            if coding.get("system") == f"{RW}tier":
                return str(coding.get("code", ""))
    return ""
