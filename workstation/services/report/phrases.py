"""The sentences of a report, and the sides they name.

Deterministic and table-driven; every false alarm that is reported becomes a row of
`tests/unit/services/report/test_phrases.py`.
"""

import re
from collections.abc import Iterator
from typing import Final

#: A heading that stands alone in its line belongs to the words below it; a side or a title that
#: is cut short ends nothing.
_SENTENCE_END: Final = re.compile(r"(?<=[.;!?])(?<!\b[RrLl]t\.)(?<!\b[DM]r\.)\s+|(?<!:)(?<!: )\n+")


def sentences(text: str) -> Iterator[str]:
    """Sentences and lines, without the spaces around them."""
    for part in _SENTENCE_END.split(text):
        if part.strip():
            yield part.strip()


def sentence_at(text: str, at: int) -> tuple[int, int]:
    """From and to where the sentence, or the line, at a place goes."""
    ends = [match.span() for match in _SENTENCE_END.finditer(text)]
    start = max((behind for _, behind in ends if behind <= at), default=0)
    return start, min((end for end, _ in ends if end >= at and end >= start), default=len(text))


_LEFT: Final = re.compile(r"\b(?:left|lt)\b", re.I)
_RIGHT: Final = re.compile(r"\b(?:right|rt)\b", re.I)
_BOTH: Final = re.compile(r"\b(?:bilateral|both)\b", re.I)


def side_of(text: str) -> str:
    """ "L" or "R" where a text names one side and not the other, else empty."""
    if _BOTH.search(text):
        return ""
    left, right = bool(_LEFT.search(text)), bool(_RIGHT.search(text))
    return "" if left == right else ("L" if left else "R")


#: Parts that come in pairs and are examined one at a time.
_PAIRED: Final = (
    r"hands?|wrists?|elbows?|shoulders?|hips?|knees?|ankles?|foot|feet|fingers?|toes?|thumbs?|"
    r"humerus|humeral|radius|radial|ulna|ulnar|femur|femoral|tibia|tibial|fibula|fibular|"
    r"clavicle|forearm|breasts?|scapula|patella|calcaneus|legs?|arms?|thigh|calf|orbit"
)
_OTHER_SIDE: Final = re.compile(r"\b(?:contralateral|comparison|compared|opposite)\b", re.I)


def wrong_side(text: str, side: str) -> str:
    """The first sentence that speaks of the side that was not examined, else empty.

    A chest or an abdomen has both sides; only paired parts that are examined one at a
    time are asked about, and sentences that compare with the other side are left alone.
    """
    other = {"L": "right|rt", "R": "left|lt"}.get(side)
    if other is None:
        return ""
    pattern = re.compile(rf"\b(?:{other})(?:-sided)?\b[^.;]{{0,40}}?\b(?:{_PAIRED})\b", re.I)
    for sentence in sentences(text):
        if pattern.search(sentence) and not _OTHER_SIDE.search(sentence):
            return sentence
    return ""
