"""Findings that were typed in a hurry."""

import pytest

from workstation.services.report.misspelt import respelt


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("a pnuemothorax", "a pneumothorax"),  # two letters changed places
        ("a pneumothrax", "a pneumothorax"),  # one too few
        ("a pneumothoraxx", "a pneumothorax"),  # one too many
        ("a pneumothirax", "a pneumothorax"),  # another
        ("subarachoid hemorrage", "subarachnoid hemorrhage"),
    ],
)
def test_one_slip_of_the_hand_hides_no_finding(typed: str, meant: str) -> None:
    """A misspelt finding is as urgent as one that is spelt."""
    assert respelt(typed) == meant


@pytest.mark.parametrize(
    "word",
    ["hemithorax", "hepatoma", "hematoma", "pneumothoraces", "pneumonia", "resection", "inclusion"],
)
def test_another_word_of_a_report_is_left_alone(word: str) -> None:
    """ "Hemithorax" was once taken for a misspelt hemothorax, on every chest with a catheter."""
    assert respelt(word) == word


def test_two_slips_are_another_word() -> None:
    """What is guessed at too far becomes a finding that nobody wrote."""
    assert respelt("pnuemothrox") == "pnuemothrox"
