"""What is asked before a signature: each rule, found and not found."""

from types import MappingProxyType

import pytest
from attrs import evolve
from fakes_report import ALDER, BIRCH, STUDY, TEMPLATES, binding_of, item, length

from workstation.domain.report import FieldRef, Report, SectionKind
from workstation.domain.report_field import Link
from workstation.services.report import check_rules, checks
from workstation.services.report.checks import Check, Facts, Images
from workstation.services.report.templates import by_id


def written(
    findings: str = "Clear lungs.", impression: str = "Normal.", template: str = "free-text"
) -> Report:
    """A report that nothing is wrong with, but for what a test puts in."""
    report = by_id(TEMPLATES, template).report(binding_of(item()))
    for kind, text in ((SectionKind.FINDINGS, findings), (SectionKind.IMPRESSION, impression)):
        section = report.section(kind)
        assert section is not None
        report = report.with_section(section.in_own_words(text))
    return report


def verdict(rule: str, facts: Facts) -> Check:
    return next(check for check in check_rules.run(facts) if check.rule == rule)


@pytest.mark.parametrize(
    ("rule", "severity", "facts"),
    [
        ("impression", "block", Facts(written(impression="  "))),
        ("impression", "passed", Facts(written())),
        ("placeholder", "block", Facts(written("Nodule of [size] mm."))),
        ("placeholder", "block", Facts(written("Nodule ***."))),
        ("placeholder", "block", Facts(written("Measures XXX mm."))),
        ("placeholder", "block", Facts(written("Measures ___ mm."))),
        ("placeholder", "passed", Facts(written("XX chromosome; grade 2* lesion."))),
        ("identity", "block", Facts(written(), shown=(("view 1", ALDER), ("view 2", BIRCH)))),
        ("identity", "passed", Facts(written(), shown=(("view 1", ALDER),))),
        ("identity", "passed", Facts(written(), shown=(("1", evolve(ALDER, name="ALDER^R")),))),
        ("images", "block", Facts(written(), Images(236, 312, 236, 0, 236))),
        ("images", "block", Facts(written(), Images(312, 312, 236, 0, 312))),
        ("images", "block", Facts(written(), Images(312, 312, 312, 0, 312, lost=1))),
        ("images", "warn", Facts(written(), Images(312, 312, 310, 2, 312))),
        ("images", "passed", Facts(written(), Images(312, None, 312, 0, 312))),
        ("unseen", "warn", Facts(written(), Images(unseen=(("Axial", 52),)))),
        ("unseen", "passed", Facts(written(), Images(312, 312, 312, 0, 312))),
        ("unit", "warn", Facts(written("Nodule measuring 12."))),
        ("unit", "warn", Facts(written(impression="Cyst of 12 x 9."))),
        ("unit", "passed", Facts(written("Nodule measuring 12 mm."))),
        ("side", "warn", Facts(written("Right knee effusion."), side="L")),
        ("side", "passed", Facts(written("Left knee effusion."), side="L")),
        ("sex", "warn", Facts(written("The uterus is surgically absent."))),
        ("sex", "passed", Facts(written("The prostate is enlarged."))),
        ("sex", "passed", Facts(written("Stone at the vesicoureteral junction."))),
        ("critical", "warn", Facts(written("Large right pneumothorax."))),
        ("critical", "passed", Facts(written("No pneumothorax."))),
        (
            "critical",
            "passed",
            Facts(written("Large pneumothorax. Discussed with Dr. Lee at 18:19.")),
        ),
        ("template", "warn", Facts(written(), template_fits=False)),
        ("template", "passed", Facts(written())),
        ("read-only", "block", Facts(written(), read_only="claimed by K. Ash")),
        ("range", "passed", Facts(written())),
    ],
)
def test_a_rule_finds_what_it_is_for_and_nothing_else(
    rule: str, severity: str, facts: Facts
) -> None:
    """A rule that never fires is no safety; one that always fires is soon ignored."""
    assert verdict(rule, facts).severity == severity


