"""FHIR search, as far as the platform offers it; what it does not know it refuses."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from attrs import field, frozen

from workstation.demo.fhir_values import FhirError, moment, references
from workstation.demo.search_values import Test, date_test, identifier, same, token
from workstation.demo.store import Resource, Unit

Query = Sequence[tuple[str, str]]

#: Search parameters that are references: where they stand in the resource.
REFERENCES: Final[Mapping[str, Mapping[str, str]]] = {
    "Task": {"focus": "focus", "subject": "for", "patient": "for", "owner": "owner"},
    "ServiceRequest": {"subject": "subject", "patient": "subject", "requester": "requester"},
    "ImagingStudy": {
        "subject": "subject",
        "patient": "subject",
        "endpoint": "endpoint",
        "basedon": "basedOn",
        "based-on": "basedOn",
    },
    "DiagnosticReport": {
        "subject": "subject",
        "patient": "subject",
        "based-on": "basedOn",
        "result": "result",
        "results-interpreter": "resultsInterpreter",
        "performer": "performer",
        "imaging-study": "imagingStudy",
    },
    "Observation": {
        "subject": "subject",
        "patient": "subject",
        "based-on": "basedOn",
        "derived-from": "derivedFrom",
    },
    "Condition": {"subject": "subject", "patient": "subject"},
    "AllergyIntolerance": {"patient": "patient"},
    "Procedure": {"subject": "subject", "patient": "subject"},
    "DocumentReference": {"subject": "subject", "patient": "subject"},
    "Binary": {},
    "PractitionerRole": {"practitioner": "practitioner", "organization": "organization"},
    "Provenance": {"target": "target"},
    "Communication": {"subject": "subject", "sender": "sender", "based-on": "basedOn"},
    "AuditEvent": {},
    "Endpoint": {"organization": "managingOrganization"},
    "Patient": {"organization": "managingOrganization"},
    "Practitioner": {},
    "Organization": {},
}
#: Search parameters that are codes.
TOKENS: Final[Mapping[str, Mapping[str, str]]] = {
    "Task": {
        "status": "status",
        "priority": "priority",
        "intent": "intent",
        "business-status": "businessStatus",
        "code": "code",
    },
    "ServiceRequest": {"status": "status", "priority": "priority", "code": "code"},
    "ImagingStudy": {"status": "status", "modality": "modality"},
    "DiagnosticReport": {"status": "status", "category": "category", "code": "code"},
    "Observation": {"status": "status", "code": "code", "category": "category"},
    "Condition": {"clinical-status": "clinicalStatus", "code": "code"},
    "AllergyIntolerance": {"clinical-status": "clinicalStatus", "criticality": "criticality"},
    "Procedure": {"status": "status", "code": "code"},
    "DocumentReference": {"status": "status", "type": "type"},
    "PractitionerRole": {"role": "code"},
    "Communication": {"status": "status"},
    "Patient": {"gender": "gender"},
    "AuditEvent": {"type": "type", "action": "action"},
}
#: Dates that can be searched and sorted by.
DATES: Final[Mapping[str, Mapping[str, str]]] = {
    "Task": {"authored-on": "authoredOn"},
    "ServiceRequest": {"authored": "authoredOn"},
    "ImagingStudy": {"started": "started"},
    "DiagnosticReport": {"date": "effectiveDateTime", "issued": "issued"},
    "Observation": {"date": "effectiveDateTime"},
    "Condition": {"onset-date": "onsetDateTime"},
    "Procedure": {"date": "performedDateTime"},
    "DocumentReference": {"date": "date"},
    "Provenance": {"recorded": "recorded"},
    "Communication": {"sent": "sent"},
    "AuditEvent": {"date": "recorded"},
    "Patient": {"birthdate": "birthDate"},
}
_SHAPING: Final = {
    "_sort",
    "_count",
    "_include",
    "_include:iterate",
    "_format",
    "_total",
    "_summary",
}
_DEFAULT_COUNT: Final = 100
_MAX_COUNT: Final = 1000


@frozen
class Search:
    """A parsed search: which resources, in which order, how many a page, what comes along."""

    kind: str
    tests: tuple[Test, ...]
    order: tuple[tuple[str, bool], ...] = ()  # element, descending
    count: int = _DEFAULT_COUNT
    count_only: bool = False
    includes: tuple[tuple[str, str], ...] = field(factory=tuple)
    iterate: tuple[tuple[str, str], ...] = field(factory=tuple)

    def matches(self, resources: Iterable[Resource]) -> list[Resource]:
        found = [each for each in resources if all(test(each) for test in self.tests)]
        for element, descending in reversed(self.order):
            found.sort(key=lambda each: _sort_key(each, element), reverse=descending)
        return found

    def included(self, unit: Unit, matches: Sequence[Resource]) -> list[Resource]:
        """Resources that come along, each once, none that is a match itself."""
        seen = {(each["resourceType"], each["id"]) for each in matches}
        found: list[Resource] = []
        wave: list[Resource] = list(matches)
        wanted = self.includes + self.iterate
        while wave:
            following = [each for target in _targets(wave, wanted) if (each := unit.follow(target))]
            wave = []
            for each in following:
                key = (each["resourceType"], each["id"])
                if key not in seen:
                    seen.add(key)
                    wave.append(each)
            found += wave
            wanted = self.iterate
        return found


def parse(kind: str, query: Query) -> Search:
    """Raises FhirError 400 for a parameter this server does not know."""
    tests = [_test(kind, name, value) for name, value in query if name not in _SHAPING]
    asked = {name: value for name, value in query if name in _SHAPING}
    count = asked.get("_count", str(_DEFAULT_COUNT))
    if not count.isdigit():
        raise FhirError(400, "invalid", f"_count={count} is not a number")
    return Search(
        kind,
        tuple(tests),
        tuple(_order(kind, asked.get("_sort", ""))),
        min(int(count), _MAX_COUNT),
        asked.get("_summary") == "count" or count == "0",
        tuple(_include(value) for name, value in query if name == "_include"),
        tuple(_include(value) for name, value in query if name == "_include:iterate"),
    )


def identity_of(kind: str, query: Query) -> tuple[tuple[str, str], ...]:
    """The criteria of a conditional interaction; they must narrow, shaping is not allowed."""
    if not query or any(name in _SHAPING for name, _ in query):
        raise FhirError(412, "invalid", f"conditional {kind}: search criteria are missing")
    return tuple(query)


def _include(value: str) -> tuple[str, str]:
    kind, _, name = value.partition(":")
    element = REFERENCES.get(kind, {}).get(name.split(":")[0])
    if element is None:
        raise FhirError(400, "not-supported", f"_include={value} is not supported here")
    return kind, element


def _targets(wave: Sequence[Resource], wanted: Sequence[tuple[str, str]]) -> Iterator[str]:
    for each in wave:
        for kind, element in wanted:
            if each["resourceType"] == kind:
                yield from references(each, element)


def _order(kind: str, text: str) -> Iterator[tuple[str, bool]]:
    for part in filter(None, text.split(",")):
        name = part.removeprefix("-")
        element = {"_lastUpdated": "meta.lastUpdated", "_id": "id"}.get(name)
        element = element or DATES.get(kind, {}).get(name) or TOKENS.get(kind, {}).get(name)
        if element is None:
            raise FhirError(400, "not-supported", f"_sort={part} is not supported here")
        yield element, part.startswith("-")


def _sort_key(resource: Resource, element: str) -> tuple[bool, Any]:
    value: Any = resource
    for step in element.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    at = moment(value) if value else None
    return (value is not None, at.isoformat() if at else str(value))


def _test(kind: str, name: str, value: str) -> Test:
    values = value.split(",")
    if name == "_id":
        return lambda r: r["id"] in values
    if name == "_lastUpdated":
        return date_test(lambda r: r["meta"]["lastUpdated"], value)
    if name == "identifier":
        return lambda r: any(identifier(r, each) for each in values)
    if name == "name" and kind in ("Patient", "Practitioner", "Organization"):
        return lambda r: value.casefold() in str(r.get("name")).casefold()
    if name in ("address", "url") and kind == "Endpoint":
        return lambda r: r.get("address") in values
    return _listed_test(kind, name, value)


def _listed_test(kind: str, name: str, value: str) -> Test:
    values = value.split(",")
    bare, _, modifier = name.partition(":")
    if (target := REFERENCES.get(kind, {}).get(bare)) is not None:
        wanted = [f"{modifier}/{each}" if modifier else each for each in values]
        return lambda r: any(same(each, w) for each in references(r, target) for w in wanted)
    if (code := TOKENS.get(kind, {}).get(bare)) is not None and modifier in ("", "not"):
        return lambda r: any(token(r.get(code), v) for v in values) != (modifier == "not")
    if (when := DATES.get(kind, {}).get(name)) is not None:
        return date_test(lambda r: r.get(when), value)
    raise FhirError(400, "not-supported", f"{kind} cannot be searched by {name!r} here")
