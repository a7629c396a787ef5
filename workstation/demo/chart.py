"""What the sites know of some patients beside the order: laboratory, history, papers."""

import base64
import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

from attrs import field, frozen

from workstation.demo.paper import pdf_of
from workstation.demo.store import Resource, instant

_LOINC: Final = "http://loinc.org"
_SNOMED: Final = "http://snomed.info/sct"
_HL7: Final = "http://terminology.hl7.org/CodeSystem/"
_UCUM: Final = "http://unitsofmeasure.org"


@frozen
class Lab:
    """One value; without a `flag` the laboratory said nothing of it."""

    name: str
    loinc: str
    value: float
    unit: str
    low: float | None
    high: float | None
    days: float = 0.2  # before the shift
    flag: str = ""


@frozen
class Past:
    """A condition or a procedure, since when it was written down."""

    words: str
    since: str
    over: bool = False


@frozen
class Allergy:
    words: str
    reaction: str = ""
    grave: bool = False
    snomed: str = ""


@frozen
class Paper:
    """A document of so many lines: PDF, or plain text."""

    title: str
    lines: tuple[str, ...]
    days: float = 0.1
    media_type: str = "application/pdf"
    of_order: bool = True


@frozen
class ChartPlan:
    labs: tuple[Lab, ...] = ()
    conditions: tuple[Past, ...] = ()
    procedures: tuple[Past, ...] = ()
    allergies: tuple[Allergy, ...] = ()
    papers: tuple[Paper, ...] = field(factory=tuple)


def _egfr(value: float, days: float = 0.2) -> Lab:
    unit = "mL/min/{1.73_m2}"
    flag = "L" if value < 60 else "N"
    return Lab("eGFR (CKD-EPI 2021)", "98979-8", value, unit, 60, None, days, flag)


def _creatinine(value: float, days: float = 0.2) -> Lab:
    flag = "H" if value > 1.2 else "N"
    return Lab("Creatinine", "2160-0", value, "mg/dL", 0.6, 1.2, days, flag)


