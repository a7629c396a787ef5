"""The rules before a signature, in one table, and what they find in a report."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from attrs import evolve

from workstation.domain.report import FieldRef, SectionKind
from workstation.services.report import check_words
from workstation.services.report.checks import Check, Facts, Found, Rule, in_order, link_state
from workstation.text import isolated, tr, trn


def run(facts: Facts, overrides: Mapping[str, str] = MappingProxyType({})) -> tuple[Check, ...]:
    """Every rule's verdict: blocks first, then warnings, then what passed."""
    return in_order(check for name in RULES for check in verdicts(name, facts, overrides))


def verdicts(name: str, facts: Facts, overrides: Mapping[str, str]) -> Iterator[Check]:
    """What one rule found, or that it passed."""
    passed, rule = RULES[name]
    for check in list(rule(facts)) or [Check(name, "passed", tr(passed))]:
        yield evolve(check, overridden=overrides.get(name, "") if check.overridable else "")


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
            words = tr("{name} was removed", name=name)
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
    if facts.images.lost:
        words = trn(facts.images.lost, "{n} series could not be fetched",
                    "{n} series could not be fetched")  # fmt: skip
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
        "required": ("Required findings are filled", _required),
        "impression": ("Impression written", _impression),
        "images": ("All images received", _images),
        "unseen": ("All images shown", _unseen),
        "link-changed": ("Measurements are as cited", _links),
        "heard": ("Numbers were heard well", _heard),
        "placeholder": ("No placeholder left", check_words.placeholder),
        "range": ("Numbers are possible", _range),
        "unit": ("Sizes have their units", check_words.unit),
        "side": ("Sides agree with the order", check_words.side),
        "sex": ("Organs agree with the sex", check_words.sex),
        "age": ("Words agree with the age", check_words.age),
        "section-side": ("Findings and impression: same sides", check_words.section_side),
        "section-number": ("Findings and impression: same sizes", check_words.section_number),
        "contradiction": ("Findings and impression agree", check_words.contradiction),
        "comparison": ("What is compared was shown", check_words.comparison),
        "discrepancy": ("The preliminary is answered", check_words.discrepancy),
        "critical": ("No critical term without communication", check_words.critical),
        "template": ("Template fits the procedure", _template),
    }
)
