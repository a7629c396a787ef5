"""What the editor shows of a text, letter for letter, and what it gives back."""

import pytest

from workstation.ui.report_letters import NO_BREAK, plain, shown


@pytest.mark.parametrize(
    ("written", "parted"),
    [
        ("Mass of 12 mm.", ["Mass", "of", "12~mm."]),
        ("22 × 14 x 9 mm", ["22~×~14~x~9~mm"]),
        ("-5 HU, 3.4 cm/s", ["-5~HU,", "3.4~cm/s"]),
        ("80 mL at 120 kV, 5 %", ["80~mL", "at", "120~kV,", "5~%"]),
        ("T4 level 5 minutes 2 months", ["T4", "level", "5", "minutes", "2", "months"]),
    ],
)
def test_a_number_and_its_unit_are_one_word(written: str, parted: list[str]) -> None:
    """ "12" at the end of a line and "mm" on the next are read as two things."""
    assert shown(written).replace(NO_BREAK, "~").split(" ") == parted


@pytest.mark.parametrize(
    "written", ["12 mm × 3 mm", "- left\n- right", "a - b\n-5 HU\n- ", "• a", "1. x\n\n2. y | z"]
)
def test_what_is_shown_has_the_same_places_and_comes_back_as_it_was(written: str) -> None:
    """Carets, links and marks count letters; a copy that is pasted back is the same text."""
    assert len(shown(written)) == len(written)
    assert plain(shown(written)) == plain(written)


def test_pasted_words_are_not_glued_and_points_stay_points() -> None:
    """Word processors write spaces that do not break, tabs, and dots of their own."""
    assert plain("12\u00a0mm\u2009wide\r\n•\tleft\n• right") == "12 mm wide\n- left\n- right"
