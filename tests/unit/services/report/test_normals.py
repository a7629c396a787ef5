"""Normal findings by one key, and fields that are asked only where a choice asks for them."""

import pytest
from attrs import evolve
from fakes_report import TEMPLATES, Desk, binding_of, item

from workstation.domain.report import FieldRef, SectionKind
from workstation.errors import CommandError
from workstation.protocols import mrrt
from workstation.services.report import drafts
from workstation.services.report.templates import by_id

FINDINGS, IMPRESSION = SectionKind.FINDINGS, SectionKind.IMPRESSION
LUNGS, UPPER = FieldRef(FINDINGS, "lungs"), FieldRef(FINDINGS, "upper-abdomen")
TEXT = FieldRef(IMPRESSION, "impression-text")
NODULE = b"""<html><head><title>Nodule</title></head><body>
<section data-section-name="Findings">
<p><label for="nodule">Nodule</label><select id="nodule" name="nodule">
  <option selected="selected">absent</option><option>present</option></select></p>
<p><label for="size">Size</label><input type="number" id="size" data-field-units="mm"
  data-field-only-if="nodule=present" data-field-completion-action="PROHIBIT"/></p>
<p><label for="grows">Growth</label><input type="text" id="grows"
  data-field-only-if="size=9" value="Growing."/></p>
</section></body></html>"""


def words(desk: Desk, ref: FieldRef) -> str:
    assert desk.reporting.report is not None
    found = desk.reporting.report.field(ref)
    assert found is not None
    return found.text


def test_one_key_makes_a_normal_report_that_nothing_blocks() -> None:
    """R14: open, all normal, sign."""
    desk = Desk()
    reporting = desk.start(item())
    reporting.rest_normal()

    assert words(desk, UPPER) == "No abnormality of the included upper abdomen."
    assert words(desk, TEXT) == "No acute abnormality of the chest."
    assert reporting.why_not_signed == ""
    reporting.undo()
    assert words(desk, UPPER) == words(desk, TEXT) == ""


def test_all_else_normal_writes_no_normal_impression_over_a_finding() -> None:
    """ "Normal except": a nodule in the findings under "No acute abnormality" kills."""
    desk = Desk()
    reporting = desk.start(item())
    reporting.set_field(FINDINGS, "lungs", "Nodule of 8 mm.")
    reporting.rest_normal()

    assert words(desk, LUNGS) == "Nodule of 8 mm."
    assert words(desk, UPPER) == "No abnormality of the included upper abdomen."
    assert words(desk, TEXT) == ""


def test_a_field_that_was_written_in_is_normal_again_by_one_key() -> None:
    """And the next one is taken."""
    desk = Desk()
    reporting = desk.start(item())
    reporting.set_field(FINDINGS, "lungs", "Nodule.")
    reporting.go_to(LUNGS)
    reporting.normal()
    assert words(desk, LUNGS) == "No nodule or consolidation."
    assert reporting.current == FieldRef(FINDINGS, "airways")

    reporting.go_to(FieldRef(SectionKind.INDICATION, "indication-text"))
    with pytest.raises(CommandError, match="no words for a normal"):
        reporting.normal()


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda t: t.id)
def test_a_normal_report_of_any_template_contradicts_nothing(template: object) -> None:
    """What one key writes must pass the checks that are for wrong reports."""
    desk = Desk()
    name: str = template.id  # type: ignore[attr-defined]
    reporting = desk.start(item())
    reporting.use_template(name)
    impression = by_id(TEMPLATES, name).sections[-1].fields[-1]
    if not impression.usual:
        return
    reporting.rest_normal()
    rules = {"contradiction", "section-side", "section-number", "critical", "placeholder"}
    assert [c.text for c in reporting.checks if c.rule in rules and c.severity != "passed"] == []


def test_a_field_is_asked_while_its_choice_is_chosen() -> None:
    """Nobody tabs through the size of a nodule that is not there, or signs it as missing."""
    template = mrrt.read(NODULE, fallback_id="nodule")
    report = template.report(binding_of(item()))
    size, nodule = FieldRef(FINDINGS, "size"), FieldRef(FINDINGS, "nodule")
    assert [ref.id for ref, _ in report.fields] == ["nodule"]
    assert report.plain_text == "Findings\nNodule: absent\n"

    def said(ref: FieldRef, text: str) -> None:
        nonlocal report
        found = report.field(ref)
        assert found is not None
        report = report.with_field(ref, evolve(found, text=text))

    said(nodule, "Present")
    assert [ref.id for ref, _ in report.fields] == ["nodule", "size"]
    said(size, "9")
    assert report.plain_text == "Findings\nNodule: Present\nSize: 9 mm\nGrowth: Growing.\n"
    said(nodule, "absent")  # what hangs on the size hangs on the nodule
    assert report.plain_text == "Findings\nNodule: absent\n"
    draft = drafts.Draft(report, "", "", {})
    assert drafts.from_json(drafts.to_json(draft)) == draft


def test_fields_that_hang_on_each_other_are_not_asked_for_ever() -> None:
    """A foreign file may say anything."""
    body = NODULE.replace(b'id="nodule" name', b'id="nodule" data-field-only-if="grows=x" name')
    report = mrrt.read(body.replace(b"size=9", b"nodule=absent"), fallback_id="x").report(
        binding_of(item())
    )
    assert report.fields == ()
