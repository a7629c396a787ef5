"""What a sentence of a report claims of today: denial, what ended, what was asked or supposed.

Deterministic and table-driven: a table of cues for each way in which words name a finding that
is none. A cue reaches to the end of its clause. Every false alarm that is reported becomes a row
of `tests/unit/services/report/test_assertions.py`.
"""

import re
from typing import Final


def _cues(*said: str) -> re.Pattern[str]:
    return re.compile("|".join(said), re.I)


#: How a conclusion is drawn from signs: "…, in keeping with torsion".
_DRAWN: Final = (
    r"(?:consistent|compatible|in keeping|in line) with|suggest(?:ive|ing|s)\b|"
    r"(?:suspicious|concerning|worr(?:ying|isome)) (?:for|of)\b|represent(?:s|ing)\b|"
    r"indicat(?:ive|ing|es)\b|(?:thus )?correspond(?:s|ing) to|diagnostic of|due to|"
    r"likely|probabl[ey]|(?:rais(?:es|ing) )?(?:suspicion|concern)"
)
#: A negation reaches to the end of its clause; what is drawn from a sign that is absent is a
#: clause of its own, and so is what stands beside what is denied.
_CLAUSE_END: Final = _cues(
    r"[,:]?\s+(?:but|however|although|though|yet|while|whereas)\b",
    r"[;:]|\s[–—-]\s",
    r"\b(?:except(?: for)?|other than|apart from|aside from|besides|despite|in spite of)\b",
    r",\s+(?=(?:there|here) (?:is|are|was|were)\b)|\band (?=the\b)|\bwith (?=(?:an? )?new\b)",
    r",\s+(?:and\s+)?(?=(?:a\s+)?(?:new|now|today|instead)\b)",
    rf",\s+(?:(?:findings?|appearances?|features|which (?:is|are)|this is|highly|most|very)\s+)*"
    rf"(?={_DRAWN})",
    r",\s+(?:and\s+)?(?=the\s[^,;]{3,40}\b(?:is|are|has|have|persists?|remains?|shows?)\b)",
)
#: What was seen or found, in the words in which it is denied.
_SEEN: Final = (
    r"(?:seen|identified|present|visible|visuali[sz]ed|shown|demonstrated|appreciated|detected|"
    r"evident|apparent|noted|found|confirmed|there)"
)
_TO_SHOW: Final = (
    r"(?:suggest|show|demonstrate|represent|indicate|support|reveal|confirm|see|find|identify|"
    r"detect|appreciate|enter|reach|reflect|constitute)"
)
_NEGATION: Final = _cues(
    r"\b(?:no|nil|none|nothing|neither|nor|never|without|w/o|absent|denies|denied)\b",
    r"\b(?:negative|neg)(?: (?:\w+ )?(?:study|examination|scan))? for\b",
    r"\b(?:absence|lack|devoid|resolution|clearing|disappearance|healing) of\b",
    r"\b(?:free|clear) (?:of|from)\b|\b(?:resolved|cleared)\b",
    r"\b(?:exclud(?:e|es|ed|ing)|rul(?:e|es|ed|ing) out)\b",
    rf"\bnot (?:to be )?{_SEEN}|\b(?:do|does|did|can|could)(?: ?not|n.t) {_TO_SHOW}\b",
    r"\bnot (?:an?|the|any|appear|those|that|consistent|compatible|in (?:the|keeping)|typical|"
    r"suggestive|suspicious|diagnostic|indicative|due|caused|related|characteristic)\b",
    rf"\bfail(?:s|ed|ing)? to {_TO_SHOW}\b|\brather than\b|\binstead of\b",
    r"\b(?:argu(?:es?|ing)|speaks?|evidence) against\b|\b(?:unlikely|improbable)\b",
    r"\blow (?:suspicion|probability|likelihood)\b",
)
#: Words that look like a negation and deny nothing; each is taken out before cues are looked for.
_PSEUDO: Final = _cues(
    r"\bno (?:significant |interval |relevant |definite |appreciable )*(?:change|increase|decrease|"
    r"improvement|progression|regression|difference|longer (?:only|small))\b",
    r"\bwithout (?:\w+ )?(?:change|improvement|resolution)\b",
    r"\bwithout (?:(?:and|with|intravenous|iv|oral|any|use of) )*(?:contrast|gadolinium|sedation)",
    r"\bnot only\b|\bno doubt\b|\bnot normal\b",
    r"\b(?:can ?not|could not|can.t|difficult to|hard to|impossible to) (?:\w+ )?(?:be )?"
    r"(?:(?:confidently|completely|entirely|fully|reliably|safely) )?"
    r"(?:excluded?|rule(?:d)? out|denied)\b",
    r"\b(?:not|never)(?: (?:yet|fully|completely|entirely|significantly|been)){0,2} ?"
    r"(?:be )?(?:excluded?|ruled out|resolved|cleared|improved|changed|increased|decreased)\b",
    r"\b(?:part(?:ly|ial(?:ly)?)|incomplete(?:ly)?|near(?:ly|-complete)|almost|mostly)"
    r"(?: complete(?:ly)?)? (?:resolved|resolution|cleared|clearing|absorbed)\b",
    r"\bnot (?:yet |fully |completely |entirely )(?:absorbed|drained|resorbed)\b",
)
#: What is said behind a finding that is not there, or is there no more.
_GONE: Final = (
    rf"\b(?:not (?:\w+ )?{_SEEN}|(?:is|are|was|were) not\b(?= *(?:[.;]|$))|no longer|excluded|"
    r"ruled out|(?:was|were|been) (?:considered|discussed),? (?:but|and (?:excluded|rejected))|"
    r"resolved|cleared|gone|disappeared|absorbed|resorbed|lysed|dissolved|drained|evacuated|"
    r"(?:less |very |most |highly |thus |therefore )?unlikely|improbable|refuted|disproved|"
    r"(?:is|are|was|were|be) absent|(?:is|are) (?:open|patent) again|recanali[sz]ed)"
)
#: A clause in which the finding is the subject; a list in front of its verb has commas.
_REST: Final = (
    r"(?:(?!\b(?:and (?:the|an?|new)|but|with|while|whereas|however|although|though)\b)[^.;,])"
)
_AFTER: Final = _cues(
    rf"^{_REST}{{0,60}}?{_GONE}",
    rf"^(?:,?{_REST}{{0,40}}),?\s(?:or|nor|and)\s{_REST}{{0,40}}?{_GONE}",
    r"^,? (?:which|that|as|previously|seen|noted|described|mentioned|known|reported)\b"
    rf"[^.;]{{0,60}}?{_GONE}",
    r"^\s*(?:absent|nil|negative|none)\b|^[^.;:]{0,40}:\s*(?:none|no|nil|neg(?:ative)?|absent)\b",
    rf"^[^.;:,]{{0,40}}:\s*not {_SEEN}",
)
#: What was there before and is worse now, or is there still, is a finding of today.
_WORSE: Final = _cues(
    r"^[^.;]{0,60}\b(?:enlarged|enlarging|increased|increasing|grown|progressed|worse(?:ned|ning)?|"
    r"recurred|bigger|larger|re-?accumulated|expanded)\b",
)
_STILL: Final = _cues(r"^[^.;,]{0,40}\b(?:persists?|persistent|remains?|still|again|unchanged)\b")
_ACUTE_ON_CHRONIC: Final = _cues(r"\bacute[- ]on[- ](?:top of )?chronic\b")
#: From a cue to the finding: within the clause, and up to what is of today.
_UP_TO: Final = (
    r",?(?: (?!(?:new|acute|now|has|have|shows?|there|is|are|with|developed|presents?|containing|"
    r"showing|causing|complicated)\b)"
    r"[^\s.;,]+){0,6}?\s*$"
)
_LONG_AGO: Final = _cues(
    r"\b(?:history of|h/o|hx of|old|remote|chronic|long-?standing|healed|compensated|burnt[- ]out|"
    r"status post|s/p|sequelae? of|residu(?:a|es?) of|treated|"
    r"(?:evacuation|drainage|repair|clipping|coiling|stenting|replacement|treatment|exclusion|"
    r"emboli[sz]ation) (?:of|for)|"
    rf"(?:treated|anticoagulated|operated|shunt\w*|surgery) for){_UP_TO}",
)
_BEFORE_TODAY: Final = _cues(
    rf"\b(?:prior|previous(?:ly)?|former(?:ly)?|known|(?:patient|victim) (?:with|of)){_UP_TO}"
)
_SINCE_YEARS: Final = _cues(
    r"^[^.;]{0,60}?\b(?:(?:in|since|from|of) (?:the year )?(?:19|20)\d\d\b"
    r"|(?:is|are|appears?|looks?|likely|probably) (?:chronic|old|long-?standing)\b)"
)
#: Part of what an operation leaves; what is more than that is not.
_EXPECTED: Final = (
    r"(?<!than )(?<!than would be )(?<!un)expected\b(?! (?:position|location|course|place))"
)
_EXPECTED_BEFORE: Final = _cues(rf"\b{_EXPECTED}[^.;]{{0,30}}$")
_EXPECTED_AFTER: Final = _cues(
    rf"^[^.;]{{0,60}}?(?:\b{_EXPECTED}|\bnormal (?:on|at|for|after)\b|"
    r"\bwithin (?:normal|the usual) limits\b)"
)
#: The headings of what was asked and how it was done, and how a request begins.
_ASIDE: Final = _cues(
    r"^\W*(?:clinical \w+|(?:medical |past |patient )?history|hx|indications?|ind|request(?:ed)?|"
    r"reason(?: for (?:the )?\w+)?|question|technique|protocol|procedure|comparison|priors?)"
    r"\s*[:–—]",
    r"^\W*(?:this |the |an? )?\d{1,3}[- ]?(?:years?|months?|weeks?|days?|yo|y/?o)\b[- ]?(?:old\b)?",
)
#: What was asked; a finding that is suspected on the images is claimed.
_ASKED: Final = _cues(
    r"(?:\b(?:evaluat(?:e|ion) (?:for|of)|assess(?:ment)? (?:for|of)|look(?:ing)? for|check for|"
    r"search for|rule out|r/o|query|to exclude|question of|clinically suspected|"
    r"clinical (?:concern|suspicion) (?:for|of)|family history of|protocol (?:for|of))\b|\?)"
    r"[^.;]{0,30}$",
)
_ASKED_AFTER: Final = _cues(
    r"^[^.;]{0,30}?\b(?:suspected clinically|clinically suspected)\b|^[^.;,]{0,30}\?\W*$",
    r"^\W*(?:protocol|study|examination|exam|series|cta?|mri?|scan|search|risk)\b",
)
#: A line that is nothing but a suspicion is the question that was asked.
_ONLY_ASKED: Final = _cues(r"^\W*(?:suspected|concern for)(?: [\w-]+){1,4}\W*$")
#: What may come to be, what was told the patient, and what something else looks like.
_SUPPOSED: Final = _cues(
    r"\b(?:if|unless|should|in (?:the )?(?:case|event) of|risks? (?:of|for)|prone to|"
    r"potential (?:for|of)|predispos\w+ to|complications? (?:such as|like|including)|"
    r"informed (?:about|of)|consent\w* (?:to|for)|"
    r"(?:can|may|might|could) (?:cause|lead to|result in))\b[^.;]{0,60}$",
    r"\b(?:mimic\w*|simulat\w+|mistaken for|confused with|(?:read|reported|called|described|"
    r"interpreted|misread|misinterpreted) as)\b[^.;]{0,30}$",
)
_SUPPOSED_AFTER: Final = _cues(
    r"^[^.;]{0,40}\b(?:should (?:occur|develop|arise)|(?:may|might|could|can) (?:occur|develop))\b",
    r"^[^.;]{0,40}\b(?:is|are|was|were) (?:explained|discussed with the patient|mimicked)\b",
)
#: An opening quotation mark that is not closed: the words of somebody else.
_QUOTED: Final = _cues(r"[\"“„«][^\"”“»]*$")


