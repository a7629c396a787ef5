"""From a draft to what is sealed: text and HTML are made here, once, and never again."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from attrs import evolve

from workstation.domain.identifiers import ReportId
from workstation.domain.report import (
    IssuedReport,
    Overread,
    Report,
    ReportState,
    SectionKind,
    SignedReport,
    Signer,
)
from workstation.domain.report_states import STATES, following, kind_of
from workstation.errors import SigningBlocked
from workstation.services.report.checks import Check, blocking
from workstation.services.report.issued import amends
from workstation.services.report.report_html import html_of
from workstation.text import tr


def freeze(
    report: Report,
    status: ReportState,
    signer: Signer,
    at: datetime,
    *,
    checks: Sequence[Check],
    measurements: Sequence[Mapping[str, Any]],
    before: IssuedReport | None,
    overread: Overread | None = None,
) -> SignedReport:
    """The report as it will be sealed. `before` is what was issued of this case already.

    Raises
    ------
    SigningBlocked
        Names what must be settled first.
    """
    blocks = blocking(checks)
    if blocks:
        raise SigningBlocked("; ".join(check.text for check in blocks))
    amending = STATES[status].amends
    if before is not None and not amending:
        raise SigningBlocked(tr("it is signed; what changes it is an addendum or a correction"))
    predecessor = _followed(report, before, status) if amending else None
    frozen = evolve(report, state=status)
    return SignedReport(
        frozen,
        status,
        signer,
        at,
        text=frozen.plain_text,
        html=html_of(frozen, status),
        predecessor=predecessor,
        measurements=tuple(measurements),
        overread=overread,
    )


def _followed(report: Report, before: IssuedReport | None, status: ReportState) -> ReportId:
    """The first report of the chain; unless it corrects, every word that was issued is there."""
    if before is None or report.section(SectionKind.ADDENDUM) is None:
        raise SigningBlocked(tr("there is no signed report to add to"))
    if not before.first:
        raise SigningBlocked(tr("this report bears no signature that an addendum could follow"))
    if following(amends(report), before.status) is not status:
        raise SigningBlocked(tr("what was written to the signed report is of another kind"))
    words = " ".join(report.plain_text.split())
    issued = [" ".join(block.split()) for block in before.text.split("\n\n")]
    if kind_of(status) is not ReportState.CORRECTED and not all(block in words for block in issued):
        raise SigningBlocked(tr("the words that were signed were changed"))
    return before.first
