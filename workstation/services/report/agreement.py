"""Whether findings and impression say the same: sides, sizes, what is there and what is not.

Pure and table-driven. Each function gives the words of the impression that the findings do
not bear out, or an empty text. They are asked before a signature and only ever warn: a rule
of words knows nothing of images. How often they are right: docs/checks.md.
"""

import re
from collections.abc import Iterator, Mapping
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Final

from workstation.services.report.assertions import denied, past
from workstation.services.report.phrases import sentences


def _table(words: Mapping[str, str]) -> re.Pattern[str]:
    """One pattern for all rows, so that a text is read once; `lastgroup` is the row."""
    return re.compile("|".join(rf"(?P<{row}>\b(?:{said})\b)" for row, said in words.items()), re.I)


#: Parts that come in pairs, by the words a report has for them and for what befalls them.
_PARTS: Final = _table(
    {
        "adrenal": r"adrenals?",
        "brain": r"frontal|temporal|parietal|occipital|thalam\w+|cerebral|cerebellar|hemisphere",
        "breast": r"breasts?",
        "carotid": r"carotids?",
        "diaphragm": r"(?:hemi-?)?diaphragms?",
        "elbow": r"elbows?|olecranon|radial head",
        "eye": r"orbits?|orbital|globe",
        "foot": r"foot|feet|ankles?|calcaneus|metatarsals?|malleol\w+|talus|toes?",
        "hand": r"hands?|wrists?|radius|ulnar?|scaphoid|metacarpals?|fingers?|thumbs?",
        "hip": r"hips?|femoral (?:neck|head)|femur|acetabul\w+",
        "kidney": r"kidneys?|renal|ureter\w*|hydronephrosis|pelvicaliceal",
        "knee": r"knees?|menisc\w+|cruciate|patellar?|tibial plateau",
        "leg_vein": r"(?:femoral|popliteal|saphenous|calf|deep) veins?|deep venous",
        "line": r"picc|ports?|port-?a-?cath|catheters?|central line|chest tubes?|pacemaker|icd",
        "lung_upper": r"upper lobe|upper lung|upper (?:lung )?zones?|apex|apices|apical",
        "lung_middle": r"middle lobe|lingula|mid-? ?lung|mid-? ?zone|"
        r"(?:peri|supra|infra)?-?hil(?:um|ar)",
        "lung_lower": r"lower lobe|lower lung|lower (?:lung )?zones?|bas(?:e|es|al|ilar)|"
        r"retro-?cardiac",
        "lung": r"lungs?|pulmonary nodule|air-?space|infiltrates?|pneumonia|atelectasis",
        "ovary": r"ovar(?:y|ies|ian)|adnexal?",
        "paratracheal": r"para-?tracheal",
        "pleura": r"costophrenic|pleural|pneumothorax|hemothorax|hydropneumothorax",
        "rib": r"ribs?",
        "shoulder": r"shoulders?|supraspinatus|infraspinatus|subscapularis|rotator cuff|labr\w+|"
        r"humer\w+|clavicle|glenoid",
        "sinus": r"maxillary|ethmoid|sphenoid",
        "disc": r"foram\w+|disc|[CTLS]\d+-[CTLS]?\d+",
        "testis": r"test(?:is|es|icular|icle)|epididym\w+",
        "thyroid": r"thyroid",
    }
)
_SIDE: Final = re.compile(r"\b(left|lt|right|rt|bilateral(?:ly)?|both)\b", re.I)
_NORMAL: Final = re.compile(
    r"\b(?:normal|unremarkable|patent|intact|clear|preserved|for comparison|symmetric)\b", re.I
)
_CLAUSE: Final = re.compile(r"[,;]|\b(?:and|but|with|while|whereas)\b", re.I)
_BEFORE, _BEHIND = 45, 35  # characters between a part and its side

#: Who denies these denies no smaller, older or other one.
_SOME: Final = re.compile(
    r"\b(?:large|displaced|sizable|new|additional|other|further)(?: [\w-]+){0,3} $", re.I
)
#: Two sides of one part: "left upper and right upper lobe".
_BOTH_SIDES: Final = re.compile(
    r"\b(left|right)(?: [\w-]+)? (?:and|or) (?:the )?(?!\1)(?:left|right)(?: [\w-]+)? $", re.I
)

#: Which of two sides has more of it.
_MORE: Final = re.compile(
    r"\b(left|right),? (?:greater|more|larger|worse|higher) than (?:the )?(?:left|right)\b", re.I
)

#: What is there or is not; findings and impression use the same word or one beside it.
_THINGS: Final = _table(
    {
        "abscess": r"abscess(?:es)?",
        "appendicitis": r"appendicitis",
        "ascites": r"ascites",
        "consolidation": r"consolidations?",
        "thrombosis": r"(?:deep (?:vein|venous) )?thromb(?:osis|us|i)",
        "dislocation": r"dislocat(?:ion|ed)",
        "dissection": r"dissection",
        "pericardial_effusion": r"pericardial effusions?",
        "effusion": r"effusions?",
        "rib_fracture": r"rib fractures?",
        "fracture": r"fractur(?:e|es|ed)",
        "free_air": r"free (?:intraperitoneal )?(?:air|gas)|pneumoperitoneum",
        "gallstones": r"gallstones?|cholelithiasis",
        "hemorrhage": r"ha?emorrhages?|ha?ematomas?",
        "hydronephrosis": r"hydronephrosis",
        "infarct": r"infarct(?:s|ion)?",
        "obstruction": r"obstruct(?:ion|ed)",
        "pneumothorax": r"pneumothora(?:x|ces)",
        "pulmonary_embolism": r"embol(?:ism|us|i)",
        "stenosis": r"stenos(?:is|es)",
        "tear": r"tears?|torn",
    }
)

