"""Issued reports: the words a site holds, as sections again, so that one can add to them."""

from collections.abc import Mapping
from typing import Final

from attrs import evolve

from workstation.domain.report import (
    OWN_WORDS,
    Binding,
    Field,
    FieldSpec,
    IssuedReport,
    Report,
    ReportState,
    Section,
    SectionKind,
    SignedReport,
    new_report_id,
)
from workstation.text import tr

ADDENDUM_TITLE: Final = "Addendum"


def of_signed(signed: SignedReport) -> IssuedReport:
    """What this program has just sealed: the site will hold it so."""
    report = signed.report.id
    return IssuedReport(
        report, signed.predecessor or report, signed.status, signed.text, signed.signer.name,
        signed.signed_at,
    )  # fmt: skip


def as_report(
    issued: IssuedReport, binding: Binding, titles: Mapping[str, SectionKind], template: str
) -> Report:
    """A report whose plain text is the issued one's, word for word.

    Sections are told by the titles of our templates; a text that does not come out the
    same is kept whole, under one title.
    """
    report = Report(issued.id, binding, template, _sections(issued.text, titles), issued.status)
    if report.plain_text.split() == issued.text.split():
        return report
    whole = _section(SectionKind.FINDINGS, tr("Report"), issued.text)
    return evolve(report, sections=(whole,))


def _sections(text: str, titles: Mapping[str, SectionKind]) -> tuple[Section, ...]:
    found: list[tuple[SectionKind, str, list[str]]] = []
    known = {**titles, ADDENDUM_TITLE: SectionKind.ADDENDUM}
    for block in text.strip().split("\n\n"):
        title, _, words = block.partition("\n")
        kind = known.get(title.strip())
        if kind is not None and kind not in [each for each, _, _ in found]:
            found.append((kind, title.strip(), [words]))
        elif found:
            found[-1][2].append(block)
        else:
            return ()
    return tuple(_section(kind, title, "\n\n".join(words)) for kind, title, words in found)


def _section(kind: SectionKind, title: str, text: str) -> Section:
    return Section(kind, title, (Field(FieldSpec(OWN_WORDS), text.strip(), edited=True),))


def with_addendum(report: Report, text: str) -> Report:
    """A new report that holds the whole text of an issued one, the addendum below it."""
    earlier = report.section(SectionKind.ADDENDUM)
    words = "\n".join(filter(None, (earlier.text if earlier else "", text.strip())))
    spec = FieldSpec(OWN_WORDS, required=True)
    addendum = Section(SectionKind.ADDENDUM, ADDENDUM_TITLE, (Field(spec, words, edited=True),))
    return evolve(
        report,
        id=new_report_id(),
        sections=(*signed_part(report), addendum),
        state=ReportState.DRAFT,
        revision=1,
    )


def signed_part(report: Report) -> tuple[Section, ...]:
    """Everything but the addendum: no word of it may change."""
    return tuple(s for s in report.sections if s.kind is not SectionKind.ADDENDUM)
