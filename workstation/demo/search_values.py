"""Values of FHIR searches held against those of resources: identifiers, codes, dates."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from workstation.demo.fhir_values import FhirError, moment
from workstation.demo.store import Resource

Test = Callable[[Resource], bool]
_PREFIXES: Final = ("eq", "ne", "gt", "ge", "lt", "le")


def same(found: str, wanted: str) -> bool:
    return found == wanted or ("/" not in wanted and found.partition("/")[2] == wanted)


def identifier(resource: Resource, wanted: str) -> bool:
    held = resource.get("identifier", [])
    many = held if isinstance(held, list) else [held]
    system, bar, value = wanted.rpartition("|")
    return any(
        each.get("value") == value and (not bar or each.get("system", "") == system)
        for each in many
    )


def token(value: Any, wanted: str) -> bool:
    """A code, a CodeableConcept or a list of them against `code` or `system|code`."""
    if isinstance(value, list):
        return any(token(each, wanted) for each in value)
    if isinstance(value, str):
        return value == wanted
    if not isinstance(value, dict):
        return False
    system, bar, code = wanted.rpartition("|")
    codings = value.get("coding", [value])
    return any(
        (not code or each.get("code") == code) and (not bar or each.get("system", "") == system)
        for each in codings
    )


def date_test(read: Callable[[Resource], Any], value: str) -> Test:
    prefix = value[:2] if value[:2] in _PREFIXES else ""
    low, high = _span(value.removeprefix(prefix))

    def test(resource: Resource) -> bool:
        text = read(resource)
        if not text:
            return False
        begin, end = _span(str(text))
        return {
            "": low <= begin and end <= high,
            "eq": low <= begin and end <= high,
            "ne": not (low <= begin and end <= high),
            "gt": end > high,
            "ge": begin >= low,
            "lt": begin < low,
            "le": end <= high,
        }[prefix]

    return test


def _span(text: str) -> tuple[datetime, datetime]:
    """The time that a date of any precision stands for: [first, after the last)."""
    found = re.fullmatch(r"(\d{4})(-\d\d)?(-\d\d)?(T.*)?", text.replace(" ", "+"))
    if not found:
        raise FhirError(400, "invalid", f"{text!r} is not a date")
    at = moment(text.replace(" ", "+")) if found[4] else None
    if at is not None:
        step = timedelta(milliseconds=1) if "." in text else timedelta(seconds=1)
        return at, at + step
    if found[4]:
        raise FhirError(400, "invalid", f"{text!r}: a time needs its zone")
    year, month = int(found[1]), int((found[2] or "-1")[1:])
    try:
        first = datetime(year, month, int((found[3] or "-1")[1:]), tzinfo=UTC)
    except ValueError as why:
        raise FhirError(400, "invalid", f"{text!r} is not a date") from why
    if found[3]:
        return first, first + timedelta(days=1)
    if found[2]:
        return first, first.replace(year=year + month // 12, month=month % 12 + 1)
    return first, first.replace(year=year + 1)