_SIZE: Final = re.compile(
    r"(\d+(?:\.\d+)?)(?:\s*[x×]\s*(\d+(?:\.\d+)?))?(?:\s*[x×]\s*(\d+(?:\.\d+)?))?\s*(mm|cm)\b", re.I
)
#: A limit or a technique that is named beside a size; nothing of this patient.
_LIMIT: Final = re.compile(
    r"\b(?:under|below|above|over|less than|more than|greater than|smaller than|larger than|"
    r"at least|exceed(?:s|ing)?|threshold of|within)\s*$",
    re.I,
)
_TECHNIQUE: Final = re.compile(r"^\s*(?:slices?|sections?|collimation|intervals?|margins?)\b", re.I)


def other_side(findings: str, impression: str) -> str:
    """A part of the impression whose findings are on the other side alone."""
    found: dict[str, set[str]] = {}
    for part, side, _ in _sided(findings):
        found.setdefault(part, set()).add(side)
    for part, side, words in _sided(impression):
        known = found.get(part, set()) if "_" in part else set()
        known = known or _of_organ(found, part)
        if known and side != "both" and not known & {side, "both"}:
            return words
    return _other_more(findings, impression)


def _other_more(findings: str, impression: str) -> str:
    """A sentence of the impression in which the other side is the one that has more."""
    known = {match[1].lower() for match in _MORE.finditer(findings)}
    for sentence in sentences(impression):
        match = _MORE.search(sentence)
        if match and known and match[1].lower() not in known:
            return sentence
    return ""


def _of_organ(found: Mapping[str, set[str]], part: str) -> set[str]:
    """The sides of all parts of the same organ: a base is of the lung, and so is a lobe."""
    organ = part.partition("_")[0]
    return {side for each, sides in found.items() if each.startswith(organ) for side in sides}


def _sided(text: str) -> Iterator[tuple[str, str, str]]:
    """(part, side, words) of everything claimed that is not normal."""
    for sentence in sentences(text):
        if not _SIDE.search(sentence) or _NORMAL.search(sentence):
            continue
        for match in _PARTS.finditer(sentence):
            side = _side_of(sentence, match.start(), match.end())
            if side and not denied(sentence, match.start(), match.end()):
                yield str(match.lastgroup), side, sentence


def _side_of(sentence: str, start: int, end: int) -> str:
    """The side in front of a part, as close as can be; else the one behind it."""
    before = sentence[max(0, start - _BEFORE) : start]
    if _BOTH_SIDES.search(before):
        return "both"
    before = before[_last(_CLAUSE, before) :]
    behind = sentence[end : end + _BEHIND]
    cut = _CLAUSE.search(behind)
    behind = behind[: cut.start()] if cut else behind
    sides = _SIDE.findall(before)
    word = sides[-1] if sides else next(iter(_SIDE.findall(behind)), "")
    return {"l": "left", "r": "right", "b": "both"}.get(word[:1].lower(), "")


def _last(pattern: re.Pattern[str], text: str) -> int:
    return max((match.end() for match in pattern.finditer(text)), default=0)


def other_size(findings: str, impression: str) -> str:
    """A size of the impression that no finding has, rounded or in the other unit."""
    known = {size for _, sizes in _sizes(findings) for size in sizes}
    if not known:
        return ""
    for words, sizes in _sizes(impression):
        if not all(any(_rounds_to(each, size) for each in known) for size in sizes):
            return words
    return ""


def _sizes(text: str) -> Iterator[tuple[str, tuple[tuple[Decimal, int], ...]]]:
    """(words, sizes) where a size is in mm, with the place of its last figure (cm: one less)."""
    for match in _SIZE.finditer(text):
        before = text[max(0, match.start() - _BEFORE) : match.start()]
        if _LIMIT.search(before) or _TECHNIQUE.search(text[match.end() :]):
            continue
        scale = 1 if match[4].lower() == "cm" else 0
        sizes = []
        for figures in filter(None, match.groups()[:3]):
            decimals = len(figures.partition(".")[2])
            sizes.append((Decimal(figures).scaleb(scale), decimals - scale))
        yield match.group(), tuple(sizes)


def _rounds_to(exact: tuple[Decimal, int], said: tuple[Decimal, int]) -> bool:
    """Whether a size is what the other says with fewer figures, rounded or cut off."""
    if said[1] > exact[1]:
        exact, said = said, exact  # the impression may be the finer of the two
    place = Decimal(1).scaleb(-said[1])
    near = exact[0].quantize(place, ROUND_HALF_UP), exact[0].quantize(place, ROUND_DOWN)
    return said[0] in near


def contradiction(findings: str, impression: str) -> str:
    """What the impression claims and the findings deny, or the other way round."""
    there, here = _claims(findings), _claims(impression)
    for thing, said in here.items():
        known = there.get(thing, set())
        if (True in said and known == {False}) or (False in said and known == {True}):
            return thing.replace("_", " ")
    return ""


def _claims(text: str) -> dict[str, set[bool]]:
    """Of each thing: True where it is said to be there, False where it is said not to be."""
    found: dict[str, set[bool]] = {}
    for sentence in sentences(text):
        for thing, there in _said_of_things(sentence):
            found.setdefault(thing, set()).add(there)
    return found


@lru_cache(maxsize=4096)
def _said_of_things(sentence: str) -> tuple[tuple[str, bool], ...]:
    """Remembered: of a long text one sentence changes with a key."""
    said = []
    for match in _THINGS.finditer(sentence):
        if denied(sentence, *match.span()):
            if not _SOME.search(sentence[: match.start()]):
                said.append((str(match.lastgroup), False))
        elif not past(sentence, *match.span()):
            said.append((str(match.lastgroup), True))
    return tuple(said)
