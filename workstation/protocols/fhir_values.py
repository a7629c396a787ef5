"""Small readings of FHIR R4 JSON: references, codes, times, extensions.

What came from outside may have any shape. These return what is there in the right
shape, or nothing; the readers above decide what may be missing.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

Resource = Mapping[str, Any]

#: Our own extensions and code systems (docs/conformance.md).
RW: Final = "urn:reading-workstation:"
URI_IDENTIFIERS: Final = "urn:ietf:rfc:3986"
STUDY_UIDS: Final = "urn:dicom:uid"


class Unreadable(ValueError):
    """A resource lacks what we need; the text names it for the reader."""


def uuid_identifier(uid: str) -> dict[str, str]:
    """A UUID as an Identifier."""
    return {"system": URI_IDENTIFIERS, "value": f"urn:uuid:{uid}"}


def items(value: object) -> Iterator[Resource]:
    """The objects of a JSON array; nothing where it is none."""
    if isinstance(value, list):
        yield from (each for each in value if isinstance(each, dict))


def first(value: object) -> Resource:
    return next(items(value), {})


def inner(resource: Resource, *path: str) -> Resource:
    """A nested object, empty where it is missing."""
    found: object = resource
    for step in path:
        found = found.get(step) if isinstance(found, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def text(resource: Resource, name: str) -> str:
    value = resource.get(name)
    return " ".join(value.split()) if isinstance(value, str) else ""


def words(value: object) -> list[str]:
    """The texts of a JSON array."""
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def reference(holder: object) -> str:
    """ "Patient/4" from a Reference, absolute or versioned; "" where there is none."""
    value = holder.get("reference") if isinstance(holder, Mapping) else None
    if not isinstance(value, str) or value.startswith("#"):
        return ""
    return "/".join(value.split("/_history/")[0].rstrip("/").rsplit("/", 2)[-2:])


def coding(concept: object, system: str) -> str:
    """The code a CodeableConcept has in one system."""
    codings = concept.get("coding") if isinstance(concept, Mapping) else None
    return next((text(each, "code") for each in items(codings) if each.get("system") == system), "")


def extension(resource: Resource, name: str) -> Any:
    """The value of one of our extensions; None where it is missing."""
    for each in items(resource.get("extension")):
        if each.get("url") == RW + name:
            return next((value for key, value in each.items() if key.startswith("value")), None)
    return None


def extensions(resource: Resource, name: str) -> list[Any]:
    """Every value of one of our extensions that may come more than once."""
    ours = [each for each in items(resource.get("extension")) if each.get("url") == RW + name]
    return [v for each in ours for key, v in each.items() if key.startswith("value")]


def with_extension(resource: Resource, name: str, kind: str, value: object) -> list[Resource]:
    """The extensions of a resource with one of ours replaced; `None` removes it."""
    kept = [each for each in items(resource.get("extension")) if each.get("url") != RW + name]
    return kept if value is None else [*kept, {"url": RW + name, kind: value}]


def moment(value: object) -> datetime | None:
    """An instant with its zone; None for anything else."""
    if not isinstance(value, str) or "T" not in value:
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found if found.tzinfo else None


def moment_or_day(value: object, zone: ZoneInfo) -> datetime | None:
    """As `moment`, told in the site's zone; a day alone begins at midnight there."""
    day_found = day(value)
    if day_found is None:
        found = moment(value)
        return found.astimezone(zone) if found is not None else None
    return datetime(day_found.year, day_found.month, day_found.day, tzinfo=zone)


def day(value: object) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else None
    except ValueError:
        return None


def instant(at: datetime) -> str:
    """As FHIR writes an instant."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def version(resource: Resource) -> str:
    return text(inner(resource, "meta"), "versionId")


def typed_identifier(resource: Resource, code: str) -> Resource:
    """The identifier of a type (v2-0203: ACSN, MR)."""
    for each in items(resource.get("identifier")):
        codes = (text(coded, "code") for coded in items(inner(each, "type").get("coding")))
        if code in codes:
            return each
    return {}


def by_reference(resources: Iterable[Resource]) -> dict[str, Resource]:
    """ "Patient/4" -> the resource."""
    return {f"{text(each, 'resourceType')}/{text(each, 'id')}": each for each in resources}


def whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
