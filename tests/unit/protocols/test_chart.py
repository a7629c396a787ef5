"""What a platform tells of a patient beside the order, as it is read."""

import base64
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from workstation.domain.chart import (
    Flag,
    Kind,
    LabResult,
    allergies,
    by_analyte,
    filtration,
)
from workstation.errors import SiteUnavailable
from workstation.protocols.chart import (
    binary_of,
    documents_from,
    history_from,
    laboratory_from,
)
from workstation.protocols.web import Answer

ZONE = ZoneInfo("America/Los_Angeles")
_INTERPRETED = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"


def lab(value: Any = 1.6, unit: str = "mg/dL", **more: Any) -> dict[str, Any]:
    """A creatinine as the laboratory of a FHIR server gives it (R4, Observation)."""
    made: dict[str, Any] = {
        "resourceType": "Observation",
        "status": "final",
        "code": {
            "text": "Creatinine",
            "coding": [{"system": "http://loinc.org", "code": "2160-0"}],
        },
        "effectiveDateTime": "2026-11-20T21:05:00Z",
        "valueQuantity": {"value": value, "unit": unit},
        "referenceRange": [
            {"low": {"value": 0.6, "unit": unit}, "high": {"value": 1.2, "unit": unit}}
        ],
    }
    return {name: each for name, each in (made | more).items() if each is not None}


def said(code: str) -> list[dict[str, Any]]:
    return [{"coding": [{"system": _INTERPRETED, "code": code}]}]


def test_a_value_stands_with_its_unit_range_date_and_flag() -> None:
    """A creatinine without its unit is off by a factor of 88 between two countries."""
    (found,) = laboratory_from([lab(interpretation=said("H"))], ZONE)

    assert (found.name, found.code, found.value, found.unit) == (
        "Creatinine",
        "2160-0",
        "1.6",
        "mg/dL",
    )
    assert (found.range, found.flag, found.critical) == ("0.6 to 1.2", Flag.HIGH, False)
    assert found.at == datetime(2026, 11, 20, 21, 5, tzinfo=UTC)
    assert found.at is not None
    assert found.at.hour == 13  # told in the time of the hospital


@pytest.mark.parametrize(
    ("more", "flag", "critical"),
    [
        ({"interpretation": said("LL")}, Flag.LOW, True),
        ({"interpretation": said("N")}, Flag.NONE, False),  # the laboratory's word, not ours
        ({"interpretation": said("A")}, Flag.ABNORMAL, False),
        ({}, Flag.HIGH, False),  # nothing said: by the range it gave
        ({"valueQuantity": {"value": 0.6, "unit": "mg/dL"}}, Flag.NONE, False),  # at the limit
        ({"valueQuantity": {"value": 141, "unit": "umol/L"}}, Flag.NONE, False),  # other unit
        ({"valueQuantity": {"value": 5, "unit": "mg/dL", "comparator": "<"}}, Flag.NONE, False),
        ({"referenceRange": [{"text": "see note"}]}, Flag.NONE, False),
    ],
)
def test_a_flag_is_the_laboratorys_and_is_worked_out_only_where_that_is_certain(
    more: dict[str, Any], flag: Flag, critical: bool
) -> None:
    """A normal value marked low, or a low one that is not, decides whether contrast is given."""
    (found,) = laboratory_from([lab(**more)], ZONE)

    assert (found.flag, found.critical) == (flag, critical)


def test_what_is_no_exact_number_is_shown_as_it_was_said() -> None:
    """Below the detection limit is not zero; a word is a result."""
    less = lab(
        valueQuantity={"value": 0.01, "comparator": "<", "unit": "ng/L"}, referenceRange=None
    )
    word = lab(valueQuantity=None, valueCodeableConcept={"text": "positive"}, referenceRange=None)
    none = lab(valueQuantity=None, dataAbsentReason={"text": "haemolysed"}, referenceRange=None)

    values = [each.value for each in laboratory_from([less, word, none], ZONE)]

    assert values == ["<0.01", "positive", "no value: haemolysed"]


def test_errors_are_left_out_and_the_parts_of_a_panel_stand_alone() -> None:
    """A value of another patient that was withdrawn must not come back through our window."""
    withdrawn = lab(status="entered-in-error")
    head = lab(valueQuantity=None, referenceRange=None, hasMember=[{"reference": "Observation/2"}])
    panel = lab(
        valueQuantity=None, referenceRange=None, status="preliminary",
        component=[{"code": {"text": "Sodium"}, "valueQuantity": {"value": 139, "unit": "mmol/L"}}],
    )  # fmt: skip

    (found,) = laboratory_from([withdrawn, head, panel], ZONE)

    assert (found.name, found.value, found.preliminary) == ("Sodium", "139", True)


def result(name: str, code: str, value: str, day: int, unit: str = "") -> LabResult:
    return LabResult(name, code, value, unit, at=datetime(2026, 11, day, tzinfo=UTC))


