"""The second step at a site that takes a report by itself: its case is completed by FHIR.

Where the report went as an HL7 message (or in a closed bundle) the Task, the signature and the
draft are dealt with afterwards, in one transaction that may be sent any number of times.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from workstation.protocols.fhir_values import RW, uuid_identifier
from workstation.protocols.letter import Letter
from workstation.protocols.task_completion import completion, is_completed


def closing(
    letter: Letter,
    tasks: Sequence[Mapping[str, Any]],
    location: str = "",
    *,
    rest: bool = False,
) -> bytes:
    """The transaction for the Tasks as they stand.

    Parameters
    ----------
    location
        Where the site has the report ("DiagnosticReport/12"); where it does not say, the
        report is named by its identifier.
    rest
        Measurements and messages too: the site has the report by FHIR, and nothing of them.

    Raises
    ------
    NotOurs
        A Task is held by somebody else.
    """
    named: dict[str, Any] = {"identifier": uuid_identifier(letter.report)}
    report = {"reference": location} if location else {"type": "DiagnosticReport", **named}
    # Named in one way at each attempt: what is filed stays as it is.
    signature = {"type": "DiagnosticReport", **named}
    entries = [each for each in letter.entries if rest and not _is_of_itself(each)]
    entries += [_pointing(each, signature) for each in letter.entries if _is_provenance(each)]
    entries += [completion(letter, each, report) for each in tasks]
    draft = f"DiagnosticReport?identifier={RW}draft|{letter.report}"
    entries.append({"request": {"method": "DELETE", "url": draft}})
    transaction = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
    return json.dumps(transaction, ensure_ascii=False).encode()


def is_closed(task: Mapping[str, Any], letter: Letter, location: str) -> bool:
    """Whether the Task knows of the report: by us, by an attempt of ours, or by the site."""
    named = [each.get("valueReference", {}) for each in task.get("output", ())]
    known = {f"urn:uuid:{letter.report}", location} - {""}
    said = {str(each.get("reference", "")) for each in named}
    said |= {str(each.get("identifier", {}).get("value", "")) for each in named}
    return is_completed(task) or bool(known & said)


def _is_provenance(entry: Mapping[str, Any]) -> bool:
    return bool(entry["resource"]["resourceType"] == "Provenance")


def _is_of_itself(entry: Mapping[str, Any]) -> bool:
    """The report, which is there, and its signature, which has a way of its own."""
    return entry["resource"]["resourceType"] in ("DiagnosticReport", "Provenance")


def _pointing(entry: Mapping[str, Any], report: Mapping[str, Any]) -> dict[str, Any]:
    """The signature, of a report that is not in this transaction."""
    return {**entry, "resource": {**entry["resource"], "target": [report]}}
