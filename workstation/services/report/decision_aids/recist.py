"""Response of target lesions, by RECIST 1.1.

Eisenhauer EA et al. New response evaluation criteria in solid tumours: Revised RECIST guideline
(version 1.1). Eur J Cancer 2009;45:228-247, section 4.3. Sums are of longest diameters, of lymph
nodes the short axis, at most five lesions and two of an organ. Non-target lesions and the
confirmation of a response are the reader's.
"""

from typing import Final

from workstation.domain.decision_aid import Aid, Answers, Question
from workstation.services.report.decision_aids.answers import choice, number
from workstation.text import tr

_YES_NO: Final = (("yes", "yes"), ("no", "no"))
_BASELINE: Final = Question("baseline", "Sum at baseline", unit="mm")
_NADIR: Final = Question("nadir", "Smallest sum so far, baseline too", unit="mm")
_NOW: Final = Question("now", "Sum now", unit="mm")
_GONE: Final = Question(
    "gone", "All target lesions gone, nodes below 10 mm in the short axis", _YES_NO
)
_NEW: Final = Question("new", "New lesions", _YES_NO)


def _advise(answers: Answers) -> str:
    baseline, nadir, now = (number(answers, each) for each in (_BASELINE, _NADIR, _NOW))
    if baseline <= 0:
        raise ValueError(tr("without a baseline there is no response"))
    if nadir > baseline:
        raise ValueError(tr("the smallest sum cannot be larger than that at baseline"))
    from_baseline = (now - baseline) / baseline * 100
    verdict = _verdict(answers, baseline, nadir, now)
    smallest = f", {(now - nadir) / nadir * 100:+.0f} % from {nadir:g} mm" if nadir > 0 else ""
    return (
        f"RECIST 1.1, target lesions: {verdict}. Sum {now:g} mm, {from_baseline:+.0f} % from"
        f" {baseline:g} mm at baseline{smallest + ' at the smallest' if smallest else ''}."
    )


def _verdict(answers: Answers, baseline: float, nadir: float, now: float) -> str:
    if choice(answers, _NEW) == "yes":
        return "progressive disease (new lesions)"
    # By a fifth of the smallest sum and by 5 mm as well; 1e-9: decimals are not binary.
    if now - nadir >= 5 and now >= 1.2 * nadir - 1e-9:
        return "progressive disease"
    if choice(answers, _GONE) == "yes":
        return "complete response"
    if now <= 0.7 * baseline + 1e-9:
        return "partial response"
    return "stable disease"


RECIST: Final = Aid(
    "recist",
    "Response of target lesions (RECIST 1.1)",
    "RECIST 1.1",
    "1.1.1",
    "Eisenhauer et al., Eur J Cancer 2009;45:228-247",
    (_BASELINE, _NADIR, _NOW, _GONE, _NEW),
    _advise,
)
