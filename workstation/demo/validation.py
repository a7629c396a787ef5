"""What the platform demands of a resource before it files it (FHIR R4, our profiles).

Only what a client may write is described; unknown elements are refused, never dropped.
"""

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from workstation.demo.fhir_values import FhirError, moment
from workstation.demo.store import Resource, Unit

_COMMON: Final = (
    "resourceType id meta implicitRules language text contained extension modifierExtension"
)

#: Elements of R4 (4.0.1), by resource a client may write.
ELEMENTS: Final[Mapping[str, frozenset[str]]] = {
    kind: frozenset(f"{_COMMON} {names}".split())
    for kind, names in {
        "Task": "identifier instantiatesCanonical instantiatesUri basedOn groupIdentifier partOf"
        " status statusReason businessStatus intent priority code description focus for encounter"
        " executionPeriod authoredOn lastModified requester performerType owner location"
        " reasonCode reasonReference insurance note relevantHistory restriction input output",
        "DiagnosticReport": "identifier basedOn status category code subject encounter"
        " effectiveDateTime effectivePeriod issued performer resultsInterpreter specimen result"
        " imagingStudy media conclusion conclusionCode presentedForm",
        "Observation": "identifier basedOn partOf status category code subject focus encounter"
        " effectiveDateTime effectivePeriod effectiveTiming effectiveInstant issued performer"
        " valueQuantity valueCodeableConcept valueString valueBoolean valueInteger valueRange"
        " valueRatio valueSampledData valueTime valueDateTime valuePeriod dataAbsentReason"
        " interpretation note bodySite method specimen device referenceRange hasMember"
        " derivedFrom component",
        "Provenance": "target occurredPeriod occurredDateTime recorded policy location reason"
        " activity agent entity signature",
        "Communication": "identifier instantiatesCanonical instantiatesUri basedOn partOf"
        " inResponseTo status statusReason category priority medium subject topic about"
        " encounter sent received recipient sender reasonCode reasonReference payload note",
        "AuditEvent": "type subtype action period recorded outcome outcomeDesc purposeOfEvent"
        " agent source entity",
    }.items()
}

REQUIRED: Final[Mapping[str, tuple[str, ...]]] = {
    "Task": ("status", "intent"),
    "DiagnosticReport": ("status", "code"),
    "Observation": ("status", "code"),
    "Provenance": ("target", "recorded", "agent"),
    "Communication": ("status",),
    "AuditEvent": ("type", "recorded", "agent", "source"),
}

#: Required bindings of R4: (resource, element) to its codes.
BINDINGS: Final[Mapping[tuple[str, str], frozenset[str]]] = {
    where: frozenset(codes.split())
    for where, codes in {
        ("Task", "status"): "draft requested received accepted rejected ready cancelled"
        " in-progress on-hold failed completed entered-in-error",
        ("Task", "intent"): "unknown proposal plan order original-order reflex-order filler-order"
        " instance-order option",
        ("Task", "priority"): "routine urgent asap stat",
        ("DiagnosticReport", "status"): "registered partial preliminary final amended corrected"
        " appended cancelled entered-in-error unknown",
        ("Observation", "status"): "registered preliminary final amended corrected cancelled"
        " entered-in-error unknown",
        ("Communication", "status"): "preparation in-progress not-done on-hold stopped completed"
        " entered-in-error unknown",
        ("Communication", "priority"): "routine urgent asap stat",
        ("AuditEvent", "action"): "C R U D E",
        ("AuditEvent", "outcome"): "0 4 8 12",
    }.items()
}

#: Elements of which there are many; a single object there is a common mistake.
LISTS: Final = frozenset(
    (
        "identifier",
        "basedOn",
        "category",
        "performer",
        "resultsInterpreter",
        "result",
        "imagingStudy",
        "presentedForm",
        "input",
        "output",
        "extension",
        "target",
        "agent",
        "signature",
        "payload",
        "recipient",
        "derivedFrom",
        "component",
        "performerType",
        "note",
    )
)
_INSTANTS: Final = ("authoredOn", "lastModified", "effectiveDateTime", "issued", "recorded", "sent")
_LOCAL_REFERENCE: Final = re.compile(r"([A-Z][A-Za-z]+)/([A-Za-z0-9.-]{1,64})(/_history/\d+)?")
_ID: Final = re.compile(r"[A-Za-z0-9.-]{1,64}")


