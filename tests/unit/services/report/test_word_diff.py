"""What changed between two readings, in whole words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workstation.services.report.word_diff import Piece, differences, differs


def test_a_number_is_never_cut_in_two() -> None:
    """ "1[2->3] mm" is read as 123, or as nothing."""
    assert differences("Nodule of 12 mm.", "Nodule of 13 mm.") == (
        Piece("same", "Nodule of"),
        Piece("old", "12"),
        Piece("new", "13"),
        Piece("same", "mm."),
    )


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [("No bleed.", "No  bleed.\n", False), ("No bleed.", "No bleed", True), ("", "New.", True)],
)
def test_spaces_are_no_difference_and_a_word_is(old: str, new: str, said: bool) -> None:
    """Another line break is not another reading."""
    assert differs(old, new) is said


WORDS = st.lists(st.sampled_from(["no", "bleed", "12", "mm", "left", "\n"]), max_size=12)


@given(WORDS, WORDS)
def test_both_texts_can_be_told_from_the_pieces(old: list[str], new: list[str]) -> None:
    """Nothing of either is lost in between."""
    pieces = differences(" ".join(old), " ".join(new))
    kept = {kind: [p.text for p in pieces if p.kind in ("same", kind)] for kind in ("old", "new")}
    assert " ".join(kept["old"]).split() == " ".join(old).split()
    assert " ".join(kept["new"]).split() == " ".join(new).split()
