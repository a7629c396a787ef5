"""The report as HTML: one deterministic text, escaped, without anything active in it.

Besides titles and paragraphs there are bold words, lists and tables, and nothing more.
"""

from collections.abc import Mapping
from datetime import date
from html import escape
from typing import Final

from workstation.domain.report import Report, ReportState, Section
from workstation.domain.report_blocks import Block, Bullets, Item, Numbers, Table, Words, blocks
from workstation.domain.report_states import STATES
from workstation.domain.rich_text import RichText
from workstation.text import is_leftward, runs_leftward

#: How a report says of itself what it is; content of the report, so not translated.
STATUS: Final[Mapping[ReportState, str]] = {
    ReportState.DRAFT: "Draft",
    **{state: said.printed for state, said in STATES.items()},
}


def html_of(report: Report, status: ReportState) -> str:
    """The whole report, made once: what the dialog shows is what is sealed and sent."""
    head = f"{STATUS[status]}: {report.binding.procedure}"
    leftward = is_leftward(report.language)
    parts = [
        "<!DOCTYPE html>",
        f'<html lang="{escape(report.language)}"{_way(leftward)}><head><meta charset="utf-8">',
        f"<title>{escape(head)}</title></head><body>",
        f'<p class="identity">{escape(identity_line(report))}</p>',
        f'<p class="status"><b>{escape(STATUS[status])}</b></p>',
    ]
    parts += [_section(section, leftward) for section in report.sections if section.text]
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


def _way(leftward: bool | None) -> str:
    return ' dir="rtl"' if leftward else ""


def _section(section: Section, leftward: bool) -> str:
    parts = (_block(block, leftward) for part in section.parts for block in blocks(part))
    return "\n".join([f"<h2>{escape(section.title)}</h2>", *parts])


def _block(block: Block, leftward: bool) -> str:
    """`leftward`: the report is written from right to left; a block that is not says so."""
    match block:
        case Words(lines):
            name, first, inside = "p", lines[0], "<br>".join(map(_runs, lines))
        case Bullets(items):
            name, first, inside = "ul", items[0], "".join(map(_point, items))
        case Numbers(start, items):
            name = "ol" if start == 1 else f'ol start="{start}"'
            first, inside = items[0].words, "".join(map(_item, items))
        case Table((head, *below)):
            rows = [_row(head, "th"), *(_row(row, "td") for row in below)]
            name, first, inside = 'table border="1"', head[0], "".join(rows)
    way = runs_leftward(first.text)
    turned = "" if way in (None, leftward) else _way(way) or ' dir="ltr"'
    return f"<{name}{turned}>{inside}</{name.partition(' ')[0]}>"


def _point(words: RichText) -> str:
    return f"<li>{_runs(words)}</li>"


def _item(item: Item) -> str:
    below = f"<ul>{''.join(map(_point, item.below))}</ul>" if item.below else ""
    return f"<li>{_runs(item.words)}{below}</li>"


def _row(cells: tuple[RichText, ...], name: str) -> str:
    return f"<tr>{''.join(f'<{name}>{_runs(cell)}</{name}>' for cell in cells)}</tr>"


def _runs(words: RichText) -> str:
    """Letters and bold, nothing else: what is written in a report is never read as markup."""
    pieces = ((escape(text), bold) for text, bold in words.runs)
    return "".join(f"<b>{text}</b>" if bold else text for text, bold in pieces)
