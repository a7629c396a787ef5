"""The report as HTML: the same words as its plain text, and nothing that acts."""

import random
import re
from html.parser import HTMLParser

import pytest
from attrs import evolve
from fakes_report import TEMPLATES, binding_of, item

from workstation.domain.report import Report, ReportState, Section, SectionKind
from workstation.domain.report_field import Field, FieldKind, FieldSpec
from workstation.services.report.report_html import html_of
from workstation.services.report.templates import by_id

FINDINGS, IMPRESSION = SectionKind.FINDINGS, SectionKind.IMPRESSION
SAFE = {
    "html", "head", "meta", "title", "body", "h2", "p", "br", "b", "ul", "ol", "li", "table",
    "tr", "th", "td",
}  # fmt: skip


def report_of(*sections: Section) -> Report:
    empty = by_id(TEMPLATES, "ct-chest").report(binding_of(item()))
    return evolve(empty, sections=sections)


def section(kind: SectionKind, *fields: Field) -> Section:
    return Section(kind, kind.value.capitalize(), fields)


class Reader(HTMLParser):
    """Reads a page as a person does: lists are told by their marks, cells by their bars."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.lines: list[list[tuple[str, bool]]] = []
        self.counts: list[int] = []
        self.bold = self.body = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag in ("p", "h2", "li", "tr", "br"):
            self.lines.append([])
        if tag in ("ul", "ol"):
            self.counts.append(int(dict(attrs).get("start") or 1) if tag == "ol" else 0)
        elif tag == "li":
            self.say(f"{self.counts[-1]}. " if self.counts[-1] else "- ", marked=True)
            self.counts[-1] += bool(self.counts[-1])
        elif tag in ("td", "th") and self.lines[-1]:
            self.say(" | ", marked=True)
        elif tag in ("td", "th"):
            self.say("", marked=True)
        self.bold = self.bold or tag == "b"
        self.body = self.body or tag == "body"

    def handle_endtag(self, tag: str) -> None:
        self.bold = self.bold and tag != "b"
        if tag in ("ul", "ol"):
            self.counts.pop()

    def handle_data(self, data: str) -> None:
        if self.body and data != "\n":
            self.say(data)

    def say(self, words: str, *, marked: bool = False) -> None:
        self.lines[-1].append((words, self.bold and not marked))

    @property
    def text(self) -> str:
        """Without identity and state, which stand above the words."""
        return "\n".join("".join(words for words, _ in line) for line in self.lines[2:])


def read(report: Report) -> Reader:
    reader = Reader()
    reader.feed(html_of(report, ReportState.FINAL))
    return reader


def twin(report: Report) -> str:
    lines = (line.rstrip() for line in report.plain_text.splitlines())
    return "\n".join(line for line in lines if line)


def test_bold_lists_and_tables_are_drawn_as_such() -> None:
    """A referrer sees at a glance what counts."""
    words = "Mass of 12 mm.\n- spiculated\n- growing\nLevel | Size\nT4 | 3 mm"
    fields = Field(FieldSpec("f", "Lungs"), words, edited=True, bold=((8, 13),))
    impression = Field(FieldSpec("i"), "Cancer.\nCyst.", edited=True)
    html = html_of(
        report_of(section(FINDINGS, fields), section(IMPRESSION, impression)), ReportState.FINAL
    )

    assert "<p><b>Lungs:</b> Mass of <b>12 mm</b>.</p>" in html
    assert "<ul><li>spiculated</li><li>growing</li></ul>" in html
    assert "<tr><th>Level</th><th>Size</th></tr><tr><td>T4</td><td>3 mm</td></tr>" in html
    assert "<ol><li>Cancer.</li><li>Cyst.</li></ol>" in html


@pytest.mark.parametrize("seed", range(40))
def test_html_and_plain_text_say_the_same(seed: int) -> None:
    """Forty reports of all there is, read back by a reader of HTML that knows nothing of us:
    whoever has the plain text alone has every word, mark and number of the page."""
    dice = random.Random(seed)
    report = report_of(
        section(FINDINGS, *(written(dice, f"Part {n}") for n in range(3))),
        section(IMPRESSION, written(dice, "")),
    )
    reader = read(report)

    assert "\n".join(line.rstrip() for line in reader.text.splitlines()) == twin(report)
    assert {name for name, _ in reader.tags} <= SAFE
    expected = []
    for field in (f for s in report.sections for f in s.fields):
        expected += [f"{field.spec.label}:"] if field.spec.label else []
        expected += [field.text[start:end] for start, end in field.bold]
    assert [words for line in reader.lines[2:] for words, bold in line if bold] == expected


def written(dice: random.Random, label: str) -> Field:
    """A field of lines of every kind, some of it bold, full of signs that HTML reads."""
    words = ("mass", "12 mm", "a<b>", "&amp;", "l|r", "-5 HU", "1.5 cm", "naïve", "Узел", "'q'")
    lines = []
    for _ in range(dice.randint(1, 5)):
        said = " ".join(dice.choices(words, k=3))
        kind = dice.randint(0, 3)
        if kind == 0:
            lines += [f"- {said}", f"- {said}"]
        elif kind == 1:
            start = dice.choice((1, 1, 3))
            lines += [f"{n}. {said}" for n in range(start, start + dice.randint(1, 3))]
        elif kind == 2:
            lines += [" | ".join(dice.choices(words, k=2)) for _ in range(2)]
        else:
            lines.append(said)
    text = "\n".join(lines)
    found = (word.span() for word in re.finditer("mass|naïve|Узел", text))
    bold = tuple(span for span in found if dice.random() < 0.5)
    return Field(FieldSpec(label or "own", label), text, edited=True, bold=bold)


def test_markup_in_a_report_is_read_as_words() -> None:
    """A hostile or careless paste must not become a page of its own at the receiver."""
    hostile = '<script>x()</script><img src="http://a/b">\n- <b>n</b>\n- " onload="\na | <i>\nc | d'
    reader = read(report_of(section(FINDINGS, Field(FieldSpec("f"), hostile, edited=True))))

    assert {name for name, _ in reader.tags} <= SAFE
    told = {name: attrs for name, attrs in reader.tags if attrs}
    assert told == {"html": {"lang": "en"}, "meta": {"charset": "utf-8"},
                    "p": {"class": "status"}, "table": {"border": "1"}}  # fmt: skip
    assert '<script>x()</script><img src="http://a/b">' in reader.text


def test_a_list_begins_below_its_label_and_a_number_keeps_its_unit() -> None:
    """ "Lungs: - item" reads as a dash, not as a list."""
    shift = FieldSpec("s", "Shift", FieldKind.NUMBER, unit="mm")
    parts = section(
        FINDINGS, Field(FieldSpec("l", "Lungs"), "- a\n- b", edited=True), Field(shift, "4")
    )

    assert parts.text == "Lungs:\n- a\n- b\nShift: 4 mm"


def test_what_runs_from_right_to_left_says_so() -> None:
    """ "22 mm" behind Hebrew words is read from the wrong end where the page runs the other way."""
    hebrew, english = "גוש 22 mm\n- שמאל", "Mass of 22 mm."
    report = report_of(section(FINDINGS, Field(FieldSpec("f"), hebrew, edited=True)))
    there = html_of(report, ReportState.FINAL)
    assert '<html lang="en">' in there
    assert '<p dir="rtl">גוש 22 mm</p>\n<ul dir="rtl"><li>שמאל</li></ul>' in there

    both = section(
        FINDINGS,
        Field(FieldSpec("f"), hebrew, edited=True),
        Field(FieldSpec("g"), english, edited=True),
    )
    written = evolve(report_of(both), language="he")
    here = html_of(written, ReportState.FINAL)
    assert '<html lang="he" dir="rtl">' in here
    assert "<p>גוש 22 mm</p>" in here
    assert f'<p dir="ltr">{english}</p>' in here
