"""The FHIR resources a site begins with: who works there, whose studies, which orders."""

import base64
import hashlib
import html
from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from attrs import field, frozen

from workstation.demo.sites import RW, Person, SiteProfile
from workstation.demo.store import Resource, instant
from workstation.demo.task_states import read_state
from workstation.domain.reader import Licence
from workstation.domain.worklist import ReadState

_V2: Final = "http://terminology.hl7.org/CodeSystem/v2-"
_GENDERS: Final = {"M": "male", "F": "female", "O": "other"}
_DCM: Final = "http://dicom.nema.org/resources/ontology/DCM"


@frozen
class PatientFacts:
    """`name` is a DICOM person name. `generated`: the object came without an identity."""

    id: str
    name: str
    birth_date: date | None
    sex: str
    generated: bool = False


@frozen
class StudyFacts:
    """A study as an order knows it."""

    uid: str
    accession: str
    description: str
    body_part: str
    modalities: tuple[str, ...]
    started: datetime | None
    series: int
    instances: int


@frozen
class OrderFacts:
    """What was asked, by whom it was promised, and how far it is."""

    procedure: str
    code: str
    indication: str
    priority: str
    tier: str
    listed: datetime
    due: datetime
    requester: str
    laterality: str = ""


@frozen
class Refs:
    """References of resources that belong together."""

    patient: str
    endpoint: str
    order: str = ""
    study: str = ""
    priors: tuple[str, ...] = field(factory=tuple)


def organization(site: SiteProfile) -> Resource:
    return {"resourceType": "Organization", "active": True, "name": site.name}


def endpoint(site: SiteProfile, address: str, organization_ref: str) -> Resource:
    system = "http://terminology.hl7.org/CodeSystem/endpoint-connection-type"
    return {
        "resourceType": "Endpoint",
        "status": "active",
        "connectionType": {"system": system, "code": "dicom-wado-rs"},
        "name": f"DICOMweb of {site.name}",
        "managingOrganization": {"reference": organization_ref},
        "payloadType": [{"text": "DICOM"}],
        "address": address,
    }


def practitioner(who: Person) -> Resource:
    found: Resource = {
        "resourceType": "Practitioner",
        "active": True,
        "name": [{"text": who.name, "family": who.family, "given": [who.given]}],
    }
    if who.licences:
        found["qualification"] = [_qualification(each) for each in who.licences]
    return found


def _qualification(licence: Licence) -> Resource:
    found: Resource = {
        "identifier": [{"value": licence.number}],
        "code": {"text": "Medical licence"},
        "extension": [{"url": RW + "jurisdiction", "valueCode": licence.jurisdiction}],
    }
    days = {"start": licence.valid_from, "end": licence.valid_to}
    period = {name: day.isoformat() for name, day in days.items() if day}
    return found | ({"period": period} if period else {})


def practitioner_role(who: Person, practitioner_ref: str, organization_ref: str) -> Resource:
    privileged = [{"url": RW + "modality", "valueCode": each} for each in who.modalities]
    return {
        "resourceType": "PractitionerRole",
        "active": True,
        "practitioner": {"reference": practitioner_ref, "display": who.name},
        "organization": {"reference": organization_ref},
        "code": [{"coding": [{"system": RW + "role", "code": who.role}], "text": who.role}],
        **({"extension": privileged} if privileged else {}),
    }


def patient(site: SiteProfile, facts: PatientFacts, organization_ref: str) -> Resource:
    family, _, given = facts.name.partition("^")
    given = given.replace("^", " ").strip()
    found: Resource = {
        "resourceType": "Patient",
        "identifier": [
            {
                "use": "usual",
                "type": {"coding": [{"system": _V2 + "0203", "code": "MR"}]},
                "system": site.patient_issuer,
                "value": facts.id,
            }
        ],
        "name": [{"text": f"{family}, {given}".strip(", "), "family": family}],
        "gender": _GENDERS.get(facts.sex, "unknown"),
        "managingOrganization": {"reference": organization_ref},
    }
    if given:
        found["name"][0]["given"] = given.split()
    if facts.birth_date:
        found["birthDate"] = facts.birth_date.isoformat()
    if facts.generated:
        found["meta"] = {"tag": [{"system": RW + "demo", "code": "generated-identity"}]}
    return found


def service_request(
    study: StudyFacts, order: OrderFacts, patient_ref: str, *, done: bool
) -> Resource:
    found: Resource = {
        "resourceType": "ServiceRequest",
        "identifier": [accession_identifier(study.accession)],
        "status": "completed" if done else "active",
        "intent": "order",
        "priority": order.priority,
        "code": {
            "coding": [{"system": RW + "procedure", "code": order.code}],
            "text": order.procedure,
        },
        "subject": {"reference": patient_ref},
        "authoredOn": instant(order.listed),
        "requester": {"display": order.requester},
    }
    if order.indication:
        found["reasonCode"] = [{"text": order.indication}]
    sites = " ".join(filter(None, (order.laterality, study.body_part)))
    if sites:
        found["bodySite"] = [{"text": sites}]
    return found


