"""The demo shift: who the phantom patients are and what was done to them."""

from collections.abc import Callable
from datetime import date
from typing import Final

from attrs import frozen

from workstation.demo.phantoms_dicom import SeriesPlan
from workstation.demo.phantoms_head import Head, Plaque
from workstation.demo.phantoms_plans import (
    ALDER_NOW,
    ALDER_NOW_SHIFT,
    ALDER_PRIOR,
    ALDER_PRIOR_SHIFT,
    abdomen_ct_plan,
    abdomen_pet_ct_plan,
    brain_mr_plan,
    chest_cr_plan,
    chest_now,
    chest_prior,
    head_ct_plan,
    quality,
)
from workstation.demo.phantoms_trunk import Lesion, Trunk
from workstation.demo.phantoms_truth import StudyTruth, plaques_of, truth_of


@frozen
class Person:
    id: str
    name: str
    birth_date: date
    sex: str


@frozen(eq=False)
class Case:
    """One study; `plans(frame_of_reference)` gives its series.

    A prior names the minutes of its current study, so that `days_before` lies between their
    dates whenever the shift begins.
    """

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
    truth: StudyTruth | None = None


ALDER: Final = Person("HG-100482", "Alder^Robin", date(1962, 3, 2), "M")
ROWAN: Final = Person("HG-100913", "Rowan^Alex", date(1968, 8, 14), "M")
MUELLER: Final = Person("HG-101220", "Müller-Beispiel^Jo", date(1997, 6, 11), "F")
JUNIPER: Final = Person("HG-099107", "Juniper^Sam", date(1965, 9, 3), "F")
HAWTHORN: Final = Person("HG-101566", "Hawthorn^Jamie", date(1980, 2, 17), "M")
LINDEN: Final = Person("HG-101604", "Linden^Chris", date(1948, 12, 1), "M")
ASPEN: Final = Person("MV-31902", "Aspen^Terry", date(1955, 4, 8), "F")
ANNA: Final = Person("MV-32047", "Пример^Анна", date(1982, 7, 23), "F")
ALDER_IN_TEXAS: Final = Person("MV-20344", "ALDER^ROBIN J", date(1962, 3, 2), "M")
CYPRESS: Final = Person("MV-20771", "Cypress^Lee", date(1949, 5, 19), "M")
OLIVE: Final = Person("MV-28815", "Olive^Kim", date(1989, 10, 5), "F")
ELM: Final = Person("MV-32100", "Elm^Taylor", date(1969, 11, 12), "M")
TESTMANN: Final = Person("KN-5120", "Testmann^Kai", date(1971, 1, 30), "M")
MUSTER: Final = Person("KN-4873", "Muster^Erika", date(1958, 3, 27), "F")
BEISPIEL: Final = Person("KN-5204", "Beispiel^Uwe", date(1977, 8, 21), "M")
QUALITY: Final = Person("KN-QA-1", "Phantom^Quality", date(2020, 1, 1), "O")

_SCREENING: Final = Trunk(
    seed=4, scale=0.96, fat=1.5, contrast=0.0, lesions=(Lesion((-78.0, 10.0, 20.0), 9.0, 35.0),)
)
_LIVER: Final = Trunk(seed=8, fat=1.45, lesions=(Lesion((-72.0, -6.0, -134.0), 28.0, 58.0),))
_HAEMANGIOMA: Final = Trunk(
    seed=9, scale=1.02, fat=1.7, lesions=(Lesion((-60.0, 20.0, -120.0), 16.0, 150.0),)
)
_MS_NOW: Final = Head(
    seed=7, plaques=(Plaque((26.0, 4.0, 44.0), 9.0), Plaque((-22.0, -14.0, 44.0), 5.0))
)
_MS_PRIOR: Final = Head(seed=7, plaques=(Plaque((26.0, 4.0, 44.0), 6.0),))
_MS_SHIFT: Final = (1.0, -12.0, 20.0)
_MS_PRIOR_SHIFT: Final = (-2.0, -9.0, 26.0)
_OLIVE: Final = Trunk(seed=6, fat=1.2, contrast=0.0)

HARBOR: Final = (
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
        days_before=379, minutes_before=43, truth=truth_of(ALDER_PRIOR, ALDER_PRIOR_SHIFT),
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
        "harbor", MUELLER, "HG-26-118219", "MR", "MR brain without contrast", "MRBRWO", "BRAIN",
        "Multiple sclerosis, new numbness of the right arm.",
        lambda frame: brain_mr_plan(_MS_NOW, _MS_SHIFT, frame, 4.0),
        "urgent", "final", 62, 18, truth=plaques_of(_MS_NOW, _MS_SHIFT),
    ),
    Case(
        "harbor", MUELLER, "HG-25-104470", "MR", "MR brain without contrast", "MRBRWO", "BRAIN",
        "Optic neuritis.",
        lambda frame: brain_mr_plan(_MS_PRIOR, _MS_PRIOR_SHIFT, frame, 5.0),
        days_before=401, minutes_before=18, truth=plaques_of(_MS_PRIOR, _MS_PRIOR_SHIFT),
        report="TECHNIQUE\nAxial T1, T2 and FLAIR, 5 mm.\n\nFINDINGS\nOne periventricular lesion "
        "on the left, 6 mm, bright on FLAIR. No other lesion. Ventricles of normal width.\n\n"
        "IMPRESSION\nSingle periventricular white matter lesion.\n",
    ),
    Case(
        "harbor", JUNIPER, "HG-26-118177", "CT", "CT abdomen with contrast", "CTABW", "ABDOMEN",
        "Colon cancer, staging.",
        lambda frame: abdomen_pet_ct_plan(_LIVER, (0.0, 0.0, 40.0), frame),
        "routine", "final", 124, 116, truth=truth_of(_LIVER, (0.0, 0.0, 40.0)),
    ),
    Case(
        "harbor", HAWTHORN, "HG-26-118190", "CT", "CT head without contrast", "CTHDWO", "HEAD",
        "Thunderclap headache, blood pressure 220/120.",
        lambda frame: head_ct_plan(Head(seed=3, bleed=True, atrophy=1.3), (0.0, 8.0, -30.0), frame),
        "urgent", "final", 96, 46,
    ),
    Case(
        "harbor", LINDEN, "HG-26-118240", "CR", "CR chest portable", "CRCHP", "CHEST",
        "Increasing shortness of breath.",
        lambda frame: chest_cr_plan(Trunk(seed=11, scale=0.98, fat=1.4, contrast=0.0,
                                          effusion_mm=60.0), lateral=False, inverse=True),
        "stat", "preliminary", 31, 12,
    ),
)  # fmt: skip

