"""Corrections and retractions: what was signed stays, and what follows says what it does."""

import pytest
from attrs import evolve
from fakes_report import NOW, SIGNER, Desk

from workstation.domain.identifiers import ReportId
from workstation.domain.report import FieldRef, IssuedReport, ReportState, SectionKind
from workstation.domain.report_field import OWN_WORDS
from workstation.errors import CommandError, SigningBlocked
from workstation.services.report.issued import of_signed
from workstation.services.report.reporting import Reporting

FINDINGS, IMPRESSION = SectionKind.FINDINGS, SectionKind.IMPRESSION
FILED = IssuedReport(
    ReportId("first"), ReportId("first"), ReportState.FINAL,
    "Findings\nFracture of the left radius.\n\nImpression\nFracture.\n", "Sample, Jo", NOW,
)  # fmt: skip


def opened(issued: IssuedReport = FILED) -> Reporting:
    reporting: Reporting = Desk().start()
    reporting.show_issued(issued)
    return reporting


def test_a_correction_changes_words_and_says_why_below() -> None:
    """The wrong side: who reads the report must find the right one, and that it was wrong."""
    reporting = opened()
    reporting.begin_correction("Side: it is the right radius.")
    reporting.set_section(FINDINGS, "Fracture of the right radius.")
    signed = reporting.freeze(ReportState.CORRECTED, SIGNER, NOW)

    assert reporting.amends is ReportState.CORRECTED
    assert signed.predecessor == "first"
    assert signed.report.id != "first"
    assert "Fracture of the right radius." in signed.text
    assert "left" not in signed.text
    assert signed.text.endswith("Correction\nSide: it is the right radius.\n")
    assert "<b>Corrected report</b>" in signed.html


def test_a_correction_without_a_reason_is_not_signed() -> None:
    """Whoever acted on the first one must be told what was wrong with it."""
    reporting = opened()
    reporting.begin_correction()

    assert reporting.why_not_signed == "Correction is required and empty"


def test_a_retraction_stands_above_the_words_that_it_takes_back() -> None:
    """Of the wrong patient: nobody may read the findings before that is said."""
    reporting = opened()
    reporting.begin_retraction("These images are of another patient.")
    signed = reporting.freeze(ReportState.RETRACTED, SIGNER, NOW)

    assert signed.text.startswith("Retraction\nThese images are of another patient.\n")
    assert FILED.text in signed.text
    assert "<b>RETRACTED report: not valid</b>" in signed.html
    assert not reporting.may_write(FieldRef(FINDINGS, OWN_WORDS))


def test_why_it_is_taken_back_stands_before_what_was_corrected_earlier() -> None:
    """The newest word is the first one."""
    reporting = opened(evolve(FILED, text=FILED.text + "\nCorrection\nSide.\n"))
    reporting.begin_retraction("Another patient.")
    signed = reporting.freeze(ReportState.RETRACTED, SIGNER, NOW)

    assert signed.text.startswith("Retraction\nAnother patient.\nCorrection\nSide.\n")


def test_a_retracted_report_gets_no_addendum_and_may_be_corrected() -> None:
    """An addendum would make it look valid again."""
    reporting = opened(evolve(FILED, status=ReportState.RETRACTED))
    with pytest.raises(CommandError, match="was retracted"):
        reporting.begin_addendum("More.")

    reporting.begin_correction("Read anew.")

    assert reporting.amends is ReportState.CORRECTED


def test_what_was_begun_is_what_is_signed() -> None:
    """A correction that goes out as an addendum would hide that words were changed."""
    reporting = opened()
    reporting.begin_correction("Side.")
    with pytest.raises(CommandError, match="another change"):
        reporting.begin_retraction("No.")

    with pytest.raises(SigningBlocked, match="another kind"):
        reporting.freeze(ReportState.ADDENDED, SIGNER, NOW)
    with pytest.raises(SigningBlocked, match="it is signed"):
        reporting.freeze(ReportState.FINAL, SIGNER, NOW)


def test_an_addendum_to_a_corrected_report_keeps_what_was_corrected() -> None:
    """The chain goes on; no word of it is lost."""
    reporting = opened()
    reporting.begin_correction("Side.")
    reporting.set_section(FINDINGS, "Fracture of the right radius.")
    signed = reporting.freeze(ReportState.CORRECTED, SIGNER, NOW)
    reporting.mark_signed(signed)
    assert reporting.issued == of_signed(signed)

    reporting.begin_addendum("Old images have come.")
    second = reporting.freeze(ReportState.ADDENDED, SIGNER, NOW)

    assert second.predecessor == "first"
    assert second.text.endswith("Addendum\nCorrection\nSide.\nOld images have come.\n")


def test_a_draft_of_a_correction_is_found_again_as_one() -> None:
    """The desk was left in the middle of it."""
    desk = Desk()
    reporting = desk.start()
    reporting.show_issued(FILED)
    reporting.begin_correction("Side.")
    reporting.set_section(FINDINGS, "Fracture of the right radius.")
    body = reporting.draft_body()
    again = desk.start()
    again.show_issued(FILED)
    again.restore(body)

    assert again.amends is ReportState.CORRECTED
    assert again.report is not None
    assert "right radius" in again.report.plain_text


@pytest.mark.parametrize("state", [ReportState.WET_READ, ReportState.AWAITING])
def test_the_final_reading_begins_with_what_was_not_final(state: ReportState) -> None:
    """A wet read and a resident's report are read over like any preliminary one."""
    reporting = Desk().start()
    reporting.read_over(evolve(FILED, status=state, author="Night, Nora"))

    assert reporting.preliminary is not None
    assert "Night, Nora" in reporting.notice
