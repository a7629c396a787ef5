"""Times of objects: an hour that is read wrongly is half of a dose of F-18 forgotten."""

from datetime import datetime, time

import pytest

from workstation.protocols.dicom_attributes import Attributes
from workstation.protocols.dicom_times import clock_of, datetime_of, moment_of, zone_of


def at(*parts: int) -> datetime:
    """By the scanner's own clock, which has no zone."""
    return datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001


def one(tag: str, value: str) -> Attributes:
    return Attributes({tag: {"Value": [value]}})


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("10", time(10)),
        ("1030", time(10, 30)),
        ("103045", time(10, 30, 45)),
        ("103045.5", time(10, 30, 45, 500_000)),
        ("103045.000001", time(10, 30, 45, 1)),
        ("10:30:45", time(10, 30, 45)),  # ACR-NEMA, still in archives
        ("235960", time(23, 59, 59)),
        ("25", None),
        ("1060", None),
        ("noon", None),
        ("", None),
    ],
)
def test_a_clock_may_leave_off_its_smaller_parts(written: str, expected: time | None) -> None:
    """PS3.5 6.2, TM."""
    assert clock_of(one("x", written), "x") == expected


@pytest.mark.parametrize(
    ("written", "zone", "expected"),
    [
        ("20240301100000.25", "", at(2024, 3, 1, 10, 0, 0, 250_000)),
        ("2024030110", "", at(2024, 3, 1, 10)),
        ("20240301100000-0500", "", at(2024, 3, 1, 10)),
        ("20240301100000-0500", "-0500", at(2024, 3, 1, 10)),
        ("20240301100000", "-0500", at(2024, 3, 1, 10)),
        ("20240301150000+0000", "-0500", at(2024, 3, 1, 10)),
        ("20240301003000+0100", "-0330", at(2024, 2, 29, 20)),
        ("20240230100000", "", None),
        ("20240301", "", None),  # a day is no moment
        ("00010101000000+1400", "-1200", None),
        ("yesterday", "", None),
    ],
)
def test_a_moment_is_told_by_the_clock_of_the_object(
    written: str, zone: str, expected: datetime | None
) -> None:
    """PS3.5 6.2, DT, and PS3.3 C.12.1.1.8: series times bear no zone."""
    assert datetime_of(one("x", written), "x", zone) == expected


def test_a_day_without_its_clock_is_no_moment() -> None:
    values = Attributes({"d": {"Value": ["20240301"]}, "t": {"Value": ["1030"]}})

    assert moment_of(values, "d", "t") == at(2024, 3, 1, 10, 30)
    assert moment_of(values, "d", "x") is None
    assert moment_of(values, "x", "t") is None


@pytest.mark.parametrize(("said", "zone"), [("-0500", "-0500"), ("0500", ""), ("Z", ""), ("", "")])
def test_a_zone_that_makes_no_sense_is_none(said: str, zone: str) -> None:
    assert zone_of(one("00080201", said)) == zone
