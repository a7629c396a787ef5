"""A call as the site's systems read it, and under the signature."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve
from fakes_trust import READER, signed_report, task_resource, verify_report

from workstation.domain.critical import Attempt, Category, CriticalResult, How, Told
from workstation.domain.report import SignedReport
from workstation.protocols.report_bundle import bundle, seal
from workstation.protocols.signing_key import new_key
from workstation.protocols.verification import VerificationFailed

SEEN = datetime(2026, 11, 22, 21, 0, tzinfo=UTC)
KEY = new_key(READER, "Sample, Jo", SEEN)
CALL = CriticalResult(
    Category.MINUTES,
    "Tension pneumothorax",
    SEEN,
    (Attempt("Dr. Lee Proxy", SEEN + timedelta(minutes=1)),),
    Told("Charge nurse", How.PHONE, SEEN + timedelta(minutes=5), read_back=True),
    "Tension pneumothorax: told to Charge nurse.",
)


def _signed(*calls: CriticalResult) -> SignedReport:
    signed = signed_report()
    return evolve(signed, report=evolve(signed.report, critical=calls))


def _resources(*calls: CriticalResult) -> list[dict[str, Any]]:
    letter = seal(_signed(*calls), KEY, effective=SEEN, site_name="Harbor", previous="")
    entries = json.loads(bundle(letter, task_resource()))["entry"]
    return [each["resource"] for each in entries if "resource" in each]


def _filed(resources: list[dict[str, Any]]) -> bytes:
    entries = [{"resource": each} for each in resources]
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}).encode()


def test_it_says_who_told_whom_when_how_and_what() -> None:
    """FHIR R4 Communication; medium of v3 ParticipationMode."""
    made = next(r for r in _resources(CALL) if r["resourceType"] == "Communication")
    assert (made["status"], made["priority"]) == ("completed", "stat")
    assert made["sent"] == "2026-11-22T21:05:00+00:00"
    assert made["recipient"] == [{"display": "Charge nurse"}]
    assert made["sender"]["reference"] == READER
    assert made["medium"][0]["coding"][0]["code"] == "PHONE"
    assert made["payload"] == [{"contentString": "Tension pneumothorax: told to Charge nurse."}]
    assert made["about"] == [{"reference": f"urn:uuid:{signed_report().report.id}"}]
    said = {each["url"].rpartition(":")[2]: each for each in made["extension"]}
    assert said["critical-category"]["valueCode"] == "1"
    assert said["read-back"]["valueBoolean"] is True
    assert said["seen"]["valueDateTime"] == "2026-11-22T21:00:00+00:00"
    assert said["not-reached"]["extension"][0]["valueString"] == "Dr. Lee Proxy"


def test_what_nobody_was_told_is_not_sent() -> None:
    waiting = evolve(CALL, told=None, words="")
    assert not [r for r in _resources(waiting) if r["resourceType"] == "Communication"]


@pytest.mark.parametrize("change", ["recipient", "removed", "added"])
def test_a_call_that_is_changed_afterwards_breaks_the_seal(change: str) -> None:
    """Whether somebody was told is asked in court."""
    resources = _resources(CALL)
    verify_report(_filed(resources))
    made = next(r for r in resources if r["resourceType"] == "Communication")
    if change == "recipient":
        made["recipient"] = [{"display": "Dr. Lee Proxy"}]
    elif change == "removed":
        resources.remove(made)
    else:
        other = json.loads(json.dumps(made))
        other["identifier"][0]["value"] = "urn:uuid:00000000-0000-0000-0000-000000000001"
        resources.append(other)
    with pytest.raises(VerificationFailed, match="Communication"):
        verify_report(_filed(resources))
