"""A report template as an IHE MRRT file, which `protocols.mrrt` reads back the same."""

from collections.abc import Iterator
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from workstation.domain.report import SECTION_LOINC
from workstation.domain.report_field import FieldKind, FieldSpec
from workstation.domain.template import Template, TemplateSection

_TYPES: Final = {
    FieldKind.TEXT: ("text", "TEXT"),
    FieldKind.NUMBER: ("number", "NUMBER"),
    FieldKind.DATE: ("date", "DATE"),
    FieldKind.TIME: ("time", "TIME"),
    FieldKind.CHECKBOX: ("checkbox", "CHECKBOX"),
}


def write(template: Template) -> bytes:
    """The bytes of the file; nothing in it runs or fetches."""
    lines = [
        "<!DOCTYPE html>",
        f"<html lang={quoteattr(template.language)}>",
        "  <head>",
        f"    <title>{escape(template.title)}</title>",
        '    <meta charset="UTF-8"/>',
        *(f"    <meta name={quoteattr(n)} content={quoteattr(c)}/>" for n, c in _meta(template)),
        *_codes(template),
        "  </head>",
        "  <body>",
        *(line for section in template.sections for line in _section(section)),
        "  </body>",
        "</html>",
    ]
    return ("\n".join(lines) + "\n").encode()


def _meta(template: Template) -> Iterator[tuple[str, str]]:
    yield "dcterms.title", template.title
    yield "dcterms.identifier", f"urn:reading-workstation:template:{template.id}"
    yield "dcterms.type", "IMAGE_REPORT_TEMPLATE"
    yield "dcterms.language", template.language
    rules = {
        "fits.modality": " ".join(template.modalities),
        "fits.region": "; ".join(template.regions),
        "fits.special": "; ".join(template.special),
        "fits.code": "; ".join(template.codes),
        "fits.sex": template.sex,
        "fits.max-age": "" if template.max_age is None else str(template.max_age),
    }
    yield from ((name, content) for name, content in rules.items() if content)


def _codes(template: Template) -> Iterator[str]:
    """Section codes: LOINC, as `domain.report` has them and says from where."""
    yield '    <script type="text/xml">'
    yield "      <template_attributes>"
    yield "        <status>ACTIVE</status>"
    yield "        <coding_schemes>"
    yield '          <coding_scheme name="LOINC" designator="2.16.840.1.113883.6.1"/>'
    yield "        </coding_schemes>"
    yield "        <coded_content>"
    for each in template.sections:
        code = f'meaning={quoteattr(each.title)} scheme="LOINC" value="{SECTION_LOINC[each.kind]}"'
        term = f'<term type="code"><code {code}/></term>'
        yield f'          <entry ORIGTXT="{each.kind.value}">{term}</entry>'
    yield "        </coded_content>"
    yield "      </template_attributes>"
    yield "    </script>"


def _section(section: TemplateSection) -> Iterator[str]:
    name = quoteattr(section.title)
    yield f'    <section id="{section.kind.value}" class="level1" data-section-name={name}>'
    yield f'      <header class="level1">{escape(section.title)}</header>'
    for spec in section.fields:
        yield f"      <p>{_label(spec)}{_field(spec)}</p>"
    yield "    </section>"


def _label(spec: FieldSpec) -> str:
    return f"<label for={quoteattr(spec.id)}>{escape(spec.label)}</label>" if spec.label else ""


def _field(spec: FieldSpec) -> str:
    shared = " ".join(f"{name}={quoteattr(value)}" for name, value in _attributes(spec))
    if spec.options:
        chosen = [part.strip() for part in spec.default.split(",")]
        many = ' multiple="multiple"' if spec.kind is FieldKind.PICK_MANY else ""
        marks = ((each, ' selected="selected"' if each in chosen else "") for each in spec.options)
        options = "".join(f"<option{mark}>{escape(each)}</option>" for each, mark in marks)
        return f"<select {shared}{many}>{options}</select>"
    kind, data = _TYPES[spec.kind]
    if spec.kind is FieldKind.CHECKBOX:
        value = 'checked="checked"' if spec.default else ""
    else:
        value = f"value={quoteattr(spec.default)}"
    return f'<input type="{kind}" {shared} data-field-type="{data}" {value}/>'


def _attributes(spec: FieldSpec) -> Iterator[tuple[str, str]]:
    yield "id", spec.id
    yield "name", spec.label or spec.id
    action = "PROHIBIT" if spec.required else "ALERT" if spec.advised else "NONE"
    yield "data-field-completion-action", action
    told = {
        "data-field-units": spec.unit,
        "data-field-verbal-trigger": spec.say[0] if spec.say else "",
        "data-field-normal": spec.normal,
        "data-field-only-if": "=".join(spec.only_if) if all(spec.only_if) else "",
        "min": "" if spec.low is None else f"{spec.low:g}",
        "max": "" if spec.high is None else f"{spec.high:g}",
    }
    yield from ((name, value) for name, value in told.items() if value)
