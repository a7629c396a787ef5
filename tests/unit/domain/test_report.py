"""The report as a value."""

from fakes_report import TEMPLATES, binding_of, item

from workstation.domain.report import Report, Section, SectionKind
from workstation.domain.report_field import OWN_WORDS, Field, FieldKind, FieldSpec
from workstation.services.report.templates import by_id


def chest() -> Report:
    return by_id(TEMPLATES, "ct-chest").report(binding_of(item()))


def test_own_words_for_a_section_mark_its_template_fields_as_removed() -> None:
    """A normal that nobody dictated must not stand beside the author's own findings."""
    section = chest().section(SectionKind.FINDINGS)
    assert section is not None

    changed = section.in_own_words("Left upper lobe mass.")

    assert changed.text == "Left upper lobe mass."
    assert [f.spec.id for f in changed.fields if not f.removed] == [OWN_WORDS]
    assert len(changed.fields) == len(section.fields) + 1


def test_own_words_twice_replace_each_other() -> None:
    """The second `report.set` is the author's last word."""
    section = chest().section(SectionKind.FINDINGS)
    assert section is not None

    changed = section.in_own_words("First.").in_own_words("Second.")

    assert changed.text == "Second."
    assert sum(f.spec.id == OWN_WORDS for f in changed.fields) == 1


def test_a_section_of_one_plain_field_takes_own_words_there() -> None:
    """An impression has nothing else to remove."""
    section = chest().section(SectionKind.IMPRESSION)
    assert section is not None

    changed = section.in_own_words(" Pneumonia. ")

    assert changed.text == "Pneumonia."
    assert len(changed.fields) == 1


def test_a_number_is_issued_with_its_unit() -> None:
    """A bare number in a report is a guess about its unit."""
    spec = FieldSpec("shift", "Midline shift", FieldKind.NUMBER, unit="mm")
    section = Section(SectionKind.FINDINGS, "Findings", (Field(spec, "4"),))

    assert section.text == "Midline shift: 4 mm"


def test_the_same_report_is_the_same_text_byte_for_byte() -> None:
    """The text is signed by its digest."""
    report = chest()

    assert report.plain_text == chest().plain_text
    assert "Lungs: No nodule or consolidation." in report.plain_text.splitlines()
    assert "Upper abdomen" not in report.plain_text  # empty: nothing is claimed
