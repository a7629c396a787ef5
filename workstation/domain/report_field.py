"""One field of a report as a value: what is asked, what was answered, and what that cites.

A field that is deleted in the editor stays here as `removed`, so that it is never taken for
filled (a known trap of editors that scan their own text).
"""

import re
from enum import StrEnum

from attrs import evolve, frozen

from workstation.domain.report_blocks import Words, blocks
from workstation.domain.rich_text import RichText, Spans, moved, replaced


class FieldKind(StrEnum):
    """MRRT data-field-type, in our words."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    TIME = "time"
    PICK_ONE = "pick-one"
    PICK_MANY = "pick-many"
    CHECKBOX = "checkbox"


@frozen
class FieldSpec:
    """What the template asks for. A required field must be filled before signing."""

    id: str
    label: str = ""  # "Lungs"; empty for a section's only field
    kind: FieldKind = FieldKind.TEXT
    default: str = ""
    required: bool = False
    unit: str = ""
    options: tuple[str, ...] = ()
    advised: bool = False  # MRRT ALERT: an empty one is said, but does not block
    say: tuple[str, ...] = ()  # spoken names
    low: float | None = None  # of a number: what is possible at all
    high: float | None = None
    normal: str = ""  # what one key writes where nothing was found; else the default
    only_if: tuple[str, str] = ("", "")  # asked while that field of the section says so

    @property
    def usual(self) -> str:
        """The words for a normal finding."""
        return self.normal or self.default


#: The one field of a section that its author wrote as a whole (`report.set`).
OWN_WORDS = "own-words"


@frozen
class Link:
    """A measurement cited in a text: which, as it was when it was cited."""

    measurement: str  # "A1"
    revision: int
    text: str  # the words in the field that belong to it: "12 mm"
    study: str = ""  # Study Instance UID: names of measurements repeat between studies


@frozen
class Field:
    """One answer. `source` names where an unedited text came from ("order", "images").

    `unsure` are numbers, as they are written, that a recogniser did not hear well; `bold`
    letters are those that stand out.
    """

    spec: FieldSpec
    text: str = ""
    edited: bool = False
    removed: bool = False
    source: str = ""
    links: tuple[Link, ...] = ()
    unsure: tuple[str, ...] = ()
    bold: Spans = ()

    @property
    def rich(self) -> RichText:
        return RichText(self.text, self.bold)

    def reworded(self, text: str) -> "Field":
        """The reader's words in place of these: what they still cite stays linked, and words
        that stay look as they did."""
        kept = tuple(link for link in self.links if link.text in text)
        bold = moved(self.bold, self.text, text)
        return evolve(self, text=text, edited=True, removed=False, source="", links=kept, bold=bold)

    def restyled(self, words: RichText) -> "Field":
        """The reader's words, and how they look."""
        return evolve(self.reworded(words.text), bold=words.bold)

    def typed(self, start: int, end: int, words: str, *, bold: bool) -> "Field":
        """Letters in place of those from `start` to `end`."""
        text = self.text[:start] + words + self.text[end:]
        spans = replaced(self.bold, start, end, len(words), bold=bold)
        return self.restyled(RichText(text, spans))

    @property
    def issued(self) -> RichText:
        """As it is issued: its label in front, its unit behind."""
        words, spec = self.rich.stripped, self.spec
        if spec.kind is FieldKind.NUMBER and spec.unit:
            words += RichText(f" {spec.unit}")
        if not spec.label:
            return words
        apart = not isinstance(blocks(words)[0], Words)  # a list begins on a line of its own
        label = RichText(f"{spec.label}:", ((0, len(spec.label) + 1),))
        return label + RichText("\n" if apart else " ") + words

    @property
    def doubts(self) -> tuple[tuple[int, int], ...]:
        """Where unsure numbers still stand in the text, from and to; a changed one is gone."""
        spans = []
        for number in () if self.removed else self.unsure:
            exactly = rf"(?<![\w.,]){re.escape(number)}(?![\w]|[.,]\d)"
            spans += [match.span() for match in re.finditer(exactly, self.text)]
        return tuple(sorted(spans))

    @property
    def filled(self) -> bool:
        return bool(self.text.strip()) and not self.removed

    @property
    def untouched(self) -> bool:
        """The template's own words, which nobody has confirmed yet."""
        return not self.edited and not self.source and self.text == self.spec.default