_NO_ALLERGY: Final = Allergy("No known allergy", snomed="716186003")
#: By the patient's identifier at the site.
CHARTS: Final[Mapping[str, ChartPlan]] = {
    "HG-100482": ChartPlan(
        labs=(
            _creatinine(0.9, 5), _egfr(88, 5), _creatinine(0.8, 380), _egfr(94, 380),
            Lab("CRP", "1988-5", 3.1, "mg/L", None, 5, 5, "N"),
            Lab("Haemoglobin", "718-7", 14.2, "g/dL", 13.5, 17.5, 5, "N"),
        ),
        conditions=(
            Past("Former smoker, 30 pack-years", "2011"),
            Past("Chronic obstructive pulmonary disease", "2014-03"),
        ),
        procedures=(Past("Bronchoscopy, no malignancy", "2025-11-28"),),
        allergies=(_NO_ALLERGY,),
        papers=(
            Paper("Imaging requisition", (
                "Harbor General · Imaging requisition", "",
                "CT chest with contrast", "",
                "Cough for six weeks, weight loss of 5 kg. Nodule follow-up.",
                "Iohexol 350, 80 mL. No reaction at the last examination.",
                "Breath hold incomplete at the bases (technologist).",
            )),
            Paper("Letter of the chest clinic", (
                "Nodule of the left upper lobe known since November 2025.",
                "Bronchoscopy without malignancy. Surgery if it has grown.",
            ), 30, "text/plain", of_order=False),
        ),
    ),
    "HG-099107": ChartPlan(
        labs=(
            _creatinine(1.6), _egfr(38), _creatinine(1.4, 31), _egfr(45, 31),
            _creatinine(1.1, 190), _egfr(58, 190),
            Lab("CEA", "2039-6", 12.4, "ng/mL", None, 5, 12, "H"),
            Lab("Haemoglobin", "718-7", 10.1, "g/dL", 12, 16, 0.2, "L"),
            Lab("Potassium", "2823-3", 4.4, "mmol/L", 3.5, 5.1, 0.2),
        ),
        conditions=(
            Past("Adenocarcinoma of the sigmoid colon", "2026-08"),
            Past("Diabetes mellitus type 2, metformin", "2009"),
            Past("Chronic kidney disease, stage 3b", "2024"),
            Past("Deep vein thrombosis", "1998", over=True),
        ),
        procedures=(
            Past("Colonoscopy with biopsy", "2026-08-19"),
            Past("Appendectomy", "1979"),
        ),
        allergies=(
            Allergy("Iodinated contrast medium", "generalised urticaria", grave=True,
                    snomed="293637006"),
            Allergy("Penicillin", "rash"),
        ),
        papers=(
            Paper("Imaging requisition", (
                "Harbor General · Imaging requisition", "",
                "CT abdomen with contrast: colon cancer, staging", "",
                "Reaction to iodinated contrast in 2021 (urticaria).",
                "Premedication given: prednisolone 50 mg at 13, 7 and 1 h.",
                "Hydration ordered. Metformin stopped today.",
            )),
            Paper("Scanned questionnaire", ("(a picture)",), 0.1, "image/tiff"),
        ),
    ),
    "HG-100913": ChartPlan(
        labs=(
            _creatinine(1.3, 0.03), _egfr(61, 0.03),
            Lab("Troponin T, high sensitivity", "67151-1", 22, "ng/L", None, 14, 0.03, "H"),
            Lab("Lactate", "2524-7", 3.9, "mmol/L", 0.5, 2.2, 0.03, "HH"),
        ),
        conditions=(Past("Arterial hypertension", "2005"), Past("Marfan syndrome", "1990")),
        allergies=(_NO_ALLERGY,),
    ),
    "MV-31902": ChartPlan(
        labs=(
            _creatinine(0.9, 0.02), _egfr(66, 0.02),
            Lab("INR", "6301-6", 1.1, "", 0.9, 1.2, 0.02, "N"),
            Lab("Glucose", "2345-7", 142, "mg/dL", 70, 140, 0.02, "H"),
            Lab("Platelets", "777-3", 231, "10*3/uL", 150, 400, 0.02, "N"),
        ),
        conditions=(Past("Atrial fibrillation, apixaban", "2022"),),
        procedures=(Past("Pacemaker, conditional for MR", "2023-02-14"),),
    ),
    "MV-32100": ChartPlan(
        labs=(
            _creatinine(0.8, 0.05), _egfr(97, 0.05),
            Lab("D-dimer (FEU)", "48065-7", 2.4, "mg/L", None, 0.5, 0.05, "H"),
        ),
        conditions=(Past("Oral contraception until 2019", "1994", over=True),),
        papers=(
            Paper("Note of the emergency room", (
                "Flight of 11 h, sudden dyspnoea, heart rate 118.",
                "Wells score 6. Heparin begun.",
            ), 0.05, "text/plain"),
        ),
    ),
    "KN-5120": ChartPlan(
        labs=(
            Lab("Kreatinin", "14682-9", 78, "umol/L", 62, 106, 1.1),
            Lab("eGFR (CKD-EPI)", "62238-1", 92, "mL/min/{1.73_m2}", 60, None, 1.1),
            Lab("C-reaktives Protein", "1988-5", 84, "mg/L", None, 5, 0.1, "H"),
            Lab("Leukozyten", "6690-2", 14.8, "10*9/L", 4, 10, 0.1),
        ),
        conditions=(Past("Asthma bronchiale", "1988"),),
        allergies=(Allergy("Penicillin", "Exanthem"),),
        papers=(
            Paper("Überweisung", (
                "Klinikum Nord", "", "CT Thorax nativ",
                "Husten, Fieber seit fünf Tagen. Infiltrat? Erguss?",
            )),
        ),
    ),
}  # fmt: skip