def accession_identifier(accession: str) -> Resource:
    kind = {"coding": [{"system": _V2 + "0203", "code": "ACSN"}]}
    return {"type": kind, "value": accession}


def imaging_study(study: StudyFacts, refs: Refs) -> Resource:
    found: Resource = {
        "resourceType": "ImagingStudy",
        "identifier": [
            {"system": "urn:dicom:uid", "value": f"urn:oid:{study.uid}"},
            accession_identifier(study.accession),
        ],
        "status": "available",
        "modality": [{"system": _DCM, "code": each} for each in study.modalities],
        "subject": {"reference": refs.patient},
        "basedOn": [{"reference": refs.order}],
        "endpoint": [{"reference": refs.endpoint}],
        "numberOfSeries": study.series,
        "numberOfInstances": study.instances,
        "description": study.description,
    }
    if study.started:
        found["started"] = study.started.isoformat()
    return found


def task(place: tuple[str, str], order: OrderFacts, refs: Refs, expected: int) -> Resource:
    """A reading task nobody has taken yet; `place` of the scan: name and jurisdiction."""
    inputs = [_input("study", {"valueReference": {"reference": refs.study}})]
    inputs += [_input("prior", {"valueReference": {"reference": each}}) for each in refs.priors]
    inputs.append(_input("images-expected", {"valueInteger": expected}))
    return {
        "resourceType": "Task",
        "status": "requested",
        "intent": "order",
        "priority": order.priority,
        "code": {"coding": [{"system": RW + "task", "code": "read"}], "text": "Read"},
        "businessStatus": read_state(ReadState.UNREAD),
        "performerType": [{"coding": [{"system": RW + "tier", "code": order.tier}]}],
        "focus": {"reference": refs.order},
        "for": {"reference": refs.patient},
        "authoredOn": instant(order.listed),
        "restriction": {"period": {"end": instant(order.due)}},
        "reasonCode": {"text": f"{order.procedure}: {order.tier} read, reader for {place[1]}"},
        "location": {"display": place[0]},
        "extension": [{"url": RW + "jurisdiction", "valueCode": place[1]}],
        "input": inputs,
    }


def _input(what: str, value: Resource) -> Resource:
    return {"type": {"text": what}} | value


def owned(task_: Resource, who: str, name: str, status: str, state: str) -> Resource:
    """The same task in somebody's hands, or done."""
    return {
        **task_,
        "status": status,
        "owner": {"reference": who, "display": name},
        "businessStatus": read_state(state),
    }


def report(
    site: SiteProfile,
    study: StudyFacts,
    order: OrderFacts,
    refs: Refs,
    author: tuple[str, str],
    sections: Sequence[tuple[str, str]],
    *,
    status: str,
    at: datetime,
    organization_ref: str,
) -> Resource:
    """A report that was filed before the shift began. `author`: reference and name."""
    text = "\n\n".join(f"{title}\n{words}" for title, words in sections) + "\n"
    body = "".join(
        f"<h2>{html.escape(title)}</h2><p>{html.escape(words)}</p>" for title, words in sections
    )
    page = f'<!doctype html><html lang="en"><meta charset="utf-8">{body}</html>'
    impression = next((w for t, w in sections if t == "Impression"), "")
    return {
        "resourceType": "DiagnosticReport",
        "identifier": [{"system": RW + "seed", "value": f"report-{study.uid}"}],
        "basedOn": [{"reference": refs.order, "identifier": accession_identifier(study.accession)}],
        "status": status,
        "category": [{"coding": [{"system": _V2 + "0074", "code": "RAD"}]}],
        "code": {
            "coding": [{"system": "http://loinc.org", "code": "18748-4"}],
            "text": order.procedure,
        },
        "subject": {"reference": refs.patient},
        "effectiveDateTime": instant(study.started or at),
        "issued": instant(at),
        "performer": [{"reference": organization_ref, "display": site.name}],
        "resultsInterpreter": [{"reference": author[0], "display": author[1]}],
        "imagingStudy": [{"reference": refs.study}],
        "conclusion": impression,
        "presentedForm": [
            _attachment("text/html", page.encode(), "Report"),
            _attachment("text/plain", text.encode(), "Report"),
        ],
    }


def _attachment(kind: str, data: bytes, title: str) -> Resource:
    digest = hashlib.sha1(data, usedforsecurity=False).digest()
    return {
        "contentType": kind,
        "language": "en",
        "data": base64.b64encode(data).decode(),
        "size": len(data),
        "hash": base64.b64encode(digest).decode(),
        "title": title,
    }
