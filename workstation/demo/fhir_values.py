"""Small readings of FHIR JSON that more than one face of the platform needs."""

from datetime import UTC, datetime
from typing import Any

from attrs import frozen

from workstation.demo.sites import RW
from workstation.demo.store import Resource


@frozen
class Interaction:
    """One REST interaction, alone or as an entry of a bundle."""

    method: str
    kind: str
    id: str = ""
    query: tuple[tuple[str, str], ...] = ()
    body: Resource | None = None
    if_match: str = ""
    if_none_match: str = ""
    if_none_exist: str = ""


@frozen
class Answer:
    status: int
    body: Resource | None = None
    etag: str = ""
    location: str = ""
    last_modified: datetime | None = None


class FhirError(Exception):
    """An interaction that is refused: HTTP status, FHIR issue code, words for a person."""

    def __init__(self, status: int, code: str, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.code = code
        self.text = text

    def outcome(self) -> Resource:
        return outcome("error", self.code, self.text)


def outcome(severity: str, code: str, text: str) -> Resource:
    issue = {"severity": severity, "code": code, "diagnostics": text, "details": {"text": text}}
    return {"resourceType": "OperationOutcome", "issue": [issue]}


def extension(resource: Resource, name: str) -> Any:
    """The value of one of our extensions, None where it is absent."""
    for each in resource.get("extension", ()):
        if isinstance(each, dict) and each.get("url") == RW + name:
            return next((v for k, v in each.items() if k.startswith("value")), None)
    return None


def without_extension(resource: Resource, name: str) -> list[Any]:
    return [each for each in resource.get("extension", ()) if each.get("url") != RW + name]


def reference(holder: Any) -> str:
    """`reference` of a Reference, "" where there is none; version suffix removed."""
    text = holder.get("reference", "") if isinstance(holder, dict) else ""
    return str(text).split("/_history/")[0]


def references(resource: Resource, element: str) -> list[str]:
    value = resource.get(element, [])
    many = value if isinstance(value, list) else [value]
    return [found for each in many if (found := reference(each))]


def coding(concept: Any, system: str) -> str:
    """The code of one system in a CodeableConcept."""
    for each in concept.get("coding", ()) if isinstance(concept, dict) else ():
        if each.get("system") == system:
            return str(each.get("code", ""))
    return ""


def moment(text: Any) -> datetime | None:
    """A FHIR instant or dateTime with zone; None where it is not one."""
    try:
        at = datetime.fromisoformat(str(text).replace("Z", "+00:00"))
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo else None
