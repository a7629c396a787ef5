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


# --- of an older study ---------------------------------------------------------------


def at(minute: int) -> str:
    return f"2026-11-22T21:{minute:02d}:00Z"


FINAL = held("final", at(10), "No embolus.", "a")


def test_a_final_report_of_a_prior_is_its_words() -> None:
    assert reports.told([FINAL]) == "No embolus."


def test_a_report_that_was_taken_back_is_never_read_as_valid() -> None:
    """The words about the wrong patient stood there as the report of the prior."""
    back = held("entered-in-error", at(20), "Retraction\nWrong patient.", "b", before="a")
    said = "RETRACTED report: not valid\n\nRetraction\nWrong patient."

    assert reports.told([FINAL, back]) == said
    assert reports.told([back, FINAL]) == said  # whatever order the site answers in


def test_of_a_corrected_report_the_last_correction_alone_is_read() -> None:
    """ "No embolus." above "Embolus." is what one reads who stops at the first line."""
    first = held("corrected", at(20), "Embolus.", "b", before="a")
    second = held("corrected", at(30), "Embolus on both sides.", "c", before="a")

    assert reports.told([second, FINAL, first]) == "Corrected report\n\nEmbolus on both sides."


def test_another_systems_report_in_error_says_so() -> None:
    """It changed the one record it has; it knows nothing of our chains."""
    assert reports.told([held("entered-in-error", at(5), "No embolus.")]).startswith("RETRACTED")


def test_a_preliminary_report_is_told_as_one_until_there_is_another() -> None:
    """Of a night that was never finalised it is all there is."""
    early = held("preliminary", at(5), "Embolus?", "p")

    assert reports.told([early]) == "Preliminary report\n\nEmbolus?"
    assert reports.told([early, FINAL]) == "No embolus."


def test_two_reports_of_one_study_are_both_told() -> None:
    """One for each order; those of another system are told apart by its own number."""
    ours = held("final", at(12), "No fracture.", "d")
    theirs = [{**held("final", at(13 + n), f"Finding {n}."), "id": str(n)} for n in (1, 2)]

    assert reports.told([ours, FINAL]) == "No embolus.\n\nNo fracture."
    assert reports.told(theirs) == "Finding 1.\n\nFinding 2."