MESA: Final = (
    Case(
        "mesa", ASPEN, "MV-26-40431", "CT", "CT head, stroke protocol", "CTHDST", "HEAD",
        "Left hemiparesis, last seen well 70 minutes ago.",
        lambda frame: head_ct_plan(Head(seed=1, stroke=True, atrophy=1.2),
                                   (-2.0, 5.0, 12.0), frame),
        "stat", "preliminary", 16, 14,
    ),
    Case(
        "mesa", ANNA, "MV-26-40428", "CT", "CT head, trauma", "CTHDTR", "HEAD",
        "Fall from a ladder, drowsy.",
        lambda frame: head_ct_plan(Head(seed=2, subdural=True, atrophy=0.8),
                                   (3.0, 2.0, 7.0), frame),
        "stat", "preliminary", 21, 19,
    ),
    Case(
        "mesa", CYPRESS, "MV-26-40417", "CT", "CT chest, low dose screening", "CTLDS", "CHEST",
        "Lung cancer screening, 42 pack-years.",
        lambda frame: chest_now(_SCREENING, (-3.0, 2.0, 90.0), frame),
        "routine", "final", 151, 89, truth=truth_of(_SCREENING, (-3.0, 2.0, 90.0)),
    ),
    Case(
        "mesa", OLIVE, "MV-26-40409", "CR", "CR chest, two views", "CRCH2", "CHEST",
        "Fever and cough.", lambda frame: chest_cr_plan(_OLIVE, lateral=True),
        "routine", "final", 72, 47,
    ),
    Case(
        "mesa", OLIVE, "MV-24-11873", "CR", "CR chest PA", "CRCH1", "CHEST",
        "Before employment.", lambda frame: chest_cr_plan(_OLIVE, lateral=False, inverse=True),
        days_before=688, minutes_before=47, report="FINDINGS\nHeart of normal size. Lungs clear. "
        "No effusion.\n\nIMPRESSION\nNormal chest radiograph.\n",
    ),
    Case(  # the man with the nodule, as another hospital wrote him down
        "mesa", ALDER_IN_TEXAS, "MV-24-10342", "CR", "CR chest", "CRCH1", "CHEST",
        "Cough.", lambda frame: chest_cr_plan(_OLIVE, lateral=False),
        days_before=1045, minutes_before=43, report="FINDINGS\nNo nodule is seen. Heart of normal "
        "size.\n\nIMPRESSION\nNormal chest radiograph.\n",
    ),
    Case(
        "mesa", ELM, "MV-26-40433", "CT", "CTA chest, pulmonary embolism", "CTPE", "CHEST",
        "Long flight, sudden dyspnoea, D-dimer raised.",
        lambda frame: chest_now(Trunk(seed=10, scale=1.01, fat=1.6, contrast=1.2, clot=True),
                                (2.0, 0.0, 15.0), frame),
        "stat", "final", 44, 9,
    ),
)  # fmt: skip

NORD: Final = (
    Case(
        "nord", QUALITY, "KN-26-QA01", "CT", "CT phantom QA", "CTQA", "",
        "Daily constancy test.", quality, "routine", "final", 400, 30,
    ),
    Case(
        "nord", TESTMANN, "KN-26-7741", "CT", "CT Thorax nativ", "CTTHN", "CHEST",
        "Husten, Fieber. Infiltrat? Erguss?",
        lambda frame: chest_now(Trunk(seed=5, scale=1.0, fat=1.2, contrast=0.0, effusion_mm=26.0),
                                (0.0, 0.0, -120.0), frame),
        "routine", "final", 185, 55,
    ),
    Case(
        "nord", MUSTER, "KN-26-7736", "MR", "MRT Schädel nativ", "MRSCHN", "BRAIN",
        "Gedächtnisstörung.",
        lambda frame: brain_mr_plan(Head(seed=12, atrophy=1.7, plaques=(Plaque((-24.0, 18.0, 48.0),
                                    4.0),)), (0.0, -10.0, 0.0), frame, 5.0),
        "routine", "final", 202, 38,
    ),
    Case(
        "nord", BEISPIEL, "KN-26-7729", "CT", "CT Abdomen mit KM", "CTABKM", "ABDOMEN",
        "Oberbauchschmerz rechts.",
        lambda frame: abdomen_ct_plan(_HAEMANGIOMA, (-4.0, 6.0, 310.0), frame),
        "routine", "final", 220, 20, truth=truth_of(_HAEMANGIOMA, (-4.0, 6.0, 310.0)),
    ),
)  # fmt: skip

CASES: Final = (*HARBOR, *MESA, *NORD)
