"""Dates and times of objects (PS3.5 6.2: DA, TM, DT) as the clock of the scanner showed them.

Most of them bear no zone. A DT may (`-0500`), and then it is told by the clock of the object,
where that is known (Timezone Offset From UTC, PS3.3 C.12.1.1.8); where it is not, the zone of
the DT is taken to be the clock's own.
"""

import re
from datetime import datetime, time, timedelta
from typing import Final

from workstation.protocols.dicom_attributes import Attributes

_TM: Final = re.compile(r"(\d\d):?(?:(\d\d):?(?:(\d\d)(?:\.(\d{1,6}))?)?)?")
_DT: Final = re.compile(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)?(\d\d)?(?:\.(\d{1,6}))?([+-]\d{4})?")
_ZONE: Final = re.compile(r"([+-])(\d\d)(\d\d)")
_TIMEZONE_OFFSET: Final = "00080201"


def clock_of(values: Attributes, tag: str) -> time | None:
    """A TM: hours, and as many parts of them as are there."""
    found = _TM.fullmatch(values.text(tag))
    return _time(*found.groups()) if found else None


def moment_of(values: Attributes, day_tag: str, clock_tag: str) -> datetime | None:
    """A DA and the TM that belongs to it; None where one of the two is missing."""
    day, clock = values.day(day_tag), clock_of(values, clock_tag)
    return None if day is None or clock is None else datetime.combine(day, clock)


def datetime_of(values: Attributes, tag: str, zone: str) -> datetime | None:
    """A DT with hours, by the clock of an object whose own `zone` is known or empty."""
    found = _DT.fullmatch(values.text(tag))
    if found is None:
        return None
    year, month, day, *clock, offset = found.groups()
    at = _time(*clock)
    try:
        date_ = datetime(int(year), int(month), int(day))  # noqa: DTZ001 - the scanner's clock
    except ValueError:
        return None
    if at is None:
        return None
    shift = _offset(zone) - _offset(offset) if zone and offset else timedelta()
    try:
        return datetime.combine(date_, at) + shift
    except OverflowError:
        return None


def zone_of(values: Attributes) -> str:
    """Timezone Offset From UTC of an object; empty where it is not said, or makes no sense."""
    said = values.text(_TIMEZONE_OFFSET)
    return said if _ZONE.fullmatch(said) else ""


def _time(
    hours: str, minutes: str | None, seconds: str | None, fraction: str | None
) -> time | None:
    """A leap second is told as the last one before it: `time` knows no 60."""
    whole = min(int(seconds or 0), 59)
    try:
        return time(int(hours), int(minutes or 0), whole, int((fraction or "0").ljust(6, "0")))
    except ValueError:
        return None


def _offset(zone: str) -> timedelta:
    found = _ZONE.fullmatch(zone)
    assert found is not None
    sign = -1 if found[1] == "-" else 1
    return sign * timedelta(hours=int(found[2]), minutes=int(found[3]))
