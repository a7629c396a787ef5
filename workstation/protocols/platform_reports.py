"""Reports as a hosting platform holds them: drafts, issued ones, and its answer to a new one."""

import base64
import binascii
from collections.abc import Sequence
from typing import Any, Final

from workstation.domain.identifiers import ReportId
from workstation.domain.report import IssuedReport, ReportState
from workstation.domain.report_states import STATES, UNSETTLED, state_of
from workstation.domain.worklist import WorklistItem
from workstation.errors import SiteUnavailable
from workstation.protocols.fhir_values import (
    RW,
    URI_IDENTIFIERS,
    Resource,
    first,
    inner,
    items,
    moment,
    text,
)
from workstation.protocols.report_marks import bold_of
from workstation.protocols.web import Answer
from workstation.text import tr

DRAFTS: Final = RW + "draft"
SETTLED: Final = (
    *dict.fromkeys(STATES[state].fhir for state in STATES if state not in UNSETTLED),
    "amended",
)
SIGNED: Final = ("preliminary", *SETTLED)
_UUID: Final = "urn:uuid:"


def latest(found: Sequence[Resource]) -> IssuedReport | None:
    """The newest signed report among those found: an addendum holds all before it.

    A preliminary one is the one to read only while there is no other.
    """
    signed = [each for each in found if _state(each) is not None and report_text(each)]
    settled = [each for each in signed if _state(each) not in UNSETTLED]
    newest = max(settled or signed, key=_age, default=None)
    return None if newest is None else _issued(newest)


def told(found: Sequence[Resource]) -> str:
    """What the reports of a study say by now.

    Of one that was added to, corrected or taken back the newest alone, for it holds what was
    before it; a preliminary one only while there is no other. What is not simply final says
    what it is above its words.
    """
    signed = [each for each in found if _state(each) is not None and report_text(each)]
    settled = [each for each in signed if _state(each) not in UNSETTLED]
    newest: dict[str, Resource] = {}
    for each in sorted(settled or signed, key=_age):
        newest[_own(each, "predecessor") or _uuid(each) or text(each, "id")] = each
    return "\n\n".join(map(_with_state, newest.values()))


def _with_state(report: Resource) -> str:
    state = _state(report)
    words = report_text(report)
    if state is None or state is ReportState.FINAL:
        return words
    return f"{STATES[state].printed}\n\n{words}"


def _state(report: Resource) -> ReportState | None:
    return state_of(text(report, "status"), _own(report, "state"))


def _own(report: Resource, name: str) -> str:
    """What an extension of ours says; empty where it is not there."""
    found = [each for each in items(report.get("extension")) if each.get("url") == f"{RW}{name}"]
    return text(first(found), "valueString")


def _age(report: Resource) -> tuple[float, str]:
    at = moment(text(report, "issued"))
    return (at.timestamp() if at else 0.0, text(inner(report, "meta"), "lastUpdated"))


def _uuid(report: Resource) -> str:
    """By which its addenda name it; empty where another system wrote it."""
    names = (
        text(each, "value")
        for each in items(report.get("identifier"))
        if each.get("system") == URI_IDENTIFIERS
    )
    return next(names, "").removeprefix(_UUID)


def _issued(report: Resource) -> IssuedReport:
    mine = ReportId(_uuid(report))
    state = _state(report)
    assert state is not None  # `latest` gives no other
    return IssuedReport(
        mine,
        ReportId(_own(report, "predecessor")) or mine,
        state,
        report_text(report),
        text(first(report.get("resultsInterpreter")), "display"),
        moment(text(report, "issued")),
        bold_of(_form(report, "text/html"), report_text(report)),
    )


def report_text(report: Resource) -> str:
    """The words of a report: its plain text, else its conclusion."""
    conclusion = report.get("conclusion")
    return _form(report, "text/plain") or (conclusion if isinstance(conclusion, str) else "")


def _form(report: Resource, kind: str) -> str:
    """The words of a presented form; empty where there is none of the kind."""
    for form in items(report.get("presentedForm")):
        if text(form, "contentType").split(";")[0] == kind:
            return attached(form).decode("utf-8", "replace")
    return ""


def attached(form: Resource) -> bytes:
    """The data of an Attachment; empty where there is none that can be read."""
    try:
        return base64.b64decode("".join(text(form, "data").split()), validate=True)
    except (binascii.Error, ValueError):
        return b""


def draft(item: WorklistItem, report: ReportId, reader_id: str, body: str) -> dict[str, Any]:
    """The reader's unfinished words as a partial DiagnosticReport."""
    return {
        "resourceType": "DiagnosticReport",
        "status": "partial",
        "identifier": [{"system": DRAFTS, "value": report}],
        "basedOn": [{"reference": item.order_id}],
        "subject": {"reference": item.patient_ref},
        "code": {"text": item.procedure or tr("Imaging report")},
        "resultsInterpreter": [{"reference": reader_id}],
        "presentedForm": [
            {
                "contentType": "application/json",
                "data": base64.b64encode(body.encode()).decode(),
            }
        ],
    }


def draft_body(found: Sequence[Resource]) -> str | None:
    """The newest draft among the reports found; None where there is none."""
    drafts = [
        each
        for each in found
        if any(one.get("system") == DRAFTS for one in items(each.get("identifier")))
    ]
    newest = max(drafts, key=lambda each: text(inner(each, "meta"), "lastUpdated"), default=None)
    return None if newest is None else attached(first(newest.get("presentedForm"))).decode()


def filed_first(answer: Answer) -> tuple[str, str]:
    """Location and status of the report in a transaction's answer."""
    bundle = answer.json()
    response = inner(first(bundle.get("entry")), "response")
    location = text(response, "location")
    if bundle.get("type") != "transaction-response" or not location:
        raise SiteUnavailable(tr("the answer to the report could not be understood"))
    path = location.split("/_history/")[0].rstrip("/")
    return "/".join(path.rsplit("/", 2)[-2:]), text(response, "status")
