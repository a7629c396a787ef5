"""What a text says that does not fit the patient, or that somebody must be told of.

Pure tables of words, asked before a signature. Every false alarm that is reported becomes a
row of `tests/corpus/checks`; how often the rules are right stands in docs/checks.md.
"""

import re
from collections.abc import Callable
from typing import Final

from workstation.services.report import assertions, critical_terms

#: Organs of one sex. A surgically absent uterus in a man is still worth a look.
_MALE: Final = re.compile(
    r"\b(?:prostate|prostatic|prostatectomy|seminal vesicles?|testis|testes|testicular|"
    r"scrotum|scrotal|penis|penile|epididymis|epididymal)\b",
    re.I,
)
_FEMALE: Final = re.compile(
    r"(?<!vesico)\b(?:uterus|uterine|ovary|ovaries|ovarian|adnexa|adnexal|cervix|endometrium|"
    r"endometrial|myometrium|vagina|vaginal|hysterectomy|gravid)\b",
    re.I,
)

_WHO: Final = (
    r"(?:dr|doctor|physician|clinician|provider|nurse|surgeon|consultant|registrar|resident|team|"
    r"ward|emergency department|icu)"
)
#: What was done; what shall be done is told nobody yet.
_TOLD: Final = (
    r"(?<!be )(?<!so-)(?<!so )(?:communicated|discussed|notified|called|told|informed|paged|phoned|"
    r"telephoned|contacted|conveyed|relayed|alerted)"
)
_COMMUNICATED: Final = re.compile(
    rf"\b{_TOLD}\b[^.]{{0,80}}\b(?:to|with|by|back|{_WHO})\b|\breported by (?:tele)?phone\b|"
    rf"\b{_WHO}\b[^\n]{{0,60}}?\b(?:was|were|has been|have been|i) (?:\w+ )?{_TOLD}\b|"
    rf"\bcritical (?:results?|findings?) (?:notification|communication|{_TOLD})\b|"
    r"\bresults? (?:called|phoned|telephoned)\b|\bread[- ]back\b[^.]{0,80}\b(?:by|to|with)\b",
    re.I,
)

Fits = Callable[[int, str], bool]


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{pattern})\b", re.I)


#: What is said of some ages alone, and whether it can be of this one (years, sex).
_OF_AN_AGE: Final[tuple[tuple[re.Pattern[str], Fits], ...]] = (
    (_words(r"gravid|pregnan\w+|gestational sac|fetus|fetal"), lambda age, _: 10 <= age <= 57),
    (_words(r"post-?menopausal"), lambda age, _: age >= 35),
    (_words(r"enlarged prostate|prostatic (?:enlargement|hyper\w+)|involution of the prostate"),
     lambda age, _: age >= 18),
    (_words(r"(?:open|unfused) (?:growth plates?|phys[ei]s)|(?:growth plates?|phys[ei]s) "
            r"(?:are|is|remain) (?:open|unfused)|skeletally immature"),
     lambda age, _: age <= 25),
    (_words(r"normal thymus"), lambda age, _: age <= 50),
    (_words(r"degenerative|osteoarthritis|spondylosis"), lambda age, _: age >= 14),
    (_words(r"age[- ]related"), lambda age, _: age >= 35),
    (_words(r"atherosclero\w+"), lambda age, _: age >= 18),
)  # fmt: skip

#: Words that speak of an older examination, and those that only sound like it.
_COMPARES: Final = re.compile(
    r"\b(?:compared (?:to|with)(?! the (?:left|right|contralateral|opposite|other))"
    r"|comparison is made|in comparison (?:to|with) (?:the )?(?:prior|previous)"
    r"|(?:un)?changed (?:from|since)"
    r"|(?:since|than|from|on|in|to|with) (?:the )?(?:(?:prior|previous)(?: \w+)?"
    r" (?:study|examination|exam|ct|mri?|mr|radiographs?|mammograms?|ultrasound|scan)|prior\b)"
    r"|interval (?:change|increase|decrease|development|growth|progression|improvement|resolution)"
    r"|new since)",
    re.I,
)
_NO_PRIOR: Final = re.compile(
    r"\bno (?:prior|previous|older|earlier)\b[^.;]{0,60}|\bno comparisons?\b[^.;]{0,40}", re.I
)


def of_other_sex(text: str, sex: str) -> str:
    """The first organ that a patient of this sex does not have."""
    pattern = {"M": _FEMALE, "F": _MALE}.get(sex)
    match = pattern.search(text) if pattern else None
    return match.group() if match else ""


def of_other_age(text: str, age: int | None, sex: str) -> str:
    """The first words that do not fit a patient of so many years."""
    if age is None:
        return ""
    for pattern, possible in _OF_AN_AGE:
        match = pattern.search(text)
        if match and not possible(age, sex) and not _denied(text, match):
            return match.group()
    return ""


def _denied(text: str, match: re.Match[str]) -> bool:
    """Whether it is said not to be there, in the sentence it stands in."""
    start = max(text.rfind(". ", 0, match.start()), text.rfind("\n", 0, match.start())) + 1
    end = min(where for where in (text.find(".", match.end()), len(text)) if where >= 0)
    sentence = text[start:end]
    return assertions.denied(sentence, match.start() - start, match.end() - start)


def communicated(text: str) -> bool:
    """Whether it says that somebody was told."""
    return _COMMUNICATED.search(text) is not None


def critical(text: str) -> str:
    """The first critical finding that is claimed of today, if nobody was told of any."""
    if communicated(text):
        return ""
    found = next(critical_terms.asserted(text), None)
    return found[0].lower() if found else ""


def critical_sentence(text: str) -> str:
    """The sentence in which it stands, without its number in a list; empty where there is none."""
    found = next(critical_terms.asserted(text), None)
    return re.sub(r"^\s*\d{1,2}[.)]\s+", "", found[1]).strip(" .\n") if found else ""


def compares(text: str) -> str:
    """Words that compare with an older examination."""
    match = _COMPARES.search(_NO_PRIOR.sub(" ", text))
    return match.group() if match else ""
