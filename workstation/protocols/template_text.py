"""Report templates as a text that a radiologist types: a line for each field.

    Title: CT chest, nodule            For: CT          Region: chest        Language: en
    # Findings
    Lungs!: No consolidation.          a text with its normal; ! must be filled, ? should be
    Nodule: [*absent | present]        one of these, the starred one at first
    Lobes: [right ; left]              any of these
    Size {Nodule = present}: # 1-100 mm    a number; asked only where the choice was made
    Upper abdomen!: ~ Normal.          empty; what stands behind ~ is written by one key
    Dated: (date)    Timed: (time)    Contrast: [ ]      a day, a time, a box to tick

Every line that says none of this is named with its number. `to_text` writes what `parse`
reads; the file of a template is MRRT (protocols/mrrt_writing.py).
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from attrs import evolve, field, frozen

from workstation.domain.report import SectionKind
from workstation.domain.report_field import FieldKind, FieldSpec
from workstation.domain.template import Template, TemplateSection
from workstation.protocols.mrrt_sections import SECTION_NAMES
from workstation.text import tr

_HEADS: Final = ("title", "for", "region", "words", "codes", "age up to", "sex", "language")
_FIELD: Final = re.compile(
    r"(?P<label>[^{}:!?\[\]#]*?)\s*(?P<must>[!?]?)\s*(?:\{(?P<if>[^{}=]+)=(?P<is>[^{}=]+)\})?\s*"
    r":(?P<rest>.*)"
)
_NUMBER: Final = re.compile(
    r"(?P<value>-?[\d.,]*)\s*#\s*(?:(?P<low>-?\d+(?:\.\d+)?)\s*-\s*(?P<high>-?\d+(?:\.\d+)?))?"
    r"\s*(?P<unit>.*)"
)
_CHOICES: Final = re.compile(r"\[(?P<inner>[^\[\]]*)\]\s*")
_PLACES: Final[Mapping[str, FieldKind]] = {"(date)": FieldKind.DATE, "(time)": FieldKind.TIME}


@frozen
class Parsed:
    """A template, and what of the text is none, each with its line; `template` needs none."""

    template: Template | None
    faults: tuple[str, ...] = ()


@frozen
class _Head:
    values: dict[str, str] = field(factory=dict)


def parse(text: str, name: str, before: Template | None = None) -> Parsed:
    """A template from a text. Ids and spoken names of fields that were there `before` stay."""
    head, faults = _Head(), list[str]()
    titles: dict[SectionKind, str] = {}
    fields: dict[SectionKind, list[FieldSpec]] = {}
    kind: SectionKind | None = None
    for number, line in enumerate(text.splitlines(), 1):
        words = line.strip()
        if not words:
            continue
        try:
            if words.startswith("#"):
                kind, title = _section(words)
                titles.setdefault(kind, title)
                fields.setdefault(kind, [])
            elif kind is None:
                key, value = _head(words)
                head.values[key] = value
            else:
                fields[kind].append(_spec(words, kind, fields, _known(before, kind)))
        except ValueError as error:
            faults.append(tr("line {n}: {what}", n=number, what=error))
    if not any(fields.values()):
        faults.append(tr("there is no field in this template"))
        return Parsed(None, tuple(faults))
    return Parsed(_template(head, name, titles, fields), tuple(faults))


def _template(
    head: _Head,
    name: str,
    titles: Mapping[SectionKind, str],
    fields: Mapping[SectionKind, list[FieldSpec]],
) -> Template:
    said = head.values
    age = said.get("age up to", "")
    return Template(
        name,
        said.get("title", "") or name,
        tuple(
            TemplateSection(kind, titles[kind], _named(fields[kind]))
            for kind in SectionKind
            if fields.get(kind)
        ),
        said.get("language", "") or "en",
        tuple(part.upper() for part in re.split(r"[\s,;]+", said.get("for", "")) if part),
        _listed(said.get("region", "")),
        _listed(said.get("words", "")),
        _listed(said.get("codes", "")),
        int(age) if age.isdigit() else None,
        said.get("sex", "").upper() if said.get("sex", "").upper() in ("F", "M") else "",
    )


def _named(specs: list[FieldSpec]) -> tuple[FieldSpec, ...]:
    """What a field hangs on is said by its label; a template knows its id."""
    by_label = {spec.label.casefold(): spec.id for spec in specs}

    def hangs_on(spec: FieldSpec) -> tuple[str, str]:
        name, choice = spec.only_if
        return (by_label.get(name.casefold(), name), choice) if name else spec.only_if

    return tuple(evolve(spec, only_if=hangs_on(spec)) for spec in specs)


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip().casefold() for part in text.split(";") if part.strip())


def _section(words: str) -> tuple[SectionKind, str]:
    title, _, other = (part.strip() for part in words.lstrip("#").partition("="))
    kind = SECTION_NAMES.get((other or title).casefold())
    if kind is None:
        known = ", ".join(each.value for each in SectionKind if each is not SectionKind.ADDENDUM)
        raise ValueError(
            tr("no section is named {name!r}; there are: {known}", name=title, known=known)
        )
    return kind, title


def _titled(section: TemplateSection) -> str:
    """With our word behind a title in another language."""
    known = SECTION_NAMES.get(section.title.casefold()) is section.kind
    return f"# {section.title}" if known else f"# {section.title} = {section.kind}"


def _head(words: str) -> tuple[str, str]:
    key, colon, value = words.partition(":")
    folded = " ".join(key.casefold().split())
    if not colon or folded not in _HEADS:
        known = ", ".join(each.capitalize() for each in _HEADS)
        raise ValueError(tr("before the first section stand {known}", known=known))
    return folded, value.strip()


def _known(before: Template | None, kind: SectionKind) -> Mapping[str, FieldSpec]:
    sections = before.sections if before else ()
    return {s.label: s for each in sections if each.kind is kind for s in each.fields}


def _spec(
    words: str,
    kind: SectionKind,
    fields: Mapping[SectionKind, list[FieldSpec]],
    known: Mapping[str, FieldSpec],
) -> FieldSpec:
    match = _FIELD.fullmatch(words)
    if match is None:
        raise ValueError(tr("a field is a name, a colon, and its words"))
    label = " ".join(match["label"].split())
    taken = {spec.id for specs in fields.values() for spec in specs}
    there = known.get(label)
    name = (
        there.id
        if there and there.id not in taken
        else _free(_slug(label) or f"{kind}-text", taken)
    )
    say = there.say if there else ((label.casefold(),) if label else ())
    condition = ((match["if"] or "").strip(), (match["is"] or "").strip())
    base = FieldSpec(
        name, label, required=match["must"] == "!", advised=match["must"] == "?", say=say,
        only_if=condition if all(condition) else ("", ""),
    )  # fmt: skip
    return _answer(base, match["rest"].strip())


def _answer(base: FieldSpec, rest: str) -> FieldSpec:
    """What may be answered, from the words behind the colon."""
    before, tilde, normal = rest.partition("~")
    base = evolve(base, normal=normal.strip()) if tilde else base
    rest = before.strip()
    if rest in _PLACES:
        return evolve(base, kind=_PLACES[rest])
    if rest in ("[ ]", "[x]", "[]"):
        return evolve(base, kind=FieldKind.CHECKBOX, default="yes" if "x" in rest else "")
    choices = _CHOICES.fullmatch(rest + " ") if rest.startswith("[") else None
    if choices is not None:
        return _choice(base, choices["inner"])
    number = _NUMBER.fullmatch(rest) if "#" in rest else None
    if number is not None:
        low, high = number["low"], number["high"]
        return evolve(
            base, kind=FieldKind.NUMBER, default=number["value"], unit=number["unit"].strip(),
            low=float(low) if low else None, high=float(high) if high else None,
        )  # fmt: skip
    return evolve(base, default=rest)


def _choice(base: FieldSpec, inner: str) -> FieldSpec:
    many = ";" in inner
    parts = [part.strip() for part in inner.split(";" if many else "|")]
    options = tuple(part.removeprefix("*").strip() for part in parts)
    if len(options) < 2 or not all(options):
        raise ValueError(tr("a choice is of two or more: [left | right]"))
    chosen = ", ".join(part.removeprefix("*").strip() for part in parts if part.startswith("*"))
    kind = FieldKind.PICK_MANY if many else FieldKind.PICK_ONE
    return evolve(base, kind=kind, default=chosen, options=options)


def _slug(label: str) -> str:
    return "-".join(re.findall(r"\w+", label.casefold()))


def _free(name: str, taken: set[str]) -> str:
    number, found = 1, name
    while found in taken:
        number += 1
        found = f"{name}-{number}"
    return found


def to_text(template: Template) -> str:
    """The text that `parse` makes the same template of."""
    head = {
        "Title": template.title,
        "For": ", ".join(template.modalities),
        "Region": "; ".join(template.regions),
        "Words": "; ".join(template.special),
        "Codes": "; ".join(template.codes),
        "Age up to": "" if template.max_age is None else str(template.max_age),
        "Sex": template.sex,
        "Language": "" if template.language == "en" else template.language,
    }
    lines = [f"{key}: {value}" for key, value in head.items() if value]
    for section in template.sections:
        lines += ["", _titled(section)]
        labels = {spec.id: spec.label for spec in section.fields}
        lines += [_line(spec, labels) for spec in section.fields]
    return "\n".join(lines) + "\n"


def _line(spec: FieldSpec, labels: Mapping[str, str]) -> str:
    must = "!" if spec.required else "?" if spec.advised else ""
    name, choice = spec.only_if
    condition = f" {{{labels.get(name, name)} = {choice}}}" if name else ""
    answer = ["".join(_answered(spec)), f"~ {spec.normal}" if spec.normal else ""]
    return f"{spec.label}{must}{condition}: {' '.join(filter(None, answer))}".rstrip()


def _answered(spec: FieldSpec) -> Iterator[str]:
    match spec.kind:
        case FieldKind.PICK_ONE | FieldKind.PICK_MANY:
            chosen = [part.strip() for part in spec.default.split(",")]
            marked = (f"*{each}" if each in chosen else each for each in spec.options)
            yield f"[{(' | ' if spec.kind is FieldKind.PICK_ONE else ' ; ').join(marked)}]"
        case FieldKind.NUMBER:
            yield f"{spec.default} #".strip()
            if spec.low is not None and spec.high is not None:
                yield f" {spec.low:g}-{spec.high:g}"
            yield f" {spec.unit}".rstrip()
        case FieldKind.DATE:
            yield "(date)"
        case FieldKind.TIME:
            yield "(time)"
        case FieldKind.CHECKBOX:
            yield "[x]" if spec.default else "[ ]"
        case _:
            yield spec.default
