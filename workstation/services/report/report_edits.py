"""Edits of a report as pure functions: from one value to the next."""

import re
from collections.abc import Iterable, Mapping

from attrs import evolve

from workstation.domain.critical import CriticalResult
from workstation.domain.key_image import KeyImage
from workstation.domain.measurement import Measurement
from workstation.domain.report import FieldRef, Report, Section, SectionKind
from workstation.domain.report_field import OWN_WORDS, Field, FieldKind, FieldSpec, Link
from workstation.domain.rich_text import joined
from workstation.domain.speech import Word
from workstation.domain.worklist import WorklistItem
from workstation.errors import CommandError
from workstation.services.report import phrases
from workstation.services.report.checks import link_state
from workstation.services.report.dictated_text import as_number, written
from workstation.services.report.spoken_table import Spoken
from workstation.services.report.templates import Order
from workstation.services.report.told_sentences import section_title
from workstation.services.screen.citing import cite, in_unit, key_words
from workstation.text import tr

Known = Mapping[tuple[str, str], Measurement | None]


def order_of(item: WorklistItem) -> Order:
    """What templates ask of an order."""
    age = item.patient.age_years((item.acquired or item.listed).date())
    code = item.common_code or item.procedure_code
    said = item.procedure, code, item.modality, item.body_part
    return Order(*said, age, item.patient.sex)


def ordered_side(item: WorklistItem) -> str:
    """ "L" or "R", as the order says it in its field or in its words; else empty."""
    stated = item.laterality.strip().upper()[:1]
    return stated if stated in ("L", "R") else phrases.side_of(item.procedure)


def first_field(report: Report) -> FieldRef | None:
    """Where reading begins: the first finding, else the first field."""
    refs = [ref for ref, each in report.fields if not each.removed]
    findings = (ref for ref in refs if ref.section is SectionKind.FINDINGS)
    return next(findings, refs[0] if refs else None)


def prefilled(report: Report, kind: SectionKind, words: str, source: str) -> Report:
    """Words from a source behind the template's own; the author's are never touched."""
    section = report.section(kind)
    if section is None or not section.fields:
        return report
    target = section.fields[0]
    if target.edited or target.removed:
        return report
    text = f"{target.spec.default} {words.strip()}".strip()
    if text == target.text and source == target.source:
        return report
    changed = evolve(target.reworded(text), edited=False, source=source)
    return report.with_field(FieldRef(kind, target.spec.id), changed)


def with_own_words(report: Report, kind: SectionKind, text: str) -> Report:
    """A section as its author's own text, made where the template has none."""
    section = report.section(kind)
    if section is not None:
        return report.with_section(section.in_own_words(text))
    fresh = Section(kind, kind.value.capitalize(), ()).in_own_words(text)
    order = list(SectionKind)
    sections = sorted((*report.sections, fresh), key=lambda s: order.index(s.kind))
    return evolve(report, sections=tuple(sections), revision=report.revision + 1)


def with_sentence(each: Field, words: str, caret: int | None) -> tuple[Field, int]:
    """A sentence at the caret, with its spaces; where the field was taken whole, behind it."""
    text = "" if each.removed else each.text
    at = len(text) if caret is None else min(caret, len(text))
    before, after = text[:at].rstrip(" "), text[at:].lstrip(" ")
    between = " " if before and not before.endswith("\n") else ""
    upto = f"{before}{between}{words}"
    behind = " " if after and not after.startswith("\n") else ""
    changed = f"{upto}{behind}{after}"
    return each.reworded(changed), len(upto)


def with_calls(report: Report, results: tuple[CriticalResult, ...]) -> Report:
    """The critical results, and what was said to whom as a section nobody edits.

    Behind an addendum the words of the first report stay as they are: the sentence goes into
    the addendum when the call is recorded (`with_call`).
    """
    fields = tuple(
        Field(FieldSpec(f"critical-{n}"), text=each.words, source=tr("call"))
        for n, each in enumerate(results, 1)
        if each.words
    )
    kind = SectionKind.COMMUNICATION
    if report.section(SectionKind.ADDENDUM) is not None:
        return evolve(report, critical=results)
    sections = [section for section in report.sections if section.kind is not kind]
    if fields:
        sections.append(Section(kind, section_title(report.language), fields))
    order = list(SectionKind)
    sections.sort(key=lambda section: order.index(section.kind))
    return evolve(report, critical=results, sections=tuple(sections))


def with_call(report: Report, told: CriticalResult) -> Report:
    """The sentence of a call in the addendum that is being written, where one is."""
    section = report.section(SectionKind.ADDENDUM)
    if section is None or not section.fields or not told.words:
        return report
    target = section.fields[0]
    text = f"{target.text.rstrip()}\n{told.words}".strip()
    return report.with_section(section.with_field(target.reworded(text)))


def carried(fresh: Report, old: Report) -> Report:
    """A new template with what was written under the old one: nothing of it is lost."""
    for section in old.sections:
        target = fresh.section(section.kind)
        homeless: list[Field] = []
        for each in section.fields:
            if each.removed or not (each.edited or each.source):
                continue
            there = target.field(each.spec.id) if target else None
            if target is not None and there is not None:
                target = target.with_field(evolve(each, spec=there.spec))
            elif each.edited and each.filled:
                homeless.append(each)
            elif each.filled and target is not None and target.fields[:1]:
                # from the order or the images: into the first field, whatever it is called
                first = target.fields[0]
                if not first.spec.label and not first.text:
                    target = target.with_field(evolve(first, text=each.text, source=each.source))
        if target is not None:
            fresh = fresh.with_section(target)
        fresh = _housed(fresh, section.kind, homeless)
    return fresh


