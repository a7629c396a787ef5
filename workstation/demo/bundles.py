"""Entries of FHIR bundles: the request each stands for, and the answer it gets."""

import copy
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from workstation.demo.fhir_values import Answer, FhirError, Interaction
from workstation.demo.store import Resource, instant

_METHODS: Final = frozenset(("DELETE", "POST", "PUT", "GET"))


def interaction(entry: Any) -> Interaction:
    """The request that an entry of a bundle stands for."""
    asked = entry.get("request") if isinstance(entry, dict) else None
    if not isinstance(asked, dict) or asked.get("method") not in _METHODS or not asked.get("url"):
        raise FhirError(400, "structure", "An entry has a request with method and url.")
    parts = urlsplit(asked["url"])
    kind, _, ident = parts.path.strip("/").partition("/")
    return Interaction(
        asked["method"],
        kind,
        ident,
        tuple(parse_qsl(parts.query, keep_blank_values=True)),
        copy.deepcopy(entry.get("resource")),
        asked.get("ifMatch", ""),
        asked.get("ifNoneMatch", ""),
        asked.get("ifNoneExist", ""),
    )


def full_url(bundle: Resource, index: int) -> str:
    return str(bundle["entry"][index].get("fullUrl", ""))


def resolved(value: Any, names: Mapping[str, str]) -> Any:
    """References to other entries, replaced by what they will be called."""
    if isinstance(value, dict):
        return {k: _named(k, v, names) for k, v in value.items()}
    if isinstance(value, list):
        return [resolved(each, names) for each in value]
    return value


def _named(key: str, value: Any, names: Mapping[str, str]) -> Any:
    if key == "reference" and isinstance(value, str):
        return names.get(value, value)
    return resolved(value, names)


def response_entry(answer: Answer) -> Resource:
    response: Resource = {"status": str(answer.status)}
    if answer.location:
        response["location"] = answer.location
    if answer.etag:
        response["etag"] = answer.etag
    if answer.last_modified:
        response["lastModified"] = instant(answer.last_modified)
    entry: Resource = {"response": response}
    if answer.body is not None:
        entry["resource"] = answer.body
    return entry


def written(answers: Resource) -> Iterator[Resource]:
    """Resources of a transaction or batch response."""
    for entry in answers.get("entry", ()):
        if "resource" in entry:
            yield entry["resource"]
