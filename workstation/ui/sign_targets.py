"""Beside the text in the sign dialog: everything that will be sent, and by whose right."""

from collections.abc import Iterator

from PySide6.QtWidgets import QLabel, QWidget

from workstation.domain.report import ReportState
from workstation.services.delivery.outgoing import Outgoing
from workstation.services.reading.signing import Proposal
from workstation.text import tr
from workstation.ui import plain
from workstation.ui.plain import Tone


def targets(proposal: Proposal) -> QWidget:
    """The report and each document of marks, by study; also what is not sent, and why."""
    site = proposal.site.name
    parts: list[QWidget] = [_title(tr("Will be sent to"))]
    parts.append(_line("send", "text.mid", tr("{site}, FHIR report", site=site)))
    if proposal.site.dicom_report:
        words = tr("{site}, image archive: report as SR and as PDF", site=site)
        parts.append(_line("send", "text.mid", words))
    for each in proposal.marks:
        parts.extend(_documents(each, site))
    return plain.column(*parts, margins=(16, 4, 16, 8), spacing=6)


def _documents(marked: Outgoing, site: str) -> Iterator[QWidget]:
    if not marked.sent:
        words = tr("{study}: not held by {site}, not sent", study=marked.study, site=site)
        yield _line("triangle-alert", "hue.open", words, tone="open")
        return
    for words in marked.documents:
        yield _line("diamond", "ink.measure", f"{marked.study}: {words}")


def signed_with(proposal: Proposal, licence: str) -> QWidget:
    """Who signs, by which licence (its number where no words are given), and what that means."""
    signer = proposal.signed.signer
    held = licence or signer.licence
    return plain.column(
        _title(tr("Signed with")),
        _pair(tr("Reader"), signer.name),
        _pair(tr("Licence"), held or tr("none stated"), "check" if held else ""),
        *([_key(proposal.vouched)] if proposal.vouched else []),
        _pair(tr("Meaning"), _meaning(proposal.signed.status)),
        margins=(16, 4, 16, 8),
        spacing=6,
    )


def _key(vouched: str) -> QWidget:
    return _pair(tr("Key"), tr("certified by {authority}", authority=vouched), "check")


def _meaning(status: ReportState) -> str:
    match status:
        case ReportState.WET_READ:
            return tr("A first impression; the full reading follows")
        case ReportState.AWAITING:
            return tr("I read the images; an attending reads over")
        case ReportState.ADDENDED | ReportState.PRELIMINARY_ADDENDED:
            return tr("I add this to the report I read")
        case ReportState.CORRECTED | ReportState.PRELIMINARY_CORRECTED:
            return tr("This takes the place of the signed report")
        case ReportState.RETRACTED:
            return tr("I take the signed report back")
        case _:
            return tr("I read the images and wrote this report")


def _title(text: str) -> QLabel:
    return plain.label(text, tone="low", size="small", weight=600)


def _line(icon: str, hue: str, words: str, *, tone: Tone = "hi") -> QWidget:
    said = plain.label(words, tone=tone, wrap=True, data=True)
    return plain.row(plain.mark(icon, hue, 14), said, spacing=8)


def _pair(name: str, value: str, icon: str = "") -> QWidget:
    caption = plain.label(name, tone="low", size="small")
    caption.setFixedWidth(90)
    said = plain.label(value, tone="hi", data=True)
    mark = [plain.mark(icon, "hue.done", 14)] if icon else []
    return plain.row(caption, *mark, said, 0, spacing=6)
