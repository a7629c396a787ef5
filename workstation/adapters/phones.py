"""How alike two strings of phones are: what was heard, and what a command would sound like.

Synthetic and foreign voices miss the exact vowel more often than the kind of sound, so a sound
taken for another of its kind is half an error. Phones are ARPAbet's, as CMUdict writes them.
"""

from collections.abc import Sequence
from typing import Final

_KINDS: Final = (
    "AA AE AH AO AW AY EH ER EY IH IY OW OY UH UW",  # vowels
    "P B T D K G",  # stops
    "F V TH DH S Z SH ZH HH CH JH",  # fricatives and affricates
    "M N NG",  # nasals
    "L R W Y ER",  # liquids and glides; the vowel of "her" sounds like both
)
_OF_ONE_KIND: Final = {
    frozenset((a, b)) for kind in _KINDS for a in kind.split() for b in kind.split()
}
_NEAR, _LOST = 0.5, 0.7


def likeness(expected: Sequence[str], heard: Sequence[str]) -> float:
    """1 where they are the same, 0 and less where nothing is: 1 - weighted edit distance
    (Wagner and Fischer, J. ACM 21, 1974) per expected phone."""
    if not expected:
        return 0.0
    row = [_LOST * at for at in range(len(heard) + 1)]
    for before, phone in enumerate(expected):
        above, row = row, [_LOST * (before + 1)]
        for at, other in enumerate(heard):
            swapped = above[at] + _swap(phone, other)
            row.append(min(swapped, above[at + 1] + _LOST, row[at] + _LOST))
    return 1 - row[-1] / len(expected)


def _swap(phone: str, other: str) -> float:
    if phone == other:
        return 0.0
    return _NEAR if frozenset((phone, other)) in _OF_ONE_KIND else 1.0
