"""The open case in FHIRcast's resources, held against its profiles for open and close events."""

from typing import Any, cast

from attrs import evolve
from fakes_worklist import row

from workstation.domain.identifiers import TaskId
from workstation.protocols.fhircast import Context
from workstation.protocols.fhircast_context import of_case, of_signed, report_id

ITEM = evolve(row(1).item, patient_ref="Patient/4", imaging_ref="ImagingStudy/5")


def resources(context: Context) -> dict[str, dict[str, Any]]:
    return {cast(str, each["key"]): cast(Any, each.get("resource")) for each in context}


def test_a_case_has_what_the_profiles_require() -> None:
    """FHIRcast DiagnosticReport, ImagingStudy and Patient for Open Events: their 1..1 elements."""
    found = resources(of_case(ITEM, "r1"))
    report, study, patient = found["report"], found["study"], found["patient"]

    assert (report["resourceType"], report["id"], report["status"]) == (
        "DiagnosticReport", "r1", "unknown",
    )  # fmt: skip
    order = report["basedOn"][0]["identifier"]
    assert (order["type"]["coding"][0]["code"], order["value"]) == ("ACSN", "A-0001")
    assert report["subject"] == study["subject"] == {"reference": "Patient/4"}
    assert report["imagingStudy"] == [{"reference": "ImagingStudy/5"}]
    assert (study["id"], study["status"]) == ("5", "unknown")
    assert study["identifier"][0] == {"system": "urn:dicom:uid", "value": "urn:oid:1.2.3.1"}
    assert patient["id"] == "4"
    number = patient["identifier"][0]
    assert (number["system"], number["value"]) == ("urn:x", "HG-100401")
    assert (patient["gender"], patient["birthDate"]) == ("male", "1962-03-02")


def test_what_no_server_names_has_a_name_that_stays() -> None:
    """An archive without FHIR: opening and closing must speak of the same study and person."""
    bare = evolve(ITEM, patient_ref="", imaging_ref="")
    first, again = (resources(of_case(bare, "r1")) for _ in range(2))

    assert first == again
    assert first["study"]["subject"] == {"reference": f"Patient/{first['patient']['id']}"}
    assert first["patient"]["id"] != first["study"]["id"]
    other = evolve(ITEM, task=TaskId("Task/2"))
    assert report_id(ITEM) == report_id(evolve(ITEM, version="2")) != report_id(other)


def test_a_signed_report_tells_its_status_and_none_of_its_words() -> None:
    """Page DiagnosticReport-update: a transaction that puts the report of the open context."""
    report, patient, updates = of_signed(ITEM, "r1", "final")
    bundle = cast(Any, updates["resource"])

    assert report == {"key": "report", "reference": {"reference": "DiagnosticReport/r1"}}
    assert patient == {"key": "patient", "reference": {"reference": "Patient/4"}}
    (entry,) = bundle["entry"]
    assert (bundle["type"], entry["request"]) == ("transaction", {"method": "PUT"})
    assert (entry["resource"]["id"], entry["resource"]["status"]) == ("r1", "final")
    assert not {"conclusion", "presentedForm", "text"} & entry["resource"].keys()
