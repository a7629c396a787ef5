"""Early ischaemic change in the territory of the middle cerebral artery, by ASPECTS.

Barber PA et al. Lancet 2000;355:1670-1674; how it is scored: Pexman JHW et al. AJNR
2001;22:1534-1542. Ten regions, a point for each that is normal.
"""

from typing import Final

from workstation.domain.decision_aid import Aid, Answers, Question
from workstation.services.report.decision_aids.answers import choice, chosen

_SIDE: Final = Question("side", "Side", (("left", "left"), ("right", "right")))
_REGIONS: Final = Question(
    "regions",
    "Regions with early ischaemic change",
    (
        ("C", "caudate"), ("L", "lentiform"), ("IC", "internal capsule"), ("I", "insular ribbon"),
        ("M1", "M1"), ("M2", "M2"), ("M3", "M3"), ("M4", "M4"), ("M5", "M5"), ("M6", "M6"),
    ),
    several=True,
)  # fmt: skip


def _advise(answers: Answers) -> str:
    side, found = choice(answers, _SIDE), chosen(answers, _REGIONS)
    score = len(_REGIONS.choices) - len(found)
    regions = f" ({', '.join(found)})" if found else ""
    return f"ASPECTS {score} of 10, {side}{regions}."


ASPECTS: Final = Aid(
    "aspects",
    "Early ischaemic change (ASPECTS)",
    "ASPECTS",
    "2000.1",
    "Barber et al., Lancet 2000;355:1670-1674; Pexman et al., AJNR 2001;22:1534-1542",
    (_SIDE, _REGIONS),
    _advise,
)
