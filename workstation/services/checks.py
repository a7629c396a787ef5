"""What is asked of a report before it may be signed: deterministic rules, in one table.

Every rule is a pure function of `Facts`; it yields what it found, and where it yields
nothing it has passed. A block stops the signature until it is settled, or overridden
with a reason where the rule allows that; a warning is shown again in the sign dialog.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final, Literal

from attrs import evolve, field, frozen

from workstation.domain.measurement import Measurement
from workstation.domain.patient import Patient
from workstation.domain.report import Discrepancy, FieldRef, IssuedReport, Report, SectionKind
from workstation.domain.report_field import Link
from workstation.services import agreement, phrases, wording
from workstation.services.word_diff import differs
from workstation.text import isolated, tr, trn

Severity = Literal["block", "warn", "passed"]


@frozen
class Images:
    """How much of the study has arrived and been looked at; frames of the current study.

    `received` and `expected` are the platform's counts of instances, the rest ours.
    """

    received: int = 0
    expected: int | None = None
    loaded: int = 0
    failed: int = 0
    total: int = 0
    unseen: tuple[tuple[str, int], ...] = ()  # series, and how many of its images never stood here

    @property
    def missing(self) -> int:
        """Not arrived: at the site, or here."""
        at_site = max(0, (self.expected or 0) - self.received)
        here = max(0, self.total - self.loaded - self.failed)
        return at_site + here


@frozen
class Facts:
    """Everything the rules look at, gathered on the home thread."""

    report: Report
    images: Images = Images()
    shown: tuple[tuple[str, Patient], ...] = ()  # where, and whose images are there
    measurements: Mapping[tuple[str, str], Measurement | None] = field(
        factory=lambda: MappingProxyType({})
    )  # by (study, id): as they are now; None where they were deleted
    template_fits: bool = True
    side: str = ""  # L or R, as ordered
    read_only: str = ""
    age: int | None = None  # whole years at the time of the scan
    compared: bool = False  # a prior stands or stood beside the images
    preliminary: IssuedReport | None = None  # what a final reading began with
    discrepancy: str = ""  # as the reader judges it
    stat: bool = False


@frozen
class Check:
    """One line of the list. `overridden` is the reason the reader gave."""

    rule: str
    severity: Severity
    text: str
    overridable: bool = False
    overridden: str = ""
    field: FieldRef | None = None

    @property
    def blocks(self) -> bool:
        return self.severity == "block" and not self.overridden


_IMPRESSION: Final = SectionKind.IMPRESSION
Found = Iterator[Check]
Rule = Callable[[Facts], Found]


def run(facts: Facts, overrides: Mapping[str, str] = MappingProxyType({})) -> tuple[Check, ...]:
    """Every rule's verdict: blocks first, then warnings, then what passed."""
    return in_order(check for name in RULES for check in verdicts(name, facts, overrides))


def verdicts(name: str, facts: Facts, overrides: Mapping[str, str]) -> Iterator[Check]:
    """What one rule found, or that it passed."""
    passed, rule = RULES[name]
    for check in list(rule(facts)) or [Check(name, "passed", tr(passed))]:
        yield evolve(check, overridden=overrides.get(name, "") if check.overridable else "")


def in_order(found: Iterable[Check]) -> tuple[Check, ...]:
    """As they are listed."""
    order = {"block": 0, "warn": 1, "passed": 2}
    return tuple(sorted(found, key=lambda c: (order[c.severity], bool(c.overridden))))


def link_state(link: Link, measurements: Mapping[tuple[str, str], Measurement | None]) -> str:
    """ "same", "changed" or "deleted", against what was cited.

    One that this session has never seen (a draft that was restored) stands as cited.
    """
    key = (link.study, link.measurement)
    if key not in measurements:
        return "same"
    now = measurements[key]
    if now is None:
        return "deleted"
    return "same" if now.revision == link.revision else "changed"


def _called(facts: Facts, ref: FieldRef) -> str:
    """A section in the reader's words: what stands below a signed report has a name of its own."""
    section = facts.report.section(ref.section)
    if ref.section is SectionKind.ADDENDUM and section is not None:
        return section.title
    return ref.section.value.capitalize()


