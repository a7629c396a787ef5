"""Words of critical findings as they were meant: one slip of the hand does not hide a finding.

The spelling marks such a word as well; who signs without looking must still be asked whom he
called.
"""

import re
from functools import lru_cache
from typing import Final

#: Long enough that no other word of a report is one slip away.
_MEANT: Final = frozenset(
    {
        "abruption", "appendicitis", "dissection", "extravasation", "haematoma", "haemorrhage",
        "hemorrhage", "herniation", "hydropneumothorax",
        "intracranial", "intussusception", "perforation", "pneumatosis", "pneumomediastinum",
        "pneumoperitoneum", "pneumothorax", "pulmonary", "subarachnoid", "tamponade", "thrombosis",
    }
)  # fmt: skip
_WORD: Final = re.compile(r"[a-z]{9,}")


def respelt(text: str) -> str:
    """The text, in small letters, with its misspelt findings as they were meant."""
    return _WORD.sub(lambda match: _meant(match.group()), text)


@lru_cache(maxsize=8192)
def _meant(word: str) -> str:
    if word in _MEANT or word.removesuffix("s") in _MEANT:
        return word
    return next((meant for meant in _MEANT if _one_slip(word, meant)), word)


def _one_slip(word: str, meant: str) -> bool:
    """A letter too many, too few or another, or two that changed places; the first is right."""
    if word[0] != meant[0] or abs(len(word) - len(meant)) > 1:
        return False
    same = next((i for i, (a, b) in enumerate(zip(word, meant, strict=False)) if a != b), -1)
    if same < 0:
        return True
    here, there = word[same:], meant[same:]
    swapped = here[:2] == there[1::-1] and here[2:] == there[2:]
    return swapped or here[1:] == there[1:] or here[1:] == there or here == there[1:]
