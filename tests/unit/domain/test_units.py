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


@pytest.mark.parametrize(
    ("shown", "code"),
    [
        ("SUVbw", "g/ml{SUVbw}"),
        ("SUVlbm", "g/ml{SUVlbm}"),
        ("SUVlbm (James128)", "g/ml{SUVlbm(James128)}"),
        ("SUVlbm (Janma)", "g/ml{SUVlbm(Janma)}"),
        ("SUVbsa", "cm2/ml{SUVbsa}"),
    ],
)
def test_an_suv_says_by_what_the_patient_was_measured(shown: str, code: str) -> None:
    """PS3.16 CID 85: SUV by weight and by lean mass are two numbers for one lesion."""
    assert units.ucum(shown) == code
    assert units.shown(code) == shown


def test_suv_codes_of_older_documents_are_read() -> None:
    assert units.shown("{SUVbw}g/ml") == "SUVbw"


@pytest.mark.parametrize("shown", ["mm", "mm²", "HU", "Bq/ml", "counts", "°", "px", ""])
def test_a_unit_comes_back_from_its_code(shown: str) -> None:
    assert units.shown(units.ucum(shown)) == shown
