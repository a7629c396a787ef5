"""The transaction as docs/conformance.md and IHE IMR want it."""

import base64
import hashlib
import json
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import pytest
from fakes_trust import READER, RW, signed_report, task_resource

from workstation.domain.report import ReportState
from workstation.protocols.letter import Letter, letter_from_json, letter_to_json
from workstation.protocols.report_bundle import bundle, manifest_digest, seal
from workstation.protocols.signing_key import new_key
from workstation.protocols.task_completion import NotOurs

NOW = datetime(2026, 11, 22, 21, 40, tzinfo=UTC)
KEY = new_key(READER, "Sample, Jo", NOW)
REPORT = signed_report().report.id
LENGTH = MappingProxyType({"id": "A1", "kind": "length", "value": 12.4, "unit": "mm"})


def _letter(**changes: Any) -> Letter:
    return seal(signed_report(**changes), KEY, effective=NOW, site_name="Harbor", previous="")


def _entries(letter: Letter, task: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    return list(json.loads(bundle(letter, task or task_resource()))["entry"])


def test_the_entries_come_in_the_agreed_order() -> None:
    """Report first: its answer is the one that says where it is."""
    requests = [entry["request"] for entry in _entries(_letter(measurements=(LENGTH,)))]

    assert [(r["method"], r["url"].partition("?")[0]) for r in requests] == [
        ("POST", "DiagnosticReport"),
        ("POST", "Observation"),
        ("PUT", f"Provenance/{REPORT}"),
        ("PUT", "Task/7"),
        ("DELETE", "DiagnosticReport"),
    ]
    assert requests[0]["ifNoneExist"] == f"identifier=urn:ietf:rfc:3986|urn:uuid:{REPORT}"
    assert requests[3]["ifMatch"] == 'W/"3"'
    assert requests[4]["url"].endswith(f"identifier={RW}draft|{REPORT}")


def test_the_report_has_all_that_imr_makes_mandatory() -> None:
    """IHE RAD IMR: issued, performer, interpreter, study, and HTML with size and hash."""
    report = _entries(_letter())[0]["resource"]

    assert report["status"] == "final"
    assert report["category"][0]["coding"][0]["code"] == "RAD"
    assert report["code"]["coding"][0]["code"] == "18748-4"
    assert report["conclusion"] == "No acute abnormality."
    assert report["issued"] == "2026-11-22T21:40:00+00:00"
    assert report["imagingStudy"] == [{"reference": "ImagingStudy/5"}]
    assert report["resultsInterpreter"][0]["reference"] == READER
    assert report["performer"][0]["type"] == "Organization"
    assert report["contained"][0]["name"] == "Harbor"
    assert report["basedOn"][0]["identifier"]["value"] == "HG-20417"
    kinds = [form["contentType"] for form in report["presentedForm"]]
    assert kinds == ["text/html", "text/plain"]
    for form in report["presentedForm"]:
        data = base64.b64decode(form["data"])
        assert form["size"] == len(data)
        assert base64.b64decode(form["hash"]) == hashlib.sha1(data).digest()


def test_what_was_shown_is_what_is_sent() -> None:
    """The very bytes of the dialog."""
    signed = signed_report(impression="≤ 3 mm, naïve")
    report = _entries(_letter(impression="≤ 3 mm, naïve"))[0]["resource"]

    html, text = (base64.b64decode(form["data"]) for form in report["presentedForm"])
    assert (html, text) == (signed.html.encode(), signed.text.encode())


def test_the_task_keeps_what_we_do_not_know() -> None:
    """A PUT that drops a site's own elements damages its record."""
    task = _entries(_letter())[-2]["resource"]

    assert task["somethingElse"] == {"kept": True}
    assert task["status"] == "completed"
    assert task["owner"]["reference"] == READER
    assert [each["url"] for each in task["extension"]] == [f"{RW}jurisdiction"]
    assert task["output"][-1]["valueReference"]["reference"] == f"urn:uuid:{REPORT}"


@pytest.mark.parametrize(
    ("status", "tier", "task_status", "state", "owned"),
    [
        (ReportState.FINAL, "final", "completed", "final", True),
        (ReportState.PRELIMINARY, "preliminary", "completed", "preliminary", True),
        (ReportState.PRELIMINARY, "final", "requested", "preliminary", False),
    ],
)
def test_what_becomes_of_the_case(
    status: ReportState, tier: str, task_status: str, state: str, owned: bool
) -> None:
    """A preliminary fulfils a promise of a preliminary, and no other."""
    task = _entries(_letter(status=status), task_resource(tier=tier))[-2]["resource"]

    assert task["status"] == task_status
    assert task["businessStatus"]["coding"][0]["code"] == state
    assert ("owner" in task) is owned


def test_a_case_held_by_another_is_not_completed() -> None:
    """Not even by a report that was signed first."""
    task = task_resource(owner={"reference": "Practitioner/18", "display": "Visitor, Kim"})

    with pytest.raises(NotOurs, match="Visitor, Kim"):
        bundle(_letter(), task)


def test_a_second_attempt_sends_the_same_report_against_a_new_version() -> None:
    """Same identity, same signature, byte for byte; only the Task may differ."""
    letter = _letter()
    later = letter_from_json(json.loads(json.dumps(letter_to_json(letter))))

    first = _entries(letter)
    second = _entries(later, task_resource(meta={"versionId": "4"}))

    assert first[:2] == second[:2]
    assert second[2]["request"]["ifMatch"] == 'W/"4"'


def test_a_measurement_is_an_observation_with_its_codes() -> None:
    """UCUM and DICOM codes, from PS3.16; the UUID is the same in every attempt."""
    ellipse = {
        "id": "B1", "kind": "ellipse", "value": None, "unit": "", "note": "no spacing",
        "stats": {"mean": 41.5, "area": 3.0}, "stats_unit": "HU", "sop_uid": "2.25.9",
    }  # fmt: skip
    changes = {"measurements": (LENGTH, MappingProxyType(ellipse))}

    length, roi = (e["resource"] for e in _entries(_letter(**changes))[1:3])

    assert length["code"]["coding"][0]["code"] == "121206"
    assert length["valueQuantity"] == {
        "value": 12.4, "unit": "mm", "system": "http://unitsofmeasure.org", "code": "mm",
    }  # fmt: skip
    assert "valueQuantity" not in roi
    assert roi["dataAbsentReason"] == {"text": "no spacing"}
    mean, area = roi["component"]
    assert (mean["code"]["coding"][0]["code"], mean["valueQuantity"]["code"]) == (
        "373098007",
        "[hnsf'U]",
    )
    assert area["code"]["coding"][0]["code"] == "42798000"
    assert {"text": "image 2.25.9"} in roi["note"]
    again = _entries(_letter(**changes))
    assert again[1]["fullUrl"] == _entries(_letter(**changes))[1]["fullUrl"]


def test_what_lies_over_an_image_is_told_apart_from_what_it_says_itself() -> None:
    """HU and SUV of one region: a mean of 45 that is read as SUV would be a finding."""
    fused = {
        **LENGTH, "kind": "ellipse", "stats": {"mean": 45.0, "max": 80.0}, "stats_unit": "HU",
        "layer": {"max": 12.0, "peak": 11.5, "volume": 14.6, "tlg": 170.0, "voxels": 9.0},
        "layer_unit": "SUVbw",
    }  # fmt: skip

    roi = _entries(_letter(measurements=(MappingProxyType(fused),)))[1]["resource"]

    said = {
        each["code"]["text"]: (
            each["code"]["coding"][0]["code"],
            each["valueQuantity"]["value"],
            each["valueQuantity"].get("code"),
        )
        for each in roi["component"]
    }
    assert said == {
        "mean": ("373098007", 45.0, "[hnsf'U]"),
        "max": ("56851009", 80.0, "[hnsf'U]"),
        "fused layer: max": ("56851009", 12.0, "g/ml{SUVbw}"),
        "fused layer: peak": ("126031", 11.5, "g/ml{SUVbw}"),
        "fused layer: volume": ("126032", 14.6, "ml"),
        "fused layer: tlg": ("126033", 170.0, "g"),
        "fused layer: voxels": ("voxels", 9.0, None),
    }


def test_an_addendum_names_its_report_and_leaves_a_completed_case() -> None:
    """FHIR R4 "appended"; the order of signatures is in the chain of manifests."""
    letter = _letter(status=ReportState.ADDENDED, predecessor="p")
    entries = _entries(letter, task_resource(status="completed"))

    report = entries[0]["resource"]
    assert report["status"] == "appended"
    assert report["extension"] == [{"url": f"{RW}predecessor", "valueString": "p"}]
    assert [e["request"]["method"] for e in entries] == ["POST", "PUT", "DELETE"]


def test_the_manifest_of_a_provenance_can_be_named_again() -> None:
    """What a later addendum follows."""
    letter = _letter()
    provenance = _entries(letter)[1]["resource"]

    assert manifest_digest(provenance) == letter.manifest_sha256
    assert manifest_digest({"resourceType": "Provenance"}) is None


def test_the_same_name_in_two_studies_is_two_measurements() -> None:
    """ "A1" stands on the current study and on the prior beside it."""
    here, there = (MappingProxyType({**LENGTH, "study_uid": uid}) for uid in ("2.25.1", "2.25.2"))

    entries = _entries(_letter(measurements=(here, there)))

    assert entries[1]["fullUrl"] != entries[2]["fullUrl"]


def test_a_number_that_is_none_is_not_sent_as_one() -> None:
    """NaN is no JSON: the whole report would be refused for one pixel."""
    empty = MappingProxyType(
        {**LENGTH, "value": float("nan"), "stats": {"mean": float("inf"), "sd": 1.0}}
    )

    observation = _entries(_letter(measurements=(empty,)))[1]["resource"]

    assert "valueQuantity" not in observation
    assert [each["code"]["text"] for each in observation["component"]] == ["sd"]