def test_kidneys_come_first_and_one_kind_of_value_is_one_row_with_its_past() -> None:
    """Before contrast one question is asked of the laboratory; its answer is not searched for."""
    found = (
        result("CRP", "1988-5", "3", 22),
        result("Creatinine", "2160-0", "1.4", 1, "mg/dL"),
        result("eGFR", "98979-8", "45", 2),
        result("Creatinine", "2160-0", "1.6", 20, "mg/dL"),
        result("Kreatinin", "2160-0", "141", 21, "umol/L"),
        result("eGFR", "98979-8", "38", 20),
    )

    rows = by_analyte(found)

    told = [(r.newest.name, r.newest.value, [b.value for b in r.before]) for r in rows]
    assert told == [
        ("eGFR", "38", ["45"]), ("Kreatinin", "141", []), ("Creatinine", "1.6", ["1.4"]),
        ("CRP", "3", []),
    ]  # fmt: skip
    newest = filtration(found)
    assert newest is not None
    assert newest.value == "38"
    assert filtration(found[:1]) is None


def coded(kind: str, words: str, **more: Any) -> dict[str, Any]:
    return {"resourceType": kind, "code": {"text": words}, **more}


def state(name: str, code: str) -> dict[str, Any]:
    return {name: {"coding": [{"code": code}]}}


def test_history_tells_what_holds_before_what_is_over_and_no_refuted_thing() -> None:
    """A diagnosis that was ruled out is not a history; one that healed explains a scar."""
    found = history_from(
        [
            coded(
                "Condition",
                "Thrombosis",
                onsetDateTime="1998",
                **state("clinicalStatus", "resolved"),
            ),
            coded("Condition", "Colon cancer", onsetDateTime="2026-08"),
            coded("Condition", "Pulmonary embolism", **state("verificationStatus", "refuted")),
            coded("Procedure", "Appendectomy", status="completed", performedDateTime="1979"),
            coded("Procedure", "Hemicolectomy", status="not-done"),
        ]
    )

    told = [(each.kind, each.words, each.since, each.over) for each in found]
    assert told == [
        (Kind.CONDITION, "Colon cancer", "2026-08", False),
        (Kind.PROCEDURE, "Appendectomy", "1979", False),
        (Kind.CONDITION, "Thrombosis", "1998", True),
    ]


def test_a_grave_allergy_stands_first_and_no_known_allergy_is_none() -> None:
    """Contrast that killed nearly once is not the third line behind hay fever."""
    found = history_from(
        [
            coded("AllergyIntolerance", "Hay fever", criticality="low"),
            coded(
                "AllergyIntolerance", "Iodinated contrast", criticality="high",
                reaction=[{"manifestation": [{"text": "anaphylaxis"}]}],
            ),
            {
                "resourceType": "AllergyIntolerance",
                "code": {
                    "text": "No known drug allergy",
                    "coding": [{"system": "http://snomed.info/sct", "code": "409137002"}],
                },
            },
        ]
    )  # fmt: skip

    assert [each.words for each in allergies(found)] == [
        "Iodinated contrast: anaphylaxis",
        "Hay fever",
    ]


def test_papers_of_the_order_come_first_and_each_form_is_one() -> None:
    """The requisition of today, not the letter of last year."""

    def paper(title: str, date: str, **more: Any) -> dict[str, Any]:
        attachment = {
            "contentType": "application/pdf; x=1",
            "url": f"Binary/{title}",
            "title": title,
        }
        return {"resourceType": "DocumentReference", "status": "current", "date": date,
                "content": [{"attachment": attachment}], **more}  # fmt: skip

    related = {"context": {"related": [{"reference": "https://h.example/fhir/ServiceRequest/9"}]}}
    found = documents_from(
        [
            paper("letter", "2026-11-21T10:00:00Z"),
            paper("requisition", "2026-11-20T10:00:00Z", **related),
            paper("wrong", "2026-11-22T10:00:00Z", docStatus="entered-in-error"),
        ],
        "ServiceRequest/9",
        ZONE,
    )

    assert [(each.title, each.of_order, each.is_pdf) for each in found] == [
        ("requisition", True, True), ("letter", False, True),
    ]  # fmt: skip


def test_a_document_comes_as_it_is_or_inside_a_binary() -> None:
    """Servers do either (FHIR R4 2.28.4); what is neither is no document."""
    packed = base64.b64encode(b"%PDF-1.4").decode()
    wrapped = f'{{"resourceType": "Binary", "data": "{packed}"}}'.encode()
    as_json = {"content-type": "application/fhir+json; charset=utf-8"}

    assert binary_of(Answer(200, {"content-type": "application/pdf"}, b"%PDF-1.4")) == b"%PDF-1.4"
    assert binary_of(Answer(200, as_json, wrapped)) == b"%PDF-1.4"
    with pytest.raises(SiteUnavailable, match="no document"):
        binary_of(Answer(200, as_json, b'{"resourceType": "Patient"}'))