def _required(facts: Facts) -> Found:
    for ref, each in facts.report.fields:
        if ref.section is SectionKind.IMPRESSION and not each.spec.label:
            continue  # the rule `impression` says it better
        name = each.spec.label or _called(facts, ref)
        if each.spec.required and each.removed:
            words = tr("{name} was removed by you", name=name)
            yield Check("required", "warn", words, overridable=True, field=ref)
        elif each.spec.required and not each.filled:
            yield Check(
                "required", "block", tr("{name} is required and empty", name=name), field=ref
            )
        elif each.spec.advised and not each.filled and not each.removed:
            words = tr("{name} is empty", name=name)
            yield Check("required", "warn", words, overridable=True, field=ref)


def _impression(facts: Facts) -> Found:
    section = facts.report.section(SectionKind.IMPRESSION)
    addendum = facts.report.section(SectionKind.ADDENDUM)
    if (section is None or not section.text.strip()) and addendum is None:
        ref = FieldRef(SectionKind.IMPRESSION, section.fields[0].spec.id) if section else None
        yield Check("impression", "block", tr("The impression is empty"), field=ref)


_PLACEHOLDER: Final = re.compile(r"\[[^\]\n]{0,40}\]?|\*{3,}|\bX{3,}\b|_{3,}|\?{3,}")


def _placeholder(facts: Facts) -> Found:
    for ref, each in facts.report.fields:
        match = _PLACEHOLDER.search(each.text) if each.filled else None
        if match is not None:
            words = tr("Placeholder left in the text: {words}", words=match.group())
            yield Check("placeholder", "block", words, overridable=True, field=ref)


def _identity(facts: Facts) -> Found:
    mine = facts.report.binding.patient
    for _where, patient in facts.shown:
        if not mine.may_be(patient):
            yield Check("identity", "block", tr("The images shown are of another patient"))
            return


def _images(facts: Facts) -> Found:
    missing = facts.images.missing
    if missing:
        words = trn(missing, "{n} image has not arrived", "{n} images have not arrived")
        yield Check("images", "block", words, overridable=True)
    if facts.images.failed:
        words = trn(
            facts.images.failed, "{n} image could not be shown", "{n} images could not be shown"
        )
        yield Check("images", "warn", words, overridable=True)


def _unseen(facts: Facts) -> Found:
    """It informs: which series need reading is for the reader to judge."""
    unseen = facts.images.unseen
    if unseen:
        total = sum(count for _, count in unseen)
        series = ", ".join(isolated(name) for name, _ in unseen)
        words = trn(total, "{n} image not shown: {series}", "{n} images not shown: {series}",
                    series=series)  # fmt: skip
        yield Check("unseen", "warn", words, overridable=True)


def _links(facts: Facts) -> Found:
    for ref, each in facts.report.fields:
        for link in each.links if each.filled else ():
            state = link_state(link, facts.measurements)
            if state == "changed":
                words = tr("{id} was changed after it was cited", id=link.measurement)
                yield Check("link-changed", "block", words, field=ref)
            elif state == "deleted":
                words = tr("{id} was deleted after it was cited", id=link.measurement)
                yield Check("link-changed", "block", words, field=ref)


def _heard(facts: Facts) -> Found:
    """A recogniser invents numbers that sound like the one that was said (R46)."""
    for ref, each in facts.report.fields:
        numbers = dict.fromkeys(each.text[start:end] for start, end in each.doubts)
        for number in numbers:
            words = tr("“{number}” was not heard well: look at it", number=number)
            yield Check("heard", "block", words, overridable=True, field=ref)


def _range(facts: Facts) -> Found:
    for ref, each in facts.report.fields:
        spec = each.spec
        if not each.filled or (spec.low is None and spec.high is None):
            continue
        try:
            value = float(each.text.replace(",", "."))
        except ValueError:
            words = tr("{name} is not a number", name=spec.label)
            yield Check("range", "block", words, overridable=True, field=ref)
            continue
        if (spec.low is not None and value < spec.low) or (
            spec.high is not None and value > spec.high
        ):
            words = tr("{name} {value} is out of range", name=spec.label, value=each.text)
            yield Check("range", "block", words, overridable=True, field=ref)


def _claims(report: Report) -> str:
    kinds = (SectionKind.FINDINGS, SectionKind.IMPRESSION, SectionKind.ADDENDUM)
    return "\n".join(s.text for s in report.sections if s.kind in kinds)


def _somebody_knows(report: Report) -> bool:
    """By a call that was recorded, or by the words of the reader."""
    recorded = any(not each.pending for each in report.critical)
    return recorded or wording.communicated(_claims(report))


