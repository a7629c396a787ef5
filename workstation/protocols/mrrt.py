"""Report templates as files: IHE MRRT HTML5 to `domain.template` values.

The profile is IHE RAD MRRT (trial implementation); what public files really hold is
wider (`textarea`, radio buttons, broken XML), so reading is tolerant and names what it
left out. Nothing of a file is ever run, fetched or shown as markup: only texts leave here.
"""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from attrs import evolve
from lxml import etree

from workstation.domain.report import SectionKind
from workstation.domain.report_field import FieldKind, FieldSpec
from workstation.domain.template import Template, TemplateSection
from workstation.protocols.foreign_text import text_of
from workstation.protocols.mrrt_sections import SECTION_NAMES, coded
from workstation.text import tr

MOST_BYTES: Final = 1_000_000
MOST_FIELDS: Final = 400
MOST_DEPTH: Final = 60
MOST_TEXT: Final = 4_000

_KINDS: Final[Mapping[str, FieldKind]] = MappingProxyType(
    {
        "text": FieldKind.TEXT,
        "number": FieldKind.NUMBER,
        "date": FieldKind.DATE,
        "time": FieldKind.TIME,
        "checkbox": FieldKind.CHECKBOX,
    }
)
_ACTIVE: Final = frozenset({"script", "style", "link", "object", "embed", "iframe", "img", "form"})
_SPACES: Final = re.compile(r"\s+")


class UnreadableTemplate(ValueError):
    """The file is no report template; the message says why, for who wrote it."""


def read(body: bytes, *, fallback_id: str) -> Template:
    """A template from the bytes of a file.

    `notes` of the result name, in words, what was left out of a foreign file.

    Raises
    ------
    UnreadableTemplate
        Too large, not text, or without a single field.
    """
    root = _parse(body)
    notes = _active_parts(root)
    meta = {m.get("name", ""): _clean(m.get("content", "")) for m in root.iter("meta")}
    sections = _sections(root, notes)
    if not sections:
        raise UnreadableTemplate(tr("there is no field in this template"))
    title = meta.get("dcterms.title") or _clean(root.findtext(".//title") or "") or fallback_id
    age = meta.get("fits.max-age", "")
    return Template(
        id=fallback_id,
        title=title,
        sections=sections,
        language=meta.get("dcterms.language") or "en",
        modalities=tuple(meta.get("fits.modality", "").split()),
        regions=_listed(meta.get("fits.region", "")),
        special=_listed(meta.get("fits.special", "")),
        codes=_listed(meta.get("fits.code", "")),
        max_age=int(age) if age.isdigit() else None,
        sex=sex if (sex := meta.get("fits.sex", "").upper()) in ("F", "M") else "",
        notes=tuple(notes),
    )


