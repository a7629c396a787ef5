"""Two identities are one person only as far as both say so."""

from datetime import date

import pytest
from attrs import evolve

from workstation.domain.patient import Patient, persons

ALDER = Patient("Alder, Robin", "HG-100482", "urn:oid:1.2.3", date(1962, 3, 2), "M")


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"name": "ALDER, ROBIN"},  # a name is written in many ways
        {"issuer": ""},
        {"issuer": "HARBOR"},  # a DICOM issuer beside an order's URI
        {"birth_date": None},
        {"sex": ""},
        {"sex": "O"},
    ],
)
def test_what_one_side_does_not_say_does_not_tell_them_apart(changes: dict[str, object]) -> None:
    """A guard that cries at every old scanner is switched off."""
    other = evolve(ALDER, **changes)

    assert ALDER.may_be(other)
    assert other.may_be(ALDER)


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "HG-100483"},
        {"issuer": "urn:oid:1.2.4"},  # the same number at another hospital
        {"birth_date": date(1962, 2, 3)},
        {"sex": "F"},
    ],
)
def test_one_difference_is_another_person(changes: dict[str, object]) -> None:
    """The wrong patient's images under a report have harmed patients."""
    other = evolve(ALDER, **changes)

    assert not ALDER.may_be(other)
    assert not other.may_be(ALDER)


@pytest.mark.parametrize(
    ("day", "years"),
    [(date(2026, 3, 1), 63), (date(2026, 3, 2), 64), (date(1960, 1, 1), None)],
)
def test_age_is_in_completed_years(day: date, years: int | None) -> None:
    assert ALDER.age_years(day) == years


def test_one_who_is_described_with_gaps_is_one_person() -> None:
    """One scanner writes the birth date, the next one does not."""
    gaps = [evolve(ALDER, birth_date=None), evolve(ALDER, issuer="", sex=""), ALDER]

    found = persons(gaps)

    assert set(found.values()) == {ALDER}


def test_a_gap_makes_no_bridge_between_two_persons() -> None:
    """Who could be either must not make one of both."""
    twin = evolve(ALDER, birth_date=date(1971, 5, 9))
    unknown = evolve(ALDER, birth_date=None)

    found = persons([unknown, ALDER, twin])

    assert found[unknown] == found[ALDER] == ALDER
    assert found[twin] == twin
