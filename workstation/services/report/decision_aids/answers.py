"""Answers as rules need them: numbers and choices, or a sentence that says what is missing."""

from workstation.domain.decision_aid import Answers, Question
from workstation.text import tr


def number(answers: Answers, question: Question) -> float:
    """Not negative. Raises ValueError, in words for the reader."""
    try:
        value = float(answers[question.key].replace(",", "."))
    except (KeyError, ValueError):
        raise ValueError(tr("{what}: a number is missing", what=question.words)) from None
    if not 0 <= value < 10_000:
        raise ValueError(tr("{what}: {n} cannot be", what=question.words, n=answers[question.key]))
    return value


def choice(answers: Answers, question: Question) -> str:
    """One of its choices. Raises ValueError, in words for the reader."""
    value = answers.get(question.key, "")
    if value not in {known for known, _ in question.choices}:
        raise ValueError(tr("{what}: not answered", what=question.words))
    return value


def chosen(answers: Answers, question: Question) -> tuple[str, ...]:
    """Any of its choices, in their order. Raises ValueError for one that is none."""
    given = set(answers.get(question.key, "").split())
    known = [value for value, _ in question.choices]
    if not given <= set(known):
        raise ValueError(tr("{what}: not answered", what=question.words))
    return tuple(value for value in known if value in given)
