"""Incidental lung nodules, by the Fleischner Society's guidelines of 2017.

MacMahon H et al. Guidelines for Management of Incidental Pulmonary Nodules Detected on CT
Images: From the Fleischner Society 2017. Radiology 2017;284:228-243
(doi 10.1148/radiol.2017161659), Recommendations 1 to 5. Sizes are the mean of the long and the
short axis, in whole millimetres, as the paper measures them.
"""

from typing import Final

from workstation.domain.decision_aid import Aid, Answers, Question
from workstation.services.report.decision_aids.answers import choice, number
from workstation.text import tr

_APPLIES: Final = Question(
    "applies",
    "35 years or older, no known cancer, not immunosuppressed, not a screening CT",
    (("yes", "yes"), ("no", "no")),
)
_KIND: Final = Question(
    "kind", "Nodule",
    (("solid", "solid"), ("part-solid", "part-solid"), ("ground-glass", "ground glass")),
)  # fmt: skip
_COUNT: Final = Question("count", "How many", (("one", "one"), ("several", "several")))
_SIZE: Final = Question("size", "Mean diameter", unit="mm")
_RISK: Final = Question(
    "risk", "Risk of the patient", (("low", "low"), ("high", "high")),
    asked=lambda answers: answers.get("kind") == "solid",
)  # fmt: skip
_SOLID_PART: Final = Question(
    "solid", "Diameter of the solid part", unit="mm",
    asked=lambda answers: answers.get("kind") == "part-solid" and answers.get("count") == "one",
)  # fmt: skip

_NONE: Final = "no routine follow-up"
_AGAIN: Final = {
    "low": "then consider CT at 18-24 months",
    "high": "then CT at 18-24 months",
}


def _advise(answers: Answers) -> str:
    if choice(answers, _APPLIES) == "no":
        raise ValueError(tr("the guideline is not made for this patient"))
    kind, several = choice(answers, _KIND), choice(answers, _COUNT) == "several"
    size = _whole(number(answers, _SIZE))
    if kind == "solid":
        found = _solid(size, choice(answers, _RISK), several=several)
    elif several:
        found = _several_subsolid(size)
    elif kind == "ground-glass":
        found = _ground_glass(size)
    else:
        found = _part_solid(size, answers)
    nodule = {"solid": "solid", "part-solid": "part-solid", "ground-glass": "ground-glass"}[kind]
    what = f"{nodule} nodules, the largest" if several else f"{nodule} nodule of"
    return f"Incidental {what} {size} mm: {found} (Fleischner Society 2017)."


def _whole(millimetres: float) -> int:
    """To the nearest, a half upwards: round() would make 8 of 8.5."""
    return int(millimetres + 0.5)


def _solid(size: int, risk: str, *, several: bool) -> str:
    """Recommendations 1 and 2."""
    if size < 6:
        return _NONE if risk == "low" else "optional CT at 12 months"
    if several:
        return f"CT at 3-6 months, {_AGAIN[risk]}; the most suspicious nodule guides"
    if size <= 8:
        return f"CT at 6-12 months, {_AGAIN[risk]}"
    return "consider CT at 3 months, PET/CT, or tissue sampling"


def _ground_glass(size: int) -> str:
    """Recommendation 3."""
    if size < 6:
        return _NONE
    return "CT at 6-12 months to confirm persistence, then every 2 years until 5 years"


def _part_solid(size: int, answers: Answers) -> str:
    """Recommendation 4."""
    if size < 6:
        return _NONE
    solid = _whole(number(answers, _SOLID_PART))
    if solid > size:
        raise ValueError(tr("the solid part cannot be larger than the nodule"))
    if solid < 6:
        return "CT at 3-6 months to confirm persistence, then every year for 5 years"
    if solid > 8:
        return "PET/CT, biopsy, or resection; a CT at 3-6 months may show first whether it persists"
    return (
        "consider CT at 3-6 months for persistence; PET/CT, biopsy, or resection where its form is"
        " suspicious or the solid part grows"
    )


def _several_subsolid(size: int) -> str:
    """Recommendation 5."""
    if size < 6:
        return "CT at 3-6 months; where they are stable consider CT at 2 and 4 years"
    return "CT at 3-6 months, then by the most suspicious nodule"


FLEISCHNER: Final = Aid(
    "fleischner",
    "Lung nodule (Fleischner Society 2017)",
    "Fleischner 2017",
    "2017.1",
    "MacMahon et al., Radiology 2017;284:228-243",
    (_APPLIES, _KIND, _COUNT, _SIZE, _SOLID_PART, _RISK),
    _advise,
)
