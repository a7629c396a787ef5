"""The open case as FHIRcast names it: report, study and patient (3.6.1 to 3.6.3).

The resources need stand on no server; they identify. Name, sex and birth date of the patient are
sent so that the other program can hold them against its own, as the profile wants (FHIRcast
Patient for Open Events).
"""

from typing import Final
from uuid import NAMESPACE_URL, uuid5

from workstation.domain.worklist import WorklistItem
from workstation.protocols.fhircast import Context

_TABLE: Final = "http://terminology.hl7.org/CodeSystem/v2-0203"
_SEX: Final = {"M": "male", "F": "female", "O": "other"}
_LOINC: Final = {
    "system": "http://loinc.org",
    "code": "18748-4",
    "display": "Diagnostic imaging study",
}


def report_id(item: WorklistItem) -> str:
    """Always the same for a case, so that its opening, its changes and its closing are one."""
    return str(uuid5(NAMESPACE_URL, f"{item.site} {item.task}"))


def of_case(item: WorklistItem, report: str) -> Context:
    """What is opened, and what is closed again; `report` is its logical id at this desk."""
    return [
        {"key": "report", "resource": _report(item, report, "unknown")},
        {"key": "study", "resource": _study(item)},
        {"key": "patient", "resource": _patient(item)},
    ]


def of_signed(item: WorklistItem, report: str, status: str) -> Context:
    """The report has another status; its text goes to the site and not over the hub."""
    entry = {"request": {"method": "PUT"}, "resource": _report(item, report, status)}
    updates = {"resourceType": "Bundle", "type": "transaction", "entry": [entry]}
    return [
        {"key": "report", "reference": {"reference": f"DiagnosticReport/{report}"}},
        {"key": "patient", "reference": {"reference": _reference(item, "Patient")}},
        {"key": "updates", "resource": updates},
    ]


def _report(item: WorklistItem, report: str, status: str) -> dict[str, object]:
    order = {"type": "ServiceRequest", "identifier": _accession(item)}
    return {
        "resourceType": "DiagnosticReport",
        "id": report,
        "status": status,
        "basedOn": [order],
        "code": {"coding": [_LOINC]},
        "subject": {"reference": _reference(item, "Patient")},
        "imagingStudy": [{"reference": _reference(item, "ImagingStudy")}],
    }


def _study(item: WorklistItem) -> dict[str, object]:
    return {
        "resourceType": "ImagingStudy",
        "id": _id(item, "ImagingStudy"),
        "identifier": [
            {"system": "urn:dicom:uid", "value": f"urn:oid:{item.study}"},
            _accession(item),
        ],
        "status": "unknown",
        "subject": {"reference": _reference(item, "Patient")},
    }


def _patient(item: WorklistItem) -> dict[str, object]:
    who = item.patient
    number: dict[str, object] = {"type": _typed("MR"), "value": who.id}
    if ":" in who.issuer:  # else it is a word of DICOM, and no URI
        number["system"] = who.issuer
    found: dict[str, object] = {
        "resourceType": "Patient",
        "id": _id(item, "Patient"),
        "identifier": [number],
        "name": [{"text": who.name}],
    }
    if who.sex in _SEX:
        found["gender"] = _SEX[who.sex]
    if who.birth_date is not None:
        found["birthDate"] = who.birth_date.isoformat()
    return found


def _accession(item: WorklistItem) -> dict[str, object]:
    return {"type": _typed("ACSN"), "value": item.accession}


def _typed(code: str) -> dict[str, object]:
    return {"coding": [{"system": _TABLE, "code": code}]}


def _id(item: WorklistItem, kind: str) -> str:
    """As the site's own server names it, else one that is always the same."""
    known = {"Patient": item.patient_ref, "ImagingStudy": item.imaging_ref}[kind]
    own = f"{item.patient.issuer} {item.patient.id}" if kind == "Patient" else item.study
    return known.rpartition("/")[2] or str(uuid5(NAMESPACE_URL, f"{kind} {own}"))


def _reference(item: WorklistItem, kind: str) -> str:
    return f"{kind}/{_id(item, kind)}"
