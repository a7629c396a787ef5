"""The words of an issued report in the fields of a template: what it asks for is still asked."""

from attrs import evolve

from workstation.domain.report import Report, Section, SectionKind
from workstation.domain.report_field import Field, FieldKind
from workstation.domain.rich_text import RichText, joined


def in_fields(issued: Report, template: Report, source: str) -> tuple[Section, ...]:
    """Sections that read as the issued ones, word for word, with the fields of a template.

    A field of which the issued report says nothing is empty, so that a required one is asked
    for, or says what the order and the images do; a section that cannot be told apart by its
    labels is its author's own words. `source`
    is where the words came from, until they are changed.
    """
    found = []
    for said in issued.sections:
        asked = template.section(said.kind)
        found.append(said if asked is None else _filled(asked, said, source))
    for section in template.sections:
        if issued.section(section.kind) is None:
            found.insert(_place(found, section.kind), _silent(section))
    return tuple(found)


def _place(sections: list[Section], kind: SectionKind) -> int:
    order = list(SectionKind)
    later = (n for n, each in enumerate(sections) if order.index(each.kind) > order.index(kind))
    return next(later, len(sections))


def _silent(section: Section) -> Section:
    """A section of which the issued report says nothing: what the order and the images say."""
    fields = (each if each.source else _told(each, RichText(), "") for each in section.fields)
    return evolve(section, fields=tuple(fields))


def _filled(asked: Section, said: Section, source: str) -> Section:
    words = joined(said.parts)
    told = _by_field(asked, words)
    fields = tuple(_told(f, told.get(f.spec.id, RichText()), source) for f in asked.fields)
    made = Section(said.kind, said.title, fields)
    if made.text.split() == said.text.split():
        return made
    own = evolve(asked, title=said.title).in_own_words(words.text)
    whole = evolve(own.fields[0], bold=words.stripped.bold, source=source)
    return own.with_field(whole)


def _told(each: Field, words: RichText, source: str) -> Field:
    spec = each.spec
    if spec.kind is FieldKind.NUMBER and words.text.endswith(f" {spec.unit}"):
        words = words.part(0, len(words.text) - len(spec.unit) - 1)
    said = bool(words.text)
    return Field(spec, words.text, said, source=source if said else "", bold=words.bold)


def _by_field(section: Section, words: RichText) -> dict[str, RichText]:
    """A line that begins with a label begins its field; what follows belongs to it."""
    labels = {each.spec.label: each.spec.id for each in section.fields if each.spec.label}
    at = next((each.spec.id for each in section.fields if not each.spec.label), "")
    found: dict[str, list[RichText]] = {}
    for line in words.lines:
        label, colon, _ = line.text.partition(":")
        name = labels.get(label.strip(), "") if colon else ""
        if name and name not in found:
            at, line = name, line.part(len(label) + 1)
        found.setdefault(at, []).append(line)
    return {name: joined(lines).stripped for name, lines in found.items()}
