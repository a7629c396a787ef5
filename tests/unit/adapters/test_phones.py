"""How alike phones are: sums done by hand."""

import pytest

from workstation.adapters.phones import likeness


@pytest.mark.parametrize(
    ("expected", "heard", "alike"),
    [
        ("S EY V", "S EY V", 1.0),
        ("S EY V", "S EH V", 1 - 0.5 / 3),  # another vowel
        ("S EY V", "S EY M", 1 - 1.0 / 3),  # a nasal is no fricative
        ("S EY V", "S EY", 1 - 0.7 / 3),  # one lost
        ("S EY V", "AH S EY V", 1 - 0.7 / 3),  # one more
        ("S EY V", "", 1 - 2.1 / 3),
        ("HH ER", "HH R", 1 - 0.5 / 2),  # the vowel of "her" is near both kinds
        ("N D UW", "M AY K", 1 - 2.4 / 3),  # half, a stop lost, half, a stop more
    ],
)
def test_a_sound_of_its_kind_is_half_an_error(expected: str, heard: str, alike: float) -> None:
    """A command that an accent changes is still one; another sentence is none."""
    assert likeness(expected.split(), heard.split()) == pytest.approx(alike)


def test_of_nothing_nothing_is_alike() -> None:
    """A word that the dictionary does not have is no command."""
    assert likeness([], ["S"]) == 0.0
