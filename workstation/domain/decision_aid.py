"""Decision aids as values: what is asked, what is advised, and what of it a report keeps."""

from collections.abc import Callable, Mapping

from attrs import frozen

Answers = Mapping[str, str]


@frozen
class Question:
    """One thing that is asked. Without `choices` a number, of `unit`.

    `several`: any number of choices, in the answer parted by blanks. `asked` tells from the
    answers so far whether it matters.
    """

    key: str
    words: str
    choices: tuple[tuple[str, str], ...] = ()  # value and words
    unit: str = ""
    several: bool = False
    asked: Callable[[Answers], bool] = lambda _answers: True


@frozen
class Aid:
    """One published rule. `advise` gives a sentence for the report.

    It raises ValueError, in words for the reader, where answers are missing or cannot be.
    """

    id: str
    name: str
    short: str
    version: str
    citation: str
    questions: tuple[Question, ...]
    advise: Callable[[Answers], str]

    def asked(self, answers: Answers) -> tuple[Question, ...]:
        return tuple(each for each in self.questions if each.asked(answers))


@frozen
class AidResult:
    """What stands in a report because of an aid: by which version, from which answers."""

    aid: str
    version: str
    inputs: tuple[tuple[str, str], ...]
    words: str
