"""Findings against impression. Every real report that was wrongly called, or not, is a row here."""

import pytest

from workstation.services.report.agreement import contradiction, other_side


@pytest.mark.parametrize(
    ("findings", "impression"),
    [
        ("Consolidation in the right lower lobe.", "Left lower lobe pneumonia."),
        ("Streaky opacity at the left base.", "Right basilar atelectasis."),
        ("Vague density in the right midlung.", "Left mid lung density."),
        ("Left retrocardiac opacity.", "Right retrocardiac opacity."),
        ("Right hilar prominence.", "Left hilar prominence."),
        ("Right PICC at the cavoatrial junction.", "Left PICC at the cavoatrial junction."),
        ("Lucency under the right hemidiaphragm.", "Lucency under the left hemidiaphragm."),
        ("Opacity in the left upper lobe.", "Right lung opacity."),
        ("Effusions, right greater than left.", "Effusions, left greater than right."),
        ("Apical scar on the left, right base opacity.", "Right apical scar."),
    ],
)
def test_the_other_side_is_seen_in_the_words_of_chest_reports(
    findings: str, impression: str
) -> None:
    """Four of ten swapped sides of real reports were seen before these words were known."""
    assert other_side(findings, impression) == impression
    assert other_side(findings, findings) == ""


@pytest.mark.parametrize(
    ("findings", "impression"),
    [
        ("Left upper and right upper lobe bullae.", "Chronic changes of the left upper lobe."),
        ("Left lower lobe consolidation. Right basilar opacity.", "Left lung consolidation."),
        ("Right base opacity. Left base opacity.", "Bibasilar opacities, left greater than right."),
        ("Left apical scar. Right basilar opacity.", "Right basilar opacity."),
    ],
)
def test_both_sides_of_an_organ_are_both_sides(findings: str, impression: str) -> None:
    """Reports without a fault that were called faulty."""
    assert other_side(findings, impression) == ""


@pytest.mark.parametrize(
    ("findings", "impression", "what"),
    [
        ("No pleural effusion.", "Possible pericardial effusion.", ""),
        ("No large pleural effusion.", "Small effusion.", ""),
        ("No displaced rib fracture.", "Compression fracture of T8.", ""),
        ("No new consolidation.", "Consolidation.", ""),
        ("Fracture of T8.", "Without a comparison, the age of the fracture is unknown.", ""),
        ("No pleural effusion.", "Bilateral pleural effusions.", "effusion"),
        ("No rib fractures.", "Rib fracture.", "rib fracture"),
        ("Consolidation at the left base.", "No consolidation.", "consolidation"),
    ],
)
def test_a_smaller_an_older_and_another_one_is_no_contradiction(
    findings: str, impression: str, what: str
) -> None:
    """Who denies a large effusion denies no small one."""
    assert contradiction(findings, impression) == what
