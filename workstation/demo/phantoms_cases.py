"""The demo shift: who the phantom patients are and what was done to them."""

from collections.abc import Callable
from datetime import date
from typing import Final

from attrs import frozen

from workstation.demo.phantoms_dicom import SeriesPlan
from workstation.demo.phantoms_plans import (
    ALDER_NOW,
    ALDER_NOW_SHIFT,
    ALDER_PRIOR,
    ALDER_PRIOR_SHIFT,
    chest_now,
    chest_prior,
    quality,
)
from workstation.demo.phantoms_trunk import Lesion, Trunk
from workstation.demo.phantoms_truth import ChestTruth, truth_of


@frozen
class Person:
    id: str
    name: str
    birth_date: date
    sex: str


@frozen(eq=False)
class Case:
    """One study; `plans(frame_of_reference)` gives its series."""

    site: str
    patient: Person
    accession: str
    modality: str
    description: str
    procedure_code: str
    body_part: str
    indication: str
    plans: Callable[[str], tuple[SeriesPlan, ...]]
    priority: str = "routine"
    tier: str = "final"
    due_minutes: int = 240
    minutes_before: int = 40
    days_before: int = 0
    report: str = ""
    truth: ChestTruth | None = None


ALDER: Final = Person("HG-100482", "Alder^Robin", date(1962, 3, 2), "M")
CYPRESS: Final = Person("MV-20771", "Cypress^Lee", date(1949, 5, 19), "M")
TESTMANN: Final = Person("KN-5120", "Testmann^Kai", date(1971, 1, 30), "M")
ROWAN: Final = Person("HG-100913", "Rowan^Alex", date(1968, 8, 14), "M")
QUALITY: Final = Person("KN-QA-1", "Phantom^Quality", date(2020, 1, 1), "O")

_SCREENING: Final = Trunk(
    seed=4, scale=0.96, fat=1.5, contrast=0.0, lesions=(Lesion((-78.0, 10.0, 20.0), 9.0, 35.0),)
)

CASES: Final = (
    Case(
        "harbor", ALDER, "HG-26-118204", "CT", "CT chest with contrast", "CTCHW", "CHEST",
        "Cough for six weeks, weight loss. Nodule follow-up.",
        lambda frame: chest_now(ALDER_NOW, ALDER_NOW_SHIFT, frame),
        "urgent", "final", 55, 43, truth=truth_of(ALDER_NOW, ALDER_NOW_SHIFT),
    ),
    Case(
        "harbor", ALDER, "HG-25-093311", "CT", "CT chest with contrast", "CTCHW", "CHEST",
        "Nodule on chest radiograph.",
        lambda frame: chest_prior(ALDER_PRIOR, ALDER_PRIOR_SHIFT, frame),
        days_before=379, minutes_before=520, truth=truth_of(ALDER_PRIOR, ALDER_PRIOR_SHIFT),
        report="TECHNIQUE\nHelical CT of the chest after intravenous contrast, 5 mm.\n\n"
        "FINDINGS\nSolid nodule in the left upper lobe, 20 mm, smooth margin. Nodule in the right "
        "lower lobe, 6 mm. No enlarged lymph nodes. No effusion.\n\n"
        "IMPRESSION\nSolid left upper lobe nodule, 20 mm. Follow-up CT or PET/CT is advised.\n",
    ),
    Case(
        "harbor", ROWAN, "HG-26-118231", "CT", "CTA chest, dissection", "CTACH", "CHEST",
        "Sudden tearing chest pain, blood pressure differs between arms.",
        lambda frame: chest_now(Trunk(seed=3, scale=1.03, fat=1.3, contrast=1.35, dissection=True),
                                (4.0, -3.0, -260.0), frame),
        "stat", "preliminary", 24, 23,
    ),
    Case(
        "mesa", CYPRESS, "MV-26-40417", "CT", "CT chest, low dose screening", "CTLDS", "CHEST",
        "Lung cancer screening, 42 pack-years.",
        lambda frame: chest_now(_SCREENING, (-3.0, 2.0, 90.0), frame),
        "routine", "final", 210, 150, truth=truth_of(_SCREENING, (-3.0, 2.0, 90.0)),
    ),
    Case(
        "nord", TESTMANN, "KN-26-7741", "CT", "CT Thorax nativ", "CTTHN", "CHEST",
        "Husten, Fieber. Infiltrat?",
        lambda frame: chest_now(Trunk(seed=5, scale=1.0, fat=1.2, contrast=0.0, effusion_mm=26.0),
                                (0.0, 0.0, -120.0), frame),
        "routine", "final", 185, 55,
    ),
    Case(
        "nord", QUALITY, "KN-26-QA01", "CT", "CT phantom QA", "CTQA", "",
        "Daily constancy test.", quality, "routine", "final", 400, 30,
    ),
)  # fmt: skip
