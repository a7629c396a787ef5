"""The FHIR transaction that files one signed report (docs/conformance.md, "Report").

Two steps, because a retry must be the same report: `seal` makes the report, its
measurements and its signature once, to the byte; `bundle` adds the completion of the
Task as the platform holds it at the moment of sending.
"""

import base64
import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from workstation.domain.report import SignedReport
from workstation.protocols.canonical import sha256_hex
from workstation.protocols.communication import communications
from workstation.protocols.fhir_values import RW, URI_IDENTIFIERS
from workstation.protocols.letter import Letter
from workstation.protocols.observations import finite, observation
from workstation.protocols.report_resource import (
    artefacts_of,
    by_identifier,
    report_resource,
    resource_digest,
    resource_name,
)
from workstation.protocols.signature import manifest, sign, utc
from workstation.protocols.signing_key import SigningKey
from workstation.protocols.task_completion import completion, is_completed


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
    artefacts = artefacts_of(signed, measurements, pdf)
    observations = [observation(signed, each) for each in measurements]
    uids = [uid for uid, _ in observations]
    results = [by_identifier(uid) if apart else {"reference": f"urn:uuid:{uid}"} for uid in uids]
    report = report_resource(signed, artefacts, results, effective, site_name)
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


def manifest_digest(provenance: Mapping[str, Any]) -> str | None:
    """SHA-256 of the manifest that a Provenance carries: what an addendum follows."""
    for each in provenance.get("extension", ()):
        if each.get("url") == f"{RW}manifest":
            return sha256_hex(base64.b64decode(each["valueBase64Binary"]))
    return None


def _create(kind: str, uid: str, resource: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "fullUrl": f"urn:uuid:{uid}",
        "resource": resource,
        "request": {
            "method": "POST",
            "url": kind,
            "ifNoneExist": f"identifier={URI_IDENTIFIERS}|urn:uuid:{uid}",
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