def _housed(report: Report, kind: SectionKind, homeless: list[Field]) -> Report:
    """Texts whose field the new template does not have, in front of its section."""
    if not homeless:
        return report
    words = joined(each.issued for each in homeless)
    links = tuple(link for each in homeless for link in each.links)
    section = report.section(kind)
    if section is None:
        return with_own_words(report, kind, words.text)
    if len(section.fields) == 1 and not section.fields[0].spec.label:
        only = evolve(section.fields[0].restyled(words), links=links)
        return report.with_section(evolve(section, fields=(only,)))
    own = Field(FieldSpec(OWN_WORDS), words.text, edited=True, links=links, bold=words.bold)
    return report.with_section(evolve(section, fields=(own, *section.fields)))


def inserted(text: str, at: int | None, words: str) -> tuple[str, int]:
    """Words put into a text at the caret, or behind it, with the spaces they need.

    Returns
    -------
    The new text, and the place behind the words.
    """
    place = len(text.rstrip()) if at is None else min(at, len(text))
    before, after = text[:place], text[place:]
    if before and not before[-1].isspace():
        before += " "
    if after and after[0] not in " .,;:)\n":
        after = " " + after
    return before + words + after, len(before + words)


def with_citation(
    each: Field, measurement: Measurement, prior: str, caret: int | None
) -> tuple[Field, int | None]:
    """A field with a measurement in it, and the place behind its words.

    A number field takes the bare number, in its own unit; raises CommandError where the
    units do not agree.
    """
    citation = cite(measurement, prior)
    if each.spec.kind is FieldKind.NUMBER:
        text = in_unit(measurement, each.spec.unit)
        if text is None:
            raise CommandError(tr("{name} asks for another unit", name=each.spec.label))
        return evolve(each.reworded(text), links=(evolve(citation.link, text=text),)), None
    text, behind = inserted(each.text, caret, citation.words)
    changed = each.reworded(text)
    return evolve(changed, links=(*changed.links, citation.link)), behind


def with_key_image(each: Field, key: KeyImage, prior: str, caret: int | None) -> tuple[Field, int]:
    """A field that says where a key image is, and the place behind its words."""
    if each.spec.kind is FieldKind.NUMBER:
        raise CommandError(tr("{name} asks for a number", name=each.spec.label))
    text, behind = inserted(each.text, caret, key_words(key, prior))
    return each.reworded(text), behind


def with_utterance(
    each: Field, said: tuple[Word, ...], caret: int | None, spoken: Spoken
) -> tuple[Field, int | None]:
    """A field with what was said in it, and the place behind the words.

    `caret` None: the whole field was taken, what is said replaces it. Raises CommandError
    where a number or one of some words is asked for and something else was said.
    """
    spec = each.spec
    caret = None if each.removed else caret
    unsure: tuple[str, ...] = ()
    behind: int | None = None
    if spec.kind is FieldKind.NUMBER:
        number = as_number(said, spoken, spec.unit)
        if number is None:
            asks = f"{spec.label} ({spec.unit})" if spec.unit else spec.label
            raise CommandError(tr("{name} asks for a number", name=asks))
        text, weak = number
        unsure = (text,) if weak else ()
    elif spec.options:
        text = option_said(spec, " ".join(word.text for word in said))
    else:
        words = written(said, spoken)
        whole = caret is None
        before, after = ("", "") if whole else (each.text[:caret], each.text[caret:])
        text, behind = words.between(before, after)
        unsure = (*(() if whole else each.unsure), *words.unsure)
    return evolve(each.reworded(text), unsure=unsure), behind


def option_said(spec: FieldSpec, said: str) -> str:
    """The choice of a pick list that was said. Raises CommandError naming what there is."""
    by_words = {_bare(option): option for option in spec.options}
    wanted = _bare(said)
    if wanted not in by_words:
        raise CommandError(
            tr("{name} takes one of: {known}", name=spec.label, known=", ".join(spec.options))
        )
    return by_words[wanted]


def _bare(words: str) -> str:
    """Words alone, for what is the same aloud."""
    return " ".join(re.findall(r"\w+", words.lower()))


def confirmed(report: Report, ref: FieldRef | None = None) -> Report:
    """Unsure numbers of a field, or of all, taken as they stand: the reader looked at them."""
    for here, each in report.fields:
        if each.unsure and ref in (None, here):
            report = report.with_field(here, evolve(each, unsure=()))
    return report


def accepted(report: Report, known: Known, which: str = "") -> tuple[Report, tuple[Link, ...]]:
    """Changed measurements taken into the text; words of deleted ones stay, unlinked.

    Returns
    -------
    The report, and the links that are new.
    """
    fresh: list[Link] = []
    for ref, each in report.fields:
        changed = each
        for link in each.links:
            if link_state(link, known) == "same" or which not in ("", link.measurement):
                continue
            changed = _accepted(changed, link, known.get((link.study, link.measurement)), fresh)
        if changed is not each:
            report = report.with_field(ref, changed)
    return report, tuple(fresh)


def _accepted(each: Field, link: Link, now: Measurement | None, fresh: list[Link]) -> Field:
    others = tuple(other for other in each.links if other != link)
    if now is None:
        return evolve(each, links=others, edited=True)
    new = cite(now).link
    if each.spec.kind is FieldKind.NUMBER:
        new = evolve(new, text=in_unit(now, each.spec.unit) or link.text)
    fresh.append(new)
    text = each.text.replace(link.text, new.text, 1)
    return evolve(each.reworded(text), links=(*others, new))


def links_of(report: Report | None) -> Iterable[Link]:
    """Every link that stands in a text of the report."""
    for _, each in report.fields if report else ():
        if each.filled:
            yield from each.links
