"""What a site returned of reports: files, read, and put together by report.

Part of `protocols.verification`: nothing is judged here but whether a file is one of them.
"""

import json
from collections.abc import Sequence
from typing import Any

from workstation.errors import VerificationFailed
from workstation.protocols.message_checks import is_message
from workstation.text import tr

#: Of FHIR, in the order of the file.
Resources = list[dict[str, Any]]


def is_document(data: bytes) -> bool:
    """What came with a report has a beginning of its own: DICOM, PDF, HL7."""
    return data[128:132] == b"DICM" or data.startswith(b"%PDF-") or is_message(data)


def put_together(kept: Sequence[tuple[str, Resources]]) -> list[tuple[str, Resources]]:
    """Files that hold a report and its signature as they are; the halves of others by report."""
    found: list[tuple[str, Resources]] = []
    halves: dict[str, list[tuple[str, Resources]]] = {}
    for name, resources in kept:
        report = _report_of(resources)
        whole = all_of(resources, "DiagnosticReport") and all_of(resources, "Provenance")
        if report and not whole:
            halves.setdefault(report, []).append((name, resources))
        else:
            found.append((name, resources))
    for parts in halves.values():
        names = ", ".join(name for name, _ in parts)
        found.append((names, [each for _, resources in parts for each in resources]))
    return found


def _report_of(resources: Resources) -> str:
    """The report that a file belongs to, as its signature or the report says; else empty."""
    for each in all_of(resources, "Provenance"):
        return str(each.get("id", ""))
    for each in all_of(resources, "DiagnosticReport"):
        names = each.get("identifier")
        for name in names if isinstance(names, list) else ():
            value = str(name.get("value", "")) if isinstance(name, dict) else ""
            if value.startswith("urn:uuid:"):
                return value.removeprefix("urn:uuid:")
    return ""


def named(name: str, data: bytes) -> Resources:
    try:
        return resources_of(data)
    except VerificationFailed as error:
        raise VerificationFailed(f"{name}: {error}") from error


def resources_of(data: bytes) -> Resources:
    """Of a bundle, or one by itself as a site answers for it."""
    try:
        kept = json.loads(data)
        alone = "entry" not in kept and isinstance(kept["resourceType"], str)
        found = [kept] if alone else [e["resource"] for e in kept["entry"] if "resource" in e]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise VerificationFailed(tr("it is not a delivered report (FHIR bundle)")) from error
    return [each for each in found if isinstance(each, dict)]


def all_of(resources: Resources, kind: str) -> Resources:
    return [each for each in resources if each.get("resourceType") == kind]


def only(resources: Resources, kind: str) -> dict[str, Any]:
    found = all_of(resources, kind)
    if len(found) != 1:
        raise VerificationFailed(tr("it holds {n} {kind}, not one", n=len(found), kind=kind))
    return found[0]
