"""Commands found by a part of their name, by what people call them, or by what they do."""

from collections.abc import Sequence
from typing import Final

from workstation.commands.offers import Offer

#: How something was found, best first: in one piece of the name, by what it is called
#: elsewhere, by its command line, by words of its explanation, by letters here and there.
_NAME, _ALSO, _LINE, _TOLD, _LETTERS = range(5)
#: Shorter words of an explanation are in every second one.
_TELLING: Final = 3

Found = tuple[Offer, tuple[int, ...]]


def matches(text: str, title: str) -> tuple[int, ...] | None:
    """Where the letters of `text` stand in `title`, in order; None where they do not.

    A run of letters as it was typed counts before letters here and there.
    """
    wanted, told = text.casefold().strip(), title.casefold()
    at = told.find(wanted)
    if at >= 0:
        return tuple(range(at, at + len(wanted)))
    found, start = [], 0
    for letter in wanted.replace(" ", ""):
        start = told.find(letter, start)
        if start < 0:
            return None
        found.append(start)
        start += 1
    return tuple(found)


def ranked(text: str, every: Sequence[Offer], recent: Sequence[str] = ()) -> list[Found]:
    """What fits, best first: what can run now before the rest, but nothing that was not meant
    before what was named and cannot run.

    Before anything is typed: what was run last (`recent`, newest first), then all in order.
    """
    if not text.strip():
        order = {line: at for at, line in enumerate(recent)}
        last = len(order)
        first = sorted(every, key=lambda x: (bool(x.needs), order.get(x.line, last)))
        return [(choice, ()) for choice in first]
    found = []
    for choice in every:
        hit, how = _found(text.strip(), choice)
        if hit is not None:
            at = hit[0] if hit else len(choice.title)
            words = len(choice.title.split())  # "Sign" before "Sign in"
            place = (how >= _TOLD, bool(choice.needs), how, at, words, choice.group, choice.title)
            found.append((place, choice, hit))
    found.sort(key=lambda each: each[0])
    return [(choice, hit) for _, choice, hit in found]


def _found(text: str, choice: Offer) -> tuple[tuple[int, ...] | None, int]:
    """Where in its name, and how."""
    hit = matches(text, choice.title)
    if hit and hit[-1] - hit[0] < len(hit):
        return hit, _NAME
    if _begin(text, f"{choice.title} {choice.group} {choice.also}"):
        return (), _ALSO
    if text.casefold() in choice.line:
        return (), _LINE
    if len(text) >= _TELLING and _begin(text, f"{choice.title} {choice.also} {choice.told}"):
        return (), _TOLD
    return hit, _LETTERS


def _begin(text: str, words: str) -> bool:
    """Whether each word of the text begins one of the words."""
    there = words.casefold().replace("-", " ").split()
    return all(
        any(word.startswith(each) for word in there)
        for each in text.casefold().replace("-", " ").split()
    )
