"""Deliveries written by hand for tests of the platform: not made by the program's own code."""

import base64
import hashlib
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2

Json = dict[str, Any]
RW = "urn:reading-workstation:"
URI = "urn:ietf:rfc:3986"


def me(client: httpx2.Client, fhir: str, user: str = "Sample") -> str:
    found = client.get(f"{fhir}/Practitioner", params={"name": user}).json()
    return f"Practitioner/{found['entry'][0]['resource']['id']}"


def task(client: httpx2.Client, fhir: str, accession: str) -> Json:
    """The reading task of an accession, as it stands."""
    orders = client.get(f"{fhir}/ServiceRequest", params={"identifier": accession}).json()
    order = f"ServiceRequest/{orders['entry'][0]['resource']['id']}"
    found = client.get(f"{fhir}/Task", params={"focus": order}).json()
    return dict(found["entry"][0]["resource"])


def state(code: str) -> Json:
    return {"coding": [{"system": RW + "read-state", "code": code}]}


def claimed(free: Json, owner: str, minutes: float = 15, status: str = "accepted") -> Json:
    until = (datetime.now(UTC) + timedelta(minutes=minutes)).isoformat()
    kept = [each for each in free["extension"] if not each["url"].endswith("lease-until")]
    return {
        **free,
        "status": status,
        "owner": {"reference": owner, "display": owner},
        "businessStatus": state("claimed"),
        "extension": [*kept, {"url": RW + "lease-until", "valueDateTime": until}],
    }


def released(held: Json, before: str = "unread") -> Json:
    free = {key: value for key, value in held.items() if key != "owner"}
    return {
        **free,
        "status": "requested",
        "businessStatus": state(before),
        "statusReason": {"text": "test"},
    }


def etag(resource: Json) -> str:
    return f'W/"{resource["meta"]["versionId"]}"'


def put_task(client: httpx2.Client, fhir: str, changed: Json) -> httpx2.Response:
    headers = {"If-Match": etag(changed)}
    return client.put(f"{fhir}/Task/{changed['id']}", json=changed, headers=headers)


def claim(client: httpx2.Client, fhir: str, accession: str, owner: str) -> Json:
    answer = put_task(client, fhir, claimed(task(client, fhir, accession), owner))
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def attachment(kind: str, text: str) -> Json:
    data = text.encode()
    digest = hashlib.sha1(data, usedforsecurity=False).digest()
    return {
        "contentType": kind,
        "data": base64.b64encode(data).decode(),
        "size": len(data),
        "hash": base64.b64encode(digest).decode(),
    }


def report(held: Json, author: str, ident: str, *, status: str = "final", text: str = "Ok") -> Json:
    now = datetime.now(UTC).isoformat()
    return {
        "resourceType": "DiagnosticReport",
        "identifier": [{"system": URI, "value": f"urn:uuid:{ident}"}],
        "basedOn": [held["focus"]],
        "status": status,
        "category": [{"coding": [{"code": "RAD"}]}],
        "code": {"coding": [{"system": "http://loinc.org", "code": "18748-4"}]},
        "subject": held["for"],
        "effectiveDateTime": now,
        "issued": now,
        "performer": [{"reference": "Organization/1"}],
        "resultsInterpreter": [{"reference": author}],
        "conclusion": text,
        "presentedForm": [attachment("text/html", f"<p>{text}</p>")],
    }


def delivery(held: Json, author: str, ident: str = "", **how: str) -> Json:
    """A transaction as docs/conformance.md wants it, for a claimed task."""
    ident = ident or str(uuid.uuid4())
    body = report(held, author, ident, **how)
    observation = {
        "resourceType": "Observation",
        "status": "final",
        "identifier": [{"system": URI, "value": f"urn:uuid:{uuid.uuid4()}"}],
        "code": {"text": "Length"},
        "subject": held["for"],
        "valueQuantity": {"value": 12, "unit": "mm", "system": "http://unitsofmeasure.org"},
    }
    link, measured = f"urn:uuid:{ident}", f"urn:uuid:{uuid.uuid4()}"
    body["result"] = [{"reference": measured}]
    done = {
        **held,
        "status": "completed",
        "businessStatus": state(body["status"]),
        "output": [{"type": {"text": "report"}, "valueReference": {"reference": link}}],
    }
    proof = {
        "resourceType": "Provenance",
        "id": ident,
        "target": [{"reference": link}],
        "recorded": body["issued"],
        "agent": [{"who": {"reference": author}}],
    }
    draft = f"DiagnosticReport?identifier={RW}draft|{ident}"
    once = f"identifier={URI}|urn:uuid:{ident}"
    return {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [
            entry("POST", "DiagnosticReport", body, fullUrl=link, ifNoneExist=once),
            entry("POST", "Observation", observation, fullUrl=measured),
            entry("PUT", f"Provenance/{ident}", proof),
            entry("PUT", f"Task/{held['id']}", done, ifMatch=etag(held)),
            entry("DELETE", draft),
        ],
    }


def entry(method: str, url: str, resource: Json | None = None, **more: str) -> Json:
    found: Json = {"request": {"method": method, "url": url}}
    if "fullUrl" in more:
        found["fullUrl"] = more.pop("fullUrl")
    found["request"] |= more
    return found | ({"resource": resource} if resource else {})
