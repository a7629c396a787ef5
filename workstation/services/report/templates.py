"""Which template fits an order, and why."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final

from attrs import frozen

from workstation.domain.template import Template
from workstation.errors import CommandError
from workstation.protocols import mrrt
from workstation.text import tr

FREE_TEXT: Final = "free-text"

#: The words by which orders name a region; each set means one region of the templates.
REGION_WORDS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "chest": ("chest", "thorax", "lung", "lungs", "pulmonary", "ctpa"),
        "abdomen": ("abdomen", "abdominal", "pelvis", "abdomenpelvis", "liver", "kidney",
                    "kidneys", "renal", "kub", "urogram", "stone", "mrcp", "biliary"),
        "head": ("head", "brain", "skull", "cranial", "intracranial", "neuro", "stroke"),
        "neck": ("neck", "larynx", "pharynx", "parotid"),
        "paranasal sinuses": ("sinus", "sinuses", "paranasal"),
        "facial bones": ("facial", "face", "orbit", "orbits", "midface", "zygoma", "nasal bone"),
        "temporal bone": ("temporal bone", "temporal bones", "mastoid", "mastoids", "petrous"),
        "jaw": ("jaw", "jaws", "mandible", "maxilla", "dental", "teeth", "cbct"),
        "thyroid": ("thyroid",),
        "carotid arteries": ("carotid", "carotids"),
        "cervical spine": ("cervical spine", "c-spine", "cspine", "neck spine"),
        "lumbar spine": ("lumbar spine", "l-spine", "lspine", "lumbosacral"),
        "spine": ("spine", "c-spine", "l-spine", "lumbosacral", "scoliosis"),
        "heart": ("heart", "cardiac", "myocardium", "cardiomyopathy"),
        "coronary arteries": ("coronary", "coronaries", "ccta"),
        "aorta": ("aorta", "aortic"),
        "arteries": ("angiography", "angiogram", "cta", "dissection", "aneurysm", "evar"),
        "leg arteries": ("leg arteries", "runoff", "run-off", "lower extremity arteries"),
        "leg veins": ("leg veins", "dvt", "venous leg", "leg venous", "lower extremity venous"),
        "breast": ("breast", "breasts", "mammography", "mammogram", "mammo"),
        "pregnancy": ("pregnancy", "obstetric", "fetal", "foetal", "fetus", "trimester"),
        "female pelvis": ("female pelvis", "uterus", "ovary", "ovaries", "adnexa", "endometrium",
                          "endometriosis", "fibroid", "transvaginal", "gynecological",
                          "gynaecological"),
        "prostate": ("prostate",),
        "scrotum": ("scrotum", "scrotal", "testis", "testes", "testicular"),
        "pelvis and hips": ("pelvis", "hip", "hips"),
        "shoulder": ("shoulder",),
        "wrist": ("wrist",),
        "hip": ("hip", "hips"),
        "knee": ("knee",),
        "ankle": ("ankle",),
        "bone age": ("bone age", "skeletal age"),
        "bone scan": ("bone scan", "bone scintigraphy", "skeletal scintigraphy"),
        "extremity": ("extremity", "hand", "wrist", "finger", "elbow", "shoulder", "humerus",
                      "forearm", "clavicle", "hip", "femur", "knee", "tibia", "fibula", "ankle",
                      "foot", "toe", "heel", "bone"),
    }
)  # fmt: skip


@frozen
class Order:
    """What an order says of its procedure, as far as templates ask."""

    procedure: str
    procedure_code: str = ""
    modality: str = ""
    body_part: str = ""
    age_years: int | None = None
    sex: str = ""  # F, M, O; empty where it is not known


@frozen
class Choice:
    """A template, how well it fits, and the reasons in words."""

    template: Template
    score: int
    reasons: tuple[str, ...]


def load_templates(folder: Path) -> tuple[Template, ...]:
    """Every template of a folder, by name; a broken file of our own is a bug."""
    files = sorted(folder.glob("*.html"))
    return tuple(mrrt.read(f.read_bytes(), fallback_id=f.stem) for f in files)


def by_id(templates: Iterable[Template], name: str) -> Template:
    """The template of that name. Raises CommandError with the names there are."""
    known = {t.id: t for t in templates}
    if name not in known:
        names = ", ".join(sorted(known))
        raise CommandError(
            tr("no template is named {name!r}; there are: {names}", name=name, names=names)
        )
    return known[name]


def choose(templates: Sequence[Template], order: Order) -> Choice:
    """The template that fits best; free text where none does."""
    ranked = rank(templates, order)
    return ranked[0]


def rank(templates: Sequence[Template], order: Order) -> tuple[Choice, ...]:
    """Those that fit, best first; of two that fit alike the nearer to the reader, then by name,
    so that the same order gets the same."""
    scored = (score(template, order) for template in templates)
    fitting = [choice for choice in scored if choice is not None]
    return tuple(sorted(fitting, key=lambda c: (-c.score, -c.template.near, c.template.id)))


def fits(template: Template, order: Order) -> bool:
    return score(template, order) is not None


def score(template: Template, order: Order) -> Choice | None:
    """How well a template fits, None where it does not."""
    if order.procedure_code and order.procedure_code.lower() in template.codes:
        return Choice(template, 1000, (tr("procedure code {c}", c=order.procedure_code),))
    reasons: list[str] = []
    points = 0
    if template.modalities:
        shared = sorted(set(_modalities(order.modality)) & set(template.modalities))
        if not shared:
            return None
        points += 20
        reasons.append(tr("modality {m}", m=shared[0]))
    named = f"{order.procedure} {order.body_part}".lower()
    for region in template.regions:
        if not _names(named, REGION_WORDS.get(region, (region,))):
            return None
        points += 10
        reasons.append(tr("region {r}", r=region))
    if template.special:
        found = [word for word in template.special if _names(named, (word,))]
        if not found:
            return None
        points += 7
        reasons.append(tr("the order says {w}", w=found[0]))
    made_for = _made_for(template, order)
    if made_for is None:
        return None
    points += 5 * len(made_for)
    reasons += made_for
    return Choice(template, points, tuple(reasons) or (tr("fits any procedure"),))


def _made_for(template: Template, order: Order) -> list[str] | None:
    """In words, what of the patient it is made for; None where it is for others."""
    found = []
    if template.max_age is not None:
        if order.age_years is None or order.age_years > template.max_age:
            return None
        found.append(tr("age {a}", a=order.age_years))
    if template.sex and order.sex == template.sex:
        found.append(tr("sex {s}", s=order.sex))
    elif template.sex and order.sex in ("F", "M"):
        return None
    return found


def _modalities(text: str) -> tuple[str, ...]:
    return tuple(re.split(r"[\s\\/,]+", text.upper())) if text else ()


def _names(text: str, words: Iterable[str]) -> bool:
    return any(_stands_in(text, word.lower()) for word in words)


def _stands_in(text: str, word: str) -> bool:
    """As a word of its own. Looked for as it is first: of the hundred that templates of a house
    ask for an order has a few, and an expression is made for these alone."""
    found = word in text and re.search(rf"(?<![a-z]){re.escape(word)}(?![a-z])", text)
    return bool(found)