def checked(kind: str, body: Resource | None) -> Resource:
    """The body, if it is a resource of that kind that we may file."""
    if not isinstance(body, dict):
        raise FhirError(400, "structure", "the body is not a JSON object")
    if body.get("resourceType") != kind:
        found = body.get("resourceType")
        raise FhirError(400, "structure", f"expected a {kind}, got {found!r}")
    for problem in _problems(kind, body):
        raise FhirError(422, "value", problem)
    return body


def check_id(ident: str) -> None:
    if not _ID.fullmatch(ident):
        raise FhirError(400, "value", "an id has 1 to 64 letters, digits, '-' and '.'")


def check_references(unit: Unit, body: Resource) -> None:
    """Every local reference leads somewhere."""
    for text in _references(body):
        if text.startswith(("#", "urn:oid:", "http://", "https://")):
            continue
        found = _LOCAL_REFERENCE.fullmatch(text)
        if found is None:
            raise FhirError(
                422, "value", f"{text[:80]!r} is not a reference this server can follow"
            )
        if unit.get(found[1], found[2]) is None:
            raise FhirError(422, "not-found", f"the reference {found[1]}/{found[2]} leads nowhere")


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == "reference" and isinstance(inner, str):
                yield inner
            else:
                yield from _references(inner)
    elif isinstance(value, list):
        for each in value:
            yield from _references(each)


def _problems(kind: str, body: Resource) -> Iterator[str]:
    for name in body:
        if name.lstrip("_") not in ELEMENTS[kind]:
            yield f"{kind}.{name} is not an element of FHIR R4"
    for name in REQUIRED[kind]:
        if body.get(name) in (None, "", [], {}):
            yield f"{kind}.{name} is missing"
    for (where, name), codes in BINDINGS.items():
        if where == kind and name in body and body[name] not in codes:
            yield f"{kind}.{name}: {str(body[name])[:40]!r} is not one of its codes"
    for name in LISTS & body.keys() & ELEMENTS[kind]:
        if not isinstance(body[name], list) and (kind, name) != ("Provenance", "identifier"):
            yield f"{kind}.{name} is a list"
    for name in _INSTANTS:
        if name in body and moment(body[name]) is None:
            yield f"{kind}.{name}: {str(body[name])[:40]!r} is not a time with a zone"
    if kind == "DiagnosticReport":
        yield from _report_problems(body)


def _report_problems(report: Resource) -> Iterator[str]:
    for name in ("identifier", "basedOn", "subject", "resultsInterpreter"):
        if not report.get(name):
            yield f"DiagnosticReport.{name} is missing"
    forms = report.get("presentedForm", [])
    for form in forms if isinstance(forms, list) else ():
        yield from _attachment_problems(form)
    if report.get("status") == "partial":
        return
    types = {form.get("contentType") for form in forms if isinstance(form, dict)}
    if "text/html" not in types:
        yield "DiagnosticReport.presentedForm: text/html is missing (IHE IMR)"
    for name in ("effectiveDateTime", "issued", "category", "performer"):
        if not report.get(name):
            yield f"DiagnosticReport.{name} is missing (IHE IMR)"


def _attachment_problems(form: Any) -> Iterator[str]:
    if not isinstance(form, dict) or not form.get("contentType"):
        yield "DiagnosticReport.presentedForm: contentType is missing"
        return
    try:
        data = base64.b64decode(form.get("data", ""), validate=True)
    except ValueError:
        yield "DiagnosticReport.presentedForm: data is not base64"
        return
    if not data:
        yield "DiagnosticReport.presentedForm: data is missing"
    if "size" in form and form["size"] != len(data):
        yield "DiagnosticReport.presentedForm: size is not that of data"
    digest = base64.b64encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode()
    if "hash" in form and form["hash"] != digest:
        yield "DiagnosticReport.presentedForm: hash is not the SHA-1 of data"
