"""Which findings that somebody must be told of at once a report claims.

A finding is a word of its own (`pneumothorax`), or what befalls a part that the same sentence
names (`occlusion` beside `basilar`), unless it is what the same words mean elsewhere (`rupture`
of a tendon).
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from workstation.services.report.assertions import claimed
from workstation.services.report.critical_words import ALONE, BESIDE
from workstation.services.report.misspelt import respelt
from workstation.services.report.phrases import sentences

Span = tuple[int, int]


def _word(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{pattern})\b")


_FINDINGS: Final = _word("|".join(ALONE.values()))
_BEFALLS: Final = tuple(
    (_word(what), _word(where), _word(elsewhere)) for what, where, elsewhere in BESIDE.values()
)
#: All that befalls a part at once: a sentence is read for it one time, not once for each.
_ANY: Final = _word("|".join(what for what, _, _ in BESIDE.values()))
#: How far from a word that stands what makes another thing of it, and how many letters of a
#: sentence name a finding and its part.
_NEAR, _NAME = 30, 40


def asserted(text: str) -> Iterator[tuple[str, str]]:
    """(words, sentence) of each critical finding that is claimed of today."""
    for sentence in sentences(text):
        for words in _claimed_in(sentence):
            yield words, sentence


@lru_cache(maxsize=4096)
def _claimed_in(sentence: str) -> tuple[str, ...]:
    """Remembered: of a long text one sentence changes with a key."""
    read = respelt(sentence.lower())
    named = sorted(_named(read).items())
    return tuple(read[slice(*shown)] for span, shown in named if claimed(read, *span))


def _named(sentence: str) -> dict[Span, Span]:
    """Where critical findings are named, claimed or not, and where with their parts."""
    found = {match.span(): match.span() for match in _FINDINGS.finditer(sentence)}
    for match in _ANY.finditer(sentence):
        for row, start, end in _meant(match.group()):
            _, where, elsewhere = _BEFALLS[row]
            start, end = match.start() + start, match.start() + end
            part = where.search(sentence)
            if part and not elsewhere.search(sentence[max(0, start - _NEAR) : end + _NEAR]):
                whole = min(start, part.start()), max(end, part.end())
                near = whole[1] - whole[0] <= _NAME
                found.setdefault((start, end), whole if near else (start, end))
    return found


@lru_cache(maxsize=4096)
def _meant(words: str) -> tuple[tuple[int, int, int], ...]:
    """Which rows these words may be of, and from where to where in them."""
    hits = ((row, what.search(words)) for row, (what, _, _) in enumerate(_BEFALLS))
    return tuple((row, *match.span()) for row, match in hits if match is not None)
