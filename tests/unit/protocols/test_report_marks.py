"""Bold words of a report that was issued in another shift, read from its own HTML."""

import pytest
from attrs import evolve
from fakes_report import TEMPLATES, binding_of, item

from workstation.domain.report import Report, ReportState, Section, SectionKind
from workstation.domain.report_field import Field, FieldSpec
from workstation.protocols.report_marks import bold_of
from workstation.services.report.report_html import html_of
from workstation.services.report.templates import by_id


def report() -> Report:
    words = "Mass of 12 mm & more.\n- left\n1. a\n2. big node\nA | B\n1 | 2 mm"
    fields = (
        Field(FieldSpec("l", "Lungs"), words, edited=True, bold=((8, 13), (37, 45))),
        Field(FieldSpec("o"), "No effusion.", edited=True),
    )
    empty = by_id(TEMPLATES, "ct-chest").report(binding_of(item()))
    findings = Section(SectionKind.FINDINGS, "Findings", fields)
    last = Field(FieldSpec("i"), "Cancer.\nCyst.", edited=True, bold=((0, 6),))
    return evolve(
        empty, sections=(findings, Section(SectionKind.IMPRESSION, "Impression", (last,)))
    )


def test_an_addendum_keeps_the_bold_words_of_the_report_it_follows() -> None:
    """The whole text is issued anew: what stood out still does, tables, lists and all."""
    text = report().plain_text
    found = bold_of(html_of(report(), ReportState.FINAL), text)

    assert [text[start:end] for start, end in found] == ["Lungs:", "12 mm", "big node", "Cancer"]


@pytest.mark.parametrize(
    "change",
    [
        lambda html: html.replace("Mass", "Mess"),  # other words
        lambda html: html.replace("<p><b>Lungs", "<script>x</script><p><b>Lungs"),
        lambda html: html.replace('class="status"', ""),  # another program's page
        lambda _html: "",
    ],
)
def test_a_page_that_is_not_ours_or_says_something_else_marks_nothing(change: object) -> None:
    """Words are the plain text's; a page that differs from it lends them no weight."""
    assert callable(change)
    assert bold_of(change(html_of(report(), ReportState.FINAL)), report().plain_text) == ()
