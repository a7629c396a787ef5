"""Decision aids: published criteria as rules of our own words, with their source.

Only rules whose published text was read are here (docs/validation.md names the others). They
propose a sentence; the reader takes it, changes it, or leaves it.
"""

from collections.abc import Iterable
from typing import Final

from workstation.domain.decision_aid import Aid, AidResult, Answers
from workstation.errors import CommandError
from workstation.services.report.decision_aids.aspects import ASPECTS
from workstation.services.report.decision_aids.fleischner import FLEISCHNER
from workstation.services.report.decision_aids.recist import RECIST
from workstation.text import tr

AIDS: Final[tuple[Aid, ...]] = (FLEISCHNER, RECIST, ASPECTS)


def aid(name: str) -> Aid:
    """Raises CommandError for a name that is none."""
    found = next((each for each in AIDS if each.id == name), None)
    if found is None:
        known = ", ".join(each.id for each in AIDS)
        raise CommandError(
            tr("no decision aid is named {name}; there are: {known}", name=name, known=known)
        )
    return found


def answers_of(rule: Aid, given: Iterable[str]) -> Answers:
    """From `key=value` words of a command line. Raises CommandError."""
    found: dict[str, str] = {}
    keys = {each.key for each in rule.questions}
    for word in given:
        key, mark, value = word.partition("=")
        if not mark or key not in keys:
            raise CommandError(
                tr(
                    "{word}: write one of {keys}, =, and a value",
                    word=word,
                    keys=", ".join(sorted(keys)),
                )
            )
        found[key] = value.replace("+", " ")
    return found


def result(rule: Aid, answers: Answers) -> AidResult:
    """Raises CommandError where the rule cannot answer."""
    try:
        words = rule.advise(answers)
    except ValueError as error:
        raise CommandError(str(error)) from None
    asked = {each.key for each in rule.asked(answers)}
    kept = tuple(sorted((key, value) for key, value in answers.items() if key in asked))
    return AidResult(rule.id, rule.version, kept, words)
