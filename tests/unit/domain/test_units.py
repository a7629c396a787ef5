"""Units as a reader sees them."""

import pytest

from workstation.domain import units


@pytest.mark.parametrize(
    ("code", "shown"),
    [("BQML", "Bq/ml"), ("CNTS", "counts"), ("GML", "g/ml"), ("NONE", ""), ("ODD", "ODD")],
)
def test_the_unit_of_a_pet_image_is_told_in_words(code: str, shown: str) -> None:
    """`BQML` behind a number is a code of PS3.3 C.8.9.1.1.3, not a unit one can report."""
    assert units.of_pet(code) == shown


@pytest.mark.parametrize("shown", ["mm", "mm²", "HU", "Bq/ml", "counts", "°", "px", ""])
def test_a_unit_comes_back_from_its_code(shown: str) -> None:
    assert units.shown(units.ucum(shown)) == shown