def file_chart(
    plan: ChartPlan, patient: str, order: str, now: datetime, file: Callable[[Resource], str]
) -> None:
    """Everything of a plan into a site; `file` gives the reference of what it filed."""
    subject = {"reference": patient}
    for lab in plan.labs:
        file(_observation(lab, subject, now))
    for past in plan.conditions:
        file(_condition(past, subject))
    for done in plan.procedures:
        file({"resourceType": "Procedure", "status": "completed", "subject": subject,
              "code": {"text": done.words}, "performedDateTime": done.since})  # fmt: skip
    for allergy in plan.allergies:
        file(_allergy(allergy, subject))
    for paper in plan.papers:
        file(_reference(paper, subject, order, now, file))


def _observation(lab: Lab, subject: Resource, now: datetime) -> Resource:
    made: Resource = {
        "resourceType": "Observation",
        "status": "final",
        "category": [{"coding": [{"system": _HL7 + "observation-category", "code": "laboratory"}]}],
        "code": {"coding": [{"system": _LOINC, "code": lab.loinc}], "text": lab.name},
        "subject": subject,
        "effectiveDateTime": instant(now - timedelta(days=lab.days)),
        "valueQuantity": _quantity(lab.value, lab.unit),
    }
    ends = {"low": lab.low, "high": lab.high}
    given = {name: _quantity(end, lab.unit) for name, end in ends.items() if end is not None}
    if given:
        made["referenceRange"] = [given]
    if lab.flag:
        system = _HL7 + "v3-ObservationInterpretation"
        made["interpretation"] = [{"coding": [{"system": system, "code": lab.flag}]}]
    return made


def _quantity(value: float, unit: str) -> Resource:
    if not unit:
        return {"value": value}
    shown = unit.replace("{1.73_m2}", "1.73 m²").replace("umol", "µmol").replace("10*", "10^")
    return {"value": value, "unit": shown, "system": _UCUM, "code": unit}


def _condition(past: Past, subject: Resource) -> Resource:
    state = "resolved" if past.over else "active"
    return {
        "resourceType": "Condition",
        "clinicalStatus": {"coding": [{"system": _HL7 + "condition-clinical", "code": state}]},
        "code": {"text": past.words},
        "subject": subject,
        "onsetDateTime": past.since,
    }


def _allergy(allergy: Allergy, subject: Resource) -> Resource:
    code: Resource = {"text": allergy.words}
    if allergy.snomed:
        code["coding"] = [{"system": _SNOMED, "code": allergy.snomed}]
    made: Resource = {
        "resourceType": "AllergyIntolerance",
        "clinicalStatus": {
            "coding": [{"system": _HL7 + "allergyintolerance-clinical", "code": "active"}]
        },
        "criticality": "high" if allergy.grave else "low",
        "code": code,
        "patient": subject,
    }
    if allergy.reaction:
        made["reaction"] = [{"manifestation": [{"text": allergy.reaction}]}]
    return made


def _reference(
    paper: Paper, subject: Resource, order: str, now: datetime, file: Callable[[Resource], str]
) -> Resource:
    pdf = paper.media_type == "application/pdf"
    data = pdf_of(paper.lines) if pdf else "\n".join(paper.lines).encode()
    encoded = base64.b64encode(data).decode()
    binary = {"resourceType": "Binary", "contentType": paper.media_type, "data": encoded}
    digest = hashlib.sha1(data, usedforsecurity=False).digest()
    at = instant(now - timedelta(days=paper.days))
    made: Resource = {
        "resourceType": "DocumentReference",
        "status": "current",
        "type": {"text": paper.title},
        "subject": subject,
        "date": at,
        "content": [
            {
                "attachment": {
                    "contentType": paper.media_type,
                    "url": file(binary),
                    "title": paper.title,
                    "creation": at,
                    "size": len(data),
                    "hash": base64.b64encode(digest).decode(),
                }
            }
        ],
    }
    if paper.of_order:
        made["context"] = {"related": [{"reference": order}]}
    return made
