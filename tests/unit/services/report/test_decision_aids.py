"""Published rules: each row is read from the paper, not from our code."""

import pytest
from attrs import evolve
from fakes_report import NOW, Desk
from fakes_trust import signed_report

from workstation.domain.decision_aid import AidResult
from workstation.domain.report import FieldRef, SectionKind
from workstation.errors import CommandError
from workstation.protocols.advice import advice
from workstation.services.report import decision_aids, drafts


def words(name: str, answers: str) -> str:
    rule = decision_aids.aid(name)
    return decision_aids.result(rule, decision_aids.answers_of(rule, answers.split())).words


@pytest.mark.parametrize(
    ("answers", "advised"),
    [
        # Recommendation 1: single solid.
        ("kind=solid count=one size=5 risk=low", "no routine follow-up"),
        ("kind=solid count=one size=5.4 risk=high", "optional CT at 12 months"),
        ("kind=solid count=one size=6 risk=low",
         "CT at 6-12 months, then consider CT at 18-24 months"),
        ("kind=solid count=one size=8 risk=high", "CT at 6-12 months, then CT at 18-24 months"),
        ("kind=solid count=one size=8.5 risk=low",
         "consider CT at 3 months, PET/CT, or tissue sampling"),
        # Recommendation 2: several solid.
        ("kind=solid count=several size=5 risk=low", "no routine follow-up"),
        ("kind=solid count=several size=5 risk=high", "optional CT at 12 months"),
        ("kind=solid count=several size=9 risk=high", "CT at 3-6 months, then CT at 18-24 months"),
        # Recommendation 3: single ground glass.
        ("kind=ground-glass count=one size=5", "no routine follow-up"),
        ("kind=ground-glass count=one size=6",
         "CT at 6-12 months to confirm persistence, then every 2 years until 5 years"),
        # Recommendation 4: single part-solid.
        ("kind=part-solid count=one size=5", "no routine follow-up"),
        ("kind=part-solid count=one size=9 solid=5",
         "CT at 3-6 months to confirm persistence, then every year for 5 years"),
        ("kind=part-solid count=one size=12 solid=7", "consider CT at 3-6 months for persistence"),
        ("kind=part-solid count=one size=14 solid=9", "PET/CT, biopsy, or resection"),
        # Recommendation 5: several subsolid.
        ("kind=ground-glass count=several size=5",
         "CT at 3-6 months; where they are stable consider CT at 2 and 4 years"),
        ("kind=part-solid count=several size=7", "CT at 3-6 months, then by the most suspicious"),
    ],
)  # fmt: skip
def test_nodules_as_the_fleischner_society_has_them(answers: str, advised: str) -> None:
    """MacMahon et al., Radiology 2017;284:228-243, Recommendations 1 to 5."""
    assert advised in words("fleischner", f"applies=yes {answers}")


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        ("applies=no", "not made for this patient"),
        ("applies=yes kind=solid count=one size=7", "Risk of the patient: not answered"),
        ("applies=yes kind=solid count=one size=seven risk=low", "a number is missing"),
        ("applies=yes kind=solid count=one size=-3 risk=low", "cannot be"),
        ("applies=yes kind=part-solid count=one size=8 solid=9", "larger than the nodule"),
        ("colour=red", "write one of"),
    ],
)
def test_what_a_rule_cannot_answer_it_says(answers: str, why: str) -> None:
    with pytest.raises(CommandError, match=why):
        words("fleischner", answers)


@pytest.mark.parametrize(
    ("sums", "verdict"),
    [
        # Eisenhauer et al. 2009, 4.3.1: a fifth of the smallest sum, and 5 mm as well.
        ("baseline=100 nadir=50 now=60", "progressive disease"),
        ("baseline=100 nadir=50 now=59.9", "partial response"),
        ("baseline=25 nadir=20 now=24.5", "stable disease"),  # 22 %, but 4.5 mm
        ("baseline=100 nadir=100 now=70", "partial response"),
        ("baseline=100 nadir=100 now=70.1", "stable disease"),
        ("baseline=100 nadir=60 now=71", "stable disease"),
    ],
)
def test_target_lesions_as_recist_has_them(sums: str, verdict: str) -> None:
    assert f": {verdict}. Sum" in words("recist", f"{sums} gone=no new=no")


