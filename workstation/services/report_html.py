"""The report as HTML: one deterministic text, escaped, without anything active in it."""

from collections.abc import Mapping
from datetime import date
from html import escape
from typing import Final

from workstation.domain.report import Field, FieldKind, Report, ReportState, Section, SectionKind
from workstation.domain.report_states import STATES

#: How a report says of itself what it is; content of the report, so not translated.
STATUS: Final[Mapping[ReportState, str]] = {
    ReportState.DRAFT: "Draft",
    **{state: said.printed for state, said in STATES.items()},
}


def html_of(report: Report, status: ReportState) -> str:
    """The whole report, made once: what the dialog shows is what is sealed and sent."""
    head = f"{STATUS[status]}: {report.binding.procedure}"
    parts = [
        "<!DOCTYPE html>",
        f'<html lang="{escape(report.language)}"><head><meta charset="utf-8">',
        f"<title>{escape(head)}</title></head><body>",
        f'<p class="identity">{escape(identity_line(report))}</p>',
        f'<p class="status"><b>{escape(STATUS[status])}</b></p>',
    ]
    parts += [_section(section) for section in report.sections if section.text]
    parts.append("</body></html>")
    return "\n".join(parts) + "\n"


def identity_line(report: Report) -> str:
    """The patient and the order in the words and the order used everywhere."""
    patient, binding = report.binding.patient, report.binding
    words = [patient.name, patient.sex, _born(patient.birth_date), f"ID {patient.id}"]
    words += [binding.procedure, f"accession {', '.join(binding.accessions)}"]
    return " · ".join(word for word in words if word)


def _born(day: date | None) -> str:
    return f"born {day.isoformat()}" if day else ""


def _section(section: Section) -> str:
    title = f"<h2>{escape(section.title)}</h2>"
    if section.kind is SectionKind.IMPRESSION:
        return f"{title}\n{_impression(section.text)}"
    return "\n".join([title, *(_field(f) for f in section.asked if f.filled)])


def _impression(text: str) -> str:
    """`text` is numbered already; an HTML list would number it a second time."""
    return "\n".join(f"<p>{escape(line)}</p>" for line in text.splitlines())


def _field(each: Field) -> str:
    words = each.text.strip()
    if each.spec.kind is FieldKind.NUMBER and each.spec.unit:
        words = f"{words} {each.spec.unit}"
    body = "<br>".join(escape(line) for line in words.splitlines())
    label = f"<b>{escape(each.spec.label)}:</b> " if each.spec.label else ""
    return f"<p>{label}{body}</p>"
