"""Issued reports: the words a site holds, as sections again, so that one can add to them."""

from collections.abc import Mapping
from typing import Final

from attrs import evolve

from workstation.domain.report import (
    Binding,
    IssuedReport,
    Report,
    ReportState,
    Section,
    SectionKind,
    SignedReport,
    new_report_id,
)
from workstation.domain.report_field import OWN_WORDS, Field, FieldSpec
from workstation.domain.rich_text import RichText, joined
from workstation.text import tr

#: What stands below (or above) the words of a signed report, by what it does to it; content.
AMENDMENTS: Final[Mapping[ReportState, str]] = {
    ReportState.ADDENDED: "Addendum",
    ReportState.CORRECTED: "Correction",
    ReportState.RETRACTED: "Retraction",
}


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
    report = Report(issued.id, binding, template, _sections(issued.rich, titles), issued.status)
    if report.plain_text.split() == issued.text.split():
        return report
    whole = _section(SectionKind.FINDINGS, tr("Report"), issued.rich)
    return evolve(report, sections=(whole,))


#: What is known of the examination: that more of it is told now departs from nobody's reading.
_ABOUT: Final = (SectionKind.INDICATION, SectionKind.TECHNIQUE, SectionKind.COMPARISON)


def departs(report: Report, before: IssuedReport) -> bool:
    """Whether a reading says something else than the one it began with (R22): a word differs,
    apart from what is known of the examination."""
    about = {section.title for section in report.sections if section.kind in _ABOUT}

    def said(text: str) -> list[str]:
        parts = text.strip().split("\n\n")
        kept = (part for part in parts if part.partition("\n")[0].strip() not in about)
        return [word for part in kept for word in part.split()]

    return said(report.plain_text) != said(before.text)


def _sections(text: RichText, titles: Mapping[str, SectionKind]) -> tuple[Section, ...]:
    found: list[tuple[SectionKind, str, list[RichText]]] = []
    known = {**titles, **dict.fromkeys(AMENDMENTS.values(), SectionKind.ADDENDUM)}
    for block in text.stripped.split("\n\n"):
        title, *words = block.lines
        kind = known.get(title.text.strip())
        if kind is not None and kind not in [each for each, _, _ in found]:
            found.append((kind, title.text.strip(), [joined(words)]))
        elif found:
            found[-1][2].append(block)
        else:
            return ()
    return tuple(_section(kind, title, joined(words, "\n\n")) for kind, title, words in found)


def _section(kind: SectionKind, title: str, words: RichText) -> Section:
    text = words.stripped
    own = Field(FieldSpec(OWN_WORDS), text.text, edited=True, bold=text.bold)
    return Section(kind, title, (own,))


def amended(report: Report, how: ReportState, text: str) -> Report:
    """A new report that holds the whole text of an issued one and what is said to it.

    An addendum and the reason of a correction stand below; a retraction stands above, for
    nobody may read the words first.
    """
    title, earlier = AMENDMENTS[how], report.section(SectionKind.ADDENDUM)
    before = joined(earlier.parts) if earlier else RichText()
    if earlier and earlier.title != title:
        before = RichText(f"{earlier.title}\n") + before
    taken_back, new = how is ReportState.RETRACTED, RichText(text.strip())
    words = joined(part for part in ((new, before) if taken_back else (before, new)) if part.text)
    own = Field(FieldSpec(OWN_WORDS, required=True), words.text, edited=True, bold=words.bold)
    said, kept = Section(SectionKind.ADDENDUM, title, (own,)), signed_part(report)
    return evolve(
        report,
        id=new_report_id(),
        sections=(said, *kept) if taken_back else (*kept, said),
        state=ReportState.DRAFT,
        revision=1,
    )


def amends(report: Report) -> ReportState:
    """What a report that follows a signed one does to it."""
    said = report.section(SectionKind.ADDENDUM)
    found = (how for how, title in AMENDMENTS.items() if said is not None and said.title == title)
    return next(found, ReportState.ADDENDED)


def signed_part(report: Report) -> tuple[Section, ...]:
    """Everything but the addendum: no word of it may change."""
    return tuple(s for s in report.sections if s.kind is not SectionKind.ADDENDUM)
