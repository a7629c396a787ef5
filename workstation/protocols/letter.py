"""A signed report in its final form, between its signature and the site's answer."""

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from workstation.domain.identifiers import ReportId
from workstation.domain.report import ReportState


@frozen
class Letter:
    """A signed report in its final form: what every attempt sends, byte for byte."""

    report: ReportId
    status: ReportState
    signer: str
    entries: tuple[Mapping[str, Any], ...]
    manifest_sha256: str
    also: tuple[str, ...] = ()  # Tasks of further orders that it answers


def letter_to_json(letter: Letter) -> dict[str, Any]:
    return {
        "report": letter.report,
        "status": letter.status.value,
        "signer": letter.signer,
        "entries": list(letter.entries),
        "manifest": letter.manifest_sha256,
        "also": list(letter.also),
    }


def letter_from_json(stored: Mapping[str, Any]) -> Letter:
    return Letter(
        ReportId(stored["report"]),
        ReportState(stored["status"]),
        stored["signer"],
        tuple(stored["entries"]),
        stored["manifest"],
        tuple(stored.get("also", ())),  # rows of before there were any
    )
