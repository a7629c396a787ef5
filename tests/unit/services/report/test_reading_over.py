"""A final reading that begins with a preliminary one: nothing of that is lost or contradicted
in silence."""

import pytest
from attrs import evolve
from fakes_report import NOW, SIGNER, Desk

from workstation.domain.identifiers import ReportId
from workstation.domain.report import (
    Discrepancy,
    FieldRef,
    IssuedReport,
    Overread,
    ReportState,
    Section,
    SectionKind,
)
from workstation.domain.report_field import OWN_WORDS, Field, FieldKind, FieldSpec
from workstation.errors import CommandError, SigningBlocked
from workstation.services.report.issued import as_report
from workstation.services.report.issued_fields import in_fields
from workstation.services.report.reporting import Reporting

FINDINGS, IMPRESSION = SectionKind.FINDINGS, SectionKind.IMPRESSION
PRELIMINARY = IssuedReport(
    ReportId("pre-1"), ReportId("pre-1"), ReportState.PRELIMINARY,
    "Findings\nLungs: Clear.\n\nImpression\nNormal.\n", "Night, Nora", NOW,
)  # fmt: skip


def reading(desk: Desk | None = None) -> Reporting:
    reporting: Reporting = (desk or Desk()).start()
    reporting.read_over(PRELIMINARY)
    return reporting


def blocks(reporting: Reporting) -> list[str]:
    return [
        check.text for check in reporting.checks if check.rule == "discrepancy" and check.blocks
    ]


def test_the_final_reading_begins_with_the_words_of_the_preliminary() -> None:
    """Somebody acted on them tonight: who reads in the morning must see what they said."""
    reporting = reading()
    assert reporting.report is not None
    assert reporting.report.plain_text == PRELIMINARY.text
    assert "Night, Nora" in reporting.notice


def test_the_words_of_the_preliminary_stand_in_the_fields_of_the_template() -> None:
    """What it does not speak of is asked of the reader who answers for it, not lost with it."""
    reporting = reading()
    assert reporting.report is not None
    lungs = reporting.report.field(FieldRef(FINDINGS, "lungs"))
    asked = [c.text for c in reporting.checks if c.rule == "required" and c.blocks]

    assert lungs is not None
    assert (lungs.text, lungs.source) == ("Clear.", "preliminary of Night, Nora")
    assert asked == ["Upper abdomen is required and empty"]
    reporting.set_field(FINDINGS, "lungs", "Nodule.")
    lungs = reporting.report.field(FieldRef(FINDINGS, "lungs"))
    assert lungs is not None
    assert lungs.source == "", "its own words, once they are changed"


def test_every_field_finds_its_words_again() -> None:
    """A label, a number with its unit, a list, lines that go on: word for word what was issued."""
    parts = (
        Field(FieldSpec("l", "Lungs", required=True), "Mass.\nNo effusion: clear.", edited=True),
        Field(FieldSpec("s", "Shift", FieldKind.NUMBER, unit="mm"), "4", edited=True),
        Field(FieldSpec("b", "Bones"), "- T4\n- T5", edited=True),
        Field(FieldSpec("k", "Kidneys", required=True), ""),
    )
    reporting = Desk().start()
    assert reporting.report is not None
    template = evolve(reporting.report, sections=(Section(FINDINGS, "Findings", parts),))
    issued = as_report(
        evolve(PRELIMINARY, text=template.plain_text, bold=((10, 15),)),
        template.binding, {"Findings": FINDINGS}, "t",
    )  # fmt: skip

    (section,) = in_fields(issued, template, "preliminary")
    assert [field.text for field in section.fields] == [field.text for field in parts]
    assert section.text == template.sections[0].text
    assert section.fields[0].filled
    assert not section.fields[3].filled


def test_what_is_known_of_the_examination_departs_from_nobody() -> None:
    """R22: a comparison that was hung for the final reading is no discrepancy; a finding is."""
    reporting: Reporting = Desk().start()
    reporting.prefill(SectionKind.INDICATION, "Cough.", "order")
    reporting.read_over(PRELIMINARY)
    reporting.prefill(SectionKind.COMPARISON, "CT chest 2025-11-12.", "images")
    assert reporting.report is not None
    assert "Cough." in reporting.report.plain_text
    assert "2025-11-12" in reporting.report.plain_text
    assert blocks(reporting) == []

    reporting.set_field(FINDINGS, "heart", "Large.")
    assert blocks(reporting) == ["It differs from the preliminary of Night, Nora: say how much"]


