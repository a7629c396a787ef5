"""What a sentence of a report claims, as far as rules can tell: negation, history, sides.

Deterministic and table-driven; every false alarm that is reported becomes a row of
`tests/unit/services/report/test_phrases.py`.
"""

import re
from collections.abc import Iterator
from typing import Final

_SENTENCE_END: Final = re.compile(r"(?<=[.;!?])\s+|\n+")
#: A negation reaches to the end of its clause.
_CLAUSE_END: Final = re.compile(
    r"[,:]?\s+(?:but|however|although|except|though|yet)\b|[;:]"
    r"|,\s+(?=there (?:is|are|was|were)\b)",
    re.I,
)
#: What was seen or found, in the words in which it is denied.
_SEEN: Final = (
    r"(?:seen|identified|present|visible|shown|demonstrated|appreciated|detected|evident|apparent)"
)
_NEGATION: Final = re.compile(
    r"\b(?:no|without|negative for|absence of|absent|free of|denies|excluded?|ruled out|"
    rf"not {_SEEN}|neither|nor|never|resolved|resolution of|cleared|clearing of|"
    r"argu(?:es?|ing) against|low suspicion (?:for|of)|"
    r"(?:do|does|did) not (?:suggest|show|demonstrate|represent|indicate|support))\b",
    re.I,
)
#: Words that look like a negation and deny nothing.
_PSEUDO: Final = re.compile(
    r"\bno (?:significant |interval |relevant )*(?:change|increase|decrease|longer only)\b"
    r"|\bnot only\b|\bcannot (?:be )?(?:exclude|excluded|rule out|ruled out)\b"
    r"|\bnot (?:yet |fully |completely |entirely )?(?:be )?(?:exclude|excluded|ruled out|resolved|"
    r"cleared)\b|\bno doubt\b",
    re.I,
)
_AFTER: Final = re.compile(
    rf"^[^.;]{{0,40}}\b(?:not {_SEEN}|no longer|excluded|ruled out|resolved|cleared|unlikely|"
    r"(?:is|are|was|were) absent)\b|^\s*(?:absent\b|\?)|"
    r"^[^.;:]{0,40}:\s*(?:none|no|nil|negative|absent)\b",
    re.I,
)
#: What was there before and is worse now is a finding of today.
_WORSE: Final = re.compile(
    r"^[^.;]{0,40}\b(?:enlarged|enlarging|increased|increasing|grown|progressed|worsened|recurred)\b",
    re.I,
)
_ACUTE_ON_CHRONIC: Final = re.compile(r"\bacute on chronic\b", re.I)
#: What was once, or is asked; a finding that is suspected on the images is claimed.
_HISTORY: Final = re.compile(
    r"\b(?:history of|h/o|prior|previous(?:ly)?|former|old|remote|chronic|known|status post|s/p|"
    r"(?:treated|anticoagulated) for|(?<!than )expected|evaluate for|evaluation for|rule out|r/o|"
    r"to exclude|concern for|question of|clinically suspected)\b[^.;]{0,30}$",
    re.I,
)
#: A line that is nothing but a suspicion is the question that was asked.
_ASKED: Final = re.compile(r"^\W*suspected(?: [\w-]+){1,4}\W*$", re.I)
#: What may come to be.
_POSSIBLE: Final = re.compile(r"\b(?:if|in case of|risk of)\b[^.;]{0,60}$", re.I)


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


def denied(sentence: str, start: int, end: int) -> bool:
    """Whether the words from `start` to `end` are said not to be there."""
    before, after = sentence[:start], sentence[end:]
    clause = max((m.end() for m in _CLAUSE_END.finditer(before)), default=0)
    scope = _PSEUDO.sub(lambda m: " " * len(m.group()), before[clause:])
    if _NEGATION.search(scope):
        return True
    following = _PSEUDO.sub(lambda m: "~" * len(m.group()), after)
    return _AFTER.search(following) is not None


def past(sentence: str, start: int) -> bool:
    """Whether the words at `start` are history, a question or a risk, no finding of today."""
    before = _ACUTE_ON_CHRONIC.sub("acute", sentence[:start])
    if _POSSIBLE.search(before) or _ASKED.search(sentence):
        return True
    return _HISTORY.search(before) is not None and _WORSE.search(sentence[start:]) is None


def asserted(text: str, pattern: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    """(words, sentence) of each place where a pattern is claimed of today."""
    for sentence in sentences(text):
        for match in pattern.finditer(sentence):
            if not denied(sentence, match.start(), match.end()) and not past(
                sentence, match.start()
            ):
                yield match.group(), sentence


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
