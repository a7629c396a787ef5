"""Observation, Condition, AllergyIntolerance, Procedure and DocumentReference (FHIR R4), as read.

What was entered in error is left out, as its author asks; everything else is shown as the site
has it. A value is compared with its range only where both are plain numbers of one unit.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final
from zoneinfo import ZoneInfo

from workstation.domain.chart import ChartDocument, Flag, HistoryEntry, Kind, LabResult
from workstation.errors import SiteUnavailable
from workstation.protocols.fhir_values import (
    Resource,
    coding,
    first,
    inner,
    items,
    moment_or_day,
    reference,
    text,
)
from workstation.protocols.platform_reports import attached
from workstation.protocols.web import Answer
from workstation.text import tr

LOINC: Final = "http://loinc.org"
_SNOMED: Final = "http://snomed.info/sct"
_WRONG: Final = frozenset({"entered-in-error", "cancelled", "refuted", "not-done"})
#: v3 ObservationInterpretation.
_HIGH: Final = frozenset({"H", "HH", "HU", ">"})
_LOW: Final = frozenset({"L", "LL", "LU", "<"})
_ABNORMAL: Final = frozenset({"A", "AA"})
_CRITICAL: Final = frozenset({"HH", "LL", "AA"})
_OVER: Final = frozenset({"inactive", "remission", "resolved"})
#: SNOMED CT: no known allergy, of drugs, of foods; no known problems.
_NONE_KNOWN: Final = frozenset({"716186003", "409137002", "429625007", "160245001"})
_DAY: Final = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")


# --- laboratory -----------------------------------------------------------------


def laboratory_from(found: Sequence[Resource], zone: ZoneInfo) -> tuple[LabResult, ...]:
    """Every value, newest first; a panel gives its parts."""
    usable = (each for each in found if text(each, "status") not in _WRONG)
    results = [result for each in usable for result in _results(each, zone)]
    return tuple(sorted(results, key=lambda r: -r.at.timestamp() if r.at else 0.0))


def _results(observation: Resource, zone: ZoneInfo) -> Iterator[LabResult]:
    parts = list(items(observation.get("component")))
    only_a_heading = bool(parts or observation.get("hasMember"))
    if _value(observation)[0] or not only_a_heading:
        yield _result(observation, observation, zone)
    for part in parts:
        yield _result(part, observation, zone)


def _result(holder: Resource, observation: Resource, zone: ZoneInfo) -> LabResult:
    value, unit, number = _value(holder)
    if not value:
        why = concept(holder.get("dataAbsentReason"))
        value = tr("no value: {why}", why=why) if why else tr("no value")
    range_, low_high = _range(holder, unit)
    codes = {
        text(each, "code")
        for said in items(holder.get("interpretation"))
        for each in items(said.get("coding"))
    }
    taken = observation.get("effectiveDateTime") or observation.get("effectiveInstant")
    taken = taken or inner(observation, "effectivePeriod").get("end") or observation.get("issued")
    return LabResult(
        name=concept(holder.get("code")) or tr("unnamed"),
        code=coding(holder.get("code"), LOINC),
        value=value,
        unit=unit,
        range=range_,
        flag=_flag(codes, number, low_high),
        critical=bool(codes & _CRITICAL),
        at=moment_or_day(taken, zone),
        preliminary=text(observation, "status") in ("registered", "preliminary"),
    )


def _value(holder: Resource) -> tuple[str, str, float | None]:
    """Words, unit, and the number where it is one and exact."""
    quantity = inner(holder, "valueQuantity")
    number = _number(quantity.get("value"))
    if number is not None:
        comparator = text(quantity, "comparator")
        unit = text(quantity, "unit") or text(quantity, "code")
        return f"{comparator}{_shown(number)}", unit, None if comparator else number
    whole = _number(holder.get("valueInteger"))
    if whole is not None:
        return _shown(whole), "", whole
    said = text(holder, "valueString") or concept(holder.get("valueCodeableConcept"))
    return said, "", None


def _range(holder: Resource, unit: str) -> tuple[str, tuple[float | None, float | None]]:
    """In words, and as numbers where they are of the value's unit."""
    given = first(holder.get("referenceRange"))
    low, high = inner(given, "low"), inner(given, "high")
    ends = _number(low.get("value")), _number(high.get("value"))
    units = {found for end in (low, high) if (found := text(end, "unit") or text(end, "code"))}
    match ends:
        case (None, None):
            return text(given, "text"), (None, None)
        case (float() as least, None):
            words = tr("from {low}", low=_shown(least))
        case (None, float() as most):
            words = tr("to {high}", high=_shown(most))
        case (least, most):
            words = tr("{low} to {high}", low=_shown(least or 0.0), high=_shown(most or 0.0))
    if units <= {unit}:
        return words, ends
    return f"{words} {' '.join(sorted(units))}", (None, None)