def test_words_without_labels_are_their_authors_own() -> None:
    """Another system's free text is not torn apart to fit a template."""
    reporting: Reporting = Desk().start()
    reporting.read_over(evolve(PRELIMINARY, text="Findings\nAll clear.\n\nImpression\nNormal.\n"))
    assert reporting.report is not None
    section = reporting.report.section(FINDINGS)

    assert section is not None
    assert section.text == "All clear."
    assert [each.spec.id for each in section.fields if not each.removed] == [OWN_WORDS]


def test_words_that_were_written_already_stay() -> None:
    """The preliminary may arrive after the first sentence."""
    reporting = Desk().start()
    reporting.set_section(IMPRESSION, "Pneumonia.")
    reporting.read_over(PRELIMINARY)
    assert reporting.report is not None
    section = reporting.report.section(IMPRESSION)
    assert section is not None
    assert section.text == "Pneumonia."
    assert blocks(reporting) == ["It differs from the preliminary of Night, Nora: say how much"]


def test_a_reading_that_agrees_needs_no_judgement() -> None:
    """The usual case costs no key."""
    reporting = reading()
    assert blocks(reporting) == []
    assert reporting.overread == Overread(ReportId("pre-1"), "Night, Nora", Discrepancy.NONE)


def test_a_reading_that_differs_is_not_signed_before_it_is_judged() -> None:
    """R22: whoever acted on the preliminary learns that it changed, and how much."""
    reporting = reading()
    reporting.set_field(FINDINGS, "upper-abdomen", "Normal.")
    reporting.set_section(IMPRESSION, "Small nodule, follow up.")
    with pytest.raises(SigningBlocked, match="say how much"):
        reporting.freeze(ReportState.FINAL, SIGNER, NOW)
    reporting.judge(Discrepancy.MINOR, "nodule of 4 mm")
    signed = reporting.freeze(ReportState.FINAL, SIGNER, NOW)
    assert signed.overread == Overread(
        ReportId("pre-1"), "Night, Nora", Discrepancy.MINOR, "nodule of 4 mm"
    )


def test_a_major_discrepancy_needs_words_and_somebody_who_was_told() -> None:
    """A missed bleed that nobody calls about is the harm itself."""
    reporting = reading()
    reporting.set_section(IMPRESSION, "Subdural collection.")
    with pytest.raises(CommandError, match="in a few words"):
        reporting.judge(Discrepancy.MAJOR)
    reporting.judge(Discrepancy.MAJOR, "missed collection")
    assert blocks(reporting) == ["A major discrepancy: no communication recorded"]
    reporting.set_section(IMPRESSION, "Subdural collection. Discussed with Dr. Lee at 07:10.")
    assert blocks(reporting) == []


def test_the_judgement_is_in_the_draft() -> None:
    """It is said once, not again after a power cut."""
    desk = Desk()
    reporting = reading(desk)
    reporting.set_section(IMPRESSION, "Small nodule.")
    reporting.judge(Discrepancy.MINOR, "nodule")
    body = reporting.draft_body()
    desk.reporting = desk.another()
    again = desk.start()
    again.read_over(PRELIMINARY)
    again.restore(body)
    assert again.overread is not None
    assert again.overread.discrepancy is Discrepancy.MINOR
    assert blocks(again) == []


def test_there_is_nothing_to_judge_without_a_preliminary() -> None:
    """The command says so."""
    reporting = Desk().start()
    with pytest.raises(CommandError, match="no preliminary report"):
        reporting.judge(Discrepancy.MINOR)


def test_a_final_report_is_not_read_over() -> None:
    """What is final is added to, not begun again."""
    reporting = Desk().start()
    before = reporting.report
    reporting.read_over(
        IssuedReport(
            ReportId("f"), ReportId("f"), ReportState.FINAL, PRELIMINARY.text, "Day, Dan", NOW
        )
    )
    assert reporting.report == before
    assert reporting.preliminary is None
