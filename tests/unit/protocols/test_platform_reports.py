"""Reports as a platform holds them, read without a network."""

import base64
from typing import Any

from workstation.domain.report import ReportState
from workstation.protocols import platform_reports as reports
from workstation.protocols.web import Answer


def held(status: str, issued: str, words: str, uuid: str = "", before: str = "") -> dict[str, Any]:
    """A DiagnosticReport as docs/conformance.md shapes it."""
    found: dict[str, Any] = {
        "resourceType": "DiagnosticReport",
        "status": status,
        "issued": issued,
        "resultsInterpreter": [{"display": "Sample, Jo"}],
        "presentedForm": [
            {"contentType": "text/plain", "data": base64.b64encode(words.encode()).decode()}
        ],
    }
    if uuid:
        found["identifier"] = [{"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{uuid}"}]
    if before:
        found["extension"] = [{"url": "urn:reading-workstation:predecessor", "valueString": before}]
    return found


def test_the_newest_signed_report_is_the_one_to_read() -> None:
    """An addendum holds all that was said before it; a draft or a preliminary word does not."""
    final = held("final", "2026-11-25T09:00:00Z", "Findings\nNodule.\n", "a")
    added = held("appended", "2026-11-25T11:00:00+01:00", "Nodule. More.", "b", before="a")
    preliminary = held("preliminary", "2026-11-25T12:00:00Z", "Early.", "c")

    found = reports.latest([preliminary, added, final])

    assert found is not None
    assert (found.id, found.first, found.status) == ("b", "a", ReportState.ADDENDED)
    assert (found.text, found.author) == ("Nodule. More.", "Sample, Jo")
    alone = reports.latest([preliminary])
    assert alone is not None
    assert (alone.status, alone.text) == (ReportState.PRELIMINARY, "Early.")


def test_a_report_of_another_system_has_no_name_of_ours() -> None:
    """It is shown; an addendum to it could not say which signature it follows."""
    found = reports.latest([held("final", "2026-11-25T09:00:00Z", "Seen.")])

    assert found is not None
    assert (found.id, found.first, found.text) == ("", "", "Seen.")


def test_the_answer_to_a_report_names_where_it_is() -> None:
    """With or without the server's address and version in front and behind."""
    for location in ("DiagnosticReport/12/_history/1", "https://h/fhir/DiagnosticReport/12"):
        body = (
            '{"resourceType": "Bundle", "type": "transaction-response",'
            f' "entry": [{{"response": {{"status": "201 Created", "location": "{location}"}}}}]}}'
        )

        assert reports.filed_first(Answer(200, {}, body.encode())) == (
            "DiagnosticReport/12",
            "201 Created",
        )
