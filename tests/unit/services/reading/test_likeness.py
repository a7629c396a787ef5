"""Whether two identities of different sites may be one person: explained, and never certain."""

from datetime import date

import pytest

from workstation.domain.patient import Patient, PatientKey
from workstation.services.reading.elsewhere import LIKELY
from workstation.services.reading.likeness import likeness

ALDER = Patient("Alder, Robin", "HG-100482", "urn:harbor", date(1962, 3, 2), "M")


def other(
    name: str = "Alder, Robin", born: date | None = date(1962, 3, 2), sex: str = "M"
) -> Patient:
    return Patient(name, "MV-31", "urn:mesa", born, sex)


@pytest.mark.parametrize(
    "alike",
    [
        other(),
        other("ALDER, ROBIN"),
        other("Robin, Alder"),  # family and given name typed into each other's field
        other("Alder, Robin James"),
        other("Alder, R"),
        other("Aldre, Robin"),  # two letters changed places
        other("Alder, Robyn"),
        other(born=date(1962, 2, 3)),  # day and month changed places
        other(born=None, name="Alder, Robin", sex="M"),
    ][:-1],
)
def test_what_registration_gets_wrong_does_not_hide_a_prior(alike: Patient) -> None:
    """A nodule that was there two years ago is another nodule when nobody finds the old images."""
    assert likeness(ALDER, alike).confidence >= LIKELY


@pytest.mark.parametrize(
    "another",
    [
        other(sex="F"),  # twins of one name are few; a sex that differs is another person
        other(born=date(1971, 11, 30)),
        other("Rowan, Alex"),  # born the same day, as one in thirty thousand is
        other(born=None),  # a name alone is many people
        other("", None, ""),
    ],
)
def test_somebody_else_is_not_offered(another: Patient) -> None:
    """Another patient's images beside this one's are worse than none."""
    assert likeness(ALDER, another).confidence < LIKELY


def test_every_script_is_compared() -> None:
    """Names are written as people write them."""
    anna = Patient("Пример, Анна", "1", "urn:a", date(1982, 7, 23), "F")
    mueller = Patient("Müller-Beispiel, Jo", "2", "urn:a", date(1997, 6, 11), "F")

    assert (
        likeness(anna, Patient("ПРИМЕР, АННА", "9", "urn:b", anna.birth_date, "F")).confidence > 0.9
    )
    same = Patient("Muller Beispiel, Jo", "8", "urn:b", mueller.birth_date, "F")
    assert likeness(mueller, same).confidence > 0.9


def test_it_says_what_speaks_for_it_and_is_never_certain() -> None:
    """The reader decides, and must see on what."""
    keys = frozenset({PatientKey("HG-100482", "urn:harbor")})
    found = likeness(ALDER, other(), keys)

    assert found.reasons == (
        "same identifier of the same issuer", "same name", "same birth date", "same sex",
    )  # fmt: skip
    assert found.confidence == 0.99


def test_another_number_of_the_same_issuer_speaks_against_it() -> None:
    """One hospital gives one person one number; two numbers are mostly two people."""
    keys = frozenset({PatientKey("HG-777", "urn:harbor")})

    assert likeness(ALDER, other(), keys).confidence < likeness(ALDER, other()).confidence


def test_the_sum_is_that_of_its_terms() -> None:
    """Bits: each one doubles or halves the odds."""
    found = likeness(ALDER, other("Alder, R"))
    odds = 2 ** (sum(bits for _, bits in found.terms) - 18)

    assert found.confidence == pytest.approx(odds / (1 + odds))
