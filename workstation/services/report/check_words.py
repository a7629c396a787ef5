"""Rules of words before a signature: sides, sex, age, sizes, what must be told, what is compared.

Pure functions in the form of `services.report.checks`; what is left in a text that is
none. How often they are right: docs/checks.md.
"""

import re
from typing import Final

from workstation.domain.report import Discrepancy, Report, SectionKind
from workstation.services.report import agreement, phrases, units, wording
from workstation.services.report.checks import Check, Facts, Found
from workstation.services.report.issued import departs
from workstation.text import tr

_IMPRESSION: Final = SectionKind.IMPRESSION
#: Where the reader says what is there.
_CLAIMING: Final = (SectionKind.FINDINGS, _IMPRESSION, SectionKind.ADDENDUM)
_PLACEHOLDER: Final = re.compile(r"\[[^\]\n]{0,40}\]?|\*{3,}|\bX{3,}\b|_{3,}|\?{3,}")


def placeholder(facts: Facts) -> Found:
    for ref, each in facts.report.fields:
        match = _PLACEHOLDER.search(each.text) if each.filled else None
        if match is not None:
            words = tr("Placeholder left in the text: {words}", words=match.group())
            yield Check("placeholder", "block", words, overridable=True, field=ref)


def _claims(report: Report) -> str:
    return "\n".join(s.text for s in report.sections if s.kind in _CLAIMING)


def _somebody_knows(report: Report) -> bool:
    """By a call that was recorded, or by the words of the reader."""
    recorded = any(not each.pending for each in report.critical)
    return recorded or wording.communicated(_claims(report))


def side(facts: Facts) -> Found:
    sentence = phrases.wrong_side(_claims(facts.report), facts.side)
    if sentence:
        ordered = tr("left") if facts.side == "L" else tr("right")
        words = tr("Ordered side is {side}, the text names the other", side=ordered)
        yield Check("side", "warn", words, overridable=True)


def sex(facts: Facts) -> Found:
    word = wording.of_other_sex(_claims(facts.report), facts.report.binding.patient.sex)
    if word:
        words = tr("“{word}” does not fit the sex of the patient", word=word)
        yield Check("sex", "warn", words, overridable=True)


def age(facts: Facts) -> Found:
    sex = facts.report.binding.patient.sex
    word = wording.of_other_age(_claims(facts.report), facts.age, sex)
    if word:
        words = tr("“{word}” does not fit the age of the patient", word=word)
        yield Check("age", "warn", words, overridable=True)


def critical(facts: Facts) -> Found:
    results = facts.report.critical
    waiting = next((each for each in results if each.pending), None)
    if waiting is not None:
        words = tr("Critical result “{finding}”: nobody was told yet", finding=waiting.finding)
        yield Check("critical", "block", words, overridable=True)
        return
    word = "" if results else wording.critical(_claims(facts.report))
    if word:
        words = tr("Critical term “{word}”: no communication recorded", word=word)
        yield Check("critical", "block" if facts.stat else "warn", words, overridable=True)


def comparison(facts: Facts) -> Found:
    word = "" if facts.compared else wording.compares(_claims(facts.report))
    if word:
        words = tr("“{word}”, but no prior was shown", word=word)
        yield Check("comparison", "warn", words, overridable=True)


def unit(facts: Facts) -> Found:
    for ref, each in facts.report.fields:
        size = units.unitless(each.text) if each.filled and ref.section in _CLAIMING else ""
        if size:
            words = tr("“{size}” has no unit", size=size)
            yield Check("unit", "warn", words, overridable=True, field=ref)


def _both(facts: Facts) -> tuple[str, str]:
    """Findings and impression, each as a text."""
    sections = (facts.report.section(SectionKind.FINDINGS), facts.report.section(_IMPRESSION))
    found, concluded = ("" if section is None else section.text for section in sections)
    return found, concluded


def section_side(facts: Facts) -> Found:
    sentence = agreement.other_side(*_both(facts))
    if sentence:
        words = tr("Findings name the other side: {words}", words=sentence)
        yield Check("section-side", "warn", words, overridable=True)


def section_number(facts: Facts) -> Found:
    size = agreement.other_size(*_both(facts))
    if size:
        words = tr("{size} of the impression is not in the findings", size=size)
        yield Check("section-number", "warn", words, overridable=True)


def contradiction(facts: Facts) -> Found:
    what = agreement.contradiction(*_both(facts))
    if what:
        words = tr("Findings and impression contradict each other: {what}", what=what)
        yield Check("contradiction", "warn", words, overridable=True)


def discrepancy(facts: Facts) -> Found:
    """Whoever was told of the preliminary must learn what became of it (R22)."""
    before = facts.preliminary
    if before is None or not departs(facts.report, before):
        return
    if not facts.discrepancy:
        words = tr("It differs from the preliminary of {name}: say how much", name=before.author)
        yield Check("discrepancy", "block", words)
    elif facts.discrepancy == Discrepancy.MAJOR and not _somebody_knows(facts.report):
        words = tr("A major discrepancy: no communication recorded")
        yield Check("discrepancy", "block", words, overridable=True)