def _flag(codes: set[str], number: float | None, ends: tuple[float | None, float | None]) -> Flag:
    """As the laboratory says; where it says nothing, by the range it gave."""
    for flag, known in ((Flag.HIGH, _HIGH), (Flag.LOW, _LOW), (Flag.ABNORMAL, _ABNORMAL)):
        if codes & known:
            return flag
    low, high = ends
    if codes or number is None:
        return Flag.NONE
    if low is not None and number < low:
        return Flag.LOW
    return Flag.HIGH if high is not None and number > high else Flag.NONE


def _number(value: object) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and abs(value) < 1e15 else None  # type: ignore[arg-type]


def _shown(number: float) -> str:
    return f"{number:.10g}"


# --- history --------------------------------------------------------------------


def history_from(found: Sequence[Resource]) -> tuple[HistoryEntry, ...]:
    """Allergies, conditions and procedures; what is over stands last, then newest first."""
    entries = [entry for each in found if (entry := _entry(each)) is not None]
    newest_first = sorted(entries, key=lambda each: each.since, reverse=True)
    return tuple(sorted(newest_first, key=lambda each: (each.over, not each.grave)))


def _entry(each: Resource) -> HistoryEntry | None:
    states = [text(each, "status"), _state(each, "verificationStatus")]
    if _WRONG & set(states):
        return None
    words = concept(each.get("code")) or tr("unnamed")
    over = _state(each, "clinicalStatus") in _OVER
    none_known = coding(each.get("code"), _SNOMED) in _NONE_KNOWN
    match text(each, "resourceType"):
        case "AllergyIntolerance":
            shown = [
                concept(m)
                for r in items(each.get("reaction"))
                for m in items(r.get("manifestation"))
            ]
            reactions = ", ".join(filter(None, shown))
            told = f"{words}: {reactions}" if reactions else words
            grave = text(each, "criticality") == "high"
            since = _day(each, "onsetDateTime", "recordedDate")
            return HistoryEntry(Kind.ALLERGY, told, since, over, grave, none_known)
        case "Condition":
            since = _day(each, "onsetDateTime", "recordedDate")
            return HistoryEntry(Kind.CONDITION, words, since, over, none_known=none_known)
        case "Procedure":
            done = _day(each, "performedDateTime") or _day(inner(each, "performedPeriod"), "start")
            return HistoryEntry(Kind.PROCEDURE, words, done)
    return None


def _state(each: Resource, name: str) -> str:
    codes = (text(coded, "code") for coded in items(inner(each, name).get("coding")))
    return next(codes, "")


def _day(each: Resource, *names: str) -> str:
    """A date as far as it is known: "2019", "2019-05", "2019-05-14"."""
    for name in names:
        found = _DAY.match(text(each, name))
        if found is not None:
            return found[0]
    return ""


# --- documents ------------------------------------------------------------------


def documents_from(
    found: Sequence[Resource], order_id: str, zone: ZoneInfo
) -> tuple[ChartDocument, ...]:
    """Those of the order first, then newest first; each form of a document by itself."""
    made = [
        _document(each, inner(content, "attachment"), order_id, zone)
        for each in found
        if text(each, "resourceType") == "DocumentReference"
        and not _WRONG & {text(each, "status"), text(each, "docStatus")}
        for content in items(each.get("content"))
    ]
    return tuple(sorted(made, key=lambda d: (not d.of_order, -d.at.timestamp() if d.at else 0.0)))


def _document(each: Resource, attachment: Resource, order_id: str, zone: ZoneInfo) -> ChartDocument:
    related = [reference(one) for one in items(inner(each, "context").get("related"))]
    title = text(attachment, "title") or text(each, "description") or concept(each.get("type"))
    return ChartDocument(
        title=title or tr("Document"),
        media_type=text(attachment, "contentType").split(";")[0].strip().lower(),
        at=moment_or_day(attachment.get("creation") or each.get("date"), zone),
        of_order=bool(order_id) and order_id in related,
        url=text(attachment, "url"),
        data=attached(attachment),
        digest=text(attachment, "hash"),
    )


def binary_of(answer: Answer) -> bytes:
    """The bytes of a document: as they are, or inside a Binary (FHIR R4 2.28)."""
    kind = answer.headers.get("content-type", "").partition(";")[0].strip()
    if kind not in ("application/fhir+json", "application/json"):
        return answer.body
    found: dict[str, Any] = answer.json()
    data = attached(found) if found.get("resourceType") == "Binary" else b""
    if not data:
        raise SiteUnavailable(tr("the answer could not be understood (it is no document)"))
    return data


def concept(value: object) -> str:
    """What a CodeableConcept says to a reader."""
    if not isinstance(value, dict):
        return ""
    codings = list(items(value.get("coding")))
    named = (text(each, "display") for each in codings)
    coded = (text(each, "code") for each in codings)
    return text(value, "text") or next(filter(None, named), "") or next(filter(None, coded), "")