def head(**texts: str) -> Report:
    report = written(template="ct-head", findings="")
    fresh = by_id(TEMPLATES, "ct-head").report(binding_of(item("CT head")))
    section = fresh.section(SectionKind.FINDINGS)
    assert section is not None
    for name, text in texts.items():
        each = section.field(name)
        assert each is not None
        section = section.with_field(evolve(each, text=text, edited=True))
    return report.with_section(section)


@pytest.mark.parametrize(
    ("value", "severity"), [("4", "passed"), ("4,5", "passed"), ("400", "block"), ("few", "block")]
)
def test_a_number_must_be_possible(value: str, severity: str) -> None:
    """A shift of 400 mm is a slip that a busy referrer may believe."""
    assert verdict("range", Facts(head(midline=value))).severity == severity


def test_a_required_field_that_is_empty_blocks_and_says_where() -> None:
    """F8 takes the reader there."""
    check = verdict("required", Facts(head(parenchyma="")))

    assert check.blocks
    assert not check.overridable
    assert check.field == FieldRef(SectionKind.FINDINGS, "parenchyma")
    assert check.text == "Brain parenchyma is required and empty"


def test_a_required_field_removed_by_its_author_is_listed_and_does_not_block() -> None:
    """Removing is a decision; emptying is not."""
    found = check_rules.run(Facts(written("My words.", template="ct-head")))

    told = [check for check in found if check.rule == "required"]
    assert {check.severity for check in told} == {"warn"}
    assert "Hemorrhage was removed" in [check.text for check in told]


@pytest.mark.parametrize(
    ("now", "severity"),
    [(length(), "passed"), (length(value=14.0, revision=2), "block"), (None, "block")],
)
def test_a_measurement_that_changed_after_it_was_cited_blocks(now: object, severity: str) -> None:
    """The text says 12 mm and the image shows 14: which one does the surgeon get?"""
    report = written("Nodule 12 mm.")
    section = report.section(SectionKind.FINDINGS)
    assert section is not None
    linked = evolve(section.fields[0], links=(Link("A1", 1, "12 mm", STUDY),))
    facts = Facts(
        report.with_section(section.with_field(linked)),
        measurements=MappingProxyType({(STUDY, "A1"): now}),  # type: ignore[dict-item]
    )

    assert verdict("link-changed", facts).severity == severity


def test_a_reason_sets_aside_what_may_be_set_aside_and_nothing_else() -> None:
    """An override is kept in words; an empty impression has no good reason."""
    facts = Facts(written(impression=""), Images(1, 2, 1, 0, 1))

    found = check_rules.run(facts, {"images": "lung bases covered", "impression": "no time"})

    blocked = [check.rule for check in checks.blocking(found)]
    assert blocked == ["impression"]
    assert next(c for c in found if c.rule == "images").overridden == "lung bases covered"


def test_blocks_stand_before_warnings_before_what_passed() -> None:
    """Four lines are seen beside the text; the worst must be among them."""
    found = check_rules.run(Facts(written("Right knee. Pneumothorax.", ""), side="L"))

    order = {"block": 0, "warn": 1, "passed": 2}
    severities = [order[check.severity] for check in found]
    assert severities == sorted(severities)


def test_every_rule_has_a_verdict_on_every_report() -> None:
    """A rule that says nothing looks like a rule that passed."""
    assert {check.rule for check in check_rules.run(Facts(written()))} == set(check_rules.RULES)


def test_what_was_never_on_the_screen_is_told_by_series_and_does_not_block() -> None:
    """The lung bases below the last image that was scrolled to: seen before it is signed."""
    series = (("Axial lung 2.5", 52), ("Coronal", 60), ("Sagittal", 80), ("Scout", 1))
    found = check_rules.run(Facts(written(), Images(unseen=series)), {})

    check = next(each for each in found if each.rule == "unseen")
    assert check.text == "193 images not shown: Axial lung 2.5, Coronal, Sagittal, Scout"
    assert not check.blocks