def _side(facts: Facts) -> Found:
    sentence = phrases.wrong_side(_claims(facts.report), facts.side)
    if sentence:
        ordered = tr("left") if facts.side == "L" else tr("right")
        words = tr("Ordered side is {side}, the text names the other", side=ordered)
        yield Check("side", "warn", words, overridable=True)


def _sex(facts: Facts) -> Found:
    word = wording.of_other_sex(_claims(facts.report), facts.report.binding.patient.sex)
    if word:
        words = tr("“{word}” does not fit the sex of the patient", word=word)
        yield Check("sex", "warn", words, overridable=True)


def _age(facts: Facts) -> Found:
    sex = facts.report.binding.patient.sex
    word = wording.of_other_age(_claims(facts.report), facts.age, sex)
    if word:
        words = tr("“{word}” does not fit the age of the patient", word=word)
        yield Check("age", "warn", words, overridable=True)


def _critical(facts: Facts) -> Found:
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


def _comparison(facts: Facts) -> Found:
    word = "" if facts.compared else wording.compares(_claims(facts.report))
    if word:
        words = tr("“{word}”, but no prior was shown", word=word)
        yield Check("comparison", "warn", words, overridable=True)


def _both(facts: Facts) -> tuple[str, str]:
    """Findings and impression, each as a text."""
    sections = (facts.report.section(SectionKind.FINDINGS), facts.report.section(_IMPRESSION))
    found, concluded = ("" if section is None else section.text for section in sections)
    return found, concluded


def _section_side(facts: Facts) -> Found:
    sentence = agreement.other_side(*_both(facts))
    if sentence:
        words = tr("Findings name the other side: {words}", words=sentence)
        yield Check("section-side", "warn", words, overridable=True)


def _section_number(facts: Facts) -> Found:
    size = agreement.other_size(*_both(facts))
    if size:
        words = tr("{size} of the impression is not in the findings", size=size)
        yield Check("section-number", "warn", words, overridable=True)


def _contradiction(facts: Facts) -> Found:
    what = agreement.contradiction(*_both(facts))
    if what:
        words = tr("Findings and impression contradict each other: {what}", what=what)
        yield Check("contradiction", "warn", words, overridable=True)


def _discrepancy(facts: Facts) -> Found:
    """Whoever was told of the preliminary must learn what became of it (R22)."""
    before = facts.preliminary
    if before is None or not differs(before.text, facts.report.plain_text):
        return
    if not facts.discrepancy:
        words = tr("It differs from the preliminary of {name}: say how much", name=before.author)
        yield Check("discrepancy", "block", words)
    elif facts.discrepancy == Discrepancy.MAJOR and not _somebody_knows(facts.report):
        words = tr("A major discrepancy: no communication recorded")
        yield Check("discrepancy", "block", words, overridable=True)


def _template(facts: Facts) -> Found:
    if not facts.template_fits:
        yield Check(
            "template", "warn", tr("The template is not for this procedure"), overridable=True
        )


def _read_only(facts: Facts) -> Found:
    if facts.read_only:
        yield Check("read-only", "block", facts.read_only)


#: In the order of the list: the words when it passed, and the rule.
RULES: Final[Mapping[str, tuple[str, Rule]]] = MappingProxyType(
    {
        "read-only": ("The case is yours", _read_only),
        "identity": ("Report and images: same patient", _identity),
        "required": ("Required fields are filled", _required),
        "impression": ("Impression written", _impression),
        "images": ("All images received", _images),
        "unseen": ("All images shown", _unseen),
        "link-changed": ("Measurements are as cited", _links),
        "heard": ("Numbers were heard well", _heard),
        "placeholder": ("No placeholder left", _placeholder),
        "range": ("Numbers are possible", _range),
        "side": ("Sides agree with the order", _side),
        "sex": ("Organs agree with the sex", _sex),
        "age": ("Words agree with the age", _age),
        "section-side": ("Findings and impression: same sides", _section_side),
        "section-number": ("Findings and impression: same sizes", _section_number),
        "contradiction": ("Findings and impression agree", _contradiction),
        "comparison": ("What is compared was shown", _comparison),
        "discrepancy": ("The preliminary is answered", _discrepancy),
        "critical": ("No critical term without communication", _critical),
        "template": ("Template fits the procedure", _template),
    }
)


def blocking(checks: Sequence[Check]) -> tuple[Check, ...]:
    return tuple(check for check in checks if check.blocks)