def denied(sentence: str, start: int, end: int) -> bool:
    """Whether the words from `start` to `end` are said not to be there, or no more."""
    before, after = sentence[:start], sentence[end:]
    ends = (match.end() for match in _CLAUSE_END.finditer(sentence))
    clause = max((end for end in ends if end <= start), default=0)
    scope = _PSEUDO.sub(lambda m: " " * len(m.group()), before[clause:])
    if _NEGATION.search(scope):
        return True
    following = _PSEUDO.sub(lambda m: "~" * len(m.group()), after)
    return _AFTER.search(following) is not None


def past(sentence: str, start: int, end: int) -> bool:
    """Whether they are history, expected, asked or supposed: no finding of today."""
    before, after = _ACUTE_ON_CHRONIC.sub("acute", sentence[:start]), sentence[end:]
    return (
        _of_before(before, after)
        or _ASIDE.search(before) is not None
        or _ONLY_ASKED.search(sentence) is not None
        or any(cue.search(before) for cue in (_ASKED, _SUPPOSED, _QUOTED, _EXPECTED_BEFORE))
        or any(cue.search(after) for cue in (_ASKED_AFTER, _SUPPOSED_AFTER, _EXPECTED_AFTER))
    )


def _of_before(before: str, after: str) -> bool:
    """History, unless it is told of today what became of it."""
    if _WORSE.search(after):
        return False
    if _LONG_AGO.search(before) or _SINCE_YEARS.search(after):
        return True
    return _BEFORE_TODAY.search(before) is not None and _STILL.search(after) is None


def claimed(sentence: str, start: int, end: int) -> bool:
    """Whether the words from `start` to `end` are a finding of today."""
    return not denied(sentence, start, end) and not past(sentence, start, end)
