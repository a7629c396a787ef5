"""Which older studies matter for this one, and why: pure rules, readable terms."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from attrs import frozen

from workstation.domain.folding import folded
from workstation.domain.prior import PriorStudy
from workstation.domain.worklist import WorklistItem
from workstation.text import tr, trn

#: Modalities that show the same thing well enough to compare.
_COMPARABLE: Final = (
    frozenset({"CR", "DX", "RG"}),
    frozenset({"CT", "PT"}),
    frozenset({"MG", "US"}),
    frozenset({"XA", "RF"}),
)
#: Words of procedures and body parts -> region. Regions that are read together share one.
_REGIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "chest": "chest", "thorax": "chest", "lung": "chest", "pulmonary": "chest",
        "rib": "chest", "ribs": "chest", "heart": "chest", "cardiac": "chest", "coronary": "chest",
        "abdomen": "abdomen", "abdominal": "abdomen", "liver": "abdomen", "kidney": "abdomen",
        "renal": "abdomen", "pancreas": "abdomen", "pelvis": "abdomen", "pelvic": "abdomen",
        "prostate": "abdomen", "bladder": "abdomen",
        "head": "head", "brain": "head", "skull": "head", "cranial": "head", "sinus": "head",
        "orbit": "head", "face": "head", "neck": "neck", "thyroid": "neck", "carotid": "neck",
        "spine": "spine", "cervical": "spine", "thoracic": "spine", "lumbar": "spine",
        "lspine": "spine", "cspine": "spine", "tspine": "spine", "sacrum": "spine",
        "breast": "breast", "mammography": "breast", "mammogram": "breast",
        "shoulder": "shoulder", "elbow": "elbow", "wrist": "hand", "hand": "hand", "hip": "hip",
        "finger": "hand", "thumb": "hand", "knee": "knee", "ankle": "foot", "foot": "foot",
        "toe": "foot", "calcaneus": "foot",
        # German; words are folded: Schädel, Wirbelsäule, Hüfte, Fuß.
        "lunge": "chest", "rippen": "chest", "herz": "chest", "koronarien": "chest",
        "leber": "abdomen", "niere": "abdomen", "nieren": "abdomen", "pankreas": "abdomen",
        "becken": "abdomen", "prostata": "abdomen", "harnblase": "abdomen",
        "schadel": "head", "kopf": "head", "hirn": "head", "nnh": "head", "orbita": "head",
        "hals": "neck", "schilddruse": "neck", "karotis": "neck",
        "wirbelsaule": "spine", "hws": "spine", "bws": "spine", "lws": "spine",
        "halswirbelsaule": "spine", "brustwirbelsaule": "spine", "lendenwirbelsaule": "spine",
        "mamma": "breast", "mammographie": "breast",
        "schulter": "shoulder", "ellenbogen": "elbow", "handgelenk": "hand",
        "hufte": "hip", "knie": "knee", "sprunggelenk": "foot", "fuss": "foot",
    }
)  # fmt: skip

_LEFT: Final = frozenset({"left", "lt", "links", "li"})
_RIGHT: Final = frozenset({"right", "rt", "rechts", "re"})
#: Days before the study, and what a prior so young is worth.
_YOUNG: Final = ((90, 6), (730, 3))


@frozen
class Ranked:
    """A prior with what speaks for it; the score is the sum of the terms."""

    prior: PriorStudy
    terms: tuple[tuple[str, int], ...]

    @property
    def score(self) -> int:
        return sum(points for _, points in self.terms)

    @property
    def reasons(self) -> tuple[str, ...]:
        return tuple(words for words, _ in self.terms)


def relevant(priors: Iterable[PriorStudy], item: WorklistItem) -> tuple[PriorStudy, ...]:
    """Most relevant first: by region, modality, procedure and age, then the newest."""
    return tuple(ranked.prior for ranked in rank(priors, item))


def rank(priors: Iterable[PriorStudy], item: WorklistItem) -> tuple[Ranked, ...]:
    """Every prior with its reasons, most relevant first. What is newer is no prior."""
    taken = item.acquired or item.listed
    older = [
        each
        for each in priors
        if each.ref != item.ref and (each.started is None or each.started <= taken)
    ]
    return tuple(sorted((_ranked(each, item) for each in older), key=_order))


def _ranked(prior: PriorStudy, item: WorklistItem) -> Ranked:
    terms = [
        *_modality_terms(prior, item), *_region_terms(prior, item), *_procedure_terms(prior, item),
        *_age_terms(prior, item),
    ]  # fmt: skip
    if prior.instances:
        terms.append((tr("images are there"), 2))
    if prior.report_text:
        terms.append((tr("report is there"), 1))
    return Ranked(prior, tuple(terms))


def _modality_terms(prior: PriorStudy, item: WorklistItem) -> list[tuple[str, int]]:
    if prior.modality == item.modality:
        return [(tr("same modality ({modality})", modality=item.modality), 20)]
    if any({prior.modality, item.modality} <= group for group in _COMPARABLE):
        return [(tr("comparable modality ({modality})", modality=prior.modality), 10)]
    return []


def _region_terms(prior: PriorStudy, item: WorklistItem) -> list[tuple[str, int]]:
    shared = sorted(
        regions(item.body_part, item.procedure) & regions(prior.body_part, prior.description)
    )
    return [(tr("same region ({region})", region=", ".join(shared)), 40)] if shared else []


def _procedure_terms(prior: PriorStudy, item: WorklistItem) -> list[tuple[str, int]]:
    """The same examination before the others of its region; that of the other side behind."""
    named, wanted = _sides(prior.description), _sides(item.laterality, item.procedure)
    if len(named) == len(wanted) == 1 and named != wanted:
        return [(tr("the other side"), -30)]
    same = folded(prior.description) == folded(item.procedure) != ""
    return [(tr("same procedure"), 10)] if same else []


def _age_terms(prior: PriorStudy, item: WorklistItem) -> list[tuple[str, int]]:
    if prior.started is None:
        return []
    days = ((item.acquired or item.listed) - prior.started).days
    points = next((points for most, points in _YOUNG if days <= most), 0)
    words = trn(days, "{n} day before", "{n} days before")
    return [(words, points)] if points else []


def _sides(*words: str) -> frozenset[str]:
    """ "L", "R", or both where both are named."""
    found = set(folded(" ".join(words)).split())
    return frozenset(
        side for side, names in (("L", _LEFT), ("R", _RIGHT)) if not names.isdisjoint(found)
    )


def regions(*words: str) -> frozenset[str]:
    """The regions that a body part or procedure names, in English or German."""
    found = folded(" ".join(words)).split()
    return frozenset(_REGIONS[word] for word in found if word in _REGIONS)


def _order(ranked: Ranked) -> tuple[int, bool, float, str]:
    started = ranked.prior.started
    age = -started.timestamp() if started else 0.0
    return (-ranked.score, started is None, age, ranked.prior.ref.study)
