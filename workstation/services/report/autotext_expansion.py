"""What an autotext becomes: its modules put in, its variables filled, its holes left open.

Pure functions. A module that leads back to itself is refused with the way it goes.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from attrs import frozen

from workstation.domain.autotext import NAME, Autotext, Variable, holes
from workstation.errors import CommandError
from workstation.text import tr

#: Of one expansion; a text that doubles itself ends here.
MOST_MODULES: Final = 200
MOST_LETTERS: Final = 20_000
_PART: Final = re.compile(r"\{(>?)\s*([^{}\n]{1,80}?)\s*\}")


@frozen
class Expansion:
    """The words, where the caret goes (the first hole, or behind), and what was asked for."""

    text: str
    caret: int
    used: frozenset[Variable] = frozenset()


def expand(name: str, known: Mapping[str, Autotext], facts: Mapping[Variable, str]) -> Expansion:
    """The words of an autotext as they are put into a report.

    `known` is by folded names. A variable that nothing is known of becomes a hole, so that
    the signature waits for it.

    Raises
    ------
    CommandError
        There is no such autotext or module, it leads back to itself, or it is too long.
    """
    walk = _Walk(known, facts)
    text = walk.into(name, ())
    if len(text) > MOST_LETTERS:
        raise CommandError(tr("this autotext is longer than {n} letters", n=MOST_LETTERS))
    first = next(iter(holes(text)), None)
    return Expansion(text, first.start if first else len(text), frozenset(walk.used))


class _Walk:
    """One expansion, module by module."""

    def __init__(self, known: Mapping[str, Autotext], facts: Mapping[Variable, str]) -> None:
        self._known, self._facts = known, facts
        self._left = MOST_MODULES
        self.used: set[Variable] = set()

    def into(self, name: str, way: tuple[str, ...]) -> str:
        """The words of one; `way` are those it was reached through."""
        folded = name.casefold()
        found = self._known.get(folded)
        if found is None:
            raise CommandError(tr("no autotext is named {name!r}", name=name))
        if folded in way:
            names = " → ".join((*way, folded))
            raise CommandError(tr("this autotext leads back to itself: {way}", way=names))
        self._left -= 1
        if self._left < 0:
            raise CommandError(tr("this autotext is made of more than {n}", n=MOST_MODULES))
        return _PART.sub(lambda part: self._part(part, (*way, folded)), found.text)

    def _part(self, part: re.Match[str], way: tuple[str, ...]) -> str:
        module, asked = part.groups()
        return self.into(asked, way) if module else self._filled(asked)

    def _filled(self, asked: str) -> str:
        try:
            variable = Variable(asked.casefold())
        except ValueError:
            known = ", ".join(Variable)
            raise CommandError(
                tr("{name!r} is no variable; there are: {known}", name=asked, known=known)
            ) from None
        self.used.add(variable)
        return self._facts.get(variable, "") or f"[{variable.value}]"


def faults(autotext: Autotext, known: Mapping[str, Autotext]) -> Iterator[str]:
    """What stands in the way of keeping it, each in a sentence; nothing where it is good."""
    if not NAME.fullmatch(autotext.name):
        yield tr("A name has 2 to 40 letters, digits, dots and hyphens, and no space.")
    if not autotext.text.strip():
        yield tr("The text is empty.")
    with_it = {**known, autotext.name.casefold(): autotext}
    try:
        expand(autotext.name, with_it, {})
    except CommandError as error:
        said = str(error)
        yield f"{said[:1].upper()}{said[1:]}."
    said = spoken(autotext.say)
    if said and any(
        spoken(each.say) == said and each.name.casefold() != autotext.name.casefold()
        for each in known.values()
        if each.level is autotext.level
    ):
        yield tr("Another autotext of this level has this spoken name.")


def doubts(autotext: Autotext) -> Iterator[str]:
    """What a recogniser will stumble over; it may be kept all the same."""
    said = spoken(autotext.say)
    if said and not said.replace(" ", "").isalpha():
        yield tr("A spoken name is heard best without digits and signs.")
    elif said and len(re.findall(r"[aeiouyäöü]+", said)) < 2:
        yield tr("A spoken name of one syllable is easily misheard.")


def spoken(words: str) -> str:
    """As it is compared: what sounds the same is the same."""
    return " ".join(re.findall(r"\w+", words.casefold()))