def test_new_lesions_and_lesions_that_are_gone() -> None:
    """Nodes that shrank below 10 mm are gone, though their diameters still sum up."""
    assert ": complete response." in words("recist", "baseline=60 nadir=8 now=8 gone=yes new=no")
    said = words("recist", "baseline=60 nadir=8 now=8 gone=yes new=yes")
    assert ": progressive disease (new lesions)." in said
    assert "-87 % from 60 mm at baseline, +0 % from 8 mm at the smallest." in said


@pytest.mark.parametrize("sums", ["baseline=0 nadir=0 now=0", "baseline=50 nadir=60 now=60"])
def test_sums_that_cannot_be(sums: str) -> None:
    with pytest.raises(CommandError, match="baseline"):
        words("recist", f"{sums} gone=no new=no")


def test_aspects_takes_a_point_for_each_region() -> None:
    """Barber et al. 2000: ten regions, in the order of the template."""
    assert words("aspects", "side=left regions=M2+I") == "ASPECTS 8 of 10, left (I, M2)."
    assert words("aspects", "side=right") == "ASPECTS 10 of 10, right."
    every = "+".join(("C", "L", "IC", "I", "M1", "M2", "M3", "M4", "M5", "M6"))
    assert words("aspects", f"side=right regions={every}").startswith("ASPECTS 0 of 10")
    with pytest.raises(CommandError, match="not answered"):
        words("aspects", "side=right regions=M7")


def _taken() -> tuple[Desk, AidResult]:
    desk = Desk()
    desk.start(template="free-text")
    desk.reporting.set_section(SectionKind.IMPRESSION, "Left sided weakness.")
    desk.reporting.go_to_named("impression")
    rule = decision_aids.aid("aspects")
    found = decision_aids.result(rule, {"side": "left", "regions": "I M2"})
    desk.reporting.take_advice(found)
    return desk, found


def test_what_was_taken_is_one_step_and_adds_to_the_readers_words() -> None:
    """Never in place of them; undone with what it was made from."""
    desk, found = _taken()
    report = desk.reporting.report
    assert report is not None
    section = report.section(SectionKind.IMPRESSION)
    assert section is not None
    assert section.text == "Left sided weakness. ASPECTS 8 of 10, left (I, M2)."
    assert report.aids == (found,)
    assert found.inputs == (("regions", "I M2"), ("side", "left"))
    assert (
        drafts.from_json(drafts.to_json(drafts.Draft(report, "", NOW.isoformat(), {}))).report
        == report
    )
    desk.reporting.undo()
    report = desk.reporting.report
    assert report is not None
    assert report.aids == ()


def test_a_sentence_that_was_rewritten_is_the_readers_own() -> None:
    """Its source is not claimed for words that the rule did not say."""
    desk, _ = _taken()
    report = desk.reporting.report
    assert report is not None
    [said] = advice(evolve(signed_report(), report=report))
    told = [(each["url"], each["valueString"]) for each in said["extension"]]
    assert told == [
        ("aid", "aspects"), ("version", "2000.1"), ("input", "regions=I M2"),
        ("input", "side=left"), ("words", "ASPECTS 8 of 10, left (I, M2)."),
    ]  # fmt: skip
    ref = desk.reporting.current
    assert isinstance(ref, FieldRef)
    desk.reporting.set_field(ref.section, ref.id, "ASPECTS 7, left.")
    report = desk.reporting.report
    assert report is not None
    assert advice(evolve(signed_report(), report=report)) == []
