"""From a draft to what is sealed: text and HTML are made here, once, and never again."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from attrs import evolve

from workstation.domain.report import (
    Report,
    ReportState,
    Section,
    SectionKind,
    SignedReport,
    Signer,
    new_report_id,
)
from workstation.errors import CommandError, SigningBlocked
from workstation.services.checks import Check, blocking
from workstation.services.report_html import html_of
from workstation.text import tr


def freeze(
    report: Report,
    status: ReportState,
    signer: Signer,
    at: datetime,
    *,
    checks: Sequence[Check],
    measurements: Sequence[Mapping[str, Any]],
    before: SignedReport | None,
) -> SignedReport:
    """The report as it will be sealed. `before` is what was signed of this case already.

    Raises
    ------
    SigningBlocked
        Names what must be settled first.
    """
    blocks = blocking(checks)
    if blocks:
        raise SigningBlocked("; ".join(check.text for check in blocks))
    if before is not None and status is not ReportState.ADDENDED:
        raise SigningBlocked(tr("it is signed; a correction is an addendum"))
    predecessor = None
    if status is ReportState.ADDENDED:
        if before is None or report.section(SectionKind.ADDENDUM) is None:
            raise SigningBlocked(tr("there is no signed report to add to"))
        predecessor = before.predecessor or before.report.id
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
    )


def addendum_to(signed: SignedReport | None, text: str) -> Report:
    """A new report that holds the whole text of the one signed, the addendum below it."""
    if signed is None:
        raise CommandError(tr("there is no signed report to add to"))
    if not text.strip():
        raise CommandError(tr("an addendum needs words"))
    report = signed.report
    kept = tuple(s for s in report.sections if s.kind is not SectionKind.ADDENDUM)
    earlier = report.section(SectionKind.ADDENDUM)
    words = f"{earlier.text}\n{text.strip()}" if earlier else text.strip()
    addendum = Section(SectionKind.ADDENDUM, "Addendum", ()).in_own_words(words)
    return evolve(
        report,
        id=new_report_id(),
        sections=(*kept, addendum),
        state=ReportState.DRAFT,
        revision=1,
    )