def _parse(body: bytes) -> etree._Element:
    try:
        text = text_of(body, MOST_BYTES)
    except ValueError as wrong:
        raise UnreadableTemplate(str(wrong)) from None
    # The HTML parser knows no internal entities, so there is nothing to expand; the XML
    # parser would need recover mode for a third of the public files.
    parser = etree.HTMLParser(
        recover=True, no_network=True, remove_comments=True, remove_pis=True, huge_tree=False,
        encoding="utf-8",  # a file that does not say so is read as Latin-1 else
    )  # fmt: skip
    try:
        root = etree.fromstring(text.encode(), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableTemplate(tr("the file is not HTML: {why}", why=error)) from None
    if root is None:
        raise UnreadableTemplate(tr("the file is empty"))
    return root


def _active_parts(root: etree._Element) -> list[str]:
    """Everything that could run or fetch, in words; none of it is read further."""
    found: set[str] = set()
    for element in root.iter():
        tag = str(element.tag)
        if tag in _ACTIVE and element.get("type") != "text/xml":
            found.add(tr("<{tag}> was left out", tag=tag))
        names = (str(name).lower() for name in element.attrib)
        if any(name.startswith("on") for name in names):
            found.add(tr("a script on <{tag}> was left out", tag=tag))
    return sorted(found)


def _sections(root: etree._Element, notes: list[str]) -> tuple[TemplateSection, ...]:
    labels = {e.get("for", ""): _words(e) for e in root.iter("label")}
    titles: dict[SectionKind, str] = {}
    fields: dict[SectionKind, dict[str, FieldSpec]] = {}
    by_code, count = coded(root), 0
    for element in root.iter("input", "select", "textarea"):
        count += 1
        if count > MOST_FIELDS:
            notes.append(tr("only the first {n} fields were read", n=MOST_FIELDS))
            break
        kind, title = _section_of(element, by_code)
        spec = _field(element, labels, notes)
        if spec is None:
            continue
        titles.setdefault(kind, title)
        _keep(fields.setdefault(kind, {}), spec)
    return tuple(
        TemplateSection(kind, titles[kind], tuple(fields[kind].values()))
        for kind in SectionKind
        if kind in fields
    )


def _keep(known: dict[str, FieldSpec], spec: FieldSpec) -> None:
    """Radio buttons of one name are one field; any other repeated id gets a number."""
    there = known.get(spec.id)
    if there is not None and there.kind is spec.kind is FieldKind.PICK_ONE:
        default = spec.default or there.default
        known[spec.id] = evolve(there, options=there.options + spec.options, default=default)
        return
    name, n = spec.id, 1
    while name in known:
        n += 1
        name = f"{spec.id}-{n}"
    known[name] = evolve(spec, id=name)


def _section_of(
    element: etree._Element, by_code: Mapping[str, SectionKind]
) -> tuple[SectionKind, str]:
    """The nearest section around it whose code or name we know; findings where none is."""
    for depth, around in enumerate(element.iterancestors()):
        if depth > MOST_DEPTH:
            break
        if around.tag != "section":
            continue
        called = _clean(around.get("id", ""))
        name = _clean(around.get("data-section-name", "")) or called
        kind = by_code.get(called) or by_code.get(name) or SECTION_NAMES.get(name.lower())
        if kind is not None:
            return kind, name
    return SectionKind.FINDINGS, tr("Findings")


def _field(
    element: etree._Element, labels: Mapping[str, str], notes: list[str]
) -> FieldSpec | None:
    tag, type_ = str(element.tag), element.get("type", "text").lower()
    name = _clean(element.get("id", "") or element.get("name", ""))
    if not name:
        notes.append(tr("a field without a name was left out"))
        return None
    label = labels.get(element.get("id", ""), "")
    if tag == "input" and type_ == "radio":
        group = _clean(element.get("name", "")) or name
        value = label or _clean(element.get("value", ""))
        default = value if element.get("checked") is not None else ""
        base = FieldSpec(group, group, FieldKind.PICK_ONE, default, options=(value,))
    elif tag == "input" and type_ not in _KINDS:
        notes.append(tr("a field of the kind {kind!r} was left out", kind=type_))
        return None
    else:
        base = _plain_field(element, name, label)
    action = element.get("data-field-completion-action", "NONE").upper()
    say = _clean(element.get("data-field-verbal-trigger", ""))
    required = action == "PROHIBIT"
    return evolve(
        base,
        required=required,
        advised=action == "ALERT",
        say=(say,) if say else (),
        normal=_clean(element.get("data-field-normal", "")),
        only_if=_condition(element.get("data-field-only-if", "")),
    )


def _condition(text: str) -> tuple[str, str]:
    """ "nodule=present": asked while the field of that name says so."""
    name, _, choice = (part.strip() for part in _clean(text).partition("="))
    return (name, choice) if name and choice else ("", "")


def _plain_field(element: etree._Element, name: str, label: str) -> FieldSpec:
    if element.tag == "textarea":
        return FieldSpec(name, label, default=_clean(element.text or ""))
    if element.tag == "select":
        options = tuple(_option(o) for o in element.iter("option"))
        chosen = [_option(o) for o in element.iter("option") if o.get("selected") is not None]
        many = element.get("multiple") is not None
        kind = FieldKind.PICK_MANY if many else FieldKind.PICK_ONE
        return FieldSpec(name, label, kind, ", ".join(chosen), options=options)
    kind = _KINDS[element.get("type", "text").lower()]
    value = _clean(element.get("value", ""))
    if kind is FieldKind.CHECKBOX:
        value = "yes" if element.get("checked") is not None else ""
    return FieldSpec(
        name,
        label,
        kind,
        value,
        unit=_clean(element.get("data-field-units", "")),
        low=_number(element.get("min")),
        high=_number(element.get("max")),
    )


def _option(element: etree._Element) -> str:
    return _words(element) or _clean(element.get("value", ""))


def _words(element: etree._Element) -> str:
    return _clean("".join(str(part) for part in element.itertext()))


def _number(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None


def _clean(text: str) -> str:
    """Words alone: no control characters, no markup left, one space where many were."""
    kept = "".join(c for c in text if c.isprintable() or c.isspace())
    return _SPACES.sub(" ", kept).strip()[:MOST_TEXT]


def _listed(text: str) -> tuple[str, ...]:
    return tuple(_parts(text))


def _parts(text: str) -> Iterator[str]:
    for part in text.split(";"):
        if part.strip():
            yield part.strip().lower()
